/*
 * pka_do() on a real loop with a card played by the test: what goes where, what comes back, and
 * everything that a card, a thread or a connection can do wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/ec.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include "control/cert/peer.h"
#include "control/handshake/hs_digest.h"
#include "control/pka/pka_int.h"
#include "control/pka/pka_kex.h"

#define TIMEOUT_MS 40

struct answer {
	struct pka_owner who;
	bool failed;
	size_t len;
	uint8_t bytes[PKA_OP_MAX_OUT];
};

struct fixture {
	uv_loop_t loop;
	struct log log;
	struct pka *p;
	struct cert rsa, rsa3072, p256, p384;
	struct answer answer[600];
	unsigned answers;
	struct ipc_pka_do asked[64]; /* of the card */
	uint8_t data[64][1024];
	unsigned asks, refuse_sends;
	enum pka_fault fault;
};

static void
done(void *ctx, const struct pka_owner *who, const uint8_t *result, size_t len)
{
	struct fixture *f = ctx;
	struct answer *a = &f->answer[f->answers++];

	a->who = *who;
	a->failed = result == NULL;
	a->len = len;
	if (result != NULL)
		memcpy(a->bytes, result, len);
}

/* The card: key loads are answered at once, operations kept for the test. */
static int
to_card(void *ctx, uint32_t worker, uint16_t type, const void *body, size_t body_len, const void *data,
	size_t data_len)
{
	struct fixture *f = ctx;

	if (type != IPC_PKA_DO)
		return 0;
	if (f->refuse_sends != 0) {
		f->refuse_sends--;
		return -1;
	}
	assert_true(f->asks < 64 && data_len <= sizeof(f->data[0]));
	memcpy(&f->asked[f->asks], body, sizeof(struct ipc_pka_do));
	assert_int_equal(f->asked[f->asks].bytes, data_len);
	memcpy(f->data[f->asks++], data, data_len);
	return 0;
}

static enum pka_fault
fault(void *ctx, const struct pka_req *req)
{
	return ((struct fixture *)ctx)->fault;
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const struct pka_ops ops = { .done = done, .send = to_card, .ctx = f, .fault = fault };

	f->log = (struct log){ .ident = "test", .level = LOG_ERROR + 1, .fd = 2 };
	uv_loop_init(&f->loop);
	f->p = pka_new(&f->loop, &f->log, &ops, TIMEOUT_MS);
	f->rsa.key = EVP_RSA_gen(2048);
	f->rsa3072.key = EVP_RSA_gen(3072);
	f->p256.key = EVP_EC_gen("P-256");
	f->p384.key = EVP_EC_gen("P-384");
	*state = f;
	return f->p == NULL || f->rsa.key == NULL;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	if (f->p != NULL) {
		pka_close(f->p);
		uv_run(&f->loop, UV_RUN_DEFAULT);
		pka_free(f->p);
	}
	assert_int_equal(uv_loop_close(&f->loop), 0);
	EVP_PKEY_free(f->rsa.key);
	EVP_PKEY_free(f->rsa3072.key);
	EVP_PKEY_free(f->p256.key);
	EVP_PKEY_free(f->p384.key);
	free(f);
	return 0;
}

/* The card gets its key-encryption key, and loads the RSA-2048 key into slot 0. */
static void
attach_card(struct fixture *f)
{
	static const struct pka_card_info card = { .slots = 8,
		.can = IPC_CARD_RSA2048 | IPC_CARD_PRF_SHA256 | IPC_CARD_P256 | IPC_CARD_X25519 };
	struct cert *certs[] = { &f->rsa, &f->rsa3072, &f->p256 };
	char file[] = "/tmp/sluice-kek-XXXXXX", err[CERT_ERR_LEN];
	struct ipc_pka_done loaded = { .status = IPC_PKA_OK };
	uint8_t kek[32] = { 7 };
	int fd = mkstemp(file);

	assert_int_equal(write(fd, kek, sizeof(kek)), sizeof(kek));
	close(fd);
	assert_int_equal(pka_load_kek(f->p, file, err), 0);
	unlink(file);
	pka_set_keys(f->p, certs, 3);
	pka_card_attached(f->p, &card);
	for (unsigned i = 0; i < 3; i += 2) {
		loaded.id = 1ull << 63 | f->p->keys[certs[i]->key_index].slot;
		pka_card_done(f->p, &loaded, NULL);
		assert_int_equal(f->p->keys[certs[i]->key_index].state, PKA_SLOT_READY);
	}
}

static int
ask(struct fixture *f, uint32_t tag, const struct pka_req *req, const uint8_t *in, size_t len, uint8_t *out, size_t *n)
{
	struct pka_owner who = { .worker = 3, .tag = tag, .attachment = 9, .conn = 77 };

	return pka_do(f->p, &who, req, in, len, out, n);
}

static void
wait_for(struct fixture *f, unsigned answers)
{
	while (f->answers < answers && uv_run(&f->loop, UV_RUN_ONCE) != 0)
		;
	assert_int_equal(f->answers, answers);
}

static struct pka_stats
stats(struct fixture *f)
{
	struct pka_stats s;

	pka_stats(f->p, &s);
	return s;
}

static int
verifies(EVP_PKEY *key, uint16_t scheme, const struct answer *a, const uint8_t *msg, size_t len)
{
	return pka_sig_verify(pka_scheme_find(scheme), key, a->bytes, a->len, msg, len);
}

static void
card_answers(struct fixture *f, unsigned i, uint32_t status, const uint8_t *data, uint32_t len)
{
	struct ipc_pka_done d = { .id = f->asked[i].id, .status = status, .bytes = len };

	pka_card_done(f->p, &d, data);
}

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

/* Both groups and all three kinds: what is sent has the card's forms, what comes back TLS's. */
static void
key_exchanges_come_from_the_card(void **state)
{
	static const struct {
		uint16_t group;
		uint8_t curve, point, prefix, private;
	} rows[] = { { KEX_P256, IPC_CURVE_P256, 64, 1, 32 }, { KEX_X25519, IPC_CURVE_X25519, 32, 0, 64 } };
	uint8_t ours[PKA_OP_MAX_OUT], theirs[PKA_OP_MAX_OUT], in[200], card[200], want[PKA_OP_MAX_OUT], out[PKA_OP_MAX_OUT];
	struct fixture *f = *state;
	size_t n, m;

	attach_card(f);
	for (unsigned i = 0; i < 2; i++) {
		size_t share = rows[i].prefix + rows[i].point, priv = rows[i].private, pub = 2 + priv;
		struct pka_req req = { .kind = PKA_KEX_KEYGEN, .code = rows[i].group };
		const struct ipc_pka_do *msg;

		assert_int_equal(pka_kex_do_keygen(rows[i].group, ours, &n), 0);
		assert_int_equal(pka_kex_do_keygen(rows[i].group, theirs, &n), 0);
		/* key pair: private | public */
		msg = &f->asked[f->asks];
		assert_int_equal(ask(f, 0, &req, NULL, 0, out, &n), PKA_PENDING);
		assert_true(msg->op == IPC_PKA_EC_KEYGEN && msg->param == rows[i].curve && msg->bytes == 0 && msg->slot == 0);
		memcpy(card, ours + 2, 32);
		memcpy(card + 32, ours + pub + rows[i].prefix, rows[i].point);
		card_answers(f, f->asks - 1, IPC_PKA_OK, card, 32u + rows[i].point);
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
		assert_true(msg->op == IPC_PKA_ECDH && msg->bytes == 32u + rows[i].point);
		assert_memory_equal(f->data[f->asks - 1], in, 32);
		assert_memory_equal(f->data[f->asks - 1] + 32, in + priv + rows[i].prefix, rows[i].point);
		card_answers(f, f->asks - 1, IPC_PKA_OK, want, 32);
		assert_int_equal(f->answer[f->answers - 1].len, m);
		assert_memory_equal(f->answer[f->answers - 1].bytes, want, m);
		/* both: public | secret */
		req.kind = PKA_KEX_RESPOND;
		msg = &f->asked[f->asks];
		assert_int_equal(ask(f, 2, &req, theirs + pub, share, out, &n), PKA_PENDING);
		assert_true(msg->op == IPC_PKA_ECDH_RESPOND && msg->bytes == rows[i].point);
		memcpy(card, ours + pub + rows[i].prefix, rows[i].point);
		memcpy(card + rows[i].point, want, 32);
		card_answers(f, f->asks - 1, IPC_PKA_OK, card, rows[i].point + 32u);
		assert_int_equal(f->answer[f->answers - 1].len, 2 + share + 32);
		assert_memory_equal(f->answer[f->answers - 1].bytes + 2, ours + pub, share);
		assert_memory_equal(f->answer[f->answers - 1].bytes + 2 + share, want, 32);
		/* a share that is no point's form is not the card's business, nor what it refuses the last word */
		assert_int_equal(ask(f, 3, &req, theirs + pub, share - 1, out, &n), PKA_INLINE);
		assert_int_equal(n, 0);
		m = f->answers;
		assert_int_equal(ask(f, 4, &req, theirs + pub, share, out, &n), PKA_PENDING);
		card_answers(f, f->asks - 1, IPC_PKA_REFUSED, NULL, 0);
		wait_for(f, (unsigned)m + 1);
		assert_int_equal(f->answer[m].len, 2 + share + 32);
	}
	assert_int_equal(stats(f).kex_card, 6);
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

/* r | s of a libcrypto signature over what the card was given */
static void
card_signs_ec(struct fixture *f, unsigned i, uint8_t rs[64])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(f->p256.key, NULL);
	const unsigned char *p;
	uint8_t der[100];
	size_t n = sizeof(der);
	ECDSA_SIG *sig;

	assert_int_equal(f->asked[i].op, IPC_PKA_ECDSA_SIGN);
	assert_int_equal(f->asked[i].slot, f->p->keys[f->p256.key_index].slot);
	assert_int_equal(EVP_PKEY_sign_init(ctx), 1);
	assert_int_equal(EVP_PKEY_sign(ctx, der, &n, f->data[i], f->asked[i].bytes), 1);
	p = der;
	sig = d2i_ECDSA_SIG(NULL, &p, (long)n);
	assert_non_null(sig);
	BN_bn2binpad(ECDSA_SIG_get0_r(sig), rs, 32);
	BN_bn2binpad(ECDSA_SIG_get0_s(sig), rs + 32, 32);
	ECDSA_SIG_free(sig);
	EVP_PKEY_CTX_free(ctx);
}

static void
the_card_signs_on_p256(void **state)
{
	static const struct {
		uint16_t scheme, digest;
	} rows[] = { { SIG_ECDSA_P256_SHA256, 32 }, { SIG_ECDSA_P384_SHA384, 48 }, { SIG_ECDSA_SHA1_RAW, 20 } };
	struct fixture *f = *state;
	uint8_t msg[20] = { 5 }, out[PKA_OP_MAX_OUT], rs[64];
	size_t n;

	attach_card(f);
	for (unsigned k = 0; k < 60; k++) { /* numbers of every length come by */
		struct pka_req req = { .kind = PKA_SIGN, .code = rows[k % 3].scheme, .cert = &f->p256 };

		msg[1] = (uint8_t)k;
		assert_int_equal(ask(f, k, &req, msg, sizeof(msg), out, &n), PKA_PENDING);
		assert_int_equal(f->asked[k].bytes, rows[k % 3].digest);
		card_signs_ec(f, k, rs);
		card_answers(f, k, IPC_PKA_OK, rs, 64);
		assert_int_equal(verifies(f->p256.key, rows[k % 3].scheme, &f->answer[k], msg, sizeof(msg)), 1);
	}
	assert_int_equal(stats(f).sign_card, 60);
}

static void
numbers_that_no_signature_has_never_leave(void **state)
{
	struct pka_req req = { .kind = PKA_SIGN, .code = SIG_ECDSA_P256_SHA256 };
	struct fixture *f = *state;
	uint8_t msg[20] = { 5 }, out[PKA_OP_MAX_OUT], rs[64];
	size_t n;

	req.cert = &f->p256;
	attach_card(f);
	for (unsigned k = 0; k < 4; k++) {
		assert_int_equal(ask(f, k, &req, msg, sizeof(msg), out, &n), PKA_PENDING);
		card_signs_ec(f, k, rs);
		memset(rs + k / 2 * 32, k % 2 == 0 ? 0 : 0xff, 32);
		card_answers(f, k, IPC_PKA_OK, rs, 64);
	}
	wait_for(f, 4);
	for (unsigned k = 0; k < 4; k++)
		assert_int_equal(verifies(f->p256.key, SIG_ECDSA_P256_SHA256, &f->answer[k], msg, sizeof(msg)), 1);
	assert_int_equal(stats(f).card_faults, 4);
	assert_int_equal(stats(f).sign_card, 0);
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
		T(key_exchanges_come_from_the_card),
		T(what_stays_on_the_card_is_done_nowhere_else),
		T(handles_of_before_a_reset_are_nobodys),
		T(the_card_signs_on_p256),
		T(numbers_that_no_signature_has_never_leave),
		T(nothing_comes_for_what_the_card_had_when_it_went),
		T(faults_of_tests_do_what_they_say),
		T(stuck_operations_are_bounded_in_memory),
		T(closing_drops_what_is_under_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
