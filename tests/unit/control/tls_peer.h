/*
 * For tests: one end (tests/lib/hs_end.h) as a server joined to a libssl client in memory, and the
 * listener that it stands for.
 */
#ifndef SLUICE_TESTS_TLS_PEER_H
#define SLUICE_TESTS_TLS_PEER_H

#include <openssl/ssl.h>

#include "control/cert/cert.h"
#include "tests/lib/hs_end.h"

struct tls_peer { /* the server's side of one connection */
	struct hs_end end;
	BIO *net; /* what the wire holds towards us and from us; NULL: nobody is there */
};

/*
 * A listener over tests/unit/control's generated certificates: "a.test" (default), "*.wild.test".
 */
struct peer_world {
	struct hs_conf listener;
	struct hs_policy policy;
	struct cert_store *store;
	struct hs_keep keep;
	char dir[64];
	uint64_t connections; /* seeds each connection */
};

void world_open(struct peer_world *w);
void world_close(struct peer_world *w);
/* Writes a self-signed certificate and its key, RSA or, with 256 bits, P-256; names: comma separated DNS names. */
void world_make_cert(const char *chain, const char *key, const char *names, int bits);

void peer_open(struct tls_peer *p, struct peer_world *w, BIO *net);
void peer_close(struct tls_peer *p);
/* Feeds what the wire has and carries out what comes back. Returns the machine's error. */
enum tls_err peer_pump(struct tls_peer *p);
/* Feeds one plaintext record. */
enum tls_err peer_record(struct tls_peer *p, uint8_t type, uint8_t epoch, const void *data, size_t len);

/* A libssl client with a memory wire; its other end is *net. */
SSL *client_open(SSL_CTX *ctx, BIO **net);
SSL_CTX *client_ctx(const char *suites);
/*
 * Runs both sides until nothing moves. True when the client's handshake is complete and the server
 * is ready.
 */
bool client_shake(SSL *ssl, struct tls_peer *p);

#endif
