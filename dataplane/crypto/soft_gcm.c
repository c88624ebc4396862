/*
 * TLS 1.2 AES-GCM records in place on mbuf chains, segment by segment (RFC 5288, RFC 5246 6.2.3.3).
 * nonce = salt (4, from the key block) | explicit (8, in the record); additional data = seq | type
 * | version | length. The explicit part of records sealed here is the sequence number: never twice
 * under one key, and the same bytes when work is redone.
 */
#include <errno.h>
#include <string.h>

#include "common/wr.h"
#include "dataplane/crypto/soft.h"
#include "dataplane/own.h"

#define GCM_AAD 13
#define GCM_FRONT (REC_HDR + GCM_EXPLICIT)

int
soft_gcm_init(struct soft_engine *e, struct soft_session *s, const struct rec_keys *k)
{
	memcpy(s->salt, k->iv, GCM_SALT);
	if (EVP_CipherInit_ex2(s->cipher, e->cipher[k->alg], k->key, NULL, k->write, NULL) != 1)
		return -EINVAL;
	return 0;
}

static void
gcm_aad(uint8_t aad[GCM_AAD], const struct soft_session *s, const struct rec_op *op, uint32_t plain)
{
	struct wr w = wr_init(aad, GCM_AAD);

	wr_u64(&w, op->seq);
	wr_u8(&w, op->type);
	wr_u16(&w, s->s.version);
	wr_u16(&w, (uint16_t)plain);
}

/* Nonce, additional data and all segments through the cipher. */
static bool
gcm_run(struct soft_session *s, const uint8_t explicit_nonce[GCM_EXPLICIT],
	const uint8_t aad[GCM_AAD], struct rte_mbuf *m)
{
	uint8_t nonce[GCM_SALT + GCM_EXPLICIT];
	int n;

	memcpy(nonce, s->salt, GCM_SALT);
	memcpy(nonce + GCM_SALT, explicit_nonce, GCM_EXPLICIT);
	if (EVP_CipherInit_ex2(s->cipher, NULL, NULL, nonce, -1, NULL) != 1)
		return false;
	if (EVP_CipherUpdate(s->cipher, NULL, &n, aad, GCM_AAD) != 1)
		return false;
	for (; m != NULL; m = m->next) {
		uint8_t *p = rte_pktmbuf_mtod(m, uint8_t *);

		if (m->data_len != 0 && EVP_CipherUpdate(s->cipher, p, &n, p, m->data_len) != 1)
			return false;
	}
	return true;
}

uint8_t
soft_gcm_seal(struct soft_engine *e, struct soft_session *s, struct rec_op *op)
{
	uint32_t plain = op->m == NULL ? 0 : op->m->pkt_len;
	uint8_t aad[GCM_AAD], nonce[GCM_EXPLICIT], *front, *tag;
	struct rte_mempool *pool = e->eng.conf.pool;
	struct rte_mbuf *m, *data;
	struct wr w;
	int n;

	if (plain > REC_PLAIN_MAX)
		return REC_BAD;
	if (op->m == NULL && (op->m = own_chain_alloc(pool, 0)) == NULL)
		return REC_NOMEM;
	if (!own_chain_writable(&op->m, pool, e->eng.conf.ctr))
		return REC_NOMEM;
	w = wr_init(nonce, sizeof(nonce));
	wr_u64(&w, op->seq);
	gcm_aad(aad, s, op, plain);
	data = op->m;
	if (!gcm_run(s, nonce, aad, data) || EVP_CipherFinal_ex(s->cipher, aad, &n) != 1)
		return REC_FAILED;
	tag = own_chain_append(op->m, GCM_TAG, pool);
	if (tag == NULL)
		return REC_NOMEM;
	if (EVP_CIPHER_CTX_ctrl(s->cipher, EVP_CTRL_AEAD_GET_TAG, GCM_TAG, tag) != 1)
		return REC_FAILED;
	m = own_chain_prepend(op->m, GCM_FRONT, pool, &front);
	if (m == NULL)
		return REC_NOMEM;
	op->m = m;
	w = wr_init(front, GCM_FRONT);
	wr_u8(&w, op->type);
	wr_u16(&w, s->s.version);
	wr_u16(&w, (uint16_t)(GCM_EXPLICIT + plain + GCM_TAG));
	wr_bytes(&w, nonce, GCM_EXPLICIT);
	return REC_OK;
}

uint8_t
soft_gcm_open(struct soft_engine *e, struct soft_session *s, struct rec_op *op)
{
	uint8_t aad[GCM_AAD], front[GCM_FRONT], tag[GCM_TAG];
	uint32_t len = op->m == NULL ? 0 : op->m->pkt_len, plain;
	int n;

	if (len < GCM_FRONT + GCM_TAG || len > REC_MAX)
		return REC_AUTH;
	if (!own_chain_writable(&op->m, e->eng.conf.pool, e->eng.conf.ctr))
		return REC_NOMEM;
	plain = len - GCM_FRONT - GCM_TAG;
	own_chain_read(op->m, 0, front, GCM_FRONT);
	own_chain_read(op->m, len - GCM_TAG, tag, GCM_TAG);
	op->m = own_chain_skip(op->m, GCM_FRONT);
	op->m = own_chain_trim(op->m, plain);
	gcm_aad(aad, s, op, plain);
	if (!gcm_run(s, front + REC_HDR, aad, op->m))
		return REC_FAILED;
	if (EVP_CIPHER_CTX_ctrl(s->cipher, EVP_CTRL_AEAD_SET_TAG, GCM_TAG, tag) != 1)
		return REC_FAILED;
	return EVP_CipherFinal_ex(s->cipher, aad, &n) == 1 ? REC_OK : REC_AUTH;
}
