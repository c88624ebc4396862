/*
 * For tests of TLS 1.3's server: a ClientHello of libssl in parts, to be changed and put together
 * again.
 */
#ifndef SLUICE_TESTS_S13_HELLO_H
#define SLUICE_TESTS_S13_HELLO_H

#include "tests/unit/control/s13_world.h"

#define MAX_EXTS 40

struct part {
	uint16_t type;
	uint8_t p[16000];
	size_t n;
};

struct hello {
	uint8_t version[2], random[32];
	struct part id, suites, compression, ext[MAX_EXTS];
	unsigned exts;
	size_t trailing; /* bytes behind the last extension */
};

/* types of extensions */
enum {
	SERVER_NAME = 0,
	MAX_FRAGMENT = 1,
	GROUPS = 10,
	SCHEMES = 13,
	ALPN = 16,
	PADDING = 21,
	RECORD_SIZE = 28,
	PSK = 41,
	EARLY = 42,
	VERSIONS = 43,
	COOKIE = 44,
	MODES = 45,
	SHARES = 51,
};

/* A ClientHello with its handshake header. */
void hello_take_apart(struct hello *h, const uint8_t *msg, size_t n);
size_t hello_put_together(const struct hello *h, uint8_t *out, size_t cap);
/* An extension that must be there. */
struct part *hello_ext(struct hello *h, uint16_t type);
void hello_drop_ext(struct hello *h, uint16_t type);
/* At the front. */
struct part *hello_add_ext(struct hello *h, uint16_t type, const void *p, size_t n);
void hello_set_ext(struct hello *h, uint16_t type, const void *p, size_t n);

/* A client with X25519 and P-256: its one share is of X25519. */
SSL_CTX *hello_ctx(void);
/* What such a client sends first; session may be NULL. */
void hello_first(struct hello *h, SSL_SESSION *session);
/*
 * What the machine says to this hello, all questions answered; *state (may be NULL): where it then
 * is.
 */
enum tls_err hello_judge(struct s13_world *w, const struct hello *h, enum hs_state *state);

#endif
