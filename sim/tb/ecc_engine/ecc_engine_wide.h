/* The ecc engine's bench: P-384. Edges, blobs and handles, descriptors, secrets, equal times, a program that goes astray. Included by ecc_engine_tb.cpp. */
class Wide : public Tests {
  public:
	using Tests::Tests;

	void p384() {
		p384_edges();
		p384_blobs();
		p384_descriptors();
		p384_secrets();
		p384_times();
	}

  private:
	using Case = std::pair<EcJob, const char *>;
	void p384_edges() {
		const RefEc &c = ref384;
		Bytes n = c.order(), p = c.prime(), one = RefEc::plus(Bytes(48), 1), g = c.mul(one), zx = c.zero_x(), k = tb.rng.bytes(48), zero(48), full(48, 0xff);
		std::vector<Case> cases;
		auto add = [&](EngineJob job, uint8_t status, const Bytes &want, const char *what) {
			EcJob j;
			j.job = job;
			j.status = status;
			j.want = want;
			cases.emplace_back(j, what);
		};
		auto mul = [&](const Bytes &x, const Bytes &xy, const char *what) {
			Bytes want = c.mul(x, xy);
			uint8_t st = want.empty() ? SLUICE_ST_BAD_INPUT : SLUICE_ST_OK;
			add(make(SLUICE_OP_EC_MUL, 0, x + xy, kP384), st, want, what);
			add(make(SLUICE_OP_ECDH, 0, x + xy, kP384), st, want.empty() ? want : part(want, 0, 48), what);
		};
		for (int i : { 0, 1, 2 }) {
			mul(RefEc::plus(zero, i), g, "small scalar");
			mul(RefEc::plus(n, -i), g, "scalar at the order");
		}
		mul(RefEc::plus(n, 1), zx, "scalar beyond the order, x = 0");
		mul(full, g, "largest scalar");
		mul(k, zx, "x = 0");
		auto none = [&](const Bytes &x, const Bytes &y, const char *what) {
			add(make(SLUICE_OP_EC_MUL, 0, k + x + y, kP384), SLUICE_ST_BAD_INPUT, {}, what);
			add(make(SLUICE_OP_ECDH, 0, k + x + y, kP384), SLUICE_ST_BAD_INPUT, {}, what);
			add(make(SLUICE_OP_ECDH_RESPOND, 0, x + y, kP384), SLUICE_ST_BAD_INPUT, {}, what);
			add(verify_job(k + k, x + y, k), SLUICE_ST_BAD_INPUT, {}, what);
		};
		Bytes gx = part(g, 0, 48), gy = part(g, 48, 48);
		none(gx, RefEc::plus(gy, 1), "point off the curve");
		none(zero, zero, "all zeros");
		none(p, part(zx, 48, 48), "x is the prime");
		none(gx, full, "y beyond the prime");
		/* RFC 6979 A.2.6, SHA-384, "sample" */
		Bytes q = unhex("ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a254515480bc13"
		                "8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720");
		Bytes rs = unhex("94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46"
		                 "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8");
		Bytes h(48);
		EVP_Digest("sample", 6, h.data(), nullptr, EVP_sha384(), nullptr);
		add(verify_job(rs, q, h), SLUICE_ST_OK, {}, "RFC 6979 A.2.6");
		for (size_t at : { 0u, 47u, 48u, 95u }) {
			Bytes b = rs;
			b[at] ^= 1;
			add(verify_job(b, q, h), SLUICE_ST_AUTH_FAILED, {}, "a flipped bit of the signature");
		}
		Bytes r = part(rs, 0, 48), s = part(rs, 48, 48);
		for (const Bytes &b : { zero + s, r + zero, n + s, r + n, full + s, r + full, zero + zero })
			add(verify_job(b, q, h), SLUICE_ST_AUTH_FAILED, {}, "r or s out of range");
		Bytes five = RefEc::plus(zero, 5);
		add(verify_job(five + k, g, RefEc::plus(n, -5)), SLUICE_ST_AUTH_FAILED, {}, "infinity");
		for (const Bytes &digest : { zero, n, full, Bytes(20), Bytes(32, 0xff), Bytes(64, 0xff) })
			add(verify_job(c.sign(wide_keys[1].d, digest, five), wide_keys[1].xy, digest), SLUICE_ST_OK, {}, "digest at the ends of its range");
		std::vector<size_t> ids;
		for (auto &x : cases) ids.push_back(port.submit(x.first.job));
		port.drain(40'000'000);
		for (size_t i = 0; i < cases.size(); i++) {
			const EngineResult &x = port.result(ids[i]);
			CHECK(tb, x.status == cases[i].first.status && x.data == cases[i].first.want, cases[i].second);
		}
	}
	void p384_blobs() {
		Bytes good = wide_keys[0].plain(), n = ref384.order(), p = ref384.prime(), d = tb.rng.bytes(48);
		auto refused = [&](const Bytes &plain, const char *what) {
			EngineResult r = run(SLUICE_OP_KEY_LOAD, handle(4, 2), wrap(plain));
			CHECK(tb, r.status == SLUICE_ST_BAD_KEY && r.data.empty(), what);
		};
		auto with = [&](size_t at, const Bytes &x, const char *what) {
			Bytes plain = good;
			std::copy(x.begin(), x.end(), plain.begin() + static_cast<long>(at));
			refused(plain, what);
		};
		for (size_t at : { 4u, 5u, 15u, 63u, 111u, 159u }) with(at, { static_cast<uint8_t>(good[at] ^ 1) }, "a blob of P-384 that is wrong somewhere");
		with(16, Bytes(48), "scalar zero");
		with(16, n, "scalar is the order");
		with(16, Bytes(48, 0xff), "scalar beyond the order");
		with(64, p, "x is the prime");
		with(112, p, "y is the prime");
		CHECK(tb, clean(), "a failed load leaves nothing behind");
		CHECK(tb, wide_sign(handle(4, 2), d).status == SLUICE_ST_BAD_HANDLE, "a failed load gives no handle");
		CHECK(tb, wide_signs(handle(4, 1), wide_keys[0]), "a failed load leaves the old key usable");
		CHECK(tb, sign(handle(4, 1), Bytes(32)).status == SLUICE_ST_BAD_HANDLE, "a P-384 key does not sign on P-256");
		CHECK(tb, wide_sign(handle(0, 1), d).status == SLUICE_ST_BAD_HANDLE, "a P-256 key does not sign on P-384");
		CHECK(tb, wide_sign(handle(11, 1), d).status == SLUICE_ST_BAD_HANDLE, "an Ed25519 key does not sign on P-384");
		CHECK(tb, wide_sign(handle(4, 1), d, 2).status == SLUICE_ST_BAD_HANDLE, "another function's key");
		EVP_PKEY *made = EVP_EC_gen("P-384");
		Bytes plain(SLUICE_EC_KEY_BYTES);
		size_t len = 0;
		CHECK(tb, keyblob_build_ec(made, plain.data(), plain.size(), &len) == 0, "the product's own blob");
		CHECK(tb, run(SLUICE_OP_KEY_LOAD, handle(14, 1), wrap(plain)).status == SLUICE_ST_OK, "the product's own blob loads");
		EVP_PKEY_free(made);
		CHECK(tb, run(SLUICE_OP_KEY_FREE, handle(14, 1), {}).status == SLUICE_ST_OK && keys_erased(14, 15), "freeing erases the key");
	}
	void p384_descriptors() {
		auto bad = [&](uint8_t op, const Bytes &src, uint32_t p1, uint32_t h = 0) {
			EngineResult r = run(op, h, src, kP384, p1);
			CHECK(tb, r.status == SLUICE_ST_BAD_DESC && r.data.empty(), "bad descriptor");
		};
		for (size_t len : { 1, 96 }) bad(SLUICE_OP_EC_KEYGEN, Bytes(len), 0);
		for (size_t len : { 0, 64, 95, 97, 144 }) bad(SLUICE_OP_ECDH_RESPOND, Bytes(len), 0);
		for (uint8_t op : { SLUICE_OP_ECDH, SLUICE_OP_EC_MUL })
			for (size_t len : { 96, 143, 145, 160 }) bad(op, Bytes(len), 0);
		bad(SLUICE_OP_ECDH_RESPOND, Bytes(96), 1);
		bad(SLUICE_OP_ECDH_RESPOND, Bytes(96), 0, handle(4, 1));
		for (uint32_t len : { 19u, 65u }) {
			bad(SLUICE_OP_ECDSA_SIGN, Bytes(len), len, handle(4, 1));
			bad(SLUICE_OP_ECDSA_VERIFY, Bytes(192 + len), len);
		}
		bad(SLUICE_OP_ECDSA_VERIFY, Bytes(128 + 48), 48);
	}
	void p384_secrets() {
		const uint32_t a = handle(7, 3), b = handle(9, 4);
		const uint8_t f = 5;
		EngineResult r = run(SLUICE_OP_EC_KEYGEN, 0, {}, kP384, 0, a, 0, f);
		Bytes priv = store.slots[a].value, peer = tb.rng.bytes(48), peer_pub = ref384.mul(peer);
		CHECK(tb, r.status == SLUICE_ST_OK && store.slots[a].kind == SLUICE_SECRET_EC_PRIVATE && priv.size() == 48 && r.data == ref384.mul(priv),
		      "a key pair with its private key in the store");
		r = run(SLUICE_OP_ECDH, 0, peer_pub, kP384, 0, b, a, f);
		CHECK(tb, r.status == SLUICE_ST_OK && r.data.empty() && store.slots[b].kind == SLUICE_SECRET_PREMASTER &&
		      store.slots[b].value == part(ref384.mul(priv, peer_pub), 0, 48), "shared secret into the store");
		CHECK(tb, run(SLUICE_OP_ECDH, 0, peer_pub, kP384, 0, b, a, f).status == SLUICE_ST_BAD_SECRET, "a private key is used once");
		r = run(SLUICE_OP_ECDH_RESPOND, 0, peer_pub, kP384, 0, b, 0, f);
		CHECK(tb, r.status == SLUICE_ST_OK && r.data.size() == 96 && store.slots[b].value == part(ref384.mul(peer, r.data), 0, 48), "answer with only the public key");
		store.slots[a] = { f, SLUICE_SECRET_EC_PRIVATE, tb.rng.bytes(32) };
		CHECK(tb, run(SLUICE_OP_ECDH, 0, peer_pub, kP384, 0, 0, a, f).status == SLUICE_ST_BAD_SECRET, "private key of another length");
		store.refuse = true;
		r = run(SLUICE_OP_ECDH_RESPOND, 0, peer_pub, kP384, 0, b, 0, f);
		CHECK(tb, r.status == SLUICE_ST_BAD_SECRET && r.data.empty(), "a store that refuses");
		store.refuse = false;
		CHECK(tb, clean(), "secrets leave nothing behind");
	}
	/* edges of the secrets take the time of any other */
	void p384_times() {
		Bytes one = RefEc::plus(Bytes(48), 1), n1 = RefEc::plus(ref384.order(), -1), g = ref384.mul(one);
		uint32_t first = 0;
		for (const Bytes &k : { one, n1, Bytes(48, 0xff), tb.rng.bytes(48) }) {
			uint32_t cycles = timed(make(SLUICE_OP_ECDH, 0, k + g, kP384)).cycles;
			if (!first) first = cycles;
			CHECK(tb, cycles == first, "ECDH on P-384 takes one time");
		}
		first = 0;
		for (const Bytes &d : { one, n1, wide_keys[1].d }) {
			EcKey k = { d, ref384.mul(d) };
			tb.run_until([this] { return !tb.v->busy_o; }, 2000);
			load(6, 1, k);
			for (const Bytes &digest : { Bytes(48), Bytes(48, 0xff) }) {
				EngineResult r = timed(make(SLUICE_OP_ECDSA_SIGN, handle(6, 1), digest, kP384, 48));
				if (!first) first = r.cycles;
				CHECK(tb, r.cycles == first && ref384.verify(r.data, k.xy, digest), "ECDSA_SIGN on P-384 takes one time");
			}
		}
		/* a program that runs astray in the wide array */
		EcJob j = random_job(kWMul), other = random_job(kMul);
		tb.run_until([this] { return !tb.v->busy_o; }, 2000);
		size_t id = port.submit(j.job), id2 = port.submit(other.job);
		for (unsigned i = 0; i < 50'000; i++) tb.tick();
		tb.v->rootp->ecc_engine__DOT__gen_wide__DOT__u_core__DOT__pc_q[0] = 0;
		port.drain(4'000'000);
		CHECK(tb, port.result(id).status == SLUICE_ST_ABORTED && port.result(id).data.empty(), "a program of P-384 that runs too long is ended");
		CHECK(tb, right(other, port.result(id2)) && right(j, port.run(j.job)), "its neighbour is not disturbed, and the context works again");
	}
};
