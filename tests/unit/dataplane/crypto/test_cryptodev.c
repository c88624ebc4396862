/*
 * The cryptodev engine on DPDK's crypto_openssl, alone and behind the failover wrapper, against the
 * reference.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_bus_vdev.h>

#include "dataplane/crypto/engine.h"
#include "dataplane/own.h"
#include "tests/unit/dataplane/crypto/ref_record.h"
#include "tests/unit/dataplane/dpt.h"

static struct dp_counters ctr;
static struct log quiet = { .ident = "test", .level = LOG_ERROR, .fd = -1 };
static struct rec_engine *bare, *whole; /* the engine, and it behind the wrapper */
static uint8_t plain[16384], rec[20000], got[20000];

static int
setup(void **state)
{
	struct rec_engine_conf conf = {
		.ctr = &ctr, .log = &quiet, .max_sessions = 64, .workers = 1
	};

	if (dpt_setup(state) != 0 || rte_vdev_init("crypto_openssl0", NULL) != 0)
		return -1;
	conf.pool = dpt_pool;
	for (size_t i = 0; i < sizeof(plain); i++)
		plain[i] = (uint8_t)(i * 13 + (i >> 7));
	if (rec_engine_cryptodev.open(&conf, &bare) != 0)
		return -1;
	return failover_open(&conf, bare, &whole);
}

static int
teardown(void **state)
{
	if (whole != NULL)
		whole->ops->close(whole);
	return 0;
}

static struct rec_keys
keys(uint32_t alg, bool write)
{
	struct rec_keys k = { .alg = alg, .version = 0x0303, .write = write };

	memset(k.key, 0x42, 32);
	memset(k.mac_key, 0x43, 48);
	memset(k.iv, 0x44, 16);
	return k;
}

static uint8_t
run(struct rec_engine *e, struct rec_op *op)
{
	struct rec_op *p = op;

	assert_int_equal(e->ops->submit(e, &p, 1), 1);
	for (int spin = 0; e->ops->poll(e, &p, 1) == 0; spin++)
		assert_true(spin < 1000);
	assert_ptr_equal(p, op);
	return op->status;
}

static const uint32_t lengths[] = { 0, 1, 15, 16, 17, 100, 1023, 1024, 1025, 8191, 16383, 16384 };

static void
seals_and_opens_like_the_reference(void **state)
{
	for (uint32_t alg = IPC_ALG_AES128_GCM; alg <= IPC_ALG_AES256_GCM; alg++) {
		struct rec_keys kw = keys(alg, true), kr = keys(alg, false);
		struct rec_session *w, *r;

		assert_int_equal(bare->ops->session_new(bare, &kw, &w), 0);
		assert_int_equal(bare->ops->session_new(bare, &kr, &r), 0);
		for (size_t i = 0; i < RTE_DIM(lengths); i++) {
			struct rec_op seal = { .sess = w, .seq = i * 1000, .type = 23 },
				      open = { .sess = r, .seq = i * 77, .type = 23 };
			uint8_t nonce[8] = { (uint8_t)i, 1 };
			uint32_t n;

			seal.m = lengths[i] == 0 ? NULL : dpt_chain(plain, lengths[i], 300);
			assert_int_equal(run(bare, &seal), REC_OK);
			n = dpt_take(seal.m, rec, sizeof(rec));
			assert_int_equal(
				ref_open(&kw, i * 1000, NULL, rec, n, got), (int)lengths[i]);
			assert_memory_equal(got, plain, lengths[i]);
			n = ref_seal(&kr, i * 77, 23, nonce, plain, lengths[i], 0, rec);
			open.m = dpt_chain(rec, n, 511);
			assert_int_equal(run(bare, &open), REC_OK);
			assert_int_equal(dpt_take(open.m, got, sizeof(got)), lengths[i]);
			assert_memory_equal(got, plain, lengths[i]);
		}
		bare->ops->session_free(w);
		bare->ops->session_free(r);
	}
}

static void
refuses_every_flipped_bit_and_leaves_the_source_untouched(void **state)
{
	struct rec_keys k = keys(IPC_ALG_AES128_GCM, false);
	struct rec_session *s;
	uint8_t nonce[8] = { 7 };
	uint32_t n = ref_seal(&k, 3, 23, nonce, plain, 20, 0, rec);

	assert_int_equal(bare->ops->session_new(bare, &k, &s), 0);
	for (uint32_t bit = 5 * 8; bit < n * 8; bit++) {
		struct rec_op op = { .sess = s, .seq = 3, .type = 23 };

		rec[bit / 8] ^= (uint8_t)(1u << bit % 8);
		op.m = dpt_chain(rec, n, 16);
		assert_int_equal(run(bare, &op), REC_AUTH);
		assert_int_equal(dpt_take(op.m, got, sizeof(got)), n);
		assert_memory_equal(got, rec, n);
		rec[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (uint32_t cut = 0; cut < n; cut++) { /* too short for a record */
		struct rec_op op = { .sess = s,
			.seq = 3,
			.type = 23,
			.m = cut == 0 ? NULL : dpt_chain(rec, cut, 16) };

		assert_int_equal(run(bare, &op), REC_AUTH);
		rte_pktmbuf_free(op.m);
	}
	bare->ops->session_free(s);
}

static void
leaves_what_it_cannot_do_to_soft(void **state)
{
	struct rec_keys k = keys(IPC_ALG_AES128_CBC_SHA256, true);
	struct rec_session *s;
	struct rec_op op = { .type = 23, .m = dpt_chain(plain, 700, 300) };
	uint32_t n;

	assert_int_equal(bare->ops->session_new(bare, &k, &s), -ENOTSUP);
	assert_int_equal(whole->ops->session_new(whole, &k, &s), 0);
	op.sess = s;
	assert_int_equal(run(whole, &op), REC_OK);
	n = dpt_take(op.m, rec, sizeof(rec));
	assert_int_equal(ref_open(&k, 0, NULL, rec, n, got), 700);
	whole->ops->session_free(s);
}

static void
works_behind_the_wrapper_and_is_not_blamed_for_forgeries(void **state)
{
	struct rec_keys k = keys(IPC_ALG_AES256_GCM, false);
	struct rec_session *s;
	uint8_t nonce[8] = { 1 };
	uint32_t n = ref_seal(&k, 0, 23, nonce, plain, 5000, 0, rec);
	struct rec_op good = { .seq = 0, .type = 23, .m = dpt_chain(rec, n, 1000) },
		      bad = { .seq = 1, .type = 23, .m = dpt_chain(rec, n, 1000) };

	assert_int_equal(whole->ops->session_new(whole, &k, &s), 0);
	good.sess = bad.sess = s;
	assert_int_equal(run(whole, &good), REC_OK);
	assert_int_equal(dpt_take(good.m, got, sizeof(got)), 5000);
	assert_int_equal(run(whole, &bad), REC_AUTH); /* the same record again */
	rte_pktmbuf_free(bad.m);
	assert_int_equal(ctr.v[CTR_eng_recheck], 1);
	assert_int_equal(ctr.v[CTR_eng_failovers], 0);
	whole->ops->session_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DPT_TEST(seals_and_opens_like_the_reference),
		DPT_TEST(refuses_every_flipped_bit_and_leaves_the_source_untouched),
		DPT_TEST(leaves_what_it_cannot_do_to_soft),
		DPT_TEST(works_behind_the_wrapper_and_is_not_blamed_for_forgeries),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
