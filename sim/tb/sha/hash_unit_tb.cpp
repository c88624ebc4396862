/*
 * Bench of hash_unit: whole messages of every length 0..300 and random longer ones against libcrypto, with late chunks; a length that is
 * "secret" (more blocks are run than the message needs) must give the same digest, in a time that depends on the number of blocks alone.
 */
#include <openssl/evp.h>

#include "Vtb_hash_unit.h"
#include "sim/harness/tb.h"

using Model = Vtb_hash_unit;

struct Job {
	bool sha256;
	std::vector<uint8_t> msg;
	uint32_t len; /* the true length; msg may be longer */
	unsigned blocks;
	unsigned gap;
};

static std::vector<uint8_t> reference(bool sha256, const std::vector<uint8_t> &m, size_t n) {
	std::vector<uint8_t> d(sha256 ? 32 : 20);
	unsigned k = 0;
	EVP_Digest(m.data(), n, d.data(), &k, sha256 ? EVP_sha256() : EVP_sha1(), nullptr);
	return d;
}

static std::vector<uint8_t> digest(Tb<Model> &tb, const Job &j, uint64_t &cycles) {
	auto *v = tb.v.get();
	unsigned chunks = static_cast<unsigned>((j.msg.size() + 15) / 16), at = 0;
	v->sha256_i = j.sha256;
	v->iv_i = 1;
	v->raw_i = 0;
	v->prefix_i = 0;
	v->len_i = j.len;
	v->blocks_i = j.blocks;
	v->chunks_i = chunks;
	v->start_i = 1;
	CHECK(tb, v->ready_o, "ready for a message");
	tb.tick();
	uint64_t t0 = tb.cycle;
	v->start_i = 0;
	tb.mark();
	while (!v->done_o) {
		bool offer = at < chunks && !tb.rng.percent(j.gap);
		uint8_t w[16];
		tb.rng.fill(w, 16); /* bytes behind the end are junk: the masks must hide them */
		if (offer)
			for (unsigned i = 0; i < 16 && 16 * at + i < j.msg.size(); i++) w[i] = j.msg[16 * at + i];
		memcpy(&v->chunk_i, w, 16);
		v->chunk_valid_i = offer;
		bool took = offer && v->chunk_ready_o;
		tb.tick();
		at += took;
	}
	v->chunk_valid_i = 0;
	CHECK(tb, at == chunks, "all chunks were taken");
	cycles = tb.cycle - t0;
	uint32_t s[8];
	memcpy(s, &v->state_o, 32);
	std::vector<uint8_t> d(j.sha256 ? 32 : 20);
	for (size_t i = 0; i < d.size(); i++) d[i] = static_cast<uint8_t>(s[i / 4] >> (24 - 8 * (i % 4)));
	return d;
}

static unsigned blocks_of(size_t n) { return static_cast<unsigned>((n + 72) / 64); }

int main(int argc, char **argv) {
	Tb<Model> tb(argc, argv, "hash_unit");
	tb.v->start_i = tb.v->chunk_valid_i = 0;
	tb.reset();
	for (unsigned n = 0; n < 360; n++)
		for (int alg = 0; alg < 2; alg++) {
			Job j{alg == 1, tb.rng.bytes(n < 301 ? n : tb.rng.below(70000)), 0, 0, n & 1 ? 0u : 50u};
			j.len = static_cast<uint32_t>(j.msg.size());
			j.blocks = blocks_of(j.len);
			uint64_t c;
			CHECK(tb, digest(tb, j, c) == reference(j.sha256, j.msg, j.len), "digest is the reference's");
			if (!j.gap) CHECK(tb, c == 5 + (j.sha256 ? 66u : 82u) * j.blocks, "a message is bound by its compressions");
		}
	for (unsigned i = 0; i < 400; i++) {
		Job j{(i & 1) != 0, tb.rng.bytes(600), tb.rng.below(601), blocks_of(600), 0};
		uint64_t c;
		CHECK(tb, digest(tb, j, c) == reference(j.sha256, j.msg, j.len), "a length hidden in more blocks gives the same digest");
		CHECK(tb, c == 5 + (j.sha256 ? 66u : 82u) * j.blocks, "a hidden length does not change the time");
	}
	return tb.finish();
}
