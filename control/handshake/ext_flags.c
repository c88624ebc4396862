/*
 * Extensions of one small value or none: encrypt_then_mac (RFC 7366), max_fragment_length (RFC 6066
 * 4), record_size_limit (RFC 8449), status_request (RFC 6066 8), early_data (RFC 8446 4.2.10),
 * post_handshake_auth (4.2.6), certificate_authorities (4.2.4).
 */
#include "control/handshake/ext.h"
#include "control/handshake/hs_client.h"

static enum tls_err
encrypt_then_mac_recv(struct hs_call *c, unsigned where, struct rd *data, struct hs_hello *h)
{
	h->encrypt_then_mac = true;
	return TLS_E_OK;
}

static bool
encrypt_then_mac_wanted(const struct hs_call *c, unsigned where)
{
	if (where == EXT_CH)
		return hs_offers(c, HS_V_10 | HS_V_11 | HS_V_12);
	return c->hs->encrypt_then_mac;
}

const struct ext ext_encrypt_then_mac = { 22, EXT_CH | EXT_SH12, "encrypt_then_mac",
	encrypt_then_mac_recv, encrypt_then_mac_wanted, NULL };

static enum tls_err
max_fragment_recv(struct hs_call *c, unsigned where, struct rd *data, struct hs_hello *h)
{
	uint8_t code = rd_u8(data);

	if (!rd_ok(data))
		return TLS_E_DECODE_ERROR;
	if (code < 1 || code > 4)
		return TLS_E_ILLEGAL_PARAMETER;
	h->max_fragment = code;
	return TLS_E_OK;
}

/* RFC 8449 5: record_size_limit takes its place when both came. */
static bool
max_fragment_wanted(const struct hs_call *c, unsigned where)
{
	return where != EXT_CH && c->w->hello.max_fragment != 0 && c->w->hello.record_size_limit == 0;
}

static void
max_fragment_send(const struct hs_call *c, unsigned where, struct wr *w)
{
	wr_u8(w, c->w->hello.max_fragment);
}

const struct ext ext_max_fragment_length = { 1, EXT_CH | EXT_SH12 | EXT_EE, "max_fragment_length",
	max_fragment_recv, max_fragment_wanted, max_fragment_send };

static enum tls_err
record_size_recv(struct hs_call *c, unsigned where, struct rd *data, struct hs_hello *h)
{
	h->record_size_limit = rd_u16(data);
	if (!rd_ok(data))
		return TLS_E_DECODE_ERROR;
	return h->record_size_limit < 64 ? TLS_E_ILLEGAL_PARAMETER : TLS_E_OK;
}

static bool
record_size_wanted(const struct hs_call *c, unsigned where)
{
	return where == EXT_CH || c->w->hello.record_size_limit != 0;
}

/* What we take: in TLS 1.3 the inner content type counts too (RFC 8449 4). */
static void
record_size_send(const struct hs_call *c, unsigned where, struct wr *w)
{
	uint16_t limit = c->hs->conf->record_size_limit != 0 ? c->hs->conf->record_size_limit : TLS_MAX_PLAIN;

	wr_u16(w, where != EXT_SH12 && c->w->policy->versions & HS_V_13 ? limit + 1 : limit);
}

const struct ext ext_record_size_limit = { 28, EXT_CH | EXT_SH12 | EXT_EE, "record_size_limit",
	record_size_recv, record_size_wanted, record_size_send };

static enum tls_err
early_data_recv(struct hs_call *c, unsigned where, struct rd *data, struct hs_hello *h)
{
	h->early_data = true;
	if (where == EXT_NST) {
		h->early_max = rd_u32(data);
		return rd_ok(data) ? TLS_E_OK : TLS_E_DECODE_ERROR;
	}
	return TLS_E_OK;
}

/* The server takes it (EncryptedExtensions), or will (NewSessionTicket). */
static bool
early_data_wanted(const struct hs_call *c, unsigned where)
{
	if (where == EXT_NST)
		return c->hs->conf->early_data_max != 0;
	return where == EXT_EE && c->hs->early;
}

static void
early_data_send(const struct hs_call *c, unsigned where, struct wr *w)
{
	if (where == EXT_NST)
		wr_u32(w, c->hs->conf->early_data_max);
}

const struct ext ext_early_data = { 42, EXT_CH | EXT_EE | EXT_NST, "early_data", early_data_recv,
	early_data_wanted, early_data_send };

static enum tls_err
post_handshake_auth_recv(struct hs_call *c, unsigned where, struct rd *data, struct hs_hello *h)
{
	h->post_handshake_auth = true;
	return TLS_E_OK;
}

static bool
post_handshake_auth_wanted(const struct hs_call *c, unsigned where)
{
	return c->hs->conf->post_handshake_auth && hs_offers(c, HS_V_13);
}

const struct ext ext_post_handshake_auth = { 49, EXT_CH, "post_handshake_auth",
	post_handshake_auth_recv, post_handshake_auth_wanted, NULL };

static enum tls_err
authorities_recv(struct hs_call *c, unsigned where, struct rd *data, struct hs_hello *h)
{
	struct rd list = rd_vec16(data);

	if (!rd_ok(data) || rd_left(&list) == 0)
		return TLS_E_DECODE_ERROR;
	h->server_names_cas = (struct hs_span){ .p = list.p, .n = (uint32_t)rd_left(&list) };
	return TLS_E_OK;
}

static bool
authorities_wanted(const struct hs_call *c, unsigned where)
{
	return where == EXT_CR && c->hs->conf->ca_names_len != 0;
}

static void
authorities_send(const struct hs_call *c, unsigned where, struct wr *w)
{
	wr_u16(w, (uint16_t)c->hs->conf->ca_names_len);
	wr_bytes(w, c->hs->conf->ca_names, c->hs->conf->ca_names_len);
}

const struct ext ext_certificate_authorities = { 47, EXT_CH | EXT_CR, "certificate_authorities",
	authorities_recv, authorities_wanted, authorities_send };
