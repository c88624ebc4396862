/* Golden model: what the public-key engines (pka, ecc) do. RSA with PKCS#1 type 2 unpadding is here, curves in model_ec.c. */
#include <string.h>

#include "common/ct.h"
#include "sim/model/model.h"

#define PMS_BYTES 48u
#define RSA_CYCLES 165000u /* 2048 bits, eight in flight, per operation */

static bool
take_flip(struct model_engine *e)
{
	bool flip = e->flip;

	e->flip = false;
	return flip;
}

/* 00 02 PS 00 version PMS-rest: as RFC 5246 7.4.7.1, without telling whether it was good */
static void
unpad_pms(struct sluice_sim *m, struct model_job *job, const uint8_t *em, uint32_t len)
{
	uint32_t at = len - PMS_BYTES, good = ct_eq(em[0], 0) & ct_eq(em[1], 2);
	uint8_t substitute[PMS_BYTES];

	for (uint32_t i = 2; i < at - 1; i++)
		good &= ct_nonzero(em[i]);
	good &= ct_eq(em[at - 1], 0);
	good &= ct_eq((uint32_t)em[at] << 8 | em[at + 1], job->desc->param0 & 0xffff);
	if (!model_random(m, substitute, sizeof(substitute))) {
		job->status = SLUICE_ST_NO_ENTROPY;
		return;
	}
	for (uint32_t i = 0; i < PMS_BYTES; i++)
		job->dst[i] = (uint8_t)ct_select(good, em[at + i], substitute[i]);
	job->dst_len = PMS_BYTES;
	ct_wipe(substitute, sizeof(substitute));
	if (job->desc->handle2) {
		job->status = model_secret_put(m, job->desc->handle2, job->func, SLUICE_SECRET_PREMASTER, job->dst, PMS_BYTES);
		ct_wipe(job->dst, PMS_BYTES);
		job->dst_len = 0;
	}
}

static void
rsa_private(struct sluice_sim *m, unsigned int engine, struct model_job *job)
{
	struct model_key *k = model_key_find(m, engine, job);
	uint8_t out[MODEL_RSA_MAX];
	uint32_t len;

	if (!k)
		return;
	if (!k->rsa) { /* a key of another kind */
		job->status = SLUICE_ST_BAD_HANDLE;
		return;
	}
	len = model_rsa_bytes(k->rsa);
	if (job->src_len != len) {
		job->status = SLUICE_ST_BAD_DESC;
		return;
	}
	if (job->desc->handle2 && !model_secret_room(m, job->desc->handle2, job->func)) {
		job->status = SLUICE_ST_BAD_SECRET;
		return;
	}
	job->cycles = RSA_CYCLES * (uint64_t)(len / 256) * (len / 256);
	job->status = model_rsa_private(k->rsa, job->src, out, take_flip(&m->engine[engine]));
	if (job->status == SLUICE_ST_OK) {
		if (job->desc->opcode == SLUICE_OP_RSA_PMS_DECRYPT) {
			unpad_pms(m, job, out, len);
		} else {
			memcpy(job->dst, out, len);
			job->dst_len = len;
		}
	}
	ct_wipe(out, sizeof(out));
}

static void
rsa_public(struct sluice_sim *m, unsigned int engine, struct model_job *job)
{
	uint32_t len = job->desc->param0, e = job->desc->param1;

	if (job->desc->handle || (len != 256 && len != 384 && len != 512) || job->src_len != 2 * len || e < 3 || !(e & 1)) {
		job->status = SLUICE_ST_BAD_DESC;
		return;
	}
	job->cycles = RSA_CYCLES / 8;
	job->status = model_rsa_public(job->src, job->src + len, len, e, job->dst);
	if (job->status == SLUICE_ST_OK && take_flip(&m->engine[engine]))
		job->status = SLUICE_ST_FAULT;
	if (job->status == SLUICE_ST_OK)
		job->dst_len = len;
}

void
model_pka(struct sluice_sim *m, unsigned int engine, struct model_job *job)
{
	switch (job->desc->opcode) {
	case SLUICE_OP_KEY_LOAD:
	case SLUICE_OP_KEY_FREE:
		model_key_op(m, engine, job);
		return;
	case SLUICE_OP_RSA_PRIVATE:
	case SLUICE_OP_RSA_PMS_DECRYPT:
		rsa_private(m, engine, job);
		return;
	case SLUICE_OP_RSA_PUBLIC:
		rsa_public(m, engine, job);
		return;
	default:
		model_ec(m, engine, job);
		if (job->status == SLUICE_ST_OK && take_flip(&m->engine[engine])) {
			job->status = SLUICE_ST_FAULT;
			job->dst_len = 0;
		}
	}
}
