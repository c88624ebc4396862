/* A loop with public-key work on it, and a card played by the test: see test_pka.c. */
#ifndef SLUICE_TESTS_PKA_WORLD_H
#define SLUICE_TESTS_PKA_WORLD_H

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

static inline void
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
static inline int
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

static inline enum pka_fault
fault(void *ctx, const struct pka_req *req)
{
	return ((struct fixture *)ctx)->fault;
}

static inline int
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

static inline int
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
static inline void
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

static inline int
ask(struct fixture *f, uint32_t tag, const struct pka_req *req, const uint8_t *in, size_t len, uint8_t *out, size_t *n)
{
	struct pka_owner who = { .worker = 3, .tag = tag, .attachment = 9, .conn = 77 };

	return pka_do(f->p, &who, req, in, len, out, n);
}

static inline void
wait_for(struct fixture *f, unsigned answers)
{
	while (f->answers < answers && uv_run(&f->loop, UV_RUN_ONCE) != 0)
		;
	assert_int_equal(f->answers, answers);
}

static inline struct pka_stats
stats(struct fixture *f)
{
	struct pka_stats s;

	pka_stats(f->p, &s);
	return s;
}

static inline int
verifies(EVP_PKEY *key, uint16_t scheme, const struct answer *a, const uint8_t *msg, size_t len)
{
	return pka_sig_verify(pka_scheme_find(scheme), key, a->bytes, a->len, msg, len);
}

static inline void
card_answers(struct fixture *f, unsigned i, uint32_t status, const uint8_t *data, uint32_t len)
{
	struct ipc_pka_done d = { .id = f->asked[i].id, .status = status, .bytes = len };

	pka_card_done(f->p, &d, data);
}

#endif
