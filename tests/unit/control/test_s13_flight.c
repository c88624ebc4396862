/*
 * TLS 1.3's server and the client's second flight: cut, bent and out of place; what comes on a
 * connection. Each with the alert that RFC 8446 names.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/handshake/hs_int.h"
#include "control/handshake/tls13/hs13.h"
#include "tests/unit/control/s13_world.h"

static int
setup(void **state)
{
	*state = malloc(sizeof(struct s13_world));
	s13_world_open(*state);
	return 0;
}

static int
teardown(void **state)
{
	s13_world_close(*state);
	free(*state);
	return 0;
}

/* ---- the client's second flight ---- */

/* What a client with X25519 sends first. Returns its length. */
static size_t
first_record(uint8_t *out, size_t cap)
{
	SSL_CTX *ctx = s13_client_ctx();
	size_t n;

	SSL_CTX_set1_groups_list(ctx, "X25519");
	n = s13_first_record(ctx, NULL, out, cap);
	SSL_CTX_free(ctx);
	return n;
}

/* An end that waits for the client's next message; epoch 1 is its handshake's. */
static void
until_flight(struct s13_world *w, struct hs_end *e)
{
	struct hs_end_opts opts = w->opts;
	uint8_t rec[8192];
	size_t n = first_record(rec, sizeof(rec));

	opts.now_s = w->now_s;
	assert_int_equal(hs_end_open(e, &opts), TLS_E_OK);
	assert_int_equal(
		hs_end_record(e, TLS_CT_HANDSHAKE, 0, rec + TLS_HDR_LEN, n - TLS_HDR_LEN),
		TLS_E_OK);
	assert_int_equal(e->epoch, 1);
}

/* A message of this type with these bytes. */
static enum tls_err
send(struct hs_end *e, uint8_t type, const void *body, size_t n)
{
	uint8_t msg[16384] = { type, 0, (uint8_t)(n >> 8), (uint8_t)n };

	memcpy(msg + 4, body, n);
	return hs_end_record(e, TLS_CT_HANDSHAKE, e->epoch, msg, n + 4);
}

/* The Finished that the machine waits for: only the machine itself can know it here. */
static void
finished_of(const struct hs_end *e, uint8_t out[32])
{
	uint8_t hash[HS_DIGEST_MAX];

	hs_transcript_hash(&e->hs->w->transcript, hash);
	ks13_finished(HS_PRF_SHA256, e->hs->w->t13->hs_traffic[HS13_CLIENT], hash, out);
}

static void
every_bit_of_finished_counts(void **state)
{
	struct s13_world *w = *state;
	uint8_t verify[33] = { 0 };
	struct hs_end e;

	for (unsigned bit = 0; bit <= 256; bit++) {
		until_flight(w, &e);
		finished_of(&e, verify);
		if (bit < 256)
			verify[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(
			send(&e, 20, verify, 32), bit < 256 ? TLS_E_DECRYPT_ERROR : TLS_E_OK);
		assert_int_equal(e.ready, bit == 256);
		hs_end_drop(&e);
	}
	for (unsigned n = 0; n <= 33; n++) {
		if (n == 32)
			continue;
		until_flight(w, &e);
		finished_of(&e, verify);
		assert_int_equal(send(&e, 20, verify, n), TLS_E_DECODE_ERROR);
		hs_end_drop(&e);
	}
}

static void
with_auth(struct s13_world *w)
{
	w->conf.trust = w->trust;
	w->conf.client_auth = HS_AUTH_REQUEST;
}

/* A Certificate's body with the client's certificate. */
static size_t
certificate(struct s13_world *w, uint8_t *out, size_t cap)
{
	struct wr wr = wr_init(out, cap);
	size_t n, list;
	uint8_t *der = pki_list(&n, &w->client, NULL);

	wr_u8(&wr, 0);
	list = wr_open(&wr, 3);
	wr_bytes(&wr, der, n);
	wr_u16(&wr, 0);
	wr_close(&wr, list, 3);
	free(der);
	return wr_len(&wr);
}

static void
a_certificate_cut_or_bent(void **state)
{
	struct s13_world *w = *state;
	uint8_t body[4096];
	size_t n = certificate(w, body, sizeof(body));
	struct hs_end e;

	with_auth(w);
	for (size_t cut = 0; cut <= n + 1; cut++) {
		until_flight(w, &e);
		body[n] = 0;
		assert_int_equal(send(&e, 11, body, cut), cut == n ? TLS_E_OK : TLS_E_DECODE_ERROR);
		hs_end_drop(&e);
	}
	for (size_t at = 1; at < 7; at++) { /* the lengths */
		until_flight(w, &e);
		body[at]++;
		assert_int_equal(send(&e, 11, body, n), TLS_E_DECODE_ERROR);
		body[at]--;
		hs_end_drop(&e);
	}
	/* a context where there was none asked: 4.4.2 */
	until_flight(w, &e);
	assert_int_equal(send(&e, 11, "\1x\0\0\0", 5), TLS_E_ILLEGAL_PARAMETER);
	hs_end_drop(&e);
	/* a certificate of nothing */
	until_flight(w, &e);
	assert_int_equal(send(&e, 11, "\0\0\0\5\0\0\0\0\0", 9), TLS_E_DECODE_ERROR);
	hs_end_drop(&e);
	/* an extension that was not asked for: 4.4.2 */
	until_flight(w, &e);
	assert_int_equal(
		send(&e, 11, "\0\0\0\xa\0\0\1x\0\4\0\5\0\0", 14), TLS_E_UNSUPPORTED_EXTENSION);
	hs_end_drop(&e);
	/* not a certificate at all */
	until_flight(w, &e);
	assert_int_equal(send(&e, 11, "\0\0\0\6\0\0\1x\0\0", 10), TLS_E_BAD_CERTIFICATE);
	hs_end_drop(&e);
	/* none */
	until_flight(w, &e);
	assert_int_equal(send(&e, 11, "\0\0\0\0", 4), TLS_E_OK);
	assert_int_equal(e.hs->state, HS_WAIT_S13_FINISHED);
	hs_end_drop(&e);
}

/* CertificateVerify over what came so far, by the client's own key. */
static size_t
proof(struct s13_world *w, const struct hs_end *e, const char *who, uint8_t *out)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	uint8_t content[64 + 34 + HS_DIGEST_MAX];
	size_t n = 200;

	memset(content, ' ', 64);
	memcpy(content + 64, who, 34);
	hs_transcript_hash(&e->hs->w->transcript, content + 98);
	HS_REC_CHECK(EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, w->client.key) == 1);
	HS_REC_CHECK(EVP_DigestSign(md, out + 4, &n, content, 64 + 34 + 32) == 1);
	EVP_MD_CTX_free(md);
	memcpy(out, "\4\3\0", 3);
	out[3] = (uint8_t)n;
	return n + 4;
}

static void
a_proof_cut_or_bent(void **state)
{
	static const char client[] = "TLS 1.3, client CertificateVerify";
	static const char server[] = "TLS 1.3, server CertificateVerify";
	struct s13_world *w = *state;
	uint8_t body[4096], cv[256];
	size_t n = certificate(w, body, sizeof(body)), m;
	struct hs_end e;

	with_auth(w);
	m = 100;
	for (size_t cut = 0; cut <= m + 1; cut++) {
		until_flight(w, &e);
		assert_int_equal(send(&e, 11, body, n), TLS_E_OK);
		m = proof(w, &e, client, cv); /* ECDSA: its length varies */
		cv[m] = 0;
		assert_int_equal(send(&e, 15, cv, cut), cut == m ? TLS_E_OK : TLS_E_DECODE_ERROR);
		assert_int_equal(e.hs->peer != NULL, cut == m);
		hs_end_drop(&e);
	}
	for (size_t at = 0; at < m; at++) {
		enum tls_err err, want = at < 2 ? TLS_E_ILLEGAL_PARAMETER : TLS_E_DECRYPT_ERROR;

		if (at == 2 || at == 3)
			continue;
		until_flight(w, &e);
		assert_int_equal(send(&e, 11, body, n), TLS_E_OK);
		m = proof(w, &e, client, cv);
		if (at >= m) {
			hs_end_drop(&e);
			break;
		}
		cv[at] ^= 0x20;
		err = send(&e, 15, cv, m);
		if (err != want)
			fail_msg("byte %zu: %s", at, tls_err_name(err));
		assert_null(e.hs->peer);
		hs_end_drop(&e);
	}
	/* ours, said back to us */
	until_flight(w, &e);
	assert_int_equal(send(&e, 11, body, n), TLS_E_OK);
	m = proof(w, &e, server, cv);
	assert_int_equal(send(&e, 15, cv, m), TLS_E_DECRYPT_ERROR);
	hs_end_drop(&e);
	/* schemes that are not for TLS 1.3's signatures, or not this key's: 4.4.3, 4.2.3 */
	for (unsigned i = 0; i < 4; i++) {
		static const uint8_t other[][2] = { { 4, 1 }, { 2, 3 }, { 8, 4 }, { 5, 3 } };

		until_flight(w, &e);
		assert_int_equal(send(&e, 11, body, n), TLS_E_OK);
		m = proof(w, &e, client, cv);
		memcpy(cv, other[i], 2);
		assert_int_equal(send(&e, 15, cv, m), TLS_E_ILLEGAL_PARAMETER);
		hs_end_drop(&e);
	}
	/* Finished in its place */
	until_flight(w, &e);
	assert_int_equal(send(&e, 11, body, n), TLS_E_OK);
	assert_int_equal(send(&e, 20, cv, 32), TLS_E_UNEXPECTED_MESSAGE);
	hs_end_drop(&e);
}

/* ---- records ---- */

static void
dummy_change_cipher_specs(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		uint8_t epoch;
		enum tls_err err;
	} cases[] = {
		{ "\1", 1, 0, TLS_E_OK },
		{ "\2", 1, 0, TLS_E_UNEXPECTED_MESSAGE }, /* RFC 8446 5 */
		{ "\1\1", 2, 0, TLS_E_UNEXPECTED_MESSAGE },
		{ "", 0, 0, TLS_E_UNEXPECTED_MESSAGE },
		{ "\1", 1, 1, TLS_E_UNEXPECTED_MESSAGE }, /* encrypted */
	};
	struct s13_world *w = *state;
	uint8_t verify[32];
	struct hs_end e;
	enum tls_err err;
	unsigned n = 0;

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		until_flight(w, &e);
		err = hs_end_record(&e, TLS_CT_CCS, cases[i].epoch, cases[i].bytes, cases[i].n);
		if (err != cases[i].err)
			fail_msg("case %u: %s", i, tls_err_name(err));
		hs_end_drop(&e);
	}
	/* before the first hello, and behind Finished */
	assert_int_equal(hs_end_open(&e, &w->opts), TLS_E_OK);
	assert_int_equal(hs_end_record(&e, TLS_CT_CCS, 0, "\1", 1), TLS_E_UNEXPECTED_MESSAGE);
	hs_end_drop(&e);
	until_flight(w, &e);
	finished_of(&e, verify);
	assert_int_equal(send(&e, 20, verify, 32), TLS_E_OK);
	assert_int_equal(hs_end_record(&e, TLS_CT_CCS, 0, "\1", 1), TLS_E_UNEXPECTED_MESSAGE);
	hs_end_drop(&e);
	/* not for ever */
	until_flight(w, &e);
	do
		err = hs_end_record(&e, TLS_CT_CCS, 0, "\1", 1);
	while (err == TLS_E_OK && ++n < 100);
	assert_int_equal(err, TLS_E_WARNING_FLOOD);
	assert_true(n >= 2);
	hs_end_drop(&e);
}

static void
connected(struct s13_world *w, struct hs_end *e)
{
	uint8_t verify[32];

	until_flight(w, e);
	finished_of(e, verify);
	assert_int_equal(send(e, 20, verify, 32), TLS_E_OK);
	assert_true(e->ready);
	assert_int_equal(e->epoch, 2);
}

static void
what_comes_on_a_connection(void **state)
{
	static const struct {
		uint8_t type;
		const char *body;
		size_t n;
		enum tls_err err;
	} cases[] = {
		{ 24, "\0", 1, TLS_E_OK }, /* KeyUpdate: 4.6.3 */
		{ 24, "\1", 1, TLS_E_OK },
		{ 24, "\2", 1, TLS_E_ILLEGAL_PARAMETER },
		{ 24, "", 0, TLS_E_DECODE_ERROR },
		{ 24, "\0\0", 2, TLS_E_DECODE_ERROR },
		{ 1, "\3\3", 2, TLS_E_UNEXPECTED_MESSAGE }, /* no renegotiation: 4.1.2 */
		{ 4, "", 0, TLS_E_UNEXPECTED_MESSAGE }, /* a ticket for the server */
		{ 5, "", 0, TLS_E_UNEXPECTED_MESSAGE }, /* EndOfEarlyData */
		{ 11, "\0\0\0\0", 4, TLS_E_UNEXPECTED_MESSAGE }, /* not asked for */
		{ 20, "", 0, TLS_E_UNEXPECTED_MESSAGE },
		{ 254, "", 0, TLS_E_UNEXPECTED_MESSAGE },
	};
	struct s13_world *w = *state;
	struct hs_end e;

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum tls_err err;

		connected(w, &e);
		err = send(&e, cases[i].type, cases[i].body, cases[i].n);
		if (err != cases[i].err)
			fail_msg("case %u: %s", i, tls_err_name(err));
		hs_end_drop(&e);
	}
	/* two KeyUpdates in one record: the second is under a key of before, 5.1 */
	connected(w, &e);
	assert_int_equal(hs_end_record(&e, TLS_CT_HANDSHAKE, 2, "\x18\0\0\1\0\x18\0\0\1\0", 10),
		TLS_E_UNEXPECTED_MESSAGE);
	hs_end_drop(&e);
	/* a key of before */
	connected(w, &e);
	assert_int_equal(hs_end_record(&e, TLS_CT_HANDSHAKE, 1, "\x18\0\0\1\0", 5),
		TLS_E_UNEXPECTED_MESSAGE);
	hs_end_drop(&e);
	/* an empty handshake record: 5.1 */
	connected(w, &e);
	assert_int_equal(hs_end_record(&e, TLS_CT_HANDSHAKE, 2, "", 0), TLS_E_UNEXPECTED_MESSAGE);
	hs_end_drop(&e);
}

static void
an_alert_is_an_error_whatever_its_level(void **state)
{
	struct s13_world *w = *state;
	struct hs_end e;

	connected(w, &e);
	assert_int_equal(hs_end_record(&e, TLS_CT_ALERT, 2, "\1\x2a", 2), TLS_E_PEER_ALERT); /* 6 */
	hs_end_drop(&e);
	connected(w, &e);
	/* user_canceled: 6.1 */
	assert_int_equal(hs_end_record(&e, TLS_CT_ALERT, 2, "\1\x5a", 2), TLS_E_OK);
	hs_end_drop(&e);
	connected(w, &e);
	assert_int_equal(hs_end_record(&e, TLS_CT_ALERT, 2, "\2", 1), TLS_E_DECODE_ERROR);
	hs_end_drop(&e);
}

/* The hello and the next message in one record: keys change between them, 5.1. */
static void
nothing_follows_the_hello_in_its_record(void **state)
{
	struct s13_world *w = *state;
	uint8_t rec[8192];
	struct hs_end e;
	size_t n = first_record(rec, sizeof(rec) - 36) - TLS_HDR_LEN;

	memcpy(rec + TLS_HDR_LEN + n, "\x14\0\0\x20", 4);
	assert_int_equal(hs_end_open(&e, &w->opts), TLS_E_OK);
	assert_int_equal(hs_end_record(&e, TLS_CT_HANDSHAKE, 0, rec + TLS_HDR_LEN, n + 36),
		TLS_E_UNEXPECTED_MESSAGE);
	hs_end_drop(&e);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(every_bit_of_finished_counts),
		CASE(a_certificate_cut_or_bent),
		CASE(a_proof_cut_or_bent),
		CASE(dummy_change_cipher_specs),
		CASE(what_comes_on_a_connection),
		CASE(an_alert_is_an_error_whatever_its_level),
		CASE(nothing_follows_the_hello_in_its_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
