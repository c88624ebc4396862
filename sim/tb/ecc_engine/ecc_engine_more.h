/* The ecc engine's bench, second part: secrets, order and rate, equal times, faults, entropy, reset. Included by ecc_engine_tb.cpp. */
class More : public Wide {
  public:
	using Wide::Wide;

	/* what goes to the secret store and comes from it; the port sees none of it */
	void secrets() {
		for (uint32_t curve : { kP256, kX }) {
			const uint32_t a = handle(7, 3), b = handle(9, 4);
			const uint8_t f = 5;
			EngineResult r = run(SLUICE_OP_EC_KEYGEN, 0, {}, curve, 0, a, 0, f);
			Bytes pub = r.data, peer = tb.rng.bytes(32);
			CHECK(tb, r.status == SLUICE_ST_OK && pub.size() == (curve == kX ? 32 : 64), "a key pair with its private key in the store");
			CHECK(tb, store.slots.count(a) && store.slots[a].kind == SLUICE_SECRET_EC_PRIVATE && store.slots[a].func == f && store.slots[a].value.size() == 32,
			      "private key in the store");
			Bytes priv = store.slots[a].value, peer_pub = curve == kX ? ref.x25519_public(peer) : ref.mul(peer);
			CHECK(tb, pub == (curve == kX ? ref.x25519_public(priv) : ref.mul(priv)), "public key belongs to it");
			CHECK(tb, run(SLUICE_OP_ECDH, 0, peer_pub, curve, 0, b, a, f + 1).status == SLUICE_ST_BAD_SECRET, "another function's secret");
			CHECK(tb, run(SLUICE_OP_ECDH, 0, peer_pub, curve, 0, b, handle(7, 4), f).status == SLUICE_ST_BAD_SECRET, "stale secret");
			r = run(SLUICE_OP_ECDH, 0, peer_pub, curve, 0, b, a, f);
			Bytes shared = curve == kX ? ref.x25519(priv, peer_pub) : part(ref.mul(priv, peer_pub), 0, 32);
			CHECK(tb, r.status == SLUICE_ST_OK && r.data.empty(), "shared secret into the store");
			CHECK(tb, store.slots[b].value == shared && store.slots[b].kind == SLUICE_SECRET_PREMASTER && store.slots[b].func == f, "shared secret");
			CHECK(tb, run(SLUICE_OP_ECDH, 0, peer_pub, curve, 0, b, a, f).status == SLUICE_ST_BAD_SECRET, "a private key is used once");
			r = run(SLUICE_OP_ECDH_RESPOND, 0, peer_pub, curve, 0, b, 0, f);
			CHECK(tb, r.status == SLUICE_ST_OK && r.data.size() == pub.size(), "answer with only the public key");
			shared = curve == kX ? ref.x25519(peer, r.data) : part(ref.mul(peer, r.data), 0, 32);
			CHECK(tb, store.slots[b].value == shared, "its shared secret");
			store.slots[a] = { f, SLUICE_SECRET_EC_PRIVATE, tb.rng.bytes(48) };
			CHECK(tb, run(SLUICE_OP_ECDH, 0, peer_pub, curve, 0, 0, a, f).status == SLUICE_ST_BAD_SECRET, "private key of another length");
			store.slots[a] = { f, SLUICE_SECRET_PREMASTER, priv };
			CHECK(tb, run(SLUICE_OP_ECDH, 0, peer_pub, curve, 0, 0, a, f).status == SLUICE_ST_BAD_SECRET, "secret of another kind");
			store.slots[a] = { f, SLUICE_SECRET_EC_PRIVATE, priv };
			store.slots.erase(b);
			store.refuse = true;
			for (uint8_t op : { SLUICE_OP_EC_KEYGEN, SLUICE_OP_ECDH_RESPOND }) {
				r = run(op, 0, op == SLUICE_OP_EC_KEYGEN ? Bytes{} : peer_pub, curve, 0, b, 0, f);
				CHECK(tb, r.status == SLUICE_ST_BAD_SECRET && r.data.empty(), "a store that refuses");
			}
			store.refuse = false;
			unsigned before = store.requests;
			r = run(SLUICE_OP_ECDH_RESPOND, 0, Bytes(curve == kX ? 32 : 64), curve, 0, b, 0, f);
			CHECK(tb, r.status == SLUICE_ST_BAD_INPUT && !store.slots.count(b) && store.requests == before, "nothing is stored of a bad point");
			/* many at once: reads and writes share the port */
			std::vector<size_t> ids;
			std::vector<Bytes> want;
			for (unsigned i = 0; i < 10; i++) {
				Bytes k = tb.rng.bytes(32);
				store.slots[handle(20 + i, 1)] = { f, SLUICE_SECRET_EC_PRIVATE, k };
				ids.push_back(port.submit(make(SLUICE_OP_ECDH, 0, peer_pub, curve, 0, handle(50 + i, 1), handle(20 + i, 1), f)));
				want.push_back(curve == kX ? ref.x25519(k, peer_pub) : part(ref.mul(k, peer_pub), 0, 32));
			}
			port.drain(4'000'000);
			for (unsigned i = 0; i < 10; i++)
				CHECK(tb, port.result(ids[i]).status == SLUICE_ST_OK && store.slots[handle(50 + i, 1)].value == want[i], "secrets in flight");
		}
		CHECK(tb, clean(), "secrets leave nothing behind");
	}
	/* cycles of every operation: alone from idle, the same for every operand; and with eight in flight */
	void speed() {
		printf("| operation | cycles alone | cycles each, 8 in flight |\n|---|---|---|\n");
		uint64_t cycles = 0;
		double cpu = 0;
		for (unsigned kind = 0; kind < kKinds; kind++) {
			uint32_t alone = 0;
			for (unsigned i = 0; i < 2; i++) {
				EcJob j = random_job(kind);
				while (j.status != SLUICE_ST_OK || ((kind == kSign || kind == kVerify || kind == kWSign || kind == kWVerify) && j.digest.size() != 32) || (kind == kEdSign && j.src.size() / 16 != 8)) j = random_job(kind);
				tb.run_until([this] { return !tb.v->busy_o; }, 2000);
				for (unsigned idle = 0; idle < i * 37; idle++) tb.tick();
				EngineResult r = timed(j.job);
				CHECK(tb, right(j, r), "operation alone");
				if (i == 0) alone = r.cycles;
				if (r.cycles != alone) printf("%s: %u, status %u\n", kName[kind], r.cycles, r.status);
				CHECK(tb, r.cycles == alone, "time does not depend on operands");
			}
			std::vector<size_t> ids;
			std::vector<EcJob> jobs;
			const unsigned count = 16;
			for (unsigned i = 0; i < count; i++) jobs.push_back(random_job(kind));
			uint64_t from = tb.cycle;
			double at = tb_cpu_seconds();
			for (auto &j : jobs) ids.push_back(port.submit(j.job));
			port.drain(10'000'000);
			cpu += tb_cpu_seconds() - at;
			cycles += tb.cycle - from;
			for (unsigned i = 0; i < count; i++) CHECK(tb, right(jobs[i], port.result(ids[i])), "operation in a queue");
			uint64_t each = (port.result(ids[count - 1]).rsp_cycle - port.result(ids[7]).rsp_cycle) / (count - 8);
			printf("| %s | %u | %llu |\n", kName[kind], alone, static_cast<unsigned long long>(each));
			if (kind == kSign) CHECK(tb, each <= 32'000, "ECDSA P-256 sign takes at most 32 k cycles with eight in flight");
			if (kind == kEdSign) CHECK(tb, each <= 32'000, "Ed25519 sign takes at most 32 k cycles with eight in flight");
			if (kind == kXEcdh) CHECK(tb, each <= 62'000, "X25519 takes at most 62 k cycles with eight in flight");
		}
		printf("eight in flight: %.2f M cycles/s\n", 1e-6 * static_cast<double>(cycles) / cpu);
	}
	/* edges of the secrets take the time of any other */
	void equal_times() {
		Bytes one = RefEc::plus(Bytes(32), 1), n1 = RefEc::plus(ref.order(), -1), g = ref.mul(one);
		uint32_t first = 0;
		for (const Bytes &k : { one, n1, Bytes(32), Bytes(32, 0xff), tb.rng.bytes(32) }) {
			uint32_t c = timed(make(SLUICE_OP_ECDH, 0, k + g, kP256)).cycles;
			if (!first) first = c;
			/* a product at infinity has no result, so no words leave: that verdict is public */
			CHECK(tb, c == first || ref.mul(k, g).empty(), "ECDH takes one time");
		}
		first = 0;
		for (const Bytes &k : { Bytes(32), Bytes(32, 0xff), tb.rng.bytes(32) }) {
			uint32_t c = timed(make(SLUICE_OP_ECDH, 0, k + ref.x25519_public(one), kX)).cycles;
			if (!first) first = c;
			CHECK(tb, c == first, "X25519 takes one time");
		}
		first = 0;
		for (const Bytes &d : { one, n1, keys[2].d }) {
			EcKey k = { d, ref.mul(d) };
			tb.run_until([this] { return !tb.v->busy_o; }, 2000);
			load(6, 1, k);
			for (const Bytes &digest : { Bytes(32), Bytes(32, 0xff) }) {
				EngineResult r = timed(make(SLUICE_OP_ECDSA_SIGN, handle(6, 1), digest, kP256, 32));
				if (!first) first = r.cycles;
				CHECK(tb, r.cycles == first && ref.verify(r.data, k.xy, digest), "ECDSA_SIGN takes one time");
			}
		}
		first = 0;
		for (unsigned i = 0; i < 4; i++) {
			EdKey k = { i ? tb.rng.bytes(32) : Bytes(32), {} };
			k.pub = RefEc::ed25519_public(k.seed);
			tb.run_until([this] { return !tb.v->busy_o; }, 2000);
			load(6, 1 + i, k);
			Bytes message = i & 1 ? Bytes(130) : tb.rng.bytes(130);
			EngineResult r = timed(make(SLUICE_OP_EDDSA_SIGN, handle(6, 1 + i), message));
			if (!first) first = r.cycles;
			CHECK(tb, r.cycles == first && r.data == ref.ed25519_sign(k.seed, message), "EDDSA_SIGN of one length takes one time");
		}
	}
	/* everything mixed, with gaps and back-pressure; answers in order are the port's own check */
	void mixed() {
		std::vector<EcJob> jobs;
		std::vector<size_t> ids;
		port.gap_percent = 30;
		port.stall_percent = 40;
		for (unsigned i = 0; i < 40; i++) {
			EcJob j = random_job(tb.rng.below(kKinds));
			unsigned what = tb.rng.below(10);
			if (what < 3) {
				j = EcJob();
				j.job = what == 0 ? make(SLUICE_OP_NOP, 0, Bytes(tb.rng.below(40))) : what == 1 ? make(0x77, 0, Bytes(tb.rng.below(40))) :
				        make(SLUICE_OP_KEY_LOAD, handle(10, 1 + i), wrap(i & 1 ? keys[0].plain() : ed_keys[0].plain()));
				j.op = j.job.desc[0];
				j.status = what == 1 ? SLUICE_ST_BAD_DESC : SLUICE_ST_OK;
			}
			jobs.push_back(j);
			ids.push_back(port.submit(j.job));
		}
		port.drain(80'000'000);
		for (size_t i = 0; i < jobs.size(); i++) CHECK(tb, right(jobs[i], port.result(ids[i])), "jobs of every kind in a queue");
		port.gap_percent = port.stall_percent = 0;
	}
	void faults() {
		/* one product damaged: no result */
		for (unsigned kind : { kKeygen, kSign, kVerify, kXEcdh, kEdSign, kWKeygen, kWSign }) { /* the core's bench damages every program */
			EcJob j = random_job(kind);
			while (j.status != SLUICE_ST_OK) j = random_job(kind);
			tb.v->flt_flip_i = 1;
			EngineResult r = timed(j.job);
			tb.v->flt_flip_i = 0;
			if (r.status != SLUICE_ST_FAULT) printf("%s: status %u\n", kName[kind], r.status);
			CHECK(tb, r.status == SLUICE_ST_FAULT && r.data.empty(), "a damaged operation has no result");
			CHECK(tb, right(j, port.run(j.job)), "and the next one is whole");
		}
		/* a word of an Ed25519 message, prefix or public key that changes between its two hashes; R between its two */
		auto *root = tb.v->rootp;
		for (unsigned word : { 0u, 11u, 17u, 18u, 21u, 23u }) {
			EcJob j = random_job(kEdSign);
			while (j.src.size() < 192) j = random_job(kEdSign);
			tb.run_until([this] { return !tb.v->busy_o; }, 2000);
			size_t id = port.submit(j.job);
			/* the point is written later: there the second challenge differs from the first */
			if (word != 21) for (unsigned i = 0; i < 100'000; i++) tb.tick();
			else tb.run_until([root] { return root->ecc_engine__DOT__u_eddsa__DOT__bk_q == 1 && root->ecc_engine__DOT__u_eddsa__DOT__which_q == 2; }, 1'000'000);
			root->ecc_engine__DOT__u_eddsa__DOT__mem[word][tb.rng.below(4)] ^= 1u << tb.rng.below(32);
			port.drain(3'000'000);
			CHECK(tb, port.result(id).status == SLUICE_ST_FAULT && port.result(id).data.empty(), "a changed word is noticed");
			CHECK(tb, right(j, port.run(j.job)), "and the next signature is whole");
		}
		/* a program that runs astray */
		EcJob j = random_job(kMul);
		tb.run_until([this] { return !tb.v->busy_o; }, 2000);
		size_t id = port.submit(j.job), other = port.submit(random_job(kKeygen).job);
		for (unsigned i = 0; i < 50'000; i++) tb.tick();
		root->ecc_engine__DOT__u_core__DOT__pc_q[0] = 0;
		port.drain(3'000'000);
		CHECK(tb, port.result(id).status == SLUICE_ST_ABORTED && port.result(id).data.empty(), "a program that runs too long is ended");
		CHECK(tb, port.result(other).status == SLUICE_ST_OK, "its neighbour is not disturbed");
		CHECK(tb, right(j, port.run(j.job)), "and the context works again");
		/* a flip in the self test */
		tb.run_until([this] { return !tb.v->busy_o; }, 2000);
		tb.v->flt_flip_i = 1;
		CHECK(tb, !port.self_test(), "a damaged self test fails");
		tb.v->flt_flip_i = 0;
		CHECK(tb, port.run(j.job).status == SLUICE_ST_SELFTEST_FAILED, "and the engine refuses work");
		CHECK(tb, port.self_test() && right(j, port.run(j.job)), "until it passes");
		CHECK(tb, signs(handle(1, 1), keys[1]), "keys survive a self test");
		/* hang */
		id = port.submit(j.job);
		for (unsigned i = 0; i < 1000; i++) tb.tick();
		tb.v->flt_hang_i = 1;
		for (unsigned i = 0; i < 2'000'000 && !port.result(id).done; i++) {
			tb.tick();
			tb.mark();
		}
		CHECK(tb, !port.result(id).done && tb.v->busy_o && !tb.v->cmd_ready_o && !tb.v->in_ready_o && !tb.v->out_valid_o && !tb.v->rsp_valid_o,
		      "a hung engine gives and takes nothing");
	}
	/* operations that wait for random numbers end when there are none; others go on */
	void entropy() {
		power_up(false);
		all_keys();
		port.hold_random = true;
		EcJob v = random_job(kVerify), s = random_job(kSign);
		while (v.status != SLUICE_ST_OK) v = random_job(kVerify);
		size_t a = port.submit(v.job), b = port.submit(s.job), c = port.submit(v.job);
		for (unsigned i = 0; i < 20'000; i++) tb.tick();
		CHECK(tb, !port.result(b).done, "an operation waits for random words");
		tb.v->rnd_fail_i = 1;
		port.drain(3'000'000);
		CHECK(tb, port.result(a).status == SLUICE_ST_OK && port.result(c).status == SLUICE_ST_OK, "operations without random words go on");
		CHECK(tb, port.result(b).status == SLUICE_ST_NO_ENTROPY && port.result(b).data.empty(), "and the others end");
		for (unsigned kind : { kKeygen, kEcdh, kRespond, kMul, kXKeygen, kXEcdh, kXRespond, kEdSign, kWKeygen, kWEcdh, kWRespond, kWMul, kWSign }) {
			EngineResult r = port.run(random_job(kind).job);
			CHECK(tb, r.status == SLUICE_ST_NO_ENTROPY && r.data.empty(), "no entropy");
		}
		load(8, 1, keys[3]);
		CHECK(tb, clean(), "nothing is left behind");
		tb.v->rnd_fail_i = 0;
		port.hold_random = false;
	}
	/* Ed25519: known answers, blobs, handles, lengths; the two kinds of keys are not taken for each other */
	void eddsa() {
		/* RFC 8032 7.1: tests 1, 2, 3, SHA(abc) */
		static const char *const rfc[][3] = {
			{ "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "",
			  "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b" },
			{ "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "72",
			  "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
			{ "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "af82",
			  "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a" },
			{ "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
			  "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
			  "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704" },
		};
		for (auto &t : rfc) {
			EdKey k = { unhex(t[0]), RefEc::ed25519_public(unhex(t[0])) };
			load(13, 1, k);
			EngineResult r = ed_sign(handle(13, 1), unhex(t[1]));
			CHECK(tb, r.status == SLUICE_ST_OK && r.data == unhex(t[2]), "RFC 8032 7.1");
		}
		/* blobs */
		struct Bad {
			size_t at;
			uint8_t flip;
		};
		static const Bad content[] = { { 0, 1 }, { 4, 1 }, { 4, 5 }, { 5, 1 }, { 15, 1 }, { 16, 1 }, { 47, 0x80 }, { 48, 1 }, { 63, 1 }, { 64, 1 }, { 95, 0x80 },
			{ 95, 1 }, { 96, 1 }, { 111, 1 }, { 112, 1 }, { 143, 1 }, { 144, 1 }, { 159, 1 } };
		auto refused = [&](const Bytes &plain, const char *what) {
			EngineResult r = run(SLUICE_OP_KEY_LOAD, handle(11, 2), wrap(plain));
			CHECK(tb, r.status == SLUICE_ST_BAD_KEY && r.data.empty(), what);
		};
		for (const Bad &b : content) {
			Bytes plain = ed_keys[0].plain();
			plain[b.at] ^= b.flip;
			refused(plain, "a blob of Ed25519 that is wrong somewhere");
		}
		for (uint8_t low : { 0xed, 0xee, 0xff }) {
			Bytes plain = ed_keys[0].plain(), y(32, 0xff);
			y[0] = low;
			y[31] = 0x7f;
			std::copy(y.begin(), y.end(), plain.begin() + 64);
			refused(plain, "y beyond the prime");
		}
		CHECK(tb, clean(), "a failed load leaves nothing behind");
		Bytes m = tb.rng.bytes(130), want = ref.ed25519_sign(ed_keys[0].seed, m);
		CHECK(tb, ed_sign(handle(11, 2), m).status == SLUICE_ST_BAD_HANDLE, "a failed load gives no handle");
		CHECK(tb, ed_sign(handle(11, 1), m).data == want, "a failed load leaves the old key usable");
		EVP_PKEY *made = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
		Bytes plain(SLUICE_EC_KEY_BYTES), seed(32);
		size_t len = 0, n = 32;
		CHECK(tb, keyblob_build_ec(made, plain.data(), plain.size(), &len) == 0 && EVP_PKEY_get_raw_private_key(made, seed.data(), &n) == 1, "the product's own blob");
		CHECK(tb, run(SLUICE_OP_KEY_LOAD, handle(13, 2), wrap(plain)).status == SLUICE_ST_OK, "the product's own blob loads");
		CHECK(tb, ed_sign(handle(13, 2), m).data == ref.ed25519_sign(seed, m), "and signs");
		EVP_PKEY_free(made);
		/* handles, descriptors */
		auto status = [&](uint8_t st, const EngineResult &r, const char *what) { CHECK(tb, r.status == st && r.data.empty(), what); };
		status(SLUICE_ST_BAD_HANDLE, ed_sign(handle(0, 1), m), "a P-256 key does not sign with Ed25519");
		status(SLUICE_ST_BAD_HANDLE, sign(handle(11, 1), Bytes(32)), "an Ed25519 key does not sign with ECDSA");
		status(SLUICE_ST_BAD_HANDLE, ed_sign(handle(11, 1), m, 2), "another function's key");
		status(SLUICE_ST_BAD_HANDLE, ed_sign(handle(14, 1), m), "empty slot");
		for (size_t l : { 257, 258, 272, 1000 }) status(SLUICE_ST_BAD_DESC, ed_sign(handle(11, 1), Bytes(l)), "a message that is too long");
		for (unsigned i : { 0u, 1u }) status(SLUICE_ST_BAD_DESC, run(SLUICE_OP_EDDSA_SIGN, handle(11, 1), m, i ? 0 : SLUICE_CURVE_ED25519, i), "a parameter");
		/* a key that is replaced and freed behind a signature that was begun with it; the slot changes its kind */
		for (unsigned i = 0; i < 2; i++) {
			load(13, 3, ed_keys[0]);
			size_t id = port.submit(make(SLUICE_OP_EDDSA_SIGN, handle(13, 3), m));
			size_t other = port.submit(i ? make(SLUICE_OP_KEY_FREE, handle(13, 3), {}) : make(SLUICE_OP_KEY_LOAD, handle(13, 4), wrap(keys[0].plain())));
			port.drain();
			CHECK(tb, port.result(id).data == want && port.result(other).status == SLUICE_ST_OK, "a signature keeps the key that it began with");
		}
		CHECK(tb, keys_erased(13, 14) && clean(), "a freed key leaves nothing");
		load(13, 5, keys[1]);
		CHECK(tb, signs(handle(13, 5), keys[1]), "a slot of the other kind");
	}
	void reset_in_the_middle() {
		for (unsigned i = 0; i < 4; i++) {
			for (unsigned k = 0; k < 10; k++) port.submit(random_job(tb.rng.below(kKinds)).job);
			if (i == 2) port.submit(make(SLUICE_OP_KEY_LOAD, handle(1, 1), wrap(keys[1].plain())));
			for (unsigned n = 1 + tb.rng.below(i < 3 ? 3000 : 400'000); n; n--) tb.tick();
			power_up(false);
			CHECK(tb, sign(handle(1, 1), Bytes(32)).status == SLUICE_ST_BAD_HANDLE, "reset erases the keys");
			EcJob j = random_job(i % 2 ? kXEcdh : kEcdh);
			CHECK(tb, right(j, port.run(j.job)), "the engine works after reset");
			if (i == 3) break;
			all_keys();
		}
	}
	int run_all(int argc, char **argv) {
		std::string only;
		for (int i = 1; i + 1 < argc; i++) {
			if (!strcmp(argv[i], "--only")) only = argv[i + 1];
			if (!strcmp(argv[i], "--ops")) ops = static_cast<unsigned>(atoi(argv[i + 1]));
		}
		power_up(true);
		all_keys();
		struct Case {
			const char *name;
			void (More::*run)();
		};
		static const Case cases[] = { { "blobs", &More::blobs }, { "handles", &More::handles }, { "descriptors", &More::descriptors },
			{ "edges", &More::edges }, { "speed", &More::speed }, { "equal_times", &More::equal_times }, { "secrets", &More::secrets }, { "eddsa", &More::eddsa }, { "p384", &More::p384 },
			{ "mixed", &More::mixed }, { "random", &More::random_ops }, { "faults", &More::faults }, { "entropy", &More::entropy },
			{ "reset", &More::reset_in_the_middle } };
		for (const Case &c : cases)
			if (only.empty() ? strcmp(c.name, "speed") != 0 : only == c.name) {
				double at = tb_cpu_seconds();
				(this->*c.run)();
				if (getenv("BENCH_TIMES")) printf("%s: %.2f s\n", c.name, tb_cpu_seconds() - at);
			}
		return tb.finish();
	}
};
