/* Golden model: session context slots of the symmetric lanes. */
#include <string.h>

#include "common/ct.h"
#include "sim/model/model.h"

static bool
has_cipher(uint8_t alg)
{
	return alg >= SLUICE_ALG_AES_GCM && alg <= SLUICE_ALG_AES_CBC_HMAC_SHA256;
}

static bool
has_mac(uint8_t alg)
{
	return alg >= SLUICE_ALG_AES_CBC_HMAC_SHA1 && alg <= SLUICE_ALG_HMAC_SHA256;
}

/* The lane has this algorithm, and the context is one it can run. */
static bool
usable(unsigned int engine, const struct sluice_session *c)
{
	bool aead = c->alg >= SLUICE_ALG_AES_GCM && c->alg <= SLUICE_ALG_AES_CBC;
	bool mac = c->alg >= SLUICE_ALG_AES_CBC && c->alg <= SLUICE_ALG_HMAC_SHA256;

	if (engine == SLUICE_ENGINE_AEAD ? !aead : !mac)
		return false;
	if (has_cipher(c->alg) ? c->key_bytes != 16 && c->key_bytes != 32 : c->key_bytes != 0)
		return false;
	return !(has_mac(c->alg) && c->mac_key_bytes > sizeof(c->mac_key));
}

struct model_session *
model_session_find(struct sluice_sim *m, unsigned int engine, struct model_job *job)
{
	uint32_t index = job->desc->handle & 0xffff, gen = job->desc->handle >> 16;
	struct model_session *s;

	if (index < MODEL_SESSIONS) {
		s = &m->session[engine][index];
		if (s->used && s->gen == gen)
			return s;
	}
	job->status = SLUICE_ST_BAD_HANDLE;
	return NULL;
}

static void
load(struct sluice_sim *m, unsigned int engine, struct model_job *job)
{
	uint32_t index = job->desc->handle & 0xffff, gen = job->desc->handle >> 16;
	struct model_session *s;
	struct sluice_session ctx;

	if (job->src_len != sizeof(ctx)) {
		job->status = SLUICE_ST_BAD_DESC;
		return;
	}
	if (index >= MODEL_SESSIONS || gen == 0) {
		job->status = SLUICE_ST_BAD_HANDLE;
		return;
	}
	memcpy(&ctx, job->src, sizeof(ctx));
	if (!usable(engine, &ctx)) {
		job->status = SLUICE_ST_BAD_SESSION;
		return;
	}
	s = &m->session[engine][index];
	s->used = true;
	s->gen = (uint16_t)gen;
	s->ctx = ctx;
	ct_wipe(&ctx, sizeof(ctx));
}

void
model_session_op(struct sluice_sim *m, unsigned int engine, struct model_job *job)
{
	struct model_session *s;

	if (job->desc->opcode == SLUICE_OP_SESSION_LOAD) {
		load(m, engine, job);
		return;
	}
	s = model_session_find(m, engine, job);
	if (s)
		ct_wipe(s, sizeof(*s));
}
