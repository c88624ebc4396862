/*
 * Before a version is agreed, both roles. The server reads a ClientHello and decides; the client has
 * sent one and reads a ServerHello. The decision is an event: the version's own table goes on.
 */
#include "control/handshake/hs_client.h"
#include "control/handshake/ssl2/ssl2.h"

static const struct hs_flight client_hello = { "ClientHello", { msg_client_hello_send } };
static const struct hs_flight client_hello_2 = { "CLIENT-HELLO", { msg2_client_hello_send } };

#define CELL(...) HS_CELL(START, __VA_ARGS__)

const struct hs_cell hs_start_cells[HS_FIRST_S12 - HS_FIRST_START][HS_EVENTS] = {
	/* waits for   arrives             taken by                    then send  then ask for  then wait for    RFC */
	CELL(CLIENT_HELLO, CLIENT_HELLO,   msg_client_hello_recv,      NULL,      NOTHING,      VERSION,         "5246 7.4.1.2, 8446 4.1.2"),
	CELL(VERSION,  GO_13,              s13_client_hello,           NULL,      NOTHING,      S13_CHOICE,      "8446 4.1.1"),
	CELL(VERSION,  GO_12,              s12_client_hello,           NULL,      S12_SESSION,  S12_SESSION,     "5246 7.3, E.1"),
	CELL(CLIENT_HELLO, SSL2_CLIENT_HELLO, msg2_client_hello_recv,  NULL,      NOTHING,      VERSION,         "hickman 2.6.1, 5246 E.2"),
	CELL(VERSION,  GO_SSL2,            s2_go,                      NULL,      SSL2_SESSION, S2_SESSION,      "hickman 1.3.2"),
	CELL(SERVER_HELLO, SSL2_SERVER_HELLO, msg2_server_hello_recv,  NULL,      NOTHING,      SERVER_VERSION,  "hickman 2.7.1"),
	CELL(SERVER_HELLO, SSL2_ERROR,     msg2_error_recv,            NULL,      NOTHING,      NOTHING,         "hickman 2.9.1"),
	CELL(SERVER_VERSION, GO_SSL2,      c2_go,                      NULL,      NOTHING,      C2_SESSION,      "hickman 1.3.2"),

	CELL(CLIENT_START, CL_START,       hs_client_start,            NULL,      NOTHING,      CLIENT_OFFER,    "8446 4.1.2"),
	CELL(CLIENT_OFFER, CL_HELLO,       hs_client_go,               &client_hello, NOTHING,  SERVER_HELLO,    "5246 7.4.1.2"),
	CELL(CLIENT_OFFER, GO_SSL2,        hs_client_go,               &client_hello_2, NOTHING, SERVER_HELLO,   "hickman 2.6.1"),
	CELL(CLIENT_OFFER, CL_SHARE,       hs_client_go,               NULL,      SHARE,        CLIENT_SHARE,    "8446 4.2.8"),
	CELL(CLIENT_SHARE, WORK_DONE,      hs_client_share_done,       NULL,      NOTHING,      CLIENT_MORE,     "8446 4.2.8"),
	CELL(CLIENT_MORE,  CL_HELLO,       hs_client_go,               &client_hello, NOTHING,  SERVER_HELLO,    "8446 4.1.2"),
	CELL(CLIENT_MORE,  CL_SHARE,       hs_client_go,               NULL,      SHARE,        CLIENT_SECOND_SHARE, "8446 4.2.8"),
	CELL(CLIENT_SECOND_SHARE, WORK_DONE, hs_client_last_share_done, &client_hello, NOTHING, SERVER_HELLO,    "8446 4.1.2"),
	CELL(SERVER_HELLO, HELLO_REQUEST,  hs_client_ignore,           NULL,      NOTHING,      SERVER_HELLO,    "5246 7.4.1.1"),
	CELL(SERVER_HELLO, SERVER_HELLO,   msg_server_hello_recv,      NULL,      NOTHING,      SERVER_VERSION,  "5246 7.4.1.3, 8446 4.1.3"),
	CELL(SERVER_VERSION, GO_12,        c12_server_hello,           NULL,      NOTHING,      C12_CHOICE,      "5246 7.3, E.1"),
	CELL(SERVER_VERSION, GO_13,        c13_server_hello,           NULL,      C13_AGREE,    C13_AGREED,      "8446 2 fig 1"),
	CELL(SERVER_VERSION, CL_RETRY,     c13_retry,                  NULL,      NOTHING,      C13_RETRY,       "8446 4.1.4"),
};
