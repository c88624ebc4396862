/* The client, SSL 3.0 to TLS 1.2: the functions of its table. */
#ifndef SLUICE_CONTROL_C12_H
#define SLUICE_CONTROL_C12_H

#include "control/handshake/hs_client.h"
#include "control/handshake/tls12/hs12.h"

#define C12_DH_MAX 512 /* bytes of a server's own group that we compute in */

/* ---- the server's flight: c12_server.c ---- */
enum tls_err c12_certificate_recv(struct hs_call *c, struct rd *body);
enum tls_err c12_certificate_status_recv(struct hs_call *c, struct rd *body);
enum tls_err c12_server_key_exchange_recv(struct hs_call *c, struct rd *body);
enum tls_err c12_certificate_request_recv(struct hs_call *c, struct rd *body);
/* From a server that shows no certificate of its own: refused by name. */
enum tls_err c12_anon_request_recv(struct hs_call *c, struct rd *body);
enum tls_err c12_server_hello_done_recv(struct hs_call *c, struct rd *body);
enum tls_err c12_new_session_ticket_recv(struct hs_call *c, struct rd *body);

/* ---- our flight: c12_client.c ---- */
enum tls_err c12_certificate_send(struct hs_call *c);
enum tls_err c12_client_key_exchange_send(struct hs_call *c);
enum tls_err c12_certificate_verify_send(struct hs_call *c);
/* Flights' last entry: the handshake is over. */
enum tls_err c12_connected(struct hs_call *c);

/* ---- answers of our own side: c12_answer.c ---- */
enum tls_err c12_peer_done(struct hs_call *c, struct rd *nothing);
enum tls_err c12_rsa_peer_done(struct hs_call *c, struct rd *nothing);
enum tls_err c12_signature_done(struct hs_call *c, struct rd *answer);
enum tls_err c12_agreed(struct hs_call *c, struct rd *answer);
enum tls_err c12_encrypted(struct hs_call *c, struct rd *answer);
/* The key block; raises CL_PROVE or CL_GO. */
enum tls_err c12_keys_done(struct hs_call *c, struct rd *answer);
enum tls_err c12_sign_done(struct hs_call *c, struct rd *answer);
/* Our Finished can go; raises CL_TICKET or CL_GO. */
enum tls_err c12_client_verify_done(struct hs_call *c, struct rd *answer);
/* The same in a resumption, where the server's comes first. */
enum tls_err c12_resumed_keys_done(struct hs_call *c, struct rd *answer);

/* ---- renegotiation: c12_again.c ---- */
/* Raises CL_HELLO or CL_REFUSE. */
enum tls_err c12_hello_request(struct hs_call *c, struct rd *body);
/* Raises CL_HELLO, or CL_GO when it is not possible. */
enum tls_err c12_command(struct hs_call *c, struct rd *nothing);
enum tls_err c12_refuse(struct hs_call *c, struct rd *nothing);

#endif
