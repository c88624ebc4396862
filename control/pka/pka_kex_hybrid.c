/*
 * X25519MLKEM768, draft-ietf-tls-ecdhe-mlkem: the two exchanges side by side, ML-KEM's part first
 * in shares and in the secret. The private part is dk | what pka_kex_x25519.c keeps.
 */
#include "control/mlkem/mlkem.h"
#include "control/pka/pka_kex.h"

#define X_PUBLIC  32
#define X_PRIVATE 64

_Static_assert(MLKEM768_EK_LEN + X_PUBLIC == PKA_KEX_MAX_PUBLIC, "the client's share");
_Static_assert(MLKEM768_DK_LEN + X_PRIVATE == PKA_KEX_MAX_PRIVATE, "the client's private part");

int
pka_hybrid_keygen(const struct pka_kex_group *g, uint8_t *priv, uint8_t *pub)
{
	if (mlkem768_keygen(pub, priv) != 1)
		return -1;
	return pka_x25519_keygen(g, priv + MLKEM768_DK_LEN, pub + MLKEM768_EK_LEN);
}

/* peer: ct | x25519 */
int
pka_hybrid_derive(const struct pka_kex_group *g, const uint8_t *priv, const uint8_t *peer,
	size_t peer_len, uint8_t *secret)
{
	if (mlkem768_decaps(priv, peer, secret) != 1)
		return -1; /* the key is ours */
	return pka_x25519_derive(g, priv + MLKEM768_DK_LEN, peer + MLKEM768_CT_LEN, X_PUBLIC,
		secret + MLKEM768_SECRET_LEN);
}

/* peer: ek | x25519; not valid when either part is not */
int
pka_hybrid_respond(const struct pka_kex_group *g, const uint8_t *peer, size_t peer_len,
	uint8_t *pub, uint8_t *secret)
{
	int rc = mlkem768_encaps(peer, pub, secret);

	if (rc != 1)
		return rc;
	return pka_x25519_respond(g, peer + MLKEM768_EK_LEN, X_PUBLIC, pub + MLKEM768_CT_LEN,
		secret + MLKEM768_SECRET_LEN);
}
