/* See ks12.h. */
#include "control/handshake/tls12/ks12.h"

#include <string.h>

#include "common/ct.h"
#include "common/wr.h"
#include "control/pka/pka_op.h"

#define MD5_LEN	      16
#define SHA1_LEN      20
#define SSL3_PAD_MD5  48 /* RFC 6101 5.6.8: pads are as many bytes */
#define SSL3_PAD_SHA1 40
#define SSL3_CLIENT   0x434c4e54 /* "CLNT" */
#define SSL3_SERVER   0x53525652 /* "SRVR" */

size_t
ks12_block_len(const struct hs_suite *s, uint16_t version)
{
	size_t iv = s->cbc && version > TLS_V_10 ? 0 : s->iv_len;

	return 2u * (s->mac_len + s->key_len + iv);
}

/*
 * SSL 3.0's expansion: MD5(secret | SHA('A' | secret | r1 | r2)), then 'BB', 'CCC' and so on; RFC
 * 6101 6.1, 6.2.2.
 */
static void
ssl3_expand(const uint8_t *secret, size_t n, const uint8_t *r1, const uint8_t *r2, uint8_t *out,
	size_t out_len)
{
	struct hs_digest d;
	uint8_t inner[SHA1_LEN], block[MD5_LEN], letters[26];

	for (unsigned i = 0; out_len != 0; i++) {
		size_t take = out_len < MD5_LEN ? out_len : MD5_LEN;

		memset(letters, 'A' + (int)i, i + 1);
		hs_digest_init(&d, HS_DIGEST_SHA1);
		hs_digest_add(&d, letters, i + 1);
		hs_digest_add(&d, secret, n);
		hs_digest_add(&d, r1, TLS_RANDOM_LEN);
		hs_digest_add(&d, r2, TLS_RANDOM_LEN);
		hs_digest_now(&d, inner);
		hs_digest_init(&d, HS_DIGEST_MD5);
		hs_digest_add(&d, secret, n);
		hs_digest_add(&d, inner, sizeof(inner));
		hs_digest_now(&d, block);
		memcpy(out, block, take);
		out += take;
		out_len -= take;
	}
	ct_wipe(&d, sizeof(d));
	ct_wipe(inner, sizeof(inner));
	ct_wipe(block, sizeof(block));
}

/* label | a | b, as the PRF takes it. Returns its length. */
static size_t
seed(uint8_t out[96], const char *label, const uint8_t *a, size_t a_len, const uint8_t *b,
	size_t b_len)
{
	struct wr w = wr_init(out, 96);

	wr_bytes(&w, label, strlen(label));
	wr_bytes(&w, a, a_len);
	wr_bytes(&w, b, b_len);
	return wr_len(&w);
}

void
ks12_master(int prf, const uint8_t *premaster, size_t len, const uint8_t *client_random,
	const uint8_t *server_random, uint8_t out[TLS_MASTER_LEN])
{
	uint8_t s[96];
	size_t n;

	if (prf == HS_PRF_SSL3) {
		ssl3_expand(premaster, len, client_random, server_random, out, TLS_MASTER_LEN);
		return;
	}
	n = seed(s, "master secret", client_random, TLS_RANDOM_LEN, server_random, TLS_RANDOM_LEN);
	hs_prf_run(prf, premaster, len, s, n, out, TLS_MASTER_LEN);
}

void
ks12_extended_master(int prf, const uint8_t *premaster, size_t len, const uint8_t *hash,
	size_t hash_len, uint8_t out[TLS_MASTER_LEN])
{
	uint8_t s[96];
	size_t n = seed(s, "extended master secret", hash, hash_len, hash, 0);

	hs_prf_run(prf, premaster, len, s, n, out, TLS_MASTER_LEN);
}

void
ks12_key_init(struct ks12_key *k, int prf, const uint8_t master[TLS_MASTER_LEN])
{
	memcpy(k->master, master, TLS_MASTER_LEN);
	k->prf.prf = prf;
	if (prf != HS_PRF_SSL3)
		hs_prf_key(&k->prf, prf, master, TLS_MASTER_LEN);
}

void
ks12_key_block(const struct ks12_key *k, const uint8_t *client_random, const uint8_t *server_random,
	uint8_t *out, size_t len)
{
	uint8_t s[96];
	size_t n;

	if (k->prf.prf == HS_PRF_SSL3) {
		ssl3_expand(k->master, TLS_MASTER_LEN, server_random, client_random, out, len);
		return;
	}
	n = seed(s, "key expansion", server_random, TLS_RANDOM_LEN, client_random, TLS_RANDOM_LEN);
	hs_prf_keyed(&k->prf, s, n, out, len);
}

/* hash(master | pad2 | hash(messages | sender | master | pad1)), RFC 6101 5.6.8 and 5.6.9. */
static void
ssl3_half(int hash, const struct hs_digest *messages, const uint8_t *sender, size_t sender_len,
	const uint8_t *master, uint8_t *out)
{
	size_t pad_len = hash == HS_DIGEST_MD5 ? SSL3_PAD_MD5 : SSL3_PAD_SHA1;
	struct hs_digest d;
	uint8_t pad[SSL3_PAD_MD5], inner[SHA1_LEN];
	size_t n;

	hs_digest_half(&d, messages, hash);
	memset(pad, 0x36, sizeof(pad));
	hs_digest_add(&d, sender, sender_len);
	hs_digest_add(&d, master, TLS_MASTER_LEN);
	hs_digest_add(&d, pad, pad_len);
	n = hs_digest_now(&d, inner);
	memset(pad, 0x5c, sizeof(pad));
	hs_digest_init(&d, hash);
	hs_digest_add(&d, master, TLS_MASTER_LEN);
	hs_digest_add(&d, pad, pad_len);
	hs_digest_add(&d, inner, n);
	hs_digest_now(&d, out);
	ct_wipe(&d, sizeof(d));
	ct_wipe(inner, sizeof(inner));
}

size_t
ks12_finished(const struct ks12_key *k, const struct hs_digest *transcript, bool of_client,
	uint8_t out[KS12_VERIFY_MAX])
{
	uint8_t s[96], hash[HS_DIGEST_MAX];
	struct wr w = wr_init(s, 4);
	size_t n;

	if (k->prf.prf == HS_PRF_SSL3) {
		wr_u32(&w, of_client ? SSL3_CLIENT : SSL3_SERVER);
		ssl3_half(HS_DIGEST_MD5, transcript, s, 4, k->master, out);
		ssl3_half(HS_DIGEST_SHA1, transcript, s, 4, k->master, out + MD5_LEN);
		return KS12_VERIFY_MAX;
	}
	n = hs_digest_now(transcript, hash);
	n = seed(s, of_client ? "client finished" : "server finished", hash, n, hash, 0);
	hs_prf_keyed(&k->prf, s, n, out, 12);
	return 12;
}

size_t
ks12_params_digest(uint16_t scheme, const uint8_t *client_random, const uint8_t *server_random,
	const void *params, size_t len, uint8_t out[KS12_SIGNED_MAX])
{
	struct hs_digest d;

	hs_digest_init(&d, scheme == SIG_ECDSA_SHA1_RAW ? HS_DIGEST_SHA1 : HS_PRF_MD5_SHA1);
	hs_digest_add(&d, client_random, TLS_RANDOM_LEN);
	hs_digest_add(&d, server_random, TLS_RANDOM_LEN);
	hs_digest_add(&d, params, len);
	return hs_digest_now(&d, out);
}

size_t
ks12_transcript_digest(uint16_t scheme, uint16_t version, const struct hs_digest *transcript,
	const uint8_t master[TLS_MASTER_LEN], uint8_t out[KS12_SIGNED_MAX])
{
	static const uint8_t nobody[1];
	bool rsa = scheme != SIG_ECDSA_SHA1_RAW;
	uint8_t both[KS12_SIGNED_MAX];

	if (version == TLS_V_SSL30) {
		ssl3_half(HS_DIGEST_MD5, transcript, nobody, 0, master, both);
		ssl3_half(HS_DIGEST_SHA1, transcript, nobody, 0, master, both + MD5_LEN);
	} else {
		hs_digest_now(transcript, both);
	}
	if (rsa)
		memcpy(out, both, sizeof(both));
	else
		memcpy(out, both + MD5_LEN, SHA1_LEN);
	return rsa ? KS12_SIGNED_MAX : SHA1_LEN;
}
