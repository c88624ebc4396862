/* HTTP for OCSP; see ocsp_http.h. */
#include "control/cert/ocsp_http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/evp.h>

/* ---- URL and request ---- */

/* What may stand in a request line or header without ending it. */
static bool
is_plain(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] <= ' ' || p[i] >= 0x7f)
			return false;
	return true;
}

static bool
take_port(const char *p, size_t n, char port[6])
{
	unsigned value = 0;

	if (n == 0 || n > 5)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		value = value * 10 + (unsigned)(p[i] - '0');
	}
	snprintf(port, 6, "%u", value & 0xffff);
	return value != 0 && value <= 0xffff;
}

bool
ocsp_url_parse(const char *text, struct ocsp_url *url)
{
	const char *p, *slash, *end, *colon;
	size_t n;

	memset(url, 0, sizeof(*url));
	if (strncasecmp(text, "http://", 7) != 0 || !is_plain(text, strlen(text)))
		return false;
	p = text + 7;
	slash = p + strcspn(p, "/?#");
	if (memchr(p, '@', (size_t)(slash - p)) != NULL)
		return false;
	if (*p == '[') {
		end = memchr(p, ']', (size_t)(slash - p));
		if (end == NULL)
			return false;
		url->bracketed = true;
		p++;
		n = (size_t)(end - p);
		colon = end + 1;
	} else {
		colon = memchr(p, ':', (size_t)(slash - p));
		end = colon != NULL ? colon : slash;
		n = (size_t)(end - p);
		colon = end;
	}
	if (n == 0 || n >= sizeof(url->host) || (colon != slash && *colon != ':'))
		return false;
	memcpy(url->host, p, n);
	strcpy(url->port, "80");
	if (colon != slash && !take_port(colon + 1, (size_t)(slash - colon - 1), url->port))
		return false;
	n = strcspn(slash, "#");
	if (n + 1 >= sizeof(url->path))
		return false;
	snprintf(url->path, sizeof(url->path), "%s%.*s", *slash == '/' ? "" : "/", (int)n, slash);
	return true;
}

/* base64 of der with what a path cannot hold escaped; 0 when it does not fit. */
static size_t
escape(const uint8_t *der, size_t len, char *out, size_t cap)
{
	char text[OCSP_HTTP_MAX_GET + 8];
	size_t n = 0;

	if (len > OCSP_HTTP_MAX_GET / 4 * 3)
		return 0;
	EVP_EncodeBlock((unsigned char *)text, der, (int)len);
	for (const char *p = text; *p != '\0'; p++) {
		bool plain = *p != '+' && *p != '/' && *p != '=';
		int k = snprintf(out + n, cap - n, plain ? "%c" : "%%%02X", *p);

		n += (size_t)k;
		if (n >= cap)
			return 0;
	}
	return n;
}

char *
ocsp_http_request(const struct ocsp_url *url, const uint8_t *der, size_t der_len, size_t *len)
{
	char tail[OCSP_HTTP_MAX_GET + 1];
	size_t path = strlen(url->path), cap = path + sizeof(tail) + sizeof(url->host) + der_len + 256;
	size_t n = path < sizeof(tail) ? escape(der, der_len, tail, sizeof(tail) - path) : 0;
	char *out = malloc(cap);
	bool slash = url->path[path - 1] == '/';
	int head;

	if (out == NULL)
		return NULL;
	if (n != 0 && strchr(url->path, '?') == NULL)
		head = snprintf(out, cap, "GET %s%s%s HTTP/1.1\r\n", url->path, slash ? "" : "/", tail);
	else
		head = snprintf(out, cap,
			"POST %s HTTP/1.1\r\nContent-Type: application/ocsp-request\r\n"
			"Content-Length: %zu\r\n",
			url->path, der_len);
	head += snprintf(out + head, cap - (size_t)head,
		"Host: %s%s%s%s%s\r\nAccept: application/ocsp-response\r\nConnection: close\r\n\r\n",
		url->bracketed ? "[" : "", url->host, url->bracketed ? "]" : "",
		strcmp(url->port, "80") != 0 ? ":" : "",
		strcmp(url->port, "80") != 0 ? url->port : "");
	*len = (size_t)head;
	if (out[0] == 'P') {
		memcpy(out + head, der, der_len);
		*len += der_len;
	}
	return out;
}

/* ---- response ---- */

enum part { STATUS, HEADER, BODY, CHUNK_SIZE, CHUNK, CHUNK_END, TRAILER, ENDED };

struct ocsp_http {
	enum ocsp_http_state state;
	enum part part;
	char line[1024];
	size_t line_len, head_len;
	bool chunked, sized;
	size_t left; /* of the body or the chunk */
	uint8_t *body;
	size_t body_len;
	char reason[96];
};

struct ocsp_http *
ocsp_http_new(void)
{
	struct ocsp_http *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->body = malloc(OCSP_MAX_RESPONSE);
	if (h->body == NULL) {
		free(h);
		return NULL;
	}
	return h;
}

void
ocsp_http_free(struct ocsp_http *h)
{
	if (h == NULL)
		return;
	free(h->body);
	free(h);
}

static void
failed(struct ocsp_http *h, const char *reason)
{
	h->state = OCSP_HTTP_FAILED;
	snprintf(h->reason, sizeof(h->reason), "%s", reason);
}

static void
done(struct ocsp_http *h)
{
	h->part = ENDED;
	h->state = OCSP_HTTP_DONE;
	if (h->body_len == 0)
		failed(h, "HTTP response without a body");
}

/* Redirects are refused like any other status: a responder is where its certificate says. */
static void
status_line(struct ocsp_http *h)
{
	const char *l = h->line;

	if (strncmp(l, "HTTP/1.", 7) != 0 || l[7] < '0' || l[7] > '9' || l[8] != ' ')
		failed(h, "not an HTTP/1 response");
	else if (strncmp(l + 9, "200", 3) != 0 || (l[12] != ' ' && l[12] != '\0'))
		snprintf(h->reason, sizeof(h->reason), "HTTP status %.3s",
			strspn(l + 9, "0123456789") >= 3 ? l + 9 : "???"),
			h->state = OCSP_HTTP_FAILED;
	else
		h->part = HEADER;
}

/* The header's value when it has this name, without blanks around; else NULL. */
static char *
value_of(char *line, const char *name)
{
	size_t n = strlen(name);
	char *v, *end;

	if (strncasecmp(line, name, n) != 0 || line[n] != ':')
		return NULL;
	v = line + n + 1;
	v += strspn(v, " \t");
	end = v + strlen(v);
	while (end > v && (end[-1] == ' ' || end[-1] == '\t'))
		*--end = '\0';
	return v;
}

/* A number of OCSP_MAX_RESPONSE at most; false: none. */
static bool
number(const char *p, unsigned base, size_t *out)
{
	size_t n = 0;

	if (*p == '\0')
		return false;
	for (; *p != '\0'; p++) {
		unsigned digit = *p >= '0' && *p <= '9' ? (unsigned)(*p - '0')
				 : *p >= 'a' && *p <= 'f' ? (unsigned)(*p - 'a') + 10
				 : *p >= 'A' && *p <= 'F' ? (unsigned)(*p - 'A') + 10
							  : base;

		if (digit >= base)
			return false;
		n = n * base + digit;
		if (n > OCSP_MAX_RESPONSE)
			return false;
	}
	*out = n;
	return true;
}

static void
head_end(struct ocsp_http *h)
{
	if (h->chunked && h->sized)
		failed(h, "HTTP response with two lengths"); /* RFC 9112 6.3 */
	else if (h->chunked)
		h->part = CHUNK_SIZE;
	else if (h->sized && h->left == 0)
		done(h);
	else
		h->part = BODY;
}

static void
header_line(struct ocsp_http *h)
{
	char *v;
	size_t n = 0;

	if (h->line_len == 0) {
		head_end(h);
	} else if ((v = value_of(h->line, "content-length")) != NULL) {
		if (!number(v, 10, &n) || (h->sized && n != h->left))
			failed(h, "HTTP response too long, or of no clear length");
		h->sized = true;
		h->left = n;
	} else if ((v = value_of(h->line, "transfer-encoding")) != NULL) {
		if (strcasecmp(v, "chunked") != 0 || h->chunked)
			failed(h, "HTTP response in an unknown transfer coding");
		h->chunked = true;
	} else if ((v = value_of(h->line, "content-encoding")) != NULL) {
		if (strcasecmp(v, "identity") != 0)
			failed(h, "HTTP response in a content coding");
	} else if ((v = value_of(h->line, "content-type")) != NULL) {
		n = strcspn(v, "; \t");
		if (n != 25 || strncasecmp(v, "application/ocsp-response", n) != 0)
			failed(h, "HTTP response is not an OCSP response");
	}
}

static void
chunk_size_line(struct ocsp_http *h)
{
	h->line[strcspn(h->line, "; \t")] = '\0';
	if (!number(h->line, 16, &h->left))
		failed(h, "HTTP chunk too long, or of no clear length");
	else
		h->part = h->left != 0 ? CHUNK : TRAILER;
}

static void
on_line(struct ocsp_http *h)
{
	switch (h->part) {
	case STATUS: status_line(h); break;
	case HEADER: header_line(h); break;
	case CHUNK_SIZE: chunk_size_line(h); break;
	case CHUNK_END:
		if (h->line_len != 0)
			failed(h, "HTTP chunk longer than it says");
		h->part = CHUNK_SIZE;
		break;
	default:
		if (h->line_len == 0)
			done(h);
	}
}

/* One byte of a line; lines end with LF, a CR before it is left out. */
static void
feed_line(struct ocsp_http *h, char c)
{
	if (++h->head_len > OCSP_HTTP_MAX_HEAD) {
		failed(h, "HTTP head longer than 8 KiB");
	} else if (c == '\n') {
		if (h->line_len != 0 && h->line[h->line_len - 1] == '\r')
			h->line_len--;
		h->line[h->line_len] = '\0';
		on_line(h);
		h->line_len = 0;
	} else if (h->line_len == sizeof(h->line) - 1 || c == '\0') {
		failed(h, "HTTP line too long or damaged");
	} else {
		h->line[h->line_len++] = c;
	}
}

/* As much of a body or chunk as is here; how much it was. */
static size_t
feed_body(struct ocsp_http *h, const uint8_t *p, size_t n)
{
	bool bounded = h->sized || h->part == CHUNK;

	if (bounded && n > h->left)
		n = h->left;
	if (n > OCSP_MAX_RESPONSE - h->body_len) {
		failed(h, "HTTP body longer than 64 KiB");
		return n;
	}
	memcpy(h->body + h->body_len, p, n);
	h->body_len += n;
	if (!bounded)
		return n;
	h->left -= n;
	if (h->left == 0) {
		if (h->part == CHUNK)
			h->part = CHUNK_END;
		else
			done(h);
	}
	return n;
}

enum ocsp_http_state
ocsp_http_feed(struct ocsp_http *h, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	while (n != 0 && h->state == OCSP_HTTP_MORE) {
		size_t took = 1;

		if (h->part == BODY || h->part == CHUNK)
			took = feed_body(h, p, n);
		else
			feed_line(h, (char)*p);
		p += took;
		n -= took;
	}
	return h->state;
}

enum ocsp_http_state
ocsp_http_end(struct ocsp_http *h)
{
	if (h->state == OCSP_HTTP_MORE && h->part == BODY && !h->sized)
		done(h); /* the end is the length */
	else if (h->state == OCSP_HTTP_MORE)
		failed(h, "HTTP response cut short");
	return h->state;
}

const uint8_t *
ocsp_http_body(const struct ocsp_http *h, size_t *len)
{
	*len = h->body_len;
	return h->body;
}

const char *
ocsp_http_reason(const struct ocsp_http *h)
{
	return h->reason;
}
