/*
 * Golden model: TLS records with AES-CBC and HMAC (RFC 2246/4346/5246 6.2.3.2), MAC then encrypt or encrypt then MAC (RFC 7366), and those
 * of SSL 3.0 (RFC 6101 5.2.3). The padding check is plain: only the device has to be constant in time.
 */
#include <string.h>

#include "common/ct.h"
#include "sim/model/model.h"

#define HEADER MODEL_RECORD_HEADER
#define MAX_PLAIN MODEL_RECORD_PLAIN
#define MAX_FRAGMENT (MAX_PLAIN + 2048u)
#define BLOCK 16u
#define FLAG_ETM 1u
#define SSL3_PAD_BYTES 40u /* of SHA-1, RFC 6101 5.2.3.1 */
#define SSL3_HEAD 11u /* sequence number, type, length: no version */

struct cbc {
	struct sluice_session *c;
	uint32_t hash, mac, iv; /* bytes of the MAC, of the explicit IV */
	bool etm;
};

static void
ssl3_mac(const struct cbc *r, uint8_t type, const uint8_t *data, uint32_t len, uint8_t *out)
{
	const struct sluice_session *c = r->c;
	uint8_t buf[64 + SSL3_PAD_BYTES + SSL3_HEAD + MAX_FRAGMENT], *p = buf;

	memcpy(p, c->mac_key, c->mac_key_bytes);
	memset(p + c->mac_key_bytes, 0x36, SSL3_PAD_BYTES);
	p += c->mac_key_bytes + SSL3_PAD_BYTES;
	model_put_be(p, c->seq, 8);
	p[8] = type;
	model_put_be(p + 9, len, 2);
	memcpy(p + SSL3_HEAD, data, len);
	model_digest(r->hash, buf, (size_t)(p - buf) + SSL3_HEAD + len, out);
	p = buf + c->mac_key_bytes;
	memset(p, 0x5c, SSL3_PAD_BYTES);
	memcpy(p + SSL3_PAD_BYTES, out, r->mac);
	model_digest(r->hash, buf, c->mac_key_bytes + SSL3_PAD_BYTES + r->mac, out);
	ct_wipe(buf, sizeof(buf));
}

/* The MAC over seq | type | version | length | data */
static void
record_mac(const struct cbc *r, uint8_t type, const uint8_t *data, uint32_t len, uint8_t *out)
{
	uint8_t buf[MODEL_RECORD_AAD + MAX_FRAGMENT];

	if (r->c->version == MODEL_VERSION_SSL30) {
		ssl3_mac(r, type, data, len, out);
		return;
	}
	model_put_aad(buf, r->c, type, len);
	memcpy(buf + MODEL_RECORD_AAD, data, len);
	model_hmac(r->hash, r->c->mac_key, r->c->mac_key_bytes, buf, MODEL_RECORD_AAD + len, out);
}

static void
seal(struct sluice_sim *m, const struct cbc *r, struct model_job *job)
{
	struct sluice_session *c = r->c;
	uint8_t *p = job->dst + HEADER, type = (uint8_t)job->desc->param0, first[BLOCK];
	uint8_t plain[MAX_PLAIN + MODEL_DIGEST_MAX + BLOCK];
	uint32_t inside = r->etm ? 0 : r->mac, body, pad;

	if (job->src_len > MAX_PLAIN || job->desc->param0 > 0xff || job->desc->param1) {
		job->status = SLUICE_ST_BAD_DESC;
		return;
	}
	if (r->iv && !model_random(m, first, BLOCK)) {
		job->status = SLUICE_ST_NO_ENTROPY;
		return;
	}
	body = (job->src_len + inside + BLOCK) & ~(BLOCK - 1);
	pad = body - job->src_len - inside;
	memcpy(plain, job->src, job->src_len);
	if (inside)
		record_mac(r, type, job->src, job->src_len, plain + job->src_len);
	memset(plain + job->src_len + inside, (int)pad - 1, pad);
	if (r->iv)
		memcpy(p, first, BLOCK);
	else
		memcpy(first, c->iv, BLOCK);
	model_cbc(c->key, c->key_bytes, first, 1, plain, body, p + r->iv);
	if (!r->iv)
		memcpy(c->iv, p + body - BLOCK, BLOCK);
	job->dst_len = HEADER + r->iv + body;
	if (r->etm) {
		record_mac(r, type, p, r->iv + body, p + r->iv + body);
		job->dst_len += r->mac;
	}
	model_put_header(job->dst, type, c->version, job->dst_len - HEADER);
	ct_wipe(plain, sizeof(plain));
}

/* Bytes of padding with its length byte, in *pad; false when it is wrong. RFC 6101 5.2.3.2: less than a block, of any value. */
static bool
padding(const struct cbc *r, const uint8_t *plain, uint32_t n, uint32_t *pad)
{
	uint32_t inside = r->etm ? 0 : r->mac;

	*pad = plain[n - 1] + 1u;
	/* RFC 5246 6.2.3.2: as if the padding had no length, so that the MAC is computed all the same */
	if (*pad + inside > n || (r->c->version == MODEL_VERSION_SSL30 && *pad > BLOCK)) {
		*pad = 1;
		return false;
	}
	for (uint32_t i = 0; r->c->version != MODEL_VERSION_SSL30 && i < *pad; i++)
		if (plain[n - 1 - i] != *pad - 1)
			return false;
	return true;
}

static void
open(const struct cbc *r, struct model_job *job)
{
	struct sluice_session *c = r->c;
	uint32_t least = r->etm ? BLOCK + r->mac : (r->mac + BLOCK) & ~(BLOCK - 1), inside = r->etm ? 0 : r->mac;
	uint32_t len = model_open_header(job, c->version, r->iv + least, MAX_FRAGMENT), pad, n;
	uint8_t plain[MAX_FRAGMENT], want[MODEL_DIGEST_MAX], last[BLOCK];
	const uint8_t *p = job->src + HEADER;
	bool good = true;

	if (!len)
		return;
	n = len - r->iv - (r->etm ? r->mac : 0);
	if (n % BLOCK) {
		job->status = SLUICE_ST_BAD_RECORD;
		return;
	}
	if (r->etm) {
		record_mac(r, job->src[0], p, r->iv + n, want);
		good = ct_memeq(want, p + r->iv + n, r->mac);
	}
	memcpy(last, p + r->iv + n - BLOCK, BLOCK);
	model_cbc(c->key, c->key_bytes, r->iv ? p : c->iv, 0, p + r->iv, n, plain);
	good = padding(r, plain, n, &pad) && good;
	n -= pad + inside;
	if (inside) {
		record_mac(r, job->src[0], plain, n, want);
		good = ct_memeq(want, plain + n, inside) && good;
	}
	if (!good) {
		job->status = SLUICE_ST_AUTH_FAILED;
	} else if (n > MAX_PLAIN) {
		job->status = SLUICE_ST_BAD_RECORD;
	} else {
		memcpy(job->dst, plain, n);
		job->dst_len = n;
		job->info = job->src[0];
		if (!r->iv)
			memcpy(c->iv, last, BLOCK);
	}
	ct_wipe(plain, sizeof(plain));
}

void
model_record_cbc(struct sluice_sim *m, struct model_session *s, struct model_job *job)
{
	struct sluice_session *c = &s->ctx;
	struct cbc r = { .c = c, .hash = model_alg_hash(c->alg), .etm = c->flags & FLAG_ETM,
		.iv = c->version <= MODEL_VERSION_TLS10 ? 0 : BLOCK };

	model_md(r.hash, &r.mac);
	if (model_seq_exhausted(c, job))
		return;
	if (job->desc->opcode == SLUICE_OP_RECORD_SEAL)
		seal(m, &r, job);
	else
		open(&r, job);
	job->seq = c->seq;
	if (job->status == SLUICE_ST_OK)
		c->seq++;
}
