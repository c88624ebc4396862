/* NIST CAVP vectors through the lane, from the file that gen_cavp.py makes of the installed package. */
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "sim/tb/aead_lane/cases.h"

static Bytes unhex(const std::string &s) {
	Bytes b;
	if (s == "-") return b;
	for (size_t i = 0; i + 1 < s.size(); i += 2) b.push_back(static_cast<uint8_t>(std::stoul(s.substr(i, 2), nullptr, 16)));
	return b;
}

void cavp(Lane &l, const char *path) {
	std::ifstream in(path);
	std::string line;
	std::map<std::string, unsigned> ran;
	CHECK(l.tb, in.good(), "the file of vectors can be read");
	for (unsigned n = 0; std::getline(in, line); n++) {
		if (line[0] == '#') {
			printf("CAVP vectors skipped:%s\n", line.c_str() + 1);
			return;
		}
		std::istringstream words(line);
		std::vector<std::string> f{std::istream_iterator<std::string>(words), {}};
		Session s;
		std::string op = f[0].substr(0, f[0].find('-'));
		s.alg = op == "gcm" ? SLUICE_ALG_AES_GCM : op == "cbc" ? SLUICE_ALG_AES_CBC : SLUICE_ALG_AES_CTR;
		s.index = static_cast<uint16_t>(n % 32);
		s.gen = 1;
		s.key = unhex(f[1]);
		l.load(s);
		Bytes iv = unhex(f[2]), a = unhex(f[3]), b = unhex(f[4]);
		auto aad = static_cast<uint32_t>(a.size());
		if (f[0] == "gcm-seal") {
			/* shorter tags are the front of the longest */
			Bytes ct = unhex(f[5]), tag = unhex(f[6]), all = ref_gcm_seal(s.key, iv, a, b);
			bool same = Bytes(all.begin(), all.end() - 16 + static_cast<long>(tag.size())) == ct + tag;
			CHECK(l.tb, same, "the reference agrees with the vector");
			l.job(f[0].c_str(), SLUICE_OP_AEAD_SEAL, s.handle(), iv + a + b, aad, 0, SLUICE_ST_OK, all);
			l.job(f[0].c_str(), SLUICE_OP_AEAD_OPEN, s.handle(), iv + a + ct + tag, aad, static_cast<uint32_t>(tag.size()), SLUICE_ST_OK, b);
		} else if (f[0] == "gcm-open") {
			Bytes tag = unhex(f[5]);
			bool fail = f[6] == "FAIL";
			l.job(f[0].c_str(), SLUICE_OP_AEAD_OPEN, s.handle(), iv + a + b + tag, aad, static_cast<uint32_t>(tag.size()),
			      fail ? SLUICE_ST_AUTH_FAILED : SLUICE_ST_OK, fail ? Bytes{} : unhex(f[6]), 0, 0, !fail);
		} else {
			bool enc = f[0].substr(4) == "enc";
			l.job(f[0].c_str(), enc ? SLUICE_OP_CIPHER_ENC : SLUICE_OP_CIPHER_DEC, s.handle(), iv + a, 0, 0, SLUICE_ST_OK, b);
			/* the package has CTR one way only */
			if (op == "ctr") l.job(f[0].c_str(), SLUICE_OP_CIPHER_DEC, s.handle(), iv + b, 0, 0, SLUICE_ST_OK, a);
		}
		ran[f[0]]++;
		if (n % 64 == 63) l.forget();
	}
	l.forget();
	for (auto &[name, count] : ran) printf("%-9s %5u vectors\n", name.c_str(), count);
	CHECK(l.tb, ran["gcm-seal"] > 1000 && ran["gcm-open"] > 1000 && ran["cbc-enc"] > 100 && ran["ctr-enc"] > 0, "there are vectors of every kind");
}
