/*
 * The server's side of SSL 3.0 to TLS 1.2 as a table: state × what arrives. A cell that is not written here is rejected with
 * unexpected_message. Full handshake: RFC 5246 figure 1; resumption: figure 2; tickets: RFC 5077 figures 1 and 2; renegotiation:
 * RFC 5746 3.7. SSL 3.0 (RFC 6101 5.5) differs only inside messages.
 *
 * Alerts (RFC 5246 7.2) are legal in every state and are handled by the driver, hs.c.
 */
#include "control/handshake/tls12/s12.h"

static const struct hs_flight hello_full = {
	"ServerHello [Certificate] [CertificateStatus] [ServerKeyExchange] [CertificateRequest] ServerHelloDone",
	{ msg_server_hello_send, msg_certificate_send, msg_certificate_status_send, msg_server_key_exchange_send,
		msg_certificate_request_send, msg_server_hello_done_send } };
static const struct hs_flight hello_resumed = { "ServerHello [NewSessionTicket]", { msg_server_hello_send, msg_new_session_ticket_send } };
static const struct hs_flight ticket = { "[NewSessionTicket]", { msg_new_session_ticket_send } };
static const struct hs_flight finished = { "ChangeCipherSpec Finished", { msg_ccs_send, msg_finished_send } };
static const struct hs_flight finished_last = { "ChangeCipherSpec Finished", { msg_ccs_send, msg_finished_send, s12_connected } };
static const struct hs_flight nothing_more = { "", { s12_connected } };
static const struct hs_flight hello_request = { "[HelloRequest]", { msg_hello_request_send } };
static const struct hs_flight refusal = { "no_renegotiation", { s12_refuse_again } };

#define CELL(...) HS_CELL(S12, __VA_ARGS__)

const struct hs_cell hs_s12_cells[HS_FIRST_C12 - HS_FIRST_S12][HS_EVENTS] = {
	/* waits for                 arrives                taken by                       then send       then ask for   then wait for              RFC */
	CELL(S12_SESSION,               SESSION_MISS,          s12_session_miss,              NULL,           S12_KEYGEN,    S12_KEYGEN,                "5246 7.3 fig 1"),
	CELL(S12_KEYGEN,                WORK_DONE,             s12_keygen_done,               NULL,           S12_SIGN,      S12_SIGN,                  "5246 7.4.3, 8422 5.4, 7919 4"),
	CELL(S12_SIGN,                  WORK_DONE,             s12_sign_done,                 &hello_full,    NOTHING,       S12_ASKED,                 "5246 7.3 fig 1"),
	CELL(S12_ASKED,                 WITH_CERTIFICATE,      s12_nothing,                   NULL,           NOTHING,       S12_CERTIFICATE,           "5246 7.4.4"),
	CELL(S12_ASKED,                 WITHOUT_CERTIFICATE,   s12_nothing,                   NULL,           NOTHING,       S12_CLIENT_KEY_EXCHANGE,   "5246 7.4.5"),
	CELL(S12_CERTIFICATE,           CERTIFICATE,           msg_client_certificate_recv,   NULL,           S12_PEER,      S12_PEER,                  "5246 7.4.6"),
	CELL(S12_CERTIFICATE,           NO_CERTIFICATE,        s12_no_certificate,            NULL,           NOTHING,       S12_CLIENT_KEY_EXCHANGE,   "6101 5.6.6"),
	CELL(S12_PEER,                  VERIFIED,              s12_peer_verified,             NULL,           NOTHING,       S12_CLIENT_KEY_EXCHANGE,   "5246 7.4.6"),
	CELL(S12_PEER,                  WITHOUT_CERTIFICATE,   s12_no_certificate,            NULL,           NOTHING,       S12_CLIENT_KEY_EXCHANGE,   "5246 7.4.6"),
	CELL(S12_CLIENT_KEY_EXCHANGE,   CLIENT_KEY_EXCHANGE,   msg_client_key_exchange_recv,  NULL,           PREMASTER,     S12_PREMASTER,             "5246 7.4.7"),
	CELL(S12_PREMASTER,             WORK_DONE,             s12_premaster_done,            NULL,           MASTER,        S12_MASTER,                "5246 7.4.7.1, 8.1"),
	CELL(S12_MASTER,                WORK_DONE,             hs12_master_done,              NULL,           KEYS,          S12_KEYS,                  "5246 8.1, 7627 4"),
	CELL(S12_KEYS,                  WORK_DONE,             s12_keys_done,                 NULL,           NOTHING,       S12_TO_PROVE,              "5246 6.3"),
	CELL(S12_TO_PROVE,              WITHOUT_CERTIFICATE,   s12_nothing,                   NULL,           CLIENT_VERIFY, S12_CLIENT_VERIFY,         "5246 7.4.9"),
	CELL(S12_TO_PROVE,              WITH_CERTIFICATE,      s12_nothing,                   NULL,           NOTHING,       S12_CERTIFICATE_VERIFY,    "5246 7.4.8"),
	CELL(S12_CERTIFICATE_VERIFY,    CERTIFICATE_VERIFY,    msg_certificate_verify_recv,   NULL,           S12_PROOF,     S12_PROOF,                 "5246 7.4.8, 6101 5.6.8"),
	CELL(S12_PROOF,                 WORK_DONE,             s12_proof_done,                NULL,           CLIENT_VERIFY, S12_CLIENT_VERIFY,         "5246 7.4.8"),
	CELL(S12_CLIENT_VERIFY,         WORK_DONE,             hs12_client_verify_done,       NULL,           NOTHING,       S12_CCS,                   "5246 7.4.9"),
	CELL(S12_CCS,                   CHANGE_CIPHER_SPEC,    msg_ccs_recv,                  NULL,           NOTHING,       S12_FINISHED,              "5246 7.1"),
	CELL(S12_FINISHED,              FINISHED,              msg_finished_recv,             &ticket,        SERVER_VERIFY, S12_SERVER_VERIFY,         "5246 7.4.9, 5077 3.3"),
	CELL(S12_SERVER_VERIFY,         WORK_DONE,             hs12_server_verify_done,       &finished_last, NOTHING,       S12_OPEN,                  "5246 7.3 fig 1"),

	CELL(S12_SESSION,               SESSION_HIT,           s12_session_hit,               &hello_resumed, KEYS,          S12_RESUMED_KEYS,          "5246 7.3 fig 2, 5077 3.1"),
	CELL(S12_SESSION,               SESSION_WRAPPED,       s12_session_found,             NULL,           S12_UNWRAP,    S12_UNWRAP,                "5246 7.3 fig 2, 5077 3.1"),
	CELL(S12_UNWRAP,                WORK_DONE,             s12_unwrap_done,               NULL,           NOTHING,       S12_UNWRAPPED,             "5246 7.3 fig 2"),
	CELL(S12_UNWRAPPED,             SESSION_HIT,           s12_session_taken,             &hello_resumed, KEYS,          S12_RESUMED_KEYS,          "5246 7.3 fig 2, 5077 3.1"),
	CELL(S12_UNWRAPPED,             SESSION_MISS,          s12_session_unknown,           NULL,           S12_KEYGEN,    S12_KEYGEN,                "5246 7.4.1.3, 5077 3.1"),
	CELL(S12_RESUMED_KEYS,          WORK_DONE,             hs12_keys_done,                NULL,           SERVER_VERIFY, S12_RESUMED_SERVER_VERIFY, "5246 6.3"),
	CELL(S12_RESUMED_SERVER_VERIFY, WORK_DONE,             hs12_server_verify_done,       &finished,      CLIENT_VERIFY, S12_RESUMED_CLIENT_VERIFY, "5246 7.3 fig 2"),
	CELL(S12_RESUMED_CLIENT_VERIFY, WORK_DONE,             hs12_client_verify_done,       NULL,           NOTHING,       S12_RESUMED_CCS,           "5246 7.4.9"),
	CELL(S12_RESUMED_CCS,           CHANGE_CIPHER_SPEC,    msg_ccs_recv,                  NULL,           NOTHING,       S12_RESUMED_FINISHED,      "5246 7.1"),
	CELL(S12_RESUMED_FINISHED,      FINISHED,              msg_finished_recv,             &nothing_more,  NOTHING,       S12_OPEN,                  "5246 7.4.9"),

	CELL(S12_OPEN,                  CLIENT_HELLO,          msg_client_hello_again,        NULL,           NOTHING,       S12_AGAIN,                 "5246 7.4.1.2, 5746 3.7"),
	CELL(S12_AGAIN,                 GO_12,                 s12_client_hello,              NULL,           S12_SESSION,   S12_SESSION,               "5746 3.7"),
	CELL(S12_AGAIN,                 RENEGOTIATION_REFUSED, s12_nothing,                   &refusal,       NOTHING,       S12_OPEN,                  "5246 7.2.2, 5746 4.4"),
	CELL(S12_OPEN,                  CMD_RENEGOTIATE,       s12_want_again,                &hello_request, NOTHING,       S12_OPEN,                  "5246 7.4.1.1"),
	CELL(S12_OPEN,                  CMD_REKEY,             s12_want_again,                &hello_request, NOTHING,       S12_OPEN,                  "5246 7.4.1.1"),
	CELL(S12_OPEN,                  CMD_REAUTH,            s12_want_certificate,          &hello_request, NOTHING,       S12_OPEN,                  "5246 7.4.1.1, 7.4.4"),
};
