/* Groups as a table, and the three kinds of requests over it; see pka_kex.h. */
#include "control/pka/pka_kex.h"

#include <string.h>

#include "common/ct.h"
#include "common/wr.h"
#include "control/pka/pka_op.h"

static const struct pka_kex_group groups[] = {
	{ KEX_X25519, 64, 32, 32, 32, pka_x25519_keygen, pka_x25519_derive, pka_x25519_respond, 0 },
	{ KEX_X25519MLKEM768, 2464, 1216, 1120, 64, pka_hybrid_keygen, pka_hybrid_derive,
		pka_hybrid_respond, 0 },
	{ KEX_P256, 32, 65, 65, 32, pka_ec_keygen, pka_ec_derive, pka_ec_respond, 0 },
	{ KEX_P384, 48, 97, 97, 48, pka_ec_keygen, pka_ec_derive, pka_ec_respond, 0 },
	{ KEX_FFDHE2048, 29, 256, 256, 256, pka_ffdhe_keygen, pka_ffdhe_derive, pka_ffdhe_respond,
		1 },
	{ KEX_FFDHE3072, 35, 384, 384, 384, pka_ffdhe_keygen, pka_ffdhe_derive, pka_ffdhe_respond,
		1 },
};

const struct pka_kex_group *
pka_kex_find(unsigned code)
{
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (groups[i].code == code)
			return &groups[i];
	return NULL;
}

static int
share_fits(const struct pka_kex_group *g, size_t len, size_t want)
{
	return len == want || (g->short_share && len != 0 && len < want);
}

/* out: a | b with the length of a before it */
static int
put_pair(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len, uint8_t *out,
	size_t *out_len)
{
	struct wr w = wr_init(out, PKA_OP_MAX_OUT);

	wr_u16(&w, (uint16_t)a_len);
	wr_bytes(&w, a, a_len);
	wr_bytes(&w, b, b_len);
	*out_len = wr_len(&w);
	return wr_ok(&w) ? 0 : -1;
}

int
pka_kex_do_keygen(unsigned group, uint8_t *out, size_t *out_len)
{
	const struct pka_kex_group *g = pka_kex_find(group);
	uint8_t priv[PKA_KEX_MAX_PRIVATE], pub[PKA_KEX_MAX_PUBLIC];
	int rc = -1;

	if (g == NULL)
		return -1;
	if (g->keygen(g, priv, pub) == 1)
		rc = put_pair(priv, g->private_len, pub, g->public_len, out, out_len);
	ct_wipe(priv, g->private_len);
	return rc;
}

int
pka_kex_do_derive(
	unsigned group, const uint8_t *in, size_t split, size_t len, uint8_t *out, size_t *out_len)
{
	const struct pka_kex_group *g = pka_kex_find(group);
	int rc;

	if (g == NULL || split > len || split != g->private_len)
		return -1;
	*out_len = 0;
	if (!share_fits(g, len - split, g->reply_len))
		return 0;
	rc = g->derive(g, in, in + split, len - split, out);
	if (rc == 1)
		*out_len = g->secret_len;
	return rc < 0 ? -1 : 0;
}

int
pka_kex_do_respond(unsigned group, const uint8_t *in, size_t len, uint8_t *out, size_t *out_len)
{
	const struct pka_kex_group *g = pka_kex_find(group);
	uint8_t pub[PKA_KEX_MAX_PUBLIC], secret[PKA_KEX_MAX_SECRET];
	int rc;

	if (group == KEX_GROUP_EXPLICIT)
		return pka_ffdhe_explicit(in, len, out, out_len);
	if (g == NULL)
		return -1;
	*out_len = 0;
	if (!share_fits(g, len, g->public_len))
		return 0;
	rc = g->respond(g, in, len, pub, secret);
	if (rc == 1)
		rc = put_pair(pub, g->reply_len, secret, g->secret_len, out, out_len);
	ct_wipe(secret, g->secret_len);
	return rc < 0 ? -1 : 0;
}
