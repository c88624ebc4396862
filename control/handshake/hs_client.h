/*
 * The client's side of the hellos, every version from SSL 3.0: what is offered, the key shares made
 * for it, what the server's flight said until it is used. RFC 8446 4.1, RFC 5246 7.4.1.
 */
#ifndef SLUICE_CONTROL_HS_CLIENT_H
#define SLUICE_CONTROL_HS_CLIENT_H

#include "control/handshake/hs_int.h"

#define HS_MAX_SHARES 2

/* A key pair of ours: private | public, heap, wiped. */
struct hs_share {
	uint8_t *bytes;
	uint32_t private_len, len;
	uint16_t group;
};

/* A span of heap that is the client's own. */
struct hs_blob {
	uint8_t *p;
	uint32_t n;
};

/* Part of the work area: freed and wiped by hs_client_drop(). */
struct hs_client {
	uint8_t versions; /* set of enum hs_version_bit that this hello offers */
	bool again; /* a renegotiation */
	bool offers_session; /* up to TLS 1.2: session below, by id or ticket */
	bool offers_psk; /* TLS 1.3: the same */
	bool retried; /* a HelloRetryRequest came */
	bool ccs_sent; /* the dummy ChangeCipherSpec of RFC 8446 D.4 */
	uint8_t share_count;
	uint8_t want_count, want_next; /* groups that shares are made for */
	uint16_t want[HS_MAX_SHARES];
	struct hs_share share[HS_MAX_SHARES];
	struct session_entry session;
	struct hs_blob ticket; /* of it */
	struct peer *session_peer; /* reference: whom it was made with; NULL: with nobody that showed a certificate */
	struct hs_blob cookie; /* of HelloRetryRequest */

	/* the server's flight */
	struct hs_blob chain; /* 24-bit length and DER, each */
	struct hs_blob staple; /* its OCSP response */
	struct hs_blob params; /* up to TLS 1.2: the body of ServerKeyExchange */
	uint32_t params_len; /* the signed part of it */
	struct hs_span kx_public; /* in params: what the exchange takes: a point, or p, g and Ys */
	struct hs_span signature; /* of ServerKeyExchange, in params; CertificateVerify: borrowed */
	uint16_t kx_group; /* enum pka_group, or KEX_GROUP_EXPLICIT */
	uint16_t scheme; /* of the signature in hand */

	/* a CertificateRequest */
	bool asked; /* it came */
	uint16_t sign_scheme; /* of our proof; 0: no certificate of ours fits */
	struct hs_blob context; /* certificate_request_context, TLS 1.3 */

	/* up to TLS 1.2 */
	struct hs_blob new_ticket; /* of NewSessionTicket */
	uint32_t new_lifetime_s;
	struct hs_blob key_exchange; /* our public value, or the encrypted premaster secret */
};

void hs_client_drop(struct hs_client *cl);
size_t hs_client_memory(const struct hs_client *cl);
/* Copies; the old content is wiped. */
enum tls_err hs_blob_set(struct hs_blob *b, const void *p, size_t n);
void hs_blob_drop(struct hs_blob *b);

/* True when this hello of ours offers one of the versions (a set of enum hs_version_bit). */
static inline bool
hs_offers(const struct hs_call *c, unsigned versions)
{
	return (c->w->cl->versions & versions) != 0;
}
#define HS_V_OLD (HS_V_SSL3 | HS_V_10 | HS_V_11 | HS_V_12)

/* ---- hs_client.c: cells of hs_start.c ---- */
/* hs_start(): decides what to offer. Raises CL_HELLO, CL_SHARE or GO_SSL2. */
enum tls_err hs_client_start(struct hs_call *c, struct rd *nothing);
/* Takes a key pair. Raises CL_SHARE for one more, or CL_HELLO. */
enum tls_err hs_client_share_done(struct hs_call *c, struct rd *answer);
enum tls_err hs_client_last_share_done(struct hs_call *c, struct rd *answer);
/* A decision that needs nothing but the table. */
enum tls_err hs_client_go(struct hs_call *c, struct rd *nothing);
/* A renegotiation's hello: as on a new connection, but for one version and no session. */
enum tls_err hs_client_again(struct hs_call *c);
/* A HelloRequest while we negotiate: ignored, RFC 5246 7.4.1.1, and counted. */
enum tls_err hs_client_ignore(struct hs_call *c, struct rd *body);
/* The share of a group; NULL: none was made. */
const struct hs_share *hs_client_share(const struct hs_client *cl, uint16_t group);
/* HelloRetryRequest named another group (0: none): its share goes alone, RFC 8446 4.1.2. */
void hs_client_want_only(struct hs_client *cl, uint16_t group);
/* The name for SNI, or NULL: none, or an address (RFC 6066 3). */
const char *hs_client_sni(const struct hs_conf *conf);
/* Binds of sessions of this conf. */
void hs_client_bind(const struct hs_conf *conf, uint8_t out[32]);

/* ---- hs_client_auth.c: certificates, both ways ---- */
/* A scheme of a signature by this key, in a version; for suites of `auth` (HS_AUTH_ANY: any). */
bool hs_client_scheme_fits(uint16_t scheme, const EVP_PKEY *key, uint16_t version);
/*
 * Chooses w->cert and cl->sign_scheme for a CertificateRequest: schemes n == 0: up to TLS 1.1.
 * types: ClientCertificateType bytes, n == 0: any. names: DN list without its length. What does not
 * fit is no error: then the empty certificate goes.
 */
void hs_client_choose_cert(
	struct hs_call *c, struct hs_span schemes, struct hs_span types, struct hs_span names);
/* The application protocol that the server chose: one of ours, RFC 7301 3.2. */
enum tls_err hs_client_take_alpn(struct hs_call *c, struct hs_span answer);
/* The server took the session: it is who it was then. */
void hs_client_resumed(struct hs_call *c);
/* Takes the verdict on the server's chain; the reference goes into *peer. */
enum tls_err hs_client_take_peer(struct hs_call *c, struct peer **peer);
/* An entry for HS_ACT_CLIENT_PUT with what every version has, and its ticket; NULL: no room. */
struct session_entry *hs_client_put(struct hs_call *c, const void *ticket, size_t ticket_len);

/* ---- hs_client_hello.c ---- */
enum tls_err msg_client_hello_send(struct hs_call *c);

/* ---- hs_server_hello.c: ServerHello and HelloRetryRequest as they come ---- */
/* In a renegotiation: the version stays. Raises CL_RSA and so on. */
enum tls_err msg_server_hello_again(struct hs_call *c, struct rd *body);
/* After HelloRetryRequest. */
enum tls_err msg_second_server_hello_recv(struct hs_call *c, struct rd *body);

/* ---- what the versions' tables begin with ---- */
enum tls_err c12_server_hello(struct hs_call *c, struct rd *nothing);
enum tls_err c13_server_hello(struct hs_call *c, struct rd *nothing);
enum tls_err c13_retry(struct hs_call *c, struct rd *nothing);

#endif
