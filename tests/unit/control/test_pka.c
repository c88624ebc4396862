/*
 * pka_do() on a real loop with a card played by the test: what goes where, what comes back, and
 * everything that a card, a thread or a connection can do wrong.
 */
#include "tests/unit/control/pka_world.h"

/* ---- places ---- */

static void
cheap_ones_are_answered_at_once_and_slow_ones_later(void **state)
{
	struct fixture *f = *state;
	struct peer peer = { .key = f->rsa.key };
	const struct {
		struct pka_req req;
		size_t len;
		int rc;
	} rows[] = {
		{ { .kind = PKA_KEX_KEYGEN, .code = KEX_X25519 }, 0, PKA_INLINE },
		{ { .kind = PKA_KEX_KEYGEN, .code = KEX_P256 }, 0, PKA_INLINE },
		{ { .kind = PKA_KEX_KEYGEN, .code = KEX_X25519MLKEM768 }, 0, PKA_INLINE },
		{ { .kind = PKA_KEX_KEYGEN, .code = KEX_P384 }, 0, PKA_PENDING },
		{ { .kind = PKA_KEX_KEYGEN, .code = KEX_FFDHE2048 }, 0, PKA_PENDING },
		{ { .kind = PKA_KEX_KEYGEN, .code = KEX_FFDHE3072 }, 0, PKA_PENDING },
		{ { .kind = PKA_KEX_RESPOND, .code = KEX_GROUP_EXPLICIT }, 9, PKA_PENDING },
		{ { .kind = PKA_SIGN, .code = SIG_ECDSA_P256_SHA256, .cert = &f->p256 }, 20, PKA_INLINE },
		{ { .kind = PKA_SIGN, .code = SIG_ECDSA_P384_SHA384, .cert = &f->p384 }, 20, PKA_PENDING },
		{ { .kind = PKA_SIGN, .code = SIG_RSA_PSS_RSAE_SHA256, .cert = &f->rsa }, 20, PKA_PENDING },
		{ { .kind = PKA_RSA_PREMASTER, .code = 0x303, .cert = &f->rsa }, 256, PKA_PENDING },
		{ { .kind = PKA_RSA_ENCRYPT, .peer = &peer }, 48, PKA_INLINE },
		{ { .kind = PKA_VERIFY, .code = SIG_RSA_PKCS1_SHA256, .split = 256, .peer = &peer }, 280, PKA_INLINE },
		{ { .kind = PKA_PRF, .code = HS_PRF_SHA384, .split = 48, .out_len = 48 }, 90, PKA_INLINE },
	};
	uint8_t in[300] = { 1 }, out[PKA_OP_MAX_OUT];
	unsigned pending = 0;
	size_t n;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(ask(f, i, &rows[i].req, in, rows[i].len, out, &n), rows[i].rc);
		pending += rows[i].rc == PKA_PENDING;
	}
	assert_int_equal(f->answers, 0); /* never from within the call */
	wait_for(f, pending);
	for (unsigned i = 0; i < pending; i++) {
		assert_false(f->answer[i].failed);
		assert_true(f->answer[i].who.worker == 3 && f->answer[i].who.attachment == 9 && f->answer[i].who.conn == 77);
		assert_int_equal(rows[f->answer[i].who.tag].rc, PKA_PENDING);
		if (rows[f->answer[i].who.tag].req.code == KEX_GROUP_EXPLICIT)
			assert_int_equal(f->answer[i].len, 0); /* not a group: an empty result, not a failure */
		else
			assert_true(f->answer[i].len >= 32);
	}
	assert_int_equal(stats(f).in_flight, 0);
	assert_int_equal(stats(f).room, 0);
}

/* A peer's key with a large exponent or modulus may not hold the loop. */
static void
dear_keys_of_peers_go_to_the_pool(void **state)
{
	struct fixture *f = *state;
	BIGNUM *e = BN_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, NULL);
	struct peer peer = { .key = NULL };
	struct pka_req req = { .kind = PKA_RSA_ENCRYPT, .peer = &peer };
	uint8_t pms[48] = { 3 }, out[PKA_OP_MAX_OUT];
	size_t n;

	assert_int_equal(BN_set_bit(e, 40), 1);
	assert_int_equal(BN_set_bit(e, 0), 1);
	assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 2048), 1);
	assert_int_equal(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(ctx, e), 1);
	assert_int_equal(EVP_PKEY_keygen(ctx, &peer.key), 1);
	assert_int_equal(ask(f, 1, &req, pms, 48, out, &n), PKA_PENDING);
	/* the certificate may go at any time: the job has a reference of its own */
	EVP_PKEY_free(peer.key);
	peer.key = NULL;
	wait_for(f, 1);
	assert_int_equal(f->answer[0].len, 256);
	EVP_PKEY_CTX_free(ctx);
	BN_free(e);
}

static void
what_cannot_be_done_is_said_at_once(void **state)
{
	struct fixture *f = *state;
	struct peer nobody = { .key = NULL };
	struct pka_req reqs[] = {
		{ .kind = PKA_SIGN, .code = SIG_ED25519 },
		{ .kind = PKA_VERIFY, .code = SIG_ED25519, .peer = &nobody },
		{ .kind = PKA_SIGN, .code = SIG_RSA_PKCS1_SHA256, .cert = &f->p256 },
		{ .kind = PKA_KEX_KEYGEN, .code = KEX_X25519 },
	};
	uint8_t *big = calloc(1, PKA_OP_MAX_IN + 1), out[PKA_OP_MAX_OUT];
	size_t n;

	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(ask(f, i, &reqs[i], big, i == 3 ? PKA_OP_MAX_IN + 1 : 30, out, &n), PKA_FAILED);
	assert_int_equal(stats(f).failed, 4);
	/* what only the pool finds out comes as a failed answer */
	reqs[0] = (struct pka_req){ .kind = PKA_SIGN, .code = SIG_ECDSA_P256_SHA256, .cert = &f->rsa };
	assert_int_equal(ask(f, 5, &reqs[0], big, 30, out, &n), PKA_PENDING);
	wait_for(f, 1);
	assert_true(f->answer[0].failed);
	free(big);
}

static void
many_at_once_each_get_their_own(void **state)
{
	struct fixture *f = *state;
	struct pka_req req = { .kind = PKA_SIGN, .code = SIG_RSA_PKCS1_SHA256, .cert = &f->rsa };
	uint8_t msg[8], out[PKA_OP_MAX_OUT];
	size_t n;

	for (uint32_t i = 0; i < 300; i++) {
		memset(msg, 0, sizeof(msg));
		memcpy(msg, &i, sizeof(i));
		assert_int_equal(ask(f, i, &req, msg, sizeof(msg), out, &n), PKA_PENDING);
	}
	assert_int_equal(stats(f).in_flight, 300);
	wait_for(f, 300);
	for (unsigned i = 0; i < 300; i++) {
		memset(msg, 0, sizeof(msg));
		memcpy(msg, &f->answer[i].who.tag, 4);
		assert_int_equal(verifies(f->rsa.key, SIG_RSA_PKCS1_SHA256, &f->answer[i], msg, sizeof(msg)), 1);
	}
	assert_int_equal(stats(f).room, 0);
	assert_int_equal(stats(f).sign_soft, 300);
}

/* ---- the card ---- */

/* What the card does: the private key, applied to what it was given. */
static void
card_signs(struct fixture *f, unsigned i, uint8_t sig[256])
{
	assert_int_equal(f->asked[i].op, IPC_PKA_RSA_PRIVATE);
	assert_int_equal(f->asked[i].bytes, 256);
	assert_int_equal(pka_rsa_private(f->rsa.key, f->data[i], 256, sig), 0);
}

static void
the_card_signs_what_we_encoded(void **state)
{
	struct fixture *f = *state;
	static const uint16_t schemes[] = { SIG_RSA_PKCS1_SHA256, SIG_RSA_PSS_RSAE_SHA256, SIG_RSA_PSS_RSAE_SHA512, SIG_RSA_MD5_SHA1_RAW };
	uint8_t msg[36] = { 5 }, out[PKA_OP_MAX_OUT], sig[256];
	size_t n;

	attach_card(f);
	for (unsigned i = 0; i < 4; i++) {
		struct pka_req req = { .kind = PKA_SIGN, .code = schemes[i], .cert = &f->rsa };

		assert_int_equal(ask(f, i, &req, msg, sizeof(msg), out, &n), PKA_PENDING);
		assert_int_equal(f->asks, i + 1);
		card_signs(f, i, sig);
		card_answers(f, i, IPC_PKA_OK, sig, 256);
		assert_int_equal(f->answers, i + 1);
		assert_int_equal(verifies(f->rsa.key, schemes[i], &f->answer[i], msg, sizeof(msg)), 1);
	}
	assert_int_equal(stats(f).sign_card, 4);
	assert_int_equal(stats(f).sign_soft, 0);
}

static void
a_faulty_signature_of_the_card_never_leaves(void **state)
{
	struct fixture *f = *state;
	struct pka_req req = { .kind = PKA_SIGN, .code = SIG_RSA_PSS_RSAE_SHA256, .cert = &f->rsa };
	uint8_t msg[30] = { 5 }, out[PKA_OP_MAX_OUT], sig[256];
	size_t n;

	attach_card(f);
	for (unsigned bit = 0; bit < 2048; bit += 401) {
		unsigned i = f->asks;

		f->answers = 0;
		assert_int_equal(ask(f, 1, &req, msg, sizeof(msg), out, &n), PKA_PENDING);
		card_signs(f, i, sig);
		sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
		card_answers(f, i, IPC_PKA_OK, sig, 256);
		assert_int_equal(f->answers, 0);
		wait_for(f, 1);
		assert_memory_not_equal(f->answer[0].bytes, sig, 256);
		assert_int_equal(verifies(f->rsa.key, SIG_RSA_PSS_RSAE_SHA256, &f->answer[0], msg, sizeof(msg)), 1);
	}
	assert_int_equal(stats(f).card_faults, 6);
	assert_int_equal(stats(f).sign_soft, 6);
}

static void
whatever_the_card_does_not_do_is_done_in_software(void **state)
{
	struct fixture *f = *state;
	static const uint32_t status[] = { IPC_PKA_UNAVAILABLE, IPC_PKA_REFUSED, IPC_PKA_BUSY, IPC_PKA_OK };
	struct pka_req req = { .kind = PKA_SIGN, .code = SIG_RSA_PKCS1_SHA256, .cert = &f->rsa };
	uint8_t msg[30] = { 5 }, out[PKA_OP_MAX_OUT];
	size_t n;

	attach_card(f);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(ask(f, i, &req, msg, sizeof(msg), out, &n), PKA_PENDING);
		card_answers(f, i, status[i], msg, i == 3 ? 10 : 0); /* the last: a result of a wrong length */
		card_answers(f, i, IPC_PKA_OK, msg, 0); /* and once more: nobody's by now */
	}
	f->refuse_sends = 1; /* the ring is full */
	assert_int_equal(ask(f, 4, &req, msg, sizeof(msg), out, &n), PKA_PENDING);
	req.cert = &f->rsa3072; /* not for this card */
	assert_int_equal(ask(f, 5, &req, msg, sizeof(msg), out, &n), PKA_PENDING);
	wait_for(f, 6);
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(verifies(f->answer[i].who.tag == 5 ? f->rsa3072.key : f->rsa.key, SIG_RSA_PKCS1_SHA256,
					 &f->answer[i], msg, sizeof(msg)), 1);
	assert_int_equal(stats(f).card_busy, 1);
	assert_int_equal(stats(f).card_refused, 3);
	assert_int_equal(stats(f).in_flight, 0);
}

static void
a_silent_card_is_given_up_after_its_time(void **state)
{
	struct fixture *f = *state;
	struct pka_req sign = { .kind = PKA_SIGN, .code = SIG_RSA_PKCS1_SHA256, .cert = &f->rsa };
	struct pka_req prf = { .kind = PKA_PRF, .code = HS_PRF_SHA256, .split = 48, .out_len = 48 };
	uint8_t in[90] = { 5 }, out[PKA_OP_MAX_OUT], sig[256], want[48];
	size_t n;

	attach_card(f);
	uv_update_time(&f->loop);
	assert_int_equal(ask(f, 0, &sign, in, 30, out, &n), PKA_PENDING);
	assert_int_equal(ask(f, 1, &prf, in, 90, out, &n), PKA_PENDING);
	assert_int_equal(f->asked[1].op, IPC_PKA_TLS_PRF);
	wait_for(f, 2);
	assert_int_equal(stats(f).card_timeouts, 2);
	hs_prf_run(HS_PRF_SHA256, in, 48, in + 48, 42, want, 48);
	for (unsigned i = 0; i < 2; i++)
		if (f->answer[i].who.tag == 1)
			assert_memory_equal(f->answer[i].bytes, want, 48);
		else
			assert_int_equal(verifies(f->rsa.key, SIG_RSA_PKCS1_SHA256, &f->answer[i], in, 30), 1);
	card_signs(f, 0, sig); /* the answer that comes after all */
	card_answers(f, 0, IPC_PKA_OK, sig, 256);
	assert_int_equal(f->answers, 2);
}

static void
premaster_and_prf_come_from_the_card(void **state)
{
	struct fixture *f = *state;
	struct pka_req dec = { .kind = PKA_RSA_PREMASTER, .code = 0x0301, .cert = &f->rsa };
	struct pka_req prf = { .kind = PKA_PRF, .code = HS_PRF_SHA256, .split = 48, .out_len = 48 };
	uint8_t in[256] = { 0 }, out[PKA_OP_MAX_OUT], secret[48] = { 3, 1, 4 };
	size_t n;

	attach_card(f);
	assert_int_equal(ask(f, 0, &dec, in, 256, out, &n), PKA_PENDING);
	assert_int_equal(f->asked[0].op, IPC_PKA_RSA_PMS_DECRYPT);
	assert_int_equal(f->asked[0].param, 0x0301);
	card_answers(f, 0, IPC_PKA_OK, secret, 48);
	assert_memory_equal(f->answer[0].bytes, secret, 48);
	assert_int_equal(ask(f, 1, &prf, in, 100, out, &n), PKA_PENDING);
	assert_int_equal(f->asked[1].param, 48);
	assert_int_equal(f->asked[1].param2, 48);
	card_answers(f, 1, IPC_PKA_OK, secret, 48);
	assert_memory_equal(f->answer[1].bytes, secret, 48);
	/* another hash, a longer seed than the card takes, more output: in place */
	prf.code = HS_PRF_SHA384;
	assert_int_equal(ask(f, 2, &prf, in, 100, out, &n), PKA_INLINE);
	prf.code = HS_PRF_SHA256;
	prf.out_len = PKA_CARD_MAX_RESULT + 1;
	assert_int_equal(ask(f, 3, &prf, in, 100, out, &n), PKA_INLINE);
	assert_int_equal(n, PKA_CARD_MAX_RESULT + 1);
	prf.out_len = 48;
	f->refuse_sends = 1;
	assert_int_equal(ask(f, 4, &prf, in, 100, out, &n), PKA_INLINE);
	assert_int_equal(f->asks, 2);
	assert_int_equal(stats(f).in_flight, 0);
}

static void
nothing_comes_for_what_the_card_had_when_it_went(void **state)
{
	struct fixture *f = *state;
	struct pka_req req = { .kind = PKA_SIGN, .code = SIG_RSA_PKCS1_SHA256, .cert = &f->rsa };
	uint8_t msg[30] = { 5 }, out[PKA_OP_MAX_OUT], sig[256];
	size_t n;

	attach_card(f);
	assert_int_equal(ask(f, 0, &req, msg, sizeof(msg), out, &n), PKA_PENDING);
	pka_card_detached(f->p);
	card_signs(f, 0, sig);
	card_answers(f, 0, IPC_PKA_OK, sig, 256);
	assert_int_equal(f->answers, 0);
	assert_int_equal(stats(f).in_flight, 0);
	assert_int_equal(stats(f).room, 0);
	/* and the next one is done without */
	assert_int_equal(ask(f, 1, &req, msg, sizeof(msg), out, &n), PKA_PENDING);
	wait_for(f, 1);
	assert_int_equal(f->answer[0].who.tag, 1);
}

/* ---- faults and bounds ---- */

static void
faults_of_tests_do_what_they_say(void **state)
{
	struct fixture *f = *state;
	struct pka_req req = { .kind = PKA_KEX_KEYGEN, .code = KEX_X25519 };
	uint8_t out[PKA_OP_MAX_OUT];
	size_t n;

	f->fault = PKA_FAULT_REFUSE;
	assert_int_equal(ask(f, 0, &req, NULL, 0, out, &n), PKA_FAILED);
	f->fault = PKA_FAULT_FAIL;
	assert_int_equal(ask(f, 1, &req, NULL, 0, out, &n), PKA_PENDING);
	wait_for(f, 1);
	assert_true(f->answer[0].failed);
	f->fault = PKA_FAULT_STALL;
	assert_int_equal(ask(f, 2, &req, NULL, 0, out, &n), PKA_PENDING);
	f->fault = PKA_FAULT_NONE;
	/* a stuck one holds nobody up, and holds its room until the end: teardown shows that it is freed */
	assert_int_equal(ask(f, 3, &req, NULL, 0, out, &n), PKA_INLINE);
	req.code = KEX_P384;
	assert_int_equal(ask(f, 4, &req, NULL, 0, out, &n), PKA_PENDING);
	wait_for(f, 2);
	assert_int_equal(f->answer[1].who.tag, 4);
	assert_int_equal(stats(f).in_flight, 1);
}

static void
stuck_operations_are_bounded_in_memory(void **state)
{
	struct fixture *f = *state;
	struct pka_req req = { .kind = PKA_KEX_RESPOND, .code = KEX_GROUP_EXPLICIT };
	uint8_t *in = calloc(1, PKA_OP_MAX_IN), out[PKA_OP_MAX_OUT];
	unsigned taken = 0;
	size_t n;

	f->fault = PKA_FAULT_STALL;
	while (ask(f, taken, &req, in, PKA_OP_MAX_IN, out, &n) == PKA_PENDING)
		taken++;
	assert_int_equal(taken, PKA_MAX_ROOM / (PKA_OP_MAX_IN + PKA_OP_MAX_OUT));
	assert_true(stats(f).room <= PKA_MAX_ROOM);
	f->fault = PKA_FAULT_NONE;
	/* what is done in place still is */
	req = (struct pka_req){ .kind = PKA_KEX_KEYGEN, .code = KEX_X25519 };
	assert_int_equal(ask(f, 0, &req, NULL, 0, out, &n), PKA_INLINE);
	req = (struct pka_req){ .kind = PKA_KEX_RESPOND, .code = KEX_GROUP_EXPLICIT };
	assert_int_equal(ask(f, 0, &req, in, PKA_OP_MAX_IN, out, &n), PKA_FAILED);
	assert_int_equal(stats(f).refused, 1);
	free(in);
}

/* Closing with work on threads: nothing is told, nothing leaks (ASan). */
static void
closing_drops_what_is_under_way(void **state)
{
	struct fixture *f = *state;
	struct pka_req req = { .kind = PKA_SIGN, .code = SIG_ECDSA_P384_SHA384, .cert = &f->p384 };
	uint8_t msg[20] = { 1 }, out[PKA_OP_MAX_OUT];
	size_t n;

	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(ask(f, i, &req, msg, sizeof(msg), out, &n), PKA_PENDING);
	pka_close(f->p);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	assert_int_equal(f->answers, 0);
	pka_free(f->p);
	f->p = NULL;
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(cheap_ones_are_answered_at_once_and_slow_ones_later),
		T(dear_keys_of_peers_go_to_the_pool),
		T(what_cannot_be_done_is_said_at_once),
		T(many_at_once_each_get_their_own),
		T(the_card_signs_what_we_encoded),
		T(a_faulty_signature_of_the_card_never_leaves),
		T(whatever_the_card_does_not_do_is_done_in_software),
		T(a_silent_card_is_given_up_after_its_time),
		T(premaster_and_prf_come_from_the_card),
		T(nothing_comes_for_what_the_card_had_when_it_went),
		T(faults_of_tests_do_what_they_say),
		T(stuck_operations_are_bounded_in_memory),
		T(closing_drops_what_is_under_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
