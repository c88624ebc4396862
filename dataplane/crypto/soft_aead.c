/*
 * AEAD records in place on mbuf chains, segment by segment.
 *
 * TLS 1.2 AES-GCM (RFC 5288): nonce = salt (4, from the key block) | explicit (8, in the record);
 * TLS 1.2 ChaCha20-Poly1305 (RFC 7905) and all of TLS 1.3 (RFC 8446 5.3): nonce = IV xor sequence
 * number. Additional data up to TLS 1.2 (RFC 5246 6.2.3.3): seq | type | version | length; TLS 1.3:
 * the record's header. The explicit part of records sealed here is the sequence number: never twice
 * under one key, and the same bytes when work is redone.
 *
 * TLS 1.3 records carry their type behind the content and then zeros (RFC 8446 5.4). Records sealed
 * here have no zeros. Those of others are looked through from the end, 16 bytes at a time without
 * branches: what can be told from the time is the amount of padding in steps of 16, once the record
 * is known to be authentic; how long its content is shows in what is passed on anyway.
 */
#include <errno.h>
#include <string.h>

#include "common/ct.h"
#include "common/wr.h"
#include "dataplane/crypto/soft.h"
#include "dataplane/own.h"

#define AAD_12 13
#define AAD_13 REC_HDR
#define SCAN 16
#define TYPE_13 23 /* of every protected record, RFC 8446 5.2 */
#define LEGACY_13 0x0303

static bool
is_13(const struct soft_session *s)
{
	return s->s.version == REC_VERSION_13;
}

/* Additional data of TLS 1.2; returns its length. */
static int
aad_12(uint8_t aad[AAD_12], const struct soft_session *s, const struct rec_op *op, uint32_t plain)
{
	struct wr w = wr_init(aad, AAD_12);

	wr_u64(&w, op->seq);
	wr_u8(&w, op->type);
	wr_u16(&w, s->s.version);
	wr_u16(&w, (uint16_t)plain);
	return AAD_12;
}

/* front: the explicit nonce, when there is one */
static void
make_nonce(uint8_t nonce[AEAD_NONCE], const struct soft_session *s, uint64_t seq,
	const uint8_t *front, uint32_t explicit_len)
{
	struct wr w = wr_init(nonce + AEAD_NONCE - 8, 8);

	memcpy(nonce, s->iv, GCM_SALT);
	if (explicit_len != 0) {
		memcpy(nonce + GCM_SALT, front, GCM_EXPLICIT);
		return;
	}
	wr_u64(&w, seq);
	for (int i = GCM_SALT; i < AEAD_NONCE; i++)
		nonce[i] ^= s->iv[i];
}

/* Nonce, additional data and the first n bytes of all segments through the cipher. */
static bool
aead_run(struct soft_session *s, const uint8_t nonce[AEAD_NONCE], const uint8_t *aad, int aad_len,
	struct rte_mbuf *m, uint32_t n)
{
	int outl;

	if (EVP_CipherInit_ex2(s->cipher, NULL, NULL, nonce, -1, NULL) != 1)
		return false;
	if (EVP_CipherUpdate(s->cipher, NULL, &outl, aad, aad_len) != 1)
		return false;
	for (; n != 0; m = m->next) {
		uint8_t *p = rte_pktmbuf_mtod(m, uint8_t *);
		uint32_t k = RTE_MIN(n, (uint32_t)m->data_len);

		if (k != 0 && EVP_CipherUpdate(s->cipher, p, &outl, p, (int)k) != 1)
			return false;
		n -= k;
	}
	return true;
}

static uint8_t
aead_seal(struct soft_engine *e, struct soft_session *s, struct rec_op *op)
{
	uint32_t plain = op->m == NULL ? 0 : op->m->pkt_len,
		 ex = s->explicit_len, in = is_13(s) ? 1 : 0;
	uint8_t nonce[AEAD_NONCE], head[REC_HDR], expl[GCM_EXPLICIT], aad[AAD_12], *front, *tail;
	struct rte_mempool *pool = e->eng.conf.pool;
	struct rte_mbuf *m;
	struct wr w;
	int outl;

	if (plain > (s->zip != NULL ? REC_PACKED_MAX : REC_PLAIN_MAX))
		return REC_BAD;
	if (op->m == NULL && (op->m = own_chain_alloc(pool, 0)) == NULL)
		return REC_NOMEM;
	if (!own_chain_writable(&op->m, pool, e->eng.conf.ctr))
		return REC_NOMEM;
	tail = own_chain_append(op->m, in + GCM_TAG, pool);
	if (tail == NULL)
		return REC_NOMEM;
	tail[0] = op->type; /* TLS 1.3; else the tag goes over it */
	w = wr_init(head, sizeof(head));
	wr_u8(&w, is_13(s) ? TYPE_13 : op->type);
	wr_u16(&w, is_13(s) ? LEGACY_13 : s->s.version);
	wr_u16(&w, (uint16_t)(ex + plain + in + GCM_TAG));
	w = wr_init(expl, sizeof(expl));
	wr_u64(&w, op->seq);
	make_nonce(nonce, s, op->seq, expl, ex);
	if (!aead_run(s, nonce, is_13(s) ? head : aad,
		    is_13(s) ? AAD_13 : aad_12(aad, s, op, plain), op->m, plain + in) ||
		EVP_CipherFinal_ex(s->cipher, aad, &outl) != 1)
		return REC_FAILED;
	if (EVP_CIPHER_CTX_ctrl(s->cipher, EVP_CTRL_AEAD_GET_TAG, GCM_TAG, tail + in) != 1)
		return REC_FAILED;
	m = own_chain_prepend(op->m, REC_HDR + ex, pool, &front);
	if (m == NULL)
		return REC_NOMEM;
	op->m = m;
	memcpy(front, head, REC_HDR);
	memcpy(front + REC_HDR, expl, ex);
	return REC_OK;
}

/* Content length of n bytes of inner plaintext; *type is 0 when all of them are zero (RFC
 * 8446 5.4). */
static uint32_t
inner_content(const struct rte_mbuf *m, uint32_t n, uint8_t *type)
{
	uint8_t b[SCAN];

	*type = 0;
	while (n > 0) {
		uint32_t k = RTE_MIN(n, (uint32_t)SCAN), at = 0, t = 0;

		own_chain_read(m, n - k, b, k);
		for (uint32_t i = 0; i < k; i++) {
			uint32_t set = ct_nonzero(b[i]);

			at = ct_select(set, i + 1, at);
			t = ct_select(set, b[i], t);
		}
		if (at != 0) {
			*type = (uint8_t)t;
			return n - k + at - 1;
		}
		n -= k;
	}
	return 0;
}

static uint8_t
aead_open(struct soft_engine *e, struct soft_session *s, struct rec_op *op)
{
	uint8_t aad[AAD_12], nonce[AEAD_NONCE], front[REC_HDR + GCM_EXPLICIT], tag[GCM_TAG];
	uint32_t len = op->m == NULL ? 0 : op->m->pkt_len, n,
		 head = REC_HDR + s->explicit_len;
	int outl;

	if (len < head + GCM_TAG || len > REC_MAX)
		return REC_AUTH;
	if (!own_chain_writable(&op->m, e->eng.conf.pool, e->eng.conf.ctr))
		return REC_NOMEM;
	n = len - head - GCM_TAG;
	own_chain_read(op->m, 0, front, head);
	own_chain_read(op->m, len - GCM_TAG, tag, GCM_TAG);
	op->m = own_chain_skip(op->m, head);
	op->m = own_chain_trim(op->m, n);
	make_nonce(nonce, s, op->seq, front + REC_HDR, head - REC_HDR);
	if (!aead_run(s, nonce, is_13(s) ? front : aad, is_13(s) ? AAD_13 : aad_12(aad, s, op, n),
		    op->m, n))
		return REC_FAILED;
	if (EVP_CIPHER_CTX_ctrl(s->cipher, EVP_CTRL_AEAD_SET_TAG, GCM_TAG, tag) != 1)
		return REC_FAILED;
	if (EVP_CipherFinal_ex(s->cipher, aad, &outl) != 1)
		return REC_AUTH;
	if (is_13(s))
		op->m = own_chain_trim(op->m, inner_content(op->m, n, &op->type));
	return REC_OK;
}

int
soft_aead_init(struct soft_engine *e, struct soft_session *s, const struct rec_keys *k)
{
	if (soft_cipher(e, k->alg) == NULL)
		return -ENOTSUP;
	s->run = k->write ? aead_seal : aead_open;
	memcpy(s->iv, k->iv, sizeof(s->iv));
	s->explicit_len = (uint8_t)rec_alg_explicit(s->s.alg, k->version);
	s->cipher = EVP_CIPHER_CTX_new();
	if (s->cipher == NULL)
		return -ENOSPC;
	if (EVP_CipherInit_ex2(s->cipher, soft_cipher(e, k->alg), k->key, NULL, k->write, NULL) !=
		1)
		return -EINVAL;
	return 0;
}
