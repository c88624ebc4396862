/*
 * The server's side of SSL 3.0 to TLS 1.2 as a table: state × what arrives. A cell that is not written here is rejected with
 * unexpected_message. Full handshake: RFC 5246 figure 1; resumption: figure 2.
 *
 * Alerts (RFC 5246 7.2) are legal in every state and are handled by the driver, hs.c.
 */
#include "control/handshake/tls12/s12.h"

static const struct hs_flight hello_full = { "ServerHello Certificate ServerHelloDone",
	{ msg_server_hello_send, msg_certificate_send, msg_server_hello_done_send } };
static const struct hs_flight hello_resumed = { "ServerHello", { msg_server_hello_send } };
static const struct hs_flight finished = { "ChangeCipherSpec Finished", { msg_ccs_send, msg_finished_send } };
static const struct hs_flight finished_last = { "ChangeCipherSpec Finished", { msg_ccs_send, msg_finished_send, s12_connected } };
static const struct hs_flight nothing_more = { "", { s12_connected } };

#define CELL(...) HS_CELL(S12, __VA_ARGS__)

const struct hs_cell hs_s12_cells[HS_FIRST_C12 - HS_FIRST_S12][HS_EVENTS] = {
	/* waits for                 arrives              taken by                       then send       then ask for   then wait for              RFC */
	CELL(S12_SESSION,               SESSION_MISS,        s12_session_miss,              &hello_full,    NOTHING,       S12_CLIENT_KEY_EXCHANGE,   "5246 7.3 fig 1"),
	CELL(S12_CLIENT_KEY_EXCHANGE,   CLIENT_KEY_EXCHANGE, msg_client_key_exchange_recv,  NULL,           PREMASTER,     S12_PREMASTER,             "5246 7.4.7"),
	CELL(S12_PREMASTER,             WORK_DONE,           s12_premaster_done,            NULL,           MASTER,        S12_MASTER,                "5246 7.4.7.1"),
	CELL(S12_MASTER,                WORK_DONE,           hs12_master_done,              NULL,           KEYS,          S12_KEYS,                  "5246 8.1, 7627 4"),
	CELL(S12_KEYS,                  WORK_DONE,           hs12_keys_done,                NULL,           CLIENT_VERIFY, S12_CLIENT_VERIFY,         "5246 6.3"),
	CELL(S12_CLIENT_VERIFY,         WORK_DONE,           hs12_client_verify_done,       NULL,           NOTHING,       S12_CCS,                   "5246 7.4.9"),
	CELL(S12_CCS,                   CHANGE_CIPHER_SPEC,  msg_ccs_recv,                  NULL,           NOTHING,       S12_FINISHED,              "5246 7.1"),
	CELL(S12_FINISHED,              FINISHED,            msg_finished_recv,             NULL,           SERVER_VERIFY, S12_SERVER_VERIFY,         "5246 7.4.9"),
	CELL(S12_SERVER_VERIFY,         WORK_DONE,           hs12_server_verify_done,       &finished_last, NOTHING,       S12_OPEN,                  "5246 7.3 fig 1"),

	CELL(S12_SESSION,               SESSION_HIT,         s12_session_hit,               &hello_resumed, KEYS,          S12_RESUMED_KEYS,          "5246 7.3 fig 2"),
	CELL(S12_RESUMED_KEYS,          WORK_DONE,           hs12_keys_done,                NULL,           SERVER_VERIFY, S12_RESUMED_SERVER_VERIFY, "5246 6.3"),
	CELL(S12_RESUMED_SERVER_VERIFY, WORK_DONE,           hs12_server_verify_done,       &finished,      CLIENT_VERIFY, S12_RESUMED_CLIENT_VERIFY, "5246 7.3 fig 2"),
	CELL(S12_RESUMED_CLIENT_VERIFY, WORK_DONE,           hs12_client_verify_done,       NULL,           NOTHING,       S12_RESUMED_CCS,           "5246 7.4.9"),
	CELL(S12_RESUMED_CCS,           CHANGE_CIPHER_SPEC,  msg_ccs_recv,                  NULL,           NOTHING,       S12_RESUMED_FINISHED,      "5246 7.1"),
	CELL(S12_RESUMED_FINISHED,      FINISHED,            msg_finished_recv,             &nothing_more,  NOTHING,       S12_OPEN,                  "5246 7.4.9"),

	CELL(S12_OPEN,                  CLIENT_HELLO,        msg_client_hello_refuse,       NULL,           NOTHING,       S12_OPEN,                  "5246 7.2.2, 5746 4.4"),
};
