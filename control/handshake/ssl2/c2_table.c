/*
 * The client's side of SSL 2.0 as a table: state × what arrives. draft-hickman-netscape-ssl 1.3,
 * 2.5. CLIENT-FINISHED waits for SERVER-VERIFY: nothing is said to a server that does not hold the
 * key.
 */
#include "control/handshake/ssl2/ssl2.h"

static const struct hs_flight master_key = { "CLIENT-MASTER-KEY, keys",
	{ msg2_client_master_key_send, ssl2_install_keys } };
static const struct hs_flight finished = { "CLIENT-FINISHED", { msg2_client_finished_send } };
static const struct hs_flight certificate = { "CLIENT-CERTIFICATE", { msg2_client_certificate_send } };
static const struct hs_flight without = { "ERROR", { msg2_error_no_certificate_send } };
static const struct hs_flight nothing_more = { "", { ssl2_connected } };

#define CELL(...) HS_CELL(C2, __VA_ARGS__)

const struct hs_cell hs_c2_cells[HS_FIRST_NONE - HS_FIRST_C2][HS_EVENTS] = {
	/* waits for          arrives                   taken by                         then send      then ask for  then wait for       draft */
	CELL(C2_SESSION,         SESSION_MISS,             c2_session_miss,                 NULL,          SSL2_PEER,    C2_PEER,            "hickman 2.7.1"),
	CELL(C2_PEER,            VERIFIED,                 c2_peer_done,                    NULL,          SSL2_ENCRYPT, C2_ENCRYPT,         "hickman 2.6.2"),
	CELL(C2_ENCRYPT,         WORK_DONE,                c2_encrypt_done,                 &master_key,   NOTHING,      C2_SERVER_VERIFY,   "hickman 2.6.2"),
	CELL(C2_SESSION,         SESSION_HIT,              c2_session_hit,                  NULL,          NOTHING,      C2_SERVER_VERIFY,   "hickman 2.7.1, 1.3.2"),
	CELL(C2_SERVER_VERIFY,   SSL2_SERVER_VERIFY,       msg2_server_verify_recv,         &finished,     NOTHING,      C2_SERVER_FINISHED, "hickman 2.7.2, 2.6.4"),
	CELL(C2_SERVER_VERIFY,   SSL2_ERROR,               msg2_error_recv,                 NULL,          NOTHING,      NOTHING,            "hickman 2.9.1"),
	CELL(C2_SERVER_FINISHED, SSL2_SERVER_FINISHED,     msg2_server_finished_recv,       &nothing_more, NOTHING,      C2_OPEN,            "hickman 2.7.3"),
	CELL(C2_SERVER_FINISHED, SSL2_ERROR,               msg2_error_recv,                 NULL,          NOTHING,      NOTHING,            "hickman 2.9.1"),

	CELL(C2_SERVER_FINISHED, SSL2_REQUEST_CERTIFICATE, msg2_request_certificate_recv,   NULL,          NOTHING,      C2_CERTIFICATE,     "hickman 2.7.4"),
	CELL(C2_CERTIFICATE,     GO_CERTIFICATE,            c2_go_prove,                     NULL,          SSL2_SIGN,    C2_SIGN,            "hickman 2.8.1"),
	CELL(C2_CERTIFICATE,     GO_FINISHED,          c2_go_without,                   &without,      NOTHING,      C2_AUTHENTICATED,   "hickman 1.5.1"),
	CELL(C2_SIGN,            WORK_DONE,                c2_sign_done,                    &certificate,  NOTHING,      C2_AUTHENTICATED,   "hickman 2.6.5"),
	CELL(C2_AUTHENTICATED,   SSL2_SERVER_FINISHED,     msg2_server_finished_recv,       &nothing_more, NOTHING,      C2_OPEN,            "hickman 2.7.3"),
	CELL(C2_AUTHENTICATED,   SSL2_ERROR,               msg2_error_recv,                 NULL,          NOTHING,      NOTHING,            "hickman 2.9.1"),
};
