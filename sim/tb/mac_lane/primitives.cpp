/* HASH, HMAC, HMAC_VERIFY, TLS_PRF and CIPHER_* against libcrypto. */
#include "sim/tb/mac_lane/lane_bench.h"

static Bytes hmac_context(bool sha256, const Bytes &mac_key) {
	struct sluice_session s = {};
	s.alg = sha256 ? SLUICE_ALG_HMAC_SHA256 : SLUICE_ALG_HMAC_SHA1;
	s.mac_key_bytes = static_cast<uint8_t>(mac_key.size());
	memcpy(s.mac_key, mac_key.data(), mac_key.size());
	Bytes b(sizeof(s));
	memcpy(b.data(), &s, sizeof(s));
	return b;
}

/* Message lengths: all of 0..300, then random to 16 KiB, then one beyond 64 KiB. */
static std::vector<uint32_t> lengths(TbRng &rng) {
	std::vector<uint32_t> n;
	for (uint32_t i = 0; i <= 300; i++) n.push_back(i);
	for (int i = 0; i < 25; i++) n.push_back(rng.below(16385));
	n.push_back(65536 + rng.below(100));
	return n;
}

void test_hashes(Lane &l) {
	auto &tb = l.tb;
	for (int alg = 0; alg < 2; alg++) {
		const bool wide = alg == 1;
		const size_t full = wide ? 32 : 20;
		Bytes key;
		for (uint32_t n : lengths(tb.rng)) {
			l.pace(n % 3 ? 0 : 40, n % 5 ? 0 : 40);
			if (n % 8 == 0) { /* a new key of any length 0..64 every few messages */
				key = tb.rng.bytes(tb.rng.below(65));
				CHECK(tb, l.run(SLUICE_OP_SESSION_LOAD, slot(7, 3), hmac_context(wide, key)).status == SLUICE_ST_OK, "HMAC session is loaded");
			}
			Bytes m = tb.rng.bytes(n);
			CHECK(tb, l.run(SLUICE_OP_HASH, 0, m, wide ? SLUICE_HASH_SHA256 : SLUICE_HASH_SHA1).data == ref_hash(wide, m), "HASH is libcrypto's");
			Bytes tag = ref_hmac(wide, key, m);
			CHECK(tb, l.run(SLUICE_OP_HMAC, slot(7, 3), m).data == tag, "HMAC is libcrypto's");
			uint32_t cut = 4 + tb.rng.below(static_cast<uint32_t>(full) - 3);
			Bytes src = m;
			src.insert(src.end(), tag.begin(), tag.begin() + cut);
			EngineResult r = l.run(SLUICE_OP_HMAC_VERIFY, slot(7, 3), src, cut);
			CHECK(tb, r.status == SLUICE_ST_OK && r.data.empty(), "HMAC_VERIFY accepts a right tag of any length");
			uint64_t good_cycles = r.cycles;
			src[n + tb.rng.below(cut)] ^= static_cast<uint8_t>(1u << tb.rng.below(8));
			r = l.run(SLUICE_OP_HMAC_VERIFY, slot(7, 3), src, cut);
			CHECK(tb, r.status == SLUICE_ST_AUTH_FAILED && r.data.empty(), "HMAC_VERIFY refuses a flipped bit in the tag");
			if (!l.port.gap_percent && !l.port.stall_percent) CHECK(tb, r.cycles == good_cycles, "HMAC_VERIFY takes the same time for a wrong tag");
			if (n) {
				src = m;
				src.insert(src.end(), tag.begin(), tag.end());
				src[tb.rng.below(n)] ^= 0x10;
				r = l.run(SLUICE_OP_HMAC_VERIFY, slot(7, 3), src, static_cast<uint32_t>(full));
				CHECK(tb, r.status == SLUICE_ST_AUTH_FAILED, "HMAC_VERIFY refuses a changed message");
			}
		}
		/* every bit of a full tag */
		l.pace(0, 0);
		Bytes m = tb.rng.bytes(77), tag = ref_hmac(wide, key, m);
		for (size_t bit = 0; bit < 8 * full; bit++) {
			Bytes src = m;
			src.insert(src.end(), tag.begin(), tag.end());
			src[m.size() + bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
			CHECK(tb, l.run(SLUICE_OP_HMAC_VERIFY, slot(7, 3), src, static_cast<uint32_t>(full)).status == SLUICE_ST_AUTH_FAILED, "every bit of the tag counts");
		}
		/* a record session lends its MAC key */
		Keys k = random_keys(tb.rng, wide, 0x0303, false);
		l.load(slot(8), k);
		CHECK(tb, l.run(SLUICE_OP_HMAC, slot(8), m).data == ref_hmac(wide, k.mac_key, m), "HMAC with a record session's MAC key");
	}
}

void test_prf(Lane &l) {
	auto &tb = l.tb;
	auto one = [&](uint32_t secret_len, uint32_t seed_len, uint32_t out_len) {
		l.pace(tb.rng.below(2) * 40, tb.rng.below(2) * 40);
		Bytes secret = tb.rng.bytes(secret_len), seed = tb.rng.bytes(seed_len), src = secret;
		src.insert(src.end(), seed.begin(), seed.end());
		EngineResult r = l.run(SLUICE_OP_TLS_PRF, 0, src, secret_len, out_len);
		CHECK(tb, r.status == SLUICE_ST_OK && r.data == ref_prf(secret, seed, out_len), "TLS_PRF is libcrypto's TLS1-PRF");
	};
	for (uint32_t n = 1; n <= 64; n++) one(n, 77, 48);
	for (uint32_t n = 1; n <= 256; n += n < 40 ? 1 : 13) one(48, n, 12);
	one(48, 256, 104);
	one(64, 256, 512);
	one(1, 1, 1);
	for (uint32_t n = 1; n <= 130; n++) one(48, 77, n);
	for (int i = 0; i < 40; i++) one(1 + tb.rng.below(64), 1 + tb.rng.below(256), 1 + tb.rng.below(512));
	/* libcrypto refuses an empty secret or seed: HMAC with an empty key, written out for the first 32 bytes */
	Bytes seed = tb.rng.bytes(50), a1 = ref_hmac(true, {}, seed), second = a1;
	second.insert(second.end(), seed.begin(), seed.end());
	CHECK(tb, l.run(SLUICE_OP_TLS_PRF, 0, seed, 0, 32).data == ref_hmac(true, {}, second), "TLS_PRF with an empty secret");
	Bytes secret = tb.rng.bytes(48);
	CHECK(tb, l.run(SLUICE_OP_TLS_PRF, 0, secret, 48, 32).data == ref_hmac(true, secret, ref_hmac(true, secret, {})), "TLS_PRF with an empty seed");
	CHECK(tb, l.run(SLUICE_OP_TLS_PRF, 0, {}, 0, 32).data == ref_hmac(true, {}, ref_hmac(true, {}, {})), "TLS_PRF with neither");
}

void test_ciphers(Lane &l) {
	auto &tb = l.tb;
	for (int i = 0; i < 60; i++) {
		l.pace(tb.rng.below(2) * 40, tb.rng.below(2) * 40);
		Bytes key = tb.rng.bytes(i & 1 ? 32 : 16), iv = tb.rng.bytes(16);
		Bytes data = tb.rng.bytes(16 * (i < 20 ? static_cast<uint32_t>(i / 2) : tb.rng.below(300)));
		struct sluice_session s = {};
		s.alg = SLUICE_ALG_AES_CBC;
		s.key_bytes = static_cast<uint8_t>(key.size());
		memcpy(s.key, key.data(), key.size());
		Bytes ctx(sizeof(s));
		memcpy(ctx.data(), &s, sizeof(s));
		CHECK(tb, l.run(SLUICE_OP_SESSION_LOAD, slot(100, 9), ctx).status == SLUICE_ST_OK, "cipher session is loaded");
		Bytes ct = ref_cbc(key, iv, data, true), src = iv, back = iv;
		src.insert(src.end(), data.begin(), data.end());
		back.insert(back.end(), ct.begin(), ct.end());
		CHECK(tb, l.run(SLUICE_OP_CIPHER_ENC, slot(100, 9), src).data == ct, "CIPHER_ENC is libcrypto's CBC");
		CHECK(tb, l.run(SLUICE_OP_CIPHER_DEC, slot(100, 9), back).data == data, "CIPHER_DEC is libcrypto's CBC");
	}
}
