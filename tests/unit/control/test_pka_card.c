/*
 * Curves and secrets of a card played by the test: what is sent, what comes back, what stays there.
 */
#include "tests/unit/control/pka_world.h"

/* The same card with P-384, and a key on that curve in its only slot in use. */
static void
attach_wide_card(struct fixture *f)
{
	static const struct pka_card_info card = { .slots = 8, .can = IPC_CARD_P256 | IPC_CARD_P384 | IPC_CARD_X25519 };
	struct cert *certs[] = { &f->p384 };
	struct ipc_pka_done loaded = { .status = IPC_PKA_OK };

	attach_card(f);
	pka_set_keys(f->p, certs, 1);
	pka_card_attached(f->p, &card);
	assert_int_equal(f->p->keys[f->p384.key_index].state, PKA_SLOT_LOADING);
	loaded.id = 1ull << 63 | f->p->keys[f->p384.key_index].slot;
	pka_card_done(f->p, &loaded, NULL);
	assert_int_equal(f->p->keys[f->p384.key_index].state, PKA_SLOT_READY);
}

/* All groups and all three kinds: what is sent has the card's forms, what comes back TLS's. */
static void
key_exchanges_come_from_the_card(void **state)
{
	static const struct {
		uint16_t group;
		uint8_t curve, field, point, prefix, private;
	} rows[] = { { KEX_P256, IPC_CURVE_P256, 32, 64, 1, 32 }, { KEX_P384, IPC_CURVE_P384, 48, 96, 1, 48 },
		{ KEX_X25519, IPC_CURVE_X25519, 32, 32, 0, 64 } };
	uint8_t ours[PKA_OP_MAX_OUT], theirs[PKA_OP_MAX_OUT], in[400], card[200], want[PKA_OP_MAX_OUT], out[PKA_OP_MAX_OUT];
	struct fixture *f = *state;
	size_t n, m;

	attach_wide_card(f);
	for (unsigned i = 0; i < 3; i++) {
		uint32_t field = rows[i].field;
		size_t share = rows[i].prefix + rows[i].point, priv = rows[i].private, pub = 2 + priv;
		struct pka_req req = { .kind = PKA_KEX_KEYGEN, .code = rows[i].group };
		const struct ipc_pka_do *msg;

		assert_int_equal(pka_kex_do_keygen(rows[i].group, ours, &n), 0);
		assert_int_equal(pka_kex_do_keygen(rows[i].group, theirs, &n), 0);
		/* key pair: private | public */
		msg = &f->asked[f->asks];
		assert_int_equal(ask(f, 0, &req, NULL, 0, out, &n), PKA_PENDING);
		assert_true(msg->op == IPC_PKA_EC_KEYGEN && msg->param == rows[i].curve && msg->bytes == 0 && msg->slot == 0);
		memcpy(card, ours + 2, field);
		memcpy(card + field, ours + pub + rows[i].prefix, rows[i].point);
		card_answers(f, f->asks - 1, IPC_PKA_OK, card, field + rows[i].point);
		assert_int_equal(f->answer[f->answers - 1].len, pub + share);
		assert_memory_equal(f->answer[f->answers - 1].bytes, ours, pub + share);
		/* shared secret */
		req.kind = PKA_KEX_DERIVE;
		req.split = rows[i].private;
		memcpy(in, ours + 2, priv);
		memcpy(in + priv, theirs + pub, share);
		assert_int_equal(pka_kex_do_derive(rows[i].group, in, priv, priv + share, want, &m), 0);
		msg = &f->asked[f->asks];
		assert_int_equal(ask(f, 1, &req, in, priv + share, out, &n), PKA_PENDING);
		assert_true(msg->op == IPC_PKA_ECDH && msg->bytes == field + rows[i].point);
		assert_memory_equal(f->data[f->asks - 1], in, field);
		assert_memory_equal(f->data[f->asks - 1] + field, in + priv + rows[i].prefix, rows[i].point);
		card_answers(f, f->asks - 1, IPC_PKA_OK, want, field);
		assert_int_equal(f->answer[f->answers - 1].len, m);
		assert_memory_equal(f->answer[f->answers - 1].bytes, want, m);
		/* both: public | secret */
		req.kind = PKA_KEX_RESPOND;
		msg = &f->asked[f->asks];
		assert_int_equal(ask(f, 2, &req, theirs + pub, share, out, &n), PKA_PENDING);
		assert_true(msg->op == IPC_PKA_ECDH_RESPOND && msg->bytes == rows[i].point);
		memcpy(card, ours + pub + rows[i].prefix, rows[i].point);
		memcpy(card + rows[i].point, want, field);
		card_answers(f, f->asks - 1, IPC_PKA_OK, card, rows[i].point + field);
		assert_int_equal(f->answer[f->answers - 1].len, 2 + share + field);
		assert_memory_equal(f->answer[f->answers - 1].bytes + 2, ours + pub, share);
		assert_memory_equal(f->answer[f->answers - 1].bytes + 2 + share, want, field);
		/* a share that is no point's form is not the card's business, nor what it refuses the last word */
		m = f->answers;
		if (rows[i].group == KEX_P384) { /* which software does in its threads */
			assert_int_equal(ask(f, 3, &req, theirs + pub, share - 1, out, &n), PKA_PENDING);
			wait_for(f, (unsigned)++m);
			n = f->answer[m - 1].len;
		} else {
			assert_int_equal(ask(f, 3, &req, theirs + pub, share - 1, out, &n), PKA_INLINE);
		}
		assert_int_equal(n, 0);
		assert_int_equal(ask(f, 4, &req, theirs + pub, share, out, &n), PKA_PENDING);
		card_answers(f, f->asks - 1, IPC_PKA_REFUSED, NULL, 0);
		wait_for(f, (unsigned)m + 1);
		assert_int_equal(f->answer[m].len, 2 + share + field);
	}
	assert_int_equal(stats(f).kex_card, 9);
	pka_set_curves(f->p, false);
	assert_int_equal(ask(f, 5, &(struct pka_req){ .kind = PKA_KEX_KEYGEN, .code = KEX_P256 }, NULL, 0, out, &n), PKA_INLINE);
	assert_int_equal(stats(f).in_flight, 0);
}

/* With a secret slot named, the message says so, the secret part does not come, and there is no other way. */
static void
what_stays_on_the_card_is_done_nowhere_else(void **state)
{
	static const struct pka_card_info card = { .slots = 8, .secrets = 4,
		.can = IPC_CARD_RSA2048 | IPC_CARD_P256 | IPC_CARD_X25519 | IPC_CARD_SECRETS };
	struct fixture *f = *state;
	uint8_t theirs[PKA_OP_MAX_OUT], out[PKA_OP_MAX_OUT], steps[40] = { 0 };
	struct pka_req req = { .kind = PKA_KEX_KEYGEN, .code = KEX_P256 };
	const struct ipc_pka_do *m = f->asked;
	uint32_t a, b;
	size_t n;

	req.secret_out = 1;
	assert_int_equal(ask(f, 0, &req, NULL, 0, out, &n), PKA_FAILED); /* no card */
	attach_card(f);
	pka_card_attached(f->p, &card);
	pka_card_done(f->p, &(struct ipc_pka_done){ .id = 1ull << 63 | f->p->keys[f->rsa.key_index].slot }, NULL);
	a = pka_secret_new(f->p);
	b = pka_secret_new(f->p);
	assert_true(a != 0 && b != 0 && (a & 0xffff) != (b & 0xffff) && stats(f).secret_slots == 2);
	assert_int_equal(pka_secret_next(f->p, a) & 0xffff, a & 0xffff);
	assert_int_equal(pka_secret_next(f->p, a), 0); /* of before */
	assert_int_equal(pka_kex_do_keygen(KEX_P256, theirs, &n), 0);
	req.secret_out = b;
	assert_int_equal(ask(f, 1, &req, NULL, 0, out, &n), PKA_PENDING);
	assert_true(m->op == IPC_PKA_EC_KEYGEN && m->secret_out == b && m->bytes == 0);
	card_answers(f, 0, IPC_PKA_OK, theirs + 35, 64);
	assert_int_equal(f->answer[0].len, 65);
	assert_memory_equal(f->answer[0].bytes, theirs + 34, 65);
	req = (struct pka_req){ .kind = PKA_KEX_DERIVE, .code = KEX_P256, .secret_in = b, .secret_out = a };
	assert_int_equal(ask(f, 2, &req, theirs + 34, 65, out, &n), PKA_PENDING);
	m = &f->asked[1];
	assert_true(m->op == IPC_PKA_ECDH && m->secret_in == b && m->secret_out == a && m->bytes == 64);
	card_answers(f, 1, IPC_PKA_OK, NULL, 0);
	assert_true(f->answer[1].len == 1 && f->answer[1].bytes[0] == 1);
	assert_int_equal(ask(f, 3, &req, theirs + 34, 65, out, &n), PKA_PENDING);
	card_answers(f, 2, IPC_PKA_REFUSED, NULL, 0); /* not a point */
	assert_true(!f->answer[2].failed && f->answer[2].len == 0);
	assert_int_equal(ask(f, 4, &req, theirs + 34, 65, out, &n), PKA_PENDING);
	card_answers(f, 3, IPC_PKA_UNAVAILABLE, NULL, 0);
	assert_true(f->answer[3].failed);
	/* no share at all: the card is not asked, and the peer's mistake is not ours */
	for (unsigned i = 0; i < 3; i++) {
		uint8_t bad[66] = { i == 1 ? 2 : 4 };

		n = 9;
		assert_int_equal(ask(f, 9, &req, bad, 64 + i, out, &n), PKA_INLINE);
		assert_int_equal(n, 0);
		n = 9;
		req.kind = PKA_KEX_RESPOND;
		assert_int_equal(ask(f, 9, &req, bad, i == 0 ? 0 : 64 + i, out, &n), PKA_INLINE);
		assert_int_equal(n, 0);
		req.kind = PKA_KEX_DERIVE;
	}
	assert_int_equal(f->asks, 4);
	req = (struct pka_req){ .kind = PKA_RSA_PREMASTER, .code = 0x303, .cert = &f->rsa, .secret_out = a };
	assert_int_equal(ask(f, 5, &req, theirs, 256, out, &n), PKA_PENDING);
	assert_int_equal(f->asked[4].secret_out, a);
	card_answers(f, 4, IPC_PKA_OK, NULL, 0);
	assert_true(f->answer[4].len == 1 && f->answer[4].bytes[0] == 1);
	req = (struct pka_req){ .kind = PKA_SECRETS, .out_len = 12 };
	assert_int_equal(ask(f, 6, &req, steps, sizeof(steps), out, &n), PKA_PENDING);
	assert_int_equal(f->asked[5].op, IPC_PKA_KDF);
	wait_for(f, 6); /* a silent card: no other place */
	assert_true(f->answer[5].failed);
	assert_int_equal(stats(f).kex + stats(f).rsa_soft, 0);
	assert_int_equal(ask(f, 7, &req, steps, sizeof(steps), out, &n), PKA_PENDING);
	card_answers(f, 6, IPC_PKA_REFUSED, NULL, 0); /* another card's secret */
	assert_true(!f->answer[6].failed && f->answer[6].len == 0);
	/* all slots, and back again */
	while (pka_secret_new(f->p) != 0)
		;
	assert_int_equal(stats(f).secret_slots, 4);
	pka_secret_free(f->p, 3, &b, 1);
	pka_secret_free(f->p, 3, &b, 1); /* is nobody's now */
	assert_int_equal(stats(f).secret_slots, 3);
	assert_int_equal(f->asked[7].op, IPC_PKA_KDF);
	a = pka_secret_new(f->p);
	assert_true((a & 0xffff) == (b & 0xffff) && a != b);
	pka_card_detached(f->p);
	assert_int_equal(pka_secret_new(f->p), 0);
}

/* r | s of a libcrypto signature with the key over what the card was given */
static void
card_signs_ec(struct fixture *f, const struct cert *cert, unsigned i, uint8_t rs[96])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(cert->key, NULL);
	int field = EVP_PKEY_get_bits(cert->key) / 8;
	const unsigned char *p;
	uint8_t der[120];
	size_t n = sizeof(der);
	ECDSA_SIG *sig;

	assert_int_equal(f->asked[i].op, IPC_PKA_ECDSA_SIGN);
	assert_int_equal(f->asked[i].param, field == 48 ? IPC_CURVE_P384 : IPC_CURVE_P256);
	assert_int_equal(f->asked[i].slot, f->p->keys[cert->key_index].slot);
	assert_int_equal(EVP_PKEY_sign_init(ctx), 1);
	assert_int_equal(EVP_PKEY_sign(ctx, der, &n, f->data[i], f->asked[i].bytes), 1);
	p = der;
	sig = d2i_ECDSA_SIG(NULL, &p, (long)n);
	assert_non_null(sig);
	BN_bn2binpad(ECDSA_SIG_get0_r(sig), rs, field);
	BN_bn2binpad(ECDSA_SIG_get0_s(sig), rs + field, field);
	ECDSA_SIG_free(sig);
	EVP_PKEY_CTX_free(ctx);
}

static void
signs_with(struct fixture *f, const struct cert *cert, size_t len)
{
	static const struct {
		uint16_t scheme, digest;
	} rows[] = { { SIG_ECDSA_P256_SHA256, 32 }, { SIG_ECDSA_P384_SHA384, 48 }, { SIG_ECDSA_SHA1_RAW, 20 } };
	uint8_t msg[20] = { 5 }, out[PKA_OP_MAX_OUT], rs[96];
	size_t n;

	for (unsigned k = 0; k < 60; k++) { /* numbers of every length come by */
		struct pka_req req = { .kind = PKA_SIGN, .code = rows[k % 3].scheme, .cert = cert };

		msg[1] = (uint8_t)k;
		assert_int_equal(ask(f, k, &req, msg, sizeof(msg), out, &n), PKA_PENDING);
		assert_int_equal(f->asked[k].bytes, rows[k % 3].digest);
		card_signs_ec(f, cert, k, rs);
		card_answers(f, k, IPC_PKA_OK, rs, len);
		assert_int_equal(verifies(cert->key, rows[k % 3].scheme, &f->answer[k], msg, sizeof(msg)), 1);
	}
	assert_int_equal(stats(f).sign_card, 60);
}

static void
the_card_signs_on_p256(void **state)
{
	struct fixture *f = *state;

	attach_card(f);
	signs_with(f, &f->p256, 64);
}

static void
the_card_signs_on_p384(void **state)
{
	struct fixture *f = *state;

	attach_wide_card(f);
	signs_with(f, &f->p384, 96);
	/* a card without that curve gets no such key */
	pka_card_attached(f->p, &(struct pka_card_info){ .slots = 8, .can = IPC_CARD_P256 });
	assert_int_equal(f->p->keys[f->p384.key_index].state, PKA_SLOT_EMPTY);
}

/* r or s zero, or at the order and beyond: done again in software */
static void
numbers_out_of_range(struct fixture *f, const struct cert *cert, uint16_t scheme, size_t field)
{
	struct pka_req req = { .kind = PKA_SIGN, .code = scheme, .cert = cert };
	uint8_t msg[20] = { 5 }, out[PKA_OP_MAX_OUT], rs[96];
	size_t n;

	for (unsigned k = 0; k < 4; k++) {
		assert_int_equal(ask(f, k, &req, msg, sizeof(msg), out, &n), PKA_PENDING);
		card_signs_ec(f, cert, k, rs);
		memset(rs + k / 2 * field, k % 2 == 0 ? 0 : 0xff, field);
		card_answers(f, k, IPC_PKA_OK, rs, 2 * field);
	}
	wait_for(f, 4);
	for (unsigned k = 0; k < 4; k++)
		assert_int_equal(verifies(cert->key, scheme, &f->answer[k], msg, sizeof(msg)), 1);
	assert_int_equal(stats(f).card_faults, 4);
	assert_int_equal(stats(f).sign_card, 0);
}

static void
numbers_that_no_signature_on_p384_has_never_leave(void **state)
{
	struct fixture *f = *state;

	attach_wide_card(f);
	numbers_out_of_range(f, &f->p384, SIG_ECDSA_P384_SHA384, 48);
}

static void
numbers_that_no_signature_has_never_leave(void **state)
{
	struct fixture *f = *state;

	attach_card(f);
	numbers_out_of_range(f, &f->p256, SIG_ECDSA_P256_SHA256, 32);
}

/* The message itself goes to the card, as long as it takes; S of another range, and what the card does not take, is software's. */
static void
the_card_signs_with_ed25519(void **state)
{
	static const struct pka_card_info card = { .slots = 8, .can = IPC_CARD_ED25519 };
	struct cert ed = { .key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519") }, *certs[] = { &ed };
	struct pka_req req = { .kind = PKA_SIGN, .code = SIG_ED25519, .cert = &ed };
	uint8_t msg[IPC_PKA_MAX_EDDSA + 1] = { 5 }, out[PKA_OP_MAX_OUT], sig[64];
	const size_t lens[] = { 0, 146, IPC_PKA_MAX_EDDSA };
	struct fixture *f = *state;
	struct ipc_pka_done loaded;
	size_t n;

	attach_card(f);
	pka_set_keys(f->p, certs, 1);
	pka_card_attached(f->p, &card);
	assert_int_equal(f->p->keys[ed.key_index].state, PKA_SLOT_LOADING);
	loaded = (struct ipc_pka_done){ .id = 1ull << 63 | f->p->keys[ed.key_index].slot, .status = IPC_PKA_OK };
	pka_card_done(f->p, &loaded, NULL);
	for (unsigned k = 0; k < 3; k++) {
		assert_int_equal(ask(f, k, &req, msg, lens[k], out, &n), PKA_PENDING);
		assert_int_equal(f->asked[k].op, IPC_PKA_EDDSA_SIGN);
		assert_int_equal(f->asked[k].slot, f->p->keys[ed.key_index].slot);
		assert_int_equal(f->asked[k].bytes, lens[k]);
		assert_memory_equal(f->data[k], msg, lens[k]);
		assert_int_equal(pka_sig_sign(pka_scheme_find(SIG_ED25519), ed.key, msg, lens[k], sig, &n), 0);
		card_answers(f, k, IPC_PKA_OK, sig, 64);
		assert_int_equal(f->answer[k].len, 64);
		assert_memory_equal(f->answer[k].bytes, sig, 64);
	}
	assert_int_equal(stats(f).sign_card, 3);
	/* S at the order and beyond */
	for (unsigned k = 3; k < 5; k++) {
		static const uint8_t order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde,
			0xf9, 0xde, 0x14, [31] = 0x10 };

		assert_int_equal(ask(f, k, &req, msg, 20, out, &n), PKA_PENDING);
		assert_int_equal(pka_sig_sign(pka_scheme_find(SIG_ED25519), ed.key, msg, 20, sig, &n), 0);
		memcpy(sig + 32, order, 32);
		sig[33] += (uint8_t)(k - 3);
		card_answers(f, k, IPC_PKA_OK, sig, 64);
	}
	wait_for(f, 5);
	for (unsigned k = 3; k < 5; k++)
		assert_int_equal(verifies(ed.key, SIG_ED25519, &f->answer[k], msg, 20), 1);
	assert_int_equal(stats(f).card_faults, 2);
	assert_int_equal(ask(f, 5, &req, msg, sizeof(msg), out, &n), PKA_INLINE); /* longer than the card takes */
	assert_int_equal(n, 64);
	assert_int_equal(ask(f, 6, &req, msg, 20, out, &n), PKA_PENDING);
	card_answers(f, 5, IPC_PKA_UNAVAILABLE, NULL, 0);
	wait_for(f, 6);
	assert_int_equal(verifies(ed.key, SIG_ED25519, &f->answer[5], msg, 20), 1);
	pka_set_curves(f->p, false);
	assert_int_equal(ask(f, 7, &req, msg, 20, out, &n), PKA_INLINE);
	assert_int_equal(f->asks, 6);
	pka_set_curves(f->p, true);
	/* a card that does P-256 alone gets no such key */
	pka_card_attached(f->p, &(struct pka_card_info){ .slots = 8, .can = IPC_CARD_P256 });
	assert_int_equal(f->p->keys[ed.key_index].state, PKA_SLOT_EMPTY);
	assert_int_equal(ask(f, 8, &req, msg, 20, out, &n), PKA_INLINE);
	pka_set_keys(f->p, certs, 0);
	EVP_PKEY_free(ed.key);
}

/* A connection outlives a reset of the card: what it gives back then is not another's, nor spare twice. */
static void
handles_of_before_a_reset_are_nobodys(void **state)
{
	static const struct pka_card_info card = { .slots = 8, .secrets = 4, .can = IPC_CARD_SECRETS };
	struct fixture *f = *state;
	uint32_t old[4], now;

	attach_card(f);
	pka_card_attached(f->p, &card);
	for (unsigned i = 0; i < 4; i++) /* generations 1, 2, 3 and 4, if all began alike */
		for (unsigned k = (old[i] = pka_secret_new(f->p), 0); k < i; k++)
			old[i] = pka_secret_next(f->p, old[i]);
	pka_card_attached(f->p, &card);
	now = pka_secret_new(f->p);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_not_equal(now, old[i]);
		assert_int_equal(pka_secret_next(f->p, old[i]), 0);
	}
	pka_secret_free(f->p, 0, &now, 1); /* its generation moves on */
	now = pka_secret_new(f->p);
	pka_secret_free(f->p, 0, old, 4);
	assert_int_equal(stats(f).secret_slots, 1);
	for (unsigned i = 0; i < 3; i++)
		assert_true(pka_secret_new(f->p) != 0);
	assert_int_equal(pka_secret_new(f->p), 0);
	pka_card_detached(f->p);
	pka_card_attached(f->p, &card);
	assert_int_equal(pka_secret_next(f->p, now), 0);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(key_exchanges_come_from_the_card),
		T(what_stays_on_the_card_is_done_nowhere_else),
		T(the_card_signs_on_p256),
		T(the_card_signs_on_p384),
		T(numbers_that_no_signature_on_p384_has_never_leave),
		T(numbers_that_no_signature_has_never_leave),
		T(the_card_signs_with_ed25519),
		T(handles_of_before_a_reset_are_nobodys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
