/*
 * Extensions of a ClientHello that are lists or flags, read for form: what they mean is judged where
 * it is used. supported_groups (RFC 8422 5.1.1, RFC 8446 4.2.7), ec_point_formats (RFC 8422 5.1.2),
 * signature_algorithms and signature_algorithms_cert (RFC 8446 4.2.3).
 */
#include "control/handshake/ext.h"
#include "control/handshake/hs_client.h"

static enum tls_err
code_list(struct rd *data, struct hs_span *span)
{
	struct rd list = rd_vec16(data);

	if (!rd_ok(data) || rd_left(&list) == 0 || rd_left(&list) % 2 != 0)
		return TLS_E_DECODE_ERROR;
	*span = (struct hs_span){ .p = list.p, .n = (uint32_t)rd_left(&list) };
	return TLS_E_OK;
}

static void
send_codes(struct wr *w, const uint16_t *codes, unsigned count)
{
	size_t list = wr_open(w, 2);

	for (unsigned i = 0; i < count; i++)
		wr_u16(w, codes[i]);
	wr_close(w, list, 2);
}

static enum tls_err
groups_recv(struct hs_call *c, unsigned where, struct rd *data, struct hs_hello *h)
{
	return code_list(data, &h->groups);
}

static bool
groups_wanted(const struct hs_call *c, unsigned where)
{
	if (where == EXT_EE) /* RFC 8446 4.2.7: when another would have been dearer to us */
		return c->hs->group != 0 && c->hs->group != c->w->policy->groups[0];
	return where == EXT_CH && c->w->policy->group_count != 0 &&
	       hs_offers(c, HS_V_10 | HS_V_11 | HS_V_12 | HS_V_13);
}

static void
groups_send(const struct hs_call *c, unsigned where, struct wr *w)
{
	send_codes(w, c->w->policy->groups, c->w->policy->group_count);
}

const struct ext ext_supported_groups = { 10, EXT_CH | EXT_EE, "supported_groups", groups_recv,
	groups_wanted, groups_send };

static enum tls_err
point_formats_recv(struct hs_call *c, unsigned where, struct rd *data, struct hs_hello *h)
{
	struct rd list = rd_vec8(data);

	if (!rd_ok(data) || rd_left(&list) == 0)
		return TLS_E_DECODE_ERROR;
	h->point_formats = (struct hs_span){ .p = list.p, .n = (uint32_t)rd_left(&list) };
	return TLS_E_OK;
}

static bool
point_formats_wanted(const struct hs_call *c, unsigned where)
{
	if (where == EXT_CH)
		return hs_offers(c, HS_V_10 | HS_V_11 | HS_V_12);
	return c->hs->suite->kx == HS_KX_ECDHE && c->w->hello.point_formats.p != NULL;
}

static void
point_formats_send(const struct hs_call *c, unsigned where, struct wr *w)
{
	wr_u8(w, 1);
	wr_u8(w, 0); /* uncompressed, RFC 8422 5.1.2 */
}

const struct ext ext_ec_point_formats = { 11, EXT_CH | EXT_SH12, "ec_point_formats",
	point_formats_recv, point_formats_wanted, point_formats_send };

static enum tls_err
schemes_recv(struct hs_call *c, unsigned where, struct rd *data, struct hs_hello *h)
{
	return code_list(data, &h->schemes);
}

static bool
schemes_wanted(const struct hs_call *c, unsigned where)
{
	if (where == EXT_CH)
		return hs_offers(c, HS_V_12 | HS_V_13);
	return where == EXT_CR;
}

static void
schemes_send(const struct hs_call *c, unsigned where, struct wr *w)
{
	send_codes(w, c->w->policy->schemes, c->w->policy->scheme_count);
}

const struct ext ext_signature_algorithms = { 13, EXT_CH | EXT_CR, "signature_algorithms",
	schemes_recv, schemes_wanted, schemes_send };

static enum tls_err
schemes_cert_recv(struct hs_call *c, unsigned where, struct rd *data, struct hs_hello *h)
{
	return code_list(data, &h->schemes_cert);
}

const struct ext ext_signature_algorithms_cert = { 50, EXT_CH | EXT_CR, "signature_algorithms_cert",
	schemes_cert_recv, NULL, NULL };
