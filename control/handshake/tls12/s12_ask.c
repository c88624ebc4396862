/*
 * What SSL 3.0 to TLS 1.2 ask of our own side: the private key and the PRF. One function per
 * question.
 */
#include <string.h>

#include "common/ct.h"
#include "control/cert/cert.h"
#include "control/handshake/tls12/s12.h"

enum tls_err
hs_ask_PREMASTER(struct hs_call *c)
{
	struct hs_work_area *w = c->w;
	struct pka_req req = {
		.kind = PKA_RSA_PREMASTER, .code = w->hello.version, .cert = w->cert
	};

	return hs_ask_pka(c, &req, w->t12->encrypted_premaster.p,
		rd_left(&w->t12->encrypted_premaster), NULL, 0);
}

/* PRF(secret, label, seed) with a seed of one or two parts, RFC 5246 5. */
static enum tls_err
ask_prf(struct hs_call *c, const uint8_t *secret, const char *label, const uint8_t *s1, size_t n1,
	const uint8_t *s2, size_t n2, uint32_t out_len)
{
	struct pka_req req = { .kind = PKA_PRF,
		.code = hs_suite_prf(c->hs->suite, c->hs->version),
		.split = TLS_MASTER_LEN,
		.out_len = out_len };
	uint8_t seed[64 + 2 * HS_DIGEST_MAX];
	struct wr w = wr_init(seed, sizeof(seed));

	wr_bytes(&w, label, strlen(label));
	wr_bytes(&w, s1, n1);
	wr_bytes(&w, s2, n2);
	return hs_ask_pka(c, &req, secret, TLS_MASTER_LEN, seed, wr_len(&w));
}

static enum tls_err
ask_transcript_prf(struct hs_call *c, const uint8_t *secret, const char *label, uint32_t out_len)
{
	uint8_t digest[HS_DIGEST_MAX];
	size_t n = hs_transcript_hash(&c->w->transcript, digest);

	return ask_prf(c, secret, label, digest, n, digest, 0, out_len);
}

/* RFC 7627 4: the transcript ends with ClientKeyExchange */
enum tls_err
hs_ask_MASTER(struct hs_call *c)
{
	struct hs_work_area *w = c->w;

	if (c->hs->extended_master_secret)
		return ask_transcript_prf(c, w->t12->premaster, "extended master secret", TLS_MASTER_LEN);
	return ask_prf(c, w->t12->premaster, "master secret", w->hello.random, TLS_RANDOM_LEN,
		w->server_random, TLS_RANDOM_LEN, TLS_MASTER_LEN);
}

enum tls_err
hs_ask_KEYS(struct hs_call *c)
{
	const struct hs_suite *s = c->hs->suite;
	struct hs_work_area *w = c->w;

	return ask_prf(c, w->t12->master, "key expansion", w->server_random, TLS_RANDOM_LEN,
		w->hello.random, TLS_RANDOM_LEN, 2u * (s->mac_len + s->key_len + s->iv_len));
}

enum tls_err
hs_ask_CLIENT_VERIFY(struct hs_call *c)
{
	return ask_transcript_prf(c, c->w->t12->master, "client finished", HS12_VERIFY_LEN);
}

enum tls_err
hs_ask_SERVER_VERIFY(struct hs_call *c)
{
	return ask_transcript_prf(c, c->w->t12->master, "server finished", HS12_VERIFY_LEN);
}
