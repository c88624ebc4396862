/* Golden model: write-only key slots of the public-key engines, filled by RFC 5649 unwrapping. */
#include <string.h>

#include "common/ct.h"
#include "sim/model/model.h"

#define BLOB_MAX 16384u

void
model_key_erase(struct model_key *k)
{
	model_rsa_free(k->rsa);
	model_ec_free(k->ec);
	memset(k, 0, sizeof(*k));
}

static void
load(struct sluice_sim *m, unsigned int engine, struct model_job *job)
{
	uint32_t index = job->desc->handle & 0xffff, gen = job->desc->handle >> 16;
	struct model_key k = { .used = true, .gen = (uint16_t)gen, .func = job->func }, *slot;
	uint8_t blob[BLOB_MAX + 16];
	size_t len = 0;

	job->cycles = 200 + job->src_len * 6ull;
	if (index >= MODEL_KEYS || gen == 0) {
		job->status = SLUICE_ST_BAD_HANDLE;
		return;
	}
	slot = &m->key[engine][index];
	if (slot->used && slot->func != job->func) {
		job->status = SLUICE_ST_BAD_HANDLE;
		return;
	}
	if (job->src_len <= BLOB_MAX)
		len = model_unwrap(m->cfg.kek, job->src, job->src_len, blob);
	if (len) {
		k.ec = model_ec_load(blob, len, engine);
		if (!k.ec && engine == SLUICE_ENGINE_PKA)
			k.rsa = model_rsa_load(blob, len);
	}
	ct_wipe(blob, sizeof(blob));
	if (!k.rsa && !k.ec) {
		job->status = SLUICE_ST_BAD_KEY;
		return;
	}
	model_key_erase(slot);
	*slot = k;
}

struct model_key *
model_key_find(struct sluice_sim *m, unsigned int engine, struct model_job *job)
{
	uint32_t index = job->desc->handle & 0xffff, gen = job->desc->handle >> 16;

	if (index < MODEL_KEYS) {
		struct model_key *k = &m->key[engine][index];

		if (k->used && k->gen == gen && k->func == job->func)
			return k;
	}
	job->status = SLUICE_ST_BAD_HANDLE;
	return NULL;
}

void
model_key_op(struct sluice_sim *m, unsigned int engine, struct model_job *job)
{
	struct model_key *k;

	if (job->desc->opcode == SLUICE_OP_KEY_LOAD) {
		load(m, engine, job);
		return;
	}
	k = model_key_find(m, engine, job);
	if (k)
		model_key_erase(k);
}
