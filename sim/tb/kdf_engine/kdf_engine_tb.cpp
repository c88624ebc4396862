/*
 * kdf_engine against libcrypto (ref.cpp) through its ports: the key schedules of TLS 1.2 and 1.3, wrapping, every refusal, the rights of the engines at
 * the store's port, uses that are spent, faults, resets, times. Random work with --ops N (2000). Prints cycles per derivation.
 */
#include "sim/tb/kdf_engine/bench.h"

void Bench::power_up(bool print) {
	port.rest();
	store.rest();
	card.slots.clear();
	memcpy(&tb.v->kek_i, kek.data(), 32);
	tb.reset();
	uint64_t from = tb.cycle;
	CHECK(tb, tb.run_until([this] { return !tb.v->busy_o; }, 30'000), "reset ends");
	if (print) printf("after reset: %llu cycles with %u slots\n", static_cast<unsigned long long>(tb.cycle - from), kSlots);
	CHECK(tb, !tb.v->st_done_o && !tb.v->st_pass_o, "reset clears the self test's verdict");
	compare_slots("reset leaves no slot valid");
	CHECK(tb, port.run(EngineJob::make(SLUICE_OP_NOP, 0, {})).status == SLUICE_ST_SELFTEST_FAILED, "an untested engine refuses work");
	CHECK(tb, port.run(EngineJob::make(SLUICE_OP_KDF, 0, Bytes(70))).status == SLUICE_ST_SELFTEST_FAILED, "an untested engine refuses and drains");
	CHECK(tb, !store.run({ SLUICE_ENGINE_ECC, true, handle(1, 1), 0, SLUICE_SECRET_PREMASTER, 0, Bytes(32) }).ok, "an untested store refuses");
	settle();
	from = tb.cycle;
	CHECK(tb, port.self_test(), "self test passes");
	if (print) printf("self test: %llu cycles\n", static_cast<unsigned long long>(tb.cycle - from));
	compare_slots("the self test leaves no slot valid");
	CHECK(tb, clean(), "the self test leaves nothing behind");
}

bool Bench::slot_is(unsigned index, const char *what) {
	auto *r = tb.v->rootp;
	const auto &mem = r->kdf_engine__DOT__u_store__DOT__data_mem;
	auto it = card.slots.find(index);
	bool valid = r->kdf_engine__DOT__u_store__DOT__valid_q >> index & 1;
	bool ok = valid == (it != card.slots.end());
	Bytes want(192);
	if (ok && valid) {
		uint64_t m = r->kdf_engine__DOT__u_store__DOT__meta_mem[index];
		const Secret &s = it->second;
		ok = m == (static_cast<uint64_t>(s.gen) << 23 | static_cast<uint64_t>(s.func) << 15 | s.kind << 11 | s.value.size() << 3 | s.spent);
		std::copy(s.value.begin(), s.value.end(), want.begin());
	}
	for (unsigned w = 0; w < 12; w++) ok = ok && !memcmp(&mem[index * 16 + w], want.data() + 16 * w, 16);
	if (!ok) {
		fprintf(stderr, "slot %u: %s: valid %d, %016llx, wanted %d\n", index, what, valid,
		        static_cast<unsigned long long>(r->kdf_engine__DOT__u_store__DOT__meta_mem[index]), it != card.slots.end());
		for (unsigned w = 0; w < 12; w++)
			if (memcmp(&mem[index * 16 + w], want.data() + 16 * w, 16)) fprintf(stderr, "  word %u differs\n", w);
	}
	return ok;
}

void Bench::compare_slots(const char *what) {
	settle();
	bool ok = true;
	for (unsigned i = 0; i < kSlots + 4; i++) ok = slot_is(i, what) && ok;
	CHECK(tb, ok, what);
}

bool Bench::clean() {
	settle();
	auto *r = tb.v->rootp;
	bool ok = !tb.v->busy_o;
	static const uint8_t zero[64] = {};
	auto none = [&](const auto &x) { ok = ok && !memcmp(&x, zero, sizeof(x)); };
	for (unsigned i = 0; i < 48; i++) none(r->kdf_engine__DOT__u_seq__DOT__work_mem[i]);
	none(r->kdf_engine__DOT__u_seq__DOT__key_q);
	none(r->kdf_engine__DOT__u_seq__DOT__chunk_q);
	none(r->kdf_engine__DOT__pub);
	none(r->kdf_engine__DOT__ct);
	none(r->kdf_engine__DOT__u_seq__DOT__u_hmac__DOT__u_hmac__DOT__inner_q);
	none(r->kdf_engine__DOT__u_seq__DOT__u_hmac__DOT__u_hmac__DOT__outer_q);
	for (unsigned i = 0; i < 8; i++) none(r->kdf_engine__DOT__u_wrap__DOT__r_q[i]);
	for (unsigned i = 0; i < 12; i++) {
		none(r->kdf_engine__DOT__u_store__DOT__gen_lane__BRA__0__KET____DOT__u_lane__DOT__buf_mem[i]);
		none(r->kdf_engine__DOT__u_store__DOT__gen_lane__BRA__2__KET____DOT__u_lane__DOT__buf_mem[i]);
		none(r->kdf_engine__DOT__u_store__DOT__gen_lane__BRA__3__KET____DOT__u_lane__DOT__buf_mem[i]);
	}
	none(r->kdf_engine__DOT__u_store__DOT__rd_q);
	return ok;
}

EngineResult Bench::both(const KdfJob &j, const char *what) {
	KdfAnswer want = card.run(j);
	EngineResult got = port.run(job(j));
	CHECK(tb, got.status == want.status && got.data == want.data, what);
	if (got.status != want.status)
		fprintf(stderr, "%s: op %02x kdf %02x: status %02x instead of %02x\n", what, j.op, j.param0, got.status, want.status);
	for (uint32_t h : { j.handle, j.handle2, j.handle3 })
		if ((h & 0xffff) < kSlots) CHECK(tb, slot_is(h & 0xffff, what), what);
	return got;
}

std::pair<bool, Bytes> Bench::both(const PortJob &j, const char *what) {
	auto want = card.port(j);
	auto got = store.run(j);
	CHECK(tb, got.ok == want.first && got.data == want.second, what);
	if ((j.handle & 0xffff) < kSlots) {
		settle();
		CHECK(tb, slot_is(j.handle & 0xffff, what), what);
	}
	return { got.ok, got.data };
}

void Bench::put(uint32_t h, unsigned kind, const Bytes &value, uint8_t func) {
	CHECK(tb, both(PortJob{ SLUICE_ENGINE_ECC, true, h, func, kind, 0, value }, "a secret is put into a slot").first, "a secret is put into a slot");
}

void Bench::unwrap(uint32_t h, unsigned kind, const Bytes &value, uint8_t func) {
	KdfJob j;
	Bytes plain(4 + value.size());
	plain[0] = static_cast<uint8_t>(kind);
	plain[1] = static_cast<uint8_t>(value.size());
	plain[2] = func;
	std::copy(value.begin(), value.end(), plain.begin() + 4);
	j.op = SLUICE_OP_SECRET_UNWRAP;
	j.handle2 = h;
	j.func = func;
	j.src = ref_wrap(card.wrapping_key(), plain);
	CHECK(tb, both(j, "unwrap").status == SLUICE_ST_OK, "what the card's key wrapped unwraps");
}

int main(int argc, char **argv) {
	Bench b(argc, argv);
	uint64_t ops = 2000, seed = b.tb.seed();
	for (int i = 1; i + 1 < argc; i++)
		if (!strcmp(argv[i], "--ops")) ops = strtoull(argv[i + 1], nullptr, 0);

	/* random register contents at power-up, several times */
	for (unsigned i = 0; i < 4; i++) {
		b.power_up(i == 0);
		b.chains();
		b.port.rest();
		b.store.rest();
		b.tb.reseed(seed + 1000 * (i + 1));
	}
	b.power_up();
	b.refusals();
	b.ports();
	b.timing(true);
	b.random(ops, true);
	b.power_up();
	b.faults();
	b.resets();
	return b.tb.finish();
}
