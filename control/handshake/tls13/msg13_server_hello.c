/*
 * ServerHello and HelloRetryRequest, RFC 8446 4.1.3, 4.1.4; the dummy ChangeCipherSpec behind the
 * first of them, D.4.
 */
#include "control/handshake/ext.h"
#include "control/handshake/tls13/s13.h"

#define SERVER_HELLO 2

enum tls_err
msg13_hello_retry_request_send(struct hs_call *c)
{
	uint8_t hash[HS_DIGEST_MAX], cookie[S13_COOKIE_MAX], message[S13_RETRY_MAX];
	struct hs_span span = { .p = cookie };
	size_t n;

	hs13_transcript_hash(c, hash);
	span.n = (uint32_t)s13_cookie_make(c, hash, cookie);
	n = s13_retry_message(c, span, message);
	if (n == 0)
		return TLS_E_INTERNAL_ERROR;
	c->hs->skip_bytes = s13_skip_bytes(c);
	return hs_send_bytes(c, TLS_CT_HANDSHAKE, 0, message, n);
}

enum tls_err
s13_forget(struct hs_call *c)
{
	hs_hello_drop(&c->w->hello);
	hs_transcript_free(&c->w->transcript);
	return TLS_E_OK;
}

enum tls_err
msg13_server_hello_send(struct hs_call *c)
{
	size_t mark, id;
	struct wr w = hs_msg_begin(c, SERVER_HELLO, &mark);

	c->env->random(c->env->ctx, c->w->server_random, TLS_RANDOM_LEN);
	wr_u16(&w, TLS_V_12);
	wr_bytes(&w, c->w->server_random, TLS_RANDOM_LEN);
	id = wr_open(&w, 1);
	wr_bytes(&w, c->w->hello.session_id, c->w->hello.session_id_len);
	wr_close(&w, id, 1);
	wr_u16(&w, c->hs->suite->code);
	wr_u8(&w, 0);
	ext_write(c, EXT_SH13, &w, true);
	return hs_msg_end(c, &w, mark);
}

enum tls_err
msg13_ccs_send(struct hs_call *c)
{
	static const uint8_t one = 1;

	if (c->w->t13->ccs_sent || c->w->hello.session_id_len == 0)
		return TLS_E_OK;
	c->w->t13->ccs_sent = true;
	return hs_send_bytes(c, TLS_CT_CCS, 0, &one, 1);
}
