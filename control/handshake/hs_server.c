/*
 * The server's side of TLS 1.2 as a table: state × what arrives. A cell that is not written here is rejected with
 * unexpected_message. Full handshake: RFC 5246 figure 1; resumption: figure 2.
 *
 * Alerts (RFC 5246 7.2) are legal in every state and are handled by the driver, hs.c.
 */
#include "control/handshake/hs_int.h"

static const struct hs_flight hello_full = { "ServerHello Certificate ServerHelloDone",
	{ msg_server_hello_send, msg_certificate_send, msg_server_hello_done_send } };
static const struct hs_flight hello_resumed = { "ServerHello", { msg_server_hello_send } };
static const struct hs_flight finished = { "ChangeCipherSpec Finished", { msg_ccs_send, msg_finished_send } };

#define CELL(state, event, recv, flight, ask, next, rfc) \
	[HS_WAIT_##state][HS_EV_##event] = { recv, flight, HS_ASK_##ask, HS_WAIT_##next, rfc }

static const struct hs_cell cells[HS_STATES][HS_EVENTS] = {
	/* waits for             arrives               taken by                        then send       then ask for   then wait for          RFC */
	CELL(CLIENT_HELLO,          CLIENT_HELLO,        msg_client_hello_recv,         NULL,           SESSION,       SESSION,               "5246 7.4.1.2"),
	CELL(SESSION,               SESSION_MISS,        hs_session_miss,               &hello_full,    NOTHING,       CLIENT_KEY_EXCHANGE,   "5246 7.3 fig 1"),
	CELL(CLIENT_KEY_EXCHANGE,   CLIENT_KEY_EXCHANGE, msg_client_key_exchange_recv,  NULL,           PREMASTER,     PREMASTER,             "5246 7.4.7"),
	CELL(PREMASTER,             PREMASTER_DONE,      hs_premaster_done,             NULL,           MASTER,        MASTER,                "5246 7.4.7.1"),
	CELL(MASTER,                MASTER_DONE,         hs_master_done,                NULL,           KEYS,          KEYS,                  "5246 8.1, 7627 4"),
	CELL(KEYS,                  KEYS_DONE,           hs_keys_done,                  NULL,           CLIENT_VERIFY, CLIENT_VERIFY,         "5246 6.3"),
	CELL(CLIENT_VERIFY,         CLIENT_VERIFY_DONE,  hs_client_verify_done,         NULL,           NOTHING,       CCS,                   "5246 7.4.9"),
	CELL(CCS,                   CHANGE_CIPHER_SPEC,  msg_ccs_recv,                  NULL,           NOTHING,       FINISHED,              "5246 7.1"),
	CELL(FINISHED,              FINISHED,            msg_finished_recv,             NULL,           SERVER_VERIFY, SERVER_VERIFY,         "5246 7.4.9"),
	CELL(SERVER_VERIFY,         SERVER_VERIFY_DONE,  hs_server_verify_done,         &finished,      NOTHING,       CLOSE,                 "5246 7.3 fig 1"),

	CELL(SESSION,               SESSION_HIT,         hs_session_hit,                &hello_resumed, KEYS,          RESUMED_KEYS,          "5246 7.3 fig 2"),
	CELL(RESUMED_KEYS,          KEYS_DONE,           hs_keys_done,                  NULL,           SERVER_VERIFY, RESUMED_SERVER_VERIFY, "5246 6.3"),
	CELL(RESUMED_SERVER_VERIFY, SERVER_VERIFY_DONE,  hs_server_verify_done,         &finished,      CLIENT_VERIFY, RESUMED_CLIENT_VERIFY, "5246 7.3 fig 2"),
	CELL(RESUMED_CLIENT_VERIFY, CLIENT_VERIFY_DONE,  hs_client_verify_done,         NULL,           NOTHING,       RESUMED_CCS,           "5246 7.4.9"),
	CELL(RESUMED_CCS,           CHANGE_CIPHER_SPEC,  msg_ccs_recv,                  NULL,           NOTHING,       RESUMED_FINISHED,      "5246 7.1"),
	CELL(RESUMED_FINISHED,      FINISHED,            msg_finished_recv,             NULL,           NOTHING,       CLOSE,                 "5246 7.4.9"),

	CELL(CLOSE,                 CLIENT_HELLO,        msg_client_hello_refuse,       NULL,           NOTHING,       CLOSE,                 "5246 7.2.2, 5746 4.4"),
};

const struct hs_cell *
hs_server_cell(enum hs_state state, enum hs_event event)
{
	return &cells[state][event];
}
