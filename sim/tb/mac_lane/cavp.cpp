/* NIST CAVP and RFC vectors, as cavp.py writes them: HASH, HMAC, HMAC_VERIFY, HKDF. */
#include <fstream>
#include <sstream>

#include "sim/tb/mac_lane/lane_bench.h"

static Bytes bytes_of(const std::string &hex) {
	Bytes b;
	for (size_t i = 0; hex != "-" && i + 1 < hex.size(); i += 2) b.push_back(static_cast<uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
	return b;
}

static Bytes joined(const Bytes &a, const Bytes &b) {
	Bytes r = a;
	r.insert(r.end(), b.begin(), b.end());
	return r;
}

void test_cavp(Lane &l) {
	auto &tb = l.tb;
	if (l.vectors.empty()) {
		printf("  no vectors: run with --cavp FILE\n");
		return;
	}
	l.pace(0, 0);
	std::ifstream in(l.vectors);
	std::string line, kind;
	unsigned counts[3] = {};
	while (std::getline(in, line)) {
		std::istringstream words(line);
		uint32_t alg = 0;
		std::string w;
		std::vector<Bytes> f;
		words >> kind >> alg;
		while (words >> w) f.push_back(bytes_of(w));
		const uint32_t hash = SLUICE_HASH_SHA1 + alg;
		if (kind == "hash") {
			counts[0]++;
			CHECK(tb, l.run(SLUICE_OP_HASH, 0, f[0], hash).data == f[1], "SHAVS");
		} else if (kind == "hmac") {
			const uint8_t algs[] = {SLUICE_ALG_HMAC_SHA1, SLUICE_ALG_HMAC_SHA256, SLUICE_ALG_HMAC_SHA384, SLUICE_ALG_HMAC_SHA512};
			struct sluice_session s = {};
			s.alg = algs[alg];
			s.mac_key_bytes = static_cast<uint8_t>(f[0].size());
			memcpy(s.mac_key, f[0].data(), f[0].size());
			Bytes ctx(sizeof(s));
			memcpy(ctx.data(), &s, sizeof(s));
			counts[1]++;
			CHECK(tb, l.run(SLUICE_OP_SESSION_LOAD, slot(3), ctx).status == SLUICE_ST_OK, "key is loaded");
			CHECK(tb, l.run(SLUICE_OP_HMAC, slot(3), f[1]).data == f[2], "RFC 2202, RFC 4231");
			CHECK(tb, l.run(SLUICE_OP_HMAC_VERIFY, slot(3), joined(f[1], f[2]), static_cast<uint32_t>(f[2].size())).status == SLUICE_ST_OK, "and verified");
		} else {
			counts[2]++;
			CHECK(tb, l.run(SLUICE_OP_HKDF_EXTRACT, 0, joined(f[0], f[1]), hash << 8 | static_cast<uint32_t>(f[0].size())).data == f[2], "RFC 5869: PRK");
			CHECK(tb, l.run(SLUICE_OP_HKDF_EXPAND, 0, joined(f[2], f[3]), hash << 8 | static_cast<uint32_t>(f[2].size()), static_cast<uint32_t>(f[4].size())).data == f[4],
			      "RFC 5869: OKM");
		}
	}
	CHECK(tb, counts[0] > 300 && counts[1] > 10 && counts[2] > 3, "all kinds of vectors were there");
	printf("  vectors: %u messages hashed, %u HMACs, %u HKDFs\n", counts[0], counts[1], counts[2]);
}
