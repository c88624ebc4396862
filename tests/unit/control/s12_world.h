/*
 * For tests: a listener with certificates of every kind, and libssl clients of TLS 1.0 to 1.2 joined
 * to it in memory, records by tests/lib.
 */
#ifndef SLUICE_TESTS_S12_WORLD_H
#define SLUICE_TESTS_S12_WORLD_H

#include <openssl/ssl.h>

#include "control/cert/cert.h"
#include "control/handshake/hs.h"
#include "control/session/ticket.h"
#include "tests/lib/hs_end.h"

enum s12_key { S12_RSA, S12_P256, S12_P384, S12_ED25519, S12_RSA_PSS, S12_KEYS };

struct s12_world {
	struct hs_conf conf;
	struct hs_policy policy; /* museum; tests narrow it */
	struct cert_store *certs; /* a.test: one of each kind */
	struct cert_store *one[S12_KEYS]; /* one kind alone */
	struct hs_keep keep;
	EVP_PKEY *client_key[S12_KEYS];
	X509 *client_cert[S12_KEYS]; /* self-signed: the judge in place of a trust store decides */
	enum tls_err verdict; /* its judgement */
	unsigned verified;
	uint64_t seed;
};

void s12_world_open(struct s12_world *w);
void s12_world_close(struct s12_world *w);

/* One connection: what the client wants, and both ends while it lasts. */
struct s12_pair {
	struct s12_world *w;
	SSL_CTX *ctx;
	SSL *ssl;
	BIO *net;
	struct hs_end end;
	struct hs_end_opts opts;
};

/* A client of one version with every suite; SSL_* calls may narrow it before s12_shake(). */
void s12_pair_open(struct s12_pair *p, struct s12_world *w, int version);
/* The server's end, with p->opts; called by s12_shake() and s12_move() when it is not there yet. */
void s12_pair_listen(struct s12_pair *p);
/* Moves wire bytes once each way. */
void s12_move(struct s12_pair *p);
/* Runs the handshake until nothing moves: true when both ends are done. */
bool s12_shake(struct s12_pair *p);
/* Application data both ways, each checked. */
bool s12_talk(struct s12_pair *p);
/* Ends it; returns the client's session when out is not NULL. */
void s12_pair_close(struct s12_pair *p, SSL_SESSION **out);

#endif
