/*
 * Software distribution of frames over workers; see port_dist.h.
 */
#include "dataplane/port/port_dist.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <rte_ethdev.h>
#include <rte_ip.h>
#include <rte_malloc.h>
#include <rte_ring.h>
#include <rte_thash.h>

#include "dataplane/net/net.h"
#include "dataplane/port/port_rss.h"

#define BURST 64
#define OWNER_ROUNDS 4 /* bursts of one call that hold nothing for the owner */
#define TUPLE_MAX 36 /* bytes hashed of an IPv6 flow; IPv4: 12 */
#define ICMP_UNREACHABLE 3 /* RFC 792 */
#define ICMP_TTL_EXCEEDED 11
#define ICMP6_UNREACHABLE 1
#define ICMP6_PARAMETER 4 /* 1..4 are the errors (RFC 4443 2.1) */

/* Wakes a sleeping worker. The sleeper says so before it looks at its rings for the last time, the other side looks after it put something in. */
struct bell {
	_Atomic bool asleep;
	int fd;
} __rte_cache_aligned;

/* What the owner hands to one worker. */
struct stage {
	struct rte_mbuf *m[BURST];
	uint16_t n;
};

struct port_dist {
	struct rte_ring *rx[PORT_MAX_QUEUES], *tx[PORT_MAX_QUEUES]; /* [0] is not used: the owner's */
	struct bell bell[PORT_MAX_QUEUES];
	/* The owner's: */
	struct stage stage[PORT_MAX_QUEUES];
	struct rte_mbuf *held[BURST]; /* the port did not take them yet */
	uint16_t n_held, turn;
	uint32_t relayed; /* frames moved for others since dist_relayed() */
	_Atomic uint64_t dropped;
	uint32_t hash[TUPLE_MAX][256]; /* Toeplitz hash of a tuple that is zero but for one byte: the hash is linear */
};

/* --- whose a frame is ------------------------------------------------------------------------------------------------------------- */

static void
hash_tables(struct port *p)
{
	struct port_dist *d = p->dist;

	for (uint32_t i = 0; i < TUPLE_MAX; i++)
		for (uint32_t v = 0; v < 256; v++) {
			uint32_t tuple[TUPLE_MAX / 4] = { 0 };

			tuple[i / 4] = v << (24 - i % 4 * 8);
			d->hash[i][v] = rte_softrss(tuple, TUPLE_MAX / 4, p->rss_key);
		}
}

static uint32_t
hash_bytes(const struct port_dist *d, uint32_t at, const uint8_t *b, uint32_t n)
{
	uint32_t h = 0;

	for (uint32_t i = 0; i < n; i++)
		h ^= d->hash[at + i][b[i]];
	return h;
}

/* The worker of a flow, as its segments arrive: src is the remote side. ports: both, source first, of what arrives. */
static uint16_t
flow_worker(const struct port *p, const uint8_t *src, const uint8_t *dst, uint32_t addr_len, const uint8_t *sport, const uint8_t *dport)
{
	const struct port_dist *d = p->dist;
	uint32_t h = hash_bytes(d, 0, src, addr_len) ^ hash_bytes(d, addr_len, dst, addr_len);

	h ^= hash_bytes(d, 2 * addr_len, sport, 2) ^ hash_bytes(d, 2 * addr_len + 2, dport, 2);
	return p->reta[h % p->reta_size];
}

/* b, n: an IP packet as far as it is contiguous. quoted: it is one of ours, coming back in an ICMP error. */
static uint16_t
ip_worker(const struct port *p, const uint8_t *b, uint32_t n, bool quoted)
{
	const struct rte_ipv4_hdr *v4 = (const void *)b;
	const struct rte_ipv6_hdr *v6 = (const void *)b;
	const uint8_t *src, *dst, *l4;
	uint32_t l3, addr_len;
	uint8_t proto;

	if (n >= sizeof(*v4) && b[0] >> 4 == 4) {
		l3 = (b[0] & 15u) * 4;
		proto = v4->next_proto_id;
		src = (const uint8_t *)&v4->src_addr;
		dst = (const uint8_t *)&v4->dst_addr;
		addr_len = 4;
	} else if (n >= sizeof(*v6) && b[0] >> 4 == 6) {
		l3 = sizeof(*v6);
		proto = v6->proto;
		src = v6->src_addr;
		dst = v6->dst_addr;
		addr_len = 16;
	} else {
		return 0;
	}
	if (l3 < sizeof(*v4) || n < l3 + 8)
		return 0;
	l4 = b + l3;
	if (proto == NET_PROTO_TCP)
		return quoted ? flow_worker(p, dst, src, addr_len, l4 + 2, l4) : flow_worker(p, src, dst, addr_len, l4, l4 + 2);
	if (quoted)
		return 0;
	if ((proto == NET_PROTO_ICMP && addr_len == 4 && (l4[0] == ICMP_UNREACHABLE || l4[0] == ICMP_TTL_EXCEEDED)) ||
			(proto == NET_PROTO_ICMP6 && addr_len == 16 && l4[0] >= ICMP6_UNREACHABLE && l4[0] <= ICMP6_PARAMETER))
		return ip_worker(p, l4 + 8, n - l3 - 8, true);
	return 0;
}

uint16_t
dist_worker_of(const struct port *p, const struct rte_mbuf *m)
{
	const struct rte_ether_hdr *eth = rte_pktmbuf_mtod(m, const struct rte_ether_hdr *);

	if (m->data_len < sizeof(*eth) || (eth->ether_type != RTE_BE16(RTE_ETHER_TYPE_IPV4) && eth->ether_type != RTE_BE16(RTE_ETHER_TYPE_IPV6)))
		return 0;
	return ip_worker(p, (const uint8_t *)(eth + 1), m->data_len - (uint32_t)sizeof(*eth), false);
}

/* --- opening ------------------------------------------------------------------------------------------------------------------------- */

static int
open_worker(struct port *p, uint16_t q, int socket)
{
	struct port_dist *d = p->dist;
	char name[RTE_RING_NAMESIZE];

	d->bell[q].fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (d->bell[q].fd < 0)
		return -errno;
	if (q == 0)
		return 0;
	snprintf(name, sizeof(name), "port%u_rx_%u", p->index, q);
	d->rx[q] = rte_ring_create(name, DIST_RING, socket, RING_F_SP_ENQ | RING_F_SC_DEQ);
	snprintf(name, sizeof(name), "port%u_tx_%u", p->index, q);
	d->tx[q] = rte_ring_create(name, DIST_RING, socket, RING_F_SP_ENQ | RING_F_SC_DEQ);
	return d->rx[q] != NULL && d->tx[q] != NULL ? 0 : -ENOMEM;
}

int
dist_open(struct port *p)
{
	const int socket = rte_eth_dev_socket_id(p->index);
	int rc = 0;

	p->dist = rte_zmalloc_socket("port_dist", sizeof(*p->dist), RTE_CACHE_LINE_SIZE, socket);
	if (p->dist == NULL)
		return -ENOMEM;
	for (uint16_t q = 0; q < PORT_MAX_QUEUES; q++)
		p->dist->bell[q].fd = -1;
	for (uint16_t q = 0; q < p->queues && rc == 0; q++)
		rc = open_worker(p, q, socket);
	if (rc != 0) {
		dist_close(p);
		return rc;
	}
	port_rss_key(p, PORT_RSS_KEY_MIN);
	p->reta_size = DIST_RETA;
	for (uint16_t i = 0; i < p->reta_size; i++)
		p->reta[i] = i % p->queues;
	hash_tables(p);
	return 0;
}

static void
empty(struct rte_ring *r)
{
	struct rte_mbuf *m;

	while (r != NULL && rte_ring_sc_dequeue(r, (void **)&m) == 0)
		rte_pktmbuf_free(m);
	rte_ring_free(r);
}

void
dist_close(struct port *p)
{
	struct port_dist *d = p->dist;

	if (d == NULL)
		return;
	for (uint16_t q = 0; q < p->queues; q++) {
		empty(d->rx[q]);
		empty(d->tx[q]);
		if (d->bell[q].fd >= 0)
			close(d->bell[q].fd);
	}
	rte_pktmbuf_free_bulk(d->held, d->n_held);
	rte_free(d);
	p->dist = NULL;
}

/* --- sleeping ------------------------------------------------------------------------------------------------------------------------ */

static void
ring_bell(struct bell *b)
{
	const uint64_t one = 1;

	atomic_thread_fence(memory_order_seq_cst);
	if (!atomic_load_explicit(&b->asleep, memory_order_relaxed))
		return;
	atomic_store_explicit(&b->asleep, false, memory_order_relaxed); /* once is enough */
	if (write(b->fd, &one, sizeof(one)) < 0)
		return; /* the counter is full: it is readable */
}

static bool
waiting(const struct port *p, uint16_t queue)
{
	const struct port_dist *d = p->dist;

	if (queue != 0)
		return !rte_ring_empty(d->rx[queue]);
	for (uint16_t q = 1; q < p->queues; q++)
		if (!rte_ring_empty(d->tx[q]))
			return true;
	return d->n_held != 0;
}

int
dist_sleep(struct port *p, uint16_t queue, int *fd)
{
	struct bell *b = &p->dist->bell[queue];

	atomic_store_explicit(&b->asleep, true, memory_order_relaxed);
	atomic_thread_fence(memory_order_seq_cst);
	if (waiting(p, queue)) {
		atomic_store_explicit(&b->asleep, false, memory_order_relaxed);
		return -EAGAIN;
	}
	*fd = b->fd;
	return 0;
}

void
dist_wake(struct port *p, uint16_t queue)
{
	struct bell *b = &p->dist->bell[queue];
	uint64_t n;

	if (!atomic_exchange_explicit(&b->asleep, false, memory_order_relaxed) && read(b->fd, &n, sizeof(n)) < 0)
		return; /* it was rung, but not written yet: the next sleep ends early */
}

/* --- frames --------------------------------------------------------------------------------------------------------------------------- */

uint16_t
dist_rx(struct port *p, uint16_t queue, struct rte_mbuf **pkts, uint16_t n)
{
	return (uint16_t)rte_ring_sc_dequeue_burst(p->dist->rx[queue], (void **)pkts, n, NULL);
}

uint16_t
dist_tx(struct port *p, uint16_t queue, struct rte_mbuf **pkts, uint16_t n)
{
	const uint16_t taken = (uint16_t)rte_ring_sp_enqueue_burst(p->dist->tx[queue], (void *const *)pkts, n, NULL);

	if (taken != 0)
		ring_bell(&p->dist->bell[0]);
	return taken;
}

/* Offers what is held to the port; whether all of it left. */
static bool
send_held(struct port *p)
{
	struct port_dist *d = p->dist;
	uint16_t sent;

	if (d->n_held == 0)
		return true;
	sent = rte_eth_tx_burst(p->index, 0, d->held, d->n_held);
	d->relayed += sent;
	d->n_held -= sent;
	memmove(d->held, d->held + sent, d->n_held * sizeof(d->held[0]));
	return d->n_held == 0;
}

/* What the other workers send, a burst of each, until a round finds nothing or the port is full. A different one comes first each time. */
static void
send_theirs(struct port *p)
{
	struct port_dist *d = p->dist;
	bool any = true;

	d->turn++;
	for (uint32_t round = 0; any && round < DIST_RING / BURST; round++) {
		any = false;
		for (uint16_t i = 0; i < p->queues - 1; i++) {
			if (!send_held(p))
				return;
			d->n_held = (uint16_t)rte_ring_sc_dequeue_burst(d->tx[1 + (d->turn + i) % (p->queues - 1)], (void **)d->held, BURST, NULL);
			any |= d->n_held != 0;
		}
	}
	send_held(p);
}

static void
hand_over(struct port *p, uint16_t q)
{
	struct port_dist *d = p->dist;
	struct stage *s = &d->stage[q];
	const uint16_t taken = (uint16_t)rte_ring_sp_enqueue_burst(d->rx[q], (void *const *)s->m, s->n, NULL);

	if (taken < s->n) {
		rte_pktmbuf_free_bulk(s->m + taken, s->n - taken);
		atomic_store_explicit(&d->dropped, d->dropped + s->n - taken, memory_order_relaxed);
	}
	d->relayed += s->n;
	s->n = 0;
	ring_bell(&d->bell[q]);
}

/* Sorts a burst: the owner's frames stay, at the front. Returns how many. */
static uint16_t
sort(struct port *p, struct rte_mbuf **pkts, uint16_t n)
{
	struct port_dist *d = p->dist;
	uint16_t mine = 0;

	for (uint16_t i = 0; i < n; i++) {
		uint16_t q;

		if (i + 1 < n)
			rte_prefetch0(rte_pktmbuf_mtod(pkts[i + 1], void *));
		q = dist_worker_of(p, pkts[i]);
		if (q == 0)
			pkts[mine++] = pkts[i];
		else
			d->stage[q].m[d->stage[q].n++] = pkts[i];
	}
	for (uint16_t q = 1; q < p->queues; q++)
		if (d->stage[q].n != 0)
			hand_over(p, q);
	return mine;
}

uint16_t
dist_owner_rx(struct port *p, struct rte_mbuf **pkts, uint16_t n)
{
	uint16_t mine = 0, got;

	send_theirs(p);
	n = RTE_MIN(n, (uint16_t)BURST); /* a stage has room for one burst */
	for (int round = 0; mine == 0 && round < OWNER_ROUNDS; round++) {
		got = rte_eth_rx_burst(p->index, 0, pkts, n);
		if (got == 0)
			break;
		mine = sort(p, pkts, got);
	}
	return mine;
}

uint32_t
dist_relayed(struct port *p, uint16_t queue)
{
	const uint32_t n = queue == 0 ? p->dist->relayed : 0;

	if (queue == 0)
		p->dist->relayed = 0;
	return n;
}

uint64_t
dist_dropped(const struct port *p)
{
	return atomic_load_explicit(&p->dist->dropped, memory_order_relaxed);
}
