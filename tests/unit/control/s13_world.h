/*
 * For tests of TLS 1.3's server: a listener with a certificate of every kind, and libssl clients in
 * memory on its other side.
 */
#ifndef SLUICE_TESTS_S13_WORLD_H
#define SLUICE_TESTS_S13_WORLD_H

#include <openssl/ssl.h>

#include "control/cert/trust.h"
#include "control/session/ticket.h"
#include "tests/lib/hs_end.h"
#include "tests/unit/control/cert/pki.h"

struct s13_world {
	struct hs_policy policy;
	struct hs_conf conf;
	struct hs_end_opts opts; /* for every connection */
	struct hs_keep keep;
	struct trust *trust;
	struct cert_store *stores[5]; /* RSA, RSASSA-PSS, P-256, P-384, Ed25519: "a.test" in each */
	struct pki_cert ca, client, stranger, expired;
	uint64_t now_s, connections;
	char keylog[4096]; /* lines of the last connection */
};

void s13_world_open(struct s13_world *w);
void s13_world_close(struct s13_world *w);

/* One connection: our end and a libssl client. */
struct s13_pair {
	struct hs_end end;
	SSL *ssl;
	BIO *net;
};

/* A client's context: TLS 1.3 alone, no certificate, name "a.test" and no checks. */
SSL_CTX *s13_client_ctx(void);
void s13_pair_open(struct s13_pair *p, struct s13_world *w, SSL_CTX *ctx, SSL_SESSION *session);
void s13_pair_drop(struct s13_pair *p);
/* Moves what there is both ways until nothing moves. */
void s13_pair_pump(struct s13_pair *p);
/* Hands shakes. True when both sides are through. */
bool s13_pair_shake(struct s13_pair *p);
/* Writes on one side what the other then has: both ways. */
void s13_pair_talk(struct s13_pair *p);
/* The session for the next connection: what the client holds now. The caller frees. */
SSL_SESSION *s13_pair_session(struct s13_pair *p);
/* The ClientHello that such a client sends first: record header and all. Returns its length. */
size_t s13_first_record(SSL_CTX *ctx, SSL_SESSION *session, uint8_t *out, size_t cap);
struct hs_info s13_info(const struct s13_pair *p);
/* The listener takes this group and no other. */
void s13_only_group(struct s13_world *w, uint16_t group);
/* The client shows this certificate when asked. */
void s13_show(SSL_CTX *ctx, const struct pki_cert *c);

#endif
