/* Sessions: keys from secret slots over the secret port, and slots that belong to the function that loaded them. */
#include "Vtb_aead_lane___024root.h"
#include "sim/tb/aead_lane/cases.h"

static const uint8_t slices[] = {SLUICE_SLICE_CLIENT, SLUICE_SLICE_SERVER, SLUICE_SLICE_WHOLE};

static Session make_for(Lane &l, uint8_t slice, uint16_t index) {
	return slice == SLUICE_SLICE_WHOLE ? l.make13(index) : l.make(SLUICE_ALG_AES_GCM, index);
}

static void load_from(Lane &l, const char *what, const Session &s, const Bytes &ctx, uint32_t secret, uint8_t status) {
	l.handle2 = secret;
	l.job(what, SLUICE_OP_SESSION_LOAD, s.handle(), ctx, 0, 0, status);
	l.handle2 = 0;
}

static void use(Lane &l, Session &s) {
	l.seal(s, 23, l.some(300));
	l.open(s, 22, l.some(300));
}

void secret_sessions(Lane &l) {
	constexpr uint32_t handle = 0x00070003;
	for (unsigned n = 0; n < 60; n++) {
		uint8_t slice = slices[n % 3];
		Session s = make_for(l, slice, static_cast<uint16_t>(80 + n % 7));
		l.port.gap_percent = l.port.stall_percent = l.secrets.gap_percent = n % 2 ? 40 : 0;
		l.secrets.slots[handle] = {SLUICE_SECRET_KEY_BLOCK, l.func, s.key_block(slice, l.tb.rng)};
		load_from(l, "SESSION_LOAD from a secret", s, s.context_of(slice), handle, SLUICE_ST_OK);
		use(l, s);
		use(l, s);
		/* the host has no say over nonces under a key that it must not have */
		Bytes x = l.tb.rng.bytes(64);
		for (uint8_t op : {SLUICE_OP_AEAD_SEAL, SLUICE_OP_AEAD_OPEN, SLUICE_OP_CIPHER_ENC, SLUICE_OP_CIPHER_DEC})
			l.job("more than records under a secret key", op, s.handle(), x, 0, op == SLUICE_OP_AEAD_OPEN ? 16 : 0, SLUICE_ST_BAD_SESSION);
		load_from(l, "a slice a second time", s, s.context_of(slice), handle, SLUICE_ST_BAD_SECRET);
		use(l, s);
		if (n % 3 == 0) { /* a plain session in the same slot is as ever */
			Session p = make_for(l, slice, s.index);
			l.load(p);
			l.aead(p, x, x, 16);
		}
		l.forget();
	}
	CHECK(l.tb, l.secrets.reads == 120, "one read for each load");
	l.port.gap_percent = l.port.stall_percent = l.secrets.gap_percent = 0;

	for (uint8_t slice : slices) {
		Session s = make_for(l, slice, 90);
		Bytes block = s.key_block(slice, l.tb.rng), ctx = s.context_of(slice);
		auto no = [&](const char *what, const Bytes &c, uint32_t h, uint8_t status) { load_from(l, what, s, c, h, status); };
		l.load(s);
		l.settle();
		/* the store's refusals */
		l.secrets.slots[handle] = {SLUICE_SECRET_KEY_BLOCK, l.func, block};
		no("no such secret", ctx, handle + 1, SLUICE_ST_BAD_SECRET);
		no("stale generation of a secret", ctx, handle + 0x10000, SLUICE_ST_BAD_SECRET);
		l.settle();
		for (uint8_t kind = 0; kind < 16; kind++) {
			if (kind == SLUICE_SECRET_KEY_BLOCK) continue;
			l.secrets.slots[handle].kind = kind;
			no("secret of another kind", ctx, handle, SLUICE_ST_BAD_SECRET);
			l.settle();
		}
		l.secrets.slots[handle] = {SLUICE_SECRET_KEY_BLOCK, static_cast<uint8_t>(l.func + 1), block};
		no("secret of another function", ctx, handle, SLUICE_ST_BAD_SECRET);
		l.settle();
		/* a block of any other length */
		for (size_t n = 1; n <= SLUICE_SECRET_BYTES; n++) {
			bool fits = slice == SLUICE_SLICE_WHOLE ? n == block.size() : n >= block.size();
			Bytes other = block;
			other.resize(n, 1);
			l.secrets.slots[handle] = {SLUICE_SECRET_KEY_BLOCK, l.func, other};
			no("key block of this length", ctx, handle, fits ? SLUICE_ST_OK : SLUICE_ST_BAD_SESSION);
			if (fits) use(l, s);
			l.settle();
			s.seq = 0;
			ctx = s.context_of(slice);
		}
		s.gen = static_cast<uint16_t>(s.gen == 0xffff ? 1 : s.gen + 1);
		l.load(s);
		l.settle();
		/* contexts that do not fit: the secret is not even read */
		l.secrets.slots[handle] = {SLUICE_SECRET_KEY_BLOCK, l.func, block};
		uint64_t reads = l.secrets.reads;
		for (unsigned at = 16; at < 128; at++) {
			Bytes c = ctx;
			c[at] = static_cast<uint8_t>(1u << l.tb.rng.below(8));
			no("keys in the context as well", c, handle, SLUICE_ST_BAD_SESSION);
		}
		for (unsigned v = 0; v < 256; v++) {
			bool right = slice == SLUICE_SLICE_WHOLE ? v == slice : v == SLUICE_SLICE_CLIENT || v == SLUICE_SLICE_SERVER;
			Bytes c = ctx;
			c[6] = static_cast<uint8_t>(v);
			if (!right) no("slice that does not fit", c, handle, SLUICE_ST_BAD_SESSION);
			if (v) no("slice without a secret", c, 0, SLUICE_ST_BAD_SESSION);
		}
		for (uint16_t v : {0x0000, 0x0300, 0x0302, 0x0305, 0xfefd, slice == SLUICE_SLICE_WHOLE ? 0x0303 : 0x0304}) {
			Bytes c = ctx;
			c[2] = static_cast<uint8_t>(v);
			c[3] = static_cast<uint8_t>(v >> 8);
			no("version that does not fit", c, handle, SLUICE_ST_BAD_SESSION);
		}
		for (uint8_t alg : {SLUICE_ALG_AES_CTR, SLUICE_ALG_AES_CBC}) {
			Bytes c = ctx;
			c[0] = alg;
			no("algorithm without records", c, handle, SLUICE_ST_BAD_SESSION);
		}
		l.settle();
		CHECK(l.tb, l.secrets.reads == reads, "a context that does not fit reads no secret");
		use(l, s); /* refused loads left the slot as it was */
		l.forget();
	}
}

/* A slot belongs to the function that loaded it: for any other it is not there, and cannot be replaced. */
void functions(Lane &l) {
	Session mine = l.make(SLUICE_ALG_AES_GCM, 70);
	l.load(mine);
	for (unsigned bit = 0; bit < 8; bit++) {
		l.func = static_cast<uint8_t>(1u << bit);
		Session yours = l.make13(static_cast<uint16_t>(100 + bit));
		l.load(yours);
		use(l, yours);
		Bytes x = l.tb.rng.bytes(64);
		for (uint8_t op : {SLUICE_OP_SESSION_FREE, SLUICE_OP_RECORD_SEAL, SLUICE_OP_RECORD_OPEN, SLUICE_OP_AEAD_SEAL, SLUICE_OP_AEAD_OPEN})
			l.job("another function's slot", op, mine.handle(), x, 23, 16, SLUICE_ST_BAD_HANDLE);
		l.job("another function's slot", SLUICE_OP_SESSION_LOAD, mine.handle(), yours.context(), 0, 0, SLUICE_ST_BAD_HANDLE);
		l.func = 0;
		use(l, mine);
		l.job("another function's slot", SLUICE_OP_RECORD_SEAL, yours.handle(), x, 23, 0, SLUICE_ST_BAD_HANDLE);
		l.func = static_cast<uint8_t>(1u << bit);
		use(l, yours);
		l.job("SESSION_FREE", SLUICE_OP_SESSION_FREE, yours.handle(), {}, 0, 0, SLUICE_ST_OK);
		l.func = 0;
		/* a freed slot is anyone's */
		yours.func = 0;
		l.load(yours);
		use(l, yours);
		l.job("SESSION_FREE", SLUICE_OP_SESSION_FREE, yours.handle(), {}, 0, 0, SLUICE_ST_OK);
		l.forget();
	}
}

template <class T> static bool all_zero(const T &x) {
	static const uint8_t zero[sizeof(T)] = {};
	return !memcmp(&x, zero, sizeof(T));
}

/* When reset is over, no key, power of H or IV is left: in slots, in the banks, in what was last read or loaded. */
void erased(Lane &l) {
	auto *r = l.tb.v->rootp;
	auto &keys = r->aead_lane__DOT__u_ctx__DOT__u_store__DOT__key_mem;
	auto &hs = r->aead_lane__DOT__u_ctx__DOT__u_store__DOT__h_mem;
	auto &ivs = r->aead_lane__DOT__u_ctx__DOT__u_store__DOT__iv_mem;
	auto &enc = r->aead_lane__DOT__u_datapath__DOT__u_enc_pipe__DOT__key_mem;
	auto &dec = r->aead_lane__DOT__u_datapath__DOT__u_dec_pipe__DOT__key_mem;
	auto &powers = r->aead_lane__DOT__u_tag__DOT__u_ghash__DOT__h_mem;
	for (unsigned n = 0; n < 6; n++) {
		Session s = n % 2 ? l.make13(static_cast<uint16_t>(n)) : l.make(n == 4 ? SLUICE_ALG_AES_CBC : SLUICE_ALG_AES_GCM, static_cast<uint16_t>(n));
		s.salt.resize(12, 0x33);
		l.load(s);
	}
	l.settle();
	bool was = !all_zero(keys[3]) && !all_zero(ivs[3]) && !all_zero(hs[3]) && !all_zero(powers[5]) && memcmp(&enc[0], &enc[1], 240) != 0;
	CHECK(l.tb, was, "there is something to erase");
	l.reset();
	bool clean = true;
	for (unsigned i = 0; i < SLUICE_NUM_SESSIONS; i++) clean = clean && all_zero(keys[i]) && all_zero(hs[i]) && all_zero(ivs[i]);
	for (unsigned i = 0; i < 16; i++) clean = clean && all_zero(powers[i]);
	for (unsigned i = 0; i < 4; i++) /* every bank has the schedule of the zero key, of which the first two round keys are zero */
		clean = clean && !memcmp(&enc[i], &enc[0], 240) && !memcmp(&dec[i], &dec[0], 240) && all_zero(enc[i][0]) && all_zero(enc[i][7]);
	CHECK(l.tb, clean, "reset leaves no key in slots and banks");
	bool regs = all_zero(r->aead_lane__DOT__u_ctx__DOT__u_store__DOT__rd_key_q) && all_zero(r->aead_lane__DOT__u_ctx__DOT__u_store__DOT__rd_h_q) &&
	            all_zero(r->aead_lane__DOT__u_ctx__DOT__u_store__DOT__rd_iv_q) && all_zero(r->aead_lane__DOT__u_ctx__DOT__l_key_q) &&
	            all_zero(r->aead_lane__DOT__u_ctx__DOT__l_h_q) && all_zero(r->aead_lane__DOT__u_ctx__DOT__u_key_expand__DOT__cur_q) &&
	            all_zero(r->aead_lane__DOT__u_issue__DOT__iv_q);
	CHECK(l.tb, regs, "reset leaves no key in registers");
	l.port.self_test();
}
