/*
 * What an OCSP responder sends: the first byte says in which pieces the rest arrives. However it is
 * cut, the result is the same; a body is never longer than allowed; and no body makes a certificate
 * good, as nobody here can sign. The input is also tried as a URL.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "control/cert/ocsp_http.h"
#include "tests/unit/control/cert/pki.h"

#define CHECK(x) do { if (!(x)) abort(); } while (0)

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* a fuzz target has no other place for what lives through all inputs */
static struct pki_cert issuer, leaf;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	issuer = pki_make(&(struct pki_spec){ .cn = "issuer", .ca = true }, NULL);
	leaf = pki_make(&(struct pki_spec){ .cn = "leaf", .serial = 5 }, &issuer);
	return 0;
}

static struct ocsp_http *
feed(const uint8_t *data, size_t size, size_t piece, enum ocsp_http_state *state)
{
	struct ocsp_http *h = ocsp_http_new();

	CHECK(h != NULL);
	for (size_t at = 0; at < size; at += piece)
		ocsp_http_feed(h, data + at, size - at < piece ? size - at : piece);
	*state = ocsp_http_end(h);
	CHECK(*state != OCSP_HTTP_MORE);
	return h;
}

static void
try_url(const uint8_t *data, size_t size)
{
	char text[OCSP_MAX_URL + 16], *request;
	const uint8_t der[70] = { 0x30 };
	struct ocsp_url url;
	size_t n = size < sizeof(text) - 1 ? size : sizeof(text) - 1, len, lines = 0;

	memcpy(text, data, n);
	text[n] = '\0';
	if (!ocsp_url_parse(text, &url))
		return;
	CHECK(url.host[0] != '\0' && url.path[0] == '/' && atoi(url.port) > 0);
	request = ocsp_http_request(&url, der, sizeof(der), &len);
	CHECK(request != NULL);
	/* no URL adds a line to the head of the request */
	for (size_t i = 0; i < len; i++)
		lines += request[i] == '\n';
	CHECK(lines == (request[0] == 'G' ? 5 : 7));
	free(request);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum ocsp_http_state whole, cut;
	struct ocsp_http *a, *b;
	struct ocsp_result r;
	size_t n, m;

	if (size < 1)
		return 0;
	try_url(data + 1, size - 1);
	a = feed(data + 1, size - 1, size, &whole);
	b = feed(data + 1, size - 1, 1u + data[0], &cut);
	CHECK(whole == cut);
	if (whole == OCSP_HTTP_DONE) {
		const uint8_t *p = ocsp_http_body(a, &n), *q = ocsp_http_body(b, &m);

		CHECK(n == m && n != 0 && n <= OCSP_MAX_RESPONSE && memcmp(p, q, n) == 0);
		ocsp_check(p, n, leaf.x, issuer.x, PKI_NOW, &r);
		CHECK(r.state == OCSP_S_BAD || r.state == OCSP_S_LATER);
		CHECK(r.reason[0] != '\0');
	} else {
		CHECK(ocsp_http_reason(a)[0] != '\0');
		CHECK(strcmp(ocsp_http_reason(a), ocsp_http_reason(b)) == 0);
	}
	ocsp_http_free(a);
	ocsp_http_free(b);
	return 0;
}
