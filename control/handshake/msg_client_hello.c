/* ClientHello, RFC 5246 7.4.1.2: version, suite and extensions are decided here. */
#include <stdlib.h>
#include <string.h>

#include "control/cert/cert.h"
#include "control/handshake/ext.h"

#define SCSV_RENEGOTIATION 0x00ff /* RFC 5746 3.3 */
#define SCSV_FALLBACK 0x5600 /* RFC 7507 */
#define HIGHEST_VERSION TLS_V_12

/* Our preference decides. NULL: none in common. */
static const struct hs_suite *
choose_suite(const struct hs_listener *l, struct rd offer, bool *renegotiation, bool *fallback)
{
	unsigned best = l->suite_count;

	while (rd_left(&offer) != 0) {
		uint16_t code = rd_u16(&offer);

		if (code == SCSV_RENEGOTIATION)
			*renegotiation = true;
		else if (code == SCSV_FALLBACK)
			*fallback = true;
		for (unsigned i = 0; i < best; i++)
			if (l->suites[i]->code == code)
				best = i;
	}
	return best < l->suite_count ? l->suites[best] : NULL;
}

static bool
offers_null_compression(struct rd methods)
{
	while (rd_left(&methods) != 0)
		if (rd_u8(&methods) == 0)
			return true;
	return false;
}

/* Everything was valid: the connection takes it over. */
static enum tls_err
commit(struct hs_call *c, const struct hs_hello *hello, const struct hs_suite *suite)
{
	struct hs *hs = c->hs;

	if (hello->has_server_name) {
		hs->server_name = strdup(hello->server_name);
		if (hs->server_name == NULL)
			return TLS_E_INTERNAL_ERROR;
	}
	c->w->hello = *hello;
	hs->suite = suite;
	if (hello->alpn != NULL)
		strncpy(hs->alpn, hello->alpn, HS_MAX_ALPN_NAME);
	hs->extended_master_secret = hello->extended_master_secret;
	c->w->cert = cert_store_select(hs->listener->certs, hello->server_name);
	if (c->w->cert == NULL)
		return TLS_E_UNRECOGNIZED_NAME;
	c->env->random(c->env->ctx, c->w->server_random, TLS_RANDOM_LEN);
	hs_session_bind(hs->listener, hello->server_name, c->w->bind);
	hs_digest_init(&c->w->transcript, suite->prf);
	return TLS_E_OK;
}

enum tls_err
msg_client_hello_recv(struct hs_call *c, struct rd *body)
{
	struct hs_hello hello = { .version = rd_u16(body) };
	const uint8_t *random = rd_bytes(body, TLS_RANDOM_LEN);
	struct rd id = rd_vec8(body), offer = rd_vec16(body), compression = rd_vec8(body),
		  extensions;
	const struct hs_suite *suite;
	bool fallback = false;
	enum tls_err err;

	if (!rd_ok(body) || rd_left(&id) > TLS_MAX_SESSION_ID || rd_left(&offer) == 0 ||
		rd_left(&offer) % 2 != 0 || rd_left(&compression) == 0)
		return TLS_E_DECODE_ERROR;
	memcpy(hello.random, random, TLS_RANDOM_LEN);
	hello.session_id_len = (uint8_t)rd_left(&id);
	memcpy(hello.session_id, rd_bytes(&id, hello.session_id_len), hello.session_id_len);
	suite = choose_suite(c->hs->listener, offer, &hello.secure_renegotiation, &fallback);
	if (!offers_null_compression(compression))
		return TLS_E_ILLEGAL_PARAMETER;
	if (rd_left(body) != 0) {
		extensions = rd_vec16(body);
		if (!rd_ok(body))
			return TLS_E_DECODE_ERROR;
		err = ext_read_client(c, &extensions, &hello);
		if (err != TLS_E_OK)
			return err;
	}
	if (hello.lists_versions ? !hello.lists_tls12 : hello.version < HIGHEST_VERSION)
		return fallback && !hello.lists_versions && hello.version >= TLS_V_SSL30
			       ? TLS_E_INAPPROPRIATE_FALLBACK
			       : TLS_E_PROTOCOL_VERSION;
	if (suite == NULL)
		return TLS_E_HANDSHAKE_FAILURE;
	return commit(c, &hello, suite);
}

/* Renegotiation is refused by a warning, and not for ever (RFC 5246 7.2.2 no_renegotiation). */
enum tls_err
msg_client_hello_refuse(struct hs_call *c, struct rd *body)
{
	rd_bytes(body, rd_left(body));
	if (++c->hs->warnings > HS_MAX_WARNINGS)
		return TLS_E_WARNING_FLOOD;
	return msg_alert_send_warning(c, TLS_ALERT_NO_RENEGOTIATION);
}
