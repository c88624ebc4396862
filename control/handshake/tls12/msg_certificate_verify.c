/*
 * CertificateVerify, RFC 5246 7.4.8, RFC 4346 7.4.8, RFC 6101 5.6.8: the client's signature over
 * all messages before this one.
 */
#include "control/handshake/tls12/s12.h"

static bool
in_policy(const struct hs_policy *p, uint16_t scheme)
{
	for (unsigned i = 0; i < p->scheme_count; i++)
		if (p->schemes[i] == scheme)
			return true;
	return false;
}

enum tls_err
msg_certificate_verify_recv(struct hs_call *c, struct rd *body)
{
	struct hs12 *t = c->w->t12;
	bool old = c->hs->version < TLS_V_12;
	uint16_t scheme = old ? hs12_old_scheme(t->peer->key) : rd_u16(body);
	struct rd signature = rd_vec16(body);

	if (!rd_ok(body) || rd_left(&signature) == 0)
		return TLS_E_DECODE_ERROR;
	/* one that we asked for, and one for this key */
	if (!old && (!in_policy(c->w->policy, scheme) || !hs12_scheme_fits(scheme, t->peer->key)))
		return TLS_E_ILLEGAL_PARAMETER;
	t->scheme = scheme;
	t->in_hand = (struct hs_span){ .p = signature.p, .n = (uint32_t)rd_left(&signature) };
	/* the driver adds this message to the transcript behind us */
	t->signed_len = c->w->transcript.len;
	t->digest_len = !old ? 0
			     : (uint8_t)ks12_transcript_digest(scheme, c->hs->version,
				       &c->w->transcript.digest, t->key.master, t->digest);
	return TLS_E_OK;
}
