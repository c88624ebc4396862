/*
 * ServerHello and HelloRetryRequest as the client takes them, RFC 5246 7.4.1.3, RFC 8446 4.1.3 and
 * 4.1.4: form, the version, and what holds in every version. What follows from it is the version's
 * own (c12_server_hello(), c13_server_hello(), c13_retry()).
 */
#include <stdlib.h>
#include <string.h>

#include "common/ct.h"
#include "control/handshake/ext.h"
#include "control/handshake/hs_client.h"

/* SHA-256 of "HelloRetryRequest", RFC 8446 4.1.3 */
static const uint8_t retry_random[TLS_RANDOM_LEN] = { 0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61,
	0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
	0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c };

/* A ServerHello's fields; spans point into w->answer.copy. */
struct hello {
	uint16_t version, suite;
	uint8_t compression;
	const uint8_t *random;
	struct rd id, extensions;
	bool has_extensions, selects; /* supported_versions is there */
	uint16_t selected;
	bool retry;
};

/* supported_versions decides how the rest is read, and may stand anywhere (RFC 8446 4.2.1). */
static void
find_version(struct hello *h)
{
	struct rd r = h->extensions;

	while (rd_left(&r) != 0) {
		uint16_t type = rd_u16(&r);
		struct rd data = rd_vec16(&r);

		if (!rd_ok(&r) || type != EXT_SUPPORTED_VERSIONS)
			continue;
		h->selects = true;
		h->selected = rd_u16(&data);
		return;
	}
}

static enum tls_err
read_fields(struct hs_call *c, struct rd *body, struct hello *h)
{
	struct hs_hello *a = &c->w->answer;
	size_t n = rd_left(body);
	struct rd r;

	memset(h, 0, sizeof(*h));
	hs_hello_drop(a);
	a->copy = malloc(n + 1);
	if (a->copy == NULL)
		return TLS_E_INTERNAL_ERROR;
	memcpy(a->copy, rd_bytes(body, n), n);
	a->copy_len = (uint32_t)n;
	r = rd_init(a->copy, n);
	h->version = rd_u16(&r);
	h->random = rd_bytes(&r, TLS_RANDOM_LEN);
	h->id = rd_vec8(&r);
	h->suite = rd_u16(&r);
	h->compression = rd_u8(&r);
	h->has_extensions = rd_ok(&r) && rd_left(&r) != 0;
	if (h->has_extensions)
		h->extensions = rd_vec16(&r);
	if (!rd_done(&r) || rd_left(&h->id) > TLS_MAX_SESSION_ID)
		return TLS_E_DECODE_ERROR;
	memcpy(a->random, h->random, TLS_RANDOM_LEN);
	a->session_id_len = (uint8_t)rd_left(&h->id);
	memcpy(a->session_id, h->id.p, a->session_id_len);
	if (h->has_extensions)
		find_version(h);
	h->retry = memcmp(h->random, retry_random, TLS_RANDOM_LEN) == 0;
	return TLS_E_OK;
}

/* The version, RFC 8446 4.1.3, 4.2.1, RFC 5246 E.1: only what this hello offered. */
static enum tls_err
decide_version(const struct hs_call *c, const struct hello *h, uint16_t *version)
{
	static const uint8_t mark[] = { 'D', 'O', 'W', 'N', 'G', 'R', 'D' };
	const uint8_t *tail = h->random + TLS_RANDOM_LEN - 8;

	if (h->selects) {
		if (!hs_offers(c, HS_V_13))
			return TLS_E_UNSUPPORTED_EXTENSION;
		*version = h->selected;
		return h->selected == TLS_V_13 && h->version == TLS_V_12 ? TLS_E_OK
									 : TLS_E_ILLEGAL_PARAMETER;
	}
	if (h->retry && hs_offers(c, HS_V_13))
		return TLS_E_MISSING_EXTENSION; /* RFC 8446 4.1.4 */
	*version = h->version;
	if (h->version > TLS_V_12 || h->version < TLS_V_SSL30 ||
		!hs_offers(c, hs_version_bit(h->version)))
		return TLS_E_PROTOCOL_VERSION;
	/* somebody made both sides believe in less than they speak */
	if (memcmp(tail, mark, sizeof(mark)) == 0 &&
		((hs_offers(c, HS_V_13) && tail[7] <= 1) ||
			(hs_offers(c, HS_V_12) && h->version < TLS_V_12 && tail[7] == 0)))
		return TLS_E_ILLEGAL_PARAMETER;
	return TLS_E_OK;
}

/* One that we offered, of that version. */
static enum tls_err
decide_suite(struct hs_call *c, uint16_t code, uint16_t version)
{
	const struct hs_policy *p = c->w->policy;

	for (unsigned i = 0; i < p->suite_count; i++) {
		if (p->suites[i]->code != code || !hs_suite_in(p->suites[i], version))
			continue;
		c->hs->suite = p->suites[i];
		return TLS_E_OK;
	}
	return TLS_E_ILLEGAL_PARAMETER;
}

static enum tls_err
decide_compression(const struct hs_call *c, const struct hello *h, uint16_t version)
{
	if (h->compression == 0)
		return TLS_E_OK;
	return h->compression == 1 && version < TLS_V_13 && c->w->policy->compression &&
			       !hs_offers(c, HS_V_13)
		       ? TLS_E_OK
		       : TLS_E_ILLEGAL_PARAMETER;
}

/* Everything but which table goes on. */
static enum tls_err
take_hello(struct hs_call *c, struct rd *body, struct hello *h)
{
	const struct hs_hello *mine = &c->w->hello;
	struct hs *hs = c->hs;
	uint16_t version = 0;
	unsigned where = EXT_SH12;
	enum tls_err err;

	err = read_fields(c, body, h);
	if (err == TLS_E_OK)
		err = decide_version(c, h, &version);
	if (err != TLS_E_OK)
		return err;
	if (hs->agreed && version != hs->version)
		return TLS_E_ILLEGAL_PARAMETER;
	h->retry = h->retry && version == TLS_V_13;
	err = decide_suite(c, h->suite, version);
	if (err == TLS_E_OK)
		err = decide_compression(c, h, version);
	if (err != TLS_E_OK)
		return err;
	if (version == TLS_V_13 && (c->w->answer.session_id_len != mine->session_id_len ||
					   memcmp(c->w->answer.session_id, mine->session_id,
						   mine->session_id_len) != 0))
		return TLS_E_ILLEGAL_PARAMETER; /* RFC 8446 4.1.3: echoed */
	hs->version = version;
	hs->agreed = true;
	memcpy(c->w->server_random, h->random, TLS_RANDOM_LEN);
	c->w->answer.version = version;
	c->w->answer.compression = (struct hs_span){ .p = c->w->answer.copy, .n = h->compression };
	if (version == TLS_V_13)
		where = h->retry ? EXT_HRR : EXT_SH13;
	return h->has_extensions ? ext_read(c, where, &h->extensions, &c->w->answer) : TLS_E_OK;
}

enum tls_err
msg_server_hello_recv(struct hs_call *c, struct rd *body)
{
	struct hs_transcript *t = &c->w->transcript;
	struct hello h;
	enum tls_err err = take_hello(c, body, &h);

	if (err != TLS_E_OK)
		return err;
	if (c->hs->version < TLS_V_13) {
		hs_raise(c, HS_EV_GO_12, NULL, 0);
		return TLS_E_OK;
	}
	hs_transcript_fix(t, c->hs->suite->prf, false);
	if (h.retry)
		hs_transcript_message_hash(t); /* RFC 8446 4.4.1; the message itself comes behind */
	hs_raise(c, h.retry ? HS_EV_CL_RETRY : HS_EV_GO_13, NULL, 0);
	return TLS_E_OK;
}

enum tls_err
msg_second_server_hello_recv(struct hs_call *c, struct rd *body)
{
	const struct hs_suite *retried = c->hs->suite;
	struct hello h;
	enum tls_err err = take_hello(c, body, &h);

	if (err != TLS_E_OK)
		return err;
	if (h.retry)
		return TLS_E_UNEXPECTED_MESSAGE; /* RFC 8446 4.1.4 */
	if (c->hs->suite != retried)
		return TLS_E_ILLEGAL_PARAMETER;
	return c13_server_hello(c, body);
}

enum tls_err
msg_server_hello_again(struct hs_call *c, struct rd *body)
{
	struct hello h;
	enum tls_err err = take_hello(c, body, &h);

	return err == TLS_E_OK ? c12_server_hello(c, body) : err;
}
