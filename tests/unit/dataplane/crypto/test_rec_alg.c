/*
 * Which keys are keys: every algorithm against every version, flag and length, held against a list
 * written from the RFCs; and the lengths of records.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dataplane/crypto/rec_alg.h"

/* iv: -1: none up to TLS 1.0 either; else the block, needed up to TLS 1.0 and optional above */
static const struct row {
	uint32_t alg;
	uint16_t first, last;
	uint8_t key, mac;
	int block;
} rows[] = {
	{ IPC_ALG_AES128_GCM, 0x0303, 0x0304, 16, 0, 0 }, /* RFC 5288, RFC 8446 */
	{ IPC_ALG_AES256_GCM, 0x0303, 0x0304, 32, 0, 0 },
	{ IPC_ALG_CHACHA20_POLY1305, 0x0303, 0x0304, 32, 0, 0 }, /* RFC 7905 */
	{ IPC_ALG_AES128_CBC_SHA1, 0x0300, 0x0303, 16, 20, 16 }, /* RFC 3268, RFC 5246 A.5 */
	{ IPC_ALG_AES256_CBC_SHA1, 0x0300, 0x0303, 32, 20, 16 },
	{ IPC_ALG_AES128_CBC_SHA256, 0x0303, 0x0303, 16, 32, 16 },
	{ IPC_ALG_AES256_CBC_SHA256, 0x0303, 0x0303, 32, 32, 16 },
	{ IPC_ALG_AES256_CBC_SHA384, 0x0303, 0x0303, 32, 48, 16 }, /* RFC 5289 */
	{ IPC_ALG_3DES_CBC_SHA1, 0x0300, 0x0303, 24, 20, 8 }, /* RFC 6101 A.6 */
	{ IPC_ALG_RC4_SHA1, 0x0300, 0x0303, 16, 20, -1 },
	{ IPC_ALG_RC4_MD5, 0x0300, 0x0303, 16, 16, -1 },
	{ IPC_ALG_NULL_SHA1, 0x0300, 0x0303, 0, 20, -1 },
	{ IPC_ALG_NULL_MD5, 0x0300, 0x0303, 0, 16, -1 },
	{ IPC_ALG_NULL_SHA256, 0x0303, 0x0303, 0, 32, -1 },
	{ IPC_ALG_RC4_MD5, 0x0002, 0x0002, 16, 16, -1 },
	{ IPC_ALG_3DES_CBC_MD5, 0x0002, 0x0002, 24, 24, 8 },
};

static bool
listed(uint32_t alg, uint16_t version, uint8_t flags, uint32_t key, uint32_t mac, uint32_t iv)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		uint32_t want = r->block < 0 ? 0 : (uint32_t)r->block;

		if (r->alg != alg || version < r->first || version > r->last || key != r->key ||
			mac != r->mac)
			continue;
		if (r->mac == 0) /* AEAD: the salt, or the nonce's mask */
			want = alg != IPC_ALG_CHACHA20_POLY1305 && version == 0x0303 ? 4 : 12;
		if (iv != want && !(r->block > 0 && version >= 0x0302 && iv == 0))
			return false;
		if ((flags & 1) != 0 && (r->block <= 0 || version < 0x0301)) /* RFC 7366 */
			return false;
		if ((flags & 2) != 0 && version == 0x0304) /* RFC 8446 4.1.2 */
			return false;
		return version != 0x0002 || flags == 0;
	}
	return false;
}

static void
takes_exactly_what_the_rfcs_define(void **state)
{
	static const uint16_t versions[] = { 0, 1, 0x0002, 0x0003, 0x0200, 0x0300, 0x0301, 0x0302,
		0x0303, 0x0304, 0x0305, 0xfeff };
	static const uint32_t lens[] = { 0, 4, 8, 12, 15, 16, 17, 20, 24, 32, 33, 48, 255 };
	const size_t n = sizeof(lens) / sizeof(lens[0]);
	uint32_t legal = 0;

	for (uint32_t alg = 0; alg < 40; alg++)
		for (size_t v = 0; v < sizeof(versions) / sizeof(versions[0]); v++)
			for (uint8_t flags = 0; flags < 4; flags++)
				for (size_t i = 0; i < n * n * n; i++) {
					const struct rec_key_lens l = { lens[i % n],
						lens[i / n % n], lens[i / n / n] };
					bool want = listed(
						alg, versions[v], flags, l.key, l.mac_key, l.iv);

					assert_int_equal(
						rec_alg_fits(alg, versions[v], flags, &l), want);
					legal += want;
				}
	assert_true(legal > 100);
	assert_null(rec_alg_get(0));
	assert_null(rec_alg_get(IPC_ALG_COUNT));
	assert_null(rec_alg_get(UINT32_MAX));
}

static void
refuses_flags_that_are_none(void **state)
{
	const struct rec_key_lens l = { 16, 20, 16 };

	for (uint32_t flags = 4; flags < 256; flags++)
		assert_false(rec_alg_fits(IPC_ALG_AES128_CBC_SHA1, 0x0303, (uint8_t)flags, &l));
}

/* What is sealed is a fragment that can be one, and one byte less or more is not, where blocks are
 * counted. */
static void
what_is_sealed_has_a_legal_length(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct rec_alg *a = rec_alg_get(rows[i].alg);

		for (uint16_t v = rows[i].first; v <= rows[i].last; v++) {
			uint8_t etm = rows[i].block > 0 && v >= 0x0301 ? IPC_KEYS_ETM : 0;

			for (uint32_t n = 0; n < 300; n++) {
				for (uint8_t f = 0; f <= etm; f++) {
					uint32_t len = rec_alg_sealed_len(a, v, f, n);
					uint32_t head = v != 0x0002 ? 5
							: rows[i].block > 0 && (16 + n) % 8 != 0
								? 3
								: 2;

					assert_true(rec_alg_fragment_ok(a, v, f, len - head));
					if (rows[i].block > 0) {
						assert_false(rec_alg_fragment_ok(
							a, v, f, len - head - 1));
						assert_false(rec_alg_fragment_ok(
							a, v, f, len - head + 1));
					}
				}
			}
		}
	}
}

static void
hard_limits_leave_an_eighth_to_replace_a_key(void **state)
{
	struct rec_alg_limit gcm = rec_alg_limit(rec_alg_get(IPC_ALG_AES256_GCM)),
			     chacha = rec_alg_limit(rec_alg_get(IPC_ALG_CHACHA20_POLY1305)),
			     des = rec_alg_limit(rec_alg_get(IPC_ALG_3DES_CBC_SHA1));

	assert_true(gcm.hard <= 23726566); /* 2^24.5 */
	assert_int_equal(gcm.hard - gcm.soft, gcm.hard / 8);
	assert_true(chacha.soft == UINT64_MAX && chacha.hard == UINT64_MAX);
	assert_int_equal(des.soft, 1 << 20);
	assert_true(des.hard < 1ull << 32);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_exactly_what_the_rfcs_define),
		cmocka_unit_test(refuses_flags_that_are_none),
		cmocka_unit_test(what_is_sealed_has_a_legal_length),
		cmocka_unit_test(hard_limits_leave_an_eighth_to_replace_a_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
