/*
 * TLS 1.0 to 1.2 records with AES-CBC and HMAC, MAC then encrypt (RFC 5246 6.2.3.2, RFC 4346, RFC
 * 2246).
 *
 * Opening takes the same time whatever padding and MAC are (RFC 5246 6.2.3.2, "Lucky Thirteen"):
 * libcrypto removes padding and MAC in its TLS mode of the CBC ciphers without branching on their
 * contents and computes the HMAC over a data length that is secret (OSSL_MAC_PARAM_TLS_DATA_SIZE);
 * the comparison is ct_memeq(). Only the verdict leaves this file.
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

#define MAC_HDR 13 /* seq | type | version | length */
#define MAC_MAX 32

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

int
soft_cbc_init(struct soft_engine *e, struct soft_session *s, const struct rec_keys *k)
{
	char sha1[] = "SHA1", sha256[] = "SHA256";
	char *digest = s->s.alg->mac_len == 20 ? sha1 : sha256;
	OSSL_PARAM p[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end() };

	if (EVP_CipherInit_ex2(s->cipher, e->cipher[k->alg], k->key, k->iv, k->write, NULL) != 1)
		return -EINVAL;
	if (!k->write && tls_mode(s) != 0)
		return -EINVAL;
	if (k->write)
		EVP_CIPHER_CTX_set_padding(s->cipher, 0);
	s->mac = EVP_MAC_CTX_new(e->hmac);
	if (s->mac == NULL)
		return -ENOSPC;
	return EVP_MAC_init(s->mac, k->mac_key, s->s.alg->mac_len, p) == 1 ? 0 : -EINVAL;
}

static void
mac_header(
	uint8_t h[MAC_HDR], const struct soft_session *s, const struct rec_op *op, uint32_t plain)
{
	struct wr w = wr_init(h, MAC_HDR);

	wr_u64(&w, op->seq);
	wr_u8(&w, op->type);
	wr_u16(&w, s->s.version);
	wr_u16(&w, (uint16_t)plain);
}

uint8_t
soft_cbc_seal(struct soft_engine *e, struct soft_session *s, struct rec_op *op)
{
	struct rte_mempool *pool = e->eng.conf.pool;
	uint32_t plain = op->m == NULL ? 0 : op->m->pkt_len,
		 explicit_iv = rec_alg_explicit(s->s.alg, s->s.version);
	uint32_t mac_len = s->s.alg->mac_len,
		 len = rec_alg_sealed_len(s->s.alg, s->s.version, plain), used, pad;
	uint8_t h[MAC_HDR], hdr[REC_HDR], *buf = e->scratch, *at;
	struct rte_mbuf *m;
	size_t n;
	int outl;
	struct wr w;

	if (plain > REC_PLAIN_MAX)
		return REC_BAD;
	if (op->m == NULL && (op->m = own_chain_alloc(pool, 0)) == NULL)
		return REC_NOMEM;
	if (!own_chain_writable(&op->m, pool, e->eng.conf.ctr))
		return REC_NOMEM;
	if (explicit_iv != 0 && RAND_bytes(buf, (int)explicit_iv) != 1)
		return REC_FAILED;
	own_chain_read(op->m, 0, buf + explicit_iv, plain);
	mac_header(h, s, op, plain);
	used = explicit_iv + plain;
	if (EVP_MAC_init(s->mac, NULL, 0, NULL) != 1 || EVP_MAC_update(s->mac, h, sizeof(h)) != 1 ||
		EVP_MAC_update(s->mac, buf + explicit_iv, plain) != 1 ||
		EVP_MAC_final(s->mac, buf + used, &n, mac_len) != 1)
		return REC_FAILED;
	used += mac_len;
	pad = len - REC_HDR - used;
	memset(buf + used, (int)(pad - 1), pad);
	/* With an explicit IV the random block is encrypted first: its ciphertext is the IV on the
	 * wire (RFC 4346 6.2.3.2 (2)(b)). */
	if (EVP_EncryptUpdate(s->cipher, buf, &outl, buf, (int)(len - REC_HDR)) != 1 ||
		outl != (int)(len - REC_HDR))
		return REC_FAILED;
	if (own_chain_append(op->m, len - REC_HDR - explicit_iv - plain, pool) == NULL)
		return REC_NOMEM;
	m = own_chain_prepend(op->m, REC_HDR + explicit_iv, pool, &at);
	if (m == NULL)
		return REC_NOMEM;
	op->m = m;
	w = wr_init(hdr, sizeof(hdr));
	wr_u8(&w, op->type);
	wr_u16(&w, s->s.version);
	wr_u16(&w, (uint16_t)(len - REC_HDR));
	own_chain_write(m, 0, hdr, REC_HDR);
	own_chain_write(m, REC_HDR, buf, len - REC_HDR);
	return REC_OK;
}

/* HMAC over a record whose plaintext length is secret; `room` is the public length of plaintext,
 * MAC and padding. */
static bool
secret_mac(const struct soft_session *s, const uint8_t h[MAC_HDR], const uint8_t *data,
	size_t plain, size_t room, uint8_t *out)
{
	OSSL_PARAM p[] = { OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_TLS_DATA_SIZE, &room),
		OSSL_PARAM_construct_end() };
	EVP_MAC_CTX *c = EVP_MAC_CTX_dup(s->mac); /* a context in TLS mode takes one record */
	size_t n;
	bool ok;

	if (c == NULL)
		return false;
	ok = EVP_MAC_CTX_set_params(c, p) == 1 && EVP_MAC_update(c, h, MAC_HDR) == 1 &&
	     EVP_MAC_update(c, data, plain) == 1 && EVP_MAC_final(c, out, &n, MAC_MAX) == 1;
	EVP_MAC_CTX_free(c);
	return ok;
}

uint8_t
soft_cbc_open(struct soft_engine *e, struct soft_session *s, struct rec_op *op)
{
	uint32_t len = op->m == NULL ? 0 : op->m->pkt_len,
		 explicit_iv = rec_alg_explicit(s->s.alg, s->s.version), frag;
	uint8_t h[MAC_HDR], want[MAC_MAX] = { 0 }, *buf = e->scratch, *got = NULL;
	OSSL_PARAM p[] = { OSSL_PARAM_construct_octet_ptr(
				   OSSL_CIPHER_PARAM_TLS_MAC, (void **)&got, s->s.alg->mac_len),
		OSSL_PARAM_construct_end() };
	int plain;

	if (len < REC_HDR + rec_alg_min_fragment(s->s.alg, s->s.version) || len > REC_MAX ||
		(len - REC_HDR) % CBC_BLOCK != 0)
		return REC_AUTH;
	frag = len - REC_HDR;
	own_chain_read(op->m, REC_HDR, buf, frag);
	if (EVP_DecryptUpdate(s->cipher, buf, &plain, buf, (int)frag) != 1 || plain < 0)
		return REC_AUTH;
	if (EVP_CIPHER_CTX_get_params(s->cipher, p) != 1 || got == NULL)
		return REC_FAILED;
	mac_header(h, s, op, (uint32_t)plain);
	if (!secret_mac(s, h, buf + explicit_iv, (size_t)plain, frag - explicit_iv, want))
		return REC_FAILED;
	if (ct_memeq(got, want, s->s.alg->mac_len) == 0)
		return REC_AUTH;
	/* From here on the length is no secret: the record is authentic. */
	if (!own_chain_writable(&op->m, e->eng.conf.pool, e->eng.conf.ctr))
		return REC_NOMEM;
	op->m = own_chain_skip(op->m, REC_HDR + explicit_iv);
	op->m = own_chain_trim(op->m, (uint32_t)plain);
	if (op->m != NULL)
		own_chain_write(op->m, 0, buf + explicit_iv, (uint32_t)plain);
	return REC_OK;
}
