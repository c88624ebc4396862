/* The reference: libcrypto for primitives, TLS records written out from RFC 2246, 4346, 5246 6.2.3.2. */
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

Bytes Keys::context() const {
	struct sluice_session s = {};
	s.alg = sha256 ? SLUICE_ALG_AES_CBC_HMAC_SHA256 : SLUICE_ALG_AES_CBC_HMAC_SHA1;
	s.key_bytes = static_cast<uint8_t>(key.size());
	s.version = version;
	s.mac_key_bytes = static_cast<uint8_t>(mac_key.size());
	s.seq = seq;
	memcpy(s.key, key.data(), key.size());
	if (!explicit_iv()) memcpy(s.iv, iv.data(), 16);
	memcpy(s.mac_key, mac_key.data(), mac_key.size());
	Bytes b(sizeof(s));
	memcpy(b.data(), &s, sizeof(s));
	return b;
}

Keys random_keys(TbRng &rng, bool sha256, uint16_t version, bool aes256) {
	Keys k;
	k.sha256 = sha256;
	k.version = version;
	k.key = rng.bytes(aes256 ? 32 : 16);
	k.mac_key = rng.bytes(k.mac_len());
	k.iv = rng.bytes(16);
	k.seq = rng.percent(50) ? rng.below(1000) : rng.u64() >> 1;
	return k;
}

static Bytes mac_of(const Keys &k, uint8_t type, const Bytes &data) {
	Bytes m;
	for (int i = 7; i >= 0; i--) m.push_back(static_cast<uint8_t>(k.seq >> (8 * i)));
	for (int b : {int{type}, k.version >> 8, k.version & 0xff}) m.push_back(static_cast<uint8_t>(b));
	m.push_back(static_cast<uint8_t>(data.size() >> 8));
	m.push_back(static_cast<uint8_t>(data.size()));
	m.insert(m.end(), data.begin(), data.end());
	return ref_hmac(k.sha256 ? 1 : 0, k.mac_key, m);
}

Bytes Keys::body(uint8_t type, const Bytes &data, unsigned extra) const {
	Bytes b = data, mac = mac_of(*this, type, data);
	b.insert(b.end(), mac.begin(), mac.end());
	size_t pad = 15 - b.size() % 16 + 16 * extra;
	b.insert(b.end(), pad + 1, static_cast<uint8_t>(pad));
	return b;
}

Bytes Keys::seal(uint8_t type, const Bytes &data, unsigned extra, const Bytes &rec_iv, const Bytes *given) {
	Bytes plain = given ? *given : body(type, data, extra);
	Bytes ct = ref_cbc(key, explicit_iv() ? rec_iv : iv, plain, true);
	Bytes frag = explicit_iv() ? rec_iv : Bytes();
	frag.insert(frag.end(), ct.begin(), ct.end());
	Bytes rec = {type, static_cast<uint8_t>(version >> 8), static_cast<uint8_t>(version), static_cast<uint8_t>(frag.size() >> 8),
	             static_cast<uint8_t>(frag.size())};
	rec.insert(rec.end(), frag.begin(), frag.end());
	if (!explicit_iv()) iv.assign(ct.end() - 16, ct.end());
	seq++;
	return rec;
}

bool Keys::open(const Bytes &rec, uint8_t &type, Bytes &data) {
	size_t skip = explicit_iv() ? 21 : 5;
	if (rec.size() < skip + 16 || (rec.size() - skip) % 16 || rec[1] != version >> 8 || rec[2] != (version & 0xff) ||
	    rec.size() - 5 != static_cast<size_t>(rec[3] << 8 | rec[4]))
		return false;
	Bytes ct(rec.begin() + static_cast<long>(skip), rec.end());
	Bytes plain = ref_cbc(key, explicit_iv() ? Bytes(rec.begin() + 5, rec.begin() + 21) : iv, ct, false);
	size_t pad = plain.back();
	if (pad + 1 + mac_len() > plain.size()) return false;
	for (size_t i = plain.size() - 1 - pad; i < plain.size(); i++)
		if (plain[i] != pad) return false;
	size_t n = plain.size() - 1 - pad - mac_len();
	type = rec[0];
	data.assign(plain.begin(), plain.begin() + static_cast<long>(n));
	if (!std::equal(plain.begin() + static_cast<long>(n), plain.begin() + static_cast<long>(n + mac_len()), mac_of(*this, type, data).begin())) return false;
	if (!explicit_iv()) iv.assign(ct.end() - 16, ct.end());
	seq++;
	return true;
}
