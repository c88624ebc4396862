/*
 * Bench of hash_unit: whole messages of every length 0..300 and random longer ones against libcrypto, with late chunks; a length that is
 * "secret" (more blocks are run than the message needs) must give the same digest, in a time that depends on the number of blocks alone.
 */
#include <openssl/evp.h>

#include "Vtb_hash_unit.h"
#include "sim/harness/tb.h"

using Model = Vtb_hash_unit;

struct Job {
	int alg; /* 0 SHA-1, 1 SHA-256, 2 SHA-384, 3 SHA-512 */
	std::vector<uint8_t> msg;
	uint32_t len; /* the true length; msg may be longer */
	unsigned blocks;
	unsigned gap;
};

static const unsigned digest_bytes[] = {20, 32, 48, 64}, block_cycles[] = {82, 66, 82, 82}, block_bytes[] = {64, 64, 128, 128};

static std::vector<uint8_t> reference(int alg, const std::vector<uint8_t> &m, size_t n) {
	const EVP_MD *md[] = {EVP_sha1(), EVP_sha256(), EVP_sha384(), EVP_sha512()};
	std::vector<uint8_t> d(digest_bytes[alg]);
	unsigned k = 0;
	EVP_Digest(m.data(), n, d.data(), &k, md[alg], nullptr);
	return d;
}

static std::vector<uint8_t> digest(Tb<Model> &tb, const Job &j, uint64_t &cycles) {
	auto *v = tb.v.get();
	unsigned chunks = static_cast<unsigned>((j.msg.size() + 15) / 16), at = 0;
	v->alg_i = static_cast<uint8_t>(j.alg);
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
	std::vector<uint8_t> d(digest_bytes[j.alg]);
	memcpy(d.data(), &v->state_o, d.size());
	return d;
}

static unsigned blocks_of(int alg, size_t n) {
	return static_cast<unsigned>((n + block_bytes[alg] + block_bytes[alg] / 8) / block_bytes[alg]);
}
/* the first block's chunks, then the compressions; one cycle for done */
static uint64_t time_of(const Job &j) { return 1 + block_bytes[j.alg] / 16 + static_cast<uint64_t>(block_cycles[j.alg]) * j.blocks; }

int main(int argc, char **argv) {
	Tb<Model> tb(argc, argv, "hash_unit");
	tb.v->start_i = tb.v->chunk_valid_i = 0;
	tb.reset();
	for (unsigned n = 0; n < 360; n++)
		for (int alg = 0; alg < 4; alg++) {
			Job j{alg, tb.rng.bytes(n < 301 ? n : tb.rng.below(70000)), 0, 0, n & 1 ? 0u : 50u};
			j.len = static_cast<uint32_t>(j.msg.size());
			j.blocks = blocks_of(alg, j.len);
			uint64_t c;
			CHECK(tb, digest(tb, j, c) == reference(j.alg, j.msg, j.len), "digest is the reference's");
			if (!j.gap) CHECK(tb, c == time_of(j), "a message is bound by its compressions");
		}
	for (unsigned i = 0; i < 800; i++) {
		int alg = static_cast<int>(i % 4);
		Job j{alg, tb.rng.bytes(600), tb.rng.below(601), blocks_of(alg, 600), 0};
		uint64_t c;
		CHECK(tb, digest(tb, j, c) == reference(j.alg, j.msg, j.len), "a length hidden in more blocks gives the same digest");
		CHECK(tb, c == time_of(j), "a hidden length does not change the time");
	}
	return tb.finish();
}
