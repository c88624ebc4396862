/* The server, SSL 3.0 to TLS 1.2: the functions of its table. */
#ifndef SLUICE_CONTROL_S12_H
#define SLUICE_CONTROL_S12_H

#include "control/handshake/tls12/hs12.h"

/* ---- messages ---- */
enum tls_err msg_server_hello_send(struct hs_call *c);
enum tls_err msg_certificate_send(struct hs_call *c);
enum tls_err msg_server_hello_done_send(struct hs_call *c);
enum tls_err msg_client_key_exchange_recv(struct hs_call *c, struct rd *body);
/* A ClientHello on an established connection that is not wanted. */
enum tls_err msg_client_hello_refuse(struct hs_call *c, struct rd *body);

/* ---- answers ---- */
enum tls_err s12_session_hit(struct hs_call *c, struct rd *answer);
enum tls_err s12_session_miss(struct hs_call *c, struct rd *answer);
enum tls_err s12_premaster_done(struct hs_call *c, struct rd *answer);
/* Flights' last entry: the handshake is over. */
enum tls_err s12_connected(struct hs_call *c);

#endif
