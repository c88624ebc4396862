/*
 * A card's secret slots in memory, for tests of handshakes with keys_on_card: handles, kinds, uses that
 * are had once, as the register map has them (enum secret_kind, enum kdf). Derivations by the reference
 * that the handshake itself uses without a card, so that what must differ is only where secrets are.
 */
#ifndef SLUICE_TESTS_SOFT_CARD_H
#define SLUICE_TESTS_SOFT_CARD_H

#include "common/gen/sluice_regs.h"
#include "control/handshake/hs.h"

#define SOFT_CARD_SLOTS 40

struct soft_card {
	struct {
		uint32_t handle; /* 0: empty */
		uint8_t kind, len, prf;
		uint32_t spent; /* uses had: by kdf for traffic secrets, by slice for key blocks */
		uint8_t value[192];
	} slot[SOFT_CARD_SLOTS];
	uint16_t gen[SOFT_CARD_SLOTS];
	bool taken[SOFT_CARD_SLOTS];
	unsigned in_use, most, failed, derivations;
	bool broken; /* every derivation fails */
	bool foreign; /* what comes to be unwrapped is another card's: refused */
	bool wraps_not; /* refuses to wrap */
	bool wraps_late; /* does not answer a script that wraps */
	unsigned room; /* slots that it has; 0: all */
};

/* hs_env.secret_new, with the card as ctx. */
uint32_t soft_card_new(struct soft_card *c, uint32_t old);
void soft_card_free(struct soft_card *c, uint32_t handle);
/* Steps of PKA_SECRETS. 0 and the public results, or -1. */
int soft_card_run(struct soft_card *c, const uint8_t *steps, size_t len, uint8_t *out, size_t *out_len);
/* Any request that names a secret. 0 or -1 as pka_soft_do(). */
int soft_card_do(struct soft_card *c, const struct pka_req *req, const uint8_t *in, size_t len, uint8_t *out,
	size_t *out_len);
/*
 * What a KEYS action with a secret stands for: fills in the lengths of k, and MAC key | key | IV. False:
 * the slot has no such keys.
 */
bool soft_card_keys(struct soft_card *c, struct ipc_keys_set *k, uint8_t out[96]);

#endif
