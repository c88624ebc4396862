/* Golden model: the aead lane. AES-GCM, CTR, CBC, and whole GCM records (RFC 5288). */
#include <string.h>

#include "sim/model/model.h"

#define GCM_IV 12u
#define GCM_TAG 16u
#define BLOCK 16u

/* A damaged result is found by parity on its way out; what was written until then is not told. */
static void
seal(const struct sluice_session *c, struct model_job *job)
{
	uint32_t aad = job->desc->param0, head = GCM_IV + aad;

	if (aad > job->src_len || job->src_len < head || job->desc->param1 != 0) {
		job->status = SLUICE_ST_BAD_DESC;
		return;
	}
	job->dst_len = job->src_len - head + GCM_TAG;
	model_gcm(&(struct model_gcm){
		.key = c->key, .key_bytes = c->key_bytes, .iv = job->src, .aad = job->src + GCM_IV,
		.aad_len = aad, .in = job->src + head, .len = job->src_len - head, .out = job->dst,
		.tag = job->dst + job->src_len - head, .tag_len = GCM_TAG, .enc = 1 });
}

static void
open(const struct sluice_session *c, struct model_job *job)
{
	uint32_t aad = job->desc->param0, tag = job->desc->param1, head = GCM_IV + aad;

	if (tag < 4 || tag > GCM_TAG || aad > job->src_len || job->src_len < head + tag) {
		job->status = SLUICE_ST_BAD_DESC;
		return;
	}
	job->dst_len = job->src_len - head - tag;
	if (model_gcm(&(struct model_gcm){
		.key = c->key, .key_bytes = c->key_bytes, .iv = job->src, .aad = job->src + GCM_IV,
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

void
model_aead(struct sluice_sim *m, struct model_job *job)
{
	uint8_t op = job->desc->opcode;
	struct model_session *s;

	job->cycles = 40 + job->src_len / BLOCK;
	if (op == SLUICE_OP_SESSION_LOAD || op == SLUICE_OP_SESSION_FREE) {
		model_session_op(m, SLUICE_ENGINE_AEAD, job);
		return;
	}
	s = model_session_find(m, SLUICE_ENGINE_AEAD, job);
	if (!s)
		return;
	switch (op) {
	case SLUICE_OP_RECORD_SEAL:
	case SLUICE_OP_RECORD_OPEN:
		if (s->ctx.alg != SLUICE_ALG_AES_GCM || s->ctx.version != 0x0303)
			job->status = SLUICE_ST_BAD_SESSION;
		else
			model_record_gcm(s, job);
		return;
	case SLUICE_OP_AEAD_SEAL:
	case SLUICE_OP_AEAD_OPEN:
		if (s->ctx.alg != SLUICE_ALG_AES_GCM)
			job->status = SLUICE_ST_BAD_SESSION;
		else if (op == SLUICE_OP_AEAD_SEAL)
			seal(&s->ctx, job);
		else
			open(&s->ctx, job);
		return;
	default:
		if (s->ctx.alg != SLUICE_ALG_AES_CTR && s->ctx.alg != SLUICE_ALG_AES_CBC)
			job->status = SLUICE_ST_BAD_SESSION;
		else
			cipher(&s->ctx, job);
	}
}
