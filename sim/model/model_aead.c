/* Golden model: the lanes aead (AES-GCM, CTR, CBC, GCM records) and chacha (ChaCha20-Poly1305, RFC 8439, and its records). */
#include <string.h>

#include "sim/model/model.h"

#define IV_BYTES 12u
#define TAG_BYTES 16u
#define TAG_MIN 4u
#define BLOCK 16u

/* A damaged result is found by parity on its way out; what was written until then is not told. */
static void
seal(const struct sluice_session *c, struct model_job *job)
{
	uint32_t aad = job->desc->param0, head = IV_BYTES + aad;

	if (aad > job->src_len || job->src_len < head || job->desc->param1 != 0) {
		job->status = SLUICE_ST_BAD_DESC;
		return;
	}
	job->dst_len = job->src_len - head + TAG_BYTES;
	model_aead_do(&(struct model_aead){
		.alg = c->alg, .key = c->key, .key_bytes = c->key_bytes, .iv = job->src, .aad = job->src + IV_BYTES,
		.aad_len = aad, .in = job->src + head, .len = job->src_len - head, .out = job->dst,
		.tag = job->dst + job->src_len - head, .tag_len = TAG_BYTES, .enc = 1 });
}

static void
open(const struct sluice_session *c, struct model_job *job)
{
	uint32_t aad = job->desc->param0, tag = job->desc->param1, head = IV_BYTES + aad;
	uint32_t least = c->alg == SLUICE_ALG_CHACHA20_POLY1305 ? TAG_BYTES : TAG_MIN;

	if (tag < least || tag > TAG_BYTES || aad > job->src_len || job->src_len < head + tag) {
		job->status = SLUICE_ST_BAD_DESC;
		return;
	}
	job->dst_len = job->src_len - head - tag;
	if (model_aead_do(&(struct model_aead){
		.alg = c->alg, .key = c->key, .key_bytes = c->key_bytes, .iv = job->src, .aad = job->src + IV_BYTES,
		.aad_len = aad, .in = job->src + head, .len = job->dst_len, .out = job->dst,
		.tag = job->src + job->src_len - tag, .tag_len = tag, .enc = 0 }))
		job->status = SLUICE_ST_AUTH_FAILED;
}

static void
cipher(const struct sluice_session *c, struct model_job *job)
{
	if (job->src_len < BLOCK || (c->alg == SLUICE_ALG_AES_CBC && job->src_len % BLOCK)) {
		job->status = SLUICE_ST_BAD_DESC;
		return;
	}
	job->dst_len = job->src_len - BLOCK;
	if (c->alg == SLUICE_ALG_AES_CTR)
		model_ctr(c->key, c->key_bytes, job->src, job->src + BLOCK, job->dst_len, job->dst);
	else
		model_cbc(c->key, c->key_bytes, job->src, job->desc->opcode == SLUICE_OP_CIPHER_ENC,
			job->src + BLOCK, job->dst_len, job->dst);
}

static bool
is_aead(const struct sluice_session *c)
{
	return c->alg == SLUICE_ALG_AES_GCM || c->alg == SLUICE_ALG_CHACHA20_POLY1305;
}

void
model_aead(struct sluice_sim *m, unsigned int engine, struct model_job *job)
{
	uint8_t op = job->desc->opcode;
	struct model_session *s;

	job->cycles = 40 + job->src_len / (engine == SLUICE_ENGINE_AEAD ? BLOCK : 3);
	if (op == SLUICE_OP_SESSION_LOAD || op == SLUICE_OP_SESSION_FREE) {
		model_session_op(m, engine, job);
		return;
	}
	s = model_session_find(m, engine, job);
	if (!s)
		return;
	switch (op) {
	case SLUICE_OP_RECORD_SEAL:
	case SLUICE_OP_RECORD_OPEN:
		if (!is_aead(&s->ctx) || (s->ctx.version != MODEL_VERSION_TLS12 && s->ctx.version != MODEL_VERSION_TLS13))
			job->status = SLUICE_ST_BAD_SESSION;
		else
			model_record_aead(s, job);
		return;
	case SLUICE_OP_AEAD_SEAL:
	case SLUICE_OP_AEAD_OPEN:
		if (!is_aead(&s->ctx))
			job->status = SLUICE_ST_BAD_SESSION;
		else if (op == SLUICE_OP_AEAD_SEAL)
			seal(&s->ctx, job);
		else
			open(&s->ctx, job);
		return;
	default:
		if (is_aead(&s->ctx))
			job->status = SLUICE_ST_BAD_SESSION;
		else
			cipher(&s->ctx, job);
	}
}
