/*
 * Chains of mbufs. Pure pointer work on mbufs: no I/O, no locks; the pools are handed in.
 */
#include <string.h>

#include "dataplane/own.h"

bool
own_chain_writable(struct rte_mbuf **m, struct rte_mempool *pool, struct dp_counters *c)
{
	struct rte_mbuf *s, *copy, *to;
	uint32_t off = 0;

	for (s = *m; s != NULL && own_writable(s); s = s->next)
		;
	if (s == NULL)
		return true;
	copy = own_chain_alloc(pool, (*m)->pkt_len);
	if (copy == NULL) {
		ctr_inc(c, CTR_no_mbuf);
		return false;
	}
	for (to = copy; to != NULL; to = to->next) {
		own_chain_read(*m, off, rte_pktmbuf_mtod(to, void *), to->data_len);
		off += to->data_len;
	}
	rte_pktmbuf_free(*m);
	ctr_add(c, CTR_copied, copy->nb_segs);
	*m = copy;
	return true;
}

void
own_chain_fix(struct rte_mbuf *m)
{
	struct rte_mbuf *s;
	uint32_t len = 0;
	uint16_t segs = 0;

	for (s = m; s != NULL; s = s->next) {
		len += s->data_len;
		segs++;
	}
	m->pkt_len = len;
	m->nb_segs = segs;
}

struct rte_mbuf *
own_chain_skip(struct rte_mbuf *m, uint32_t n)
{
	struct rte_mbuf *next;

	while (m != NULL && n >= m->data_len) {
		n -= m->data_len;
		next = m->next;
		m->next = NULL;
		m->nb_segs = 1;
		rte_pktmbuf_free_seg(m);
		m = next;
	}
	if (m == NULL)
		return NULL;
	m->data_off += (uint16_t)n;
	m->data_len -= (uint16_t)n;
	own_chain_fix(m);
	return m;
}

struct rte_mbuf *
own_chain_trim(struct rte_mbuf *m, uint32_t n)
{
	struct rte_mbuf *s = m, *rest;

	if (n == 0) {
		rte_pktmbuf_free(m);
		return NULL;
	}
	while (n > s->data_len) {
		n -= s->data_len;
		s = s->next;
	}
	s->data_len = (uint16_t)n;
	rest = s->next;
	s->next = NULL;
	own_chain_fix(m);
	if (rest != NULL) {
		own_chain_fix(rest);
		rte_pktmbuf_free(rest);
	}
	return m;
}

bool
own_chain_split(struct rte_mbuf **m, uint32_t n, struct rte_mempool *pool, struct rte_mbuf **rest)
{
	struct rte_mbuf *seg = *m, *before = NULL, *part;

	if (n == 0 || n >= seg->pkt_len)
		return false;
	while (n >= seg->data_len && n != 0) {
		n -= seg->data_len;
		before = seg;
		seg = seg->next;
	}
	if (n != 0) {
		part = own_chain_alloc(pool, n);
		if (part == NULL)
			return false;
		own_chain_write(part, 0, rte_pktmbuf_mtod(seg, const void *), n);
		seg->data_off += (uint16_t)n;
		seg->data_len -= (uint16_t)n;
		if (before != NULL)
			before->next = part;
		else
			*m = part;
		before = rte_pktmbuf_lastseg(part);
	}
	before->next = NULL;
	own_chain_fix(*m);
	own_chain_fix(seg);
	*rest = seg;
	return true;
}

void
own_chain_read(const struct rte_mbuf *m, uint32_t off, void *to, uint32_t n)
{
	uint8_t *p = to;
	uint32_t k;

	while (n != 0) {
		if (off >= m->data_len) {
			off -= m->data_len;
			m = m->next;
			continue;
		}
		k = RTE_MIN(n, m->data_len - off);
		memcpy(p, rte_pktmbuf_mtod_offset(m, const uint8_t *, off), k);
		p += k;
		n -= k;
		off = 0;
		m = m->next;
	}
}

void
own_chain_write(struct rte_mbuf *m, uint32_t off, const void *from, uint32_t n)
{
	const uint8_t *p = from;
	uint32_t k;

	while (n != 0) {
		if (off >= m->data_len) {
			off -= m->data_len;
			m = m->next;
			continue;
		}
		k = RTE_MIN(n, m->data_len - off);
		memcpy(rte_pktmbuf_mtod_offset(m, uint8_t *, off), p, k);
		p += k;
		n -= k;
		off = 0;
		m = m->next;
	}
}

struct rte_mbuf *
own_chain_alloc(struct rte_mempool *pool, uint32_t n)
{
	struct rte_mbuf *head = NULL, **link = &head, *m;

	do {
		m = rte_pktmbuf_alloc(pool);
		if (m == NULL) {
			rte_pktmbuf_free(head);
			return NULL;
		}
		m->data_len = (uint16_t)RTE_MIN(n, (uint32_t)rte_pktmbuf_tailroom(m));
		n -= m->data_len;
		*link = m;
		link = &m->next;
	} while (n != 0);
	own_chain_fix(head);
	return head;
}

struct rte_mbuf *
own_chain_prepend(struct rte_mbuf *m, uint32_t n, struct rte_mempool *pool, uint8_t **at)
{
	struct rte_mbuf *h;

	if (own_writable(m) && rte_pktmbuf_headroom(m) >= n) {
		*at = (uint8_t *)rte_pktmbuf_prepend(m, (uint16_t)n);
		return m;
	}
	h = rte_pktmbuf_alloc(pool);
	if (h == NULL)
		return NULL;
	*at = rte_pktmbuf_mtod(h, uint8_t *);
	h->data_len = (uint16_t)n;
	h->pkt_len = n + m->pkt_len;
	h->nb_segs = m->nb_segs + 1;
	h->next = m;
	return h;
}

uint8_t *
own_chain_append(struct rte_mbuf *m, uint32_t n, struct rte_mempool *pool)
{
	struct rte_mbuf *last = rte_pktmbuf_lastseg(m), *t;

	if (!own_writable(last) || rte_pktmbuf_tailroom(last) < n) {
		t = rte_pktmbuf_alloc(pool);
		if (t == NULL)
			return NULL;
		t->data_len = 0;
		last->next = t;
		last = t;
		m->nb_segs++;
	}
	last->data_len += (uint16_t)n;
	m->pkt_len += n;
	return rte_pktmbuf_mtod_offset(last, uint8_t *, last->data_len - n);
}
