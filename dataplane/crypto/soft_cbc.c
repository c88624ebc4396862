/*
 * SSL 3.0 to TLS 1.2 records with AES or 3DES in CBC mode and a MAC: MAC then encrypt (RFC 5246
 * 6.2.3.2, RFC 4346, RFC 2246, RFC 6101 5.2.3.2) or encrypt then MAC (RFC 7366).
 *
 * Opening MAC-then-encrypt takes the same time whatever padding and MAC are ("Lucky Thirteen"):
 * libcrypto removes padding and MAC in its TLS mode of the CBC ciphers without branching on their
 * contents, the MAC over what is left is of a length that is secret (soft_mac_secret()), the
 * comparison is ct_memeq(). Only the verdict leaves this file. What constant time cannot mend is
 * the padding of SSL 3.0, of which nothing but the last byte is defined: an attacker who moves
 * blocks learns a byte from whether the record is accepted (POODLE).
 *
 * With encrypt-then-MAC the MAC is over public bytes and comes first; padding is looked at in
 * authentic records only.
 *
 * The record is worked on in the engine's scratch buffer, because the padding check needs it in one
 * piece.
 */
#include <errno.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include "common/ct.h"
#include "common/wr.h"
#include "dataplane/crypto/soft.h"
#include "dataplane/own.h"

static bool
etm(const struct soft_session *s)
{
	return (s->s.flags & IPC_KEYS_ETM) != 0;
}

/* TLS mode of an opening cipher: padding and MAC are removed by libcrypto. */
static int
tls_mode(struct soft_session *s)
{
	unsigned int version = s->s.version;
	size_t mac_len = s->s.alg->mac_len;
	OSSL_PARAM p[] = {
		OSSL_PARAM_construct_uint(OSSL_CIPHER_PARAM_TLS_VERSION, &version),
		OSSL_PARAM_construct_size_t(OSSL_CIPHER_PARAM_TLS_MAC_SIZE, &mac_len),
		OSSL_PARAM_construct_end(),
	};

	return EVP_CIPHER_CTX_set_params(s->cipher, p) == 1 ? 0 : -EINVAL;
}

static uint8_t
cbc_seal(struct soft_engine *e, struct soft_session *s, struct rec_op *op)
{
	const struct rec_alg *a = s->s.alg;
	uint32_t plain = op->m == NULL ? 0 : op->m->pkt_len, ex = rec_alg_explicit(a, s->s.version),
		 len = rec_alg_sealed_len(a, s->s.version, s->s.flags, plain),
		 after = etm(s) ? a->mac_len : 0, enc = len - REC_HDR - after, used = ex + plain;
	uint8_t *rec = e->scratch, *buf = rec + REC_HDR;
	struct wr w;
	int outl;

	if (plain > (s->zip != NULL ? REC_PACKED_MAX : REC_PLAIN_MAX))
		return REC_BAD;
	if (ex != 0 && RAND_bytes(buf, (int)ex) != 1)
		return REC_FAILED;
	if (plain != 0)
		own_chain_read(op->m, 0, buf + ex, plain);
	if (!etm(s)) {
		if (!soft_mac(s, op, buf + ex, plain, buf + used))
			return REC_FAILED;
		used += a->mac_len;
	}
	memset(buf + used, (int)(enc - used - 1), enc - used);
	/* With an explicit IV the random block is encrypted first: its ciphertext is the IV on the
	 * wire (RFC 4346 6.2.3.2 (2)(b)). */
	if (EVP_EncryptUpdate(s->cipher, buf, &outl, buf, (int)enc) != 1 || outl != (int)enc)
		return REC_FAILED;
	if (etm(s) && !soft_mac(s, op, buf, enc, buf + enc))
		return REC_FAILED;
	w = wr_init(rec, REC_HDR);
	wr_u8(&w, op->type);
	wr_u16(&w, s->s.version);
	wr_u16(&w, (uint16_t)(len - REC_HDR));
	return soft_replace(e, op, rec, len);
}

/* Padding of an authentic record: plaintext bytes before it, or -1. */
static int
unpadded(const uint8_t *p, uint32_t n)
{
	uint32_t pad = p[n - 1], bad = 0;

	if (pad >= n)
		return -1;
	for (uint32_t i = 0; i <= pad; i++)
		bad |= p[n - 1 - i] ^ pad;
	return bad == 0 ? (int)(n - 1 - pad) : -1;
}

static uint8_t
open_etm(struct soft_engine *e, struct soft_session *s, struct rec_op *op, uint32_t frag)
{
	const struct rec_alg *a = s->s.alg;
	uint32_t ex = rec_alg_explicit(a, s->s.version), enc = frag - a->mac_len;
	uint8_t want[MAC_MAX], *buf = e->scratch;
	int outl, plain;

	if (!soft_mac(s, op, buf, enc, want))
		return REC_FAILED;
	if (ct_memeq(buf + enc, want, a->mac_len) == 0)
		return REC_AUTH;
	if (EVP_DecryptUpdate(s->cipher, buf, &outl, buf, (int)enc) != 1 || outl != (int)enc)
		return REC_FAILED;
	plain = unpadded(buf + ex, enc - ex);
	return plain < 0 ? REC_AUTH : soft_replace(e, op, buf + ex, (uint32_t)plain);
}

static uint8_t
open_mte(struct soft_engine *e, struct soft_session *s, struct rec_op *op, uint32_t frag)
{
	uint32_t ex = rec_alg_explicit(s->s.alg, s->s.version);
	uint8_t want[MAC_MAX] = { 0 }, *buf = e->scratch, *got = NULL;
	OSSL_PARAM p[] = { OSSL_PARAM_construct_octet_ptr(
				   OSSL_CIPHER_PARAM_TLS_MAC, (void **)&got, s->s.alg->mac_len),
		OSSL_PARAM_construct_end() };
	int plain;

	if (EVP_DecryptUpdate(s->cipher, buf, &plain, buf, (int)frag) != 1 || plain < 0)
		return REC_AUTH;
	if (EVP_CIPHER_CTX_get_params(s->cipher, p) != 1 || got == NULL)
		return REC_FAILED;
	if (!soft_mac_secret(s, op, buf + ex, (uint32_t)plain, frag - ex, want))
		return REC_FAILED;
	if (ct_memeq(got, want, s->s.alg->mac_len) == 0)
		return REC_AUTH;
	/* From here on the length is no secret: the record is authentic. */
	return soft_replace(e, op, buf + ex, (uint32_t)plain);
}

static uint8_t
cbc_open(struct soft_engine *e, struct soft_session *s, struct rec_op *op)
{
	uint32_t len = op->m == NULL ? 0 : op->m->pkt_len;

	if (len < REC_HDR || len > REC_MAX ||
		!rec_alg_fragment_ok(s->s.alg, s->s.version, s->s.flags, len - REC_HDR))
		return REC_AUTH;
	own_chain_read(op->m, REC_HDR, e->scratch, len - REC_HDR);
	if (etm(s))
		return open_etm(e, s, op, len - REC_HDR);
	return open_mte(e, s, op, len - REC_HDR);
}

int
soft_cbc_init(struct soft_engine *e, struct soft_session *s, const struct rec_keys *k)
{
	const EVP_CIPHER *cipher = soft_cipher(e, k->alg);

	if (cipher == NULL)
		return -ENOTSUP;
	s->run = k->write ? cbc_seal : cbc_open;
	s->cipher = EVP_CIPHER_CTX_new();
	if (s->cipher == NULL)
		return -ENOSPC;
	if (EVP_CipherInit_ex2(s->cipher, cipher, k->key, k->iv, k->write, NULL) != 1)
		return -EINVAL;
	if (k->write || etm(s))
		EVP_CIPHER_CTX_set_padding(s->cipher, 0);
	else if (tls_mode(s) != 0)
		return -EINVAL;
	return soft_mac_init(e, s, k);
}
