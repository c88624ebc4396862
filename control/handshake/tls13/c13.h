/* The client, TLS 1.3: the functions of its table. RFC 8446. */
#ifndef SLUICE_CONTROL_C13_H
#define SLUICE_CONTROL_C13_H

#include "control/handshake/hs_client.h"
#include "control/handshake/tls13/hs13.h"

/* ---- keys from the hellos: c13_hello.c ---- */
/* The shared secret; the server's handshake keys. */
enum tls_err c13_agreed(struct hs_call *c, struct rd *answer);
/* The dummy ChangeCipherSpec, RFC 8446 D.4, once; and our handshake keys behind it. */
enum tls_err c13_ccs_send(struct hs_call *c);
enum tls_err c13_write_keys(struct hs_call *c);

/* ---- the server's flight: c13_server.c ---- */
/* Raises CL_RESUMED or CL_SIGNED. */
enum tls_err c13_encrypted_extensions_recv(struct hs_call *c, struct rd *body);
enum tls_err c13_certificate_request_recv(struct hs_call *c, struct rd *body);
enum tls_err c13_certificate_recv(struct hs_call *c, struct rd *body);
enum tls_err c13_peer_done(struct hs_call *c, struct rd *nothing);
enum tls_err c13_certificate_verify_recv(struct hs_call *c, struct rd *body);
enum tls_err c13_signature_done(struct hs_call *c, struct rd *answer);
/* Raises CL_PROVE or CL_GO. */
enum tls_err c13_finished_recv(struct hs_call *c, struct rd *body);

/* ---- our flight: c13_client.c ---- */
/* The application keys' secrets: the transcript ends with the server's Finished. */
enum tls_err c13_answer(struct hs_call *c, struct rd *nothing);
enum tls_err c13_sign_done(struct hs_call *c, struct rd *answer);
enum tls_err c13_certificate_send(struct hs_call *c);
enum tls_err c13_certificate_verify_send(struct hs_call *c);
enum tls_err c13_finished_send(struct hs_call *c);
/* Flights' last entry: the handshake is over. */
enum tls_err c13_connected(struct hs_call *c);

/* ---- connected: c13_open.c ---- */
enum tls_err c13_new_session_ticket_recv(struct hs_call *c, struct rd *body);
/* Post-handshake authentication, 4.6.2. Raises CL_PROVE or CL_GO. */
enum tls_err c13_post_request_recv(struct hs_call *c, struct rd *body);
enum tls_err c13_post_finished_send(struct hs_call *c);

#endif
