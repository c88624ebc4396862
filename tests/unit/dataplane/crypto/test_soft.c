/*
 * The soft engine against an independent reference, both directions, every algorithm and version,
 * lengths around every edge and mbuf chains cut everywhere; and what must be refused.
 */
#include <stdio.h>

#include "tests/unit/dataplane/dpt.h"

#include "dataplane/crypto/engine.h"
#include "dataplane/own.h"
#include "tests/unit/dataplane/crypto/ref_record.h"

struct combo {
	uint32_t alg;
	uint16_t version;
};
static const struct combo combos[] = {
	{ IPC_ALG_AES128_GCM, 0x0303 },
	{ IPC_ALG_AES256_GCM, 0x0303 },
	{ IPC_ALG_AES128_CBC_SHA1, 0x0301 },
	{ IPC_ALG_AES128_CBC_SHA1, 0x0302 },
	{ IPC_ALG_AES128_CBC_SHA1, 0x0303 },
	{ IPC_ALG_AES256_CBC_SHA1, 0x0301 },
	{ IPC_ALG_AES256_CBC_SHA1, 0x0303 },
	{ IPC_ALG_AES128_CBC_SHA256, 0x0303 },
	{ IPC_ALG_AES256_CBC_SHA256, 0x0303 },
};

static struct dp_counters ctr;
static struct rec_engine *eng;

static int
setup(void **state)
{
	struct rec_engine_conf conf = { .ctr = &ctr, .max_sessions = 16, .workers = 1 };

	if (dpt_setup(state) != 0)
		return -1;
	conf.pool = dpt_pool;
	return rec_engine_soft.open(&conf, &eng);
}

static int
teardown(void **state)
{
	if (eng != NULL)
		eng->ops->close(eng);
	return 0;
}

static struct rec_keys
keys(const struct combo *c, bool write)
{
	struct rec_keys k = { .alg = c->alg, .version = c->version, .write = write, .seq = 0 };

	for (int i = 0; i < 32; i++)
		k.key[i] = (uint8_t)(i * 7 + 1);
	for (int i = 0; i < 48; i++)
		k.mac_key[i] = (uint8_t)(i * 3 + 2);
	for (int i = 0; i < 16; i++)
		k.iv[i] = (uint8_t)(i * 5 + 3);
	return k;
}

static struct rec_session *
session(const struct combo *c, bool write)
{
	struct rec_keys k = keys(c, write);
	struct rec_session *s;

	assert_int_equal(eng->ops->session_new(eng, &k, &s), 0);
	return s;
}

static uint8_t
run(struct rec_session *s, struct rec_op *op)
{
	struct rec_op *back;

	op->sess = s;
	assert_int_equal(eng->ops->submit(eng, &op, 1), 1);
	assert_int_equal(eng->ops->pending(eng), 1);
	assert_int_equal(eng->ops->poll(eng, &back, 1), 1);
	assert_ptr_equal(back, op);
	return op->status;
}

static uint8_t plain[16384], rec[20000], got[20000];

static void
fill(uint8_t seed)
{
	for (size_t i = 0; i < sizeof(plain); i++)
		plain[i] = (uint8_t)(i * 31 + seed + (i >> 8));
}

static const uint32_t lengths[] = { 0, 1, 2, 11, 12, 15, 16, 17, 31, 32, 33, 47, 48, 63, 64, 65,
	127, 128, 1000, 1440, 4095, 8192, 16383, 16384 };
static const uint32_t segs[] = { 1, 7, 16, 61, 512, 1024 };

static void
seals_what_the_reference_opens(void **state)
{
	uint8_t chain[16];

	for (size_t c = 0; c < RTE_DIM(combos); c++) {
		struct rec_session *s = session(&combos[c], true);
		struct rec_keys k = keys(&combos[c], true);
		uint64_t seq = 0;

		memcpy(chain, k.iv, 16);
		for (size_t l = 0; l < RTE_DIM(lengths); l++) {
			for (size_t g = lengths[l] > 1000 ? 2 : 0; g < RTE_DIM(segs); g++, seq++) {
				struct rec_op op = { .seq = seq, .type = 23 };
				uint32_t n;

				fill((uint8_t)seq);
				op.m = lengths[l] == 0 ? NULL
						       : dpt_chain(plain, lengths[l], segs[g]);
				assert_int_equal(run(s, &op), REC_OK);
				n = dpt_take(op.m, rec, sizeof(rec));
				assert_int_equal(n, rec_alg_sealed_len(rec_alg_get(k.alg),
							    k.version, lengths[l]));
				assert_int_equal(rec[0], 23);
				assert_int_equal(
					ref_open(&k, seq, chain, rec, n, got), (int)lengths[l]);
				assert_memory_equal(got, plain, lengths[l]);
				memcpy(chain, rec + n - 16, 16);
			}
		}
		eng->ops->session_free(s);
	}
}

static void
opens_what_the_reference_seals(void **state)
{
	uint8_t iv[16];

	for (size_t c = 0; c < RTE_DIM(combos); c++) {
		struct rec_session *s = session(&combos[c], false);
		struct rec_keys k = keys(&combos[c], false);
		uint64_t seq = 0;

		memcpy(iv, k.iv, 16);
		for (size_t l = 0; l < RTE_DIM(lengths); l++) {
			for (size_t g = lengths[l] > 1000 ? 2 : 0; g < RTE_DIM(segs); g++, seq++) {
				/* up to 255 bytes of padding are legal */
				uint32_t extra = rec_alg_get(k.alg)->mac_len != 0
							 ? (uint32_t)(seq % 15) * 16
							 : 0,
					 n;
				struct rec_op op = { .seq = seq, .type = 23 };

				fill((uint8_t)seq);
				n = ref_seal(&k, seq, 23, iv, plain, lengths[l], extra, rec);
				op.m = dpt_chain(rec, n, segs[g]);
				assert_int_equal(run(s, &op), REC_OK);
				assert_int_equal(dpt_take(op.m, got, sizeof(got)), lengths[l]);
				assert_memory_equal(got, plain, lengths[l]);
				memcpy(iv, rec + n - 16, 16);
			}
		}
		eng->ops->session_free(s);
	}
}

static void
keeps_records_of_other_types_and_any_sequence_number(void **state)
{
	static const uint64_t seqs[] = { 1, 255, 256, 0xffffffff, 0x100000000, 0xfffffffffffffffe };

	for (size_t c = 0; c < RTE_DIM(combos); c++) {
		for (size_t i = 0; i < RTE_DIM(seqs); i++) {
			struct rec_session *s = session(&combos[c], true);
			struct rec_keys k = keys(&combos[c], true);
			struct rec_op op = {
				.seq = seqs[i], .type = 22, .m = dpt_chain("finished", 8, 3)
			};
			uint32_t n;

			assert_int_equal(run(s, &op), REC_OK);
			n = dpt_take(op.m, rec, sizeof(rec));
			assert_int_equal(rec[0], 22);
			assert_int_equal(ref_open(&k, seqs[i], k.iv, rec, n, got), 8);
			assert_int_equal(ref_open(&k, seqs[i] ^ 1, k.iv, rec, n, got), -1);
			eng->ops->session_free(s);
		}
	}
}

/* Every bit of a short record, one at a time. The length field is the framing's to judge, so it is
 * left alone. */
static void
refuses_every_flipped_bit(void **state)
{
	uint8_t iv[16];

	for (size_t c = 0; c < RTE_DIM(combos); c++) {
		struct rec_keys k = keys(&combos[c], false);
		uint32_t n;

		memcpy(iv, k.iv, 16);
		n = ref_seal(&k, 9, 23, iv, plain, 21, 0, rec);
		for (uint32_t bit = 0; bit < n * 8; bit++) {
			struct rec_session *s;
			struct rec_op op = { .seq = 9, .type = 23 };

			if (bit / 8 < 5)
				continue;
			s = session(&combos[c], false);
			rec[bit / 8] ^= (uint8_t)(1u << bit % 8);
			op.m = dpt_chain(rec, n, 13);
			rec[bit / 8] ^= (uint8_t)(1u << bit % 8);
			assert_int_equal(run(s, &op), REC_AUTH);
			rte_pktmbuf_free(op.m);
			eng->ops->session_free(s);
		}
	}
}

static void
refuses_wrong_type_and_wrong_sequence_number(void **state)
{
	for (size_t c = 0; c < RTE_DIM(combos); c++) {
		struct rec_keys k = keys(&combos[c], false);
		uint32_t n = ref_seal(&k, 5, 23, k.iv, plain, 100, 0, rec);
		struct rec_op bad_seq = { .seq = 6, .type = 23, .m = dpt_chain(rec, n, 50) };
		struct rec_op bad_type = { .seq = 5, .type = 22, .m = dpt_chain(rec, n, 50) };
		struct rec_session *s = session(&combos[c], false);

		assert_int_equal(run(s, &bad_seq), REC_AUTH);
		eng->ops->session_free(s);
		s = session(&combos[c], false);
		assert_int_equal(run(s, &bad_type), REC_AUTH);
		eng->ops->session_free(s);
		rte_pktmbuf_free(bad_seq.m);
		rte_pktmbuf_free(bad_type.m);
	}
}

static void
refuses_every_truncation(void **state)
{
	for (size_t c = 0; c < RTE_DIM(combos); c++) {
		struct rec_keys k = keys(&combos[c], false);
		uint32_t n = ref_seal(&k, 0, 23, k.iv, plain, 40, 0, rec);

		for (uint32_t cut = 5; cut < n; cut++) {
			struct rec_session *s = session(&combos[c], false);
			struct rec_op op = { .seq = 0, .type = 23, .m = dpt_chain(rec, cut, 17) };

			assert_int_equal(run(s, &op), REC_AUTH);
			rte_pktmbuf_free(op.m);
			eng->ops->session_free(s);
		}
	}
}

static void
refuses_padding_that_is_wrong_in_any_byte(void **state)
{
	/* sealed by hand with one padding byte changed before encryption */
	for (size_t c = 0; c < RTE_DIM(combos); c++) {
		struct rec_keys k = keys(&combos[c], false);
		const struct rec_alg *a = rec_alg_get(k.alg);
		uint32_t ex = rec_alg_explicit(a, k.version), len,
			 pad = 16 - (10 + a->mac_len) % 16 + 32;
		uint8_t buf[128], h[13];

		if (a->mac_len == 0)
			continue;
		for (uint32_t at = 0; at < pad; at++) {
			struct rec_op op = { .seq = 0, .type = 23 };
			struct rec_session *s = session(&combos[c], false);

			memcpy(buf, plain, 10);
			ref_header(h, 0, 23, k.version, 10);
			ref_mac(&k, h, buf, 10, buf + 10);
			len = 10 + a->mac_len;
			memset(buf + len, (int)pad - 1, pad);
			buf[len + at] ^= 0x40;
			len += pad;
			rec[0] = 23;
			rec[1] = (uint8_t)(k.version >> 8);
			rec[2] = (uint8_t)k.version;
			rec[3] = (uint8_t)((len + ex) >> 8);
			rec[4] = (uint8_t)(len + ex);
			memcpy(rec + 5, k.iv, ex);
			ref_aes(1, "CBC", &k, k.iv, NULL, 0, buf, len, rec + 5 + ex, NULL);
			op.m = dpt_chain(rec, 5 + ex + len, 64);
			assert_int_equal(run(s, &op), REC_AUTH);
			rte_pktmbuf_free(op.m);
			eng->ops->session_free(s);
		}
	}
}

/* The explicit nonce on the wire is what makes work that is done again give the same bytes. */
static void
gcm_explicit_nonce_is_the_sequence_number(void **state)
{
	struct rec_session *s = session(&combos[0], true);
	struct rec_op op = { .seq = 0x0102030405060708, .type = 23, .m = dpt_chain("x", 1, 1) };
	static const uint8_t want[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

	assert_int_equal(run(s, &op), REC_OK);
	dpt_take(op.m, rec, sizeof(rec));
	assert_memory_equal(rec + 5, want, 8);
	eng->ops->session_free(s);
}

static void
cbc_ivs_differ_from_record_to_record(void **state)
{
	struct rec_session *s = session(&combos[4], true);
	uint8_t first[16];

	for (int i = 0; i < 2; i++) {
		struct rec_op op = { .seq = 0, .type = 23, .m = dpt_chain("same", 4, 4) };

		assert_int_equal(run(s, &op), REC_OK);
		dpt_take(op.m, rec, sizeof(rec));
		if (i == 0)
			memcpy(first, rec + 5, 16);
	}
	assert_memory_not_equal(first, rec + 5, 16);
	eng->ops->session_free(s);
}

static void
copies_segments_that_it_may_not_write(void **state)
{
	struct rec_session *s = session(&combos[0], true);
	struct rec_keys k = keys(&combos[0], true);
	struct rte_mbuf *m = dpt_chain(plain, 500, 100);
	struct rec_op op = { .seq = 3, .type = 23, .m = m };
	uint64_t before = ctr.v[CTR_copied];
	uint32_t n;

	fill(0);
	for (struct rte_mbuf *p = m; p != NULL; p = p->next)
		rte_mbuf_refcnt_update(p, 1); /* somebody else reads these bytes */
	own_chain_write(m, 0, plain, 500);
	assert_int_equal(run(s, &op), REC_OK);
	assert_true(ctr.v[CTR_copied] > before);
	own_chain_read(m, 0, got, 100);
	assert_memory_equal(got, plain, 100);
	n = dpt_take(op.m, rec, sizeof(rec));
	assert_int_equal(ref_open(&k, 3, NULL, rec, n, got), 500);
	rte_pktmbuf_free(m);
	eng->ops->session_free(s);
}

static void
a_session_freed_with_work_in_flight_lives_until_it_is_back(void **state)
{
	struct rec_session *s = session(&combos[0], true);
	struct rec_op op = { .sess = s, .type = 23, .m = dpt_chain("x", 1, 1) }, *p = &op;

	assert_int_equal(eng->ops->submit(eng, &p, 1), 1);
	eng->ops->session_free(s);
	assert_int_equal(eng->ops->poll(eng, &p, 1), 1);
	assert_int_equal(op.status, REC_OK);
	rte_pktmbuf_free(op.m);
}

static void
runs_out_of_mbufs_without_losing_any(void **state)
{
	struct rte_mbuf **all = calloc(DPT_MBUFS + 1, sizeof(*all));
	struct rec_session *s = session(&combos[0], true);
	struct rec_op op = { .type = 23, .m = NULL };
	unsigned int n = 0;

	while ((all[n] = rte_pktmbuf_alloc(dpt_pool)) != NULL)
		n++;
	assert_int_equal(run(s, &op), REC_NOMEM);
	rte_pktmbuf_free(op.m);
	while (n > 0)
		rte_pktmbuf_free(all[--n]);
	free(all);
	eng->ops->session_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DPT_TEST(seals_what_the_reference_opens),
		DPT_TEST(opens_what_the_reference_seals),
		DPT_TEST(keeps_records_of_other_types_and_any_sequence_number),
		DPT_TEST(refuses_every_flipped_bit),
		DPT_TEST(refuses_wrong_type_and_wrong_sequence_number),
		DPT_TEST(refuses_every_truncation),
		DPT_TEST(refuses_padding_that_is_wrong_in_any_byte),
		DPT_TEST(gcm_explicit_nonce_is_the_sequence_number),
		DPT_TEST(cbc_ivs_differ_from_record_to_record),
		DPT_TEST(copies_segments_that_it_may_not_write),
		DPT_TEST(a_session_freed_with_work_in_flight_lives_until_it_is_back),
		DPT_TEST(runs_out_of_mbufs_without_losing_any),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
