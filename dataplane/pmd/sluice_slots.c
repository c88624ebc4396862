/*
 * Slots of the device: sessions of a lane, private keys. A slot's generation grows with every use, so that an old handle is refused by
 * the device. Slots given back while the device holds their contents wait until a queue erases them, or until they are taken again.
 */
#include <errno.h>

#include <rte_malloc.h>

#include "dataplane/pmd/sluice_private.h"

int
sluice_slot_init(struct sluice_slot_pool *p, uint32_t first, uint32_t count, int socket)
{
	*p = (struct sluice_slot_pool){ .first = first, .count = count, .nfree = count };
	rte_spinlock_init(&p->lock);
	if (count == 0)
		return 0;
	p->free = rte_zmalloc_socket("sluice_slots", count * sizeof(uint32_t), 0, socket);
	p->pending = rte_zmalloc_socket("sluice_slots", count * sizeof(uint32_t), 0, socket);
	p->gen = rte_zmalloc_socket("sluice_slots", count * sizeof(uint16_t), 0, socket);
	p->taken = rte_zmalloc_socket("sluice_slots", count, 0, socket);
	if (!p->free || !p->pending || !p->gen || !p->taken) {
		sluice_slot_fini(p);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < count; i++)
		p->free[i] = first + count - 1 - i;
	return 0;
}

void
sluice_slot_fini(struct sluice_slot_pool *p)
{
	rte_free(p->free);
	rte_free(p->pending);
	rte_free(p->gen);
	rte_free(p->taken);
	*p = (struct sluice_slot_pool){ 0 };
}

uint32_t
sluice_slot_get(struct sluice_slot_pool *p)
{
	uint32_t index, handle = 0;
	uint16_t *gen;

	rte_spinlock_lock(&p->lock);
	if (p->nfree || p->npending) {
		/* a pending one is overwritten by its next load: as good as erased */
		index = p->nfree ? p->free[--p->nfree] : p->pending[--p->npending] & 0xffff;
		gen = &p->gen[index - p->first];
		if (++*gen == 0)
			*gen = 1;
		p->taken[index - p->first] = 1;
		handle = RTE_PMD_SLUICE_KEY_HANDLE(index, *gen);
	}
	rte_spinlock_unlock(&p->lock);
	return handle;
}

void
sluice_slot_put(struct sluice_slot_pool *p, uint32_t handle)
{
	rte_spinlock_lock(&p->lock);
	p->taken[(handle & 0xffff) - p->first] = 0;
	p->free[p->nfree++] = handle & 0xffff;
	rte_spinlock_unlock(&p->lock);
}

void
sluice_slot_put_later(struct sluice_slot_pool *p, uint32_t handle)
{
	rte_spinlock_lock(&p->lock);
	p->taken[(handle & 0xffff) - p->first] = 0;
	p->pending[p->npending++] = handle;
	rte_spinlock_unlock(&p->lock);
}

void
sluice_slot_give(struct sluice_slot_pool *p, uint32_t handle)
{
	uint32_t i = (handle & 0xffff) - p->first;

	rte_spinlock_lock(&p->lock);
	if (i < p->count && p->taken[i] && p->gen[i] == handle >> 16) {
		p->taken[i] = 0;
		p->pending[p->npending++] = handle;
	}
	rte_spinlock_unlock(&p->lock);
}

uint32_t
sluice_slot_pending(struct sluice_slot_pool *p)
{
	uint32_t handle = 0;

	if (__atomic_load_n(&p->npending, __ATOMIC_RELAXED) == 0 || !rte_spinlock_trylock(&p->lock))
		return 0;
	if (p->npending)
		handle = p->pending[--p->npending];
	rte_spinlock_unlock(&p->lock);
	return handle;
}

void
sluice_slot_forget(struct sluice_slot_pool *p)
{
	rte_spinlock_lock(&p->lock);
	while (p->npending)
		p->free[p->nfree++] = p->pending[--p->npending] & 0xffff;
	rte_spinlock_unlock(&p->lock);
}

void
sluice_slot_void(struct sluice_slot_pool *p)
{
	rte_spinlock_lock(&p->lock);
	p->nfree = p->count;
	p->npending = 0;
	for (uint32_t i = 0; i < p->count; i++) {
		p->free[i] = p->first + p->count - 1 - i;
		p->taken[i] = 0;
	}
	rte_spinlock_unlock(&p->lock);
}
