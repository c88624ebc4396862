/* The server, SSL 3.0 to TLS 1.2: the functions of its table. */
#ifndef SLUICE_CONTROL_S12_H
#define SLUICE_CONTROL_S12_H

#include "control/handshake/tls12/hs12.h"

/* ---- choices (s12_choose.c) ---- */
/*
 * Suite, and what goes with it: certificate, group, scheme; into hs->suite, w->cert, w->t12.
 * TLS_E_HANDSHAKE_FAILURE when nothing is in common.
 */
enum tls_err s12_choose(struct hs_call *c);

/* ---- sessions and tickets (s12_session.c) ---- */
enum tls_err s12_session_hit(struct hs_call *c, struct rd *answer);
enum tls_err s12_session_miss(struct hs_call *c, struct rd *answer);
/* The same in two steps where the card is asked in between; and what it said. */
enum tls_err s12_session_found(struct hs_call *c, struct rd *answer);
enum tls_err s12_session_taken(struct hs_call *c, struct rd *nothing);
enum tls_err s12_session_unknown(struct hs_call *c, struct rd *nothing);
enum tls_err s12_unwrap_done(struct hs_call *c, struct rd *answer);
/* What this connection would leave for resumption. */
void s12_session_fill(const struct hs_call *c, struct session_entry *e);

/* ---- messages ---- */
/* A stapled OCSP response goes with this handshake. */
bool s12_has_staple(const struct hs_call *c);
enum tls_err msg_server_hello_send(struct hs_call *c);
enum tls_err msg_certificate_send(struct hs_call *c);
enum tls_err msg_certificate_status_send(struct hs_call *c);
enum tls_err msg_server_key_exchange_send(struct hs_call *c);
enum tls_err msg_certificate_request_send(struct hs_call *c);
enum tls_err msg_server_hello_done_send(struct hs_call *c);
enum tls_err msg_new_session_ticket_send(struct hs_call *c);
enum tls_err msg_client_certificate_recv(struct hs_call *c, struct rd *body);
enum tls_err msg_client_key_exchange_recv(struct hs_call *c, struct rd *body);
enum tls_err msg_certificate_verify_recv(struct hs_call *c, struct rd *body);
/* A ClientHello on an established connection. */
enum tls_err msg_client_hello_again(struct hs_call *c, struct rd *body);

/* ---- answers and decisions ---- */
enum tls_err s12_nothing(struct hs_call *c, struct rd *nothing);
enum tls_err s12_keygen_done(struct hs_call *c, struct rd *answer);
enum tls_err s12_sign_done(struct hs_call *c, struct rd *answer);
enum tls_err s12_premaster_done(struct hs_call *c, struct rd *answer);
enum tls_err s12_keys_done(struct hs_call *c, struct rd *answer);
/* The client has no certificate: by an empty message, or by SSL 3.0's alert. */
enum tls_err s12_no_certificate(struct hs_call *c, struct rd *nothing);
enum tls_err s12_peer_verified(struct hs_call *c, struct rd *nothing);
enum tls_err s12_proof_done(struct hs_call *c, struct rd *answer);
/* Flights' last entry: the handshake is over. */
enum tls_err s12_connected(struct hs_call *c);
/* Commands: a HelloRequest where a renegotiation may come and none is asked for yet. */
enum tls_err s12_want_again(struct hs_call *c, struct rd *nothing);
enum tls_err s12_want_certificate(struct hs_call *c, struct rd *nothing);
enum tls_err msg_hello_request_send(struct hs_call *c);
/* The renegotiation is refused by a warning, and not for ever; in SSL 3.0 by an end. */
enum tls_err s12_refuse_again(struct hs_call *c);

#endif
