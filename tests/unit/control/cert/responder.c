/* An OCSP responder for tests; see responder.h. */
#include "tests/unit/control/cert/responder.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/ocsp.h>

#define CHECK(x)                                                                                   \
	do {                                                                                       \
		if (!(x)) {                                                                        \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #x);                    \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

struct client {
	struct responder *r;
	uv_tcp_t tcp;
	uv_timer_t drip;
	uv_write_t write;
	unsigned handles;
	char in[8192];
	size_t in_len;
	char *out;
	size_t out_len, out_at;
	bool answered;
};

void
turn_until(uv_loop_t *loop, const unsigned *flag, unsigned want)
{
	uint64_t deadline;

	uv_update_time(loop);
	deadline = uv_now(loop) + 20000;
	while (*flag < want) {
		CHECK(uv_now(loop) < deadline);
		uv_run(loop, UV_RUN_ONCE);
	}
}

static void
on_closed(uv_handle_t *h)
{
	struct client *c = h->data;

	if (--c->handles != 0)
		return;
	c->r->open--;
	free(c->out);
	free(c);
}

static void
hang_up(struct client *c)
{
	if (!uv_is_closing((uv_handle_t *)&c->tcp))
		uv_close((uv_handle_t *)&c->tcp, on_closed);
	if (!uv_is_closing((uv_handle_t *)&c->drip))
		uv_close((uv_handle_t *)&c->drip, on_closed);
}

static void
on_written(uv_write_t *w, int status)
{
	struct client *c = w->data;

	if (status != 0 || c->r->how != RESPOND_DRIPPING)
		hang_up(c);
}

static void
drip(uv_timer_t *t)
{
	struct client *c = t->data;
	uv_buf_t b = uv_buf_init(c->out + c->out_at % c->out_len, 1);

	c->out_at++;
	uv_try_write((uv_stream_t *)&c->tcp, &b, 1); /* the other end may have gone */
}

/* Whether the request is for the certificate that this responder is about. */
static void
check_request(struct client *c, const uint8_t *der, size_t len)
{
	const uint8_t *p = der;
	OCSP_REQUEST *req = d2i_OCSP_REQUEST(NULL, &p, (long)len);
	OCSP_CERTID *want = OCSP_cert_to_id(NULL, c->r->answer.of->x, c->r->answer.issuer->x);

	CHECK(req != NULL && p == der + len && OCSP_request_onereq_count(req) == 1);
	CHECK(OCSP_id_cmp(OCSP_onereq_get0_id(OCSP_request_onereq_get0(req, 0)), want) == 0);
	OCSP_REQUEST_free(req);
	OCSP_CERTID_free(want);
}

/* base64 with escapes, behind the last slash. */
static void
check_get(struct client *c, const char *path, size_t n)
{
	char text[512];
	uint8_t der[512];
	size_t k = 0;
	int len;

	while (n != 0 && path[n - 1] != '/')
		n--; /* escapes hold every slash of the base64 itself */
	for (const char *p = path + n; *p != ' '; p++) {
		unsigned value = (unsigned char)*p;

		if (*p == '%') {
			CHECK(sscanf(p + 1, "%2X", &value) == 1);
			p += 2;
		}
		CHECK(k + 1 < sizeof(text));
		text[k++] = (char)value;
	}
	text[k] = '\0';
	len = EVP_DecodeBlock(der, (const unsigned char *)text, (int)k);
	CHECK(len > 0);
	for (size_t i = k; i != 0 && text[i - 1] == '='; i--)
		len--;
	check_request(c, der, (size_t)len);
}

static void
put(struct client *c, const void *p, size_t n)
{
	c->out = realloc(c->out, c->out_len + n + 1);
	CHECK(c->out != NULL);
	memcpy(c->out + c->out_len, p, n);
	c->out_len += n;
}

static void
put_text(struct client *c, const char *fmt, unsigned long n)
{
	char text[256];

	snprintf(text, sizeof(text), fmt, n);
	put(c, text, strlen(text));
}

#define OK_HEAD "HTTP/1.1 200 OK\r\nServer: test\r\nContent-Type: application/ocsp-response\r\n"

static void
build(struct client *c)
{
	static const char filler[70000];
	struct pki_ocsp o = c->r->answer;
	uint8_t *der;
	size_t n;

	if (c->r->told != NULL)
		o.of = c->r->told;
	der = pki_ocsp_response(&o, &n);
	switch (c->r->how) {
	case RESPOND_CHUNKED:
		put_text(c, OK_HEAD "transfer-encoding: chunked\r\n\r\n%lx;x=y\r\n", 7);
		put(c, der, 7);
		put_text(c, "\r\n%lX\r\n", n - 7);
		put(c, der + 7, n - 7);
		put_text(c, "\r\n0\r\nTrailer: x\r\n\r\n", 0);
		break;
	case RESPOND_WITHOUT_LENGTH:
		put_text(c, OK_HEAD "\r\n", 0);
		put(c, der, n);
		break;
	case RESPOND_DRIPPING: put_text(c, OK_HEAD "Content-Length: 60000\r\n\r\n", 0); break;
	case RESPOND_CUT:
		put_text(c, OK_HEAD "Content-Length: %lu\r\n\r\n", n);
		put(c, der, n / 2);
		break;
	case RESPOND_JUNK: put_text(c, OK_HEAD "Content-Length: 4\r\n\r\njunk", 0); break;
	case RESPOND_TOO_MUCH:
		put_text(c, OK_HEAD "\r\n", 0);
		put(c, filler, sizeof(filler));
		break;
	case RESPOND_NOT_FOUND:
		put_text(c, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 0);
		break;
	case RESPOND_REDIRECT:
		put_text(c, "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: ", 0);
		put(c, c->r->url, strlen(c->r->url));
		put_text(c, "\r\n\r\n", 0);
		break;
	default:
		put_text(c, OK_HEAD "Content-Length: %lu\r\n\r\n", n);
		put(c, der, n);
	}
	OPENSSL_free(der);
}

static void
respond(struct client *c)
{
	uv_buf_t b;

	c->r->requests++;
	if (c->r->how == RESPOND_NEVER)
		return;
	if (c->r->how == RESPOND_HANGUP) {
		hang_up(c);
		return;
	}
	build(c);
	if (c->r->how == RESPOND_DRIPPING) {
		uv_timer_start(&c->drip, drip, 0, 10);
		return;
	}
	b = uv_buf_init(c->out, (unsigned)c->out_len);
	c->write.data = c;
	CHECK(uv_write(&c->write, (uv_stream_t *)&c->tcp, &b, 1, on_written) == 0);
}

static void
on_alloc(uv_handle_t *h, size_t suggested, uv_buf_t *b)
{
	struct client *c = h->data;

	*b = uv_buf_init(c->in + c->in_len, (unsigned)(sizeof(c->in) - c->in_len - 1));
}

static void
on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *b)
{
	struct client *c = s->data;
	char *body, *length;
	unsigned long want;

	if (n < 0) {
		hang_up(c);
		return;
	}
	c->in_len += (size_t)n;
	c->in[c->in_len] = '\0';
	body = strstr(c->in, "\r\n\r\n");
	if (body == NULL || c->answered)
		return;
	body += 4;
	CHECK(strstr(c->in, "\r\nHost: 127.0.0.1:") != NULL ||
		strstr(c->in, "\r\nHost: localhost:") != NULL);
	if (strncmp(c->in, "GET ", 4) == 0) {
		check_get(c, c->in + 4, strcspn(c->in + 4, " "));
		c->r->gets++;
	} else {
		CHECK(strncmp(c->in, "POST ", 5) == 0);
		length = strstr(c->in, "Content-Length: ");
		CHECK(length != NULL && sscanf(length + 16, "%lu", &want) == 1);
		if (c->in_len - (size_t)(body - c->in) < want)
			return;
		check_request(c, (const uint8_t *)body, want);
		c->r->posts++;
	}
	c->answered = true;
	respond(c);
}

static void
on_connection(uv_stream_t *s, int status)
{
	struct responder *r = s->data;
	struct client *c = calloc(1, sizeof(*c));

	CHECK(status == 0 && c != NULL);
	c->r = r;
	r->open++;
	c->handles = 2;
	uv_tcp_init(r->loop, &c->tcp);
	uv_timer_init(r->loop, &c->drip);
	c->tcp.data = c->drip.data = c;
	CHECK(uv_accept(s, (uv_stream_t *)&c->tcp) == 0);
	CHECK(uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read) == 0);
}

void
responder_open(struct responder *r, uv_loop_t *loop)
{
	struct sockaddr_in a;
	int n = sizeof(a);

	memset(r, 0, sizeof(*r));
	r->loop = loop;
	r->server.data = r;
	uv_tcp_init(loop, &r->server);
	CHECK(uv_ip4_addr("127.0.0.1", 0, &a) == 0);
	CHECK(uv_tcp_bind(&r->server, (struct sockaddr *)&a, 0) == 0);
	CHECK(uv_listen((uv_stream_t *)&r->server, 16, on_connection) == 0);
	CHECK(uv_tcp_getsockname(&r->server, (struct sockaddr *)&a, &n) == 0);
	snprintf(r->url, sizeof(r->url), "http://127.0.0.1:%u/ocsp", ntohs(a.sin_port));
}

void
responder_close(struct responder *r)
{
	if (!r->closed)
		uv_close((uv_handle_t *)&r->server, NULL);
	r->closed = true;
}
