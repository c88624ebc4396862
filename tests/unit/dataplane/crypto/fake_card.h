/*
 * A card played by the test, where engine `fpga` expects the driver: DPDK's calls for crypto device 0 and the driver's own functions.
 * Operations stay in the device until the test says how they end; it has as much room as the test gives it.
 */
#ifndef SLUICE_TESTS_FAKE_CARD_H
#define SLUICE_TESTS_FAKE_CARD_H

#include "dataplane/crypto/fpga_api.h"

#define FAKE_CARD_OPS 1024

struct fake_card {
	struct rte_crypto_op *held[FAKE_CARD_OPS], *done[FAKE_CARD_OPS]; /* in order */
	uint32_t n_held, n_done;
	uint32_t room; /* operations it takes until the test gives it more */
	enum rte_pmd_sluice_dev_state state;
	uint32_t resets, reset_steps; /* begun; calls until the one under way is over */
	uint32_t sessions, destroyed; /* that the driver has; calls that were obeyed */
	bool busy; /* sessions stay: their keys are on their way */
	int create_errno; /* of the next session_create; 0: it succeeds */
	uint32_t secret; /* of the last session */
	struct rte_pmd_sluice_info has;
};

/* The one that the program has; all zero but for what a full card has, with room for everything. */
struct fake_card *fake_card(void);
void fake_card_new(void);
/* The oldest n in the device end in this way. */
void fake_card_ends(uint32_t n, enum rte_crypto_op_status status);
/* It stops: what it has comes back with ERROR, and it takes nothing. */
void fake_card_fails(void);
/* The i-th operation in the device. */
const struct rte_pmd_sluice_pka_op *fake_card_at(uint32_t i);

#endif
