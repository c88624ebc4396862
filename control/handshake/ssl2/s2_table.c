/*
 * The server's side of SSL 2.0 as a table: state × what arrives. draft-hickman-netscape-ssl 1.3, 2.5.
 */
#include "control/handshake/ssl2/ssl2.h"

static const struct hs_flight hello = { "SERVER-HELLO", { msg2_server_hello_send } };
static const struct hs_flight hello_known = { "SERVER-HELLO (known session), keys, SERVER-VERIFY",
	{ msg2_server_hello_send, ssl2_install_keys, msg2_server_verify_send } };
static const struct hs_flight verify = { "keys, SERVER-VERIFY",
	{ ssl2_install_keys, msg2_server_verify_send } };
static const struct hs_flight request = { "REQUEST-CERTIFICATE", { msg2_request_certificate_send } };
static const struct hs_flight finished = { "SERVER-FINISHED",
	{ msg2_server_finished_send, ssl2_connected } };

#define CELL(...) HS_CELL(S2, __VA_ARGS__)

const struct hs_cell hs_s2_cells[HS_FIRST_C2 - HS_FIRST_S2][HS_EVENTS] = {
	/* waits for             arrives                  taken by                          then send     then ask for  then wait for           draft */
	CELL(S2_SESSION,            SESSION_MISS,            s2_session_miss,                  &hello,       NOTHING,      S2_CLIENT_MASTER_KEY,   "hickman 2.7.1"),
	CELL(S2_CLIENT_MASTER_KEY,  SSL2_CLIENT_MASTER_KEY,  msg2_client_master_key_recv,      NULL,         SSL2_MASTER,  S2_MASTER,              "hickman 2.6.2"),
	CELL(S2_CLIENT_MASTER_KEY,  SSL2_ERROR,              msg2_error_recv,                  NULL,         NOTHING,      NOTHING,                "hickman 2.9.1"),
	CELL(S2_MASTER,             WORK_DONE,               s2_master_done,                   &verify,      NOTHING,      S2_CLIENT_FINISHED,     "hickman 2.7.2"),
	CELL(S2_CLIENT_FINISHED,    SSL2_CLIENT_FINISHED,    msg2_client_finished_recv,        NULL,         NOTHING,      S2_AUTHENTICATION,      "hickman 2.6.4"),
	CELL(S2_CLIENT_FINISHED,    SSL2_ERROR,              msg2_error_recv,                  NULL,         NOTHING,      NOTHING,                "hickman 2.9.1"),
	CELL(S2_AUTHENTICATION,     GO_FINISHED,          s2_go_finish,                     &finished,    NOTHING,      S2_OPEN,                "hickman 2.7.3"),

	CELL(S2_SESSION,            SESSION_HIT,             s2_session_hit,                   &hello_known, NOTHING,      S2_CLIENT_FINISHED,     "hickman 2.7.1, 1.3.2"),

	CELL(S2_AUTHENTICATION,     GO_CERTIFICATE,         s2_go_request,                    &request,     NOTHING,      S2_CLIENT_CERTIFICATE,  "hickman 2.7.4"),
	CELL(S2_CLIENT_CERTIFICATE, SSL2_CLIENT_CERTIFICATE, msg2_client_certificate_recv,     NULL,         SSL2_PEER,    S2_PEER,                "hickman 2.6.5"),
	CELL(S2_CLIENT_CERTIFICATE, SSL2_ERROR,              msg2_error_no_certificate_recv,   NULL,         NOTHING,      S2_IDENTITY,            "hickman 1.5.1"),
	CELL(S2_PEER,               VERIFIED,                s2_peer_done,                     NULL,         SSL2_PROOF,   S2_PROOF,               "hickman 2.8.1"),
	CELL(S2_PROOF,              WORK_DONE,               s2_proof_done,                    NULL,         NOTHING,      S2_IDENTITY,            "hickman 2.8.1"),
	CELL(S2_IDENTITY,           GO_FINISHED,          s2_go_finish,                     &finished,    NOTHING,      S2_OPEN,                "hickman 2.7.3"),
};
