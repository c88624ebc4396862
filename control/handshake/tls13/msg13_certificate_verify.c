/* CertificateVerify, RFC 8446 4.4.3: the proof that the certificate's key signed this handshake. */
#include <string.h>

#include "control/handshake/hs_client.h"
#include "control/handshake/tls13/s13.h"

#define CERTIFICATE_VERIFY 15

/* The server's: the signature that was asked for. */
enum tls_err
msg13_certificate_verify_send(struct hs_call *c)
{
	struct hs_span signature = c->w->t13->signature;
	size_t mark;
	struct wr w = hs_msg_begin(c, CERTIFICATE_VERIFY, &mark);

	wr_u16(&w, c->hs->scheme);
	wr_u16(&w, (uint16_t)signature.n);
	wr_bytes(&w, signature.p, signature.n);
	return hs_msg_end(c, &w, mark);
}

/*
 * The client's: a scheme that we listed and that the certificate's key has; what is signed ends
 * before this message.
 */
enum tls_err
msg13_certificate_verify_recv(struct hs_call *c, struct rd *body)
{
	struct hs13 *t = c->w->t13;
	const struct hs_policy *p = c->w->policy;
	uint16_t scheme = rd_u16(body);
	struct rd signature = rd_vec16(body);
	bool listed = false;

	if (!rd_ok(body))
		return TLS_E_DECODE_ERROR;
	for (unsigned i = 0; i < p->scheme_count; i++)
		listed |= p->schemes[i] == scheme;
	/* 4.2.3: the scheme names the key's kind, and its curve too */
	if (!listed || !hs13_scheme_may_sign(scheme) ||
		!hs_client_scheme_fits(scheme, t->peer->key, TLS_V_13))
		return TLS_E_ILLEGAL_PARAMETER;
	if (rd_left(&signature) == 0)
		return TLS_E_DECRYPT_ERROR;
	t->scheme = scheme;
	t->signature = (struct hs_span){ .p = signature.p, .n = (uint32_t)rd_left(&signature) };
	hs13_transcript_hash(c, t->signed_hash);
	return TLS_E_OK;
}
