/*
 * The server's messages as the client takes them, SSL 3.0 to TLS 1.2: form is judged here, who
 * signed what behind the last of them. RFC 5246 7.4, RFC 8422 5.4, RFC 6066 8, RFC 5077 3.3.
 */
#include <stdlib.h>
#include <string.h>

#include "common/ct.h"
#include "control/handshake/tls12/c12.h"

#define NAMED_CURVE	   3 /* RFC 8422 5.4 */
#define STATUS_OCSP	   1
#define MIN_DH_BITS	   2048
#define MIN_DH_BITS_LEGACY 1024

static struct hs_span
span_of(struct rd r)
{
	return (struct hs_span){ .p = r.p, .n = (uint32_t)rd_left(&r) };
}

/* ---- ServerHello ---- */

/* RFC 5746 3.4 and 3.5. What is said is public: no secret is compared. */
static enum tls_err
check_renegotiation(const struct hs_call *c)
{
	const struct hs12_live *l = c->hs->l12;
	struct hs_span said = c->w->answer.renegotiated;

	if (!c->w->cl->again)
		return said.n == 0 ? TLS_E_OK : TLS_E_HANDSHAKE_FAILURE;
	if (said.p == NULL || said.n != 2u * l->verify_len ||
		!ct_memeq(said.p, l->client_verify, l->verify_len) ||
		!ct_memeq(said.p + l->verify_len, l->server_verify, l->verify_len))
		return TLS_E_HANDSHAKE_FAILURE;
	return TLS_E_OK;
}

/*
 * The server took the session we offered: it is the same in everything, RFC 5246 7.4.1.3, RFC
 * 7627 5.3.
 */
static enum tls_err
take_session(struct hs_call *c)
{
	const struct session_entry *e = &c->w->cl->session;
	struct hs *hs = c->hs;

	if (e->version != hs->version || e->suite != hs->suite->code)
		return TLS_E_ILLEGAL_PARAMETER;
	if (((e->flags & SESSION_EMS) != 0) != hs->extended_master_secret)
		return TLS_E_HANDSHAKE_FAILURE;
	hs_client_resumed(c);
	hs12_set_master(c, e->secret);
	return TLS_E_OK;
}

/* What was agreed by extensions. */
static enum tls_err
take_extensions(struct hs_call *c)
{
	struct hs_hello *a = &c->w->answer;
	struct hs *hs = c->hs;
	bool had_ems = hs->ready && hs->extended_master_secret;
	bool had_etm = hs->ready && hs->encrypt_then_mac;
	enum tls_err err = check_renegotiation(c);

	if (err == TLS_E_OK)
		err = hs_client_take_alpn(c, c->w->answer.alpn);
	if (err != TLS_E_OK)
		return err;
	/* RFC 7366 3: only with a CBC suite; some say it of NULL, where it changes no byte */
	if (a->encrypt_then_mac && !hs->suite->cbc && hs->suite->key_len != 0)
		return TLS_E_ILLEGAL_PARAMETER;
	/* RFC 8422 5.2: uncompressed is always among them */
	if (a->point_formats.p != NULL && memchr(a->point_formats.p, 0, a->point_formats.n) == NULL)
		return TLS_E_ILLEGAL_PARAMETER;
	hs->encrypt_then_mac = a->encrypt_then_mac && hs->suite->cbc && hs->version > TLS_V_SSL30;
	hs->extended_master_secret = a->extended_master_secret && hs->version > TLS_V_SSL30;
	/* a renegotiation is no worse than what it replaces: RFC 7627 5.4, RFC 7366 3.1 */
	if ((had_ems && !hs->extended_master_secret) ||
		(had_etm && hs->suite->cbc && !hs->encrypt_then_mac))
		return TLS_E_HANDSHAKE_FAILURE;
	if (a->record_size_limit != 0 && a->record_size_limit < TLS_MAX_PLAIN)
		hs->max_fragment = a->record_size_limit;
	return TLS_E_OK;
}

/*
 * Whether the bytes of the transcript will be signed by us: only a certificate can, and only
 * TLS 1.2 signs the bytes.
 */
static bool
may_sign(const struct hs *hs)
{
	return hs->version == TLS_V_12 && hs->conf->certs != NULL;
}

enum tls_err
c12_server_hello(struct hs_call *c, struct rd *nothing)
{
	const struct hs_client *cl = c->w->cl;
	const struct hs_hello *a = &c->w->answer;
	struct hs *hs = c->hs;
	bool echoed = a->session_id_len != 0 && a->session_id_len == c->w->hello.session_id_len &&
		      memcmp(a->session_id, c->w->hello.session_id, a->session_id_len) == 0;
	enum tls_err err = hs12_new(c);

	if (err == TLS_E_OK)
		err = take_extensions(c);
	if (err != TLS_E_OK)
		return err;
	/* an id that stands for nothing cannot be known to anybody */
	if (echoed && !cl->offers_session)
		return TLS_E_ILLEGAL_PARAMETER;
	c->w->t12->compression = (uint8_t)a->compression.n;
	c->w->t12->again = cl->again;
	hs->session_id_len = a->session_id_len;
	memcpy(hs->session_id, a->session_id, a->session_id_len);
	hs->resumed = false;
	/* renegotiations included: a second ServerHello is in the transcript behind its cell */
	hs_transcript_fix(&c->w->transcript, hs12_prf(hs), !echoed && may_sign(hs));
	if (echoed) {
		err = take_session(c);
		hs_raise(c, HS_EV_CL_RESUMED, NULL, 0);
		return err;
	}
	hs->group = hs->scheme = 0;
	if (hs->suite->kx == HS_KX_RSA)
		hs_raise(c, HS_EV_CL_RSA, NULL, 0);
	else
		hs_raise(c, hs->suite->auth == HS_AUTH_ANON ? HS_EV_CL_ANON : HS_EV_CL_SIGNED, NULL,
			0);
	return TLS_E_OK;
}

/* ---- Certificate, CertificateStatus ---- */

enum tls_err
c12_certificate_recv(struct hs_call *c, struct rd *body)
{
	struct rd list = rd_vec24(body), walk = list;

	if (!rd_ok(body) || rd_left(&list) == 0)
		return TLS_E_DECODE_ERROR;
	while (rd_left(&walk) != 0) {
		struct rd der = rd_vec24(&walk);

		if (!rd_ok(&walk) || rd_left(&der) == 0)
			return TLS_E_DECODE_ERROR;
	}
	if (rd_left(&list) > PEER_MAX_CHAIN)
		return TLS_E_BAD_CERTIFICATE;
	return hs_blob_set(&c->w->cl->chain, list.p, rd_left(&list));
}

enum tls_err
c12_certificate_status_recv(struct hs_call *c, struct rd *body)
{
	uint8_t type;
	struct rd response;

	if (!c->w->answer.status_request)
		return TLS_E_UNEXPECTED_MESSAGE; /* RFC 6066 8: announced by the ServerHello */
	type = rd_u8(body);
	response = rd_vec24(body);
	if (!rd_ok(body) || rd_left(&response) == 0)
		return TLS_E_DECODE_ERROR;
	if (type != STATUS_OCSP)
		return TLS_E_ILLEGAL_PARAMETER;
	return hs_blob_set(&c->w->cl->staple, response.p, rd_left(&response));
}

/* ---- ServerKeyExchange ---- */

static bool
is_curve(uint16_t group)
{
	return group == KEX_P256 || group == KEX_P384 || group == KEX_X25519;
}

static enum tls_err
ecdhe_params(struct hs_call *c, struct rd *r)
{
	const struct hs_policy *p = c->w->policy;
	uint8_t type = rd_u8(r);
	uint16_t group = rd_u16(r);
	struct rd point = rd_vec8(r);
	bool offered = false;

	if (!rd_ok(r) || rd_left(&point) == 0)
		return TLS_E_DECODE_ERROR;
	for (unsigned i = 0; i < p->group_count; i++)
		offered |= p->groups[i] == group && is_curve(group);
	if (type != NAMED_CURVE || !offered)
		return TLS_E_ILLEGAL_PARAMETER;
	c->w->cl->kx_group = group;
	c->w->cl->kx_public = span_of(point);
	return TLS_E_OK;
}

static unsigned
bits_of(struct rd number)
{
	unsigned bits = 0;

	while (rd_left(&number) != 0) {
		uint8_t byte = rd_u8(&number);

		if (bits != 0)
			bits += 8;
		else if (byte != 0)
			bits = 32u - (unsigned)__builtin_clz(byte);
	}
	return bits;
}

/*
 * The server's own group; what is wrong with its numbers is found where it is computed
 * (PKA_KEX_RESPOND).
 */
static enum tls_err
dhe_params(struct hs_call *c, struct rd *r)
{
	const uint8_t *start = r->p;
	struct rd p = rd_vec16(r), g = rd_vec16(r), y = rd_vec16(r);
	unsigned least = c->w->policy->versions & (HS_V_SSL3 | HS_V_10 | HS_V_11)
				 ? MIN_DH_BITS_LEGACY
				 : MIN_DH_BITS;

	if (!rd_ok(r) || rd_left(&p) == 0 || rd_left(&g) == 0 || rd_left(&y) == 0)
		return TLS_E_DECODE_ERROR;
	if (bits_of(p) < least)
		return TLS_E_INSUFFICIENT_SECURITY;
	if (rd_left(&p) > C12_DH_MAX || rd_left(&g) > C12_DH_MAX || rd_left(&y) > C12_DH_MAX)
		return TLS_E_ILLEGAL_PARAMETER;
	c->w->cl->kx_group = KEX_GROUP_EXPLICIT;
	c->w->cl->kx_public = (struct hs_span){ .p = start, .n = (uint32_t)(r->p - start) };
	return TLS_E_OK;
}

/* TLS 1.2 names the scheme, one of those offered; before it follows from the key. */
static enum tls_err
read_scheme(struct hs_call *c, struct rd *r)
{
	const struct hs_policy *p = c->w->policy;
	struct hs_client *cl = c->w->cl;

	if (c->hs->version < TLS_V_12) {
		cl->scheme = c->hs->suite->auth == HS_AUTH_RSA ? SIG_RSA_MD5_SHA1_RAW
							       : SIG_ECDSA_SHA1_RAW;
		return TLS_E_OK;
	}
	cl->scheme = rd_u16(r);
	if (!rd_ok(r))
		return TLS_E_DECODE_ERROR;
	for (unsigned i = 0; i < p->scheme_count; i++)
		if (p->schemes[i] == cl->scheme)
			return TLS_E_OK;
	return TLS_E_ILLEGAL_PARAMETER;
}

enum tls_err
c12_server_key_exchange_recv(struct hs_call *c, struct rd *body)
{
	struct hs_client *cl = c->w->cl;
	size_t n = rd_left(body);
	struct rd r, signature;
	enum tls_err err = hs_blob_set(&cl->params, rd_bytes(body, n), n);

	if (err != TLS_E_OK)
		return err;
	r = rd_init(cl->params.p, n);
	err = c->hs->suite->kx == HS_KX_ECDHE ? ecdhe_params(c, &r) : dhe_params(c, &r);
	if (err != TLS_E_OK)
		return err;
	cl->params_len = (uint32_t)(n - rd_left(&r));
	if (c->hs->suite->auth == HS_AUTH_ANON)
		return rd_done(&r) ? TLS_E_OK : TLS_E_DECODE_ERROR;
	err = read_scheme(c, &r);
	if (err != TLS_E_OK)
		return err;
	signature = rd_vec16(&r);
	if (!rd_done(&r) || rd_left(&signature) == 0)
		return TLS_E_DECODE_ERROR;
	cl->signature = span_of(signature);
	return TLS_E_OK;
}

/* ---- CertificateRequest, ServerHelloDone ---- */

static enum tls_err
read_names(struct rd names)
{
	while (rd_left(&names) != 0) {
		struct rd dn = rd_vec16(&names);

		if (!rd_ok(&names) || rd_left(&dn) == 0)
			return TLS_E_DECODE_ERROR;
	}
	return TLS_E_OK;
}

enum tls_err
c12_certificate_request_recv(struct hs_call *c, struct rd *body)
{
	struct rd types = rd_vec8(body), schemes = rd_init(body->p, 0), names;
	enum tls_err err;

	if (c->hs->version == TLS_V_12) {
		schemes = rd_vec16(body);
		if (!rd_ok(body) || rd_left(&schemes) == 0 || rd_left(&schemes) % 2 != 0)
			return TLS_E_DECODE_ERROR;
	}
	names = rd_vec16(body);
	if (!rd_ok(body) || rd_left(&types) == 0)
		return TLS_E_DECODE_ERROR;
	err = read_names(names);
	if (err != TLS_E_OK)
		return err;
	c->w->cl->asked = true;
	hs_client_choose_cert(c, span_of(schemes), span_of(types), span_of(names));
	return TLS_E_OK;
}

enum tls_err
c12_anon_request_recv(struct hs_call *c, struct rd *body)
{
	return TLS_E_HANDSHAKE_FAILURE;
}

enum tls_err
c12_server_hello_done_recv(struct hs_call *c, struct rd *body)
{
	if (c->w->cl->sign_scheme == 0)
		hs_transcript_drop_raw(&c->w->transcript); /* nobody will sign its bytes */
	return TLS_E_OK;
}

/* ---- NewSessionTicket ---- */

enum tls_err
c12_new_session_ticket_recv(struct hs_call *c, struct rd *body)
{
	struct hs_client *cl = c->w->cl;
	uint32_t lifetime = rd_u32(body);
	struct rd ticket = rd_vec16(body);

	if (!rd_ok(body))
		return TLS_E_DECODE_ERROR;
	cl->new_lifetime_s = lifetime;
	return hs_blob_set(&cl->new_ticket, ticket.p,
		rd_left(&ticket)); /* n == 0: none after all, RFC 5077 3.3 */
}
