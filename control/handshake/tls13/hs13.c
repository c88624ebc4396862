/*
 * What both roles of TLS 1.3 share: keys for records, what a connection keeps, what is signed. See
 * hs13.h.
 */
#include "control/handshake/tls13/hs13.h"

#include <stdlib.h>
#include <string.h>

#include "common/ct.h"

enum tls_err
hs13_install(struct hs_call *c, enum ipc_keys_dir dir, uint8_t flags, const uint8_t *secret)
{
	const struct hs_suite *s = c->hs->suite;
	uint8_t key[32], iv[KS13_IV_LEN];
	struct hs_keys k = {
		.dir = (uint8_t)dir,
		.when = IPC_KEYS_NOW,
		.flags = flags,
		.version = TLS_V_13,
		.alg = s->alg,
		.key = key,
		.iv = iv,
		.key_len = s->key_len,
		.iv_len = KS13_IV_LEN,
	};
	enum tls_err err;

	ks13_keys(s->prf, secret, key, s->key_len, iv);
	err = hs_emit_keys(c, &k);
	ct_wipe(key, sizeof(key));
	ct_wipe(iv, sizeof(iv));
	return err;
}

void
hs13_go_live(struct hs_call *c)
{
	struct hs13_live *l = (struct hs13_live *)c->hs->live;

	hs13_live_drop(c->hs->l13);
	c->hs->l13 = l;
	l->prf = c->hs->suite->prf;
	memcpy(l->traffic, c->w->t13->ap_traffic, sizeof(l->traffic));
}

size_t
hs13_transcript_hash(const struct hs_call *c, uint8_t out[HS_DIGEST_MAX])
{
	return hs_transcript_hash(&c->w->transcript, out);
}

size_t
hs13_signed_content(
	enum hs13_side who, const uint8_t *hash, size_t len, uint8_t out[HS13_SIGNED_MAX])
{
	static const char context[2][34] = {
		/* both are 33 characters; the NUL is the separator */
		[HS13_CLIENT] = "TLS 1.3, client CertificateVerify",
		[HS13_SERVER] = "TLS 1.3, server CertificateVerify",
	};
	size_t n = 64 + sizeof(context[who]);

	memset(out, ' ', 64);
	memcpy(out + 64, context[who], sizeof(context[who]));
	memcpy(out + n, hash, len);
	return n + len;
}

bool
hs13_scheme_may_sign(uint16_t scheme)
{
	switch (scheme) {
	case SIG_ECDSA_P256_SHA256:
	case SIG_ECDSA_P384_SHA384:
	case SIG_RSA_PSS_RSAE_SHA256:
	case SIG_RSA_PSS_RSAE_SHA384:
	case SIG_RSA_PSS_RSAE_SHA512:
	case SIG_RSA_PSS_PSS_SHA256:
	case SIG_RSA_PSS_PSS_SHA384:
	case SIG_RSA_PSS_PSS_SHA512:
	case SIG_ED25519: return true;
	default: return false;
	}
}

void
hs13_drop(struct hs13 *t)
{
	if (t == NULL)
		return;
	peer_unref(t->peer);
	free(t->chain_copy);
	if (t->offer != NULL)
		ct_wipe(t->offer, sizeof(*t->offer));
	free(t->offer);
	free(t->tickets);
	ct_wipe(t, sizeof(*t));
	free(t);
}

void
hs13_live_drop(struct hs13_live *l)
{
	if (l == NULL)
		return;
	if (l->transcript != NULL)
		ct_wipe(l->transcript, sizeof(*l->transcript));
	free(l->transcript);
	ct_wipe(l, sizeof(*l));
}

size_t
hs13_memory(const struct hs *hs)
{
	size_t n = 0;

	if (hs->w != NULL && hs->w->t13 != NULL)
		n += sizeof(struct hs13) + hs->w->t13->chain.n;
	if (hs->l13 != NULL && hs->l13->transcript != NULL)
		n += sizeof(struct hs_digest);
	return n;
}
