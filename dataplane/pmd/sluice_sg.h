/* Scatter lists: collects pieces of memory into the segment list of a descriptor, joining neighbours. */
#ifndef SLUICE_SG_H
#define SLUICE_SG_H

#include <rte_mbuf.h>

#include "common/gen/sluice_regs.h"

struct sluice_sg {
	struct sluice_seg *seg; /* room for SLUICE_MAX_SEGMENTS */
	uint32_t n, len;
	bool bad; /* too many pieces, or a range beyond its mbuf */
};

static inline void
sluice_sg_add(struct sluice_sg *g, rte_iova_t iova, uint32_t len)
{
	struct sluice_seg *last = g->n ? &g->seg[g->n - 1] : NULL;

	if (len == 0)
		return;
	g->len += len;
	if (last && last->addr + last->len == iova) {
		last->len += len;
		return;
	}
	if (!g->seg || g->n == SLUICE_MAX_SEGMENTS) {
		g->bad = true;
		return;
	}
	g->seg[g->n++] = (struct sluice_seg){ .addr = iova, .len = len };
}

/* len bytes of a chain from offset. */
static inline void
sluice_sg_add_mbuf(struct sluice_sg *g, struct rte_mbuf *m, uint32_t offset, uint32_t len)
{
	uint32_t n;

	while (m && offset >= m->data_len && len) {
		offset -= m->data_len;
		m = m->next;
	}
	for (; m && len; m = m->next) {
		n = RTE_MIN(len, m->data_len - offset);
		sluice_sg_add(g, rte_pktmbuf_iova_offset(m, offset), n);
		offset = 0;
		len -= n;
	}
	g->bad |= len != 0;
}

/* What is in the list becomes the descriptor's source; list_iova is where the list itself lies. */
static inline void
sluice_sg_source(const struct sluice_sg *g, struct sluice_desc *d, rte_iova_t list_iova)
{
	d->src_len = g->len;
	if (g->n > 1) {
		d->flags |= SLUICE_DESC_SRC_SGL;
		d->src_nseg = (uint16_t)g->n;
		d->src_addr = list_iova;
	} else if (g->n) {
		d->src_addr = g->seg[0].addr;
	}
}

static inline void
sluice_sg_destination(const struct sluice_sg *g, struct sluice_desc *d, rte_iova_t list_iova)
{
	d->dst_len = g->len;
	if (g->n > 1) {
		d->flags |= SLUICE_DESC_DST_SGL;
		d->dst_nseg = (uint16_t)g->n;
		d->dst_addr = list_iova;
	} else if (g->n) {
		d->dst_addr = g->seg[0].addr;
	}
}

#endif
