/* HASH, HMAC, HMAC_VERIFY, TLS_PRF and CIPHER_* against libcrypto. */
#include "sim/tb/mac_lane/lane_bench.h"

static Bytes hmac_context(int alg, const Bytes &mac_key) {
	const uint8_t algs[] = {SLUICE_ALG_HMAC_SHA1, SLUICE_ALG_HMAC_SHA256, SLUICE_ALG_HMAC_SHA384, SLUICE_ALG_HMAC_SHA512};
	struct sluice_session s = {};
	s.alg = algs[alg];
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
	for (int alg = 0; alg < 4; alg++) {
		const size_t full = digest_bytes(alg);
		Bytes key;
		for (uint32_t n : lengths(tb.rng)) {
			l.pace(n % 3 ? 0 : 40, n % 5 ? 0 : 40);
			if (n % 8 == 0) { /* a new key of any length 0..64 every few messages */
				key = tb.rng.bytes(tb.rng.below(65));
				CHECK(tb, l.run(SLUICE_OP_SESSION_LOAD, slot(7, 3), hmac_context(alg, key)).status == SLUICE_ST_OK, "HMAC session is loaded");
			}
			Bytes m = tb.rng.bytes(n);
			CHECK(tb, l.run(SLUICE_OP_HASH, 0, m, SLUICE_HASH_SHA1 + static_cast<uint32_t>(alg)).data == ref_hash(alg, m), "HASH is libcrypto's");
			Bytes tag = ref_hmac(alg, key, m);
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
		Bytes m = tb.rng.bytes(77), tag = ref_hmac(alg, key, m);
		for (size_t bit = 0; bit < 8 * full; bit++) {
			Bytes src = m;
			src.insert(src.end(), tag.begin(), tag.end());
			src[m.size() + bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
			CHECK(tb, l.run(SLUICE_OP_HMAC_VERIFY, slot(7, 3), src, static_cast<uint32_t>(full)).status == SLUICE_ST_AUTH_FAILED, "every bit of the tag counts");
		}
		if (alg > 2) continue;
		/* a record session lends its MAC key */
		Keys k = random_keys(tb.rng, {alg, 0x0303, false}, false);
		l.load(slot(8), k);
		CHECK(tb, l.run(SLUICE_OP_HMAC, slot(8), m).data == ref_hmac(alg, k.mac_key, m), "HMAC with a record session's MAC key");
	}
}

void test_prf(Lane &l) {
	auto &tb = l.tb;
	auto pace = [&] { l.pace(tb.rng.below(2) * 40, tb.rng.below(2) * 40); };
	auto joined = [](const Bytes &a, const Bytes &b) {
		Bytes r = a;
		r.insert(r.end(), b.begin(), b.end());
		return r;
	};
	for (int alg : {1, 2}) {
		auto one = [&](uint32_t secret_len, uint32_t seed_len, uint32_t out_len) {
			pace();
			Bytes secret = tb.rng.bytes(secret_len), seed = tb.rng.bytes(seed_len);
			uint32_t code = alg == 2 ? SLUICE_HASH_SHA384 : tb.rng.percent(50) ? SLUICE_HASH_SHA256 : 0; /* 0: the encoding of map version 1 */
			EngineResult r = l.run(SLUICE_OP_TLS_PRF, 0, joined(secret, seed), secret_len | code << 8, out_len);
			CHECK(tb, r.status == SLUICE_ST_OK && r.data == ref_prf(alg, secret, seed, out_len), "TLS_PRF is libcrypto's TLS1-PRF");
		};
		for (uint32_t n = 1; n <= 64; n++) one(n, 77, 48);
		for (uint32_t n = 1; n <= 256; n += n < 40 ? 1 : 13) one(48, n, 12);
		one(48, 256, 104);
		one(64, 256, 512);
		one(1, 1, 1);
		for (uint32_t n = 1; n <= 130; n++) one(48, 77, n);
		for (int i = 0; i < 40; i++) one(1 + tb.rng.below(64), 1 + tb.rng.below(256), 1 + tb.rng.below(512));
	}
	/* libcrypto refuses an empty secret or seed: HMAC with an empty key, written out for the first 32 bytes */
	Bytes seed = tb.rng.bytes(50), a1 = ref_hmac(1, {}, seed);
	CHECK(tb, l.run(SLUICE_OP_TLS_PRF, 0, seed, 0, 32).data == ref_hmac(1, {}, joined(a1, seed)), "TLS_PRF with an empty secret");
	Bytes secret = tb.rng.bytes(48);
	CHECK(tb, l.run(SLUICE_OP_TLS_PRF, 0, secret, 48, 32).data == ref_hmac(1, secret, ref_hmac(1, secret, {})), "TLS_PRF with an empty seed");
	CHECK(tb, l.run(SLUICE_OP_TLS_PRF, 0, {}, 0, 32).data == ref_hmac(1, {}, ref_hmac(1, {}, {})), "TLS_PRF with neither");

	/* HKDF; extract against its definition as well, which takes what libcrypto refuses (an empty salt or IKM) */
	for (int alg = 0; alg < 4; alg++) {
		const uint32_t code = static_cast<uint32_t>(SLUICE_HASH_SHA1 + alg) << 8;
		auto extract = [&](uint32_t salt_len, uint32_t ikm_len) {
			pace();
			Bytes salt = tb.rng.bytes(salt_len), ikm = tb.rng.bytes(ikm_len);
			EngineResult r = l.run(SLUICE_OP_HKDF_EXTRACT, 0, joined(salt, ikm), salt_len | code);
			CHECK(tb, r.status == SLUICE_ST_OK && r.data == ref_hmac(alg, salt, ikm), "HKDF_EXTRACT is RFC 5869's");
			if (salt_len && ikm_len) CHECK(tb, r.data == ref_hkdf(alg, false, salt, ikm, digest_bytes(alg)), "HKDF_EXTRACT is libcrypto's");
		};
		auto expand = [&](uint32_t prk_len, uint32_t info_len, uint32_t out_len) {
			pace();
			Bytes prk = tb.rng.bytes(prk_len), info = tb.rng.bytes(info_len);
			EngineResult r = l.run(SLUICE_OP_HKDF_EXPAND, 0, joined(prk, info), prk_len | code, out_len);
			Bytes want, t;
			for (uint8_t i = 1; want.size() < out_len; i++) {
				t = joined(t, info);
				t.push_back(i);
				t = ref_hmac(alg, prk, t);
				want = joined(want, t);
			}
			want.resize(out_len);
			CHECK(tb, r.status == SLUICE_ST_OK && r.data == want, "HKDF_EXPAND is RFC 5869's");
			if (prk_len && info_len) CHECK(tb, r.data == ref_hkdf(alg, true, prk, info, out_len), "HKDF_EXPAND is libcrypto's");
		};
		for (uint32_t n = 0; n <= 64; n++) extract(n, 32 + n % 33);
		for (uint32_t n = 0; n <= 256; n += n < 70 ? 1 : 11) extract(static_cast<uint32_t>(digest_bytes(alg)), n);
		for (uint32_t n = 0; n <= 64; n++) expand(n, 50, 1 + n * 7);
		for (uint32_t n = 0; n <= 256; n += n < 70 ? 1 : 11) expand(static_cast<uint32_t>(digest_bytes(alg)), n, 1 + tb.rng.below(200));
		for (uint32_t n = 1; n <= 140; n++) expand(32, 20, n);
		expand(64, 256, 512);
		extract(0, 0);
		extract(64, 256);
	}
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
