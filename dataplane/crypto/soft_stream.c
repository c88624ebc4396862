/*
 * Records with RC4 or without encryption: the MAC is at the end, no padding, lengths are public
 * (RFC 5246 6.2.3.1, RFC 6101 5.2.3.1). RC4's state runs on from record to record.
 */
#include <errno.h>

#include "common/ct.h"
#include "common/wr.h"
#include "dataplane/crypto/soft.h"
#include "dataplane/own.h"

static bool
crypt(struct soft_session *s, uint8_t *p, uint32_t n)
{
	int outl;

	return s->cipher == NULL || EVP_CipherUpdate(s->cipher, p, &outl, p, (int)n) == 1;
}

static uint8_t
stream_seal(struct soft_engine *e, struct soft_session *s, struct rec_op *op)
{
	uint32_t plain = op->m == NULL ? 0 : op->m->pkt_len, mac_len = s->s.alg->mac_len;
	uint8_t *buf = e->scratch;
	struct wr w;

	if (plain > REC_PACKED_MAX)
		return REC_BAD;
	if (plain != 0)
		own_chain_read(op->m, 0, buf + REC_HDR, plain);
	if (!soft_mac(s, op, buf + REC_HDR, plain, buf + REC_HDR + plain) ||
		!crypt(s, buf + REC_HDR, plain + mac_len))
		return REC_FAILED;
	w = wr_init(buf, REC_HDR);
	wr_u8(&w, op->type);
	wr_u16(&w, s->s.version);
	wr_u16(&w, (uint16_t)(plain + mac_len));
	return soft_replace(e, op, buf, REC_HDR + plain + mac_len);
}

static uint8_t
stream_open(struct soft_engine *e, struct soft_session *s, struct rec_op *op)
{
	uint32_t len = op->m == NULL ? 0 : op->m->pkt_len, mac_len = s->s.alg->mac_len, plain;
	uint8_t want[MAC_MAX], *buf = e->scratch;

	if (len < REC_HDR + mac_len || len > REC_MAX)
		return REC_AUTH;
	plain = len - REC_HDR - mac_len;
	own_chain_read(op->m, REC_HDR, buf, len - REC_HDR);
	if (!crypt(s, buf, len - REC_HDR) || !soft_mac(s, op, buf, plain, want))
		return REC_FAILED;
	if (ct_memeq(buf + plain, want, mac_len) == 0)
		return REC_AUTH;
	return soft_replace(e, op, buf, plain);
}

int
soft_stream_init(struct soft_engine *e, struct soft_session *s, const struct rec_keys *k)
{
	s->run = k->write ? stream_seal : stream_open;
	if (s->s.alg->key_len != 0) {
		if (soft_cipher(e, k->alg) == NULL)
			return -ENOTSUP;
		s->cipher = EVP_CIPHER_CTX_new();
		if (s->cipher == NULL)
			return -ENOSPC;
		if (EVP_CipherInit_ex2(
			    s->cipher, soft_cipher(e, k->alg), k->key, NULL, k->write, NULL) != 1)
			return -EINVAL;
	}
	return soft_mac_init(e, s, k);
}
