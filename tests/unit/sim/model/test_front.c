/*
 * The golden model's front end as map version 2 has it: functions that cannot name each other's slots or memory, zeroising, a noise source
 * that sticks, interrupts.
 */
#include "common/keyblob.h"
#include "tests/unit/sim/model/rig.h"

#define OTHER 6u /* queue of another function */
#define SECRET 0x00020005u

static struct sluice_cpl
op(struct rig *r, unsigned int queue, struct sluice_desc d, const void *src, uint32_t len)
{
	return rig_op(r, queue, d, src, len, NULL);
}

/* A session, a key and a secret of function 0 are nobody else's: not to use, not to free, not to write over. */
static void
slots_belong_to_functions(void **state)
{
	static const struct sluice_session s = { .alg = SLUICE_ALG_AES_GCM, .key_bytes = 16 };
	static const uint8_t zero[64];
	uint8_t plain[SLUICE_EC_KEY_BYTES], kek[32], blob[256];
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	struct sluice_desc kdf = { .opcode = SLUICE_OP_KDF, .param0 = SLUICE_KDF_T13_EARLY, .param1 = SLUICE_HASH_SHA256, .handle2 = SECRET };
	struct rig *r = *state;
	size_t len;

	memset(kek, 0x5a, sizeof(kek));
	assert_int_equal(keyblob_build_ec(key, plain, sizeof(plain), &len), 0);
	assert_int_equal(keyblob_wrap(kek, plain, len, blob, sizeof(blob), &len), 0);
	for (unsigned int mine = 0; mine < 2; mine++) { /* the other function, then function 0 again */
		unsigned int func = mine ? 0 : 3;
		uint8_t handle = mine ? SLUICE_ST_OK : SLUICE_ST_BAD_HANDLE, secret = mine ? SLUICE_ST_OK : SLUICE_ST_BAD_SECRET;

		if (!mine) {
			assert_int_equal(rig_load(r, SLUICE_ENGINE_AEAD, &s), SLUICE_ST_OK);
			assert_int_equal(op(r, SLUICE_ENGINE_ECC, (struct sluice_desc){ .opcode = SLUICE_OP_KEY_LOAD, .handle = HANDLE }, blob,
				(uint32_t)len).status, SLUICE_ST_OK);
			assert_int_equal(op(r, SLUICE_ENGINE_KDF, kdf, "", 0).status, SLUICE_ST_OK);
		}
		rig_ring(r, OTHER, SLUICE_ENGINE_AEAD, func);
		assert_int_equal(op(r, OTHER, (struct sluice_desc){ .opcode = SLUICE_OP_AEAD_SEAL, .handle = HANDLE }, zero, 30).status, handle);
		assert_int_equal(op(r, OTHER, (struct sluice_desc){ .opcode = SLUICE_OP_SESSION_LOAD, .handle = HANDLE }, &s,
			sizeof(s)).status, handle);
		assert_int_equal(op(r, OTHER, (struct sluice_desc){ .opcode = SLUICE_OP_SESSION_FREE, .handle = HANDLE }, "", 0).status, handle);
		rig_ring(r, OTHER, SLUICE_ENGINE_ECC, func);
		assert_int_equal(op(r, OTHER, (struct sluice_desc){ .opcode = SLUICE_OP_EDDSA_SIGN, .handle = HANDLE }, zero, 3).status, handle);
		assert_int_equal(op(r, OTHER, (struct sluice_desc){ .opcode = SLUICE_OP_KEY_LOAD, .handle = HANDLE }, blob,
			(uint32_t)len).status, handle);
		assert_int_equal(op(r, OTHER, (struct sluice_desc){ .opcode = SLUICE_OP_KEY_FREE, .handle = HANDLE }, "", 0).status, handle);
		rig_ring(r, OTHER, SLUICE_ENGINE_KDF, func);
		assert_int_equal(op(r, OTHER, kdf, "", 0).status, secret);
		assert_int_equal(op(r, OTHER, (struct sluice_desc){ .opcode = SLUICE_OP_SECRET_FREE, .handle = SECRET }, "", 0).status, secret);
	}
	EVP_PKEY_free(key);
}

static void
windows_hold_functions_in(void **state)
{
	struct sluice_desc hash = { .opcode = SLUICE_OP_HASH, .param0 = SLUICE_HASH_SHA256 };
	struct rig *r = *state;
	uint32_t base = MEM_BASE + OTHER * 0x20000u;

	rig_ring(r, OTHER, SLUICE_ENGINE_MAC, 2);
	rig_wreg(r, SLUICE_FUNC_REG(2, BASE_LO), base);
	rig_wreg(r, SLUICE_FUNC_REG(2, LIMIT_LO), base + 0x1ffff);
	rig_wreg(r, SLUICE_FUNC_REG(2, CTRL), SLUICE_FUNC_CTRL_ENABLE_MASK);
	assert_int_equal(op(r, OTHER, hash, "abc", 3).status, SLUICE_ST_OK);
	/* the source's last byte is outside */
	rig_wreg(r, SLUICE_FUNC_REG(2, LIMIT_LO), base + SRC + 1);
	assert_int_equal(op(r, OTHER, hash, "abc", 3).status, SLUICE_ST_DMA_ERROR);
	assert_int_equal(rig_rreg(r, SLUICE_FUNC_REG(2, ERRORS)), 1);
	assert_int_equal(rig_rreg(r, SLUICE_REG_ERR_DMA), 1);
	/* others are not held */
	assert_int_equal(op(r, SLUICE_ENGINE_MAC, hash, "abc", 3).status, SLUICE_ST_OK);
	/* a ring outside stops its queue */
	rig_wreg(r, SLUICE_FUNC_REG(2, BASE_LO), base + 64 * RING);
	rig_wreg(r, SLUICE_QUEUE_REG(OTHER, SQ_TAIL), r->tail[OTHER] + 1u);
	while (sluice_sim_run(r->dev, 1000))
		;
	assert_int_equal(rig_rreg(r, SLUICE_QUEUE_REG(OTHER, ERROR)), 3);
}

static void
zeroising_leaves_nothing_and_stops_everything(void **state)
{
	struct sluice_session s = { .alg = SLUICE_ALG_AES_GCM, .key_bytes = 16 };
	struct sluice_desc seal = { .opcode = SLUICE_OP_AEAD_SEAL, .handle = HANDLE };
	uint8_t in[40] = { 0 };
	struct rig *r = *state;

	assert_int_equal(rig_load(r, SLUICE_ENGINE_AEAD, &s), SLUICE_ST_OK);
	rig_wreg(r, SLUICE_REG_CTRL, SLUICE_CTRL_ZEROIZE_MASK | SLUICE_CTRL_ENABLE_MASK);
	assert_true(rig_rreg(r, SLUICE_REG_STATUS) & SLUICE_STATUS_TAMPER_MASK);
	assert_false(rig_rreg(r, SLUICE_QUEUE_REG(0, CONFIG)) & SLUICE_QUEUE_CONFIG_ENABLE_MASK);
	rig_rings(r);
	assert_int_equal(op(r, SLUICE_ENGINE_AEAD, seal, in, sizeof(in)).status, SLUICE_ST_BAD_HANDLE);
	rig_wreg(r, SLUICE_REG_CTRL, SLUICE_CTRL_RESET_MASK);
	while (rig_rreg(r, SLUICE_REG_CTRL) & SLUICE_CTRL_RESET_MASK)
		sluice_sim_run(r->dev, 1000);
	assert_false(rig_rreg(r, SLUICE_REG_STATUS) & SLUICE_STATUS_TAMPER_MASK);
}

static void
a_source_that_sticks_ends_what_needs_it(void **state)
{
	struct sluice_desc keygen = { .opcode = SLUICE_OP_EC_KEYGEN, .param0 = SLUICE_CURVE_X25519 };
	struct sluice_session s = { .alg = SLUICE_ALG_AES_CBC_HMAC_SHA1, .key_bytes = 16, .mac_key_bytes = 20, .version = 0x0303 };
	struct rig *r = *state;

	assert_int_equal(op(r, SLUICE_ENGINE_ECC, keygen, "", 0).status, SLUICE_ST_OK);
	assert_int_equal(rig_load(r, SLUICE_ENGINE_MAC, &s), SLUICE_ST_OK);
	r->stuck = true;
	for (uint32_t curve = SLUICE_CURVE_P256; curve <= SLUICE_CURVE_X25519; curve++) {
		keygen.param0 = curve;
		assert_int_equal(op(r, SLUICE_ENGINE_ECC, keygen, "", 0).status, SLUICE_ST_NO_ENTROPY);
	}
	assert_true(rig_rreg(r, SLUICE_REG_STATUS) & SLUICE_STATUS_ENTROPY_MASK);
	r->stuck = false; /* sticky, until reset */
	assert_int_equal(op(r, SLUICE_ENGINE_ECC, keygen, "", 0).status, SLUICE_ST_NO_ENTROPY);
	assert_int_equal(op(r, SLUICE_ENGINE_MAC, (struct sluice_desc){ .opcode = SLUICE_OP_RECORD_SEAL, .handle = HANDLE }, "text", 4).status,
		SLUICE_ST_NO_ENTROPY);
	/* what takes no random numbers goes on */
	assert_int_equal(op(r, SLUICE_ENGINE_MAC, (struct sluice_desc){ .opcode = SLUICE_OP_HASH, .param0 = SLUICE_HASH_SHA512 }, "abc",
		3).status, SLUICE_ST_OK);
	rig_wreg(r, SLUICE_REG_CTRL, SLUICE_CTRL_RESET_MASK);
	while (rig_rreg(r, SLUICE_REG_CTRL) & SLUICE_CTRL_RESET_MASK)
		sluice_sim_run(r->dev, 1000);
	rig_rings(r);
	assert_int_equal(op(r, SLUICE_ENGINE_ECC, keygen, "", 0).status, SLUICE_ST_OK);
}

static void
interrupts_wait_for_company(void **state)
{
	struct sluice_desc nop = { .opcode = SLUICE_OP_NOP };
	struct rig *r = *state;

	op(r, 1, nop, "", 0);
	assert_int_equal(rig_rreg(r, SLUICE_REG_INT_STATUS0), 2);
	rig_wreg(r, SLUICE_REG_INT_STATUS0, 2);
	rig_wreg(r, SLUICE_QUEUE_REG(1, COALESCE), 3u << SLUICE_QUEUE_COALESCE_COUNT_SHIFT);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(rig_rreg(r, SLUICE_REG_INT_STATUS0), 0);
		op(r, 1, nop, "", 0);
	}
	assert_int_equal(rig_rreg(r, SLUICE_REG_INT_STATUS0), 2);
	rig_wreg(r, SLUICE_REG_INT_ENABLE0, 0x12345678);
	rig_wreg(r, SLUICE_REG_INT_ENABLE1, 0x9abcdef0);
	assert_int_equal(rig_rreg(r, SLUICE_REG_INT_ENABLE0), 0x12345678);
	assert_int_equal(rig_rreg(r, SLUICE_REG_INT_ENABLE1), 0x9abcdef0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)
		CASE(slots_belong_to_functions), CASE(windows_hold_functions_in), CASE(zeroising_leaves_nothing_and_stops_everything),
		CASE(a_source_that_sticks_ends_what_needs_it), CASE(interrupts_wait_for_company),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
