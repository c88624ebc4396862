/*
 * The noise source of a simulated device, as its generator of random numbers wants it: from a callback, or from a seeded generator, so that a run can
 * be repeated.
 */
#ifndef SLUICE_SIM_ENTROPY_H
#define SLUICE_SIM_ENTROPY_H

#include <cstddef>
#include <cstdint>
#include <cstring>

class Entropy {
  public:
	Entropy(uint64_t seed, void (*random)(void *, void *, size_t), void *user)
	    : s_(seed * 0xD1342543DE82EF95ull + 1), random_(random), user_(user) {
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
