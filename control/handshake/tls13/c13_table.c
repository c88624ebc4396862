/*
 * The client's side of TLS 1.3 as a table: state × what arrives. A cell that is not written here is rejected with
 * unexpected_message. RFC 8446 appendix A.1; 2 (figures 1 to 3).
 *
 * Alerts (RFC 8446 6) are legal in every state, and a dummy ChangeCipherSpec (5, D.4) before the server's Finished; both are
 * handled by the driver, hs.c.
 */
#include "control/handshake/tls13/c13.h"

static const struct hs_flight keys = { "[ChangeCipherSpec]", { c13_ccs_send, c13_write_keys } };
static const struct hs_flight again = { "[ChangeCipherSpec] ClientHello", { c13_ccs_send, msg_client_hello_send } };
static const struct hs_flight finished = { "[Certificate] Finished", { c13_certificate_send, c13_finished_send, c13_connected } };
static const struct hs_flight certificate = { "Certificate", { c13_certificate_send } };
static const struct hs_flight proof = { "CertificateVerify Finished", { c13_certificate_verify_send, c13_finished_send, c13_connected } };
static const struct hs_flight post_none = { "Certificate Finished", { c13_certificate_send, c13_post_finished_send } };
static const struct hs_flight post_proof = { "CertificateVerify Finished", { c13_certificate_verify_send, c13_post_finished_send } };

#define CELL(...) HS_CELL(C13, __VA_ARGS__)

const struct hs_cell hs_c13_cells[HS_FIRST_S2 - HS_FIRST_C13][HS_EVENTS] = {
	/* waits for                arrives               taken by                       then send     then ask for   then wait for             RFC */
	CELL(C13_RETRY,                CL_SHARE,             hs_client_go,                  NULL,         SHARE,         C13_SHARE,                "8446 4.1.4"),
	CELL(C13_RETRY,                CL_HELLO,             hs_client_go,                  &again,       NOTHING,       C13_SERVER_HELLO,         "8446 4.1.2"),
	CELL(C13_SHARE,                WORK_DONE,            hs_client_last_share_done,     &again,       NOTHING,       C13_SERVER_HELLO,         "8446 4.1.2"),
	CELL(C13_SERVER_HELLO,         SERVER_HELLO,         msg_second_server_hello_recv,  NULL,         C13_AGREE,     C13_AGREED,               "8446 4.1.3"),
	CELL(C13_AGREED,               WORK_DONE,            c13_agreed,                    &keys,        NOTHING,       C13_ENCRYPTED_EXTENSIONS, "8446 7.1, D.4"),
	CELL(C13_ENCRYPTED_EXTENSIONS, ENCRYPTED_EXTENSIONS, c13_encrypted_extensions_recv, NULL,         NOTHING,       C13_CHOICE,               "8446 4.3.1"),

	CELL(C13_CHOICE,               CL_SIGNED,            hs_client_go,                  NULL,         NOTHING,       C13_CERTIFICATE_REQUEST,  "8446 2 fig 1"),
	CELL(C13_CERTIFICATE_REQUEST,  CERTIFICATE_REQUEST,  c13_certificate_request_recv,  NULL,         NOTHING,       C13_CERTIFICATE,          "8446 4.3.2"),
	CELL(C13_CERTIFICATE_REQUEST,  CERTIFICATE,          c13_certificate_recv,          NULL,         C13_PEER,      C13_PEER,                 "8446 4.4.2"),
	CELL(C13_CERTIFICATE,          CERTIFICATE,          c13_certificate_recv,          NULL,         C13_PEER,      C13_PEER,                 "8446 4.4.2"),
	CELL(C13_PEER,                 VERIFIED,             c13_peer_done,                 NULL,         NOTHING,       C13_CERTIFICATE_VERIFY,   "8446 4.4.2.4"),
	CELL(C13_CERTIFICATE_VERIFY,   CERTIFICATE_VERIFY,   c13_certificate_verify_recv,   NULL,         C13_SIGNATURE, C13_SIGNATURE,            "8446 4.4.3"),
	CELL(C13_SIGNATURE,            WORK_DONE,            c13_signature_done,            NULL,         NOTHING,       C13_FINISHED,             "8446 4.4.3"),
	CELL(C13_CHOICE,               CL_RESUMED,           hs_client_go,                  NULL,         NOTHING,       C13_FINISHED,             "8446 2.2 fig 3"),
	CELL(C13_FINISHED,             FINISHED,             c13_finished_recv,             NULL,         NOTHING,       C13_ANSWER,               "8446 4.4.4"),
	CELL(C13_ANSWER,               CL_GO,                c13_answer,                    &finished,    NOTHING,       C13_OPEN,                 "8446 4.4.2, 4.4.4"),
	CELL(C13_ANSWER,               CL_PROVE,             c13_answer,                    &certificate, C13_SIGN,      C13_SIGN,                 "8446 4.4.2"),
	CELL(C13_SIGN,                 WORK_DONE,            c13_sign_done,                 &proof,       NOTHING,       C13_OPEN,                 "8446 4.4.3, 4.4.4"),

	/* connected */
	CELL(C13_OPEN,                 NEW_SESSION_TICKET,   c13_new_session_ticket_recv,   NULL,         NOTHING,       C13_OPEN,                 "8446 4.6.1"),
	CELL(C13_OPEN,                 KEY_UPDATE,           msg13_key_update_recv,         NULL,         NOTHING,       C13_OPEN,                 "8446 4.6.3"),
	CELL(C13_OPEN,                 CMD_REKEY,            msg13_key_update_start,        NULL,         NOTHING,       C13_OPEN,                 "8446 4.6.3, 5.5"),
	CELL(C13_OPEN,                 CERTIFICATE_REQUEST,  c13_post_request_recv,         NULL,         NOTHING,       C13_ASKED,                "8446 4.6.2"),
	CELL(C13_ASKED,                CL_GO,                hs_client_go,                  &post_none,   NOTHING,       C13_OPEN,                 "8446 4.6.2"),
	CELL(C13_ASKED,                CL_PROVE,             hs_client_go,                  &certificate, C13_SIGN,      C13_POST_SIGN,            "8446 4.6.2"),
	CELL(C13_POST_SIGN,            WORK_DONE,            c13_sign_done,                 &post_proof,  NOTHING,       C13_OPEN,                 "8446 4.6.2"),
};
