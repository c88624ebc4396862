/* Golden model: the public-key engine. Key slots with RFC 5649 unwrapping, RSA, PKCS#1 type 2 unpadding. */
#include <openssl/evp.h>
#include <string.h>

#include "common/ct.h"
#include "sim/model/model.h"

#define RSA_BYTES 256u
#define PMS_BYTES 48u
#define BLOB_MAX 4096u
#define RSA_CYCLES 165000u /* eight in flight, per operation */

/* RFC 5649 unwrapping with the card's key; returns the plaintext's length, 0 when it does not unwrap. */
static size_t
unwrap(const uint8_t *kek, const uint8_t *in, uint32_t len, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx;
	int n = 0, m = 0, ok;

	if (len < 16 || len % 8 || len > BLOB_MAX)
		return 0;
	ctx = EVP_CIPHER_CTX_new();
	if (!ctx)
		return 0;
	EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	ok = EVP_DecryptInit_ex(ctx, EVP_aes_256_wrap_pad(), NULL, kek, NULL) &&
		EVP_DecryptUpdate(ctx, out, &n, in, (int)len) && EVP_DecryptFinal_ex(ctx, out + n, &m);
	EVP_CIPHER_CTX_free(ctx);
	return ok ? (size_t)(n + m) : 0;
}

static void
key_load(struct sluice_sim *m, struct model_job *job)
{
	uint32_t index = job->desc->handle & 0xffff, gen = job->desc->handle >> 16;
	uint8_t blob[BLOB_MAX + 8];
	void *rsa = NULL;
	size_t len;

	job->cycles = 200 + job->src_len * 6ull;
	if (index >= MODEL_KEYS || gen == 0) {
		job->status = SLUICE_ST_BAD_HANDLE;
		return;
	}
	len = unwrap(m->cfg.kek, job->src, job->src_len, blob);
	if (len)
		rsa = model_rsa_load(blob, len);
	ct_wipe(blob, sizeof(blob));
	if (!rsa) {
		job->status = SLUICE_ST_BAD_KEY;
		return;
	}
	model_rsa_free(m->key[index].rsa);
	m->key[index] = (struct model_key){ .used = true, .gen = (uint16_t)gen, .rsa = rsa };
}

static struct model_key *
key_find(struct sluice_sim *m, struct model_job *job)
{
	uint32_t index = job->desc->handle & 0xffff, gen = job->desc->handle >> 16;

	if (index < MODEL_KEYS && m->key[index].used && m->key[index].gen == gen)
		return &m->key[index];
	job->status = SLUICE_ST_BAD_HANDLE;
	return NULL;
}

/* 00 02 PS 00 version PMS-rest: as RFC 5246 7.4.7.1, without telling whether it was good */
static void
unpad_pms(struct sluice_sim *m, struct model_job *job, const uint8_t *em)
{
	uint32_t at = RSA_BYTES - PMS_BYTES, good = ct_eq(em[0], 0) & ct_eq(em[1], 2);
	uint8_t substitute[PMS_BYTES];

	for (uint32_t i = 2; i < at - 1; i++)
		good &= ct_nonzero(em[i]);
	good &= ct_eq(em[at - 1], 0);
	good &= ct_eq((uint32_t)em[at] << 8 | em[at + 1], job->desc->param0 & 0xffff);
	model_random(m, substitute, sizeof(substitute));
	for (uint32_t i = 0; i < PMS_BYTES; i++)
		job->dst[i] = (uint8_t)ct_select(good, em[at + i], substitute[i]);
	job->dst_len = PMS_BYTES;
	ct_wipe(substitute, sizeof(substitute));
}

static void
rsa(struct sluice_sim *m, struct model_job *job)
{
	struct model_key *k = key_find(m, job);
	struct model_engine *e = &m->engine[SLUICE_ENGINE_PKA];
	uint8_t out[RSA_BYTES];

	if (!k)
		return;
	if (job->src_len != RSA_BYTES) {
		job->status = SLUICE_ST_BAD_DESC;
		return;
	}
	job->cycles = RSA_CYCLES;
	job->status = model_rsa_private(k->rsa, job->src, out, e->flip);
	e->flip = false;
	if (job->status == SLUICE_ST_OK) {
		if (job->desc->opcode == SLUICE_OP_RSA_PMS_DECRYPT) {
			unpad_pms(m, job, out);
		} else {
			memcpy(job->dst, out, RSA_BYTES);
			job->dst_len = RSA_BYTES;
		}
	}
	ct_wipe(out, sizeof(out));
}

void
model_pka(struct sluice_sim *m, struct model_job *job)
{
	struct model_key *k;

	switch (job->desc->opcode) {
	case SLUICE_OP_KEY_LOAD:
		key_load(m, job);
		return;
	case SLUICE_OP_KEY_FREE:
		k = key_find(m, job);
		if (k) {
			model_rsa_free(k->rsa);
			memset(k, 0, sizeof(*k));
		}
		return;
	default:
		rsa(m, job);
	}
}
