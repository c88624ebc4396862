/* The reference: libcrypto for primitives, records written out from RFC 6101 5.2.3, RFC 2246, 4346, 5246 6.2.3.2 and RFC 7366. */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "sim/tb/mac_lane/lane_bench.h"

static const EVP_MD *md(int alg) {
	const EVP_MD *all[] = {EVP_sha1(), EVP_sha256(), EVP_sha384(), EVP_sha512()};
	return all[alg];
}
static const char *const md_names[] = {"SHA1", "SHA256", "SHA384", "SHA512"};

size_t digest_bytes(int alg) { return static_cast<size_t>(EVP_MD_get_size(md(alg))); }

Bytes ref_hash(int alg, const Bytes &m) {
	Bytes d(EVP_MAX_MD_SIZE);
	unsigned n = 0;
	EVP_Digest(m.data(), m.size(), d.data(), &n, md(alg), nullptr);
	d.resize(n);
	return d;
}

Bytes ref_hmac(int alg, const Bytes &key, const Bytes &m) {
	Bytes d(EVP_MAX_MD_SIZE);
	unsigned n = 0;
	static const uint8_t none[1] = {}; /* HMAC() takes a null pointer for "no data yet" */
	HMAC(md(alg), key.empty() ? none : key.data(), static_cast<int>(key.size()), m.empty() ? none : m.data(), m.size(), d.data(), &n);
	d.resize(n);
	return d;
}

Bytes ref_cbc(const Bytes &key, const Bytes &iv, const Bytes &data, bool encrypt) {
	Bytes out(data.size() + 16);
	int n = 0;
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	EVP_CipherInit_ex(c, key.size() == 32 ? EVP_aes_256_cbc() : EVP_aes_128_cbc(), nullptr, key.data(), iv.data(), encrypt);
	EVP_CIPHER_CTX_set_padding(c, 0);
	EVP_CipherUpdate(c, out.data(), &n, data.data(), static_cast<int>(data.size()));
	EVP_CIPHER_CTX_free(c);
	out.resize(data.size());
	return out;
}

Bytes ref_prf(int alg, const Bytes &secret, const Bytes &seed, size_t n) {
	Bytes out(n), sec = secret, sd = seed;
	EVP_KDF *kdf = EVP_KDF_fetch(nullptr, "TLS1-PRF", nullptr);
	EVP_KDF_CTX *c = EVP_KDF_CTX_new(kdf);
	char name[8];
	strcpy(name, md_names[alg]);
	OSSL_PARAM p[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, name, 0),
	    OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, sec.data(), sec.size()),
	    OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, sd.data(), sd.size()),
	    OSSL_PARAM_construct_end(),
	};
	if (EVP_KDF_derive(c, out.data(), n, p) <= 0) out.clear();
	EVP_KDF_CTX_free(c);
	EVP_KDF_free(kdf);
	return out;
}

Bytes ref_hkdf(int alg, bool expand, const Bytes &key, const Bytes &info, size_t n) {
	Bytes out(n), k = key, i = info;
	EVP_KDF *kdf = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
	EVP_KDF_CTX *c = EVP_KDF_CTX_new(kdf);
	int mode = expand ? EVP_KDF_HKDF_MODE_EXPAND_ONLY : EVP_KDF_HKDF_MODE_EXTRACT_ONLY;
	char name[8];
	strcpy(name, md_names[alg]);
	OSSL_PARAM p[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, name, 0),
	    OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
	    OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, expand ? k.data() : i.data(), expand ? k.size() : i.size()),
	    OSSL_PARAM_construct_octet_string(expand ? OSSL_KDF_PARAM_INFO : OSSL_KDF_PARAM_SALT, expand ? i.data() : k.data(), expand ? i.size() : k.size()),
	    OSSL_PARAM_construct_end(),
	};
	if (EVP_KDF_derive(c, out.data(), n, p) <= 0) out.clear();
	EVP_KDF_CTX_free(c);
	EVP_KDF_free(kdf);
	return out;
}

const std::vector<Suite> &suites() {
	static const std::vector<Suite> all = [] {
		std::vector<Suite> v = {{0, 0x0300, false}};
		for (uint16_t version : {0x0301, 0x0302, 0x0303})
			for (int alg : {0, 1, 2})
				for (bool etm : {false, true}) v.push_back({alg, version, etm});
		return v;
	}();
	return all;
}

std::string Suite::name() const {
	const char *versions[] = {"SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2"}, *hashes[] = {"SHA-1", "SHA-256", "SHA-384"};
	return std::string(versions[version - 0x0300]) + " " + hashes[alg] + (etm ? " EtM" : "");
}

Bytes Keys::context() const {
	const uint8_t algs[] = {SLUICE_ALG_AES_CBC_HMAC_SHA1, SLUICE_ALG_AES_CBC_HMAC_SHA256, SLUICE_ALG_AES_CBC_HMAC_SHA384};
	struct sluice_session s = {};
	s.alg = algs[suite.alg];
	s.key_bytes = static_cast<uint8_t>(key.size());
	s.version = suite.version;
	s.mac_key_bytes = static_cast<uint8_t>(mac_key.size());
	s.flags = suite.etm;
	s.seq = seq;
	memcpy(s.key, key.data(), key.size());
	if (!explicit_iv()) memcpy(s.iv, iv.data(), 16);
	memcpy(s.mac_key, mac_key.data(), mac_key.size());
	Bytes b(sizeof(s));
	memcpy(b.data(), &s, sizeof(s));
	return b;
}

Bytes Keys::context_of(uint8_t slice) const {
	Bytes b = context();
	struct sluice_session s;
	memcpy(&s, b.data(), sizeof(s));
	s.slice = slice;
	memset(s.key, 0, sizeof(s.key));
	memset(s.iv, 0, sizeof(s.iv));
	memset(s.mac_key, 0, sizeof(s.mac_key));
	memcpy(b.data(), &s, sizeof(s));
	return b;
}

Bytes key_block(const Keys &client, const Keys &server) {
	Bytes b;
	for (Bytes Keys::*part : {&Keys::mac_key, &Keys::key, &Keys::iv})
		for (auto *side : {&client, &server})
			if (part != &Keys::iv || !side->explicit_iv()) b.insert(b.end(), (side->*part).begin(), (side->*part).end());
	return b;
}

Keys random_keys(TbRng &rng, const Suite &suite, bool aes256) {
	Keys k;
	k.suite = suite;
	k.key = rng.bytes(aes256 ? 32 : 16);
	k.mac_key = rng.bytes(k.mac_len());
	k.iv = rng.bytes(16);
	k.seq = rng.percent(50) ? rng.below(1000) : rng.u64() >> 1;
	return k;
}

Bytes Keys::mac_of(uint8_t type, const Bytes &data) const {
	Bytes m;
	for (int i = 7; i >= 0; i--) m.push_back(static_cast<uint8_t>(seq >> (8 * i)));
	m.push_back(type);
	if (!ssl3()) for (int b : {suite.version >> 8, suite.version & 0xff}) m.push_back(static_cast<uint8_t>(b));
	m.push_back(static_cast<uint8_t>(data.size() >> 8));
	m.push_back(static_cast<uint8_t>(data.size()));
	m.insert(m.end(), data.begin(), data.end());
	if (!ssl3()) return ref_hmac(suite.alg, mac_key, m);
	/* RFC 6101 5.2.3.1: hash(secret + pad_2 + hash(secret + pad_1 + ...)) */
	Bytes inner = mac_key, outer = mac_key;
	inner.insert(inner.end(), 40, 0x36);
	inner.insert(inner.end(), m.begin(), m.end());
	inner = ref_hash(suite.alg, inner);
	outer.insert(outer.end(), 40, 0x5c);
	outer.insert(outer.end(), inner.begin(), inner.end());
	return ref_hash(suite.alg, outer);
}

Bytes Keys::body(uint8_t type, const Bytes &data, unsigned extra) const {
	Bytes b = data;
	if (!suite.etm) {
		Bytes mac = mac_of(type, data);
		b.insert(b.end(), mac.begin(), mac.end());
	}
	size_t pad = 15 - b.size() % 16 + (ssl3() ? 0 : 16 * extra);
	for (size_t i = 0; i < pad; i++) b.push_back(ssl3() ? static_cast<uint8_t>(37 * i + data.size()) : static_cast<uint8_t>(pad));
	b.push_back(static_cast<uint8_t>(pad));
	return b;
}

Bytes Keys::seal(uint8_t type, const Bytes &data, unsigned extra, const Bytes &rec_iv, const Bytes *given) {
	Bytes plain = given ? *given : body(type, data, extra);
	Bytes ct = ref_cbc(key, explicit_iv() ? rec_iv : iv, plain, true);
	Bytes frag = explicit_iv() ? rec_iv : Bytes();
	frag.insert(frag.end(), ct.begin(), ct.end());
	if (suite.etm) {
		Bytes mac = mac_of(type, frag);
		frag.insert(frag.end(), mac.begin(), mac.end());
	}
	Bytes rec = {type, static_cast<uint8_t>(suite.version >> 8), static_cast<uint8_t>(suite.version), static_cast<uint8_t>(frag.size() >> 8),
	             static_cast<uint8_t>(frag.size())};
	rec.insert(rec.end(), frag.begin(), frag.end());
	if (!explicit_iv()) iv.assign(ct.end() - 16, ct.end());
	seq++;
	return rec;
}

bool Keys::open(const Bytes &rec, uint8_t &type, Bytes &data) {
	const size_t skip = explicit_iv() ? 21 : 5, mac = mac_len(), after = suite.etm ? mac : 0;
	if (rec.size() < skip + 16 + after || (rec.size() - skip - after) % 16 || rec[1] != suite.version >> 8 || rec[2] != (suite.version & 0xff) ||
	    rec.size() - 5 != static_cast<size_t>(rec[3] << 8 | rec[4]))
		return false;
	type = rec[0];
	Bytes ct(rec.begin() + static_cast<long>(skip), rec.end() - static_cast<long>(after));
	if (suite.etm) {
		Bytes want = mac_of(type, Bytes(rec.begin() + 5, rec.end() - static_cast<long>(after)));
		if (!std::equal(want.begin(), want.end(), rec.end() - static_cast<long>(after))) return false;
	}
	Bytes plain = ref_cbc(key, explicit_iv() ? Bytes(rec.begin() + 5, rec.begin() + 21) : iv, ct, false);
	const size_t pad = plain.back(), inside = suite.etm ? 0 : mac;
	if (pad + 1 + inside > plain.size() || (ssl3() && pad > 15)) return false;
	for (size_t i = plain.size() - 1 - pad; !ssl3() && i < plain.size(); i++)
		if (plain[i] != pad) return false;
	size_t n = plain.size() - 1 - pad - inside;
	data.assign(plain.begin(), plain.begin() + static_cast<long>(n));
	if (inside && !std::equal(plain.begin() + static_cast<long>(n), plain.begin() + static_cast<long>(n + mac), mac_of(type, data).begin())) return false;
	if (!explicit_iv()) iv.assign(ct.end() - 16, ct.end());
	seq++;
	return true;
}

void SecretStore::rest() {
	auto *v = tb_.v.get();
	busy_ = offered_ = false;
	v->sec_req_ready_i = v->sec_rsp_valid_i = v->sec_rsp_ok_i = v->sec_rsp_len_i = v->sec_rsp_last_i = 0;
	memset(&v->sec_rsp_data_i, 0, 16);
}

/* Runs before each edge with settled outputs; what it sets counts at this edge. */
void SecretStore::step() {
	auto *v = tb_.v.get();
	if (!v->rst_ni) {
		rest();
		return;
	}
	uint8_t data[16];
	memcpy(data, &v->sec_req_data_o, 16);
	bool zero = !v->sec_req_handle_o && !v->sec_req_func_o && !v->sec_req_kind_o && !v->sec_req_last_o;
	for (uint8_t b : data) zero &= !b;
	if (!v->sec_req_valid_o) well_formed &= zero;
	if (!offered_) { /* the last offer was taken at the edge before */
		v->sec_rsp_valid_i = v->sec_rsp_ok_i = v->sec_rsp_len_i = v->sec_rsp_last_i = 0;
		memset(&v->sec_rsp_data_i, 0, 16);
	}
	v->sec_req_ready_i = v->sec_req_valid_o && !busy_ && !tb_.rng.percent(pause);
	if (v->sec_req_ready_i) {
		well_formed &= !v->sec_req_write_o && v->sec_req_last_o && v->sec_req_len_o == 0 && v->sec_req_kind_o == SLUICE_SECRET_KEY_BLOCK &&
		               (data[0] == SLUICE_SLICE_CLIENT || data[0] == SLUICE_SLICE_SERVER);
		asked++;
		busy_ = true;
		at_ = 0;
		auto s = slots.find(v->sec_req_handle_o);
		uint8_t use = static_cast<uint8_t>(1u << data[0]);
		ok_ = s != slots.end() && s->second.func == v->sec_req_func_o && !(s->second.spent & use);
		answer_ = ok_ ? s->second.bytes : Bytes(1);
		if (ok_) s->second.spent |= use;
		return;
	}
	if (!busy_ || (!offered_ && tb_.rng.percent(pause))) return;
	uint8_t w[16] = {};
	size_t n = std::min<size_t>(16, answer_.size() - at_);
	memcpy(w, answer_.data() + at_, n);
	bool last = at_ + n == answer_.size();
	memcpy(&v->sec_rsp_data_i, w, 16);
	v->sec_rsp_valid_i = 1;
	v->sec_rsp_ok_i = ok_;
	v->sec_rsp_len_i = ok_ ? static_cast<uint8_t>(answer_.size()) : 0;
	v->sec_rsp_last_i = last;
	offered_ = !v->sec_rsp_ready_o;
	if (!offered_) {
		at_ += n;
		busy_ = !last;
	}
}
