/*
 * What the machine asks of its own side: the session store, the private key, the PRF. One function
 * per question.
 */
#include <string.h>

#include "common/ct.h"
#include "control/cert/cert.h"
#include "control/handshake/hs_int.h"

static enum tls_err
finish(struct hs_call *c, struct hs_act *a, const struct wr *w)
{
	hs_act_end(c->out, a, w);
	if (a == NULL || c->out->overflow)
		return TLS_E_INTERNAL_ERROR;
	a->tag = ++c->hs->tag;
	return TLS_E_OK;
}

static enum tls_err
ask_session(struct hs_call *c)
{
	struct hs_act *a = hs_act_new(c->out, HS_ACT_SESSION_GET);
	struct wr w = hs_act_wr(c->out);

	/* no id: the caller answers "not found" */
	wr_bytes(&w, c->w->hello.session_id, c->w->hello.session_id_len);
	return finish(c, a, &w);
}

static enum tls_err
ask_premaster(struct hs_call *c)
{
	struct hs_act *a = hs_act_new(c->out, HS_ACT_RSA);
	struct wr w = hs_act_wr(c->out);

	wr_bytes(&w, c->w->encrypted_premaster.p, rd_left(&c->w->encrypted_premaster));
	if (a != NULL) {
		a->rsa.cert = c->w->cert;
		a->rsa.client_version = c->w->hello.version;
	}
	return finish(c, a, &w);
}

/* PRF(secret, label, seed) with a seed of one or two parts, RFC 5246 5. */
static enum tls_err
ask_prf(struct hs_call *c, const uint8_t *secret, const char *label, const uint8_t *s1, size_t n1,
	const uint8_t *s2, size_t n2, uint32_t out_len)
{
	struct hs_act *a = hs_act_new(c->out, HS_ACT_PRF);
	struct wr w = hs_act_wr(c->out);

	wr_bytes(&w, secret, TLS_MASTER_LEN);
	wr_bytes(&w, label, strlen(label));
	wr_bytes(&w, s1, n1);
	wr_bytes(&w, s2, n2);
	if (a != NULL) {
		a->prf.prf = c->hs->suite->prf;
		a->prf.secret_len = TLS_MASTER_LEN;
		a->prf.out_len = out_len;
	}
	return finish(c, a, &w);
}

static enum tls_err
ask_transcript_prf(struct hs_call *c, const uint8_t *secret, const char *label, uint32_t out_len)
{
	uint8_t digest[HS_DIGEST_MAX];
	size_t n = hs_digest_now(&c->w->transcript, digest);

	return ask_prf(c, secret, label, digest, n, digest, 0, out_len);
}

enum tls_err
hs_ask(struct hs_call *c, enum hs_work work)
{
	const struct hs_suite *s = c->hs->suite;
	struct hs_work_area *w = c->w;

	switch (work) {
	case HS_ASK_SESSION:
		return ask_session(c);
	case HS_ASK_PREMASTER:
		return ask_premaster(c);
	case HS_ASK_MASTER:
		/* RFC 7627 4: the transcript ends with ClientKeyExchange */
		if (c->hs->extended_master_secret)
			return ask_transcript_prf(
				c, w->premaster, "extended master secret", TLS_MASTER_LEN);
		return ask_prf(c, w->premaster, "master secret", w->hello.random, TLS_RANDOM_LEN,
			w->server_random, TLS_RANDOM_LEN, TLS_MASTER_LEN);
	case HS_ASK_KEYS:
		return ask_prf(c, w->master, "key expansion", w->server_random, TLS_RANDOM_LEN,
			w->hello.random, TLS_RANDOM_LEN,
			2u * (s->mac_len + s->key_len + s->iv_len));
	case HS_ASK_CLIENT_VERIFY:
		return ask_transcript_prf(c, w->master, "client finished", HS_VERIFY_LEN);
	case HS_ASK_SERVER_VERIFY:
		return ask_transcript_prf(c, w->master, "server finished", HS_VERIFY_LEN);
	default:
		return TLS_E_INTERNAL_ERROR;
	}
}
