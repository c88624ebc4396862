/*
 * For tests: the handshake machine joined to a libssl client in memory. Records are cut, opened and
 * sealed here by libcrypto, so that nothing of the dataplane is needed. Answers of "our own side"
 * (RSA, PRF, session store) are given at once, or held back.
 */
#ifndef SLUICE_TESTS_TLS_PEER_H
#define SLUICE_TESTS_TLS_PEER_H

#include <openssl/ssl.h>

#include "control/cert/cert.h"
#include "control/handshake/hs.h"
#include "control/session/session.h"

struct peer_keys {
	bool on, etm; /* encrypt-then-MAC, RFC 7366 */
	uint32_t alg;
	uint8_t mac[48], key[32], iv[16];
	uint8_t mac_len, key_len, iv_len;
	uint64_t seq;
};

struct hs_end { /* the server's side of one connection */
	struct hs *hs;
	struct hs_env env;
	struct hs_out *out;
	struct session_cache *cache;
	struct peer_keys rd, wr, rd_next;
	BIO *net; /* what the wire holds towards us and from us */
	uint8_t in[65536];
	size_t in_len;
	uint8_t epoch;
	/*
	 * plaintext bytes per record we cut handshake records into on the way in; 0: as they came
	 */
	unsigned fragment;
	unsigned send_fragment; /* the same on the way out */
	bool ready, closed, removed, stored;
	uint8_t alert_level, alert;
	enum tls_err err;
	unsigned asked_rsa, asked_prf;
	uint64_t random_state;
};

/*
 * Opens or seals one TLS 1.2 record's body (RFC 5246 6.2.3); plaintext while keys are off. Returns
 * the length written.
 */
size_t peer_open_record(
	struct peer_keys *k, uint8_t type, const uint8_t *in, size_t len, uint8_t *out);
size_t peer_seal_record(
	struct peer_keys *k, uint8_t type, const uint8_t *in, size_t len, uint8_t *out);

/*
 * A listener over tests/unit/control's generated certificates: "a.test" (default), "*.wild.test".
 */
struct peer_world {
	struct hs_conf listener;
	struct hs_policy policy;
	struct cert_store *store;
	struct session_cache *cache;
	char dir[64];
	uint64_t connections; /* seeds each connection */
};

void world_open(struct peer_world *w);
void world_close(struct peer_world *w);
/* Writes a self-signed certificate and its key; names: comma separated DNS names. */
void world_make_cert(const char *chain, const char *key, const char *names, int bits);

void peer_open(struct hs_end *p, struct peer_world *w, BIO *net);
void peer_close(struct hs_end *p);
/* Feeds what the wire has and carries out what comes back. Returns the machine's error. */
enum tls_err peer_pump(struct hs_end *p);
/* Feeds one plaintext record. */
enum tls_err peer_record(struct hs_end *p, uint8_t type, uint8_t epoch, const void *data, size_t len);
/* The seeded stream that tests use as randomness. */
void peer_random(void *ctx, uint8_t *out, size_t len);

/* A libssl client with a memory wire; its other end is *net. */
SSL *client_open(SSL_CTX *ctx, BIO **net);
SSL_CTX *client_ctx(const char *suites);
/*
 * Runs both sides until nothing moves. True when the client's handshake is complete and the server
 * is ready.
 */
bool client_shake(SSL *ssl, struct hs_end *p);

#endif
