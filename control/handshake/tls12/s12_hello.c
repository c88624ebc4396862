/*
 * What the server decides on a ClientHello for SSL 3.0 to TLS 1.2: suite and certificate, which
 * extensions are in use, what goes into the ServerHello. RFC 5246 7.4.1; RFC 7627 5.2, RFC 7366 3,
 * RFC 6066 4, RFC 8449 4, RFC 7301, RFC 5746.
 */
#include <string.h>

#include "control/handshake/tls12/s12.h"

/* RFC 8422 5.1.2: who names curves must take uncompressed points. */
static bool
point_formats_ok(const struct hs_hello *h)
{
	return h->point_formats.p == NULL || h->groups.p == NULL ||
	       memchr(h->point_formats.p, 0, h->point_formats.n) != NULL;
}

/* A renegotiation neither changes the protocol nor asks about it again. */
static enum tls_err
choose_alpn(struct hs_call *c)
{
	char before[sizeof(c->hs->alpn)];
	enum tls_err err;

	if (c->hs->version == TLS_V_SSL30 || (c->w->t12->again && c->w->hello.alpn.p == NULL))
		return TLS_E_OK;
	memcpy(before, c->hs->alpn, sizeof(before));
	err = hs_choose_alpn(c);
	if (err == TLS_E_OK && c->w->t12->again && strcmp(before, c->hs->alpn) != 0)
		return TLS_E_ILLEGAL_PARAMETER;
	return err;
}

/* RFC 8449 5: record_size_limit takes the place of max_fragment_length. 0: 2^14. */
static uint16_t
largest_record(const struct hs_hello *h)
{
	if (h->record_size_limit != 0)
		return h->record_size_limit < TLS_MAX_PLAIN ? h->record_size_limit : 0;
	return h->max_fragment != 0 ? (uint16_t)(256u << h->max_fragment) : 0;
}

static enum tls_err
choose_record_size(struct hs_call *c)
{
	uint16_t most = c->hs->version == TLS_V_SSL30 ? 0 : largest_record(&c->w->hello);

	if (!c->w->t12->again)
		c->hs->max_fragment = most;
	else if (most != 0 && most != c->hs->max_fragment)
		return TLS_E_ILLEGAL_PARAMETER; /* RFC 6066 4: it stays for the session */
	return TLS_E_OK;
}

/*
 * Flags that bind the session. What protects a connection is not given up by a renegotiation: RFC
 * 7627 5.4 and 6.2 (extended master secret), RFC 7366 3.1 (encrypt-then-MAC).
 */
static enum tls_err
choose_protection(struct hs_call *c)
{
	const struct hs_hello *h = &c->w->hello;
	struct hs *hs = c->hs;
	bool tls = hs->version > TLS_V_SSL30, again = c->w->t12->again;
	bool ems = tls && h->extended_master_secret;
	bool etm = tls && h->encrypt_then_mac && hs->suite->cbc;

	if (again && ((hs->extended_master_secret && !ems) ||
			     (hs->encrypt_then_mac && hs->suite->cbc && !etm)))
		return TLS_E_HANDSHAKE_FAILURE;
	hs->extended_master_secret = ems;
	hs->encrypt_then_mac = etm;
	if (c->w->policy->compression &&
		memchr(h->compression.p, HS12_DEFLATE, h->compression.n) != NULL)
		c->w->t12->compression = HS12_DEFLATE;
	return TLS_E_OK;
}

/* RFC 5246 7.4.4: an anonymous server asks nobody. */
static bool
asks_client(const struct hs_call *c)
{
	const struct hs *hs = c->hs;

	if (hs->suite->auth == HS_AUTH_ANON)
		return false;
	return hs->conf->client_auth != HS_AUTH_NONE || (hs->l12 != NULL && hs->l12->reauth);
}

enum tls_err
s12_client_hello(struct hs_call *c, struct rd *nothing)
{
	struct hs *hs = c->hs;
	struct hs12 *t;
	enum tls_err err;

	err = hs12_new(c);
	if (err != TLS_E_OK)
		return err;
	t = c->w->t12;
	t->again = hs->ready;
	if (hs->version > TLS_V_SSL30 && !point_formats_ok(&c->w->hello))
		return TLS_E_ILLEGAL_PARAMETER;
	err = s12_choose(c);
	if (err == TLS_E_OK)
		err = choose_protection(c);
	if (err == TLS_E_OK)
		err = choose_alpn(c);
	if (err == TLS_E_OK)
		err = choose_record_size(c);
	if (err != TLS_E_OK)
		return err;
	t->asks = asks_client(c);
	c->env->random(c->env->ctx, c->w->server_random, TLS_RANDOM_LEN);
	hs_downgrade_mark(c->w->policy, hs->version, c->w->server_random);
	hs_transcript_fix(&c->w->transcript, hs12_prf(hs), t->asks && hs->version == TLS_V_12);
	return TLS_E_OK;
}
