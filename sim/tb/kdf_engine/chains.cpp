/* Whole key schedules with known values, and against the reference with both hashes; wrapping there and back. */
#include "sim/tb/kdf_engine/bench.h"

static Bytes hex(const char *s) {
	Bytes b;
	for (; *s; s += 2) {
		char t[3] = { s[0], s[1], 0 };
		b.push_back(static_cast<uint8_t>(strtoul(t, nullptr, 16)));
	}
	return b;
}

/* RFC 8448 sections 3 and 4 */
static const char kShared[] = "8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d";
static const char kToServerHello[] = "860c06edc07858ee8e78f0e7428c58edd6b43f2ca3e6e95f02ed063cf0e1cad8";
static const char kToVerify[] = "edb7725fa7a3473b031ec8ef65a2485493900138a2b91291407d7951a06110ed";
static const char kToServerFinished[] = "9608102a0f1ccc6db6250b7b7e417b1a000eaada3daae4777a7686c9ff83df13";
static const char kToClientFinished[] = "209145a96ee8e2a122ff810047cc952684658d6049e86429426db87c54ad143d";

void Bench::chains() {
	const unsigned h256 = SLUICE_HASH_SHA256;
	auto value = [this](unsigned i) { return card.slots.count(i) ? card.slots[i].value : Bytes(); };
	auto is = [&](unsigned i, const char *want, const char *what) { CHECK(tb, value(i) == hex(want), what); };

	/* RFC 8448 section 3; the shared secret as an engine of curves writes it */
	put(handle(0, 1), SLUICE_SECRET_PREMASTER, hex(kShared));
	both(kdf(SLUICE_KDF_T13_EARLY, h256, 0, handle(1, 1)), "early secret");
	both(kdf(SLUICE_KDF_T13_HANDSHAKE, h256, handle(1, 1), handle(2, 1), {}, 0, handle(0, 1)), "handshake secret");
	is(2, "1dc826e93606aa6fdc0aadc12f741b01046aa6b99f691ed221a9f0ca043fbeac", "handshake secret of RFC 8448");
	both(kdf(SLUICE_KDF_T13_CLIENT_HANDSHAKE, h256, handle(2, 1), handle(3, 1), hex(kToServerHello)), "client handshake traffic");
	both(kdf(SLUICE_KDF_T13_SERVER_HANDSHAKE, h256, handle(2, 1), handle(4, 1), hex(kToServerHello)), "server handshake traffic");
	is(3, "b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21", "client handshake traffic secret of RFC 8448");
	is(4, "b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38", "server handshake traffic secret of RFC 8448");
	both(kdf(SLUICE_KDF_T13_KEYS, h256, handle(4, 1), handle(5, 1), {}, 16), "server handshake keys");
	is(5, "3fce516009c21727d0f2e4e86ee403bc5d313eb2671276ee13000b30", "key and IV of RFC 8448");
	CHECK(tb, both(kdf(SLUICE_KDF_T13_FINISHED, h256, handle(4, 1), 0, hex(kToVerify)), "finished").data ==
	              hex("9b9b141d906337fbd2cbdce71df4deda4ab42c309572cb7fffee5454b78f0718"), "server's verify_data of RFC 8448");
	both(kdf(SLUICE_KDF_T13_MAIN, h256, handle(2, 1), handle(6, 1)), "main secret");
	is(6, "18df06843d13a08bf2a449844c5f8a478001bc4d4c627984d5a41da8d0402919", "main secret of RFC 8448");
	both(kdf(SLUICE_KDF_T13_CLIENT_APPLICATION, h256, handle(6, 1), handle(7, 1), hex(kToServerFinished)), "client application traffic");
	both(kdf(SLUICE_KDF_T13_SERVER_APPLICATION, h256, handle(6, 1), handle(8, 1), hex(kToServerFinished)), "server application traffic");
	is(7, "9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5", "client application traffic secret of RFC 8448");
	is(8, "a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643", "server application traffic secret of RFC 8448");
	both(kdf(SLUICE_KDF_T13_RESUMPTION, h256, handle(6, 1), handle(9, 1), hex(kToClientFinished)), "resumption");
	is(9, "7df235f2031d2a051287d02b0241b0bfdaf86cc856231f2d5aba46c434ec196c", "resumption secret of RFC 8448");
	both(kdf(SLUICE_KDF_T13_PSK, h256, handle(9, 1), handle(10, 1), Bytes(2)), "PSK of a ticket");
	is(10, "4ecd0eb6ec3b4d87f5d6028f922ca4c5851a277fd41311c9e62d2c9492e1c4f3", "PSK of RFC 8448");
	/* section 4: the ticket is used */
	both(kdf(SLUICE_KDF_T13_EARLY, h256, handle(10, 1), handle(11, 1)), "early secret of a ticket");
	is(11, "9b2188e9b2fc6d64d71dc329900e20bb41915000f678aa839cbb797cb7d8332c", "early secret of RFC 8448 section 4");
	both(kdf(SLUICE_KDF_T13_BINDER, h256, handle(11, 1), handle(12, 1)), "binder key");
	CHECK(tb, both(kdf(SLUICE_KDF_T13_FINISHED, h256, handle(12, 1), 0, hex("63224b2e4573f2d3454ca84b9d009a04f6be9e05711a8396473aefa01e924a14")), "binder").data ==
	              hex("3add4fb2d8fdf822a0ca3cf7678ef5e88dae990141c5924d57bb6fa31b9e5f9d"), "binder of RFC 8448");
	both(kdf(SLUICE_KDF_T13_CLIENT_EARLY, h256, handle(11, 1), handle(13, 1), hex("08ad0fa05d7c7233b1775ba2ff9f4c5b8b59276b7f227f13a976245f5d960913")), "early traffic");
	is(13, "3fbbe6a60deb66c30a32795aba0eff7eaa10105586e7be5c09678d63b6caab62", "early traffic secret of RFC 8448");
	both(kdf(SLUICE_KDF_T13_UPDATE, h256, handle(8, 1), handle(8, 2)), "a traffic secret takes the place of the one it came from");
	CHECK(tb, clean(), "derivations leave nothing behind");

	/* TLS 1.2 with both hashes, both ways to a master secret, and every length of a key block's end */
	for (unsigned h : { SLUICE_HASH_SHA256, SLUICE_HASH_SHA384 }) {
		unsigned n = h == SLUICE_HASH_SHA384 ? 48 : 32;
		for (unsigned len : { 1u, 31u, 32u, 48u, 63u, 64u }) {
			put(handle(20, 7), SLUICE_SECRET_PREMASTER, tb.rng.bytes(len), 3);
			KdfJob j = kdf(len & 1 ? SLUICE_KDF_T12_MASTER : SLUICE_KDF_T12_EXTENDED_MASTER, h, handle(20, 7), handle(21, 7), tb.rng.bytes(len & 1 ? 64 : n));
			j.func = 3;
			both(j, "master secret");
			j = kdf(SLUICE_KDF_T12_KEY_BLOCK, h, handle(21, 7), handle(22, 7), tb.rng.bytes(64), 192 - len);
			j.func = 3;
			both(j, "key block");
			j = kdf(len & 1 ? SLUICE_KDF_T12_CLIENT_FINISHED : SLUICE_KDF_T12_SERVER_FINISHED, h, handle(21, 7), 0, tb.rng.bytes(n));
			j.func = 3;
			CHECK(tb, both(j, "finished").data.size() == 12, "verify_data has 12 bytes");
		}
	}
	/* wrapping: there and back, in another slot */
	for (size_t len : { size_t{ 32 }, size_t{ 48 } }) {
		for (unsigned kind : { SLUICE_SECRET_MASTER, SLUICE_SECRET_PSK }) {
			if (kind == SLUICE_SECRET_MASTER && len != 48) continue;
			unwrap(handle(24, 1), kind, tb.rng.bytes(len), 9);
			KdfJob j;
			j.op = SLUICE_OP_SECRET_WRAP;
			j.func = 9;
			j.handle = handle(24, 1);
			Bytes blob = both(j, "wrap").data;
			CHECK(tb, blob.size() == (len == 32 ? 48 : 64), "length of what is wrapped");
			j.op = SLUICE_OP_SECRET_UNWRAP;
			j.handle = 0;
			j.handle2 = handle(25, 1);
			j.src = blob;
			CHECK(tb, both(j, "unwrap").status == SLUICE_ST_OK && value(25) == value(24), "what was wrapped comes back");
		}
	}
	CHECK(tb, clean(), "wrapping leaves nothing behind");
	compare_slots("slots after the chains");
}
