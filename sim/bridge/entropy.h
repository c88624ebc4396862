/*
 * Random words for one engine's entropy port: from a callback, or from a generator seeded per engine, so that the words an engine gets
 * depend only on the seed and on how many it took, not on what the other engines do.
 */
#ifndef SLUICE_SIM_ENTROPY_H
#define SLUICE_SIM_ENTROPY_H

#include <cstddef>
#include <cstdint>
#include <cstring>

class Entropy {
  public:
	Entropy(uint64_t seed, unsigned engine, void (*random)(void *, void *, size_t), void *user)
	    : s_(seed * 0xD1342543DE82EF95ull + engine + 1), random_(random), user_(user) {
		next();
	}
	/* the word now offered */
	const uint8_t *word() const { return word_; }
	/* it was taken: offer the next */
	void next() {
		if (random_) {
			random_(user_, word_, sizeof(word_));
			return;
		}
		for (int i = 0; i < 2; i++) {
			uint64_t z = (s_ += 0x9E3779B97F4A7C15ull);
			z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
			z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
			z ^= z >> 31;
			memcpy(word_ + 8 * i, &z, 8);
		}
	}

  private:
	uint64_t s_;
	void (*random_)(void *, void *, size_t);
	void *user_;
	uint8_t word_[16] = {};
};

#endif
