/* Golden model: session context slots of the symmetric lanes, and the keys that they take from secrets. */
#include <string.h>

#include "common/ct.h"
#include "sim/model/model.h"

#define FLAG_ETM 1u
#define GCM_SALT_BYTES 4u
#define AEAD_IV_BYTES 12u
#define CBC_IV_BYTES 16u

static bool
is_cbc_hmac(uint8_t alg)
{
	return alg == SLUICE_ALG_AES_CBC_HMAC_SHA1 || alg == SLUICE_ALG_AES_CBC_HMAC_SHA256 ||
		alg == SLUICE_ALG_AES_CBC_HMAC_SHA384;
}

static bool
is_hmac(uint8_t alg)
{
	return alg == SLUICE_ALG_HMAC_SHA1 || alg == SLUICE_ALG_HMAC_SHA256 || alg == SLUICE_ALG_HMAC_SHA384 ||
		alg == SLUICE_ALG_HMAC_SHA512;
}

/* The lane has this algorithm. */
static bool
served(unsigned int engine, uint8_t alg)
{
	switch (engine) {
	case SLUICE_ENGINE_AEAD:
		return alg == SLUICE_ALG_AES_GCM || alg == SLUICE_ALG_AES_CTR || alg == SLUICE_ALG_AES_CBC;
	case SLUICE_ENGINE_CHACHA:
		return alg == SLUICE_ALG_CHACHA20_POLY1305;
	default:
		return alg == SLUICE_ALG_AES_CBC || is_cbc_hmac(alg) || is_hmac(alg);
	}
}

/* The context is one that the lane can run. */
static bool
usable(unsigned int engine, const struct sluice_session *c)
{
	bool tls = c->version >= MODEL_VERSION_TLS10 && c->version <= MODEL_VERSION_TLS12;

	if (!served(engine, c->alg) || (c->flags & ~FLAG_ETM) || c->rsvd0 || c->slice > SLUICE_SLICE_WHOLE)
		return false;
	if (is_hmac(c->alg) ? c->key_bytes != 0 : c->key_bytes != 32 &&
			(c->key_bytes != 16 || c->alg == SLUICE_ALG_CHACHA20_POLY1305))
		return false;
	if ((c->flags & FLAG_ETM) && (!is_cbc_hmac(c->alg) || !tls))
		return false;
	if (c->version == MODEL_VERSION_SSL30 && is_cbc_hmac(c->alg) && (c->alg != SLUICE_ALG_AES_CBC_HMAC_SHA1 ||
			c->mac_key_bytes != 20))
		return false;
	return c->mac_key_bytes <= sizeof(c->mac_key);
}

struct model_session *
model_session_find(struct sluice_sim *m, unsigned int engine, struct model_job *job)
{
	uint32_t index = job->desc->handle & 0xffff, gen = job->desc->handle >> 16;
	uint8_t op = job->desc->opcode;
	struct model_session *s = index < MODEL_SESSIONS ? &m->session[engine][index] : NULL;

	if (!s || !s->used || s->gen != gen || s->func != job->func) {
		job->status = SLUICE_ST_BAD_HANDLE;
		return NULL;
	}
	/* keys of a secret serve records only: with others the host would choose nonces under a key that it must not have */
	if (s->ctx.slice != SLUICE_SLICE_NONE && op != SLUICE_OP_RECORD_SEAL && op != SLUICE_OP_RECORD_OPEN &&
			op != SLUICE_OP_SESSION_FREE) {
		job->status = SLUICE_ST_BAD_SESSION;
		return NULL;
	}
	return s;
}

/* Bytes of IV that a key block of TLS 1.2 and older has for each side (RFC 5246 6.3). */
static uint32_t
block_iv(const struct sluice_session *c)
{
	if (c->alg == SLUICE_ALG_AES_GCM)
		return GCM_SALT_BYTES;
	if (c->alg == SLUICE_ALG_CHACHA20_POLY1305)
		return AEAD_IV_BYTES;
	return c->version <= MODEL_VERSION_TLS10 ? CBC_IV_BYTES : 0;
}

static bool
is_zero(const uint8_t *p, size_t len)
{
	uint8_t any = 0;

	while (len--)
		any |= *p++;
	return any == 0;
}

/* Keys of one side of a key block: MAC keys, cipher keys, IVs, the client's before the server's. */
static bool
take_side(struct sluice_session *c, const struct model_secret *s)
{
	uint32_t mac = c->mac_key_bytes, key = c->key_bytes, iv = block_iv(c), side = c->slice == SLUICE_SLICE_SERVER;

	if (c->version == 0 || c->version >= MODEL_VERSION_TLS13 || 2 * (mac + key + iv) > s->len)
		return false;
	memcpy(c->mac_key, s->value + side * mac, mac);
	memcpy(c->key, s->value + 2 * mac + side * key, key);
	memcpy(c->iv, s->value + 2 * (mac + key) + side * iv, iv);
	return true;
}

/* key | IV of TLS 1.3 */
static bool
take_whole(struct sluice_session *c, const struct model_secret *s)
{
	if (c->version != MODEL_VERSION_TLS13 || s->len != c->key_bytes + AEAD_IV_BYTES)
		return false;
	memcpy(c->key, s->value, c->key_bytes);
	memcpy(c->iv, s->value + c->key_bytes, AEAD_IV_BYTES);
	return true;
}

/* Keys come from the context or from a secret, never from both. Returns enum sluice_status. */
static uint8_t
take_keys(struct sluice_sim *m, struct model_job *job, struct sluice_session *c)
{
	const struct model_secret *s;

	if (!job->desc->handle2)
		return c->slice == SLUICE_SLICE_NONE ? SLUICE_ST_OK : SLUICE_ST_BAD_SESSION;
	if (c->slice == SLUICE_SLICE_NONE || !is_zero(c->key, sizeof(c->key)) || !is_zero(c->iv, sizeof(c->iv)) ||
			!is_zero(c->mac_key, sizeof(c->mac_key)) || is_hmac(c->alg))
		return SLUICE_ST_BAD_SESSION;
	s = model_secret_use(m, job->desc->handle2, job->func, SLUICE_SECRET_KEY_BLOCK, c->slice);
	if (!s)
		return SLUICE_ST_BAD_SECRET;
	return (c->slice == SLUICE_SLICE_WHOLE ? take_whole(c, s) : take_side(c, s)) ? SLUICE_ST_OK :
		SLUICE_ST_BAD_SESSION;
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
	if (index >= MODEL_SESSIONS || gen == 0 ||
			(m->session[engine][index].used && m->session[engine][index].func != job->func)) {
		job->status = SLUICE_ST_BAD_HANDLE;
		return;
	}
	memcpy(&ctx, job->src, sizeof(ctx));
	job->status = usable(engine, &ctx) ? take_keys(m, job, &ctx) : SLUICE_ST_BAD_SESSION;
	if (job->status == SLUICE_ST_OK) {
		s = &m->session[engine][index];
		*s = (struct model_session){ .used = true, .func = job->func, .gen = (uint16_t)gen, .ctx = ctx };
	}
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
