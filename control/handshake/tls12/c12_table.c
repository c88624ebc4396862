/*
 * The client's side of SSL 3.0 to TLS 1.2 as a table: state × what arrives. A cell that is not written here is rejected with
 * unexpected_message. Full handshake: RFC 5246 figure 1; resumption: figure 2. Three ways of agreeing on keys: RSA key transport,
 * signed (EC)DHE, anonymous (EC)DHE. The server's flight is judged as a whole, behind its last message.
 *
 * Alerts (RFC 5246 7.2) are legal in every state and are handled by the driver, hs.c.
 */
#include "control/handshake/tls12/c12.h"

static const struct hs_flight hello = { "ClientHello", { msg_client_hello_send } };
static const struct hs_flight keys = { "[Certificate] ClientKeyExchange", { c12_certificate_send, c12_client_key_exchange_send } };
static const struct hs_flight proof = { "CertificateVerify", { c12_certificate_verify_send } };
static const struct hs_flight finished = { "ChangeCipherSpec Finished", { msg_ccs_send, msg_finished_send } };
static const struct hs_flight finished_last = { "ChangeCipherSpec Finished", { msg_ccs_send, msg_finished_send, c12_connected } };
static const struct hs_flight nothing_more = { "", { c12_connected } };

#define CELL(...) HS_CELL(C12, __VA_ARGS__)

const struct hs_cell hs_c12_cells[HS_FIRST_S13 - HS_FIRST_C12][HS_EVENTS] = {
	/* waits for                 arrives              taken by                       then send       then ask for   then wait for              RFC */
	CELL(C12_CHOICE,                CL_RSA,              hs_client_go,                  NULL,           NOTHING,       C12_RSA_CERTIFICATE,       "5246 7.4.7.1"),
	CELL(C12_RSA_CERTIFICATE,       CERTIFICATE,         c12_certificate_recv,          NULL,           NOTHING,       C12_RSA_STATUS,            "5246 7.4.2"),
	CELL(C12_RSA_STATUS,            CERTIFICATE_STATUS,  c12_certificate_status_recv,   NULL,           NOTHING,       C12_RSA_REQUEST,           "6066 8"),
	CELL(C12_RSA_STATUS,            CERTIFICATE_REQUEST, c12_certificate_request_recv,  NULL,           NOTHING,       C12_RSA_DONE,              "5246 7.4.4"),
	CELL(C12_RSA_STATUS,            SERVER_HELLO_DONE,   c12_server_hello_done_recv,    NULL,           C12_PEER,      C12_RSA_PEER,              "5246 7.4.5"),
	CELL(C12_RSA_REQUEST,           CERTIFICATE_REQUEST, c12_certificate_request_recv,  NULL,           NOTHING,       C12_RSA_DONE,              "5246 7.4.4"),
	CELL(C12_RSA_REQUEST,           SERVER_HELLO_DONE,   c12_server_hello_done_recv,    NULL,           C12_PEER,      C12_RSA_PEER,              "5246 7.4.5"),
	CELL(C12_RSA_DONE,              SERVER_HELLO_DONE,   c12_server_hello_done_recv,    NULL,           C12_PEER,      C12_RSA_PEER,              "5246 7.4.5"),
	CELL(C12_RSA_PEER,              VERIFIED,            c12_rsa_peer_done,             NULL,           C12_ENCRYPT,   C12_ENCRYPTED,             "5246 7.4.7.1"),
	CELL(C12_ENCRYPTED,             WORK_DONE,           c12_encrypted,                 &keys,          MASTER,        C12_MASTER,                "5246 7.4.7"),

	CELL(C12_CHOICE,                CL_SIGNED,           hs_client_go,                  NULL,           NOTHING,       C12_CERTIFICATE,           "5246 7.3 fig 1"),
	CELL(C12_CERTIFICATE,           CERTIFICATE,         c12_certificate_recv,          NULL,           NOTHING,       C12_STATUS,                "5246 7.4.2"),
	CELL(C12_STATUS,                CERTIFICATE_STATUS,  c12_certificate_status_recv,   NULL,           NOTHING,       C12_KEY_EXCHANGE,          "6066 8"),
	CELL(C12_STATUS,                SERVER_KEY_EXCHANGE, c12_server_key_exchange_recv,  NULL,           NOTHING,       C12_REQUEST,               "5246 7.4.3, 8422 5.4"),
	CELL(C12_KEY_EXCHANGE,          SERVER_KEY_EXCHANGE, c12_server_key_exchange_recv,  NULL,           NOTHING,       C12_REQUEST,               "5246 7.4.3, 8422 5.4"),
	CELL(C12_REQUEST,               CERTIFICATE_REQUEST, c12_certificate_request_recv,  NULL,           NOTHING,       C12_DONE,                  "5246 7.4.4"),
	CELL(C12_REQUEST,               SERVER_HELLO_DONE,   c12_server_hello_done_recv,    NULL,           C12_PEER,      C12_PEER,                  "5246 7.4.5"),
	CELL(C12_DONE,                  SERVER_HELLO_DONE,   c12_server_hello_done_recv,    NULL,           C12_PEER,      C12_PEER,                  "5246 7.4.5"),
	CELL(C12_PEER,                  VERIFIED,            c12_peer_done,                 NULL,           C12_SIGNATURE, C12_SIGNATURE,             "5246 7.4.2"),
	CELL(C12_SIGNATURE,             WORK_DONE,           c12_signature_done,            NULL,           C12_AGREE,     C12_AGREED,                "5246 7.4.3"),

	CELL(C12_CHOICE,                CL_ANON,             hs_client_go,                  NULL,           NOTHING,       C12_ANON_KEY_EXCHANGE,     "5246 7.3 fig 1, F.1.1.1"),
	CELL(C12_ANON_KEY_EXCHANGE,     SERVER_KEY_EXCHANGE, c12_server_key_exchange_recv,  NULL,           NOTHING,       C12_ANON_DONE,             "5246 7.4.3"),
	CELL(C12_ANON_DONE,             CERTIFICATE_REQUEST, c12_anon_request_recv,         NULL,           NOTHING,       C12_ANON_DONE,             "5246 7.4.4"),
	CELL(C12_ANON_DONE,             SERVER_HELLO_DONE,   c12_server_hello_done_recv,    NULL,           C12_AGREE,     C12_AGREED,                "5246 7.4.5"),

	CELL(C12_AGREED,                WORK_DONE,           c12_agreed,                    &keys,          MASTER,        C12_MASTER,                "5246 7.4.7"),
	CELL(C12_MASTER,                WORK_DONE,           hs12_master_done,              NULL,           KEYS,          C12_KEYS,                  "5246 8.1, 7627 4"),
	CELL(C12_KEYS,                  WORK_DONE,           c12_keys_done,                 NULL,           NOTHING,       C12_PROOF,                 "5246 6.3"),
	CELL(C12_PROOF,                 CL_PROVE,            hs_client_go,                  NULL,           C12_SIGN,      C12_SIGN,                  "5246 7.4.8"),
	CELL(C12_SIGN,                  WORK_DONE,           c12_sign_done,                 &proof,         CLIENT_VERIFY, C12_CLIENT_VERIFY,         "5246 7.4.8"),
	CELL(C12_PROOF,                 CL_GO,               hs_client_go,                  NULL,           CLIENT_VERIFY, C12_CLIENT_VERIFY,         "5246 7.4.9"),
	CELL(C12_CLIENT_VERIFY,         WORK_DONE,           c12_client_verify_done,        &finished,      NOTHING,       C12_ENDING,                "5246 7.1, 7.4.9"),
	CELL(C12_ENDING,                CL_TICKET,           hs_client_go,                  NULL,           NOTHING,       C12_TICKET,                "5077 3.1"),
	CELL(C12_ENDING,                CL_GO,               hs_client_go,                  NULL,           NOTHING,       C12_CCS,                   "5246 7.3 fig 1"),
	CELL(C12_TICKET,                NEW_SESSION_TICKET,  c12_new_session_ticket_recv,   NULL,           NOTHING,       C12_CCS,                   "5077 3.3"),
	CELL(C12_CCS,                   CHANGE_CIPHER_SPEC,  msg_ccs_recv,                  NULL,           SERVER_VERIFY, C12_SERVER_VERIFY,         "5246 7.1"),
	CELL(C12_SERVER_VERIFY,         WORK_DONE,           hs12_server_verify_done,       NULL,           NOTHING,       C12_FINISHED,              "5246 7.4.9"),
	CELL(C12_FINISHED,              FINISHED,            msg_finished_recv,             &nothing_more,  NOTHING,       C12_OPEN,                  "5246 7.4.9"),

	CELL(C12_CHOICE,                CL_RESUMED,          hs_client_go,                  NULL,           KEYS,          C12_RESUMED_KEYS,          "5246 7.3 fig 2"),
	CELL(C12_RESUMED_KEYS,          WORK_DONE,           c12_resumed_keys_done,         NULL,           NOTHING,       C12_RESUMED_ENDING,        "5246 6.3"),
	CELL(C12_RESUMED_ENDING,        CL_TICKET,           hs_client_go,                  NULL,           NOTHING,       C12_RESUMED_TICKET,        "5077 3.1"),
	CELL(C12_RESUMED_ENDING,        CL_GO,               hs_client_go,                  NULL,           NOTHING,       C12_RESUMED_CCS,           "5246 7.3 fig 2"),
	CELL(C12_RESUMED_TICKET,        NEW_SESSION_TICKET,  c12_new_session_ticket_recv,   NULL,           NOTHING,       C12_RESUMED_CCS,           "5077 3.3"),
	CELL(C12_RESUMED_CCS,           CHANGE_CIPHER_SPEC,  msg_ccs_recv,                  NULL,           SERVER_VERIFY, C12_RESUMED_SERVER_VERIFY, "5246 7.1"),
	CELL(C12_RESUMED_SERVER_VERIFY, WORK_DONE,           hs12_server_verify_done,       NULL,           NOTHING,       C12_RESUMED_FINISHED,      "5246 7.4.9"),
	CELL(C12_RESUMED_FINISHED,      FINISHED,            msg_finished_recv,             NULL,           CLIENT_VERIFY, C12_RESUMED_CLIENT_VERIFY, "5246 7.4.9"),
	CELL(C12_RESUMED_CLIENT_VERIFY, WORK_DONE,           hs12_client_verify_done,       &finished_last, NOTHING,       C12_OPEN,                  "5246 7.3 fig 2"),

	/* connected: renegotiation, asked for by the server or by our own side */
	CELL(C12_OPEN,                  HELLO_REQUEST,       c12_hello_request,             NULL,           NOTHING,       C12_ASKED,                 "5246 7.4.1.1"),
	CELL(C12_OPEN,                  CMD_REKEY,           c12_command,                   NULL,           NOTHING,       C12_ASKED,                 "5746 3.5"),
	CELL(C12_OPEN,                  CMD_RENEGOTIATE,     c12_command,                   NULL,           NOTHING,       C12_ASKED,                 "5746 3.5"),
	CELL(C12_ASKED,                 CL_REFUSE,           c12_refuse,                    NULL,           NOTHING,       C12_OPEN,                  "5246 7.2.2, 5746 4.2"),
	CELL(C12_ASKED,                 CL_GO,               hs_client_go,                  NULL,           NOTHING,       C12_OPEN,                  "5746 4.2"),
	CELL(C12_ASKED,                 CL_HELLO,            hs_client_go,                  &hello,         NOTHING,       C12_SERVER_HELLO,          "5746 3.5"),
	CELL(C12_SERVER_HELLO,          SERVER_HELLO,        msg_server_hello_again,        NULL,           NOTHING,       C12_CHOICE,                "5246 7.4.1.3, 5746 3.5"),

	/* a HelloRequest while we negotiate is ignored */
	CELL(C12_SERVER_HELLO,          HELLO_REQUEST,       hs_client_ignore,              NULL,           NOTHING,       C12_SERVER_HELLO,          "5246 7.4.1.1"),
	CELL(C12_RSA_CERTIFICATE,       HELLO_REQUEST,       hs_client_ignore,              NULL,           NOTHING,       C12_RSA_CERTIFICATE,       "5246 7.4.1.1"),
	CELL(C12_RSA_STATUS,            HELLO_REQUEST,       hs_client_ignore,              NULL,           NOTHING,       C12_RSA_STATUS,            "5246 7.4.1.1"),
	CELL(C12_RSA_REQUEST,           HELLO_REQUEST,       hs_client_ignore,              NULL,           NOTHING,       C12_RSA_REQUEST,           "5246 7.4.1.1"),
	CELL(C12_RSA_DONE,              HELLO_REQUEST,       hs_client_ignore,              NULL,           NOTHING,       C12_RSA_DONE,              "5246 7.4.1.1"),
	CELL(C12_CERTIFICATE,           HELLO_REQUEST,       hs_client_ignore,              NULL,           NOTHING,       C12_CERTIFICATE,           "5246 7.4.1.1"),
	CELL(C12_STATUS,                HELLO_REQUEST,       hs_client_ignore,              NULL,           NOTHING,       C12_STATUS,                "5246 7.4.1.1"),
	CELL(C12_KEY_EXCHANGE,          HELLO_REQUEST,       hs_client_ignore,              NULL,           NOTHING,       C12_KEY_EXCHANGE,          "5246 7.4.1.1"),
	CELL(C12_REQUEST,               HELLO_REQUEST,       hs_client_ignore,              NULL,           NOTHING,       C12_REQUEST,               "5246 7.4.1.1"),
	CELL(C12_DONE,                  HELLO_REQUEST,       hs_client_ignore,              NULL,           NOTHING,       C12_DONE,                  "5246 7.4.1.1"),
	CELL(C12_ANON_KEY_EXCHANGE,     HELLO_REQUEST,       hs_client_ignore,              NULL,           NOTHING,       C12_ANON_KEY_EXCHANGE,     "5246 7.4.1.1"),
	CELL(C12_ANON_DONE,             HELLO_REQUEST,       hs_client_ignore,              NULL,           NOTHING,       C12_ANON_DONE,             "5246 7.4.1.1"),
	CELL(C12_TICKET,                HELLO_REQUEST,       hs_client_ignore,              NULL,           NOTHING,       C12_TICKET,                "5246 7.4.1.1"),
	CELL(C12_CCS,                   HELLO_REQUEST,       hs_client_ignore,              NULL,           NOTHING,       C12_CCS,                   "5246 7.4.1.1"),
	CELL(C12_RESUMED_TICKET,        HELLO_REQUEST,       hs_client_ignore,              NULL,           NOTHING,       C12_RESUMED_TICKET,        "5246 7.4.1.1"),
	CELL(C12_RESUMED_CCS,           HELLO_REQUEST,       hs_client_ignore,              NULL,           NOTHING,       C12_RESUMED_CCS,           "5246 7.4.1.1"),
};
