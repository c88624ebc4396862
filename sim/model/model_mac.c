/* Golden model: the mac lane. Hashes, HMAC, the TLS 1.2 PRF (RFC 5246 5), HKDF (RFC 5869), CBC, and CBC+HMAC records. */
#include <openssl/evp.h>
#include <string.h>

#include "common/ct.h"
#include "sim/model/model.h"

#define BLOCK 16u
#define SECRET_MAX 64u
#define OUT_MAX 512u
#define REST_MAX 256u
#define TAG_MIN 4u

static void
hash(struct model_job *job)
{
	uint32_t bytes;

	if (job->desc->handle || !model_md(job->desc->param0, &bytes)) {
		job->status = SLUICE_ST_BAD_DESC;
		return;
	}
	model_digest(job->desc->param0, job->src, job->src_len, job->dst);
	job->dst_len = bytes;
}

/* Secret, salt or PRK of param0 7:0 bytes (0..64), and the rest of the source (0..256). */
static bool
split(const struct model_job *job, struct model_bytes *first, struct model_bytes *rest)
{
	uint32_t n = job->desc->param0 & 0xff;

	*first = (struct model_bytes){ job->src, n };
	*rest = (struct model_bytes){ job->src + n, job->src_len - n };
	return !job->desc->handle && n <= SECRET_MAX && n <= job->src_len && rest->len <= REST_MAX;
}

static void
prf(struct model_job *job)
{
	uint32_t h = job->desc->param0 >> 8, want = job->desc->param1;
	struct model_bytes secret, seed;

	h = h ? h : SLUICE_HASH_SHA256;
	if (!split(job, &secret, &seed) || want < 1 || want > OUT_MAX ||
			(h != SLUICE_HASH_SHA256 && h != SLUICE_HASH_SHA384)) {
		job->status = SLUICE_ST_BAD_DESC;
		return;
	}
	model_prf(h, secret, seed, job->dst, want);
	job->dst_len = want;
}

static void
hkdf(struct model_job *job)
{
	bool extract = job->desc->opcode == SLUICE_OP_HKDF_EXTRACT;
	uint32_t h = job->desc->param0 >> 8, want = job->desc->param1, bytes;
	struct model_bytes key, rest;

	if (!split(job, &key, &rest) || !model_md(h, &bytes) ||
			rest.len > REST_MAX ||
			(extract ? want != 0 : want < 1 || want > OUT_MAX)) {
		job->status = SLUICE_ST_BAD_DESC;
		return;
	}
	if (extract)
		model_hkdf_extract(h, key, rest, job->dst);
	else
		model_hkdf_expand(h, key, rest, job->dst, want);
	job->dst_len = extract ? bytes : want;
}

static void
hmac(const struct sluice_session *c, struct model_job *job)
{
	uint32_t h = model_alg_hash(c->alg), tag = job->desc->param0, bytes;
	bool verify = job->desc->opcode == SLUICE_OP_HMAC_VERIFY;
	uint8_t want[MODEL_DIGEST_MAX];

	if (!model_md(h, &bytes)) {
		job->status = SLUICE_ST_BAD_SESSION;
		return;
	}
	if (verify && (tag < TAG_MIN || tag > bytes || tag > job->src_len)) {
		job->status = SLUICE_ST_BAD_DESC;
		return;
	}
	model_hmac(h, c->mac_key, c->mac_key_bytes, job->src, job->src_len - (verify ? tag : 0), want);
	if (!verify) {
		memcpy(job->dst, want, bytes);
		job->dst_len = bytes;
	} else if (!ct_memeq(want, job->src + job->src_len - tag, tag)) {
		job->status = SLUICE_ST_AUTH_FAILED;
	}
}

/* A session with a cipher and a MAC. */
static bool
is_record(const struct sluice_session *c)
{
	return c->key_bytes && model_alg_hash(c->alg);
}

static void
cipher(const struct sluice_session *c, struct model_job *job)
{
	if (c->alg != SLUICE_ALG_AES_CBC && !is_record(c)) {
		job->status = SLUICE_ST_BAD_SESSION;
		return;
	}
	if (job->src_len < BLOCK || job->src_len % BLOCK) {
		job->status = SLUICE_ST_BAD_DESC;
		return;
	}
	job->dst_len = job->src_len - BLOCK;
	model_cbc(c->key, c->key_bytes, job->src, job->desc->opcode == SLUICE_OP_CIPHER_ENC,
		job->src + BLOCK, job->dst_len, job->dst);
}

static void
with_session(struct sluice_sim *m, struct model_session *s, struct model_job *job)
{
	switch (job->desc->opcode) {
	case SLUICE_OP_HMAC:
	case SLUICE_OP_HMAC_VERIFY:
		hmac(&s->ctx, job);
		return;
	case SLUICE_OP_RECORD_SEAL:
	case SLUICE_OP_RECORD_OPEN:
		if (!is_record(&s->ctx) || s->ctx.version < MODEL_VERSION_SSL30 || s->ctx.version > MODEL_VERSION_TLS12)
			job->status = SLUICE_ST_BAD_SESSION;
		else
			model_record_cbc(m, s, job);
		return;
	default:
		cipher(&s->ctx, job);
	}
}

void
model_mac(struct sluice_sim *m, struct model_job *job)
{
	struct model_session *s;

	job->cycles = 200 + job->src_len * 4ull / 3;
	switch (job->desc->opcode) {
	case SLUICE_OP_SESSION_LOAD:
	case SLUICE_OP_SESSION_FREE:
		model_session_op(m, SLUICE_ENGINE_MAC, job);
		return;
	case SLUICE_OP_HASH:
		hash(job);
		return;
	case SLUICE_OP_TLS_PRF:
		prf(job);
		return;
	case SLUICE_OP_HKDF_EXTRACT:
	case SLUICE_OP_HKDF_EXPAND:
		hkdf(job);
		return;
	default:
		s = model_session_find(m, SLUICE_ENGINE_MAC, job);
		if (s)
			with_session(m, s, job);
	}
}
