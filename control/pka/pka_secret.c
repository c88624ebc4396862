/*
 * Which secret slot of the card is whose: indexes are given out here, each time with a generation of
 * its own, so that a handle of before never names what is in the slot now.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "control/pka/pka_int.h"

static uint32_t
handle_of(struct pka *p, uint16_t index)
{
	if (++p->secret_gen[index] == 0)
		p->secret_gen[index] = 1;
	return (uint32_t)p->secret_gen[index] << 16 | index;
}

/*
 * Generations go on from where they were, and each slot's moves by one: connections outlive a reset of
 * the card, and what they still name must be nobody's.
 */
bool
pka_secret_attached(struct pka *p, uint32_t slots)
{
	pka_secret_detached(p);
	if (slots == 0)
		return true;
	if (slots > UINT16_MAX)
		slots = UINT16_MAX;
	if (p->secret_gen == NULL) {
		p->secret_gen = calloc(UINT16_MAX, sizeof(*p->secret_gen));
		if (p->secret_gen == NULL)
			return false;
		/* nor what a process before this one left in the slots */
		if (RAND_bytes((uint8_t *)p->secret_gen, UINT16_MAX * sizeof(*p->secret_gen)) != 1)
			abort();
	}
	p->secret_spare = calloc(slots, sizeof(*p->secret_spare));
	if (p->secret_spare == NULL)
		return false;
	while (p->secret_spares < slots) { /* the lowest index is on top */
		p->secret_spare[p->secret_spares] = (uint16_t)(slots - 1 - p->secret_spares);
		p->secret_spares++;
	}
	for (uint32_t i = 0; i < UINT16_MAX; i++)
		handle_of(p, (uint16_t)i);
	p->card.secrets = slots;
	return true;
}

void
pka_secret_detached(struct pka *p)
{
	free(p->secret_spare);
	p->secret_spare = NULL;
	p->secret_spares = 0;
	p->card.secrets = 0;
	p->stats.secret_slots = 0;
}

void
pka_secret_end(struct pka *p)
{
	pka_secret_detached(p);
	free(p->secret_gen);
	p->secret_gen = NULL;
}

uint32_t
pka_secret_new(struct pka *p)
{
	if (p->secret_spares == 0)
		return 0;
	p->stats.secret_slots++;
	return handle_of(p, p->secret_spare[--p->secret_spares]);
}

/* Given out here, and not since again. */
static bool
is_current(const struct pka *p, uint32_t handle)
{
	uint32_t index = handle & 0xffff;

	return handle != 0 && index < p->card.secrets && p->secret_gen[index] == handle >> 16;
}

uint32_t
pka_secret_next(struct pka *p, uint32_t handle)
{
	return is_current(p, handle) ? handle_of(p, (uint16_t)handle) : 0;
}

void
pka_secret_send(struct pka *p, uint32_t worker, const void *steps, size_t len)
{
	struct ipc_pka_do msg = { .id = PKA_SECRET_ID, .op = IPC_PKA_KDF, .bytes = (uint32_t)len };

	p->stats.secrets++;
	if (p->card.secrets == 0 ||
		p->ops.send(p->ops.ctx, worker, IPC_PKA_DO, &msg, sizeof(msg), steps, len) != 0)
		p->stats.secrets_failed++;
}

void
pka_secret_free(struct pka *p, uint32_t worker, const uint32_t *handles, unsigned count)
{
	struct ipc_kdf_step steps[IPC_KDF_MAX_STEPS];
	unsigned n = 0;

	memset(steps, 0, sizeof(steps));
	for (unsigned i = 0; i < count && n < IPC_KDF_MAX_STEPS; i++) {
		if (!is_current(p, handles[i]))
			continue;
		steps[n].kdf = IPC_KDF_FREE;
		steps[n++].in = handles[i];
		p->secret_spare[p->secret_spares++] = (uint16_t)handles[i];
		p->stats.secret_slots--;
		/* what is under way for the old handle finds nobody */
		handle_of(p, (uint16_t)handles[i]);
	}
	if (n != 0)
		pka_secret_send(p, worker, steps, n * sizeof(steps[0]));
}
