/*
 * The soft engine against an independent reference, both directions, every algorithm and version,
 * lengths around every edge and mbuf chains cut everywhere; and what must be refused.
 */
#include <stdio.h>

#include <zlib.h>

#include "tests/unit/dataplane/dpt.h"

#include "dataplane/crypto/engine.h"
#include "dataplane/own.h"
#include "tests/unit/dataplane/crypto/ref_record.h"

struct combo {
	uint32_t alg;
	uint16_t version;
	uint8_t flags;
};
static const struct combo combos[] = {
	{ IPC_ALG_AES128_GCM, 0x0303, 0 },
	{ IPC_ALG_AES256_GCM, 0x0303, 0 },
	{ IPC_ALG_CHACHA20_POLY1305, 0x0303, 0 },
	{ IPC_ALG_AES128_GCM, 0x0304, 0 },
	{ IPC_ALG_AES256_GCM, 0x0304, 0 },
	{ IPC_ALG_CHACHA20_POLY1305, 0x0304, 0 },
	{ IPC_ALG_AES128_CBC_SHA1, 0x0300, 0 },
	{ IPC_ALG_AES256_CBC_SHA1, 0x0300, 0 },
	{ IPC_ALG_AES128_CBC_SHA1, 0x0301, 0 },
	{ IPC_ALG_AES128_CBC_SHA1, 0x0302, 0 },
	{ IPC_ALG_AES128_CBC_SHA1, 0x0303, 0 },
	{ IPC_ALG_AES256_CBC_SHA1, 0x0301, 0 },
	{ IPC_ALG_AES256_CBC_SHA1, 0x0303, 0 },
	{ IPC_ALG_AES128_CBC_SHA256, 0x0303, 0 },
	{ IPC_ALG_AES256_CBC_SHA256, 0x0303, 0 },
	{ IPC_ALG_AES256_CBC_SHA384, 0x0303, 0 },
	{ IPC_ALG_3DES_CBC_SHA1, 0x0300, 0 },
	{ IPC_ALG_3DES_CBC_SHA1, 0x0301, 0 },
	{ IPC_ALG_3DES_CBC_SHA1, 0x0302, 0 },
	{ IPC_ALG_3DES_CBC_SHA1, 0x0303, 0 },
	{ IPC_ALG_AES128_CBC_SHA1, 0x0301, IPC_KEYS_ETM },
	{ IPC_ALG_AES256_CBC_SHA1, 0x0302, IPC_KEYS_ETM },
	{ IPC_ALG_AES128_CBC_SHA256, 0x0303, IPC_KEYS_ETM },
	{ IPC_ALG_AES256_CBC_SHA384, 0x0303, IPC_KEYS_ETM },
	{ IPC_ALG_3DES_CBC_SHA1, 0x0301, IPC_KEYS_ETM },
	{ IPC_ALG_3DES_CBC_SHA1, 0x0303, IPC_KEYS_ETM },
	{ IPC_ALG_RC4_SHA1, 0x0300, 0 },
	{ IPC_ALG_RC4_MD5, 0x0300, 0 },
	{ IPC_ALG_RC4_SHA1, 0x0303, 0 },
	{ IPC_ALG_RC4_MD5, 0x0301, 0 },
	{ IPC_ALG_NULL_SHA1, 0x0300, 0 },
	{ IPC_ALG_NULL_MD5, 0x0300, 0 },
	{ IPC_ALG_NULL_SHA1, 0x0302, 0 },
	{ IPC_ALG_NULL_MD5, 0x0303, 0 },
	{ IPC_ALG_NULL_SHA256, 0x0303, 0 },
	{ IPC_ALG_RC4_MD5, 0x0002, 0 },
	{ IPC_ALG_3DES_CBC_MD5, 0x0002, 0 },
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
	struct rec_keys k = {
		.alg = c->alg, .version = c->version, .flags = c->flags, .write = write
	};

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

/* What the reference carries from record to record. */
union chain {
	uint8_t iv[16];
	struct ref_rc4 rc4;
};

static union chain
first(const struct rec_keys *k)
{
	union chain c = { 0 };

	if (ref_suite(k->alg)->kind == REF_RC4)
		ref_rc4_init(&c.rc4, k->key, 16);
	else
		memcpy(c.iv, k->iv, 16);
	return c;
}

/* SSL 2.0 carries no content type, TLS 1.3 not in the header. */
static bool
typed(const struct combo *c)
{
	return c->version != 0x0002 && c->version != 0x0304;
}

/* Bytes of header whose damage is the framing's to see. */
static uint32_t
unjudged(const struct combo *c)
{
	return c->version == 0x0304 ? 0 : c->version == 0x0002 ? 3 : 5;
}

/* Plaintext of a record with the longest possible: SSL 2.0 adds MAC and padding to 2^14 - 1. */
static bool
too_long(const struct combo *c, uint32_t n)
{
	return c->version == 0x0002 && n > 16383 - 16 - 8;
}

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
	for (size_t c = 0; c < RTE_DIM(combos); c++) {
		struct rec_session *s = session(&combos[c], true);
		struct rec_keys k = keys(&combos[c], true);
		union chain chain = first(&k);
		uint64_t seq = 0;

		for (size_t l = 0; l < RTE_DIM(lengths); l++) {
			if (too_long(&combos[c], lengths[l]))
				continue;
			for (size_t g = lengths[l] > 1000 ? 2 : 0; g < RTE_DIM(segs); g++, seq++) {
				struct rec_op op = { .seq = seq, .type = 23 };
				uint32_t n;

				fill((uint8_t)seq);
				op.m = lengths[l] == 0 ? NULL
						       : dpt_chain(plain, lengths[l], segs[g]);
				assert_int_equal(run(s, &op), REC_OK);
				n = dpt_take(op.m, rec, sizeof(rec));
				assert_int_equal(n, rec_alg_sealed_len(rec_alg_get(k.alg),
							    k.version, k.flags, lengths[l]));
				assert_int_equal(
					ref_open(&k, seq, chain.iv, rec, n, got), (int)lengths[l]);
				if (typed(&combos[c]))
					assert_int_equal(rec[0], 23);
				if (k.version == 0x0304)
					assert_int_equal(got[lengths[l]], 23);
				assert_memory_equal(got, plain, lengths[l]);
				ref_next_iv(&k, rec, n, chain.iv);
			}
		}
		eng->ops->session_free(s);
	}
}

/* Padding beyond what is needed that is legal at this record. */
static uint32_t
extra_of(const struct rec_keys *k, uint64_t seq, uint32_t n)
{
	const struct ref_suite *s = ref_suite(k->alg);

	if (k->version == 0x0304)
		return n + seq % 50 <= 16384 ? (uint32_t)(seq % 50) : 0;
	if (s->kind != REF_CBC || k->version == 0x0300 || k->version == 0x0002)
		return 0;
	return (uint32_t)(seq % 15) * 16;
}

static void
opens_what_the_reference_seals(void **state)
{
	for (size_t c = 0; c < RTE_DIM(combos); c++) {
		struct rec_session *s = session(&combos[c], false);
		struct rec_keys k = keys(&combos[c], false);
		union chain chain = first(&k);
		uint64_t seq = 0;

		for (size_t l = 0; l < RTE_DIM(lengths); l++) {
			if (too_long(&combos[c], lengths[l]))
				continue;
			for (size_t g = lengths[l] > 1000 ? 2 : 0; g < RTE_DIM(segs); g++, seq++) {
				struct rec_op op = { .seq = seq, .type = 23 };
				uint32_t n;

				fill((uint8_t)seq);
				n = ref_seal(&k, seq, 23, chain.iv, plain, lengths[l],
					extra_of(&k, seq, lengths[l]), rec);
				op.m = dpt_chain(rec, n, segs[g]);
				assert_int_equal(run(s, &op), REC_OK);
				assert_int_equal(op.type, 23);
				assert_int_equal(dpt_take(op.m, got, sizeof(got)), lengths[l]);
				assert_memory_equal(got, plain, lengths[l]);
				ref_next_iv(&k, rec, n, chain.iv);
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
			union chain one = first(&k), two = first(&k);
			struct rec_op op = {
				.seq = seqs[i], .type = 22, .m = dpt_chain("finished", 8, 3)
			};
			uint32_t n;

			assert_int_equal(run(s, &op), REC_OK);
			n = dpt_take(op.m, rec, sizeof(rec));
			if (typed(&combos[c]))
				assert_int_equal(rec[0], 22);
			assert_int_equal(ref_open(&k, seqs[i], one.iv, rec, n, got), 8);
			assert_int_equal(ref_open(&k, seqs[i] ^ 1, two.iv, rec, n, got), -1);
			eng->ops->session_free(s);
		}
	}
}

/* Opens a copy of the record with a fresh session. */
static uint8_t
open_fresh(const struct combo *c, uint64_t seq, uint8_t type, uint32_t n, uint32_t seg)
{
	struct rec_session *s = session(c, false);
	struct rec_op op = { .seq = seq, .type = type, .m = dpt_chain(rec, n, seg) };
	uint8_t rc = run(s, &op);

	rte_pktmbuf_free(op.m);
	eng->ops->session_free(s);
	return rc;
}

/* Every bit of a short record, one at a time. What the framing judges is left alone, and the
 * padding of SSL 3.0, which is defined to be anything. */
static void
refuses_every_flipped_bit(void **state)
{
	for (size_t c = 0; c < RTE_DIM(combos); c++) {
		struct rec_keys k = keys(&combos[c], false);
		union chain chain = first(&k);
		uint32_t n = ref_seal(&k, 9, 23, chain.iv, plain, 21, 0, rec);

		assert_int_equal(open_fresh(&combos[c], 9, 23, n, 13), REC_OK);
		for (uint32_t bit = unjudged(&combos[c]) * 8; bit < n * 8; bit++) {
			uint8_t rc;

			rec[bit / 8] ^= (uint8_t)(1u << bit % 8);
			rc = open_fresh(&combos[c], 9, 23, n, 13);
			rec[bit / 8] ^= (uint8_t)(1u << bit % 8);
			assert_int_equal(rc, REC_AUTH);
		}
	}
}

static void
refuses_wrong_type_and_wrong_sequence_number(void **state)
{
	for (size_t c = 0; c < RTE_DIM(combos); c++) {
		struct rec_keys k = keys(&combos[c], false);
		union chain chain = first(&k);
		uint32_t n = ref_seal(&k, 5, 23, chain.iv, plain, 100, 0, rec);

		assert_int_equal(open_fresh(&combos[c], 5, 23, n, 50), REC_OK);
		assert_int_equal(open_fresh(&combos[c], 6, 23, n, 50), REC_AUTH);
		if (typed(&combos[c]))
			assert_int_equal(open_fresh(&combos[c], 5, 22, n, 50), REC_AUTH);
	}
}

static void
refuses_every_truncation(void **state)
{
	for (size_t c = 0; c < RTE_DIM(combos); c++) {
		struct rec_keys k = keys(&combos[c], false);
		union chain chain = first(&k);
		uint32_t n = ref_seal(&k, 0, 23, chain.iv, plain, 40, 0, rec);

		for (uint32_t cut = 5; cut < n; cut++)
			assert_int_equal(open_fresh(&combos[c], 0, 23, cut, 17), REC_AUTH);
	}
}

/* A record sealed by hand: n bytes, MAC, `pad` bytes of padding with the one at `at` changed by
 * `flip`. */
static uint32_t
odd_padding(const struct rec_keys *k, uint32_t n, uint32_t pad, uint32_t at, uint8_t flip)
{
	const struct ref_suite *s = ref_suite(k->alg);
	uint32_t ex = ref_explicit(k), len = n, etm = k->flags & IPC_KEYS_ETM;
	uint8_t buf[512], h[13], iv[16];

	memcpy(iv, k->iv, 16);
	memcpy(buf, plain, n);
	if (!etm) {
		ref_header(h, 0, 23, k->version, n);
		ref_mac(k, h, buf, n, buf + n);
		len += s->mac;
	}
	memset(buf + len, (int)pad - 1, pad);
	buf[len + at] ^= flip;
	len += pad;
	memcpy(rec + 5, iv, ex);
	ref_cipher(1, k, iv, NULL, 0, buf, len, rec + 5 + ex, NULL);
	len += ex;
	if (etm) {
		ref_header(h, 0, 23, k->version, len);
		ref_mac(k, h, rec + 5, len, rec + 5 + len);
		len += s->mac;
	}
	return ref_finish(k, 23, len, rec);
}

/* Padding that fills the last block when n bytes and a MAC come before it. */
static uint32_t
least_pad(const struct rec_keys *k, uint32_t n)
{
	const struct ref_suite *s = ref_suite(k->alg);
	uint32_t before = n + ((k->flags & IPC_KEYS_ETM) != 0 ? 0 : s->mac);

	return s->block - before % s->block;
}

static void
refuses_padding_that_is_wrong_in_any_byte(void **state)
{
	for (size_t c = 0; c < RTE_DIM(combos); c++) {
		struct rec_keys k = keys(&combos[c], false);
		uint32_t pad;

		if (ref_suite(k.alg)->kind != REF_CBC || k.version <= 0x0300)
			continue;
		pad = least_pad(&k, 10) + 32;
		for (uint32_t at = 0; at < pad; at++) {
			uint32_t n = odd_padding(&k, 10, pad, at, 0x40);

			assert_int_equal(open_fresh(&combos[c], 0, 23, n, 64), REC_AUTH);
		}
	}
}

/* Padding lengths that reach into the MAC, the data, or out of the record. */
static void
refuses_padding_lengths_that_lie(void **state)
{
	for (size_t c = 0; c < RTE_DIM(combos); c++) {
		struct rec_keys k = keys(&combos[c], false);
		uint32_t pad, n;

		if (ref_suite(k.alg)->kind != REF_CBC || k.version < 0x0300)
			continue;
		pad = least_pad(&k, 10);
		for (uint32_t flip = 1; flip < 256; flip++) {
			/* one byte of padding, the rest data: with the MAC outside that is right */
			if ((k.flags & IPC_KEYS_ETM) != 0 && flip == pad - 1)
				continue;
			n = odd_padding(&k, 10, pad, pad - 1, (uint8_t)flip);
			assert_int_equal(open_fresh(&combos[c], 0, 23, n, 64), REC_AUTH);
		}
	}
}

/* RFC 6101 5.2.3.2: not longer than a block, contents anything. */
static void
ssl3_padding_is_at_most_a_block_of_anything(void **state)
{
	for (size_t c = 0; c < RTE_DIM(combos); c++) {
		struct rec_keys k = keys(&combos[c], false);
		uint32_t pad, n;

		if (ref_suite(k.alg)->kind != REF_CBC || k.version != 0x0300)
			continue;
		pad = least_pad(&k, 10);
		assert_true(pad > 1);
		n = odd_padding(&k, 10, pad, 0, 0x40);
		assert_int_equal(open_fresh(&combos[c], 0, 23, n, 64), REC_OK);
		n = odd_padding(&k, 10, pad + ref_suite(k.alg)->block, 0, 0);
		assert_int_equal(open_fresh(&combos[c], 0, 23, n, 64), REC_AUTH);
	}
}

/* --- TLS 1.3 -------------------------------------------------------------------------------- */

/* RFC 8448 section 3: the last records of the simple handshake. */
static void
opens_and_seals_the_records_of_rfc_8448(void **state)
{
	static const struct {
		const char *key, *iv, *rec;
		uint64_t seq;
		uint8_t type;
		uint32_t n; /* plaintext 00 01 02 ... for data */
	} rows[] = {
		{ "17422dda596ed5d9acd890e3c63f5051", "5b78923dee08579033e523d9",
			"1703030043a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b"
			"9819a8a5b46b395bd54a9a20441e2b62974e1f5a6292a2977014bd1e3deae63aee"
			"bb21694915e4",
			0, 23, 50 },
		{ "9f02283b6c9c07efc26bb9f2ac92e356", "cf782b88dd83549aadf1e984",
			"17030300432e937e11ef4ac740e538ad36005fc4a46932fc3225d05f82aa1b36e3"
			"0efaf97d90e6dffc602dcb501a59a8fcc49c4bf2e5f0a21c0047c2abf332540dd0"
			"32e167c2955d",
			1, 23, 50 },
		{ "17422dda596ed5d9acd890e3c63f5051", "5b78923dee08579033e523d9",
			"1703030013c9872760655666b74d7ff1153efd6db6d0b0e3", 1, 21, 2 },
	};
	static const uint8_t close_notify[2] = { 1, 0 };

	for (size_t i = 0; i < RTE_DIM(rows); i++) {
		for (int write = 0; write < 2; write++) {
			struct rec_keys k = {
				.alg = IPC_ALG_AES128_GCM, .version = 0x0304, .write = write != 0
			};
			uint32_t n = (uint32_t)strlen(rows[i].rec) / 2;
			struct rec_op op = { .seq = rows[i].seq, .type = 23 };
			struct rec_session *s;
			uint8_t content[50], wire[128];
			unsigned int b;

			for (int j = 0; j < 16; j++, k.key[j - 1] = (uint8_t)b)
				sscanf(rows[i].key + 2 * j, "%2x", &b);
			for (int j = 0; j < 12; j++, k.iv[j - 1] = (uint8_t)b)
				sscanf(rows[i].iv + 2 * j, "%2x", &b);
			for (uint32_t j = 0; j < n; j++, wire[j - 1] = (uint8_t)b)
				sscanf(rows[i].rec + 2 * j, "%2x", &b);
			for (uint8_t j = 0; j < 50; j++)
				content[j] = j;
			if (rows[i].type == 21)
				memcpy(content, close_notify, 2);
			assert_int_equal(eng->ops->session_new(eng, &k, &s), 0);
			op.m = write ? dpt_chain(content, rows[i].n, 20) : dpt_chain(wire, n, 20);
			if (write)
				op.type = rows[i].type;
			assert_int_equal(run(s, &op), REC_OK);
			assert_int_equal(op.type, rows[i].type);
			assert_int_equal(dpt_take(op.m, got, sizeof(got)), write ? n : rows[i].n);
			if (write)
				assert_memory_equal(got, wire, n);
			else
				assert_memory_equal(got, content, rows[i].n);
			eng->ops->session_free(s);
		}
	}
}

static void
finds_the_inner_type_behind_any_padding(void **state)
{
	for (size_t c = 0; c < RTE_DIM(combos); c++) {
		struct rec_keys k = keys(&combos[c], false);

		if (k.version != 0x0304)
			continue;
		for (uint32_t zeros = 0; zeros < 200; zeros++) {
			for (uint32_t len = 0; len < 40; len += 13) {
				struct rec_session *s = session(&combos[c], false);
				uint32_t n = ref_seal(&k, 0, 22, NULL, plain, len, zeros, rec);
				struct rec_op op = { .type = 23, .m = dpt_chain(rec, n, 33) };

				assert_int_equal(run(s, &op), REC_OK);
				assert_int_equal(op.type, 22);
				assert_int_equal(dpt_take(op.m, got, sizeof(got)), len);
				eng->ops->session_free(s);
			}
		}
	}
}

static void
says_that_a_record_of_zeros_has_no_type(void **state)
{
	for (size_t c = 0; c < RTE_DIM(combos); c++) {
		struct rec_keys k = keys(&combos[c], false);

		if (k.version != 0x0304)
			continue;
		for (uint32_t zeros = 0; zeros < 70; zeros++) {
			struct rec_session *s = session(&combos[c], false);
			uint32_t n = ref_seal(&k, 0, 0, NULL, plain, 0, zeros, rec);
			struct rec_op op = { .type = 23, .m = dpt_chain(rec, n, 33) };

			assert_int_equal(run(s, &op), REC_OK);
			assert_int_equal(op.type, 0);
			assert_null(op.m);
			eng->ops->session_free(s);
		}
	}
}

/* --- compression ---------------------------------------------------------------------------- */

static const struct combo packed[] = {
	{ IPC_ALG_NULL_MD5, 0x0300, IPC_KEYS_DEFLATE },
	{ IPC_ALG_RC4_SHA1, 0x0301, IPC_KEYS_DEFLATE },
	{ IPC_ALG_AES128_CBC_SHA1, 0x0301, IPC_KEYS_DEFLATE | IPC_KEYS_ETM },
	{ IPC_ALG_AES128_GCM, 0x0303, IPC_KEYS_DEFLATE },
};

/* Records sealed by the engine are opened by the reference and unpacked by one stream of zlib. */
static void
packs_records_into_one_stream(void **state)
{
	for (size_t c = 0; c < RTE_DIM(packed); c++) {
		struct rec_session *s = session(&packed[c], true);
		struct rec_keys k = keys(&packed[c], true);
		union chain chain = first(&k);
		z_stream z = { 0 };

		assert_int_equal(inflateInit(&z), Z_OK);
		for (size_t l = 0; l < RTE_DIM(lengths); l++) {
			struct rec_op op = { .seq = l, .type = 23 };
			static uint8_t out[20000];
			uint32_t n;
			int k_len;

			for (uint32_t i = 0; i < sizeof(plain); i++) /* packs badly, then well */
				plain[i] = (uint8_t)(l % 2 ? i / 100 : (i * 2654435761u) >> 13);
			op.m = lengths[l] == 0 ? NULL : dpt_chain(plain, lengths[l], 700);
			assert_int_equal(run(s, &op), REC_OK);
			n = dpt_take(op.m, rec, sizeof(rec));
			k_len = ref_open(&k, l, chain.iv, rec, n, got);
			assert_true(k_len >= 0);
			if (lengths[l] > 1000 && l % 2)
				assert_true((uint32_t)k_len < lengths[l] / 2);
			z.next_in = got;
			z.avail_in = (uint32_t)k_len;
			z.next_out = out;
			z.avail_out = sizeof(out);
			inflate(&z, Z_SYNC_FLUSH);
			assert_int_equal(sizeof(out) - z.avail_out, lengths[l]);
			assert_memory_equal(out, plain, lengths[l]);
			ref_next_iv(&k, rec, n, chain.iv);
		}
		inflateEnd(&z);
		eng->ops->session_free(s);
	}
}

/* One record with n bytes of plaintext packed by zlib, through a fresh session. */
static uint8_t
unpack(const struct combo *c, const uint8_t *p, uint32_t n, uint32_t *len)
{
	struct rec_session *s = session(c, false);
	struct rec_keys k = keys(c, false);
	union chain chain = first(&k);
	static uint8_t in[20000];
	struct rec_op op = { .type = 23 };
	z_stream z = { 0 };
	uint8_t rc;

	assert_int_equal(deflateInit(&z, 9), Z_OK);
	z.next_in = (uint8_t *)(uintptr_t)p;
	z.avail_in = n;
	z.next_out = in;
	z.avail_out = sizeof(in);
	assert_int_equal(deflate(&z, Z_SYNC_FLUSH), Z_OK);
	deflateEnd(&z);
	n = ref_seal(&k, 0, 23, chain.iv, in, (uint32_t)(sizeof(in) - z.avail_out), 0, rec);
	op.m = dpt_chain(rec, n, 500);
	rc = run(s, &op);
	*len = op.m != NULL ? op.m->pkt_len : 0;
	if (rc == REC_OK)
		dpt_take(op.m, got, sizeof(got));
	else
		rte_pktmbuf_free(op.m);
	eng->ops->session_free(s);
	return rc;
}

static void
unpacks_up_to_2_14_and_no_byte_more(void **state)
{
	static uint8_t big[200000];
	uint32_t len;

	for (size_t c = 0; c < RTE_DIM(packed); c++) {
		assert_int_equal(unpack(&packed[c], big, 1, &len), REC_OK);
		assert_int_equal(len, 1);
		assert_int_equal(unpack(&packed[c], big, 16384, &len), REC_OK);
		assert_int_equal(len, 16384);
		assert_int_equal(unpack(&packed[c], big, 16385, &len), REC_UNPACK);
		assert_int_equal(unpack(&packed[c], big, sizeof(big), &len), REC_UNPACK);
	}
}

static void
refuses_what_is_no_deflate(void **state)
{
	for (size_t c = 0; c < RTE_DIM(packed); c++) {
		struct rec_keys k = keys(&packed[c], false);
		union chain chain = first(&k);
		uint32_t n =
			ref_seal(&k, 0, 23, chain.iv, (const uint8_t *)"not packed", 10, 0, rec);

		assert_int_equal(open_fresh(&packed[c], 0, 23, n, 60), REC_UNPACK);
	}
}

/* --- the rest ------------------------------------------------------------------------------- */

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
	struct rec_session *s = session(&combos[10], true);
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
		DPT_TEST(refuses_padding_lengths_that_lie),
		DPT_TEST(ssl3_padding_is_at_most_a_block_of_anything),
		DPT_TEST(opens_and_seals_the_records_of_rfc_8448),
		DPT_TEST(finds_the_inner_type_behind_any_padding),
		DPT_TEST(says_that_a_record_of_zeros_has_no_type),
		DPT_TEST(packs_records_into_one_stream),
		DPT_TEST(unpacks_up_to_2_14_and_no_byte_more),
		DPT_TEST(refuses_what_is_no_deflate),
		DPT_TEST(gcm_explicit_nonce_is_the_sequence_number),
		DPT_TEST(cbc_ivs_differ_from_record_to_record),
		DPT_TEST(copies_segments_that_it_may_not_write),
		DPT_TEST(a_session_freed_with_work_in_flight_lives_until_it_is_back),
		DPT_TEST(runs_out_of_mbufs_without_losing_any),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
