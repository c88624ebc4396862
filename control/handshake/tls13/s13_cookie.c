/*
 * HelloRetryRequest, RFC 8446 4.1.4, 4.2.2, without memory: all that is needed to go on stands in
 * the cookie, under a key of the listener's. Between the two hellos a connection keeps nothing.
 */
#include <string.h>

#include "common/ct.h"
#include "control/handshake/tls13/s13.h"

#define COOKIE_SECONDS 60 /* longer than any honest round trip */
#define MAC_LEN 32
/* expiry, group, suite, print; then the first hello's hash, then the MAC of all before it */
#define FIXED_LEN (8 + 2 + 2 + 32)

#define SERVER_HELLO 2
#define EXT_SUPPORTED_VERSIONS 43
#define EXT_COOKIE 44
#define EXT_KEY_SHARE 51

/* Extensions that may differ in the second hello: RFC 8446 4.1.2. */
static bool
may_change(uint16_t type)
{
	switch (type) {
	case 21: /* padding */
	case 41: /* pre_shared_key: its binders must */
	case 42: /* early_data */
	case EXT_COOKIE:
	case EXT_KEY_SHARE: return true;
	default: return false;
	}
}

void
s13_hello_print(const struct hs_hello *h, uint8_t out[32])
{
	struct rd r = rd_init(h->copy, h->copy_len), extensions;
	struct hs_digest d;
	const uint8_t *start = r.p;

	hs_digest_init(&d, HS_PRF_SHA256);
	rd_bytes(&r, 2 + TLS_RANDOM_LEN);
	rd_vec8(&r);
	rd_vec16(&r);
	rd_vec8(&r);
	hs_digest_add(&d, start, (size_t)(r.p - start));
	extensions = rd_vec16(&r);
	while (rd_ok(&extensions) && rd_left(&extensions) != 0) {
		uint16_t type;

		start = extensions.p;
		type = rd_u16(&extensions);
		rd_vec16(&extensions);
		if (!may_change(type))
			hs_digest_add(&d, start, (size_t)(extensions.p - start));
	}
	hs_digest_now(&d, out);
}

static void
mac(const struct hs_call *c, const uint8_t *p, size_t n, uint8_t out[MAC_LEN])
{
	hs_hmac(HS_PRF_SHA256, c->hs->conf->cookie_key, sizeof(c->hs->conf->cookie_key), p, n, out);
}

size_t
s13_cookie_make(const struct hs_call *c, const uint8_t *hash, uint8_t out[S13_COOKIE_MAX])
{
	struct wr w = wr_init(out, S13_COOKIE_MAX - MAC_LEN);
	uint8_t print[32];

	_Static_assert(FIXED_LEN + HS_DIGEST_MAX + MAC_LEN <= S13_COOKIE_MAX, "the longest cookie");
	s13_hello_print(&c->w->hello, print);
	wr_u64(&w, c->env->now_s + COOKIE_SECONDS);
	wr_u16(&w, c->w->t13->retry_group);
	wr_u16(&w, c->hs->suite->code);
	wr_bytes(&w, print, sizeof(print));
	wr_bytes(&w, hash, hs_digest_len(c->hs->suite->prf));
	mac(c, out, wr_len(&w), out + wr_len(&w));
	return wr_len(&w) + MAC_LEN;
}

enum tls_err
s13_cookie_take(struct hs_call *c, uint8_t hash[HS_DIGEST_MAX])
{
	const struct hs_hello *h = &c->w->hello;
	struct rd r = hs_span_rd(h->cookie);
	const uint8_t *print, *first;
	uint8_t want[MAC_LEN], now[32];
	const struct hs_suite *suite;
	uint64_t expires;
	uint16_t group, code;
	size_t n;

	if (h->cookie.p == NULL)
		return TLS_E_MISSING_EXTENSION; /* 4.2.2: it must come back */
	expires = rd_u64(&r);
	group = rd_u16(&r);
	code = rd_u16(&r);
	print = rd_bytes(&r, 32);
	suite = hs_suite_by_code(code);
	n = suite != NULL ? hs_digest_len(suite->prf) : 0;
	first = rd_bytes(&r, n);
	if (suite == NULL || !rd_ok(&r) || rd_left(&r) != MAC_LEN)
		return TLS_E_ILLEGAL_PARAMETER;
	mac(c, h->cookie.p, h->cookie.n - MAC_LEN, want);
	if (!ct_memeq(want, r.p, MAC_LEN) || expires <= c->env->now_s)
		return TLS_E_ILLEGAL_PARAMETER;
	s13_hello_print(h, now);
	if (memcmp(now, print, sizeof(now)) != 0)
		return TLS_E_ILLEGAL_PARAMETER; /* 4.1.2 */
	c->hs->suite = suite;
	c->w->t13->retry_group = group;
	memcpy(hash, first, n);
	return TLS_E_OK;
}

/* SHA-256 of "HelloRetryRequest": the random that tells it from a ServerHello, RFC 8446 4.1.3. */
static const uint8_t retry_random[TLS_RANDOM_LEN] = {
	0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02,
	0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e,
	0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
};

size_t
s13_retry_message(const struct hs_call *c, struct hs_span cookie, uint8_t out[S13_RETRY_MAX])
{
	const struct hs_hello *h = &c->w->hello;
	struct wr w = wr_init(out, S13_RETRY_MAX);
	size_t message, block, part;

	wr_u8(&w, SERVER_HELLO);
	message = wr_open(&w, 3);
	wr_u16(&w, TLS_V_12);
	wr_bytes(&w, retry_random, sizeof(retry_random));
	part = wr_open(&w, 1);
	wr_bytes(&w, h->session_id, h->session_id_len);
	wr_close(&w, part, 1);
	wr_u16(&w, c->hs->suite->code);
	wr_u8(&w, 0);
	block = wr_open(&w, 2);
	wr_u16(&w, EXT_SUPPORTED_VERSIONS);
	wr_u16(&w, 2);
	wr_u16(&w, TLS_V_13);
	wr_u16(&w, EXT_KEY_SHARE);
	wr_u16(&w, 2);
	wr_u16(&w, c->w->t13->retry_group);
	wr_u16(&w, EXT_COOKIE);
	part = wr_open(&w, 2);
	wr_u16(&w, (uint16_t)cookie.n);
	wr_bytes(&w, cookie.p, cookie.n);
	wr_close(&w, part, 2);
	wr_close(&w, block, 2);
	wr_close(&w, message, 3);
	return wr_ok(&w) ? wr_len(&w) : 0;
}
