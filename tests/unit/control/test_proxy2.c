/*
 * PROXY protocol headers, taken apart by a decoder written from the specification and from nothing
 * of the product.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/tls.h"
#include "control/cert/cert.h"
#include "control/cert/peer.h"
#include "control/proxy2.h"

struct tlv {
	unsigned type, len;
	const uint8_t *value;
};

struct decoded {
	unsigned command, family;
	const uint8_t *addresses;
	struct tlv top[16], ssl[16];
	unsigned tops, ssls;
	unsigned client, verify;
};

static unsigned
be16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static unsigned
take_tlvs(struct tlv *t, const uint8_t *p, const uint8_t *end)
{
	unsigned n = 0;

	while (p != end) {
		assert_true(end - p >= 3 && n < 16);
		t[n].type = p[0];
		t[n].len = be16(p + 1);
		t[n].value = p + 3;
		assert_true((size_t)(end - p - 3) >= t[n].len);
		p += 3 + t[n++].len;
	}
	return n;
}

static struct decoded
decode(const uint8_t *p, size_t len)
{
	struct decoded d = { 0 };
	size_t addr;

	assert_true(len >= 16);
	assert_memory_equal(p, "\r\n\r\n\0\r\nQUIT\n", 12);
	assert_int_equal(p[12] >> 4, 2);
	d.command = p[12] & 15;
	d.family = p[13];
	assert_int_equal(be16(p + 14), len - 16);
	addr = d.family == 0x11 ? 12 : 36;
	assert_true(len - 16 >= addr);
	d.addresses = p + 16;
	d.tops = take_tlvs(d.top, p + 16 + addr, p + len);
	for (unsigned i = 0; i < d.tops; i++) {
		const uint8_t *v = d.top[i].value;

		if (d.top[i].type != 0x20)
			continue;
		assert_true(d.top[i].len >= 5);
		d.client = v[0];
		d.verify = be16(v + 1) << 16 | be16(v + 3);
		d.ssls = take_tlvs(d.ssl, v + 5, v + d.top[i].len);
	}
	return d;
}

static void
expect(const struct tlv *t, unsigned n, unsigned type, const char *text)
{
	unsigned found = 0;

	for (unsigned i = 0; i < n; i++) {
		if (t[i].type != type)
			continue;
		found++;
		if (text == NULL || t[i].len != strlen(text) ||
			memcmp(t[i].value, text, t[i].len) != 0)
			fail_msg("type %02x is \"%.*s\"", type, (int)t[i].len, t[i].value);
	}
	if (found != (text != NULL ? 1 : 0))
		fail_msg("type %02x is there %u times", type, found);
}

static struct proxy2_info
plain(void)
{
	return (struct proxy2_info){
		.client = { .family = 4, .port = 0x1234, .ip = { 192, 0, 2, 1 } },
		.local = { .family = 4, .port = 443, .ip = { 198, 18, 0, 1 } },
	};
}

static void
ipv4_without_tls(void **state)
{
	const struct proxy2_info info = plain();
	uint8_t out[PROXY2_MAX];
	size_t n = proxy2_build(&info, out, sizeof(out));
	struct decoded d = decode(out, n);

	assert_int_equal(n, 28);
	assert_int_equal(d.command, 1);
	assert_int_equal(d.family, 0x11);
	assert_memory_equal(d.addresses, "\xc0\0\x02\x01\xc6\x12\0\x01\x12\x34\x01\xbb", 12);
	assert_int_equal(d.tops, 0);
}

static void
ipv6_and_both(void **state)
{
	struct proxy2_info info = plain();
	uint8_t out[PROXY2_MAX];
	struct decoded d;

	info.client.family = 6;
	for (uint8_t i = 0; i < 16; i++)
		info.client.ip[i] = (uint8_t)(0x20 + i);
	d = decode(out, proxy2_build(&info, out, sizeof(out)));
	assert_int_equal(d.family, 0x21);
	assert_memory_equal(d.addresses, "\x20\x21\x22\x23\x24\x25\x26\x27\x28\x29\x2a\x2b\x2c\x2d\x2e\x2f", 16);
	/* the other end is IPv4: mapped */
	assert_memory_equal(d.addresses + 16, "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc6\x12\0\x01", 16);
	assert_memory_equal(d.addresses + 32, "\x12\x34\x01\xbb", 4);
}

static struct peer
some_peer(void)
{
	static char subject[] = "CN=J\303\251,O=A", name[] = "J\303\251", alt[] = "DNS:a,URI:b";
	struct peer p = { .verdict = TLS_E_OK, .subject = subject, .common_name = name,
		.alt_names = alt };

	for (unsigned i = 0; i < 32; i++)
		p.fingerprint[i] = (uint8_t)(i * 7);
	return p;
}

#define PRINT "00070e151c232a31383f464d545b626970777e858c939aa1a8afb6bdc4cbd2d9"

static void
a_verified_client(void **state)
{
	struct proxy2_info info = plain();
	struct peer p = some_peer();
	const struct cert cert = { .key_type = CERT_RSA, .key_bytes = 384, .sigs = { 0x0403 },
		.sig_count = 1 };
	uint8_t out[PROXY2_MAX];
	struct decoded d;

	info.alpn = "http/1.1";
	info.server_name = "a.test";
	info.version = TLS_V_13;
	info.cipher = "TLS_AES_128_GCM_SHA256";
	info.cert = &cert;
	info.peer = &p;
	d = decode(out, proxy2_build(&info, out, sizeof(out)));
	expect(d.top, d.tops, 0x01, "http/1.1");
	expect(d.top, d.tops, 0x02, "a.test");
	expect(d.top, d.tops, 0xe0, "CN=J\303\251,O=A");
	expect(d.top, d.tops, 0xe1, "DNS:a,URI:b");
	expect(d.top, d.tops, 0xe2, PRINT);
	expect(d.top, d.tops, 0xe3, NULL);
	assert_int_equal(d.client, 7);
	assert_int_equal(d.verify, 0);
	expect(d.ssl, d.ssls, 0x21, "TLSv1.3");
	expect(d.ssl, d.ssls, 0x22, "J\303\251");
	expect(d.ssl, d.ssls, 0x23, "TLS_AES_128_GCM_SHA256");
	expect(d.ssl, d.ssls, 0x24, "ecdsa-with-SHA256");
	expect(d.ssl, d.ssls, 0x25, "RSA3072");
	assert_int_equal(d.ssls, 5);
	assert_int_equal(d.tops, 6);
	info.resumed = true; /* the certificate is the session's, not this connection's */
	d = decode(out, proxy2_build(&info, out, sizeof(out)));
	assert_int_equal(d.client, 5);
	p.x509_error = 3; /* overlooked under a soft policy: verified all the same */
	d = decode(out, proxy2_build(&info, out, sizeof(out)));
	assert_int_equal(d.verify, 0);
}

static void
who_is_not_verified_is_never_told_as_verified(void **state)
{
	struct proxy2_info info = plain();
	struct peer p = some_peer();
	uint8_t out[PROXY2_MAX];
	struct decoded d;

	info.version = TLS_V_12;
	d = decode(out, proxy2_build(&info, out, sizeof(out)));
	assert_int_equal(d.client, 1); /* TLS, no certificate */
	assert_int_not_equal(d.verify, 0);
	expect(d.top, d.tops, 0xe2, NULL);
	expect(d.ssl, d.ssls, 0x21, "TLSv1.2");
	expect(d.ssl, d.ssls, 0x25, NULL);
	info.peer = &p;
	p.verdict = TLS_E_UNKNOWN_CA;
	p.x509_error = 20;
	strcpy(p.reason, "unable to get local issuer certificate");
	d = decode(out, proxy2_build(&info, out, sizeof(out)));
	assert_int_equal(d.verify, 20);
	expect(d.top, d.tops, 0xe3, "unable to get local issuer certificate");
	p.x509_error = 0;
	p.reason[0] = '\0';
	d = decode(out, proxy2_build(&info, out, sizeof(out)));
	assert_int_equal(d.verify, 1);
	expect(d.top, d.tops, 0xe3, tls_err_text(TLS_E_UNKNOWN_CA));
}

static void
versions_and_keys_have_names(void **state)
{
	static const struct {
		uint16_t version;
		const char *name;
	} versions[] = { { TLS_V_SSL2, "SSLv2" }, { TLS_V_SSL30, "SSLv3" }, { TLS_V_10, "TLSv1" },
		{ TLS_V_11, "TLSv1.1" }, { TLS_V_12, "TLSv1.2" }, { TLS_V_13, "TLSv1.3" } };
	static const struct {
		uint8_t type;
		const char *name;
	} keys[] = { { CERT_RSA, "RSA2048" }, { CERT_RSA_PSS, "RSA2048" }, { CERT_P256, "EC256" },
		{ CERT_P384, "EC384" }, { CERT_ED25519, "ED25519" } };
	struct proxy2_info info = plain();
	struct cert cert = { .key_bytes = 256 };
	uint8_t out[PROXY2_MAX];
	struct decoded d;

	info.cert = &cert;
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		info.version = versions[i].version;
		d = decode(out, proxy2_build(&info, out, sizeof(out)));
		expect(d.ssl, d.ssls, 0x21, versions[i].name);
	}
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		cert.key_type = keys[i].type;
		d = decode(out, proxy2_build(&info, out, sizeof(out)));
		expect(d.ssl, d.ssls, 0x25, keys[i].name);
		expect(d.ssl, d.ssls, 0x24, NULL); /* nothing is known of its signature */
	}
}

/* Every room: never written beyond, always well-formed, texts whole or not at all. */
static void
never_cut_and_never_too_long(void **state)
{
	struct proxy2_info info = plain();
	struct peer p = some_peer();
	char *names = malloc(70001), *subject = malloc(3001);
	size_t full;
	uint8_t out[PROXY2_MAX];
	struct decoded d;

	memset(names, 'n', 70000);
	names[70000] = '\0';
	memset(subject, 's', 3000);
	subject[3000] = '\0';
	info.version = TLS_V_13;
	info.server_name = "a.test";
	info.peer = &p;
	full = proxy2_build(&info, out, sizeof(out));
	for (size_t cap = 0; cap <= full; cap++) {
		uint8_t *exact = malloc(cap + 1); /* ASan sees a write behind it */
		size_t n = proxy2_build(&info, exact, cap);

		assert_true(n <= cap && (n == 0) == (cap < 28));
		if (n != 0)
			decode(exact, n);
		free(exact);
	}
	p.alt_names = names;
	p.subject = subject;
	d = decode(out, proxy2_build(&info, out, sizeof(out)));
	expect(d.top, d.tops, 0xe1, NULL);
	expect(d.top, d.tops, 0xe0, subject);
	expect(d.top, d.tops, 0xe2, PRINT);
	names[2000] = '\0'; /* fits alone, not behind the subject */
	d = decode(out, proxy2_build(&info, out, sizeof(out)));
	expect(d.top, d.tops, 0xe0, subject);
	expect(d.top, d.tops, 0xe1, NULL);
	p.subject = names;
	d = decode(out, proxy2_build(&info, out, 65536)); /* no more than PROXY2_MAX */
	expect(d.top, d.tops, 0xe0, names);
	expect(d.top, d.tops, 0xe1, NULL);
	names[2000] = 'n';
	p.common_name = names; /* longer than everything: the fingerprint stays */
	p.alt_names = subject;
	d = decode(out, proxy2_build(&info, out, sizeof(out)));
	expect(d.top, d.tops, 0xe2, PRINT);
	expect(d.ssl, d.ssls, 0x21, "TLSv1.3");
	expect(d.ssl, d.ssls, 0x22, NULL);
	expect(d.top, d.tops, 0xe1, subject);
	free(names);
	free(subject);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipv4_without_tls),
		cmocka_unit_test(ipv6_and_both),
		cmocka_unit_test(a_verified_client),
		cmocka_unit_test(who_is_not_verified_is_never_told_as_verified),
		cmocka_unit_test(versions_and_keys_have_names),
		cmocka_unit_test(never_cut_and_never_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
