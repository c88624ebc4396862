/*
 * The server's side of TLS 1.3 as a table: state × what arrives. A cell that is not written here is rejected with
 * unexpected_message. RFC 8446 appendix A.2; 2 (figures 1 to 4).
 *
 * Alerts (RFC 8446 6) are legal in every state, and a dummy ChangeCipherSpec (5, D.4) before the client's Finished; both are
 * handled by the driver, hs.c.
 */
#include "control/handshake/tls13/s13.h"

static const struct hs_flight retry = { "HelloRetryRequest [ChangeCipherSpec]", { msg13_hello_retry_request_send, msg13_ccs_send, s13_forget } };
static const struct hs_flight hello = { "ServerHello [ChangeCipherSpec] EncryptedExtensions [CertificateRequest] Certificate",
	{ msg13_server_hello_send, s13_handshake_keys, msg13_encrypted_extensions_send, msg13_certificate_request_send, msg13_certificate_send } };
static const struct hs_flight finished = { "CertificateVerify Finished", { msg13_certificate_verify_send, msg13_server_finished_send, s13_flight_end } };
static const struct hs_flight hello_psk = { "ServerHello [ChangeCipherSpec] EncryptedExtensions Finished",
	{ msg13_server_hello_send, s13_handshake_keys, msg13_encrypted_extensions_send, msg13_server_finished_send, s13_flight_end } };
static const struct hs_flight connected = { "[NewSessionTicket]", { s13_connected, msg13_new_session_ticket_send } };

static const struct hs_flight request = { "CertificateRequest", { msg13_certificate_request_again_send } };
static const struct hs_flight reauthenticated = { "", { s13_reauthenticated } };

static const struct hs_flight card_hello = { "ServerHello [ChangeCipherSpec] EncryptedExtensions [CertificateRequest] Certificate",
	{ msg13_server_hello_send, s13_card_handshake_keys, msg13_encrypted_extensions_send, msg13_certificate_request_send, msg13_certificate_send } };
static const struct hs_flight card_hello_psk = { "ServerHello [ChangeCipherSpec] EncryptedExtensions",
	{ msg13_server_hello_send, s13_card_handshake_keys, msg13_encrypted_extensions_send } };
static const struct hs_flight card_verify = { "CertificateVerify", { msg13_certificate_verify_send } };
static const struct hs_flight card_finished = { "Finished", { msg13_card_finished_send, s13_card_flight_end } };
static const struct hs_flight card_connected = { "", { s13_card_connected } };
static const struct hs_flight card_tickets = { "[NewSessionTicket]", { msg13_card_tickets_send } };

#define CELL(...) HS_CELL(S13, __VA_ARGS__)

const struct hs_cell hs_s13_cells[HS_FIRST_C13 - HS_FIRST_S13][HS_EVENTS] = {
	/* waits for             arrives             taken by                       then send   then ask for   then wait for           RFC */
	CELL(S13_CHOICE,             GO_RETRY,           s13_go,                        &retry,     NOTHING,       S13_SECOND_HELLO,       "8446 4.1.4"),
	CELL(S13_CHOICE,             GO_SHARE,           s13_go,                        NULL,       S13_SHARE,     S13_SHARE,              "8446 4.2.8"),
	CELL(S13_SECOND_HELLO,       CLIENT_HELLO,       s13_second_hello,              NULL,       NOTHING,       S13_SECOND_CHOICE,      "8446 4.1.2"),
	CELL(S13_SECOND_CHOICE,      GO_SHARE,           s13_go,                        NULL,       S13_SHARE,     S13_SHARE,              "8446 4.2.8"),
	CELL(S13_SHARE,              WORK_DONE,          s13_share_done,                &hello,     S13_SIGNATURE, S13_SIGNATURE,          "8446 2 fig 1, 7.1"),
	CELL(S13_SIGNATURE,          WORK_DONE,          s13_signature_done,            &finished,  NOTHING,       S13_CLIENT,             "8446 4.4.3, 4.4.4"),

	CELL(S13_CHOICE,             GO_PSK_SHARE,       s13_go,                        NULL,       S13_SHARE,     S13_PSK_SHARE,          "8446 4.2.11"),
	CELL(S13_CHOICE,             GO_PSK,             s13_psk_alone,                 &hello_psk, NOTHING,       S13_CLIENT,             "8446 4.2.9"),
	CELL(S13_SECOND_CHOICE,      GO_PSK_SHARE,       s13_go,                        NULL,       S13_SHARE,     S13_PSK_SHARE,          "8446 4.2.11"),
	CELL(S13_SECOND_CHOICE,      GO_PSK,             s13_psk_alone,                 &hello_psk, NOTHING,       S13_CLIENT,             "8446 4.2.9"),
	CELL(S13_PSK_SHARE,          WORK_DONE,          s13_share_done,                &hello_psk, NOTHING,       S13_CLIENT,             "8446 2.2 fig 3"),
	CELL(S13_CLIENT,             GO_EARLY,           s13_go,                        NULL,       NOTHING,       S13_END_OF_EARLY_DATA,  "8446 2.3 fig 4"),
	CELL(S13_END_OF_EARLY_DATA,  END_OF_EARLY_DATA,  msg13_end_of_early_data_recv,  NULL,       NOTHING,       S13_FINISHED,           "8446 4.5"),

	CELL(S13_CLIENT,             GO_CERTIFICATE,     s13_go,                        NULL,       NOTHING,       S13_CERTIFICATE,        "8446 4.4.2"),
	CELL(S13_CLIENT,             GO_FINISHED,        s13_go,                        NULL,       NOTHING,       S13_FINISHED,           "8446 A.2"),
	CELL(S13_CERTIFICATE,        CERTIFICATE,        msg13_certificate_recv,        NULL,       S13_CHAIN,     S13_CHAIN,              "8446 4.4.2"),
	CELL(S13_CHAIN,              VERIFIED,           s13_chain_verified,            NULL,       NOTHING,       S13_CERTIFICATE_VERIFY, "8446 4.4.2.4"),
	CELL(S13_CHAIN,              GO_FINISHED,        s13_go,                        NULL,       NOTHING,       S13_FINISHED,           "8446 4.4.2.4, A.2"),
	CELL(S13_CERTIFICATE_VERIFY, CERTIFICATE_VERIFY, msg13_certificate_verify_recv, NULL,       S13_PROOF,     S13_PROOF,              "8446 4.4.3"),
	CELL(S13_PROOF,              WORK_DONE,          s13_proof_done,                NULL,       NOTHING,       S13_FINISHED,           "8446 4.4.3"),
	CELL(S13_FINISHED,           FINISHED,           msg13_client_finished_recv,    &connected, NOTHING,       S13_OPEN,               "8446 4.4.4"),

	CELL(S13_OPEN,               KEY_UPDATE,         msg13_key_update_recv,         NULL,       NOTHING,       S13_OPEN,               "8446 4.6.3"),
	CELL(S13_OPEN,               CMD_REKEY,          msg13_key_update_start,        NULL,       NOTHING,       S13_OPEN,               "8446 4.6.3, 5.5"),

	CELL(S13_OPEN,               CMD_REAUTH,         s13_reauth,                    NULL,       NOTHING,       S13_REAUTH,             "8446 4.6.2"),
	CELL(S13_REAUTH,             GO_OPEN,            s13_go,                        NULL,       NOTHING,       S13_OPEN,               "8446 4.6.2"),
	CELL(S13_REAUTH,             GO_CERTIFICATE,     s13_go,                        &request,   NOTHING,       S13_REAUTH_CERTIFICATE, "8446 4.6.2"),
	CELL(S13_REAUTH_CERTIFICATE, KEY_UPDATE,         msg13_key_update_recv,         NULL,       NOTHING,       S13_REAUTH_CERTIFICATE, "8446 4.6.3"),
	CELL(S13_REAUTH_CERTIFICATE, CMD_REKEY,          msg13_key_update_start,        NULL,       NOTHING,       S13_REAUTH_CERTIFICATE, "8446 4.6.3, 5.5"),
	CELL(S13_REAUTH_CERTIFICATE, CERTIFICATE,        msg13_certificate_recv,        NULL,       S13_CHAIN,     S13_REAUTH_CHAIN,       "8446 4.4.2"),
	CELL(S13_REAUTH_CHAIN,       VERIFIED,           s13_chain_verified,            NULL,       NOTHING,       S13_REAUTH_VERIFY,      "8446 4.4.2.4"),
	CELL(S13_REAUTH_CHAIN,       GO_FINISHED,        s13_go,                        NULL,       NOTHING,       S13_REAUTH_FINISHED,    "8446 4.6.2"),
	CELL(S13_REAUTH_VERIFY,      CERTIFICATE_VERIFY, msg13_certificate_verify_recv, NULL,       S13_PROOF,     S13_REAUTH_PROOF,       "8446 4.4.3"),
	CELL(S13_REAUTH_PROOF,       WORK_DONE,          s13_proof_done,                NULL,       NOTHING,       S13_REAUTH_FINISHED,    "8446 4.4.3"),
	CELL(S13_REAUTH_FINISHED,    FINISHED,           msg13_client_finished_again_recv, &reauthenticated, NOTHING, S13_OPEN,            "8446 4.4.4"),

	/* the same with every secret on the card: what a MAC of it is needed for is a question of its own */
	CELL(S13_CHOICE,             GO_CARD_PSK,        s13_go,                        NULL,       S13_CARD_BINDER, S13_CARD_BINDER,      "8446 4.2.11.2"),
	CELL(S13_SECOND_CHOICE,      GO_CARD_PSK,        s13_go,                        NULL,       S13_CARD_BINDER, S13_CARD_BINDER,      "8446 4.2.11.2"),
	CELL(S13_CARD_BINDER,        WORK_DONE,          s13_card_binder_done,          NULL,       NOTHING,       S13_CARD_CHOICE,        "8446 4.2.11.2"),
	CELL(S13_CARD_CHOICE,        GO_CARD_PSK_SHARE,  s13_go,                        NULL,       S13_CARD_SHARE, S13_CARD_PSK_SHARE,    "8446 4.2.11"),
	CELL(S13_CARD_CHOICE,        GO_CARD_SHARE,      s13_go,                        NULL,       S13_CARD_SHARE, S13_CARD_SHARE,        "8446 4.2.8"),
	CELL(S13_CHOICE,             GO_CARD_SHARE,      s13_go,                        NULL,       S13_CARD_SHARE, S13_CARD_SHARE,        "8446 4.2.8"),
	CELL(S13_SECOND_CHOICE,      GO_CARD_SHARE,      s13_go,                        NULL,       S13_CARD_SHARE, S13_CARD_SHARE,        "8446 4.2.8"),
	CELL(S13_CARD_SHARE,         WORK_DONE,          s13_card_share_done,           &card_hello, S13_SIGNATURE, S13_CARD_SIGNATURE,    "8446 2 fig 1, 7.1"),
	CELL(S13_CARD_SIGNATURE,     WORK_DONE,          s13_signature_done,            &card_verify, S13_CARD_VERIFY_DATA, S13_CARD_VERIFY_DATA, "8446 4.4.3"),
	CELL(S13_CARD_PSK_SHARE,     WORK_DONE,          s13_card_share_done,           &card_hello_psk, S13_CARD_VERIFY_DATA, S13_CARD_VERIFY_DATA, "8446 2.2 fig 3"),
	CELL(S13_CARD_VERIFY_DATA,   WORK_DONE,          s13_card_verify_data_done,     &card_finished, NOTHING,   S13_CARD_CLIENT,        "8446 4.4.4"),
	CELL(S13_CARD_CLIENT,        GO_CERTIFICATE,     s13_go,                        NULL,       NOTHING,       S13_CARD_CERTIFICATE,   "8446 4.4.2"),
	CELL(S13_CARD_CLIENT,        GO_FINISHED,        s13_go,                        NULL,       S13_CARD_EXPECTED, S13_CARD_EXPECTED,  "8446 A.2"),
	CELL(S13_CARD_CERTIFICATE,   CERTIFICATE,        msg13_certificate_recv,        NULL,       S13_CHAIN,     S13_CARD_CHAIN,         "8446 4.4.2"),
	CELL(S13_CARD_CHAIN,         VERIFIED,           s13_chain_verified,            NULL,       NOTHING,       S13_CARD_CERTIFICATE_VERIFY, "8446 4.4.2.4"),
	CELL(S13_CARD_CHAIN,         GO_FINISHED,        s13_go,                        NULL,       S13_CARD_EXPECTED, S13_CARD_EXPECTED,  "8446 4.4.2.4, A.2"),
	CELL(S13_CARD_CERTIFICATE_VERIFY, CERTIFICATE_VERIFY, msg13_certificate_verify_recv, NULL,  S13_PROOF,     S13_CARD_PROOF,         "8446 4.4.3"),
	CELL(S13_CARD_PROOF,         WORK_DONE,          s13_proof_done,                NULL,       S13_CARD_EXPECTED, S13_CARD_EXPECTED,  "8446 4.4.3"),
	CELL(S13_CARD_EXPECTED,      WORK_DONE,          s13_card_verify_data_done,     NULL,       NOTHING,       S13_CARD_FINISHED,      "8446 4.4.4"),
	CELL(S13_CARD_FINISHED,      FINISHED,           msg13_card_finished_recv,      &card_connected, S13_CARD_TICKETS, S13_CARD_TICKETS, "8446 4.4.4"),
	CELL(S13_CARD_TICKETS,       WORK_DONE,          s13_card_tickets_done,         &card_tickets, NOTHING,    S13_CARD_OPEN,          "8446 4.6.1"),
	CELL(S13_CARD_TICKETS,       WORK_FAILED,        s13_card_no_tickets,           NULL,       NOTHING,       S13_CARD_OPEN,          "8446 4.6.1"),
	CELL(S13_CARD_OPEN,          KEY_UPDATE,         msg13_card_key_update_recv,    NULL,       NOTHING,       S13_CARD_OPEN,          "8446 4.6.3"),
	CELL(S13_CARD_OPEN,          CMD_REKEY,          msg13_card_key_update_start,   NULL,       NOTHING,       S13_CARD_OPEN,          "8446 4.6.3, 5.5"),
};
