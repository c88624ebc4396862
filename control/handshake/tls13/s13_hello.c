/*
 * What the server chooses from a TLS 1.3 ClientHello: suite, PSK, group, certificate, protocol; and
 * the second hello after HelloRetryRequest. RFC 8446 4.1.1 to 4.1.4, 4.2.7, 4.2.8, 9.2.
 */
#include <stdlib.h>
#include <string.h>

#include "common/ct.h"
#include "control/handshake/tls13/s13.h"

#define EXT_PRE_SHARED_KEY 41
#define EXT_EARLY_DATA 42
#define EXT_PSK_MODES 45
#define SUITE_CHACHA20 0x1303
/* No client has so many groups; a list is looked through once for each. */
#define MAX_SHARES 32

/* ---- rules of form that the version brings: RFC 8446 4.1.2, 4.2.8, 4.2.9, 9.2 ---- */

static enum tls_err
check_form(const struct hs_hello *h)
{
	bool psk = ext_seen(h, EXT_PRE_SHARED_KEY);

	if (h->compression.n != 1 || h->compression.p[0] != 0)
		return TLS_E_ILLEGAL_PARAMETER;
	if (psk && !ext_seen(h, EXT_PSK_MODES))
		return TLS_E_MISSING_EXTENSION;
	if (!psk && (h->schemes.p == NULL || h->groups.p == NULL))
		return TLS_E_MISSING_EXTENSION;
	if ((h->groups.p == NULL) != (h->shares.p == NULL))
		return TLS_E_MISSING_EXTENSION;
	if (ext_seen(h, EXT_EARLY_DATA) && !psk)
		return TLS_E_ILLEGAL_PARAMETER; /* 4.2.10 */
	return TLS_E_OK;
}

/* Shares are for offered groups, one for each: RFC 8446 4.2.8. */
static enum tls_err
check_shares(const struct hs_hello *h)
{
	struct rd list = hs_span_rd(h->shares);
	uint16_t seen[MAX_SHARES];
	unsigned n = 0;

	while (rd_left(&list) != 0) {
		uint16_t group = rd_u16(&list);

		rd_vec16(&list);
		if (n == MAX_SHARES || !hs_span_has16(h->groups, group))
			return TLS_E_ILLEGAL_PARAMETER;
		for (unsigned i = 0; i < n; i++)
			if (seen[i] == group)
				return TLS_E_ILLEGAL_PARAMETER;
		seen[n++] = group;
	}
	return TLS_E_OK;
}

struct hs_span
s13_share_of(const struct hs_hello *h, uint16_t group)
{
	struct rd list = hs_span_rd(h->shares);

	while (rd_left(&list) != 0) {
		uint16_t code = rd_u16(&list);
		struct rd key = rd_vec16(&list);

		if (code == group)
			return (struct hs_span){ .p = key.p, .n = (uint32_t)rd_left(&key) };
	}
	return (struct hs_span){ .p = NULL };
}

/* ---- choices ---- */

static const struct hs_suite *
policy_suite(const struct hs_policy *p, uint16_t code)
{
	for (unsigned i = 0; i < p->suite_count; i++)
		if (p->suites[i]->code == code && hs_suite_in(p->suites[i], TLS_V_13))
			return p->suites[i];
	return NULL;
}

/* Whether the client would like ChaCha20 most: it has no AES instructions. */
static bool
likes_chacha(struct hs_span suites)
{
	struct rd r = hs_span_rd(suites);

	while (rd_left(&r) != 0) {
		uint16_t code = rd_u16(&r);

		if ((code & 0x0f0f) != 0x0a0a) /* GREASE stands before, RFC 8701 */
			return code == SUITE_CHACHA20;
	}
	return false;
}

/* NULL: none in common. */
static const struct hs_suite *
choose_suite(const struct hs_call *c)
{
	const struct hs_policy *p = c->w->policy;
	struct hs_span theirs = c->w->hello.suites;
	struct rd r = hs_span_rd(theirs);
	const struct hs_suite *s;

	if (!p->prefer_client) {
		s = likes_chacha(theirs) ? policy_suite(p, SUITE_CHACHA20) : NULL;
		for (unsigned i = 0; s == NULL && i < p->suite_count; i++)
			if (hs_suite_in(p->suites[i], TLS_V_13) &&
				hs_span_has16(theirs, p->suites[i]->code))
				s = p->suites[i];
		return s;
	}
	while (rd_left(&r) != 0) {
		s = policy_suite(p, rd_u16(&r));
		if (s != NULL)
			return s;
	}
	return NULL;
}

/*
 * Our first group that the client sent a share for, else our first one that it can do at all (one
 * more round trip). *shared tells which; 0: none in common.
 */
static uint16_t
choose_group(const struct hs_policy *p, const struct hs_hello *h, bool *shared)
{
	uint16_t offered = 0;

	for (unsigned i = 0; i < p->group_count; i++) {
		if (s13_share_of(h, p->groups[i]).n != 0) {
			*shared = true;
			return p->groups[i];
		}
		if (offered == 0 && hs_span_has16(h->groups, p->groups[i]))
			offered = p->groups[i];
	}
	*shared = false;
	return offered;
}

/* What the client takes in one record: RFC 8449 (the inner content type counts), RFC 6066 4. */
static void
choose_fragment(struct hs *hs, const struct hs_hello *h)
{
	hs->max_fragment = 0;
	if (h->record_size_limit != 0 && h->record_size_limit <= TLS_MAX_PLAIN)
		hs->max_fragment = h->record_size_limit - 1;
	else if (h->record_size_limit == 0 && h->max_fragment != 0)
		hs->max_fragment = (uint16_t)(256u << h->max_fragment);
}

enum tls_err
s13_choose_full(struct hs_call *c)
{
	enum tls_err err;

	if (c->w->hello.schemes.p == NULL)
		return TLS_E_MISSING_EXTENSION; /* 9.2: PSKs of no use, and nothing else */
	err = s13_choose_cert(c);
	if (err != TLS_E_OK)
		return err;
	hs_raise(c, c->hs->card != NULL ? HS_EV_GO_CARD_SHARE : HS_EV_GO_SHARE, NULL, 0);
	return TLS_E_OK;
}

/* The suite is chosen. What remains to be. before, hello: as for s13_choose_psk(). */
static enum tls_err
choose_rest(struct hs_call *c, const struct hs_digest *before, const uint8_t *hello, bool retried)
{
	struct hs *hs = c->hs;
	struct hs13 *t = c->w->t13;
	const struct hs_hello *h = &c->w->hello;
	bool shared = retried;
	enum tls_err err;

	err = hs_choose_alpn(c);
	if (err != TLS_E_OK)
		return err;
	choose_fragment(hs, h);
	hs->group = retried ? t->retry_group : choose_group(c->w->policy, h, &shared);
	t->retry_group = hs->group;
	if (hs->group != 0 && !shared && !s13_psk_ke_only(h)) {
		hs_raise(c, HS_EV_GO_RETRY, NULL, 0); /* its PSKs will come again */
		return TLS_E_OK;
	}
	err = s13_choose_psk(c, before, hello, retried);
	if (err != TLS_E_OK)
		return err;
	if (t->psk_len != 0 && t->psk_only) {
		hs->group = 0;
		hs_raise(c, HS_EV_GO_PSK, NULL, 0);
		return TLS_E_OK;
	}
	if (hs->group == 0)
		return h->groups.p == NULL ? TLS_E_MISSING_EXTENSION : TLS_E_HANDSHAKE_FAILURE;
	if (t->offer != NULL && shared) {
		hs_raise(c, HS_EV_GO_CARD_PSK, NULL, 0);
		return TLS_E_OK;
	}
	if (t->psk_len == 0 && shared)
		return s13_choose_full(c);
	hs_raise(c, shared ? HS_EV_GO_PSK_SHARE : HS_EV_GO_RETRY, NULL, 0);
	return TLS_E_OK;
}

enum tls_err
s13_client_hello(struct hs_call *c, struct rd *nothing)
{
	struct hs *hs = c->hs;
	struct hs_work_area *w = c->w;
	uint8_t hash[HS_DIGEST_MAX];
	struct hs_digest before;
	enum tls_err err;

	err = check_form(&w->hello);
	if (err == TLS_E_OK)
		err = check_shares(&w->hello);
	if (err != TLS_E_OK)
		return err;
	w->t13 = calloc(1, sizeof(*w->t13));
	if (w->t13 == NULL)
		return TLS_E_INTERNAL_ERROR;
	hs->suite = choose_suite(c);
	if (hs->suite == NULL)
		return TLS_E_HANDSHAKE_FAILURE;
	hs_digest_init(&before, hs->suite->prf);
	err = choose_rest(c, &before, w->transcript.raw, false);
	hs_transcript_fix(&w->transcript, hs->suite->prf, false);
	if (err != TLS_E_OK || !hs->early)
		return err;
	hs13_transcript_hash(c, hash);
	ks13_derive(&w->t13->ks, "c e traffic", hash, w->t13->early_traffic);
	hs_keylog(c, "CLIENT_EARLY_TRAFFIC_SECRET", w->t13->early_traffic,
		hs_digest_len(hs->suite->prf));
	return TLS_E_OK;
}

/* ---- after HelloRetryRequest ---- */

/* One share, for the group that was asked for, and no early data: RFC 8446 4.1.2. */
static enum tls_err
check_retry(const struct hs_call *c)
{
	const struct hs_hello *h = &c->w->hello;
	struct hs_span share = s13_share_of(h, c->w->t13->retry_group);

	if (share.n == 0 || h->shares.n != 4 + share.n || ext_seen(h, EXT_EARLY_DATA))
		return TLS_E_ILLEGAL_PARAMETER;
	return hs_span_has16(h->versions, TLS_V_13) ? TLS_E_OK : TLS_E_ILLEGAL_PARAMETER;
}

/* The transcript as it would be had we remembered: message_hash, HelloRetryRequest; 4.4.1. */
static enum tls_err
rebuild_transcript(struct hs_call *c, const uint8_t *hash)
{
	struct hs_transcript *t = &c->w->transcript;
	size_t n = hs_digest_len(c->hs->suite->prf);
	uint8_t head[4] = { 254, 0, 0, (uint8_t)n };
	uint8_t retry[S13_RETRY_MAX];

	hs_digest_init(&t->digest, c->hs->suite->prf);
	t->fixed = true;
	hs_digest_add(&t->digest, head, sizeof(head));
	hs_digest_add(&t->digest, hash, n);
	n = s13_retry_message(c, c->w->hello.cookie, retry);
	if (n == 0)
		return TLS_E_INTERNAL_ERROR;
	hs_digest_add(&t->digest, retry, n);
	return TLS_E_OK;
}

enum tls_err
s13_second_hello(struct hs_call *c, struct rd *body)
{
	struct hs_work_area *w = c->w;
	uint8_t hash[HS_DIGEST_MAX];
	enum tls_err err;

	err = hs_hello_read(c, body, &w->hello);
	if (err == TLS_E_OK)
		err = check_form(&w->hello);
	if (err == TLS_E_OK)
		err = check_shares(&w->hello);
	if (err == TLS_E_OK)
		err = s13_cookie_take(c, hash);
	if (err == TLS_E_OK)
		err = check_retry(c);
	if (err == TLS_E_OK)
		err = rebuild_transcript(c, hash);
	if (err != TLS_E_OK)
		return err;
	return choose_rest(c, &w->transcript.digest, c->raw, true);
}
