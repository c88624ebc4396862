/* HTTP for OCSP: URLs, requests, responses cut at every byte and with every kind of wrong head. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/cert/ocsp_http.h"

static void
urls(void **state)
{
	static const struct {
		const char *text, *host, *port, *path; /* host NULL: refused */
	} cases[] = {
		{ "http://a.test", "a.test", "80", "/" },
		{ "http://a.test/", "a.test", "80", "/" },
		{ "HTTP://a.test:8080/x/y?z", "a.test", "8080", "/x/y?z" },
		{ "http://a.test?q", "a.test", "80", "/?q" },
		{ "http://a.test/x#y", "a.test", "80", "/x" },
		{ "http://192.0.2.1:81", "192.0.2.1", "81", "/" },
		{ "http://[2001:db8::1]/o", "2001:db8::1", "80", "/o" },
		{ "http://[2001:db8::1]:82/o", "2001:db8::1", "82", "/o" },
		{ "http://a.test:0080/", "a.test", "80", "/" },
		{ "https://a.test/", NULL, NULL, NULL },
		{ "a.test", NULL, NULL, NULL },
		{ "http://", NULL, NULL, NULL },
		{ "http:///x", NULL, NULL, NULL },
		{ "http://:80/", NULL, NULL, NULL },
		{ "http://a.test:/", NULL, NULL, NULL },
		{ "http://a.test:0/", NULL, NULL, NULL },
		{ "http://a.test:65536/", NULL, NULL, NULL },
		{ "http://a.test:99999/", NULL, NULL, NULL },
		{ "http://a.test:123456/", NULL, NULL, NULL },
		{ "http://a.test:8o/", NULL, NULL, NULL },
		{ "http://[::1/", NULL, NULL, NULL },
		{ "http://[::1]x/", NULL, NULL, NULL },
		{ "http://[]/", NULL, NULL, NULL },
		{ "http://user@a.test/", NULL, NULL, NULL },
		{ "http://a.test/x y", NULL, NULL, NULL },
		{ "http://a.test/x\r\nHost: b", NULL, NULL, NULL },
		{ "http://a\ttest/", NULL, NULL, NULL },
		{ "http://a.test/\377", NULL, NULL, NULL },
	};
	char text[OCSP_MAX_URL + 64];
	struct ocsp_url u;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (ocsp_url_parse(cases[i].text, &u) != (cases[i].host != NULL))
			fail_msg("%s", cases[i].text);
		if (cases[i].host == NULL)
			continue;
		assert_string_equal(u.host, cases[i].host);
		assert_string_equal(u.port, cases[i].port);
		assert_string_equal(u.path, cases[i].path);
		assert_int_equal(u.bracketed, strchr(cases[i].text, '[') != NULL);
	}
	for (int n = OCSP_MAX_URL - 4; n < OCSP_MAX_URL + 4; n++) { /* the longest path */
		snprintf(text, sizeof(text), "http://a/%0*d", n - 1, 0);
		assert_int_equal(ocsp_url_parse(text, &u), n <= OCSP_MAX_URL - 2);
	}
	for (int n = 250; n < 260; n++) { /* the longest name */
		snprintf(text, sizeof(text), "http://%0*d/", n, 0);
		assert_int_equal(ocsp_url_parse(text, &u), n <= 255);
	}
}

static void
requests(void **state)
{
	static const struct {
		const char *url, *want;
		size_t len;
	} cases[] = {
		{ "http://a.test", "GET /%2B%2B%2F%2F HTTP/1.1\r\nHost: a.test\r\nAccept: "
				   "application/ocsp-response\r\nConnection: close\r\n\r\n", 3 },
		{ "http://[::1]:81/o", "GET /o/%2B%2B%2F%2F HTTP/1.1\r\nHost: [::1]:81\r\nAccept: "
				       "application/ocsp-response\r\nConnection: close\r\n\r\n", 3 },
		{ "http://a.test/o/", "GET /o/%2Bw%3D%3D HTTP/1.1\r\nHost: a.test\r\nAccept: "
				      "application/ocsp-response\r\nConnection: close\r\n\r\n", 1 },
		{ "http://a.test/o?x", "POST /o?x HTTP/1.1\r\nContent-Type: application/ocsp-request\r\n"
				       "Content-Length: 3\r\nHost: a.test\r\nAccept: "
				       "application/ocsp-response\r\nConnection: close\r\n\r\n"
				       "\xfb\xef\xff", 3 },
	};
	const uint8_t der[300] = { 0xfb, 0xef, 0xff };
	struct ocsp_url u;
	size_t n;
	char *r;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(ocsp_url_parse(cases[i].url, &u));
		r = ocsp_http_request(&u, der, cases[i].len, &n);
		if (n != strlen(cases[i].want) || memcmp(r, cases[i].want, n) != 0)
			fail_msg("%.*s", (int)n, r);
		free(r);
	}
	/* a GET up to 255 bytes of path, then a POST */
	assert_true(ocsp_url_parse("http://a.test", &u));
	for (size_t len = 100; len < 300; len++) {
		r = ocsp_http_request(&u, der, len, &n);
		if (r[0] == 'G')
			assert_true(strcspn(r + 4, " ") <= 256);
		else
			assert_memory_equal(r + n - len, der, len);
		assert_true(len < 180 ? r[0] == 'G' : len < 195 || r[0] == 'P');
		free(r);
	}
}

static enum ocsp_http_state
feed(struct ocsp_http **h, const char *text, size_t n, size_t piece)
{
	*h = ocsp_http_new();
	for (size_t at = 0; at < n; at += piece)
		ocsp_http_feed(*h, text + at, n - at < piece ? n - at : piece);
	return ocsp_http_end(*h);
}

#define HEAD "HTTP/1.1 200 OK\r\n"
#define TYPE "Content-Type: application/ocsp-response\r\n"

static void
responses(void **state)
{
	static const struct {
		const char *text, *body, *reason; /* body NULL: refused */
	} cases[] = {
		{ HEAD TYPE "Content-Length: 4\r\n\r\nbody", "body", NULL },
		{ HEAD "content-length:4\t\r\n\r\nbody", "body", NULL },
		{ "HTTP/1.0 200\nContent-Length: 4\n\nbody", "body", NULL },
		{ HEAD "Content-Length: 4\r\n\r\nbody and more", "body", NULL },
		{ HEAD "Content-Length: 4\r\nContent-Length: 4\r\n\r\nbody", "body", NULL },
		{ HEAD "Content-Type: application/ocsp-response; x=y\r\n\r\nbody", "body", NULL },
		{ HEAD "\r\nbody", "body", NULL },
		{ HEAD "Transfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n02;x\r\ndy\r\n0\r\nA: b\r\n\r\n",
			"body", NULL },
		{ HEAD "Transfer-Encoding: Chunked\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n", "0123456789",
			NULL },
		{ HEAD "Content-Length: 5\r\n\r\nbody", NULL, "cut short" },
		{ HEAD "Content-Length: 0\r\n\r\n", NULL, "without a body" },
		{ HEAD "\r\n", NULL, "without a body" },
		{ HEAD "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", NULL, "without a body" },
		{ HEAD "Content-Length: 65537\r\n\r\nbody", NULL, "no clear length" },
		{ HEAD "Content-Length: 4x\r\n\r\nbody", NULL, "no clear length" },
		{ HEAD "Content-Length: \r\n\r\nbody", NULL, "no clear length" },
		{ HEAD "Content-Length: -4\r\n\r\nbody", NULL, "no clear length" },
		{ HEAD "Content-Length: 99999999999999999999999\r\n\r\nbody", NULL, "no clear" },
		{ HEAD "Content-Length: 4\r\nContent-Length: 3\r\n\r\nbody", NULL, "no clear length" },
		{ HEAD "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n", NULL, "two lengths" },
		{ HEAD "Transfer-Encoding: gzip\r\n\r\n", NULL, "transfer coding" },
		{ HEAD "Transfer-Encoding: gzip, chunked\r\n\r\n", NULL, "transfer coding" },
		{ HEAD "Content-Encoding: gzip\r\n\r\n", NULL, "content coding" },
		{ HEAD "Content-Type: text/html\r\n\r\nbody", NULL, "not an OCSP response" },
		{ HEAD "Transfer-Encoding: chunked\r\n\r\nx\r\n", NULL, "chunk too long" },
		{ HEAD "Transfer-Encoding: chunked\r\n\r\n10001\r\n", NULL, "chunk too long" },
		{ HEAD "Transfer-Encoding: chunked\r\n\r\n2\r\nbody\r\n", NULL, "longer than it says" },
		{ HEAD "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n", NULL, "cut short" },
		{ "HTTP/2 200\r\n\r\nbody", NULL, "not an HTTP/1 response" },
		{ "HTTP/1.1 2000\r\n\r\nbody", NULL, "HTTP status 200" },
		{ "HTTP/1.1 301 Moved\r\nLocation: /\r\n\r\n", NULL, "HTTP status 301" },
		{ "HTTP/1.1 500 No\r\n\r\n", NULL, "HTTP status 500" },
		{ "HTTP/1.1 abc\r\n\r\n", NULL, "HTTP status ???" },
		{ "SSH-2.0\r\n", NULL, "not an HTTP/1 response" },
		{ "", NULL, "cut short" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t n = strlen(cases[i].text), len;

		for (size_t piece = 1; piece <= n + 1; piece++) {
			struct ocsp_http *h;
			enum ocsp_http_state s = feed(&h, cases[i].text, n, piece);
			const uint8_t *p = ocsp_http_body(h, &len);

			if (cases[i].body != NULL && (s != OCSP_HTTP_DONE || len != strlen(cases[i].body) ||
				memcmp(p, cases[i].body, len) != 0))
				fail_msg("case %zu, pieces of %zu: %s", i, piece, ocsp_http_reason(h));
			if (cases[i].body == NULL && (s != OCSP_HTTP_FAILED ||
				strstr(ocsp_http_reason(h), cases[i].reason) == NULL))
				fail_msg("case %zu, pieces of %zu: %d %s", i, piece, s,
					ocsp_http_reason(h));
			ocsp_http_free(h);
		}
	}
}

/* Only the last byte of a response with a length makes it whole. */
static void
truncated_responses(void **state)
{
	static const char *const texts[] = { HEAD TYPE "Content-Length: 4\r\n\r\nbody",
		HEAD TYPE "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n" };

	for (unsigned i = 0; i < 2; i++)
		for (size_t n = 0; n < strlen(texts[i]); n++) {
			struct ocsp_http *h;

			assert_int_equal(feed(&h, texts[i], n, 7), OCSP_HTTP_FAILED);
			ocsp_http_free(h);
		}
}

static void
bounds(void **state)
{
	struct ocsp_http *h = ocsp_http_new();
	size_t n = 0;
	char line[64];

	/* 64 KiB of body, and not a byte more */
	ocsp_http_feed(h, HEAD "\r\n", strlen(HEAD) + 2);
	for (unsigned i = 0; i < OCSP_MAX_RESPONSE; i++)
		assert_int_equal(ocsp_http_feed(h, "x", 1), OCSP_HTTP_MORE);
	assert_int_equal(ocsp_http_feed(h, "x", 1), OCSP_HTTP_FAILED);
	assert_string_equal(ocsp_http_reason(h), "HTTP body longer than 64 KiB");
	assert_int_equal(ocsp_http_feed(h, "x", 1), OCSP_HTTP_FAILED);
	ocsp_http_free(h);
	/* a head without end */
	h = ocsp_http_new();
	ocsp_http_feed(h, HEAD, strlen(HEAD));
	for (n = 0; ocsp_http_feed(h, line, (size_t)snprintf(line, sizeof(line), "X-%zu: y\r\n", n)) ==
		OCSP_HTTP_MORE; n++)
		assert_true(n < 8192);
	assert_string_equal(ocsp_http_reason(h), "HTTP head longer than 8 KiB");
	ocsp_http_free(h);
	/* a line without end */
	h = ocsp_http_new();
	for (n = 0; ocsp_http_feed(h, "x", 1) == OCSP_HTTP_MORE; n++)
		assert_true(n < 1024);
	assert_string_equal(ocsp_http_reason(h), "HTTP line too long or damaged");
	ocsp_http_free(h);
	/* chunks without end */
	h = ocsp_http_new();
	ocsp_http_feed(h, HEAD "Transfer-Encoding: chunked\r\n\r\n", strlen(HEAD) + 30);
	for (n = 0; ocsp_http_feed(h, "1\r\nx\r\n", 6) == OCSP_HTTP_MORE; n++)
		assert_true(n < 8192);
	assert_string_equal(ocsp_http_reason(h), "HTTP head longer than 8 KiB");
	ocsp_http_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(urls),
		cmocka_unit_test(requests),
		cmocka_unit_test(responses),
		cmocka_unit_test(truncated_responses),
		cmocka_unit_test(bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
