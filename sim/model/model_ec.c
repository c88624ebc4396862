/*
 * Golden model: curves of engine ecc. P-256, P-384 and X25519 by libcrypto's points; ECDSA as FIPS 186-4 6.4 with a nonce of the
 * generator; Ed25519 by libcrypto.
 */
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <stdlib.h>
#include <string.h>

#include "sim/model/model.h"

#define KEY_MAGIC 0x3143454Bu
#define X_BYTES 32u /* of X25519 and Ed25519 */
#define SIGNATURE_BYTES 64u
#define DIGEST_MIN 20u
#define DIGEST_MAX 64u
#define MUL_CYCLES 100000u
#define WIDE_CYCLES 180000u /* P-384 */
#define X_CYCLES 62000u
#define SIGN_CYCLES 32000u
#define WIDE_SIGN_CYCLES 60000u

struct model_ec {
	uint32_t curve;
	uint8_t scalar[MODEL_EC_MAX]; /* Ed25519: seed */
};

/* A prime curve with what every operation on it needs. */
struct group {
	EC_GROUP *g;
	BN_CTX *ctx;
	uint32_t bytes; /* of a coordinate and of the order */
};

static bool
curve_served(unsigned int engine, uint32_t curve)
{
	return engine == SLUICE_ENGINE_ECC && curve >= SLUICE_CURVE_P256 && curve <= SLUICE_CURVE_ED25519;
}

static struct group
group_open(uint32_t curve)
{
	struct group g = { .bytes = curve == SLUICE_CURVE_P256 ? 32 : 48 };

	g.g = EC_GROUP_new_by_curve_name(curve == SLUICE_CURVE_P256 ? NID_X9_62_prime256v1 : NID_secp384r1);
	g.ctx = BN_CTX_secure_new();
	if (!g.g || !g.ctx)
		abort();
	BN_CTX_start(g.ctx);
	return g;
}

static void
group_close(struct group *g)
{
	BN_CTX_end(g->ctx);
	BN_CTX_free(g->ctx);
	EC_GROUP_free(g->g);
}

/* The point x | y; NULL when it is not on the curve or a coordinate is not below the prime (SP 800-56A 5.6.2.3.3). */
static EC_POINT *
point_get(const struct group *g, const uint8_t *xy)
{
	EC_POINT *p = EC_POINT_new(g->g);
	BIGNUM *x = BN_bin2bn(xy, (int)g->bytes, NULL), *y = BN_bin2bn(xy + g->bytes, (int)g->bytes, NULL);
	const BIGNUM *field = EC_GROUP_get0_field(g->g);

	if (BN_cmp(x, field) >= 0 || BN_cmp(y, field) >= 0 ||
			!EC_POINT_set_affine_coordinates(g->g, p, x, y, g->ctx)) {
		EC_POINT_free(p);
		p = NULL;
	}
	BN_free(x);
	BN_free(y);
	return p;
}

/* False: infinity. xy or only x is written. */
static bool
point_put(const struct group *g, const EC_POINT *p, uint8_t *x_out, uint8_t *y_out)
{
	BIGNUM *x = BN_new(), *y = BN_new();
	bool good = !EC_POINT_is_at_infinity(g->g, p) && EC_POINT_get_affine_coordinates(g->g, p, x, y, g->ctx) &&
		BN_bn2binpad(x, x_out, (int)g->bytes) > 0 && (!y_out || BN_bn2binpad(y, y_out, (int)g->bytes) > 0);

	BN_clear_free(x);
	BN_clear_free(y);
	return good;
}

/* scalar times the point, or times the generator when xy is NULL; y_out may be NULL. Returns enum sluice_status. */
static uint8_t
point_mul(const struct group *g, const uint8_t *scalar, const uint8_t *xy, uint8_t *x_out, uint8_t *y_out)
{
	EC_POINT *p = xy ? point_get(g, xy) : NULL, *r = EC_POINT_new(g->g);
	BIGNUM *k = BN_bin2bn(scalar, (int)g->bytes, NULL);
	uint8_t status = SLUICE_ST_BAD_INPUT;

	if ((p || !xy) && EC_POINT_mul(g->g, r, xy ? NULL : k, p, xy ? k : NULL, g->ctx) &&
			point_put(g, r, x_out, y_out))
		status = SLUICE_ST_OK;
	BN_clear_free(k);
	EC_POINT_free(p);
	EC_POINT_free(r);
	return status;
}

/* 1..order-1 */
static bool
scalar_good(const struct group *g, const uint8_t *scalar)
{
	BIGNUM *k = BN_bin2bn(scalar, (int)g->bytes, NULL);
	bool good = !BN_is_zero(k) && BN_cmp(k, EC_GROUP_get0_order(g->g)) < 0;

	BN_clear_free(k);
	return good;
}

static bool
scalar_random(struct sluice_sim *m, const struct group *g, uint8_t *out)
{
	do {
		if (!model_random(m, out, g->bytes))
			return false;
	} while (!scalar_good(g, out));
	return true;
}

static uint8_t
x25519_mul(const uint8_t *scalar, const uint8_t *u, uint8_t *out)
{
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, scalar, X_BYTES);
	EVP_PKEY *peer = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, u, X_BYTES);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	size_t len = X_BYTES;
	/* refuses an all-zero result, RFC 7748 6.1 */
	bool good = EVP_PKEY_derive_init(ctx) > 0 && EVP_PKEY_derive_set_peer(ctx, peer) > 0 &&
		EVP_PKEY_derive(ctx, out, &len) > 0;

	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(peer);
	EVP_PKEY_free(key);
	return good ? SLUICE_ST_OK : SLUICE_ST_BAD_INPUT;
}

/* Bytes of a private key, a public key, a shared secret of a curve. */
struct sizes {
	uint32_t priv, pub, shared;
};

static struct sizes
sizes_of(uint32_t curve)
{
	uint32_t n = curve == SLUICE_CURVE_P384 ? 48 : 32;

	return curve == SLUICE_CURVE_X25519 ? (struct sizes){ X_BYTES, X_BYTES, X_BYTES } : (struct sizes){ n, 2 * n, n };
}

static uint8_t
keygen(struct sluice_sim *m, uint32_t curve, uint8_t *priv, uint8_t *pub)
{
	static const uint8_t base[X_BYTES] = { 9 };
	uint8_t status = SLUICE_ST_NO_ENTROPY;
	struct group g;

	if (curve == SLUICE_CURVE_X25519)
		return model_random(m, priv, X_BYTES) ? x25519_mul(priv, base, pub) : status;
	g = group_open(curve);
	if (scalar_random(m, &g, priv))
		status = point_mul(&g, priv, NULL, pub, pub + g.bytes);
	group_close(&g);
	return status;
}

static uint8_t
shared_secret(uint32_t curve, const uint8_t *priv, const uint8_t *pub, uint8_t *out)
{
	struct group g;
	uint8_t status;

	if (curve == SLUICE_CURVE_X25519)
		return x25519_mul(priv, pub, out);
	g = group_open(curve);
	status = point_mul(&g, priv, pub, out, NULL);
	group_close(&g);
	return status;
}

/* The secret goes to the slot, or behind what is in the result already. */
static void
give(struct sluice_sim *m, struct model_job *job, uint8_t kind, const uint8_t *secret, uint32_t len)
{
	if (job->desc->handle2) {
		job->status = model_secret_put(m, job->desc->handle2, job->func, kind, secret, len);
		return;
	}
	memcpy(job->dst + job->dst_len, secret, len);
	job->dst_len += len;
}

static void
do_keygen(struct sluice_sim *m, struct model_job *job, uint32_t curve)
{
	struct sizes n = sizes_of(curve);
	uint8_t priv[MODEL_EC_MAX], pub[2 * MODEL_EC_MAX];

	if (job->src_len || job->desc->handle) {
		job->status = SLUICE_ST_BAD_DESC;
		return;
	}
	job->status = keygen(m, curve, priv, pub);
	if (job->status != SLUICE_ST_OK)
		return;
	give(m, job, SLUICE_SECRET_EC_PRIVATE, priv, n.priv);
	memcpy(job->dst + job->dst_len, pub, n.pub);
	job->dst_len += n.pub;
	OPENSSL_cleanse(priv, sizeof(priv));
}

static void
do_ecdh(struct sluice_sim *m, struct model_job *job, uint32_t curve)
{
	struct sizes n = sizes_of(curve);
	const uint8_t *priv = job->src, *pub = job->src + n.priv;
	uint8_t out[MODEL_EC_MAX];
	const struct model_secret *s;

	if (job->desc->handle || job->src_len != (job->desc->handle3 ? 0 : n.priv) + n.pub) {
		job->status = SLUICE_ST_BAD_DESC;
		return;
	}
	if (job->desc->handle3) {
		s = model_secret_use(m, job->desc->handle3, job->func, SLUICE_SECRET_EC_PRIVATE, SLUICE_SLICE_NONE);
		if (!s || s->len != n.priv) {
			job->status = SLUICE_ST_BAD_SECRET;
			return;
		}
		priv = s->value;
		pub = job->src;
	}
	job->status = shared_secret(curve, priv, pub, out);
	if (job->status == SLUICE_ST_OK)
		give(m, job, SLUICE_SECRET_PREMASTER, out, n.shared);
	OPENSSL_cleanse(out, sizeof(out));
}

static void
do_respond(struct sluice_sim *m, struct model_job *job, uint32_t curve)
{
	struct sizes n = sizes_of(curve);
	uint8_t priv[MODEL_EC_MAX], pub[2 * MODEL_EC_MAX], out[MODEL_EC_MAX];

	if (job->src_len != n.pub || job->desc->handle) {
		job->status = SLUICE_ST_BAD_DESC;
		return;
	}
	job->status = keygen(m, curve, priv, pub);
	if (job->status == SLUICE_ST_OK)
		job->status = shared_secret(curve, priv, job->src, out);
	if (job->status == SLUICE_ST_OK) {
		memcpy(job->dst, pub, n.pub);
		job->dst_len = n.pub;
		give(m, job, SLUICE_SECRET_PREMASTER, out, n.shared);
	}
	OPENSSL_cleanse(priv, sizeof(priv));
	OPENSSL_cleanse(out, sizeof(out));
}

static void
do_mul(struct model_job *job, uint32_t curve)
{
	struct group g = group_open(curve);

	if (job->src_len != 3 * g.bytes || job->desc->handle)
		job->status = SLUICE_ST_BAD_DESC;
	else
		job->status = point_mul(&g, job->src, job->src + g.bytes, job->dst, job->dst + g.bytes);
	if (job->status == SLUICE_ST_OK)
		job->dst_len = 2 * g.bytes;
	group_close(&g);
}

/* The leftmost bits of the digest, as many as the order has: FIPS 186-4 6.4 */
static BIGNUM *
digest_number(const struct group *g, const uint8_t *digest, uint32_t len)
{
	return BN_bin2bn(digest, (int)(len < g->bytes ? len : g->bytes), NULL);
}

/* One try with one nonce: r | s, or zero when either came out as zero; -1: no nonce. */
static int
sign_once(struct sluice_sim *m, const struct group *g, const struct model_ec *k, const BIGNUM *z, uint8_t *out)
{
	const BIGNUM *n = EC_GROUP_get0_order(g->g);
	BIGNUM *d = BN_bin2bn(k->scalar, (int)g->bytes, NULL), *nonce, *r = BN_new(), *s = BN_secure_new();
	uint8_t bytes[MODEL_EC_MAX], x[MODEL_EC_MAX];
	bool good;

	if (!scalar_random(m, g, bytes)) {
		BN_clear_free(d);
		BN_free(r);
		BN_free(s);
		return -1;
	}
	nonce = BN_bin2bn(bytes, (int)g->bytes, NULL);
	point_mul(g, bytes, NULL, x, NULL);
	good = BN_bin2bn(x, (int)g->bytes, r) && BN_nnmod(r, r, n, g->ctx) && BN_mod_mul(s, r, d, n, g->ctx) &&
		BN_mod_add(s, s, z, n, g->ctx) && BN_mod_inverse(nonce, nonce, n, g->ctx) &&
		BN_mod_mul(s, s, nonce, n, g->ctx) && !BN_is_zero(r) && !BN_is_zero(s) &&
		BN_bn2binpad(r, out, (int)g->bytes) > 0 && BN_bn2binpad(s, out + g->bytes, (int)g->bytes) > 0;
	OPENSSL_cleanse(bytes, sizeof(bytes));
	BN_clear_free(d);
	BN_clear_free(nonce);
	BN_free(r);
	BN_clear_free(s);
	return good;
}

static void
do_sign(struct sluice_sim *m, unsigned int engine, struct model_job *job, uint32_t curve)
{
	struct model_key *k = model_key_find(m, engine, job);
	uint32_t len = job->desc->param1;
	struct group g;
	BIGNUM *z;
	int done;

	if (!k)
		return;
	if (!k->ec || k->ec->curve != curve) { /* a key of another kind */
		job->status = SLUICE_ST_BAD_HANDLE;
		return;
	}
	if (len < DIGEST_MIN || len > DIGEST_MAX || job->src_len != len) {
		job->status = SLUICE_ST_BAD_DESC;
		return;
	}
	g = group_open(curve);
	z = digest_number(&g, job->src, len);
	while ((done = sign_once(m, &g, k->ec, z, job->dst)) == 0)
		;
	if (done < 0)
		job->status = SLUICE_ST_NO_ENTROPY;
	else
		job->dst_len = 2 * g.bytes;
	BN_free(z);
	group_close(&g);
}

/* u1 G + u2 Q has x = r mod n, FIPS 186-4 6.4 */
static bool
verify(const struct group *g, const BIGNUM *z, const BIGNUM *r, const BIGNUM *s, const EC_POINT *q)
{
	const BIGNUM *n = EC_GROUP_get0_order(g->g);
	BIGNUM *u1 = BN_new(), *u2 = BN_new(), *x = BN_new();
	EC_POINT *p = EC_POINT_new(g->g);
	bool good = !BN_is_zero(r) && BN_cmp(r, n) < 0 && !BN_is_zero(s) && BN_cmp(s, n) < 0 &&
		BN_mod_inverse(u2, s, n, g->ctx) && BN_mod_mul(u1, z, u2, n, g->ctx) &&
		BN_mod_mul(u2, r, u2, n, g->ctx) && EC_POINT_mul(g->g, p, u1, q, u2, g->ctx) &&
		!EC_POINT_is_at_infinity(g->g, p) && EC_POINT_get_affine_coordinates(g->g, p, x, NULL, g->ctx) &&
		BN_nnmod(x, x, n, g->ctx) && BN_cmp(x, r) == 0;

	EC_POINT_free(p);
	BN_free(u1);
	BN_free(u2);
	BN_free(x);
	return good;
}

static void
do_verify(struct model_job *job, uint32_t curve)
{
	struct group g = group_open(curve);
	uint32_t len = job->desc->param1, n = g.bytes;
	BIGNUM *z = NULL, *r = NULL, *s = NULL;
	EC_POINT *q = NULL;

	if (len < DIGEST_MIN || len > DIGEST_MAX || job->src_len != 4 * n + len || job->desc->handle) {
		job->status = SLUICE_ST_BAD_DESC;
	} else {
		r = BN_bin2bn(job->src, (int)n, NULL);
		s = BN_bin2bn(job->src + n, (int)n, NULL);
		q = point_get(&g, job->src + 2 * n);
		z = digest_number(&g, job->src + 4 * n, len);
		if (!q)
			job->status = SLUICE_ST_BAD_INPUT;
		else if (!verify(&g, z, r, s, q))
			job->status = SLUICE_ST_AUTH_FAILED;
	}
	BN_free(z);
	BN_free(r);
	BN_free(s);
	EC_POINT_free(q);
	group_close(&g);
}

static void
do_eddsa(struct sluice_sim *m, unsigned int engine, struct model_job *job)
{
	struct model_key *k = model_key_find(m, engine, job);
	size_t len = SIGNATURE_BYTES;
	EVP_MD_CTX *ctx;
	EVP_PKEY *key;

	if (!k)
		return;
	if (!k->ec || k->ec->curve != SLUICE_CURVE_ED25519) {
		job->status = SLUICE_ST_BAD_HANDLE;
		return;
	}
	if (job->src_len > SLUICE_MAX_EDDSA_MESSAGE) {
		job->status = SLUICE_ST_BAD_DESC;
		return;
	}
	key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, k->ec->scalar, X_BYTES);
	ctx = EVP_MD_CTX_new();
	if (EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) <= 0 ||
			EVP_DigestSign(ctx, job->dst, &len, job->src, job->src_len) <= 0)
		abort();
	job->dst_len = SIGNATURE_BYTES;
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
}

void
model_ec(struct sluice_sim *m, unsigned int engine, struct model_job *job)
{
	uint32_t curve = job->desc->param0;
	bool prime = curve == SLUICE_CURVE_P256 || curve == SLUICE_CURVE_P384, dh = prime || curve == SLUICE_CURVE_X25519;
	uint8_t op = job->desc->opcode;
	bool signs = op == SLUICE_OP_ECDSA_SIGN || op == SLUICE_OP_ECDSA_VERIFY, eddsa = op == SLUICE_OP_EDDSA_SIGN;

	if (eddsa ? curve != 0 || job->desc->param1 : !curve_served(engine, curve) || (job->desc->param1 && !signs) ||
			!(signs || op == SLUICE_OP_EC_MUL ? prime : dh)) {
		job->status = SLUICE_ST_BAD_DESC;
		return;
	}
	if (job->desc->handle2 && !model_secret_room(m, job->desc->handle2, job->func)) {
		job->status = SLUICE_ST_BAD_SECRET;
		return;
	}
	job->cycles = curve == SLUICE_CURVE_X25519 ? X_CYCLES : curve == SLUICE_CURVE_P384 ? WIDE_CYCLES : MUL_CYCLES;
	switch (op) {
	case SLUICE_OP_EC_KEYGEN:
		do_keygen(m, job, curve);
		break;
	case SLUICE_OP_ECDH:
		do_ecdh(m, job, curve);
		break;
	case SLUICE_OP_ECDH_RESPOND:
		job->cycles *= 2;
		do_respond(m, job, curve);
		break;
	case SLUICE_OP_EC_MUL:
		do_mul(job, curve);
		break;
	case SLUICE_OP_ECDSA_SIGN:
		job->cycles = curve == SLUICE_CURVE_P384 ? WIDE_SIGN_CYCLES : SIGN_CYCLES;
		do_sign(m, engine, job, curve);
		break;
	case SLUICE_OP_ECDSA_VERIFY:
		do_verify(job, curve);
		break;
	default:
		job->cycles = SIGN_CYCLES;
		do_eddsa(m, engine, job);
	}
	/* an injected fault is found by the engine's own check of its result */
	if (job->status == SLUICE_ST_OK && m->engine[engine].flip) {
		m->engine[engine].flip = false;
		job->status = SLUICE_ST_FAULT;
	}
	if (job->status != SLUICE_ST_OK)
		job->dst_len = 0;
}

void
model_ec_free(struct model_ec *k)
{
	if (k)
		OPENSSL_cleanse(k, sizeof(*k));
	free(k);
}

static bool
all_zero(const uint8_t *p, size_t n)
{
	uint8_t any = 0;

	for (size_t i = 0; i < n; i++)
		any |= p[i];
	return any == 0;
}

/* The public key, which goes into every signature, belongs to the seed; nothing stands behind either. */
static bool
ed25519_good(const struct sluice_ec_key *b)
{
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, b->scalar, X_BYTES);
	uint8_t pub[X_BYTES];
	size_t len = sizeof(pub);

	if (!key || EVP_PKEY_get_raw_public_key(key, pub, &len) <= 0)
		abort();
	EVP_PKEY_free(key);
	return memcmp(pub, b->x, sizeof(pub)) == 0 && all_zero(b->scalar + X_BYTES, sizeof(b->scalar) - X_BYTES) &&
		all_zero(b->x + X_BYTES, sizeof(b->x) - X_BYTES) && all_zero(b->y, sizeof(b->y));
}

/* The private scalar is in range and the point, which the card keeps for its own check of a signature, is its. */
static bool
key_good(const struct sluice_ec_key *b, unsigned int engine)
{
	uint8_t pub[2 * MODEL_EC_MAX] = { 0 };
	struct group g;
	bool good;

	if (b->magic != KEY_MAGIC || b->rsvd0 || b->rsvd1 || b->rsvd2 || !curve_served(engine, b->curve) ||
			b->curve == SLUICE_CURVE_X25519)
		return false;
	if (b->curve == SLUICE_CURVE_ED25519)
		return ed25519_good(b);
	g = group_open(b->curve);
	good = scalar_good(&g, b->scalar) && point_mul(&g, b->scalar, NULL, pub, pub + MODEL_EC_MAX) == SLUICE_ST_OK &&
		memcmp(pub, b->x, g.bytes) == 0 && memcmp(pub + MODEL_EC_MAX, b->y, g.bytes) == 0;
	group_close(&g);
	return good;
}

struct model_ec *
model_ec_load(const uint8_t *blob, size_t len, unsigned int engine)
{
	struct model_ec *k = NULL;
	struct sluice_ec_key b;

	if (len != sizeof(b))
		return NULL;
	memcpy(&b, blob, sizeof(b));
	if (key_good(&b, engine))
		k = calloc(1, sizeof(*k));
	if (k) {
		k->curve = b.curve;
		memcpy(k->scalar, b.scalar, sizeof(k->scalar));
	}
	OPENSSL_cleanse(&b, sizeof(b));
	return k;
}
