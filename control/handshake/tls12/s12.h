/* SSL 3.0 to TLS 1.2: what only these handshakes need, and the functions of their tables. */
#ifndef SLUICE_CONTROL_S12_H
#define SLUICE_CONTROL_S12_H

#include "control/handshake/hs_int.h"

#define HS12_VERIFY_LEN 12 /* RFC 5246 7.4.9; SSL 3.0 has 36 */

struct hs12 {
	uint8_t premaster[TLS_MASTER_LEN];
	uint8_t master[TLS_MASTER_LEN];
	uint8_t key_block[256];
	uint8_t client_verify[HS12_VERIFY_LEN], server_verify[HS12_VERIFY_LEN];
	/* borrowed from the message in hand: valid from its handler to the question */
	struct rd encrypted_premaster;
};

/* What a connected one keeps for renegotiation, RFC 5746. */
struct hs12_live {
	uint8_t client_verify[36], server_verify[36];
	uint8_t verify_len;
};

/* Emits the KEYS action for a direction from the key block. */
enum tls_err s12_install_keys(struct hs_call *c, enum ipc_keys_dir dir, enum ipc_keys_when when);

/* ---- messages ---- */
enum tls_err msg_server_hello_send(struct hs_call *c);
enum tls_err msg_certificate_send(struct hs_call *c);
enum tls_err msg_server_hello_done_send(struct hs_call *c);
enum tls_err msg_client_key_exchange_recv(struct hs_call *c, struct rd *body);
enum tls_err msg_ccs_recv(struct hs_call *c, struct rd *body);
enum tls_err msg_ccs_send(struct hs_call *c);
enum tls_err msg_finished_recv(struct hs_call *c, struct rd *body);
enum tls_err msg_finished_send(struct hs_call *c);
/* A ClientHello on an established connection that is not wanted. */
enum tls_err msg_client_hello_refuse(struct hs_call *c, struct rd *body);

/* ---- answers ---- */
enum tls_err s12_session_hit(struct hs_call *c, struct rd *answer);
enum tls_err s12_session_miss(struct hs_call *c, struct rd *answer);
enum tls_err s12_premaster_done(struct hs_call *c, struct rd *answer);
enum tls_err s12_master_done(struct hs_call *c, struct rd *answer);
enum tls_err s12_keys_done(struct hs_call *c, struct rd *answer);
enum tls_err s12_client_verify_done(struct hs_call *c, struct rd *answer);
enum tls_err s12_server_verify_done(struct hs_call *c, struct rd *answer);
/* Flights' last entry: the handshake is over. */
enum tls_err s12_connected(struct hs_call *c);

#endif
