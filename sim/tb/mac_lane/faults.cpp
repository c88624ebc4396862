/* Refusals, handles, sequence numbers; self test, flip, hang, reset in mid-job. */
#include "sim/tb/mac_lane/lane_bench.h"

static Bytes plain_context(uint8_t alg, uint8_t key_bytes, uint8_t mac_bytes, uint16_t version) {
	struct sluice_session s = {};
	s.alg = alg;
	s.key_bytes = key_bytes;
	s.mac_key_bytes = mac_bytes;
	s.version = version;
	Bytes b(sizeof(s));
	memcpy(b.data(), &s, sizeof(s));
	return b;
}

void test_refusals(Lane &l) {
	auto &tb = l.tb;
	auto status = [&](uint8_t op, uint32_t handle, const Bytes &src, uint8_t want, const char *what, uint32_t p0 = 0, uint32_t p1 = 0) {
		l.pace(tb.rng.below(2) * 30, tb.rng.below(2) * 30);
		EngineResult r = l.run(op, handle, src, p0, p1);
		CHECK(tb, r.status == want && (want == SLUICE_ST_OK || r.data.empty()), what);
	};
	const uint8_t bad_desc = SLUICE_ST_BAD_DESC, bad_handle = SLUICE_ST_BAD_HANDLE, bad_session = SLUICE_ST_BAD_SESSION, ok = SLUICE_ST_OK;
	const uint8_t load = SLUICE_OP_SESSION_LOAD, hmac = SLUICE_OP_HMAC;
	Bytes some = tb.rng.bytes(100);
	for (unsigned op = 0; op < 256; op++) {
		bool ours = op == SLUICE_OP_NOP || (op >= SLUICE_OP_SESSION_LOAD && op <= SLUICE_OP_RECORD_OPEN) || op == SLUICE_OP_CIPHER_ENC ||
		            op == SLUICE_OP_CIPHER_DEC || (op >= SLUICE_OP_HASH && op <= SLUICE_OP_TLS_PRF) || op == SLUICE_OP_HKDF_EXTRACT || op == SLUICE_OP_HKDF_EXPAND;
		if (!ours) status(static_cast<uint8_t>(op), 0, some, bad_desc, "an opcode of nobody or of another engine");
	}
	status(SLUICE_OP_NOP, 0, {}, ok, "NOP");
	status(SLUICE_OP_NOP, 0, some, ok, "NOP drains its source");
	for (uint32_t p : {0u, 5u, 8u, 257u, 0x10001u, 0x80000002u}) status(SLUICE_OP_HASH, 0, some, bad_desc, "no such hash", p);
	status(SLUICE_OP_HASH, 1, some, bad_desc, "HASH with a handle", SLUICE_HASH_SHA1);
	status(SLUICE_OP_TLS_PRF, 1, some, bad_desc, "TLS_PRF with a handle", 10, 10);
	status(SLUICE_OP_TLS_PRF, 0, tb.rng.bytes(200), bad_desc, "secret of 65 bytes", 65, 10);
	status(SLUICE_OP_TLS_PRF, 0, tb.rng.bytes(47), bad_desc, "secret longer than the source", 48, 10);
	status(SLUICE_OP_TLS_PRF, 0, tb.rng.bytes(48 + 257), bad_desc, "seed of 257 bytes", 48, 10);
	status(SLUICE_OP_TLS_PRF, 0, some, bad_desc, "no output", 48, 0);
	status(SLUICE_OP_TLS_PRF, 0, some, bad_desc, "513 bytes of output", 48, 513);

	for (uint32_t p : {0x0100u, 0x0400u, 0x0500u, 0x10000u, 0x80000200u}) status(SLUICE_OP_TLS_PRF, 0, some, bad_desc, "PRF with a hash it has not", p | 48, 48);
	for (uint8_t op : {SLUICE_OP_HKDF_EXTRACT, SLUICE_OP_HKDF_EXPAND}) {
		const uint32_t n = op == SLUICE_OP_HKDF_EXPAND ? 48 : 0;
		for (uint32_t p : {0x0000u, 0x0500u, 0xff00u, 0x10200u}) status(op, 0, some, bad_desc, "HKDF without a hash", p | 32, n);
		status(op, 1, some, bad_desc, "HKDF with a handle", 0x0220, n);
		status(op, 0, tb.rng.bytes(200), bad_desc, "salt or PRK of 65 bytes", 0x0241, n);
		status(op, 0, tb.rng.bytes(31), bad_desc, "salt or PRK longer than the source", 0x0220, n);
		status(op, 0, tb.rng.bytes(32 + 257), bad_desc, "material or info of 257 bytes", 0x0220, n);
	}
	status(SLUICE_OP_HKDF_EXTRACT, 0, some, bad_desc, "extract with a length of output", 0x0220, 32);
	status(SLUICE_OP_HKDF_EXPAND, 0, some, bad_desc, "expand to nothing", 0x0220, 0);
	status(SLUICE_OP_HKDF_EXPAND, 0, some, bad_desc, "513 bytes of output", 0x0220, 513);

	/* contexts */
	const uint8_t cbc = SLUICE_ALG_AES_CBC, sha1 = SLUICE_ALG_AES_CBC_HMAC_SHA1, hm = SLUICE_ALG_HMAC_SHA256;
	l.run(SLUICE_OP_SESSION_FREE, slot(3), {}); /* what an earlier part may have left there */
	status(load, slot(3), tb.rng.bytes(127), bad_desc, "context of 127 bytes");
	status(load, slot(3), tb.rng.bytes(144), bad_desc, "context of 144 bytes");
	status(load, slot(3), {}, bad_desc, "no context");
	status(load, slot(3, 0), plain_context(cbc, 16, 0, 0), bad_handle, "generation 0");
	status(load, slot(1024), plain_context(cbc, 16, 0, 0), bad_handle, "slot 1024");
	status(load, slot(65535), plain_context(cbc, 16, 0, 0), bad_handle, "slot 65535");
	for (unsigned alg = 0; alg < 256; alg++)
		if (alg < cbc || alg == SLUICE_ALG_CHACHA20_POLY1305 || alg > SLUICE_ALG_AES_CBC_HMAC_SHA384) status(load, slot(3), plain_context(static_cast<uint8_t>(alg), 16, 0, 0), bad_session, "algorithm of another engine or none");
	for (uint8_t n : {0, 15, 17, 24, 31, 33, 255}) status(load, slot(3), plain_context(cbc, n, 0, 0), bad_session, "cipher key of another length");
	status(load, slot(3), plain_context(cbc, 16, 1, 0), bad_session, "cipher with a MAC key");
	status(load, slot(3), plain_context(hm, 16, 1, 0), bad_session, "HMAC with a cipher key");
	status(load, slot(3), plain_context(hm, 0, 65, 0), bad_session, "MAC key of 65 bytes");
	status(load, slot(3), plain_context(hm, 0, 20, 0x0303), bad_session, "version without records");
	for (uint16_t v : {0x0001, 0x0200, 0x02ff, 0x0304, 0x0403, 0x03ff}) status(load, slot(3), plain_context(sha1, 16, 20, v), bad_session, "version that is not SSL 3.0 to TLS 1.2");
	status(load, slot(3), plain_context(SLUICE_ALG_AES_CBC_HMAC_SHA256, 16, 32, 0x0300), bad_session, "SSL 3.0 with SHA-256");
	for (uint8_t n : {0, 19, 21, 64}) status(load, slot(3), plain_context(sha1, 16, n, 0x0300), bad_session, "SSL 3.0 MAC secret of another length");
	auto with = [&](Bytes c, size_t at, uint8_t x) {
		c[at] = x;
		return c;
	};
	for (unsigned bit = 1; bit < 8; bit++) status(load, slot(3), with(plain_context(sha1, 16, 20, 0x0303), 5, static_cast<uint8_t>(1u << bit)), bad_session, "flag of nobody");
	for (uint8_t x : {1, 2, 3, 4}) status(load, slot(3), with(plain_context(sha1, 16, 20, 0x0303), 6, x), bad_session, "slice without a secret");
	status(load, slot(3), with(plain_context(sha1, 16, 20, 0x0303), 7, 1), bad_session, "reserved byte not zero");
	status(load, slot(3), with(plain_context(sha1, 16, 20, 0x0300), 5, 1), bad_session, "encrypt then MAC in SSL 3.0");
	status(load, slot(3), with(plain_context(sha1, 16, 20, 0), 5, 1), bad_session, "encrypt then MAC without records");
	status(load, slot(3), with(plain_context(hm, 0, 20, 0), 5, 1), bad_session, "encrypt then MAC without a cipher");
	status(hmac, slot(3), some, bad_handle, "no load above took effect");

	/* handles */
	status(load, slot(4, 7), plain_context(hm, 0, 20, 0), ok, "load");
	for (uint8_t op : {SLUICE_OP_SESSION_FREE, SLUICE_OP_RECORD_SEAL, SLUICE_OP_RECORD_OPEN, SLUICE_OP_CIPHER_ENC, SLUICE_OP_HMAC, SLUICE_OP_HMAC_VERIFY}) {
		status(op, slot(4, 6), some, bad_handle, "stale generation", 20);
		status(op, slot(4, 0), some, bad_handle, "generation 0", 20);
		status(op, slot(1024, 7), some, bad_handle, "slot beyond the last", 20);
	}
	status(SLUICE_OP_RECORD_SEAL, slot(4, 7), some, bad_session, "records on an HMAC session", 23);
	status(SLUICE_OP_RECORD_OPEN, slot(4, 7), some, bad_session, "records on an HMAC session");
	status(SLUICE_OP_CIPHER_ENC, slot(4, 7), tb.rng.bytes(32), bad_session, "cipher on an HMAC session");
	for (uint32_t n : {0u, 3u, 33u}) status(SLUICE_OP_HMAC_VERIFY, slot(4, 7), some, bad_desc, "tag of an impossible length", n);
	status(SLUICE_OP_HMAC_VERIFY, slot(4, 7), tb.rng.bytes(19), bad_desc, "tag longer than the source", 20);
	status(load, slot(4, 8), plain_context(cbc, 16, 0, 0), ok, "load over a slot in use");
	status(hmac, slot(4, 7), some, bad_handle, "the old generation is stale");
	status(hmac, slot(4, 8), some, bad_session, "HMAC on a cipher session");
	status(SLUICE_OP_RECORD_SEAL, slot(4, 8), some, bad_session, "records on a cipher session", 23);
	for (uint32_t n : {0u, 15u, 17u, 40u}) status(SLUICE_OP_CIPHER_DEC, slot(4, 8), tb.rng.bytes(n), bad_desc, "not whole blocks");
	status(SLUICE_OP_SESSION_FREE, slot(4, 8), some, ok, "free drains its source");
	status(SLUICE_OP_SESSION_FREE, slot(4, 8), {}, bad_handle, "free again");
	status(load, slot(4, 9), plain_context(sha1, 16, 20, 0), ok, "chain without records");
	status(SLUICE_OP_RECORD_SEAL, slot(4, 9), some, bad_session, "records without a version", 23);

	/* records */
	Keys k = random_keys(tb.rng, {0, 0x0303, false}, false);
	k.seq = ~0ull - 1;
	l.load(slot(4, 10), k);
	status(SLUICE_OP_RECORD_SEAL, slot(4, 10), tb.rng.bytes(16385), SLUICE_ST_BAD_RECORD, "plaintext of 2^14 + 1", 23);
	status(SLUICE_OP_RECORD_SEAL, slot(4, 10), some, bad_desc, "content type of 9 bits", 256);
	status(SLUICE_OP_RECORD_SEAL, slot(4, 10), some, bad_desc, "padding of TLS 1.3", 23, 1);
	status(SLUICE_OP_RECORD_SEAL, slot(4, 10), some, ok, "the last sequence number that may be used", 23);
	status(SLUICE_OP_RECORD_SEAL, slot(4, 10), some, SLUICE_ST_SEQ_EXHAUSTED, "sequence numbers are used up", 23);
	l.load(slot(4, 11), k);
	Bytes rec = k.seal(23, some, 0, tb.rng.bytes(16));
	status(SLUICE_OP_RECORD_OPEN, slot(4, 11), rec, ok, "open with the last sequence number");
	status(SLUICE_OP_RECORD_OPEN, slot(4, 11), k.seal(23, some, 0, tb.rng.bytes(16)), SLUICE_ST_SEQ_EXHAUSTED, "sequence numbers are used up");
	status(SLUICE_OP_RECORD_OPEN, slot(4, 11), rec, SLUICE_ST_SEQ_EXHAUSTED, "and stay so");

	/* fresh random IVs */
	k = random_keys(tb.rng, {0, 0x0303, false}, false);
	l.load(slot(4, 12), k);
	Bytes a = l.run(SLUICE_OP_RECORD_SEAL, slot(4, 12), some, 23).data, b = l.run(SLUICE_OP_RECORD_SEAL, slot(4, 12), some, 23).data;
	CHECK(tb, !std::equal(a.begin() + 5, a.begin() + 21, b.begin() + 5), "every record has a new IV");
	l.pace(0, 0);
	l.port.hold_random = true;
	for (int i = 0; i < 2; i++) l.tb.tick();
	size_t id = l.port.submit(EngineJob::make(SLUICE_OP_RECORD_SEAL, slot(4, 12), some, 23));
	tb.run_until([&] { return l.port.idle(); }, 3000);
	/* the bench may have offered one word before; the second record then waits */
	size_t id2 = l.port.submit(EngineJob::make(SLUICE_OP_RECORD_SEAL, slot(4, 12), some, 23));
	tb.run_until([&] { return l.port.idle(); }, 3000);
	CHECK(tb, !l.port.result(id2).done, "without random words no explicit IV");
	l.port.hold_random = false;
	l.port.drain();
	CHECK(tb, l.port.result(id).status == ok && l.port.result(id2).status == ok, "and with them it goes on");
	l.port.forget();

	/* a generator that failed: what needs a random word ends, also when it waits for one; the rest goes on */
	auto *v = tb.v.get();
	const uint64_t before = k.seq + 4;
	l.port.hold_random = true;
	for (int i = 0; i < 2; i++) tb.tick();
	id = l.port.submit(EngineJob::make(SLUICE_OP_RECORD_SEAL, slot(4, 12), some, 23));
	tb.run_until([&] { return l.port.idle(); }, 3000);
	id2 = l.port.submit(EngineJob::make(SLUICE_OP_RECORD_SEAL, slot(4, 12), some, 23));
	tb.run_until([&] { return l.port.idle(); }, 3000);
	v->rnd_fail_i = 1;
	l.port.drain();
	CHECK(tb, l.port.result(id2).status == SLUICE_ST_NO_ENTROPY && l.port.result(id2).data.empty(), "a wait for a random word ends when the generator fails");
	const bool one_more = l.port.result(id).status == ok;
	l.port.forget();
	status(SLUICE_OP_RECORD_SEAL, slot(4, 12), some, SLUICE_ST_NO_ENTROPY, "no explicit IV without a generator", 23);
	Keys old = random_keys(tb.rng, {0, 0x0301, false}, false);
	l.load(slot(4, 13), old);
	CHECK(tb, l.run(SLUICE_OP_RECORD_SEAL, slot(4, 13), some, 22).data == old.seal(22, some), "a chained IV needs no random word");
	v->rnd_fail_i = 0;
	l.port.hold_random = false;
	l.load(slot(4, 12), k);
	EngineResult after = l.run(SLUICE_OP_RECORD_SEAL, slot(4, 12), some, 23);
	CHECK(tb, after.status == ok && after.seq == k.seq && before == k.seq + 4, "records go on with the generator");
	(void)one_more;
}

/* SESSION_LOAD from the secret port, and whose slots are whose. */
void test_secrets(Lane &l) {
	auto &tb = l.tb;
	const uint8_t load = SLUICE_OP_SESSION_LOAD;
	uint32_t handle2 = 0x00010005;
	l.secrets.pause = 30;
	for (unsigned round = 0; round < 2 * suites().size(); round++) {
		const Suite &s = suites()[round / 2];
		l.pace(0, 0);
		const bool aes256 = round & 1;
		Keys client = random_keys(tb.rng, s, aes256), server = random_keys(tb.rng, s, aes256);
		const uint8_t func = static_cast<uint8_t>(tb.rng.below(3));
		l.secrets.slots[++handle2] = {key_block(client, server), func, 0};
		struct { Keys &k; uint8_t slice; uint32_t slot; } sides[] = {{client, SLUICE_SLICE_CLIENT, slot(50, 3)}, {server, SLUICE_SLICE_SERVER, slot(51, 3)}};
		for (auto &side : sides) {
			EngineResult r = l.run_as(func, load, side.slot, side.k.context_of(side.slice), 0, handle2);
			CHECK(tb, r.status == SLUICE_ST_OK, "keys come out of the secret");
			Bytes data = tb.rng.bytes(tb.rng.below(300)), got;
			uint8_t type = 0;
			r = l.run_as(func, SLUICE_OP_RECORD_SEAL, side.slot, data, 23);
			Keys copy = side.k;
			CHECK(tb, r.status == SLUICE_ST_OK && copy.open(r.data, type, got) && got == data && type == 23, "and are the right ones of the key block");
			r = l.run_as(func, SLUICE_OP_RECORD_OPEN, side.slot, copy.seal(22, data, 0, tb.rng.bytes(16)));
			CHECK(tb, r.status == SLUICE_ST_OK && r.data == data && r.seq == side.k.seq + 1, "records both ways");
			for (uint8_t op : {SLUICE_OP_HMAC, SLUICE_OP_HMAC_VERIFY, SLUICE_OP_CIPHER_ENC, SLUICE_OP_CIPHER_DEC})
				CHECK(tb, l.run_as(func, op, side.slot, tb.rng.bytes(64), 20).status == SLUICE_ST_BAD_SESSION, "keys of the card serve records only");
			CHECK(tb, l.run_as(func, load, slot(52), side.k.context_of(side.slice), 0, handle2).status == SLUICE_ST_BAD_SECRET, "a slice is given once");
			CHECK(tb, l.run_as(func, SLUICE_OP_SESSION_FREE, side.slot, {}).status == SLUICE_ST_OK, "freed by its owner");
		}
	}
	/* what must not be: none of these may reach the store, or change a slot */
	Suite s = {1, 0x0303, false};
	Keys k = random_keys(tb.rng, s, false);
	l.secrets.slots[++handle2] = {key_block(k, k), 1, 0};
	const unsigned asked = l.secrets.asked;
	auto refused = [&](Bytes c, const char *what) {
		CHECK(tb, l.run_as(1, load, slot(60), c, 0, handle2).status == SLUICE_ST_BAD_SESSION, what);
	};
	auto with = [&](size_t at, uint8_t x) {
		Bytes c = k.context_of(SLUICE_SLICE_CLIENT);
		c[at] = x;
		return c;
	};
	for (uint8_t slice : {0, 3, 4, 255}) refused(k.context_of(slice), "a slice that is no side of TLS 1.2");
	for (size_t at : {16u, 47u, 48u, 63u, 64u, 95u, 127u}) refused(with(at, 1), "a key beside the secret");
	for (uint8_t n : {0, 20, 31, 33, 48}) refused(with(4, n), "a MAC key that is not as long as the digest");
	refused(with(2, 0), "no records (version low byte)");
	refused(with(0, SLUICE_ALG_AES_CBC), "no MAC");
	refused(with(0, SLUICE_ALG_HMAC_SHA256), "no cipher");
	CHECK(tb, l.secrets.asked == asked, "a context that is refused spends nothing");
	CHECK(tb, l.run_as(2, load, slot(60), k.context_of(SLUICE_SLICE_CLIENT), 0, handle2).status == SLUICE_ST_BAD_SECRET, "a secret of another function");
	CHECK(tb, l.run_as(1, load, slot(60), k.context_of(SLUICE_SLICE_CLIENT), 0, handle2 + 0x10000).status == SLUICE_ST_BAD_SECRET, "a secret of another generation");
	for (size_t short_by : {1u, 4u, 16u, 95u}) {
		Bytes b = key_block(k, k);
		b.resize(b.size() - short_by);
		l.secrets.slots[0x00020000 | static_cast<uint32_t>(short_by)] = {b, 1, 0};
		CHECK(tb, l.run_as(1, load, slot(60), k.context_of(SLUICE_SLICE_CLIENT), 0, 0x00020000 | static_cast<uint32_t>(short_by)).status == SLUICE_ST_BAD_SESSION, "a key block that is too short");
	}
	CHECK(tb, l.run_as(1, SLUICE_OP_RECORD_SEAL, slot(60), {}, 23).status == SLUICE_ST_BAD_HANDLE, "no load above took effect");

	/* functions: another one's slot is nobody's, to use, to free, or to load over */
	CHECK(tb, l.run_as(7, load, slot(61), k.context()).status == SLUICE_ST_OK, "function 7 loads a slot");
	for (uint8_t func : {0, 1, 6, 135, 255}) {
		for (uint8_t op : {SLUICE_OP_RECORD_SEAL, SLUICE_OP_RECORD_OPEN, SLUICE_OP_CIPHER_ENC, SLUICE_OP_CIPHER_DEC, SLUICE_OP_HMAC, SLUICE_OP_HMAC_VERIFY, SLUICE_OP_SESSION_FREE})
			CHECK(tb, l.run_as(func, op, slot(61), tb.rng.bytes(64), 23).status == SLUICE_ST_BAD_HANDLE, "another function's slot");
		CHECK(tb, l.run_as(func, load, slot(61, 2), k.context()).status == SLUICE_ST_BAD_HANDLE, "nor can it be loaded over");
	}
	Bytes m = tb.rng.bytes(40);
	CHECK(tb, l.run_as(7, SLUICE_OP_HMAC, slot(61), m).data == ref_hmac(1, k.mac_key, m), "its owner still has it");
	CHECK(tb, l.run_as(7, SLUICE_OP_SESSION_FREE, slot(61), {}).status == SLUICE_ST_OK, "and frees it");
	CHECK(tb, l.run_as(6, load, slot(61, 2), k.context()).status == SLUICE_ST_OK, "then it is anybody's");
	CHECK(tb, l.secrets.well_formed, "requests keep the secret port's rules");
	l.secrets.pause = 0;
}

void test_faults(Lane &l) {
	auto &tb = l.tb;
	auto *v = tb.v.get();
	l.pace(0, 0);
	Keys k = random_keys(tb.rng, {1, 0x0303, false}, false);
	Bytes data = tb.rng.bytes(1000);

	/* a flip is visible as wrong parity, once, in the job that follows it */
	struct Case { uint8_t op; uint32_t handle; Bytes src; uint32_t p0; };
	l.load(slot(1), k);
	l.load(slot(2), k);
	Keys peer = k;
	Case cases[] = {{SLUICE_OP_HASH, 0, data, SLUICE_HASH_SHA1}, {SLUICE_OP_RECORD_SEAL, slot(1), data, 23},
	                {SLUICE_OP_RECORD_OPEN, slot(2), peer.seal(23, data, 5, tb.rng.bytes(16)), 0}, {SLUICE_OP_HMAC, slot(1), data, 0}};
	for (auto &c : cases) {
		l.port.expect_flip = true;
		v->flt_flip_i = 1;
		tb.tick();
		v->flt_flip_i = 0;
		EngineResult r = l.run(c.op, c.handle, c.src, c.p0);
		CHECK(tb, r.status == SLUICE_ST_OK && !r.parity_ok, "a flipped bit shows in the parity");
		l.port.expect_flip = false;
		CHECK(tb, l.run(SLUICE_OP_HASH, 0, data, SLUICE_HASH_SHA256).data == ref_hash(true, data), "the next job is sound");
	}

	/* reset in the middle of each kind of job: nothing of it comes out, all slots are gone, the self test passes again */
	peer = k;
	Bytes rec = peer.seal(23, tb.rng.bytes(3000), 0, tb.rng.bytes(16));
	for (int i = 0; i < 24; i++) {
		l.load(slot(1), k);
		switch (i % 4) {
		case 0: l.port.submit(EngineJob::make(SLUICE_OP_RECORD_SEAL, slot(1), data, 23)); break;
		case 1: l.port.submit(EngineJob::make(SLUICE_OP_RECORD_OPEN, slot(1), rec)); l.port.submit(EngineJob::make(SLUICE_OP_RECORD_OPEN, slot(1), rec)); break;
		case 2: l.port.submit(EngineJob::make(SLUICE_OP_TLS_PRF, 0, tb.rng.bytes(100), 48, 100)); break;
		default: l.port.submit(EngineJob::make(SLUICE_OP_HMAC, slot(1), data)); break;
		}
		for (uint32_t n = tb.rng.below(i % 4 == 1 ? 5000 : 1200); n > 0; n--) tb.tick();
		l.power_on();
		CHECK(tb, l.run(SLUICE_OP_HMAC, slot(1), data).status == SLUICE_ST_BAD_HANDLE, "reset erases the sessions");
	}

	/* a lane without a passed self test refuses work, and drains it */
	v->rst_ni = 0;
	l.port.rest();
	tb.reset();
	EngineResult r = l.run(SLUICE_OP_HASH, 0, data, SLUICE_HASH_SHA1);
	CHECK(tb, r.status == SLUICE_ST_SELFTEST_FAILED && r.data.empty(), "no work before the self test");
	v->flt_flip_i = 1;
	CHECK(tb, !l.port.self_test(), "a flipped bit fails the self test");
	v->flt_flip_i = 0;
	r = l.run(SLUICE_OP_HASH, 0, data, SLUICE_HASH_SHA1);
	CHECK(tb, r.status == SLUICE_ST_SELFTEST_FAILED && r.data.empty(), "no work after a failed self test");
	CHECK(tb, l.run(SLUICE_OP_RECORD_OPEN, slot(1), rec).status == SLUICE_ST_SELFTEST_FAILED, "no records either");
	CHECK(tb, l.port.self_test(), "the self test can be repeated");
	CHECK(tb, l.run(SLUICE_OP_HASH, 0, data, SLUICE_HASH_SHA1).data == ref_hash(false, data), "work after the self test");

	/* hang: no answer, busy, until reset */
	l.port.submit(EngineJob::make(SLUICE_OP_HASH, 0, data, SLUICE_HASH_SHA1));
	for (int i = 0; i < 50; i++) tb.tick();
	v->flt_hang_i = 1;
	tb.tick();
	v->flt_hang_i = 0;
	bool quiet = true;
	for (int i = 0; i < 5000; i++) {
		tb.tick();
		quiet &= !v->cmd_ready_o && !v->in_ready_o && !v->out_valid_o && !v->rsp_valid_o && !v->rnd_ready_o && v->busy_o;
	}
	CHECK(tb, quiet && !l.port.idle(), "a hanging lane takes and gives nothing and is busy");
	l.power_on();
	CHECK(tb, l.run(SLUICE_OP_HASH, 0, data, SLUICE_HASH_SHA1).data == ref_hash(false, data), "reset ends the hang");

	/* clock edges while the lane is not busy change nothing: the same jobs with and without them give the same answers in the same time */
	std::vector<EngineResult> seen[2];
	for (unsigned pass = 0; pass < 2; pass++) {
		TbRng rng(42); /* both passes do the same */
		l.power_on();
		for (int i = 0; i < 30; i++) {
			Keys s = random_keys(rng, suites()[static_cast<size_t>(i) % suites().size()], false);
			Bytes m = rng.bytes(rng.below(200));
			auto go = [&](uint8_t op, uint32_t handle, const Bytes &src, uint32_t p0) {
				seen[pass].push_back(l.run(op, handle, src, p0));
				tb.run_until([&] { return !v->busy_o; }, 100);
				if (pass) for (uint32_t n = tb.rng.below(50); n > 0; n--) tb.tick();
			};
			go(SLUICE_OP_SESSION_LOAD, slot(1), s.context(), 0);
			go(SLUICE_OP_RECORD_OPEN, slot(1), s.seal(22, m, 1, rng.bytes(16)), 0);
			go(SLUICE_OP_HMAC, slot(1), m, 0);
			go(SLUICE_OP_HASH, 0, m, SLUICE_HASH_SHA256);
		}
	}
	bool alike = true;
	for (size_t i = 0; i < seen[0].size(); i++)
		alike &= seen[0][i].status == seen[1][i].status && seen[0][i].data == seen[1][i].data && seen[0][i].cycles == seen[1][i].cycles &&
		         seen[0][i].seq == seen[1][i].seq && seen[0][i].rsp_cycle - seen[0][i].cmd_cycle == seen[1][i].rsp_cycle - seen[1][i].cmd_cycle;
	CHECK(tb, alike && seen[0].size() == seen[1].size(), "idle clock edges change nothing");

	/* idle means idle */
	tb.run_until([&] { return !v->busy_o; }, 100);
	CHECK(tb, !v->busy_o, "an idle lane is not busy");
	bool still = true;
	for (int i = 0; i < 300; i++) {
		tb.tick();
		still &= !v->busy_o && !v->out_valid_o && !v->rsp_valid_o && v->cmd_ready_o;
	}
	CHECK(tb, still, "an idle lane stays as it is");
}
