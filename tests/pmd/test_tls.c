/* TLS record sessions: device against the tests' own record layer, both ways. */
#include <string.h>

#include <rte_errno.h>

#include "tests/pmd/env.h"
#include "tests/pmd/soft.h"

#define ROOM 32 /* bytes before the payload in place; more than any record's head */
#define TYPE 23

/* Both ends of one direction: the device's session and the software's state. */
struct pair {
	enum rte_pmd_sluice_tls_alg alg;
	enum rte_pmd_sluice_tls_version ver;
	struct soft_record soft;
	struct rte_pmd_sluice_tls_session *dev;
};

static const struct suite {
	enum rte_pmd_sluice_tls_alg alg;
	enum rte_pmd_sluice_tls_version ver;
	uint8_t key_len, etm;
} suites[] = {
	{ RTE_PMD_SLUICE_TLS_AES_GCM, RTE_PMD_SLUICE_VERSION_TLS_1_2, 16, 0 },
	{ RTE_PMD_SLUICE_TLS_AES_GCM, RTE_PMD_SLUICE_VERSION_TLS_1_2, 32, 0 },
	{ RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA1, RTE_PMD_SLUICE_VERSION_TLS_1_0, 16, 0 },
	{ RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA1, RTE_PMD_SLUICE_VERSION_TLS_1_1, 32, 0 },
	{ RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA1, RTE_PMD_SLUICE_VERSION_TLS_1_2, 16, 0 },
	{ RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA1, RTE_PMD_SLUICE_VERSION_TLS_1_2, 32, 0 },
	{ RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA256, RTE_PMD_SLUICE_VERSION_TLS_1_2, 16, 0 },
	{ RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA256, RTE_PMD_SLUICE_VERSION_TLS_1_2, 32, 0 },
	{ RTE_PMD_SLUICE_TLS_AES_GCM, RTE_PMD_SLUICE_VERSION_TLS_1_3, 16, 0 },
	{ RTE_PMD_SLUICE_TLS_AES_GCM, RTE_PMD_SLUICE_VERSION_TLS_1_3, 32, 0 },
	{ RTE_PMD_SLUICE_TLS_CHACHA20_POLY1305, RTE_PMD_SLUICE_VERSION_TLS_1_2, 32, 0 },
	{ RTE_PMD_SLUICE_TLS_CHACHA20_POLY1305, RTE_PMD_SLUICE_VERSION_TLS_1_3, 32, 0 },
	{ RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA1, RTE_PMD_SLUICE_VERSION_SSL_3_0, 32, 0 },
	{ RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA1, RTE_PMD_SLUICE_VERSION_TLS_1_0, 16, 1 },
	{ RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA1, RTE_PMD_SLUICE_VERSION_TLS_1_1, 16, 1 },
	{ RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA256, RTE_PMD_SLUICE_VERSION_TLS_1_2, 32, 1 },
	{ RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA384, RTE_PMD_SLUICE_VERSION_TLS_1_2, 32, 0 },
	{ RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA384, RTE_PMD_SLUICE_VERSION_TLS_1_2, 16, 1 },
};
static const uint32_t lens[] = { 1, 0, 15, 16, 17, 27, 28, 255, 1000, 4096, 16384 };

/* The device has it; a suite that it has not must be refused. */
static bool
there(struct env *e, const struct suite *s)
{
	struct rte_pmd_sluice_info info;

	assert_int_equal(rte_pmd_sluice_info_get(e->dev, &info), 0);
	return (s->etm ? info.tls_etm : info.tls)[s->alg] & RTE_PMD_SLUICE_TLS_BIT(s->ver);
}

static bool
is_aead(enum rte_pmd_sluice_tls_alg alg)
{
	return alg == RTE_PMD_SLUICE_TLS_AES_GCM || alg == RTE_PMD_SLUICE_TLS_CHACHA20_POLY1305;
}

static void
xform(const struct pair *p, bool write, struct rte_pmd_sluice_tls_record_xform *x)
{
	const struct soft_record *s = &p->soft;

	*x = (struct rte_pmd_sluice_tls_record_xform){
		.type = write ? RTE_PMD_SLUICE_TLS_SESS_TYPE_WRITE : RTE_PMD_SLUICE_TLS_SESS_TYPE_READ,
		.ver = p->ver, .alg = p->alg, .seq_no = s->seq, .key_len = (uint8_t)s->key_len, .key = s->key,
		.mac_key_len = (uint8_t)s->mac_len, .mac_key = s->md ? s->mac_key : NULL, .iv = s->iv, .etm = s->etm };
	if (s->md)
		x->iv_len = p->ver <= RTE_PMD_SLUICE_VERSION_TLS_1_0 ? 16 : 0;
	else
		x->iv_len = s->chacha || p->ver == RTE_PMD_SLUICE_VERSION_TLS_1_3 ? 12 : 4;
}

/* False, with nothing to close: the device has no such records, and said so. */
static bool
pair_open(struct env *e, struct pair *p, const struct suite *s, bool write, uint64_t seq)
{
	struct rte_pmd_sluice_tls_record_xform x;

	memset(p, 0, sizeof(*p));
	p->alg = s->alg;
	p->ver = s->ver;
	p->soft.version = (uint16_t)s->ver;
	p->soft.key_len = s->key_len;
	p->soft.seq = seq;
	p->soft.chacha = s->alg == RTE_PMD_SLUICE_TLS_CHACHA20_POLY1305;
	p->soft.etm = s->etm;
	if (!is_aead(s->alg)) {
		p->soft.md = s->alg == RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA1 ? EVP_sha1() :
			s->alg == RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA256 ? EVP_sha256() : EVP_sha384();
		p->soft.mac_len = (uint32_t)EVP_MD_get_size(p->soft.md);
	}
	env_random_bytes(e, p->soft.key, sizeof(p->soft.key));
	env_random_bytes(e, p->soft.mac_key, sizeof(p->soft.mac_key));
	env_random_bytes(e, p->soft.iv, sizeof(p->soft.iv));
	xform(p, write, &x);
	p->dev = rte_pmd_sluice_tls_session_create(e->dev, 0, &x);
	if (there(e, s)) {
		assert_non_null(p->dev);
		return true;
	}
	assert_null(p->dev);
	assert_int_equal(rte_errno, EINVAL);
	return false;
}

static void
pair_close(struct pair *p)
{
	assert_int_equal(rte_pmd_sluice_tls_session_destroy(p->dev), 0);
}

static bool
tls13(const struct pair *p)
{
	return p->ver == RTE_PMD_SLUICE_VERSION_TLS_1_3;
}

/* Seals on the device; returns the record's length. cut: where the buffers are split, 0 for not at all. */
static uint32_t
device_seal(struct env *e, struct pair *p, const uint8_t *in, uint32_t len, uint32_t pad, bool inplace, uint16_t cut,
	uint8_t *out)
{
	uint32_t room = rte_pmd_sluice_tls_sealed_len(p->alg, p->ver, p->soft.etm, len, pad), n;
	static uint8_t buf[ENV_BUF];
	struct rte_mbuf *src, *dst = NULL;
	struct rte_crypto_op *op = env_op(e);

	memset(buf, 0xa5, sizeof(buf));
	memcpy(buf + ROOM, in, len);
	src = env_chain(e, buf, ROOM + (inplace ? room : len), &cut, cut != 0);
	if (!inplace)
		dst = env_chain(e, NULL, room, &cut, cut != 0);
	op->sym->m_src = src;
	op->sym->m_dst = dst;
	op->sym->aead.data.offset = ROOM;
	op->sym->aead.data.length = len;
	rte_pmd_sluice_tls_record_attach(op, p->dev, TYPE);
	rte_pmd_sluice_tls_record_pad(op, pad);
	assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
	n = op->sym->aead.data.length;
	assert_int_equal(n, room);
	assert_int_equal(op->sym->aead.data.offset, inplace ? ROOM - rte_pmd_sluice_tls_record_head(p->alg, p->ver) : 0);
	env_copy_out(dst ? dst : src, op->sym->aead.data.offset, n, out);
	rte_crypto_op_free(op);
	rte_pktmbuf_free(src);
	rte_pktmbuf_free(dst);
	return n;
}

/* Opens on the device; returns the op's status, and the plaintext when it is good. */
static enum rte_crypto_op_status
device_open(struct env *e, struct pair *p, const uint8_t *in, uint32_t len, bool inplace, uint16_t cut,
	uint8_t *out, uint32_t *out_len, uint8_t *type)
{
	struct rte_mbuf *src = env_chain(e, in, len, &cut, cut != 0);
	struct rte_mbuf *dst = inplace ? NULL : env_chain(e, NULL, len, &cut, cut != 0);
	struct rte_crypto_op *op = env_op(e);
	enum rte_crypto_op_status status;

	op->sym->m_src = src;
	op->sym->m_dst = dst;
	op->sym->aead.data.offset = 0;
	op->sym->aead.data.length = len;
	rte_pmd_sluice_tls_record_attach(op, p->dev, 0);
	status = env_run(e, op);
	if (status == RTE_CRYPTO_OP_STATUS_SUCCESS) {
		*type = rte_pmd_sluice_tls_record_type(op);
		*out_len = op->sym->aead.data.length;
		env_copy_out(dst ? dst : src, op->sym->aead.data.offset, *out_len, out);
	}
	rte_crypto_op_free(op);
	rte_pktmbuf_free(src);
	rte_pktmbuf_free(dst);
	return status;
}

static void
device_seals_software_opens(void **state)
{
	static uint8_t in[16384], record[ENV_BUF], out[ENV_BUF];
	struct env *e = *state;

	env_random_bytes(e, in, sizeof(in));
	for (size_t s = 0; s < RTE_DIM(suites); s++) {
		struct pair p;

		if (!pair_open(e, &p, &suites[s], true, s * 1000))
			continue;
		for (size_t i = 0; i < RTE_DIM(lens); i++) {
			uint32_t pad = tls13(&p) ? RTE_MIN(i * i * 37, 16384 - lens[i]) : 0;
			uint32_t n = device_seal(e, &p, in, lens[i], pad, i % 2, i % 3 ? (uint16_t)(1 + i * 5) : 0, record);
			uint8_t type = 0;

			assert_int_equal(soft_open(&p.soft, record, n, &type, out), lens[i]);
			assert_int_equal(type, TYPE);
			assert_memory_equal(out, in, lens[i]);
		}
		pair_close(&p);
	}
}

static void
software_seals_device_opens(void **state)
{
	static uint8_t in[16384], record[ENV_BUF], out[ENV_BUF];
	struct env *e = *state;
	uint8_t nonce[16];

	env_random_bytes(e, in, sizeof(in));
	for (size_t s = 0; s < RTE_DIM(suites); s++) {
		struct pair p;

		if (!pair_open(e, &p, &suites[s], false, UINT32_MAX - 3))
			continue;
		for (size_t i = 0; i < RTE_DIM(lens); i++) {
			bool padded = lens[i] < 16000 && p.ver != RTE_PMD_SLUICE_VERSION_SSL_3_0 && (p.soft.md || tls13(&p));
			uint32_t pad = padded ? (uint32_t)(i * 3 % 15) : 0, got = 0, n;
			uint8_t type = 0;

			env_random_bytes(e, nonce, sizeof(nonce));
			n = soft_seal(&p.soft, (uint8_t)(20 + i % 4), in, lens[i], nonce, pad, record);
			assert_int_equal(device_open(e, &p, record, n, i % 2, i % 3 ? (uint16_t)(1 + i * 5) : 0, out, &got,
				&type), RTE_CRYPTO_OP_STATUS_SUCCESS);
			assert_int_equal(got, lens[i]);
			assert_int_equal(type, 20 + i % 4);
			assert_memory_equal(out, in, lens[i]);
		}
		pair_close(&p);
	}
}

static void
records_split_at_every_boundary(void **state)
{
	uint8_t in[40], record[128], out[ENV_BUF], nonce[16] = { 9 };
	struct env *e = *state;

	env_random_bytes(e, in, sizeof(in));
	for (size_t s = 0; s < RTE_DIM(suites); s += 4) {
		uint32_t n = rte_pmd_sluice_tls_sealed_len(suites[s].alg, suites[s].ver, suites[s].etm, sizeof(in), 0), got = 0;
		struct pair w, r;
		uint8_t type;

		if (!pair_open(e, &w, &suites[s], true, 0) || !pair_open(e, &r, &suites[s], false, 0))
			continue;
		for (uint16_t cut = 1; cut < n; cut++) {
			assert_int_equal(device_seal(e, &w, in, sizeof(in), 0, cut % 2, cut, record), n);
			assert_int_equal(soft_open(&w.soft, record, n, &type, out), sizeof(in));
			assert_int_equal(soft_seal(&r.soft, TYPE, in, sizeof(in), nonce, 0, record), n);
			assert_int_equal(device_open(e, &r, record, n, cut % 2, cut, out, &got, &type),
				RTE_CRYPTO_OP_STATUS_SUCCESS);
			assert_memory_equal(out, in, sizeof(in));
		}
		pair_close(&w);
		pair_close(&r);
	}
}

/* Any bit of a record flipped is noticed: a new session for each, because a failed one is over. */
static void
every_flipped_bit_of_a_record_is_noticed(void **state)
{
	uint8_t in[20], record[128], bad[128], out[128], nonce[16] = { 7 }, type;
	struct env *e = *state;
	uint32_t got;

	env_random_bytes(e, in, sizeof(in));
	for (size_t s = 0; s < RTE_DIM(suites); s += env_times(e, 2, 4)) {
		struct soft_record start;
		struct pair p;
		uint32_t n;

		if (!pair_open(e, &p, &suites[s], false, 5))
			continue;
		pair_close(&p);
		start = p.soft;
		n = soft_seal(&p.soft, TYPE, in, sizeof(in), nonce, 0, record);
		for (uint32_t bit = 0; bit < 8 * n; bit += env_times(e, 1, 13)) {
			struct rte_pmd_sluice_tls_record_xform x;
			enum rte_crypto_op_status status;

			p.soft = start;
			xform(&p, false, &x);
			p.dev = rte_pmd_sluice_tls_session_create(e->dev, 0, &x);
			assert_non_null(p.dev);
			memcpy(bad, record, n);
			bad[bit / 8] ^= (uint8_t)(1u << bit % 8);
			status = device_open(e, &p, bad, n, bit % 2, 0, out, &got, &type);
			/* version and length are the header's (in TLS 1.3 the type as well) and refused as such; everything else must fail to authenticate */
			assert_int_equal(status, bit >= (tls13(&p) ? 0u : 8u) && bit < 40 ? RTE_CRYPTO_OP_STATUS_INVALID_ARGS :
				RTE_CRYPTO_OP_STATUS_AUTH_FAILED);
			pair_close(&p);
		}
	}
}

static void
truncated_and_oversized_records_are_refused(void **state)
{
	static uint8_t record[ENV_BUF], out[ENV_BUF];
	uint8_t in[64] = { 1 }, nonce[16] = { 7 }, type;
	struct env *e = *state;
	uint32_t got;

	for (size_t s = 0; s < RTE_DIM(suites); s += 4) {
		struct pair p;
		uint32_t n;

		if (!pair_open(e, &p, &suites[s], false, 0))
			continue;
		n = soft_seal(&p.soft, TYPE, in, sizeof(in), nonce, 0, record);
		for (uint32_t len = 1; len < n; len += 3)
			assert_int_equal(device_open(e, &p, record, len, false, 0, out, &got, &type),
				RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
		assert_int_equal(device_open(e, &p, record, RTE_PMD_SLUICE_TLS_MAX_RECORD + 1, false, 0, out, &got, &type),
			RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
		pair_close(&p);
	}
}

/* Out of place with less room than the plaintext: nothing is written past it. */
static void
a_short_destination_is_an_error(void **state)
{
	uint8_t in[200], record[512], nonce[16] = { 7 }, tail[64], was[64];
	struct env *e = *state;

	env_random_bytes(e, in, sizeof(in));
	for (size_t s = 0; s < RTE_DIM(suites); s += 4) {
		struct rte_crypto_op *op;
		struct pair p;
		uint32_t n;

		if (!pair_open(e, &p, &suites[s], false, 0))
			continue;
		op = env_op(e);
		n = soft_seal(&p.soft, TYPE, in, sizeof(in), nonce, 0, record);
		op->sym->m_src = env_mbuf(e, record, n);
		op->sym->m_dst = env_mbuf(e, NULL, 100);
		memcpy(was, rte_pktmbuf_mtod_offset(op->sym->m_dst, void *, 100), sizeof(was));
		op->sym->aead.data.length = n;
		rte_pmd_sluice_tls_record_attach(op, p.dev, 0);
		assert_int_not_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
		memcpy(tail, rte_pktmbuf_mtod_offset(op->sym->m_dst, void *, 100), sizeof(tail));
		assert_memory_equal(tail, was, sizeof(tail));
		rte_pktmbuf_free(op->sym->m_src);
		rte_pktmbuf_free(op->sym->m_dst);
		rte_crypto_op_free(op);
		pair_close(&p);
	}
}

static void
sequence_numbers_end(void **state)
{
	struct env *e = *state;
	struct rte_crypto_op *op;
	uint8_t in[8] = { 1 }, record[128], out[128], type;
	struct pair p;
	uint32_t n;

	pair_open(e, &p, &suites[0], true, UINT64_MAX - 1);
	n = device_seal(e, &p, in, sizeof(in), 0, true, 0, record);
	assert_int_equal(soft_open(&p.soft, record, n, &type, out), sizeof(in));
	op = env_op(e);
	op->sym->m_src = env_mbuf(e, NULL, 200);
	op->sym->aead.data.offset = ROOM;
	op->sym->aead.data.length = 8;
	rte_pmd_sluice_tls_record_attach(op, p.dev, TYPE);
	assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_INVALID_SESSION);
	assert_int_equal(rte_pmd_sluice_op_device_status(op), SLUICE_ST_SEQ_EXHAUSTED);
	rte_pktmbuf_free(op->sym->m_src);
	rte_crypto_op_free(op);
	pair_close(&p);
}

static void
bad_sessions_are_refused(void **state)
{
	struct env *e = *state;
	struct rte_pmd_sluice_tls_record_xform x, bad;
	struct rte_crypto_op *op;
	struct pair p;

	pair_open(e, &p, &suites[0], true, 0);
	xform(&p, true, &x);
#define REFUSED(change) \
	do { \
		bad = x; \
		change; \
		assert_null(rte_pmd_sluice_tls_session_create(e->dev, 0, &bad)); \
		assert_int_equal(rte_errno, EINVAL); \
	} while (0)
	REFUSED(bad.key_len = 24);
	REFUSED(bad.key = NULL);
	REFUSED(bad.ver = RTE_PMD_SLUICE_VERSION_TLS_1_1);
	REFUSED(bad.ver = 0x0304);
	REFUSED(bad.ver = 0x0305);
	REFUSED(bad.etm = 1);
	REFUSED(bad.slice = RTE_PMD_SLUICE_SLICE_CLIENT);
	REFUSED(bad.secret = 0x10001);
	REFUSED(bad.iv_len = 12);
	REFUSED(bad.mac_key_len = 20);
	REFUSED(bad.alg = RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA1);
	assert_null(rte_pmd_sluice_tls_session_create(e->dev, ENV_QPS, &x));
	/* a session belongs to its queue pair; a destroyed one to nobody */
	op = env_op(e);
	op->sym->m_src = env_mbuf(e, NULL, 100);
	op->sym->aead.data.offset = ROOM;
	rte_pmd_sluice_tls_record_attach(op, p.dev, TYPE);
	env_enqueue(e, 1, op);
	env_wait(e, 1, &op, 1);
	assert_int_equal(op->status, RTE_CRYPTO_OP_STATUS_INVALID_SESSION);
	pair_close(&p);
	assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_INVALID_SESSION);
	assert_int_equal(rte_pmd_sluice_tls_session_destroy(p.dev), -EINVAL);
	rte_pktmbuf_free(op->sym->m_src);
	rte_crypto_op_free(op);
}

static void
sessions_run_out_and_come_back(void **state)
{
	static struct rte_pmd_sluice_tls_session *all[SLUICE_NUM_SESSIONS + 1];
	struct env *e = *state;
	struct rte_pmd_sluice_tls_record_xform x;
	struct pair p;

	pair_open(e, &p, &suites[0], true, 0);
	pair_close(&p);
	xform(&p, true, &x);
	for (int round = 0; round < 2; round++) {
		unsigned int n = 0; /* the erasure of a session of before may still be on its way */

		while (n <= SLUICE_NUM_SESSIONS && (all[n] = rte_pmd_sluice_tls_session_create(e->dev, 0, &x)))
			n++;
		assert_in_range(n, SLUICE_NUM_SESSIONS - 8, SLUICE_NUM_SESSIONS);
		assert_int_equal(rte_errno, ENOSPC);
		while (n)
			assert_int_equal(rte_pmd_sluice_tls_session_destroy(all[--n]), 0);
	}
}

static void
a_session_in_use_is_busy(void **state)
{
	struct env *e = *state;
	struct rte_crypto_op *op = env_op(e);
	struct pair p;

	pair_open(e, &p, &suites[0], true, 0);
	op->sym->m_src = env_mbuf(e, NULL, 16384 + 100);
	op->sym->aead.data.offset = ROOM;
	op->sym->aead.data.length = 16000;
	rte_pmd_sluice_tls_record_attach(op, p.dev, TYPE);
	env_enqueue(e, 0, op);
	assert_int_equal(rte_pmd_sluice_tls_session_destroy(p.dev), -EBUSY);
	env_wait(e, 0, &op, 1);
	assert_int_equal(op->status, RTE_CRYPTO_OP_STATUS_SUCCESS);
	rte_pktmbuf_free(op->sym->m_src);
	rte_crypto_op_free(op);
	pair_close(&p);
}

const struct CMUnitTest env_tests_tls[] = {
	cmocka_unit_test(device_seals_software_opens),
	cmocka_unit_test(software_seals_device_opens),
	cmocka_unit_test(records_split_at_every_boundary),
	cmocka_unit_test(every_flipped_bit_of_a_record_is_noticed),
	cmocka_unit_test(truncated_and_oversized_records_are_refused),
	cmocka_unit_test(a_short_destination_is_an_error),
	cmocka_unit_test(sequence_numbers_end),
	cmocka_unit_test(bad_sessions_are_refused),
	cmocka_unit_test(sessions_run_out_and_come_back),
	cmocka_unit_test(a_session_in_use_is_busy),
};
const size_t env_tests_tls_n = RTE_DIM(env_tests_tls);
