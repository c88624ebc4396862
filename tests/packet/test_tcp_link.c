/*
 * Two stacks back to back over an impaired wire: every byte arrives, in order, whatever the wire does. The seed is fixed per case and printed on failure.
 */
#include "tests/packet/pkt_env.h"

struct transfer {
	struct env *env;
	uint64_t total; /* bytes each way */
	uint64_t queued[2], got[2];
	uint32_t chunk, mbuf;
	bool corrupt;
};

static void
feed(struct env_host *h, struct env_conn *c)
{
	struct transfer *t = h->app;

	while (t->queued[h->index] < t->total && tcp_send_space(h->tcp, c->id) > 0) {
		const uint32_t n = (uint32_t)RTE_MIN((uint64_t)t->chunk, t->total - t->queued[h->index]);

		assert_int_equal(tcp_send_take(h->tcp, c->id, env_data(h->env, t->queued[h->index], n, t->mbuf)), 0);
		t->queued[h->index] += n;
	}
	if (t->queued[h->index] == t->total)
		tcp_shutdown(h->tcp, c->id);
}

static void
drain(struct env_host *h, struct env_conn *c)
{
	struct transfer *t = h->app;
	uint32_t n;

	while ((n = tcp_rx_bytes(h->tcp, c->id)) > 0) {
		struct rte_mbuf *m = tcp_rx_take(h->tcp, c->id, RTE_MIN(n, 5000u));

		assert_non_null(m);
		for (const struct rte_mbuf *s = m; s != NULL; s = s->next)
			for (uint16_t i = 0; i < s->data_len; i++, t->got[h->index]++)
				t->corrupt |= *rte_pktmbuf_mtod_offset(s, const uint8_t *, i) != env_byte(t->got[h->index]);
		assert_int_equal(tcp_rx_credit(h->tcp, c->id, rte_pktmbuf_pkt_len(m)), 0);
		rte_pktmbuf_free(m);
	}
}

static bool
both_closed(void *arg)
{
	const struct env *env = arg;

	return env->host[0].n_conns > 0 && env->host[1].n_conns > 0 && env->host[0].conns[0].closed && env->host[1].conns[0].closed;
}

struct link_case {
	const char *name;
	uint64_t bytes;
	struct env_impair impair;
	uint16_t mtu;
	uint32_t caps;
	bool v6, no_sack, no_ts, cubic;
	uint32_t chunk, mbuf;
	uint64_t seed;
	uint64_t limit_us; /* simulated time it may take */
};

static void
run_case(void **state)
{
	const struct link_case *lc = *state;
	struct transfer t = { .total = lc->bytes, .chunk = lc->chunk ? lc->chunk : 16384, .mbuf = lc->mbuf ? lc->mbuf : 2048 };
	struct env_opts o;
	struct net_addr addr;
	tcp_id_t id;

	env_defaults(&o);
	o.mtu = lc->mtu ? lc->mtu : 1500;
	o.caps = lc->caps;
	o.v6 = lc->v6;
	o.start_us = 1000000;
	for (unsigned int i = 0; i < 2; i++) {
		o.tcp[i].sack = !lc->no_sack;
		o.tcp[i].timestamps = !lc->no_ts;
		o.tcp[i].time_wait = 1000000;
		o.tcp[i].cc = lc->cubic ? &tcp_cc_cubic : &tcp_cc_newreno;
	}
	t.env = env_new(&o);
	t.env->impair = lc->impair;
	t.env->rng.s = lc->seed ? lc->seed : 1;
	for (unsigned int i = 0; i < 2; i++) {
		t.env->host[i].app = &t;
		t.env->host[i].on_accept = t.env->host[i].on_connected = t.env->host[i].on_acked = feed;
		t.env->host[i].on_readable = drain;
	}
	addr = env_addr(t.env, 1);
	assert_true(tcp_listen(t.env->host[1].tcp, &addr, 443, 16, NULL) >= 0);
	assert_int_equal(tcp_connect(t.env->host[0].tcp, NULL, 0, &addr, 443, NULL, &id), 0);
	if (!env_run_until(t.env, both_closed, t.env, lc->limit_us ? lc->limit_us : 600000000ull))
		fail_msg("seed %llu: not done: got %llu and %llu of %llu", (unsigned long long)lc->seed, (unsigned long long)t.got[0],
			(unsigned long long)t.got[1], (unsigned long long)t.total);
	if (t.got[0] != t.total || t.got[1] != t.total || t.corrupt)
		fail_msg("seed %llu: got %llu and %llu, corrupt %d", (unsigned long long)lc->seed, (unsigned long long)t.got[0], (unsigned long long)t.got[1], t.corrupt);
	assert_int_equal(t.env->host[0].conns[0].why, TCP_CLOSE_NORMAL);
	assert_int_equal(t.env->host[1].conns[0].why, TCP_CLOSE_NORMAL);
	assert_int_equal(t.env->host[0].conns[0].acked_bytes, t.total);
	print_message("# %s: %.3f s simulated, %u lost, %llu+%llu sent again, %llu timeouts, %llu fast recoveries, %llu splits\n", lc->name, (double)(t.env->now - t.env->t0) / 1e6, t.env->lost,
		(unsigned long long)tcp_counter(t.env->host[0].tcp, TCP_C_RETRANS_SEGS), (unsigned long long)tcp_counter(t.env->host[1].tcp, TCP_C_RETRANS_SEGS),
		(unsigned long long)(tcp_counter(t.env->host[0].tcp, TCP_C_RETRANS_RTO) + tcp_counter(t.env->host[1].tcp, TCP_C_RETRANS_RTO)),
		(unsigned long long)(tcp_counter(t.env->host[0].tcp, TCP_C_RETRANS_FAST) + tcp_counter(t.env->host[1].tcp, TCP_C_RETRANS_FAST)),
		(unsigned long long)(tcp_counter(t.env->host[0].tcp, TCP_C_RX_SPLIT)));
	/* TIME_WAIT ends by itself and leaves nothing behind. */
	env_run(t.env, 2000000);
	assert_int_equal(tcp_conn_count(t.env->host[0].tcp) + tcp_time_wait_count(t.env->host[0].tcp), 0);
	assert_int_equal(tcp_conn_count(t.env->host[1].tcp) + tcp_time_wait_count(t.env->host[1].tcp), 0);
	env_free(t.env);
}

#define MB (1024 * 1024ull)
#define SEG NET_CAP_MULTI_SEG

static const struct link_case cases[] = {
	{ "transfers_over_a_clean_wire", 8 * MB, { .delay_us = 50 }, .caps = SEG },
	{ "transfers_with_jumbo_frames", 8 * MB, { .delay_us = 50 }, .mtu = 9000, .caps = SEG },
	{ "transfers_through_ports_that_take_one_segment_per_frame", 4 * MB, { .delay_us = 50, .loss = 500 }, .seed = 3 },
	{ "transfers_over_ipv6", 4 * MB, { .delay_us = 50, .loss = 500 }, .v6 = true, .caps = SEG, .seed = 4 },
	{ "transfers_with_loss_reordering_and_duplicates", 8 * MB, { 1000, 100, 1000, 1000, 300, 3000 }, .caps = SEG, .seed = 5 },
	{ "transfers_with_cubic", 8 * MB, { 200, 100, 1000, 10000, 300, 3000 }, .caps = SEG, .cubic = true, .seed = 6 },
	{ "transfers_without_sack", 4 * MB, { 1000, 100, 1000, 1000, 300, 3000 }, .caps = SEG, .no_sack = true, .seed = 7 },
	{ "transfers_without_timestamps", 4 * MB, { 1000, 100, 1000, 1000, 300, 3000 }, .caps = SEG, .no_ts = true, .seed = 8 },
	{ "transfers_without_options", 2 * MB, { 1000, 100, 1000, 1000, 300, 3000 }, .caps = SEG, .no_ts = true, .no_sack = true, .seed = 9 },
	{ "survives_ten_percent_loss", 1 * MB, { 10000, 1000, 5000, 2000, 1000, 10000 }, .caps = SEG, .seed = 10, .limit_us = 3600000000ull },
	{ "transfers_tiny_chunks", MB / 8, { 1000, 100, 1000, 200, 100, 1000 }, .caps = SEG, .chunk = 137, .mbuf = 29, .seed = 11 },
};

int
main(void)
{
	struct CMUnitTest tests[RTE_DIM(cases)];

	env_eal();
	for (unsigned int i = 0; i < RTE_DIM(cases); i++)
		tests[i] = (struct CMUnitTest){ cases[i].name, run_case, NULL, NULL, (void *)(uintptr_t)&cases[i] };
	return _cmocka_run_group_tests("tcp_link", tests, RTE_DIM(cases), NULL, NULL);
}
