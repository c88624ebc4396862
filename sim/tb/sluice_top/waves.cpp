/*
 * Waves of one operation on the simulated device, from just before its doorbell to just behind its completion.
 *   waves LIBRARY (built with TRACE=1) PREFIX OPERATION [CYCLES]
 * Writes PREFIX_dev.vcd, PREFIX_aead.vcd, ...; gtkw.py makes the save files. CYCLES bounds what is shown (20 000; 0: all): a private RSA operation has 670 000.
 * The device is run twice: once to learn the cycle in which the operation begins, and again, the same by its seed, with waves from there.
 */
#include <cstdio>

#include "sim/harness/tb.h"
#include "sim/tb/pka_engine/keys.h"
#include "sim/tb/sluice_top/sim_host.h"

struct Op {
	const char *name, *what;
	unsigned engine;
	uint8_t opcode;
	uint8_t alg, mac_key_bytes;
	uint16_t version;
	uint32_t param0, param1, len;
};

static const Op kOps[] = {
	{"record_seal", "TLS 1.2 record, AES-128-GCM, 300 bytes", SLUICE_ENGINE_AEAD, SLUICE_OP_RECORD_SEAL, SLUICE_ALG_AES_GCM, 0, 0x0303, 23, 0, 300},
	{"record_open", "the same, opened", SLUICE_ENGINE_AEAD, SLUICE_OP_RECORD_OPEN, SLUICE_ALG_AES_GCM, 0, 0x0303, 23, 0, 300},
	{"tls13_seal", "TLS 1.3 record, AES-128-GCM, 300 bytes and 30 of padding", SLUICE_ENGINE_AEAD, SLUICE_OP_RECORD_SEAL, SLUICE_ALG_AES_GCM, 0, 0x0304, 23, 30, 300},
	{"tls13_open", "the same, opened", SLUICE_ENGINE_AEAD, SLUICE_OP_RECORD_OPEN, SLUICE_ALG_AES_GCM, 0, 0x0304, 23, 30, 300},
	{"cbc_seal", "TLS 1.2 record, AES-128-CBC and HMAC-SHA-1, 300 bytes", SLUICE_ENGINE_MAC, SLUICE_OP_RECORD_SEAL, SLUICE_ALG_AES_CBC_HMAC_SHA1, 20, 0x0303, 23, 0, 300},
	{"cbc_open", "the same, opened", SLUICE_ENGINE_MAC, SLUICE_OP_RECORD_OPEN, SLUICE_ALG_AES_CBC_HMAC_SHA1, 20, 0x0303, 23, 0, 300},
	{"chacha_seal", "TLS 1.3 record, ChaCha20-Poly1305, 300 bytes and 30 of padding", SLUICE_ENGINE_CHACHA, SLUICE_OP_RECORD_SEAL, SLUICE_ALG_CHACHA20_POLY1305, 0, 0x0304, 23, 30, 300},
	{"chacha_open", "the same, opened", SLUICE_ENGINE_CHACHA, SLUICE_OP_RECORD_OPEN, SLUICE_ALG_CHACHA20_POLY1305, 0, 0x0304, 23, 30, 300},
	{"hash", "SHA-256 of 300 bytes", SLUICE_ENGINE_MAC, SLUICE_OP_HASH, 0, 0, 0, SLUICE_HASH_SHA256, 0, 300},
	{"prf", "PRF of TLS 1.2, 48 bytes", SLUICE_ENGINE_MAC, SLUICE_OP_TLS_PRF, 0, 0, 0, 48, 48, 125},
	{"rsa", "RSA-2048 private operation", SLUICE_ENGINE_PKA, SLUICE_OP_RSA_PRIVATE, 0, 0, 0, 0, 0, 256},
	{"ecdh", "X25519 ECDH_RESPOND", SLUICE_ENGINE_ECC, SLUICE_OP_ECDH_RESPOND, 0, 0, 0, SLUICE_CURVE_X25519, 0, 32},
	{"ecdh_p256", "P-256 EC_KEYGEN", SLUICE_ENGINE_ECC, SLUICE_OP_EC_KEYGEN, 0, 0, 0, SLUICE_CURVE_P256, 0, 0},
};
static constexpr uint32_t kRoom = 1024;

static void must(bool ok, const char *what) {
	if (ok) return;
	fprintf(stderr, "waves: %s\n", what);
	exit(1);
}

static sluice_session session_of(const Op &o) {
	sluice_session s = {};
	TbRng rng(3);
	s.alg = o.alg;
	s.version = o.version;
	s.key_bytes = o.alg == SLUICE_ALG_CHACHA20_POLY1305 ? 32 : 16;
	rng.fill(s.key, s.key_bytes);
	if (o.alg == SLUICE_ALG_AES_GCM || o.alg == SLUICE_ALG_CHACHA20_POLY1305) rng.fill(s.iv, o.version == 0x0304 || o.alg == SLUICE_ALG_CHACHA20_POLY1305 ? 12 : 4);
	s.mac_key_bytes = o.mac_key_bytes;
	rng.fill(s.mac_key, o.mac_key_bytes);
	return s;
}

/* Everything before the operation: sessions, the record to open, the key. Returns its descriptor. */
static sluice_desc prepare(SimHost &h, const Op &o, const Bytes &kek) {
	TbRng rng(5);
	must(h.ready(), "device is not ready");
	h.start(0, 4, o.engine);
	for (uint32_t slot = 0; slot < 2 && o.alg; slot++) must(h.load_session(0, 0x10000u | slot, session_of(o)) == SLUICE_ST_OK, "session refused");
	sluice_desc d = {};
	bool open = o.opcode == SLUICE_OP_RECORD_OPEN;
	d.opcode = open ? static_cast<uint8_t>(SLUICE_OP_RECORD_SEAL) : o.opcode;
	d.handle = o.alg ? 0x10000u : 0;
	d.param0 = o.param0;
	d.param1 = o.param1;
	d.src_len = o.len;
	d.dst_len = kRoom;
	d.src_addr = h.alloc(kRoom);
	d.dst_addr = h.alloc(kRoom);
	rng.fill(h.at(d.src_addr), o.len);
	if (open) {
		must(h.one(0, d) == SLUICE_ST_OK, "record to open was not sealed");
		d.opcode = SLUICE_OP_RECORD_OPEN;
		d.handle = 0x10001u;
		d.param0 = d.param1 = 0;
		d.src_len = h.q[0].done.back().length;
		uint64_t record = d.dst_addr;
		d.dst_addr = d.src_addr;
		d.src_addr = record;
	}
	if (o.opcode == SLUICE_OP_RSA_PRIVATE) {
		RsaKey key(rng, 65537);
		Bytes blob = wrap(kek, key.plain);
		sluice_desc l = {};
		l.opcode = SLUICE_OP_KEY_LOAD;
		l.handle = d.handle = 0x10000u;
		l.src_len = static_cast<uint32_t>(blob.size());
		l.src_addr = h.alloc(blob.size());
		memcpy(h.at(l.src_addr), blob.data(), blob.size());
		must(h.one(0, l) == SLUICE_ST_OK, "key refused");
		*h.at(d.src_addr) = 0; /* below the modulus */
	}
	return d;
}

int main(int argc, char **argv) {
	const Op *op = nullptr;
	for (const Op &o : kOps) if (argc > 3 && !strcmp(argv[3], o.name)) op = &o;
	if (!op) {
		fprintf(stderr, "usage: waves LIBRARY PREFIX OPERATION [CYCLES]\n");
		for (const Op &o : kOps) fprintf(stderr, "  %-12s %s\n", o.name, o.what);
		return 2;
	}
	must(SLUICE_ENGINE_MASK >> op->engine & 1, "this build has no engine for that");
	SimLib lib(argv[1]);
	uint64_t most = argc > 4 ? strtoull(argv[4], nullptr, 0) : 20000, from = 0;
	Bytes kek = TbRng(9).bytes(32);
	for (int pass = 0; pass < 2; pass++) {
		uint64_t to = pass && most ? from + most : 0;
		SimHost h(lib, 1u << 20, 1, kek.data(), 20, 0, pass ? argv[2] : nullptr, from, to);
		sluice_desc d = prepare(h, *op, kek);
		from = lib.cycles(h.sim) - 20;
		unsigned status = h.one(0, d);
		must(status == SLUICE_ST_OK, "the operation failed");
		if (pass) printf("%s: %s: %llu cycles in the engine, waves from cycle %llu%s\n", op->name, op->what, static_cast<unsigned long long>(h.q[0].done.back().cycles),
			             static_cast<unsigned long long>(from), most && h.q[0].done.back().cycles > most ? " (cut; CYCLES=0 shows all)" : "");
	}
	return 0;
}
