/*
 * Golden model: whole TLS records by an AEAD: AES-GCM of TLS 1.2 (RFC 5288), ChaCha20-Poly1305 of TLS 1.2 (RFC 7905), and both in
 * TLS 1.3 (RFC 8446 5.2). Records with CBC are in model_record_cbc.c.
 */
#include <string.h>

#include "common/ct.h"
#include "sim/model/model.h"

#define HEADER MODEL_RECORD_HEADER
#define MAX_PLAIN MODEL_RECORD_PLAIN
#define MAX_FRAGMENT (MAX_PLAIN + 2048u)
#define MAX_FRAGMENT13 (MAX_PLAIN + 256u) /* RFC 8446 5.2 */
#define NONCE_BYTES 8u
#define IV_BYTES 12u
#define TAG_BYTES 16u
#define APPLICATION_DATA 23u

void
model_put_be(uint8_t *p, uint64_t v, unsigned int bytes)
{
	while (bytes--) {
		p[bytes] = (uint8_t)v;
		v >>= 8;
	}
}

void
model_put_header(uint8_t *p, uint8_t type, uint16_t version, uint32_t len)
{
	p[0] = type;
	model_put_be(p + 1, version, 2);
	model_put_be(p + 3, len, 2);
}

void
model_put_aad(uint8_t *p, const struct sluice_session *c, uint8_t type, uint32_t len)
{
	model_put_be(p, c->seq, 8);
	model_put_header(p + 8, type, c->version, len);
}

bool
model_seq_exhausted(const struct sluice_session *c, struct model_job *job)
{
	if (c->seq != UINT64_MAX)
		return false;
	job->status = SLUICE_ST_SEQ_EXHAUSTED;
	return true;
}

uint32_t
model_open_header(struct model_job *job, uint16_t version, uint32_t least, uint32_t most)
{
	const uint8_t *r = job->src;
	uint32_t len = job->src_len < HEADER ? 0 : (uint32_t)(r[3] << 8 | r[4]);

	if (job->src_len < HEADER || (r[1] << 8 | r[2]) != version || len != job->src_len - HEADER ||
			len > most || len < least) {
		job->status = SLUICE_ST_BAD_RECORD;
		return 0;
	}
	return len;
}

/* The nonce of ChaCha20-Poly1305 and of TLS 1.3: the IV, its last 8 bytes XORed with the sequence number. */
static void
put_nonce(uint8_t nonce[IV_BYTES], const struct sluice_session *c)
{
	uint8_t seq[NONCE_BYTES];

	memcpy(nonce, c->iv, IV_BYTES);
	model_put_be(seq, c->seq, NONCE_BYTES);
	for (unsigned int i = 0; i < NONCE_BYTES; i++)
		nonce[IV_BYTES - NONCE_BYTES + i] ^= seq[i];
}

/* TLS 1.2. `wire`: bytes of explicit nonce (GCM's 8, or none) */
static void
seal12(struct sluice_session *c, struct model_job *job, struct model_aead *a, uint8_t *aad,
	uint8_t *nonce, uint32_t wire)
{
	uint8_t type = (uint8_t)job->desc->param0;

	if (job->src_len > MAX_PLAIN || job->desc->param0 > 0xff || job->desc->param1) {
		job->status = SLUICE_ST_BAD_DESC;
		return;
	}
	model_put_header(job->dst, type, c->version, wire + job->src_len + TAG_BYTES);
	if (wire) { /* RFC 5288 3: the sequence number may be the nonce */
		model_put_be(job->dst + HEADER, c->seq, wire);
		model_put_be(nonce + 4, c->seq, wire);
	}
	model_put_aad(aad, c, type, job->src_len);
	a->in = job->src;
	a->len = job->src_len;
	a->out = job->dst + HEADER + wire;
	a->tag = a->out + a->len;
	a->enc = 1;
	model_aead_do(a);
	job->dst_len = HEADER + wire + job->src_len + TAG_BYTES;
}

static void
open12(struct sluice_session *c, struct model_job *job, struct model_aead *a, uint8_t *aad,
	uint8_t *nonce, uint32_t wire)
{
	uint32_t len = model_open_header(job, c->version, wire + TAG_BYTES, MAX_FRAGMENT);

	if (!len)
		return;
	a->len = len - wire - TAG_BYTES;
	if (a->len > MAX_PLAIN) {
		job->status = SLUICE_ST_BAD_RECORD;
		return;
	}
	if (wire)
		memcpy(nonce + 4, job->src + HEADER, wire);
	model_put_aad(aad, c, job->src[0], a->len);
	a->in = job->src + HEADER + wire;
	a->out = job->dst;
	a->tag = job->src + job->src_len - TAG_BYTES;
	if (model_aead_do(a)) {
		job->status = SLUICE_ST_AUTH_FAILED;
		return;
	}
	job->dst_len = a->len;
	job->info = job->src[0];
}

/* TLS 1.3: plaintext | type | zeros, under an outer type of application data; the header is the AAD */
static void
seal13(struct model_job *job, struct model_aead *a)
{
	uint8_t *inner = job->dst + HEADER;
	uint32_t pad = job->desc->param1, len = job->src_len + 1 + pad;

	if (job->src_len > MAX_PLAIN || job->desc->param0 > 0xff || pad > MAX_PLAIN - job->src_len) {
		job->status = SLUICE_ST_BAD_DESC;
		return;
	}
	model_put_header(job->dst, APPLICATION_DATA, MODEL_VERSION_TLS12, len + TAG_BYTES);
	memcpy(inner, job->src, job->src_len);
	inner[job->src_len] = (uint8_t)job->desc->param0;
	memset(inner + job->src_len + 1, 0, pad);
	a->aad = job->dst;
	a->aad_len = HEADER;
	a->in = a->out = inner;
	a->len = len;
	a->tag = inner + len;
	a->enc = 1;
	model_aead_do(a);
	job->dst_len = HEADER + len + TAG_BYTES;
}

static void
open13(struct model_job *job, struct model_aead *a)
{
	uint32_t len = model_open_header(job, MODEL_VERSION_TLS12, TAG_BYTES + 1, MAX_FRAGMENT13), n;

	if (!len)
		return;
	n = len - TAG_BYTES;
	if (job->src[0] != APPLICATION_DATA) {
		job->status = SLUICE_ST_BAD_RECORD;
		return;
	}
	a->aad = job->src;
	a->aad_len = HEADER;
	a->in = job->src + HEADER;
	a->len = n;
	a->out = job->dst;
	a->tag = job->src + job->src_len - TAG_BYTES;
	if (model_aead_do(a)) {
		job->status = SLUICE_ST_AUTH_FAILED;
		return;
	}
	/* 5.2: the plaintext with type and padding is at most 2^14 + 1 bytes */
	if (n > MAX_PLAIN + 1) {
		job->status = SLUICE_ST_BAD_RECORD;
		return;
	}
	while (n && job->dst[n - 1] == 0)
		n--;
	if (n == 0) { /* 5.4: no non-zero octet: unexpected_message */
		job->status = SLUICE_ST_BAD_RECORD;
		return;
	}
	job->info = job->dst[n - 1];
	job->dst_len = n - 1;
}

void
model_record_aead(struct model_session *s, struct model_job *job)
{
	struct sluice_session *c = &s->ctx;
	bool sealing = job->desc->opcode == SLUICE_OP_RECORD_SEAL, gcm = c->alg == SLUICE_ALG_AES_GCM;
	uint8_t aad[MODEL_RECORD_AAD], nonce[IV_BYTES];
	uint32_t wire = gcm ? NONCE_BYTES : 0;
	struct model_aead a = { .alg = c->alg, .key = c->key, .key_bytes = c->key_bytes, .iv = nonce, .aad = aad,
		.aad_len = sizeof(aad), .tag_len = TAG_BYTES };

	if (model_seq_exhausted(c, job))
		return;
	if (c->version == MODEL_VERSION_TLS13 || !gcm)
		put_nonce(nonce, c);
	else
		memcpy(nonce, c->iv, 4);
	if (c->version == MODEL_VERSION_TLS13)
		(sealing ? seal13 : open13)(job, &a);
	else
		(sealing ? seal12 : open12)(c, job, &a, aad, nonce, wire);
	job->seq = c->seq;
	if (job->status == SLUICE_ST_OK)
		c->seq++;
}
