/*
 * Golden model: the kdf engine (key schedules of TLS 1.2 and 1.3 on secret slots, wrapping), and the functions they are made of, which the
 * mac lane offers with keys from the host.
 */
#include <string.h>

#include "common/ct.h"
#include "sim/model/model.h"

#define KIND(name) (1u << SLUICE_SECRET_##name)
#define FINISHED_BYTES 12u
#define RANDOMS_BYTES 64u
#define PREFIX_MAX 64u
#define NONCE_MAX 255u
#define IV_BYTES 12u
#define PREMASTER_USE 1u
#define WRAP_HEAD 4u

void
model_prf(uint32_t hash, struct model_bytes secret, struct model_bytes seed, uint8_t *out,
	uint32_t want)
{
	uint8_t a[MODEL_DIGEST_MAX], block[MODEL_DIGEST_MAX], buf[MODEL_DIGEST_MAX + MODEL_SEED_MAX];
	uint32_t bytes, n;

	model_md(hash, &bytes);
	/* A(i) = HMAC(A(i-1)); output is HMAC(A(i) | seed) until there is enough */
	model_hmac(hash, secret.p, secret.len, seed.p, seed.len, a);
	for (uint32_t done = 0; done < want; done += n) {
		memcpy(buf, a, bytes);
		memcpy(buf + bytes, seed.p, seed.len);
		model_hmac(hash, secret.p, secret.len, buf, bytes + seed.len, block);
		model_hmac(hash, secret.p, secret.len, buf, bytes, a);
		n = want - done < bytes ? want - done : bytes;
		memcpy(out + done, block, n);
	}
	ct_wipe(a, sizeof(a));
	ct_wipe(block, sizeof(block));
}

void
model_hkdf_extract(uint32_t hash, struct model_bytes salt, struct model_bytes ikm, uint8_t *out)
{
	model_hmac(hash, salt.p, salt.len, ikm.p, ikm.len, out);
}

void
model_hkdf_expand(uint32_t hash, struct model_bytes prk, struct model_bytes info, uint8_t *out,
	uint32_t want)
{
	uint8_t t[MODEL_DIGEST_MAX], buf[MODEL_DIGEST_MAX + MODEL_SEED_MAX + 1];
	uint32_t bytes, n, at = 0;
	uint8_t i = 0;

	model_md(hash, &bytes);
	for (uint32_t done = 0; done < want; done += n) {
		memcpy(buf, t, at);
		memcpy(buf + at, info.p, info.len);
		buf[at + info.len] = ++i;
		model_hmac(hash, prk.p, prk.len, buf, at + info.len + 1, t);
		at = bytes;
		n = want - done < bytes ? want - done : bytes;
		memcpy(out + done, t, n);
	}
	ct_wipe(t, sizeof(t));
	ct_wipe(buf, sizeof(buf));
}

/* HKDF-Expand-Label, RFC 8446 7.1 */
static void
expand_label(uint32_t hash, struct model_bytes secret, const char *label, struct model_bytes context,
	uint8_t *out, uint32_t want)
{
	uint8_t info[2 + 1 + 6 + 32 + 1 + NONCE_MAX];
	uint32_t n = (uint32_t)strlen(label), at = 0;

	info[at++] = (uint8_t)(want >> 8);
	info[at++] = (uint8_t)want;
	info[at++] = (uint8_t)(6 + n);
	memcpy(info + at, "tls13 ", 6);
	memcpy(info + at + 6, label, n);
	at += 6 + n;
	info[at++] = (uint8_t)context.len;
	memcpy(info + at, context.p, context.len);
	model_hkdf_expand(hash, secret, (struct model_bytes){ info, at + context.len }, out, want);
}

/* What goes in and out of a derivation. */
enum source { SOURCE_NONE, SOURCE_RANDOMS, SOURCE_HASH, SOURCE_NONCE, SOURCE_PREFIX };
struct rule {
	uint8_t kdf, source, out; /* out: kind, or 0 for a public result */
	uint32_t in; /* kinds, a bit each */
	uint8_t use; /* of the secret that goes in, had once a generation; 0: any number of times */
	const char *label; /* of the PRF or of HKDF-Expand-Label; NULL: HKDF-Extract */
};

static const struct rule rules[] = {
	{ SLUICE_KDF_T12_MASTER, SOURCE_RANDOMS, SLUICE_SECRET_MASTER, KIND(PREMASTER), 1, "master secret" },
	{ SLUICE_KDF_T12_EXTENDED_MASTER, SOURCE_HASH, SLUICE_SECRET_MASTER, KIND(PREMASTER), 1, "extended master secret" },
	{ SLUICE_KDF_T12_KEY_BLOCK, SOURCE_RANDOMS, SLUICE_SECRET_KEY_BLOCK, KIND(MASTER), 1, "key expansion" },
	{ SLUICE_KDF_T12_CLIENT_FINISHED, SOURCE_HASH, 0, KIND(MASTER), 0, "client finished" },
	{ SLUICE_KDF_T12_SERVER_FINISHED, SOURCE_HASH, 0, KIND(MASTER), 0, "server finished" },
	{ SLUICE_KDF_T13_EARLY, SOURCE_NONE, SLUICE_SECRET_EARLY, KIND(PSK), 0, NULL },
	{ SLUICE_KDF_T13_HANDSHAKE, SOURCE_PREFIX, SLUICE_SECRET_HANDSHAKE, KIND(EARLY), 1, NULL },
	{ SLUICE_KDF_T13_MAIN, SOURCE_NONE, SLUICE_SECRET_MAIN, KIND(HANDSHAKE), 1, NULL },
	{ SLUICE_KDF_T13_BINDER, SOURCE_NONE, SLUICE_SECRET_BINDER, KIND(EARLY), 0, "res binder" },
	{ SLUICE_KDF_T13_CLIENT_EARLY, SOURCE_HASH, SLUICE_SECRET_TRAFFIC, KIND(EARLY), 2, "c e traffic" },
	{ SLUICE_KDF_T13_CLIENT_HANDSHAKE, SOURCE_HASH, SLUICE_SECRET_TRAFFIC, KIND(HANDSHAKE), 2, "c hs traffic" },
	{ SLUICE_KDF_T13_SERVER_HANDSHAKE, SOURCE_HASH, SLUICE_SECRET_TRAFFIC, KIND(HANDSHAKE), 4, "s hs traffic" },
	{ SLUICE_KDF_T13_CLIENT_APPLICATION, SOURCE_HASH, SLUICE_SECRET_TRAFFIC, KIND(MAIN), 2, "c ap traffic" },
	{ SLUICE_KDF_T13_SERVER_APPLICATION, SOURCE_HASH, SLUICE_SECRET_TRAFFIC, KIND(MAIN), 4, "s ap traffic" },
	{ SLUICE_KDF_T13_RESUMPTION, SOURCE_HASH, SLUICE_SECRET_RESUMPTION, KIND(MAIN), 0, "res master" },
	{ SLUICE_KDF_T13_PSK, SOURCE_NONCE, SLUICE_SECRET_PSK, KIND(RESUMPTION), 0, "resumption" },
	{ SLUICE_KDF_T13_UPDATE, SOURCE_NONE, SLUICE_SECRET_TRAFFIC, KIND(TRAFFIC), 1, "traffic upd" },
	{ SLUICE_KDF_T13_KEYS, SOURCE_NONE, SLUICE_SECRET_KEY_BLOCK, KIND(TRAFFIC), 2, "key" },
	{ SLUICE_KDF_T13_FINISHED, SOURCE_HASH, 0, KIND(TRAFFIC) | KIND(BINDER), 0, "finished" },
};

static const struct rule *
rule_find(uint32_t kdf)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].kdf == kdf)
			return &rules[i];
	return NULL;
}

static bool
source_good(uint8_t source, uint32_t len, uint32_t hash_bytes)
{
	switch (source) {
	case SOURCE_NONE:
		return len == 0;
	case SOURCE_RANDOMS:
		return len == RANDOMS_BYTES;
	case SOURCE_HASH:
		return len == hash_bytes;
	case SOURCE_NONCE:
		return len <= NONCE_MAX;
	default:
		return len <= PREFIX_MAX;
	}
}

/* Bytes of a key block that was asked for: a key block of TLS 1.2, a key of TLS 1.3, otherwise none. */
static bool
block_good(const struct rule *r, uint32_t bytes)
{
	if (r->kdf == SLUICE_KDF_T12_KEY_BLOCK)
		return bytes >= 1 && bytes <= SLUICE_SECRET_BYTES;
	if (r->kdf == SLUICE_KDF_T13_KEYS)
		return bytes == 16 || bytes == 32;
	return bytes == 0;
}

struct kdf_in {
	uint32_t hash, bytes; /* of the digest */
	struct model_bytes in, in2, source; /* in.p NULL: no secret */
	uint32_t block;
};

/* label and seed, as TLS 1.2 puts them into its PRF */
static uint32_t
kdf_t12(const struct rule *r, const struct kdf_in *k, uint8_t *out)
{
	uint8_t seed[64 + RANDOMS_BYTES];
	uint32_t n = (uint32_t)strlen(r->label);
	uint32_t want = r->out == 0 ? FINISHED_BYTES : r->out == SLUICE_SECRET_MASTER ? 48 : k->block;

	memcpy(seed, r->label, n);
	memcpy(seed + n, k->source.p, k->source.len);
	model_prf(k->hash, k->in, (struct model_bytes){ seed, n + k->source.len }, out, want);
	return want;
}

/* The Extracts of RFC 8446 7.1: salt 0 or Derive-Secret(., "derived", ""). */
static uint32_t
kdf_extract(const struct rule *r, const struct kdf_in *k, uint8_t *out)
{
	static const uint8_t zero[MODEL_DIGEST_MAX];
	uint8_t salt[MODEL_DIGEST_MAX] = { 0 }, empty[MODEL_DIGEST_MAX], ikm[PREFIX_MAX + SLUICE_SECRET_BYTES];
	struct model_bytes in = { zero, k->bytes };

	if (r->kdf == SLUICE_KDF_T13_EARLY) {
		if (k->in.p)
			in = k->in;
		model_hkdf_extract(k->hash, (struct model_bytes){ zero, k->bytes }, in, out);
		return k->bytes;
	}
	model_digest(k->hash, NULL, 0, empty);
	expand_label(k->hash, k->in, "derived", (struct model_bytes){ empty, k->bytes }, salt, k->bytes);
	if (r->kdf == SLUICE_KDF_T13_HANDSHAKE && k->source.len + k->in2.len) {
		memcpy(ikm, k->source.p, k->source.len);
		if (k->in2.len)
			memcpy(ikm + k->source.len, k->in2.p, k->in2.len);
		in = (struct model_bytes){ ikm, k->source.len + k->in2.len };
	}
	model_hkdf_extract(k->hash, (struct model_bytes){ salt, k->bytes }, in, out);
	ct_wipe(salt, sizeof(salt));
	ct_wipe(ikm, sizeof(ikm));
	return k->bytes;
}

/* HKDF-Expand-Label; Derive-Secret of no messages where the rule has no source but a digest is its context */
static uint32_t
kdf_expand(const struct rule *r, const struct kdf_in *k, uint8_t *out)
{
	struct model_bytes none = { (const uint8_t *)"", 0 };
	uint8_t empty[MODEL_DIGEST_MAX], key[MODEL_DIGEST_MAX];

	switch (r->kdf) {
	case SLUICE_KDF_T13_BINDER:
		model_digest(k->hash, NULL, 0, empty);
		expand_label(k->hash, k->in, r->label, (struct model_bytes){ empty, k->bytes }, out, k->bytes);
		return k->bytes;
	case SLUICE_KDF_T13_KEYS:
		expand_label(k->hash, k->in, "key", none, out, k->block);
		expand_label(k->hash, k->in, "iv", none, out + k->block, IV_BYTES);
		return k->block + IV_BYTES;
	case SLUICE_KDF_T13_FINISHED:
		expand_label(k->hash, k->in, r->label, none, key, k->bytes);
		model_hmac(k->hash, key, k->bytes, k->source.p, k->source.len, out);
		ct_wipe(key, sizeof(key));
		return k->bytes;
	default:
		expand_label(k->hash, k->in, r->label, k->source, out, k->bytes);
		return k->bytes;
	}
}

/*
 * The secrets that go in: BAD_SECRET unless they are there, of the right kinds, of a length that the hash explains, and that use of them is not
 * spent.
 */
static uint8_t
secrets_in(struct sluice_sim *m, const struct rule *r, const struct model_job *job, struct kdf_in *k)
{
	const struct sluice_desc *d = job->desc;
	const struct model_secret *s;

	if (d->handle || r->kdf != SLUICE_KDF_T13_EARLY) {
		s = model_secret_get(m, d->handle, job->func, r->in);
		if (!s || (r->kdf >= SLUICE_KDF_T13_EARLY && s->len != k->bytes) || (s->spent & r->use))
			return SLUICE_ST_BAD_SECRET;
		k->in = (struct model_bytes){ s->value, s->len };
	}
	if (d->handle3) {
		s = model_secret_get(m, d->handle3, job->func, KIND(PREMASTER));
		if (!s || s->spent)
			return SLUICE_ST_BAD_SECRET;
		k->in2 = (struct model_bytes){ s->value, s->len };
	}
	return SLUICE_ST_OK;
}

/* Whatever is still there under its handle: the result may have taken the slot. */
static void
spend(struct sluice_sim *m, uint32_t handle, uint8_t func, uint8_t use)
{
	struct model_secret *s = model_secret_get(m, handle, func, ~0u);

	if (s)
		s->spent |= use;
}

static void
derive(struct sluice_sim *m, struct model_job *job)
{
	const struct sluice_desc *d = job->desc;
	const struct rule *r = rule_find(d->param0);
	struct kdf_in k = { .hash = d->param1 & 0xff, .source = { job->src, job->src_len },
		.block = d->param1 >> 16 };
	uint8_t out[SLUICE_SECRET_BYTES + IV_BYTES];
	uint32_t n;

	job->status = SLUICE_ST_BAD_DESC;
	if (!r || (k.hash != SLUICE_HASH_SHA256 && k.hash != SLUICE_HASH_SHA384) || (d->param1 >> 8 & 0xff))
		return;
	model_md(k.hash, &k.bytes);
	if (!source_good(r->source, job->src_len, k.bytes) || !block_good(r, k.block) || !d->handle2 != !r->out)
		return;
	if ((d->handle3 && r->kdf != SLUICE_KDF_T13_HANDSHAKE) || (r->out && (d->handle2 == d->handle || d->handle2 == d->handle3)))
		return;
	job->status = secrets_in(m, r, job, &k);
	if (job->status == SLUICE_ST_OK && r->out && !model_secret_room(m, d->handle2, job->func))
		job->status = SLUICE_ST_BAD_SECRET;
	if (job->status != SLUICE_ST_OK)
		return;
	if (r->kdf < SLUICE_KDF_T13_EARLY)
		n = kdf_t12(r, &k, out);
	else if (!r->label)
		n = kdf_extract(r, &k, out);
	else
		n = kdf_expand(r, &k, out);
	if (r->out) {
		job->status = model_secret_put(m, d->handle2, job->func, r->out, out, n);
		spend(m, d->handle, job->func, r->use);
		if (d->handle3)
			spend(m, d->handle3, job->func, PREMASTER_USE);
	} else {
		memcpy(job->dst, out, n);
		job->dst_len = n;
	}
	ct_wipe(out, sizeof(out));
}

/* A key that only this card has: of its fuses, and not the one that unwraps private keys. */
static void
wrapping_key(const struct sluice_sim *m, uint8_t key[32])
{
	static const char label[] = "sluice secret wrap";

	model_hmac(SLUICE_HASH_SHA256, m->cfg.kek, sizeof(m->cfg.kek), (const uint8_t *)label, sizeof(label) - 1, key);
}

/* kind | length | function | zero | value */
static void
wrap(struct sluice_sim *m, struct model_job *job)
{
	const struct model_secret *s = model_secret_get(m, job->desc->handle, job->func, KIND(MASTER) | KIND(PSK));
	uint8_t plain[WRAP_HEAD + SLUICE_SECRET_BYTES] = { 0 }, key[32];

	if (job->src_len || job->desc->param0 || job->desc->param1) {
		job->status = SLUICE_ST_BAD_DESC;
	} else if (!s) {
		job->status = SLUICE_ST_BAD_SECRET;
	} else {
		plain[0] = s->kind;
		plain[1] = s->len;
		plain[2] = job->func;
		memcpy(plain + WRAP_HEAD, s->value, s->len);
		wrapping_key(m, key);
		job->dst_len = (uint32_t)model_wrap(key, plain, WRAP_HEAD + s->len, job->dst);
	}
	ct_wipe(plain, sizeof(plain));
	ct_wipe(key, sizeof(key));
}

static void
unwrap(struct sluice_sim *m, struct model_job *job)
{
	uint8_t plain[2 * SLUICE_SECRET_BYTES] = { 0 }, key[32];
	size_t n = 0;

	if (job->desc->handle || job->desc->param0 || job->desc->param1 || job->desc->handle3) {
		job->status = SLUICE_ST_BAD_DESC;
		return;
	}
	wrapping_key(m, key);
	/* a master secret has 48 bytes, a PSK 32 or 48 */
	if (job->src_len == 48 || job->src_len == 64)
		n = model_unwrap(key, job->src, job->src_len, plain);
	if (n <= WRAP_HEAD || n != WRAP_HEAD + (size_t)plain[1] || plain[2] != job->func || plain[3] ||
			!((plain[0] == SLUICE_SECRET_MASTER && plain[1] == 48) ||
			  (plain[0] == SLUICE_SECRET_PSK && (plain[1] == 32 || plain[1] == 48))))
		job->status = SLUICE_ST_BAD_KEY;
	else
		job->status = model_secret_put(m, job->desc->handle2, job->func, plain[0], plain + WRAP_HEAD, plain[1]);
	ct_wipe(plain, sizeof(plain));
	ct_wipe(key, sizeof(key));
}

void
model_kdf(struct sluice_sim *m, struct model_job *job)
{
	struct model_secret *s;

	job->cycles = 2000;
	switch (job->desc->opcode) {
	case SLUICE_OP_KDF:
		derive(m, job);
		return;
	case SLUICE_OP_SECRET_WRAP:
		wrap(m, job);
		return;
	case SLUICE_OP_SECRET_UNWRAP:
		unwrap(m, job);
		return;
	default:
		s = model_secret_get(m, job->desc->handle, job->func, ~0u);
		if (job->src_len || job->desc->param0 || job->desc->param1)
			job->status = SLUICE_ST_BAD_DESC;
		else if (s)
			ct_wipe(s, sizeof(*s));
		else
			job->status = SLUICE_ST_BAD_SECRET;
	}
}
