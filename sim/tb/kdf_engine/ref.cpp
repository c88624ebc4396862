/* See ref.h. */
#include "sim/tb/kdf_engine/ref.h"

#include <cstring>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

static const char *name_of(unsigned hash) { return hash == SLUICE_HASH_SHA384 ? "SHA384" : "SHA256"; }
static Bytes text(const std::string &s) { return Bytes(s.begin(), s.end()); }
static Bytes operator+(Bytes a, const Bytes &b) {
	a.insert(a.end(), b.begin(), b.end());
	return a;
}

/* Contexts are fetched once: the random runs make hundreds of thousands of derivations. */
static void derive(const char *kind, OSSL_PARAM *p, Bytes &out) {
	static std::map<std::string, EVP_KDF_CTX *> ctxs;
	EVP_KDF_CTX *&ctx = ctxs[kind];
	if (!ctx) {
		EVP_KDF *k = EVP_KDF_fetch(nullptr, kind, nullptr);
		ctx = EVP_KDF_CTX_new(k);
		EVP_KDF_free(k);
	}
	EVP_KDF_CTX_reset(ctx);
	if (EVP_KDF_derive(ctx, out.data(), out.size(), p) != 1) abort();
}
static OSSL_PARAM digest(unsigned hash) { return OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, const_cast<char *>(name_of(hash)), 0); }
static OSSL_PARAM octets(const char *key, const Bytes &b) {
	static uint8_t none;
	return OSSL_PARAM_construct_octet_string(key, b.empty() ? &none : const_cast<uint8_t *>(b.data()), b.size());
}

size_t ref_hash_len(unsigned hash) { return hash == SLUICE_HASH_SHA384 ? 48 : 32; }
Bytes ref_hash(unsigned hash, const Bytes &in) {
	Bytes out(ref_hash_len(hash));
	if (EVP_Q_digest(nullptr, name_of(hash), nullptr, in.data(), in.size(), out.data(), nullptr) != 1) abort();
	return out;
}
Bytes ref_hmac(unsigned hash, const Bytes &key, const Bytes &in) {
	Bytes out(ref_hash_len(hash));
	static const uint8_t none = 0;
	if (!EVP_Q_mac(nullptr, "HMAC", nullptr, name_of(hash), nullptr, key.empty() ? &none : key.data(), key.size(), in.data(), in.size(), out.data(), out.size(), nullptr)) abort();
	return out;
}
Bytes ref_prf(unsigned hash, const Bytes &secret, const std::string &label, const Bytes &seed, size_t n) {
	Bytes out(n), all = text(label) + seed;
	OSSL_PARAM p[] = { digest(hash), octets(OSSL_KDF_PARAM_SECRET, secret), octets(OSSL_KDF_PARAM_SEED, all), OSSL_PARAM_construct_end() };
	derive("TLS1-PRF", p, out);
	return out;
}
static Bytes hkdf(unsigned hash, int mode, const Bytes &key, const char *param, const Bytes &value, size_t n) {
	Bytes out(n);
	OSSL_PARAM p[] = { digest(hash), OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode), octets(OSSL_KDF_PARAM_KEY, key), octets(param, value), OSSL_PARAM_construct_end() };
	derive("HKDF", p, out);
	return out;
}
Bytes ref_extract(unsigned hash, const Bytes &salt, const Bytes &ikm) {
	return hkdf(hash, EVP_KDF_HKDF_MODE_EXTRACT_ONLY, ikm, OSSL_KDF_PARAM_SALT, salt, ref_hash_len(hash));
}
Bytes ref_expand_label(unsigned hash, const Bytes &secret, const std::string &label, const Bytes &context, size_t n) {
	std::string full = "tls13 " + label;
	Bytes info = { static_cast<uint8_t>(n >> 8), static_cast<uint8_t>(n), static_cast<uint8_t>(full.size()) };
	info = info + text(full) + Bytes{ static_cast<uint8_t>(context.size()) } + context;
	return hkdf(hash, EVP_KDF_HKDF_MODE_EXPAND_ONLY, secret, OSSL_KDF_PARAM_INFO, info, n);
}
static Bytes wrap_cipher(const Bytes &key, const Bytes &in, int enc) {
	static EVP_CIPHER *alg = EVP_CIPHER_fetch(nullptr, "AES-256-WRAP-PAD", nullptr);
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	Bytes out(in.size() + 16);
	int n = 0;
	bool ok = EVP_CipherInit_ex2(c, alg, key.data(), nullptr, enc, nullptr) == 1 && EVP_CipherUpdate(c, out.data(), &n, in.data(), static_cast<int>(in.size())) == 1;
	EVP_CIPHER_CTX_free(c);
	out.resize(ok ? static_cast<size_t>(n) : 0);
	return out;
}
Bytes ref_wrap(const Bytes &key, const Bytes &plain) { return wrap_cipher(key, plain, 1); }
Bytes ref_unwrap(const Bytes &key, const Bytes &blob) { return wrap_cipher(key, blob, 0); }

Card::Card(unsigned slots, const Bytes &kek) : count_(slots), wrap_key_(ref_hmac(SLUICE_HASH_SHA256, kek, text("sluice secret wrap"))) {}

Secret *Card::find(uint32_t handle, uint8_t func) {
	auto it = slots.find(handle & 0xffff);
	if (it == slots.end() || it->second.gen != handle >> 16 || it->second.func != func) return nullptr;
	return &it->second;
}

uint8_t Card::store(uint32_t handle, uint8_t func, unsigned kind, const Bytes &value) {
	unsigned index = handle & 0xffff;
	auto it = slots.find(index);
	if (index >= count_ || !(handle >> 16) || (it != slots.end() && it->second.func != func)) return SLUICE_ST_BAD_SECRET;
	Secret s;
	s.gen = static_cast<uint16_t>(handle >> 16);
	s.func = func;
	s.kind = kind;
	s.value = value;
	slots[index] = s;
	return SLUICE_ST_OK;
}

/* what each derivation takes: kind, uses it spends, length of its source (-1: hash, -2: up to 64, -3: up to 255) */
struct Rule {
	unsigned kinds, use;
	int source;
};
static unsigned bit(unsigned kind) { return 1u << kind; }
static const std::map<unsigned, Rule> rules = {
	{ SLUICE_KDF_T12_MASTER, { bit(SLUICE_SECRET_PREMASTER), 1, 64 } },
	{ SLUICE_KDF_T12_EXTENDED_MASTER, { bit(SLUICE_SECRET_PREMASTER), 1, -1 } },
	{ SLUICE_KDF_T12_KEY_BLOCK, { bit(SLUICE_SECRET_MASTER), 1, 64 } },
	{ SLUICE_KDF_T12_CLIENT_FINISHED, { bit(SLUICE_SECRET_MASTER), 0, -1 } },
	{ SLUICE_KDF_T12_SERVER_FINISHED, { bit(SLUICE_SECRET_MASTER), 0, -1 } },
	{ SLUICE_KDF_T13_EARLY, { bit(SLUICE_SECRET_PSK), 0, 0 } },
	{ SLUICE_KDF_T13_HANDSHAKE, { bit(SLUICE_SECRET_EARLY), 1, -2 } },
	{ SLUICE_KDF_T13_MAIN, { bit(SLUICE_SECRET_HANDSHAKE), 1, 0 } },
	{ SLUICE_KDF_T13_BINDER, { bit(SLUICE_SECRET_EARLY), 0, 0 } },
	{ SLUICE_KDF_T13_CLIENT_EARLY, { bit(SLUICE_SECRET_EARLY), 2, -1 } },
	{ SLUICE_KDF_T13_CLIENT_HANDSHAKE, { bit(SLUICE_SECRET_HANDSHAKE), 2, -1 } },
	{ SLUICE_KDF_T13_SERVER_HANDSHAKE, { bit(SLUICE_SECRET_HANDSHAKE), 4, -1 } },
	{ SLUICE_KDF_T13_CLIENT_APPLICATION, { bit(SLUICE_SECRET_MAIN), 2, -1 } },
	{ SLUICE_KDF_T13_SERVER_APPLICATION, { bit(SLUICE_SECRET_MAIN), 4, -1 } },
	{ SLUICE_KDF_T13_RESUMPTION, { bit(SLUICE_SECRET_MAIN), 0, -1 } },
	{ SLUICE_KDF_T13_PSK, { bit(SLUICE_SECRET_RESUMPTION), 0, -3 } },
	{ SLUICE_KDF_T13_UPDATE, { bit(SLUICE_SECRET_TRAFFIC), 1, 0 } },
	{ SLUICE_KDF_T13_KEYS, { bit(SLUICE_SECRET_TRAFFIC), 2, 0 } },
	{ SLUICE_KDF_T13_FINISHED, { bit(SLUICE_SECRET_TRAFFIC) | bit(SLUICE_SECRET_BINDER), 0, -1 } },
};

KdfAnswer Card::kdf(const KdfJob &j) {
	const KdfAnswer bad_desc = { SLUICE_ST_BAD_DESC, {} }, bad_secret = { SLUICE_ST_BAD_SECRET, {} };
	auto it = rules.find(j.param0);
	unsigned h = j.param1 & 0xffff, block = j.param1 >> 16;
	if (it == rules.end() || (h != SLUICE_HASH_SHA256 && h != SLUICE_HASH_SHA384)) return bad_desc;
	const Rule &r = it->second;
	size_t n = ref_hash_len(h);
	bool open = j.param0 == SLUICE_KDF_T12_CLIENT_FINISHED || j.param0 == SLUICE_KDF_T12_SERVER_FINISHED || j.param0 == SLUICE_KDF_T13_FINISHED;
	size_t len = j.src.size();
	if (r.source >= 0 ? len != static_cast<size_t>(r.source) : r.source == -1 ? len != n : len > (r.source == -2 ? 64u : 255u)) return bad_desc;
	if (j.param0 == SLUICE_KDF_T12_KEY_BLOCK ? block < 1 || block > 192 : j.param0 == SLUICE_KDF_T13_KEYS ? block != 16 && block != 32 : block != 0) return bad_desc;
	if (j.handle3 && j.param0 != SLUICE_KDF_T13_HANDSHAKE) return bad_desc;
	if (open ? j.handle2 != 0 : !j.handle2 || j.handle2 == j.handle || j.handle2 == j.handle3) return bad_desc;

	bool none = j.param0 == SLUICE_KDF_T13_EARLY && !j.handle;
	Secret *a = find(j.handle, j.func), *b = nullptr;
	Bytes in(n), second;
	if (!none) {
		if (!a || !(r.kinds >> a->kind & 1) || (a->spent & r.use) || (j.param0 >= 0x10 && a->value.size() != n)) return bad_secret;
		in = a->value;
	}
	if (j.handle3) {
		b = find(j.handle3, j.func);
		if (!b || b->kind != SLUICE_SECRET_PREMASTER || (b->spent & 1)) return bad_secret;
		second = b->value;
	}
	const Bytes empty = ref_hash(h, {}), zeros(n);
	Bytes out;
	unsigned kind = 0;
	auto traffic = [&](const char *label, unsigned k) {
		out = ref_expand_label(h, in, label, j.src, n);
		kind = k;
	};
	switch (j.param0) {
	case SLUICE_KDF_T12_MASTER: out = ref_prf(h, in, "master secret", j.src, 48), kind = SLUICE_SECRET_MASTER; break;
	case SLUICE_KDF_T12_EXTENDED_MASTER: out = ref_prf(h, in, "extended master secret", j.src, 48), kind = SLUICE_SECRET_MASTER; break;
	case SLUICE_KDF_T12_KEY_BLOCK: out = ref_prf(h, in, "key expansion", j.src, block), kind = SLUICE_SECRET_KEY_BLOCK; break;
	case SLUICE_KDF_T12_CLIENT_FINISHED: out = ref_prf(h, in, "client finished", j.src, 12); break;
	case SLUICE_KDF_T12_SERVER_FINISHED: out = ref_prf(h, in, "server finished", j.src, 12); break;
	case SLUICE_KDF_T13_EARLY: out = ref_extract(h, zeros, in), kind = SLUICE_SECRET_EARLY; break;
	case SLUICE_KDF_T13_HANDSHAKE:
		second = j.src.empty() && !b ? zeros : j.src + second;
		out = ref_extract(h, ref_expand_label(h, in, "derived", empty, n), second), kind = SLUICE_SECRET_HANDSHAKE;
		break;
	case SLUICE_KDF_T13_MAIN: out = ref_extract(h, ref_expand_label(h, in, "derived", empty, n), zeros), kind = SLUICE_SECRET_MAIN; break;
	case SLUICE_KDF_T13_BINDER: out = ref_expand_label(h, in, "res binder", empty, n), kind = SLUICE_SECRET_BINDER; break;
	case SLUICE_KDF_T13_CLIENT_EARLY: traffic("c e traffic", SLUICE_SECRET_TRAFFIC); break;
	case SLUICE_KDF_T13_CLIENT_HANDSHAKE: traffic("c hs traffic", SLUICE_SECRET_TRAFFIC); break;
	case SLUICE_KDF_T13_SERVER_HANDSHAKE: traffic("s hs traffic", SLUICE_SECRET_TRAFFIC); break;
	case SLUICE_KDF_T13_CLIENT_APPLICATION: traffic("c ap traffic", SLUICE_SECRET_TRAFFIC); break;
	case SLUICE_KDF_T13_SERVER_APPLICATION: traffic("s ap traffic", SLUICE_SECRET_TRAFFIC); break;
	case SLUICE_KDF_T13_RESUMPTION: traffic("res master", SLUICE_SECRET_RESUMPTION); break;
	case SLUICE_KDF_T13_PSK: traffic("resumption", SLUICE_SECRET_PSK); break;
	case SLUICE_KDF_T13_UPDATE: traffic("traffic upd", SLUICE_SECRET_TRAFFIC); break;
	case SLUICE_KDF_T13_KEYS:
		out = ref_expand_label(h, in, "key", {}, block) + ref_expand_label(h, in, "iv", {}, 12), kind = SLUICE_SECRET_KEY_BLOCK;
		break;
	default: out = ref_hmac(h, ref_expand_label(h, in, "finished", {}, n), j.src); break;
	}
	if (open) return { SLUICE_ST_OK, out };
	uint8_t status = store(j.handle2, j.func, kind, out);
	if (status == SLUICE_ST_OK && !none) {
		/* whatever is still there under its handle: the result may have taken a slot */
		if ((a = find(j.handle, j.func))) a->spent |= r.use;
		if (j.handle3 && (b = find(j.handle3, j.func))) b->spent |= 1;
	}
	return { status, {} };
}

KdfAnswer Card::run(const KdfJob &j) {
	const KdfAnswer bad_desc = { SLUICE_ST_BAD_DESC, {} };
	switch (j.op) {
	case SLUICE_OP_NOP: return { SLUICE_ST_OK, {} };
	case SLUICE_OP_KDF: return kdf(j);
	case SLUICE_OP_SECRET_WRAP: {
		if (!j.src.empty() || j.param0 || j.param1) return bad_desc;
		Secret *s = find(j.handle, j.func);
		if (!s || (s->kind != SLUICE_SECRET_MASTER && s->kind != SLUICE_SECRET_PSK)) return { SLUICE_ST_BAD_SECRET, {} };
		Bytes plain = { static_cast<uint8_t>(s->kind), static_cast<uint8_t>(s->value.size()), j.func, 0 };
		return { SLUICE_ST_OK, ref_wrap(wrap_key_, plain + s->value) };
	}
	case SLUICE_OP_SECRET_UNWRAP: {
		if (j.param0 || j.param1 || j.handle || j.handle3) return bad_desc;
		Bytes p = j.src.size() == 48 || j.src.size() == 64 ? ref_unwrap(wrap_key_, j.src) : Bytes();
		bool ok = p.size() > 4 && p[1] == p.size() - 4 && p[2] == j.func && p[3] == 0 &&
		          ((p[0] == SLUICE_SECRET_MASTER && p[1] == 48) || (p[0] == SLUICE_SECRET_PSK && (p[1] == 32 || p[1] == 48)));
		if (!ok) return { SLUICE_ST_BAD_KEY, {} };
		return { store(j.handle2, j.func, p[0], Bytes(p.begin() + 4, p.end())), {} };
	}
	case SLUICE_OP_SECRET_FREE:
		if (!j.src.empty() || j.param0 || j.param1) return bad_desc;
		if (!find(j.handle, j.func)) return { SLUICE_ST_BAD_SECRET, {} };
		slots.erase(j.handle & 0xffff);
		return { SLUICE_ST_OK, {} };
	default: return bad_desc;
	}
}

std::pair<bool, Bytes> Card::port(const PortJob &j) {
	bool keys = j.port == SLUICE_ENGINE_AEAD || j.port == SLUICE_ENGINE_MAC || j.port == SLUICE_ENGINE_CHACHA;
	bool curves = j.port == SLUICE_ENGINE_PKA || j.port == SLUICE_ENGINE_ECC;
	if (j.write) {
		bool may = curves && (j.kind == SLUICE_SECRET_PREMASTER || j.kind == SLUICE_SECRET_EC_PRIVATE) && !j.data.empty() && j.data.size() <= 64;
		return { may && store(j.handle, j.func, j.kind, j.data) == SLUICE_ST_OK, {} };
	}
	unsigned use = 1;
	if (keys) {
		if (j.kind != SLUICE_SECRET_KEY_BLOCK || j.slice < SLUICE_SLICE_CLIENT || j.slice > SLUICE_SLICE_WHOLE) return { false, {} };
		use = j.slice; /* client 1, server 2, both 3 */
	} else if (!curves || j.kind != SLUICE_SECRET_EC_PRIVATE || j.slice) {
		return { false, {} };
	}
	Secret *s = find(j.handle, j.func);
	if (!s || s->kind != j.kind || (s->spent & use)) return { false, {} };
	s->spent |= use;
	return { true, s->value };
}
