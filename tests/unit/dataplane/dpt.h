/*
 * What the dataplane's unit tests share: a DPDK environment without huge pages or devices, one mbuf
 * pool with small segments so that chains are frequent, and a check that every test gives back what
 * it took.
 */
#ifndef SLUICE_TESTS_DPT_H
#define SLUICE_TESTS_DPT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rte_eal.h>
#include <rte_mbuf.h>

#define DPT_MBUFS 4096
#define DPT_ROOM 1024

static struct rte_mempool *dpt_pool __rte_unused;

static inline int
dpt_setup(void **state)
{
	static char args[][24] = { "test", "--no-huge", "--no-pci", "--no-shconf", "-m", "64",
		"--no-telemetry", "--log-level=*:error", "--lcores=0@0" };
	static char *argv[sizeof(args) / sizeof(args[0]) + 1];
	int argc = 0;

	for (; argc < (int)(sizeof(args) / sizeof(args[0])); argc++)
		argv[argc] = args[argc];
	if (rte_eal_init(argc, argv) < 0)
		return -1;
	dpt_pool = rte_pktmbuf_pool_create(
		"dpt", DPT_MBUFS, 0, 0, RTE_PKTMBUF_HEADROOM + DPT_ROOM, SOCKET_ID_ANY);
	return dpt_pool != NULL ? 0 : -1;
}

static inline int
dpt_begin(void **state)
{
	return rte_mempool_avail_count(dpt_pool) == DPT_MBUFS ? 0 : -1;
}

static inline int
dpt_end(void **state)
{
	if (rte_mempool_avail_count(dpt_pool) == DPT_MBUFS)
		return 0;
	print_error("%u mbufs lost\n", DPT_MBUFS - rte_mempool_avail_count(dpt_pool));
	return -1;
}

/* A chain with these bytes, cut into segments of at most `seg` bytes. */
static inline struct rte_mbuf *
dpt_chain(const void *bytes, uint32_t n, uint32_t seg)
{
	struct rte_mbuf *head = NULL, **link = &head, *m;
	uint32_t off = 0, k, segs = 0;

	do {
		/* by name: the program may have several files */
		m = rte_pktmbuf_alloc(rte_mempool_lookup("dpt"));
		assert_non_null(m);
		k = n - off < seg ? n - off : seg;
		k = k < DPT_ROOM ? k : DPT_ROOM;
		memcpy(rte_pktmbuf_mtod(m, void *), (const uint8_t *)bytes + off, k);
		m->data_len = (uint16_t)k;
		off += k;
		segs++;
		*link = m;
		link = &m->next;
	} while (off < n);
	head->nb_segs = (uint16_t)segs;
	head->pkt_len = n;
	return head;
}

/* Copies a chain out, frees it and returns its length; NULL is an empty chain. */
static inline uint32_t
dpt_take(struct rte_mbuf *m, void *to, uint32_t cap)
{
	uint32_t n = 0;

	for (struct rte_mbuf *s = m; s != NULL; s = s->next) {
		assert_true(n + s->data_len <= cap);
		memcpy((uint8_t *)to + n, rte_pktmbuf_mtod(s, void *), s->data_len);
		n += s->data_len;
	}
	if (m != NULL)
		assert_int_equal(n, m->pkt_len);
	rte_pktmbuf_free(m);
	return n;
}

#define DPT_TEST(f) cmocka_unit_test_setup_teardown(f, dpt_begin, dpt_end)

#endif
