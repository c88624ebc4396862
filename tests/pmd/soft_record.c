/* The tests' own TLS record layer, from SSL 3.0 to TLS 1.3: see soft.h. */
#include <string.h>

#include <openssl/crypto.h>

#include "tests/pmd/soft.h"

#define MAX 20480
#define SSL30 0x0300
#define TLS10 0x0301
#define TLS13 0x0304

static void
put_be(uint8_t *p, uint64_t v, unsigned int bytes)
{
	while (bytes--) {
		p[bytes] = (uint8_t)v;
		v >>= 8;
	}
}

static void
put_head(uint8_t *p, uint8_t type, uint16_t version, uint32_t len)
{
	p[0] = type;
	put_be(p + 1, version, 2);
	put_be(p + 3, len, 2);
}

/* Bytes of explicit nonce or IV. */
static uint32_t
wire_iv(const struct soft_record *r)
{
	if (!r->md)
		return r->chacha || r->version == TLS13 ? 0 : 8;
	return r->version > TLS10 ? 16 : 0;
}

/* RFC 6101 5.2.3.1 */
static void
ssl3_mac(const struct soft_record *r, uint8_t type, const uint8_t *data, uint32_t len, uint8_t *out)
{
	uint8_t buf[128 + MAX];
	unsigned int n;

	memcpy(buf, r->mac_key, r->mac_len);
	memset(buf + r->mac_len, 0x36, 40);
	put_be(buf + r->mac_len + 40, r->seq, 8);
	buf[r->mac_len + 48] = type;
	put_be(buf + r->mac_len + 49, len, 2);
	memcpy(buf + r->mac_len + 51, data, len);
	EVP_Digest(buf, r->mac_len + 51 + len, out, &n, r->md, NULL);
	memset(buf + r->mac_len, 0x5c, 40);
	memcpy(buf + r->mac_len + 40, out, n);
	EVP_Digest(buf, r->mac_len + 40 + n, out, &n, r->md, NULL);
}

static void
mac(const struct soft_record *r, uint8_t type, const uint8_t *data, uint32_t len, uint8_t *out)
{
	uint8_t buf[13 + MAX];

	if (r->version == SSL30) {
		ssl3_mac(r, type, data, len, out);
		return;
	}
	put_be(buf, r->seq, 8);
	put_head(buf + 8, type, r->version, len);
	memcpy(buf + 13, data, len);
	soft_hmac(r->md, r->mac_key, r->mac_len, buf, 13 + len, out);
}

static const EVP_CIPHER *
cipher(const struct soft_record *r)
{
	if (r->md)
		return r->key_len == 16 ? EVP_aes_128_cbc() : EVP_aes_256_cbc();
	if (r->chacha)
		return EVP_chacha20_poly1305();
	return r->key_len == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm();
}

/* Nonce and AAD of a record with an AEAD: RFC 5288, 7905, 8446 5.2. head: as on the wire. Returns the AAD's length. */
static uint32_t
aead_prepare(const struct soft_record *r, const uint8_t *head, uint32_t plain, uint8_t iv[12], uint8_t aad[13])
{
	if (wire_iv(r)) {
		memcpy(iv, r->iv, 4);
		memcpy(iv + 4, head + 5, 8);
	} else {
		memcpy(iv, r->iv, 12);
		for (int i = 0; i < 8; i++)
			iv[11 - i] ^= (uint8_t)(r->seq >> 8 * i);
	}
	if (r->version == TLS13) {
		memcpy(aad, head, 5);
		return 5;
	}
	put_be(aad, r->seq, 8);
	put_head(aad + 8, head[0], r->version, plain);
	return 13;
}

static uint32_t
seal_aead(const struct soft_record *r, uint8_t type, const uint8_t *in, uint32_t len, const uint8_t *nonce,
	uint32_t pad, uint8_t *out)
{
	uint32_t iv_len = wire_iv(r), n = len, aad_len;
	uint8_t iv[12], aad[13], plain[MAX], *body = out + 5 + iv_len;
	bool tls13 = r->version == TLS13;

	memcpy(plain, in, len);
	if (tls13) {
		plain[n++] = type;
		memset(plain + n, 0, pad);
		n += pad;
	}
	put_head(out, tls13 ? 23 : type, tls13 ? 0x0303 : r->version, iv_len + n + 16);
	memcpy(out + 5, nonce, iv_len);
	aad_len = aead_prepare(r, out, n, iv, aad);
	soft_aead_seal(cipher(r), r->key, iv, aad, aad_len, plain, n, body, body + n);
	return 5 + iv_len + n + 16;
}

static uint32_t
seal_cbc(struct soft_record *r, uint8_t type, const uint8_t *in, uint32_t len, const uint8_t *nonce,
	uint32_t pad, uint8_t *out)
{
	uint32_t iv_len = wire_iv(r), inside = r->etm ? 0 : r->mac_len, fill = 16 - (len + inside) % 16 + 16 * pad, n;
	uint8_t plain[MAX], *body = out + 5;

	memcpy(plain, in, len);
	if (inside)
		mac(r, type, in, len, plain + len);
	n = len + inside;
	/* what SSL 3.0 puts there is nobody's business */
	memset(plain + n, r->version == SSL30 ? 0x77 : (int)fill - 1, fill);
	n += fill;
	plain[n - 1] = (uint8_t)(fill - 1);
	memcpy(body, nonce, iv_len);
	soft_cipher(cipher(r), true, r->key, iv_len ? nonce : r->iv, plain, n, body + iv_len);
	n += iv_len;
	if (!iv_len)
		memcpy(r->iv, body + n - 16, 16);
	if (r->etm) {
		mac(r, type, body, n, body + n);
		n += r->mac_len;
	}
	put_head(out, type, r->version, n);
	return n + 5;
}

uint32_t
soft_seal(struct soft_record *r, uint8_t type, const uint8_t *in, uint32_t len, const uint8_t *nonce,
	uint32_t pad, uint8_t *out)
{
	uint32_t n = (r->md ? seal_cbc(r, type, in, len, nonce, pad, out) : seal_aead(r, type, in, len, nonce, pad, out));

	r->seq++;
	return n;
}

static int
open_aead(const struct soft_record *r, const uint8_t *in, uint32_t len, uint8_t *type, uint8_t *out)
{
	uint32_t iv_len = wire_iv(r), n = len - 5 - iv_len - 16, aad_len;
	const uint8_t *body = in + 5 + iv_len;
	uint8_t iv[12], aad[13];

	aad_len = aead_prepare(r, in, n, iv, aad);
	if (!soft_aead_open(cipher(r), r->key, iv, aad, aad_len, body, n, out, body + n))
		return -1;
	*type = in[0];
	if (r->version != TLS13)
		return (int)n;
	while (n && out[n - 1] == 0)
		n--;
	if (n == 0 || in[0] != 23)
		return -1;
	*type = out[n - 1];
	return (int)n - 1;
}

static int
open_cbc(struct soft_record *r, const uint8_t *in, uint32_t len, uint8_t *type, uint8_t *out)
{
	uint32_t iv_len = wire_iv(r), inside = r->etm ? 0 : r->mac_len, n = len - 5, pad;
	const uint8_t *body = in + 5;
	uint8_t plain[MAX], want[64];

	*type = in[0];
	if (r->etm) {
		n -= r->mac_len;
		mac(r, *type, body, n, want);
		if (CRYPTO_memcmp(want, body + n, r->mac_len))
			return -1;
	}
	n -= iv_len;
	if (n % 16)
		return -1;
	soft_cipher(cipher(r), false, r->key, iv_len ? body : r->iv, body + iv_len, n, plain);
	if (!iv_len)
		memcpy(r->iv, body + n - 16, 16);
	pad = plain[n - 1] + 1u;
	if (pad + inside > n || (r->version == SSL30 && pad > 16))
		return -1;
	for (uint32_t i = 0; i < pad && r->version != SSL30; i++)
		if (plain[n - 1 - i] != pad - 1)
			return -1;
	n -= pad + inside;
	if (inside) {
		mac(r, *type, plain, n, want);
		if (CRYPTO_memcmp(want, plain + n, inside))
			return -1;
	}
	memcpy(out, plain, n);
	return (int)n;
}

int
soft_open(struct soft_record *r, const uint8_t *in, uint32_t len, uint8_t *type, uint8_t *out)
{
	int version = r->version == TLS13 ? 0x0303 : r->version, n;

	if (len < 5 + wire_iv(r) + 16 + (r->etm ? r->mac_len : 0) || (in[1] << 8 | in[2]) != version ||
			(uint32_t)(in[3] << 8 | in[4]) != len - 5)
		return -1;
	n = r->md ? open_cbc(r, in, len, type, out) : open_aead(r, in, len, type, out);
	if (n >= 0)
		r->seq++;
	return n;
}
