/* Transport to a card: BAR 0 mapped by the bus. Doorbells are posted writes; DMA is switched by bus mastering. */
#include <stdlib.h>

#include <bus_pci_driver.h>
#include <rte_io.h>
#include <rte_malloc.h>

#include "dataplane/pmd/sluice_private.h"

struct pci_transport {
	struct sluice_transport base;
	struct rte_pci_device *pci; /* NULL with a mock BAR */
	uint8_t *bar;
};

static struct pci_transport *
of(struct sluice_transport *t)
{
	return (struct pci_transport *)t;
}

static uint32_t
reg_read32(struct sluice_transport *t, uint32_t offset)
{
	return rte_read32(of(t)->bar + offset);
}

static void
reg_readv(struct sluice_transport *t, const uint32_t *offset, uint32_t *val, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		val[i] = reg_read32(t, offset[i]);
}

static void
reg_write32(struct sluice_transport *t, uint32_t offset, uint32_t val)
{
	rte_write32(val, of(t)->bar + offset);
}

static void
doorbell(struct sluice_transport *t, uint16_t queue, enum sluice_doorbell which, uint16_t val)
{
	uint32_t offset = which == SLUICE_DOORBELL_SQ_TAIL ? SLUICE_QUEUE_REG(queue, SQ_TAIL) :
		SLUICE_QUEUE_REG(queue, CQ_HEAD);

	rte_io_wmb();
	rte_write32_relaxed(val, of(t)->bar + offset);
}

static void
dma(struct sluice_transport *t, bool on)
{
	struct pci_transport *p = of(t);

	if (p->pci && rte_pci_set_bus_master(p->pci, on) < 0)
		SLUICE_LOG(ERR, "%s: cannot switch bus mastering %s", p->pci->device.name, on ? "on" : "off");
	/* a read behind it: transfers on their way have arrived when it answers */
	(void)reg_read32(t, SLUICE_REG_STATUS);
}

static void
close_pci(struct sluice_transport *t)
{
	reg_write32(t, SLUICE_REG_CTRL, 0);
	dma(t, false);
	free(t);
}

static const struct sluice_transport_ops pci_ops = {
	.name = "pci",
	.reg_read32 = reg_read32,
	.reg_readv = reg_readv,
	.reg_write32 = reg_write32,
	.doorbell = doorbell,
	.dma = dma,
	.close = close_pci,
};

static struct sluice_transport *
make(struct rte_pci_device *pci, void *bar)
{
	struct pci_transport *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->base.ops = &pci_ops;
	p->pci = pci;
	p->bar = bar;
	return &p->base;
}

struct sluice_transport *
sluice_transport_bar(void *bar)
{
	return make(NULL, bar);
}

struct sluice_transport *
sluice_transport_pci(struct rte_pci_device *pci)
{
	struct sluice_transport *t;

	if (!pci->mem_resource[0].addr || pci->mem_resource[0].len < SLUICE_BAR_BYTES) {
		SLUICE_LOG(ERR, "%s: BAR 0 has %llu bytes, %u are needed", pci->device.name,
			(unsigned long long)pci->mem_resource[0].len, SLUICE_BAR_BYTES);
		return NULL;
	}
	t = make(pci, pci->mem_resource[0].addr);
	if (t)
		dma(t, true);
	return t;
}
