/* Every way in which a command or a request of another engine is refused; what was refused has changed nothing. */
#include <algorithm>

#include "sim/tb/kdf_engine/bench.h"

void Bench::refusals() {
	const unsigned h256 = SLUICE_HASH_SHA256, h384 = SLUICE_HASH_SHA384;
	auto is = [this](const KdfJob &j, uint8_t status, const char *what) { CHECK(tb, both(j, what).status == status, what); };
	const uint8_t bad_desc = SLUICE_ST_BAD_DESC, bad_secret = SLUICE_ST_BAD_SECRET, bad_key = SLUICE_ST_BAD_KEY, ok = SLUICE_ST_OK;
	Bytes rnd64 = tb.rng.bytes(64), hash = tb.rng.bytes(32);

	put(handle(0, 1), SLUICE_SECRET_PREMASTER, tb.rng.bytes(48));
	unwrap(handle(1, 1), SLUICE_SECRET_MASTER, tb.rng.bytes(48));
	both(kdf(SLUICE_KDF_T13_EARLY, h256, 0, handle(2, 1)), "early");
	both(kdf(SLUICE_KDF_T13_HANDSHAKE, h256, handle(2, 1), handle(3, 1), hash), "handshake from what the host gives");
	both(kdf(SLUICE_KDF_T13_CLIENT_HANDSHAKE, h256, handle(3, 1), handle(4, 1), hash), "traffic");

	/* descriptor */
	for (unsigned k : { 0u, 6u, 0xfu, 0x1eu, 0x20u, 0x80u, 0xffu, 0x101u, 0x1001u })
		is(kdf(k, h256, handle(0, 1), handle(9, 1), rnd64), bad_desc, "no such derivation");
	for (unsigned h : { 0u, 1u, 4u, 5u, 0xffu, 0x102u })
		is(kdf(SLUICE_KDF_T12_MASTER, h, handle(0, 1), handle(9, 1), rnd64), bad_desc, "no such hash");
	for (size_t n : { 0, 1, 32, 63, 65, 128, 300, 1000 }) {
		is(kdf(SLUICE_KDF_T12_MASTER, h256, handle(0, 1), handle(9, 1), Bytes(n)), bad_desc, "randoms of another length");
		if (n != 32) is(kdf(SLUICE_KDF_T13_FINISHED, h256, handle(4, 1), 0, Bytes(n)), bad_desc, "transcript hash of another length");
		if (n) is(kdf(SLUICE_KDF_T13_MAIN, h256, handle(3, 1), handle(9, 1), Bytes(n)), bad_desc, "a source where there is none");
	}
	is(kdf(SLUICE_KDF_T12_CLIENT_FINISHED, h384, handle(1, 1), 0, Bytes(32)), bad_desc, "hash of the other algorithm");
	is(kdf(SLUICE_KDF_T13_HANDSHAKE, h256, handle(2, 1), handle(9, 1), Bytes(65)), bad_desc, "65 bytes before the shared secret");
	is(kdf(SLUICE_KDF_T13_PSK, h256, handle(2, 1), handle(9, 1), Bytes(256)), bad_desc, "ticket nonce of 256 bytes");
	for (unsigned n : { 0u, 193u, 256u, 0xffffu }) is(kdf(SLUICE_KDF_T12_KEY_BLOCK, h256, handle(1, 1), handle(9, 1), rnd64, n), bad_desc, "key block of no or too many bytes");
	for (unsigned n : { 0u, 12u, 15u, 17u, 24u, 33u, 64u, 0x110u }) is(kdf(SLUICE_KDF_T13_KEYS, h256, handle(4, 1), handle(9, 1), {}, n), bad_desc, "key of another length");
	is(kdf(SLUICE_KDF_T12_MASTER, h256, handle(0, 1), handle(9, 1), rnd64, 48), bad_desc, "a length where none belongs");
	is(kdf(SLUICE_KDF_T12_MASTER, h256, handle(0, 1), handle(9, 1), rnd64, 0, handle(2, 1)), bad_desc, "second secret where none belongs");
	is(kdf(SLUICE_KDF_T12_CLIENT_FINISHED, h256, handle(1, 1), handle(9, 1), hash), bad_desc, "slot for a public result");
	is(kdf(SLUICE_KDF_T12_MASTER, h256, handle(0, 1), 0, rnd64), bad_desc, "no slot for a secret result");
	is(kdf(SLUICE_KDF_T12_MASTER, h256, handle(0, 1), handle(0, 1), rnd64), bad_desc, "result under the handle of what it comes from");
	is(kdf(SLUICE_KDF_T13_HANDSHAKE, h256, handle(2, 1), handle(0, 1), {}, 0, handle(0, 1)), bad_desc, "result under the handle of the second secret");
	KdfJob j = kdf(SLUICE_KDF_T12_MASTER, h256, handle(0, 1), handle(9, 1), rnd64);
	j.op = 0x7f;
	is(j, bad_desc, "unknown operation");

	/* secrets */
	for (uint32_t h : { 0u, handle(9, 1), handle(0, 2), handle(0, 0), handle(32, 1), handle(0xffff, 1), handle(33, 1), handle(0, 0xffff), handle(0x8000, 1) })
		is(kdf(SLUICE_KDF_T12_MASTER, h256, h, handle(10, 1), rnd64), bad_secret, "no such secret");
	for (uint32_t h : { 0u, 5u, handle(32, 1), handle(0xffff, 1), handle(35, 1) })
		is(kdf(SLUICE_KDF_T12_CLIENT_FINISHED, h256, h, 0, hash), bad_secret, "no such secret");
	for (uint32_t h : { 1u, handle(32, 1), handle(0xffff, 1), handle(7, 0) })
		is(kdf(SLUICE_KDF_T12_MASTER, h256, handle(0, 1), h, rnd64), bad_secret, "no such slot for the result");
	/* every derivation on every kind that it does not take */
	for (unsigned k = 1; k < 0x1e; k++) {
		bool hashed = k == 2 || k == 4 || k == 5 || (k >= 0x14 && k <= 0x19) || k == 0x1d;
		Bytes src = hashed ? hash : k == 1 || k == 3 ? rnd64 : Bytes();
		bool open = k == 4 || k == 5 || k == 0x1d;
		for (unsigned in = 0; in < 5; in++)
			both(kdf(k, h256, handle(in, 1), open ? 0 : handle(10, static_cast<unsigned>(k)), src, k == 3 ? 72 : k == 0x1c ? 16 : 0), "every derivation on every kind");
		/* the other hash: secrets of TLS 1.3 are as long as theirs */
		for (unsigned in = 2; in < 5; in++)
			both(kdf(k, h384, handle(in, 1), open ? 0 : handle(10, static_cast<unsigned>(k)), hashed ? Bytes(48) : src, k == 3 ? 72 : k == 0x1c ? 16 : 0), "the other hash");
	}
	/* of another function */
	put(handle(5, 1), SLUICE_SECRET_PREMASTER, tb.rng.bytes(32), 1);
	is(kdf(SLUICE_KDF_T12_MASTER, h256, handle(5, 1), handle(9, 1), rnd64), bad_secret, "secret of another function");
	is(kdf(SLUICE_KDF_T13_EARLY, h256, 0, handle(5, 1)), bad_secret, "slot of another function in the result's place");
	both(kdf(SLUICE_KDF_T13_EARLY, h256, 0, handle(6, 1)), "early");
	is(kdf(SLUICE_KDF_T13_HANDSHAKE, h256, handle(6, 1), handle(9, 1), {}, 0, handle(5, 1)), bad_secret, "second secret of another function");
	is(kdf(SLUICE_KDF_T13_HANDSHAKE, h256, handle(6, 1), handle(9, 1), {}, 0, handle(1, 1)), bad_secret, "second secret of another kind");
	j = KdfJob();
	j.op = SLUICE_OP_SECRET_FREE;
	for (uint32_t h : { 0u, handle(5, 1), handle(1, 2), handle(11, 1), handle(32, 1) }) {
		j.handle = h;
		is(j, bad_secret, "freeing what is not ours");
	}
	j.handle = handle(1, 1);
	j.src = Bytes(5);
	is(j, bad_desc, "freeing takes no source");
	j.op = SLUICE_OP_SECRET_WRAP;
	is(j, bad_desc, "wrapping takes no source");
	j.src.clear();
	j.param0 = 1;
	is(j, bad_desc, "wrapping takes no parameter");
	j.param0 = 0;
	for (uint32_t h : { handle(0, 1), handle(2, 1), handle(4, 1), handle(5, 1), handle(1, 3) }) {
		j.handle = h;
		is(j, bad_secret, "only master secrets and PSKs are wrapped");
	}

	/* what does not unwrap */
	j = KdfJob();
	j.op = SLUICE_OP_SECRET_WRAP;
	j.handle = handle(1, 1);
	Bytes blob = both(j, "wrap").data;
	j.op = SLUICE_OP_SECRET_UNWRAP;
	j.handle = 0;
	j.handle2 = handle(12, 1);
	for (size_t n : { 0, 1, 16, 40, 47, 48, 49, 56, 63, 65, 80, 1000 }) {
		j.src = blob;
		j.src.resize(n);
		is(j, bad_key, "a blob of another length");
	}
	for (size_t bitpos : { size_t{ 0 }, size_t{ 63 }, size_t{ 64 }, size_t{ 200 }, size_t{ 511 } }) {
		j.src = blob;
		j.src[bitpos / 8] ^= static_cast<uint8_t>(1u << bitpos % 8);
		is(j, bad_key, "a flipped bit of the blob");
	}
	j.src = blob;
	j.func = 1;
	is(j, bad_key, "a blob of another function");
	j.func = 0;
	j.param1 = 1;
	is(j, bad_desc, "unwrapping takes no parameter");
	j.param1 = 0;
	j.handle = handle(1, 1);
	is(j, bad_desc, "unwrapping takes no secret");
	j.handle = 0;
	j.handle2 = handle(5, 2);
	is(j, bad_secret, "unwrapping into another function's slot");
	j.handle2 = handle(12, 1);
	Bytes value = tb.rng.bytes(48);
	struct {
		const char *what;
		Bytes head;
		size_t len;
		bool good;
	} const plains[] = {
		{ "good", { 2, 48, 0, 0 }, 48, true }, { "good PSK", { 10, 48, 0, 0 }, 48, true }, { "good short PSK", { 10, 32, 0, 0 }, 32, true },
		{ "a traffic secret", { 7, 48, 0, 0 }, 48, false }, { "a key block", { 3, 48, 0, 0 }, 48, false }, { "kind zero", { 0, 48, 0, 0 }, 48, false },
		{ "kind of eight bits", { 0x12, 48, 0, 0 }, 48, false }, { "length that lies", { 2, 47, 0, 0 }, 48, false },
		{ "short master secret", { 2, 32, 0, 0 }, 32, false }, { "47 bytes", { 10, 47, 0, 0 }, 47, false }, { "33 bytes", { 10, 33, 0, 0 }, 33, false },
		{ "another function", { 2, 48, 1, 0 }, 48, false }, { "reserved byte", { 2, 48, 0, 1 }, 48, false },
	};
	for (const auto &p : plains) {
		Bytes plain = p.head;
		plain.insert(plain.end(), value.begin(), value.begin() + static_cast<long>(p.len));
		j.src = ref_wrap(card.wrapping_key(), plain);
		is(j, p.good ? ok : bad_key, p.what);
	}
	Bytes plain = { 2, 48, 0, 0 };
	plain.insert(plain.end(), value.begin(), value.end());
	j.src = ref_wrap(kek, plain);
	is(j, bad_key, "wrapped by the card's own key");
	CHECK(tb, clean(), "what was refused leaves nothing behind");
	compare_slots("slots after refusals");
}

/* the table of rights at the secret port, spent uses, lengths that lie */
void Bench::ports() {
	const unsigned h256 = SLUICE_HASH_SHA256;
	auto read = [](unsigned port, uint32_t h, unsigned kind, unsigned slice, uint8_t func = 0) { return PortJob{ port, false, h, func, kind, slice, {} }; };
	unsigned gen = 100;
	auto block = [&](unsigned index) {
		unwrap(handle(index, ++gen), SLUICE_SECRET_MASTER, tb.rng.bytes(48));
		both(kdf(SLUICE_KDF_T12_KEY_BLOCK, h256, handle(index, gen), handle(index + 1, gen), tb.rng.bytes(64), 104), "key block");
		return handle(index + 1, gen);
	};

	/* every engine, every kind, both directions */
	for (unsigned p = 0; p < 5; p++) {
		for (unsigned kind = 0; kind < 16; kind++) {
			unsigned slice = kind == SLUICE_SECRET_KEY_BLOCK ? SLUICE_SLICE_CLIENT : 0;
			both(PortJob{ p, true, handle(14, 1), 0, kind, 0, tb.rng.bytes(32) }, "rights of writing");
			both(read(p, handle(14, 1), kind, slice), "rights of reading");
		}
	}
	for (unsigned p : { SLUICE_ENGINE_AEAD, SLUICE_ENGINE_MAC, SLUICE_ENGINE_CHACHA }) {
		uint32_t h = block(16);
		CHECK(tb, both(read(p, h, SLUICE_SECRET_KEY_BLOCK, SLUICE_SLICE_CLIENT), "client's slice").first, "a slice is read once");
		CHECK(tb, !both(read(p, h, SLUICE_SECRET_KEY_BLOCK, SLUICE_SLICE_CLIENT), "client's slice again").first, "a slice is read once");
		CHECK(tb, !both(read(p, h, SLUICE_SECRET_KEY_BLOCK, SLUICE_SLICE_WHOLE), "whole").first, "the whole is not read after a part");
		CHECK(tb, both(read(p, h, SLUICE_SECRET_KEY_BLOCK, SLUICE_SLICE_SERVER), "server's slice").first, "the other slice is still there");
		h = block(16);
		for (unsigned slice : { 0u, 4u, 5u, 0x11u, 0xffu }) CHECK(tb, !both(read(p, h, SLUICE_SECRET_KEY_BLOCK, slice), "no such slice").first, "no such slice");
		CHECK(tb, !both(read(p, h, SLUICE_SECRET_MASTER, 1), "wrong kind").first, "wrong kind");
		CHECK(tb, !both(read(p, h + 0x10000, SLUICE_SECRET_KEY_BLOCK, 1), "wrong generation").first, "wrong generation");
		CHECK(tb, !both(read(p, h, SLUICE_SECRET_KEY_BLOCK, 1, 7), "another function").first, "another function");
		CHECK(tb, both(read(p, h, SLUICE_SECRET_KEY_BLOCK, SLUICE_SLICE_WHOLE), "whole").first, "what was refused spent nothing");
		CHECK(tb, !both(read(p, h, SLUICE_SECRET_KEY_BLOCK, SLUICE_SLICE_SERVER), "server's slice").first, "no part after the whole");
	}
	/* an ephemeral key is used once; a premaster secret, a master secret and every traffic derivation likewise */
	put(handle(18, 1), SLUICE_SECRET_EC_PRIVATE, tb.rng.bytes(32));
	CHECK(tb, both(read(SLUICE_ENGINE_ECC, handle(18, 1), SLUICE_SECRET_EC_PRIVATE, 0), "ephemeral key").first, "an ephemeral key is read once");
	CHECK(tb, !both(read(SLUICE_ENGINE_PKA, handle(18, 1), SLUICE_SECRET_EC_PRIVATE, 0), "ephemeral key").first, "an ephemeral key is read once");
	put(handle(19, 1), SLUICE_SECRET_PREMASTER, tb.rng.bytes(32));
	both(kdf(SLUICE_KDF_T12_MASTER, h256, handle(19, 1), handle(20, 1), tb.rng.bytes(64)), "master");
	CHECK(tb, both(kdf(SLUICE_KDF_T12_EXTENDED_MASTER, h256, handle(19, 1), handle(21, 1), tb.rng.bytes(32)), "again").status == SLUICE_ST_BAD_SECRET, "a premaster secret is used once");
	both(kdf(SLUICE_KDF_T12_KEY_BLOCK, h256, handle(20, 1), handle(21, 1), tb.rng.bytes(64), 40), "key block");
	CHECK(tb, both(kdf(SLUICE_KDF_T12_KEY_BLOCK, h256, handle(20, 1), handle(22, 1), tb.rng.bytes(64), 40), "again").status == SLUICE_ST_BAD_SECRET, "a master secret gives one key block");
	CHECK(tb, both(kdf(SLUICE_KDF_T12_CLIENT_FINISHED, h256, handle(20, 1), 0, tb.rng.bytes(32)), "finished").status == SLUICE_ST_OK, "and any number of verify_data");
	/* writes whose beats do not fit their length */
	for (size_t n : { 1, 15, 16, 17, 32, 48, 63, 64 }) both(PortJob{ SLUICE_ENGINE_PKA, true, handle(23, 1), 0, SLUICE_SECRET_PREMASTER, 0, tb.rng.bytes(n) }, "lengths of a write");
	for (size_t n : { 65, 80, 192, 255 }) both(PortJob{ SLUICE_ENGINE_PKA, true, handle(23, 1), 0, SLUICE_SECRET_PREMASTER, 0, tb.rng.bytes(n) }, "too long");
	for (int lie : { -2, -1, 1, 2, 9, 13, 40 })
		CHECK(tb, !store.run(PortJob{ SLUICE_ENGINE_PKA, true, handle(23, 1), 0, SLUICE_SECRET_PREMASTER, 0, tb.rng.bytes(48) }, lie).ok, "beats that do not fit the length");
	CHECK(tb, !store.run(PortJob{ SLUICE_ENGINE_PKA, true, handle(23, 1), 0, SLUICE_SECRET_PREMASTER, 0, {} }).ok, "a write of nothing");
	/* all lanes at once, two of them stuck with an answer: the others go on */
	for (unsigned round = 0; round < 20; round++) {
		std::vector<size_t> ids, held;
		std::vector<std::pair<bool, Bytes>> want;
		for (unsigned p = 0; p < 5; p++) {
			bool curves = p == SLUICE_ENGINE_PKA || p == SLUICE_ENGINE_ECC;
			uint32_t h = handle(24 + p, round + 1);
			if (curves) {
				put(h, SLUICE_SECRET_EC_PRIVATE, tb.rng.bytes(1 + tb.rng.below(64)));
			} else {
				unwrap(handle(16, ++gen), SLUICE_SECRET_MASTER, tb.rng.bytes(48));
				both(kdf(SLUICE_KDF_T12_KEY_BLOCK, h256, handle(16, gen), h, tb.rng.bytes(64), 1 + tb.rng.below(192)), "key block");
			}
		}
		store.gap_percent = store.stall_percent = 30;
		store.stuck = 1u << tb.rng.below(5) | 1u << tb.rng.below(5);
		for (unsigned p = 0; p < 5; p++) {
			bool curves = p == SLUICE_ENGINE_PKA || p == SLUICE_ENGINE_ECC;
			uint32_t h = handle(24 + p, round + 1);
			PortJob j = curves ? read(p, h, SLUICE_SECRET_EC_PRIVATE, 0) : read(p, h, SLUICE_SECRET_KEY_BLOCK, SLUICE_SLICE_WHOLE);
			(store.stuck >> p & 1 ? held : ids).push_back(want.size());
			want.push_back(card.port(j));
			size_t id = store.submit(j);
			if (p == 0) ids.insert(ids.begin(), id), held.insert(held.begin(), id);
		}
		size_t base = ids[0];
		ids.erase(ids.begin());
		held.erase(held.begin());
		tb.run_until([&] { return std::all_of(ids.begin(), ids.end(), [&](size_t i) { return store.result(base + i).done; }); }, 5000);
		for (size_t i : ids) CHECK(tb, store.result(base + i).done && store.result(base + i).data == want[i].second, "lanes go on beside a stuck one");
		for (size_t i : held) CHECK(tb, !store.result(base + i).done, "a stuck lane is stuck");
		store.stuck = 0;
		tb.run_until([this] { return store.idle(); }, 5000);
		for (size_t i : held) CHECK(tb, store.result(base + i).done && store.result(base + i).data == want[i].second, "a stuck lane has its own answer");
		store.gap_percent = store.stall_percent = 0;
	}
	CHECK(tb, clean(), "the port leaves nothing behind");
	compare_slots("slots after requests of engines");
}
