/* Golden model: the mac lane. Hashes, HMAC, the TLS 1.2 PRF (RFC 5246 5), CBC, and CBC+HMAC records. */
#include <openssl/evp.h>
#include <string.h>

#include "common/ct.h"
#include "sim/model/model.h"

#define BLOCK 16u
#define PRF_SECRET_MAX 64u
#define PRF_OUT_MAX 512u
#define TAG_MIN 4u

static void
hash(struct model_job *job)
{
	uint32_t bytes;
	const EVP_MD *md = model_md(job->desc->param0, &bytes);

	if (!md) {
		job->status = SLUICE_ST_BAD_DESC;
		return;
	}
	EVP_Digest(job->src, job->src_len, job->dst, NULL, md, NULL);
	job->dst_len = bytes;
}

/* A(i) = HMAC(A(i-1)); output is HMAC(A(i) | label and seed) until there is enough */
static void
prf(struct model_job *job)
{
	uint32_t secret = job->desc->param0, want = job->desc->param1, seed = job->src_len - secret;
	uint8_t a[MODEL_DIGEST_MAX], out[MODEL_DIGEST_MAX], buf[MODEL_DIGEST_MAX + 4096];

	if (secret > PRF_SECRET_MAX || secret > job->src_len || want < 1 || want > PRF_OUT_MAX ||
			seed > sizeof(buf) - sizeof(a)) {
		job->status = SLUICE_ST_BAD_DESC;
		return;
	}
	model_hmac(SLUICE_HASH_SHA256, job->src, secret, job->src + secret, seed, a);
	memcpy(buf + sizeof(a), job->src + secret, seed);
	for (uint32_t done = 0; done < want; done += sizeof(out)) {
		uint32_t n = want - done < sizeof(out) ? want - done : (uint32_t)sizeof(out);

		memcpy(buf, a, sizeof(a));
		model_hmac(SLUICE_HASH_SHA256, job->src, secret, buf, sizeof(a) + seed, out);
		memcpy(job->dst + done, out, n);
		model_hmac(SLUICE_HASH_SHA256, job->src, secret, buf, sizeof(a), a);
	}
	job->dst_len = want;
}

/* HASH_* of a session's MAC, 0 when it has none */
static uint32_t
mac_hash(uint8_t alg)
{
	if (alg == SLUICE_ALG_HMAC_SHA1 || alg == SLUICE_ALG_AES_CBC_HMAC_SHA1)
		return SLUICE_HASH_SHA1;
	if (alg == SLUICE_ALG_HMAC_SHA256 || alg == SLUICE_ALG_AES_CBC_HMAC_SHA256)
		return SLUICE_HASH_SHA256;
	return 0;
}

static void
hmac(const struct sluice_session *c, struct model_job *job)
{
	uint32_t h = mac_hash(c->alg), tag = job->desc->param0, bytes;
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

static void
cipher(const struct sluice_session *c, struct model_job *job)
{
	if (c->alg != SLUICE_ALG_AES_CBC && c->alg != SLUICE_ALG_AES_CBC_HMAC_SHA1 &&
			c->alg != SLUICE_ALG_AES_CBC_HMAC_SHA256) {
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
	default:
		break;
	}
	s = model_session_find(m, SLUICE_ENGINE_MAC, job);
	if (!s)
		return;
	switch (job->desc->opcode) {
	case SLUICE_OP_HMAC:
	case SLUICE_OP_HMAC_VERIFY:
		hmac(&s->ctx, job);
		return;
	case SLUICE_OP_RECORD_SEAL:
	case SLUICE_OP_RECORD_OPEN:
		if (s->ctx.version == 0 || (s->ctx.alg != SLUICE_ALG_AES_CBC_HMAC_SHA1 &&
				s->ctx.alg != SLUICE_ALG_AES_CBC_HMAC_SHA256))
			job->status = SLUICE_ST_BAD_SESSION;
		else
			model_record_cbc(m, s, job);
		return;
	default:
		cipher(&s->ctx, job);
	}
}
