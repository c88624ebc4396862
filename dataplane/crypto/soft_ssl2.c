/*
 * SSL 2.0 records: MAC | data | padding, encrypted as one, behind a header of two bytes or, with
 * padding, of three. MAC = MD5(secret | data | padding | sequence number in 32 bits), with the
 * key as secret. What is padding stands in the clear in the header: no length is secret.
 */
#include <errno.h>

#include "common/ct.h"
#include "common/rd.h"
#include "common/wr.h"
#include "dataplane/crypto/soft.h"
#include "dataplane/own.h"

/* MD5 over n bytes of data and padding. */
static bool
ssl2_mac(struct soft_session *s, const struct rec_op *op, const uint8_t *p, uint32_t n,
	uint8_t out[SSL2_MAC])
{
	uint8_t seq[4];
	struct wr w = wr_init(seq, sizeof(seq));

	wr_u32(&w, (uint32_t)op->seq);
	return EVP_MD_CTX_copy_ex(s->work, s->inner) == 1 && EVP_DigestUpdate(s->work, p, n) == 1 &&
	       EVP_DigestUpdate(s->work, seq, sizeof(seq)) == 1 &&
	       EVP_DigestFinal_ex(s->work, out, NULL) == 1;
}

static uint8_t
ssl2_seal(struct soft_engine *e, struct soft_session *s, struct rec_op *op)
{
	uint32_t plain = op->m == NULL ? 0 : op->m->pkt_len, block = s->s.alg->block,
		 pad = (block - (SSL2_MAC + plain) % block) % block, n = SSL2_MAC + plain + pad;
	uint8_t *rec = e->scratch, *buf = rec + (pad != 0 ? 3 : 2);
	struct wr w = wr_init(rec, 3);
	int outl;

	if (n > REC_SSL2_MAX_3)
		return REC_BAD;
	if (plain != 0)
		own_chain_read(op->m, 0, buf + SSL2_MAC, plain);
	memset(buf + SSL2_MAC + plain, 0, pad);
	if (!ssl2_mac(s, op, buf + SSL2_MAC, plain + pad, buf) ||
		EVP_CipherUpdate(s->cipher, buf, &outl, buf, (int)n) != 1 || outl != (int)n)
		return REC_FAILED;
	wr_u16(&w, (uint16_t)(pad != 0 ? n : 0x8000 | n));
	if (pad != 0)
		wr_u8(&w, (uint8_t)pad);
	return soft_replace(e, op, rec, (uint32_t)(buf - rec) + n);
}

static uint8_t
ssl2_open(struct soft_engine *e, struct soft_session *s, struct rec_op *op)
{
	uint32_t len = op->m == NULL ? 0 : op->m->pkt_len, front, n, pad;
	uint8_t want[SSL2_MAC], head[3], *buf = e->scratch;
	int outl;

	if (len < 2 + SSL2_MAC || len > 3 + REC_SSL2_MAX)
		return REC_AUTH;
	own_chain_read(op->m, 0, head, sizeof(head));
	front = (head[0] & 0x80) != 0 ? 2 : 3;
	pad = front == 3 ? head[2] : 0;
	n = len - front;
	if (n < SSL2_MAC + pad || n % s->s.alg->block != 0)
		return REC_AUTH;
	own_chain_read(op->m, front, buf, n);
	if (EVP_CipherUpdate(s->cipher, buf, &outl, buf, (int)n) != 1 || outl != (int)n ||
		!ssl2_mac(s, op, buf + SSL2_MAC, n - SSL2_MAC, want))
		return REC_FAILED;
	if (ct_memeq(buf, want, SSL2_MAC) == 0)
		return REC_AUTH;
	return soft_replace(e, op, buf + SSL2_MAC, n - SSL2_MAC - pad);
}

int
soft_ssl2_init(struct soft_engine *e, struct soft_session *s, const struct rec_keys *k)
{
	const EVP_CIPHER *cipher = soft_cipher(e, k->alg);
	const EVP_MD *md = soft_md(e, REC_MD_MD5);

	if (cipher == NULL || md == NULL)
		return -ENOTSUP;
	s->run = k->write ? ssl2_seal : ssl2_open;
	s->cipher = EVP_CIPHER_CTX_new();
	s->inner = EVP_MD_CTX_new();
	s->work = EVP_MD_CTX_new();
	if (s->cipher == NULL || s->inner == NULL || s->work == NULL)
		return -ENOSPC;
	if (EVP_CipherInit_ex2(s->cipher, cipher, k->key, k->iv, k->write, NULL) != 1 ||
		EVP_CIPHER_CTX_set_padding(s->cipher, 0) != 1 ||
		EVP_DigestInit_ex2(s->inner, md, NULL) != 1 ||
		EVP_DigestUpdate(s->inner, k->mac_key, s->s.alg->key_len) != 1)
		return -EINVAL;
	return 0;
}
