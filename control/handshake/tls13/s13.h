/* The server's side of TLS 1.3: the functions of its table, and what its files share. RFC 8446. */
#ifndef SLUICE_CONTROL_S13_H
#define SLUICE_CONTROL_S13_H

#include "control/cert/cert.h"
#include "control/handshake/ext.h"
#include "control/handshake/tls13/hs13.h"

/* ---- hellos and choices: s13_hello.c ---- */
/* The ClientHello after HelloRetryRequest. */
enum tls_err s13_second_hello(struct hs_call *c, struct rd *body);
/* Without a PSK: a certificate, and a group that both have. Raises what comes next. */
enum tls_err s13_choose_full(struct hs_call *c);
/* The chosen key share in the client's list; n == 0: there is none. */
struct hs_span s13_share_of(const struct hs_hello *h, uint16_t group);

/* ---- certificate and scheme: s13_cert.c ---- */
/* Chooses w->cert and t13->scheme for this client; TLS_E_HANDSHAKE_FAILURE when nothing fits. */
enum tls_err s13_choose_cert(struct hs_call *c);

/* ---- HelloRetryRequest without memory: s13_cookie.c ---- */
#define S13_COOKIE_MAX 160
/* What the second hello must repeat, RFC 8446 4.1.2, as a digest. */
void s13_hello_print(const struct hs_hello *h, uint8_t out[32]);
/*
 * The cookie for the ClientHello in w->hello whose transcript hash is `hash`: group, suite, hash
 * and print under conf->cookie_key. Returns its length.
 */
size_t s13_cookie_make(const struct hs_call *c, const uint8_t *hash, uint8_t out[S13_COOKIE_MAX]);
/*
 * Takes the cookie of w->hello: sets hs->suite and t13->retry_group, and hash to the first hello's.
 * Anything wrong with it, or with what was to be repeated, is an error.
 */
enum tls_err s13_cookie_take(struct hs_call *c, uint8_t hash[HS_DIGEST_MAX]);
/*
 * The HelloRetryRequest with this cookie for the hello in w->hello, header and all; the same bytes
 * for the same hello and cookie. Returns its length.
 */
#define S13_RETRY_MAX (S13_COOKIE_MAX + 128)
size_t s13_retry_message(
	const struct hs_call *c, struct hs_span cookie, uint8_t out[S13_RETRY_MAX]);

/* ---- resumption: s13_psk.c ---- */
/*
 * Looks for a PSK among the client's that can be used with the suite chosen: then t13->psk_len is
 * not 0, and hs->early tells of early data. before, hello: the transcript up to the hello in hand,
 * and that message.
 */
enum tls_err s13_choose_psk(
	struct hs_call *c, const struct hs_digest *before, const uint8_t *hello, bool retried);
/* The binder of t13->offer is right: takes the session. False: not this time, after all. */
bool s13_psk_proved(struct hs_call *c);
/* PSKs were offered without (EC)DHE alone. */
bool s13_psk_ke_only(const struct hs_hello *h);
/* Bytes of early data that was refused and has to be read over, for READ_ON. */
uint32_t s13_skip_bytes(const struct hs_call *c);

/* ---- answers of our own side: s13_answer.c ---- */
enum tls_err s13_share_done(struct hs_call *c, struct rd *answer);
enum tls_err s13_psk_alone(struct hs_call *c, struct rd *nothing);
enum tls_err s13_signature_done(struct hs_call *c, struct rd *answer);
enum tls_err s13_chain_verified(struct hs_call *c, struct rd *nothing);
enum tls_err s13_proof_done(struct hs_call *c, struct rd *answer);
/* A decision that needs nothing but the table. */
enum tls_err s13_go(struct hs_call *c, struct rd *nothing);

/* ---- after the handshake: s13_reauth.c ---- */
enum tls_err s13_keep_transcript(struct hs_call *c);
/* HS_CMD_REAUTH: raises GO_CERTIFICATE, or GO_OPEN when this client cannot be asked. */
enum tls_err s13_reauth(struct hs_call *c, struct rd *nothing);
enum tls_err msg13_client_finished_again_recv(struct hs_call *c, struct rd *body);
enum tls_err s13_reauthenticated(struct hs_call *c);

/* ---- the same with every secret on the card: s13_card.c ---- */
enum tls_err s13_card_binder_done(struct hs_call *c, struct rd *answer);
enum tls_err s13_card_share_done(struct hs_call *c, struct rd *answer);
enum tls_err s13_card_verify_data_done(struct hs_call *c, struct rd *answer);
enum tls_err s13_card_tickets_done(struct hs_call *c, struct rd *answer);
enum tls_err s13_card_no_tickets(struct hs_call *c, struct rd *nothing);
enum tls_err msg13_card_finished_recv(struct hs_call *c, struct rd *body);
enum tls_err msg13_card_key_update_recv(struct hs_call *c, struct rd *body);
enum tls_err msg13_card_key_update_start(struct hs_call *c, struct rd *nothing);
/* parts of flights */
enum tls_err s13_card_handshake_keys(struct hs_call *c);
enum tls_err msg13_card_finished_send(struct hs_call *c);
enum tls_err s13_card_flight_end(struct hs_call *c);
enum tls_err s13_card_connected(struct hs_call *c);
enum tls_err msg13_card_tickets_send(struct hs_call *c);
/* How many tickets this handshake ends with, and one of them: its PSK comes wrapped (msg13_new_session_ticket.c). */
unsigned s13_ticket_count(const struct hs_call *c);
enum tls_err msg13_wrapped_ticket_send(struct hs_call *c, const uint8_t *wrapped, size_t len, uint8_t nonce);

/* ---- messages, and what goes between them, as parts of flights ---- */
enum tls_err msg13_hello_retry_request_send(struct hs_call *c);
/* What came so far lives on in the cookie alone. */
enum tls_err s13_forget(struct hs_call *c);
enum tls_err msg13_server_hello_send(struct hs_call *c);
/* The dummy ChangeCipherSpec, RFC 8446 D.4, once and only in compatibility mode. */
enum tls_err msg13_ccs_send(struct hs_call *c);
/* Handshake traffic secrets; our records are under them from here. */
enum tls_err s13_handshake_keys(struct hs_call *c);
enum tls_err msg13_encrypted_extensions_send(struct hs_call *c);
enum tls_err msg13_certificate_request_send(struct hs_call *c);
enum tls_err msg13_certificate_request_again_send(struct hs_call *c);
enum tls_err msg13_certificate_send(struct hs_call *c);
enum tls_err msg13_certificate_recv(struct hs_call *c, struct rd *body);
enum tls_err msg13_certificate_verify_send(struct hs_call *c);
enum tls_err msg13_certificate_verify_recv(struct hs_call *c, struct rd *body);
enum tls_err msg13_server_finished_send(struct hs_call *c);
/*
 * Behind our Finished: application keys for what we send, the client's handshake (or early) keys.
 * Raises what comes next.
 */
enum tls_err s13_flight_end(struct hs_call *c);
enum tls_err msg13_client_finished_recv(struct hs_call *c, struct rd *body);
enum tls_err msg13_end_of_early_data_recv(struct hs_call *c, struct rd *body);
enum tls_err msg13_new_session_ticket_send(struct hs_call *c);
/* The handshake is over: application keys. */
enum tls_err s13_connected(struct hs_call *c);

#endif
