/*
 * Key exchange by libcrypto: fresh key pairs and shared secrets for every group of enum pka_group.
 * Called on any thread. Each function returns 1, 0 (the peer's share is not valid) or -1 (it could
 * not be done at all). Lengths of shares are checked here; private parts are what keygen wrote.
 */
#ifndef SLUICE_CONTROL_PKA_KEX_H
#define SLUICE_CONTROL_PKA_KEX_H

#include <stddef.h>
#include <stdint.h>

/* Longest private part, share and secret: X25519MLKEM768, and an 8192-bit explicit group. */
#define PKA_KEX_MAX_PRIVATE 2464
#define PKA_KEX_MAX_PUBLIC  1216
#define PKA_KEX_MAX_SECRET  1024

struct pka_kex_group {
	uint16_t code, private_len, public_len, reply_len, secret_len;
	int (*keygen)(const struct pka_kex_group *g, uint8_t *priv, uint8_t *pub);
	/* peer: as long as its share must be (reply_len for derive, public_len for respond) */
	int (*derive)(const struct pka_kex_group *g, const uint8_t *priv, const uint8_t *peer,
		size_t peer_len, uint8_t *secret);
	/* pub: reply_len bytes */
	int (*respond)(const struct pka_kex_group *g, const uint8_t *peer, size_t peer_len,
		uint8_t *pub, uint8_t *secret);
	uint8_t short_share; /* ffdhe up to TLS 1.2: a share may come without its leading zeros */
};

/* NULL: unknown. */
const struct pka_kex_group *pka_kex_find(unsigned code);

/*
 * The three kinds of pka_op.h over the table: bytes in, bytes out. 0 or -1; *out_len is 0 when the
 * peer's share is not valid. out has room for PKA_OP_MAX_OUT.
 */
int pka_kex_do_keygen(unsigned group, uint8_t *out, size_t *out_len);
int pka_kex_do_derive(
	unsigned group, const uint8_t *in, size_t split, size_t len, uint8_t *out, size_t *out_len);
int pka_kex_do_respond(
	unsigned group, const uint8_t *in, size_t len, uint8_t *out, size_t *out_len);

/* pka_kex_ec.c, pka_kex_x25519.c, pka_kex_ffdhe.c, pka_kex_hybrid.c: the rows' functions */
int pka_ec_keygen(const struct pka_kex_group *g, uint8_t *priv, uint8_t *pub);
int pka_ec_derive(const struct pka_kex_group *g, const uint8_t *priv, const uint8_t *peer,
	size_t peer_len, uint8_t *secret);
int pka_ec_respond(const struct pka_kex_group *g, const uint8_t *peer, size_t peer_len,
	uint8_t *pub, uint8_t *secret);
int pka_x25519_keygen(const struct pka_kex_group *g, uint8_t *priv, uint8_t *pub);
int pka_x25519_derive(const struct pka_kex_group *g, const uint8_t *priv, const uint8_t *peer,
	size_t peer_len, uint8_t *secret);
int pka_x25519_respond(const struct pka_kex_group *g, const uint8_t *peer, size_t peer_len,
	uint8_t *pub, uint8_t *secret);
int pka_ffdhe_keygen(const struct pka_kex_group *g, uint8_t *priv, uint8_t *pub);
int pka_ffdhe_derive(const struct pka_kex_group *g, const uint8_t *priv, const uint8_t *peer,
	size_t peer_len, uint8_t *secret);
int pka_ffdhe_respond(const struct pka_kex_group *g, const uint8_t *peer, size_t peer_len,
	uint8_t *pub, uint8_t *secret);
int pka_hybrid_keygen(const struct pka_kex_group *g, uint8_t *priv, uint8_t *pub);
int pka_hybrid_derive(const struct pka_kex_group *g, const uint8_t *priv, const uint8_t *peer,
	size_t peer_len, uint8_t *secret);
int pka_hybrid_respond(const struct pka_kex_group *g, const uint8_t *peer, size_t peer_len,
	uint8_t *pub, uint8_t *secret);
/* KEX_GROUP_EXPLICIT; in: p, g, Ys. out as pka_kex_do_respond(). */
int pka_ffdhe_explicit(const uint8_t *in, size_t len, uint8_t *out, size_t *out_len);

#endif
