/* Golden model: whole TLS records. GCM as RFC 5288, CBC with HMAC as RFC 2246/4346/5246 section 6.2.3.2. */
#include <string.h>

#include "common/ct.h"
#include "sim/model/model.h"

#define HEADER 5u
#define MAX_PLAIN 16384u
#define MAX_FRAGMENT (MAX_PLAIN + 2048u)
#define AAD_BYTES 13u
#define NONCE_BYTES 8u
#define TAG_BYTES 16u
#define BLOCK 16u

static void
put_be(uint8_t *p, uint64_t v, unsigned int bytes)
{
	while (bytes--) {
		p[bytes] = (uint8_t)v;
		v >>= 8;
	}
}

static void
put_header(uint8_t *p, uint8_t type, uint16_t version, uint32_t len)
{
	p[0] = type;
	put_be(p + 1, version, 2);
	put_be(p + 3, len, 2);
}

/* seq | type | version | length: what GCM authenticates and what the MAC begins with */
static void
put_aad(uint8_t *p, const struct sluice_session *c, uint8_t type, uint32_t len)
{
	put_be(p, c->seq, 8);
	put_header(p + 8, type, c->version, len);
}

static bool
seq_exhausted(const struct sluice_session *c, struct model_job *job)
{
	if (c->seq != UINT64_MAX)
		return false;
	job->status = SLUICE_ST_SEQ_EXHAUSTED;
	return true;
}

/* Checks the header of a record to be opened; returns its fragment's length, 0 when it is wrong. */
static uint32_t
open_header(const struct sluice_session *c, struct model_job *job, uint32_t least)
{
	const uint8_t *r = job->src;
	uint32_t len = job->src_len < HEADER ? 0 : (uint32_t)(r[3] << 8 | r[4]);

	if (job->src_len < HEADER || (r[1] << 8 | r[2]) != c->version || len != job->src_len - HEADER ||
			len > MAX_FRAGMENT || len < least) {
		job->status = SLUICE_ST_BAD_RECORD;
		return 0;
	}
	return len;
}

static void
gcm_seal(struct sluice_session *c, struct model_job *job, struct model_gcm *g, uint8_t *aad,
	uint8_t *iv)
{
	uint8_t type = (uint8_t)job->desc->param0;

	if (job->src_len > MAX_PLAIN || job->desc->param0 > 0xff) {
		job->status = SLUICE_ST_BAD_DESC;
		return;
	}
	put_header(job->dst, type, c->version, NONCE_BYTES + job->src_len + TAG_BYTES);
	put_be(job->dst + HEADER, c->seq, NONCE_BYTES); /* RFC 5288 3: the sequence number may be the nonce */
	put_be(iv + 4, c->seq, NONCE_BYTES);
	put_aad(aad, c, type, job->src_len);
	g->in = job->src;
	g->len = job->src_len;
	g->out = job->dst + HEADER + NONCE_BYTES;
	g->tag = g->out + g->len;
	g->enc = 1;
	model_gcm(g);
	job->dst_len = HEADER + NONCE_BYTES + job->src_len + TAG_BYTES;
}

static void
gcm_open(struct sluice_session *c, struct model_job *job, struct model_gcm *g, uint8_t *aad,
	uint8_t *iv)
{
	uint32_t len = open_header(c, job, NONCE_BYTES + TAG_BYTES);

	if (!len)
		return;
	g->len = len - NONCE_BYTES - TAG_BYTES;
	if (g->len > MAX_PLAIN) {
		job->status = SLUICE_ST_BAD_RECORD;
		return;
	}
	memcpy(iv + 4, job->src + HEADER, NONCE_BYTES);
	put_aad(aad, c, job->src[0], g->len);
	g->in = job->src + HEADER + NONCE_BYTES;
	g->out = job->dst;
	g->tag = job->src + job->src_len - TAG_BYTES;
	if (model_gcm(g)) {
		job->status = SLUICE_ST_AUTH_FAILED;
		return;
	}
	job->dst_len = g->len;
	job->info = job->src[0];
}

void
model_record_gcm(struct model_session *s, struct model_job *job)
{
	struct sluice_session *c = &s->ctx;
	uint8_t aad[AAD_BYTES], iv[12];
	struct model_gcm g = { .key = c->key, .key_bytes = c->key_bytes, .iv = iv, .aad = aad,
		.aad_len = sizeof(aad), .tag_len = TAG_BYTES };

	if (seq_exhausted(c, job))
		return;
	memcpy(iv, c->iv, 4);
	if (job->desc->opcode == SLUICE_OP_RECORD_SEAL)
		gcm_seal(c, job, &g, aad, iv);
	else
		gcm_open(c, job, &g, aad, iv);
	job->seq = c->seq;
	if (job->status == SLUICE_ST_OK)
		c->seq++;
}

/* HMAC over aad | data */
static void
record_mac(const struct sluice_session *c, uint32_t hash, uint8_t type, const uint8_t *data,
	uint32_t len, uint8_t *out)
{
	uint8_t buf[AAD_BYTES + MAX_FRAGMENT];

	put_aad(buf, c, type, len);
	memcpy(buf + AAD_BYTES, data, len);
	model_hmac(hash, c->mac_key, c->mac_key_bytes, buf, AAD_BYTES + len, out);
}

static void
cbc_seal(struct sluice_sim *m, struct sluice_session *c, struct model_job *job, uint32_t hash,
	uint32_t mac)
{
	uint32_t iv = c->version == 0x0301 ? 0 : BLOCK, body, pad;
	uint8_t *p = job->dst + HEADER, plain[MAX_PLAIN + MODEL_DIGEST_MAX + BLOCK];
	uint8_t first[BLOCK];

	if (job->src_len > MAX_PLAIN || job->desc->param0 > 0xff) {
		job->status = SLUICE_ST_BAD_DESC;
		return;
	}
	body = (job->src_len + mac + BLOCK) & ~(BLOCK - 1);
	pad = body - job->src_len - mac;
	memcpy(plain, job->src, job->src_len);
	record_mac(c, hash, (uint8_t)job->desc->param0, job->src, job->src_len, plain + job->src_len);
	memset(plain + job->src_len + mac, (int)pad - 1, pad);
	put_header(job->dst, (uint8_t)job->desc->param0, c->version, iv + body);
	if (iv) {
		model_random(m, first, BLOCK);
		memcpy(p, first, BLOCK);
	} else {
		memcpy(first, c->iv, BLOCK);
	}
	model_cbc(c->key, c->key_bytes, first, 1, plain, body, p + iv);
	if (!iv)
		memcpy(c->iv, p + body - BLOCK, BLOCK);
	job->dst_len = HEADER + iv + body;
	ct_wipe(plain, sizeof(plain));
}

/* The model's padding check is plain: only the device has to be constant in time. */
static void
cbc_open(struct sluice_session *c, struct model_job *job, uint32_t hash, uint32_t mac)
{
	uint32_t iv = c->version == 0x0301 ? 0 : BLOCK;
	uint32_t least = (mac + BLOCK) & ~(BLOCK - 1), len = open_header(c, job, iv + least), pad, n;
	uint8_t plain[MAX_FRAGMENT], want[MODEL_DIGEST_MAX], last[BLOCK];
	bool good = true;

	if (!len)
		return;
	n = len - iv;
	if (n % BLOCK) {
		job->status = SLUICE_ST_BAD_RECORD;
		return;
	}
	memcpy(last, job->src + job->src_len - BLOCK, BLOCK);
	model_cbc(c->key, c->key_bytes, iv ? job->src + HEADER : c->iv, 0, job->src + HEADER + iv, n, plain);
	pad = plain[n - 1] + 1u;
	if (pad + mac > n) { /* RFC 5246 6.2.3.2: as if the padding had no length, so that the MAC is computed all the same */
		good = false;
		pad = 1;
	}
	for (uint32_t i = 0; good && i < pad; i++)
		good = plain[n - 1 - i] == pad - 1;
	n -= pad + mac;
	record_mac(c, hash, job->src[0], plain, n, want);
	if (!good || !ct_memeq(want, plain + n, mac)) {
		job->status = SLUICE_ST_AUTH_FAILED;
	} else if (n > MAX_PLAIN) {
		job->status = SLUICE_ST_BAD_RECORD;
	} else {
		memcpy(job->dst, plain, n);
		job->dst_len = n;
		job->info = job->src[0];
		if (!iv)
			memcpy(c->iv, last, BLOCK);
	}
	ct_wipe(plain, sizeof(plain));
}

void
model_record_cbc(struct sluice_sim *m, struct model_session *s, struct model_job *job)
{
	struct sluice_session *c = &s->ctx;
	bool sha1 = c->alg == SLUICE_ALG_AES_CBC_HMAC_SHA1;
	uint32_t hash = sha1 ? SLUICE_HASH_SHA1 : SLUICE_HASH_SHA256, mac = sha1 ? 20 : 32;

	if (seq_exhausted(c, job))
		return;
	if (job->desc->opcode == SLUICE_OP_RECORD_SEAL)
		cbc_seal(m, c, job, hash, mac);
	else
		cbc_open(c, job, hash, mac);
	job->seq = c->seq;
	if (job->status == SLUICE_ST_OK)
		c->seq++;
}
