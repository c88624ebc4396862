/*
 * Clients and control processes that want to do harm: floods, keys at the wrong moment, answers
 * before questions, limits that no configuration should have.
 */
#include "dataplane/tls/tls_int.h"
#include "tests/unit/dataplane/proxy/tls_proxy_world.h"

/* The engine with a submit that refuses while `busy`. */
static struct rec_engine_ops lazy_ops;
static bool busy;

static uint16_t
lazy_submit(struct rec_engine *e, struct rec_op **ops, uint16_t n)
{
	return busy ? 0 : rec_engine_soft.submit(e, ops, n);
}

static void
make_lazy(struct world *w)
{
	lazy_ops = rec_engine_soft;
	lazy_ops.submit = lazy_submit;
	w->eng->ops = &lazy_ops;
	busy = false;
}

static uint32_t
mbufs_in_use(void)
{
	return rte_mempool_in_use_count(dpt_pool);
}

/* --- keys ---------------------------------------------------------------------------------- */

static void
a_ccs_under_keys_is_opened_with_the_keys_of_before(void **state)
{
	struct world *w = *state;

	open_both(w);
	give_keys(w, IPC_DIR_READ); /* for the CCS that follows */
	sealed_record(w, 20, "\1", 1);
	assert_int_equal(w->n_msg, 1);
	assert_int_equal(w->msg[0].type, IPC_RECORD_IN);
	assert_int_equal(w->msg[0].u.rec.type, 20);
	assert_int_equal(w->msg[0].u.rec.bytes, 1);
}

static void
what_waits_for_the_engine_keeps_its_keys(void **state)
{
	struct world *w = *state;
	struct rec_keys old;
	uint8_t type, buf[20000];

	make_lazy(w);
	open_both(w);
	old = w->sk;
	busy = true;
	send_records(w, 22, "under the old key", 17);
	sealed_record(w, 20, "\1", 1);
	memset(w->sk.key, 9, 16);
	give_keys(w, IPC_DIR_WRITE);
	give_keys(w, IPC_DIR_READ);
	give_keys(w, IPC_DIR_READ); /* a second time: the first set is dropped */
	busy = false;
	turn(w);
	w->sk = old;
	assert_int_equal(next_record(w, true, &type, buf), 17);
	assert_memory_equal(buf, "under the old key", 17);
	assert_int_equal(w->msg[0].u.rec.type, 20);
}

static void
a_connection_may_end_while_its_records_wait_for_the_engine(void **state)
{
	struct world *w = *state;

	make_lazy(w);
	open_both(w);
	busy = true;
	send_records(w, 22, "never sent", 10);
	sealed_record(w, 23, "never read", 10);
	give_keys(w, IPC_DIR_WRITE);
	tls_tcp_closed(w->tls, client(w), TCP_CLOSE_RESET);
	fake_die(w->tcp, w->cl);
	turn(w);
	assert_int_equal(tls_count(w->tls), 0);
	assert_int_equal(tls_shaking(w->tls), 0);
}

static void
refuses_keys_whose_sequence_numbers_could_run_out(void **state)
{
	struct world *w = *state;
	struct ipc_keys_set m = { .dir = IPC_DIR_WRITE,
		.when = IPC_KEYS_NOW,
		.version = 0x0303,
		.alg = IPC_ALG_AES128_GCM,
		.key_len = 16,
		.iv_len = 4,
		.seq = UINT64_MAX };

	open_both(w);
	m.conn = w->conn;
	assert_int_equal(tls_ctl_keys_set(w->tls, &m), -EBADMSG);
}

static void
data_between_ccs_and_finished_is_refused(void **state)
{
	struct world *w = *state;

	tls_ctl_attached(w->tls);
	accept_client(w);
	w->conn = w->msg[0].u.open.conn;
	plain_record(w, 22, "hello", 5);
	read_on(w, 0x0303);
	plain_record(w, 20, "\1", 1);
	give_keys(w, IPC_DIR_READ);
	turn(w);
	sealed_record(w, 23, "too early", 9);
	expect_alert(w, false, 2, 10);
}

/* --- the end of a stream ------------------------------------------------------------------- */

static void
what_follows_close_notify_is_ignored(void **state)
{
	struct world *w = *state;
	uint8_t r[2000], nonce[8] = { 9 };
	uint32_t len = 0;

	open_both(w);
	nonce[7] = (uint8_t)w->cseq;
	len += ref_seal(&w->ck, w->cseq++, 21, nonce, (const uint8_t *)"\1\0", 2, 0, r + len);
	nonce[7] = (uint8_t)w->cseq;
	len += ref_seal(
		&w->ck, w->cseq++, 22, nonce, (const uint8_t *)"hello again", 11, 0, r + len);
	nonce[7] = (uint8_t)w->cseq;
	len += ref_seal(&w->ck, w->cseq++, 23, nonce, (const uint8_t *)"data", 4, 0, r + len);
	to_appliance(w, r, len);
	assert_true(fake_get(w->tcp, fake_last(w->tcp))->shut);
	assert_int_equal(w->n_msg, 0);
	assert_int_equal(w->ctr.v[CTR_tls_bytes_in], 0);
	assert_int_equal(fake_get(w->tcp, w->cl)->charged, 0);
}

/* --- control processes --------------------------------------------------------------------- */

static void
a_said_hello_waits_only_so_long_and_ends_cleanly(void **state)
{
	struct world *w = *state;

	tls_ctl_attached(w->tls);
	accept_client(w);
	plain_record(w, 22, "hello", 5);
	tls_ctl_detached(w->tls);
	turn(w);
	w->now += 2001000;
	tls_sweep(w->tls, 1, w->now);
	turn(w);
	assert_true(fake_get(w->tcp, w->cl)->shut);
	assert_false(fake_get(w->tcp, w->cl)->aborted);
}

static void
an_answer_before_the_question_harms_nobody(void **state)
{
	struct world *w = *state;

	tls_ctl_attached(w->tls);
	accept_client(w);
	plain_record(w, 22, "hello", 5);
	tls_ctl_detached(w->tls);
	turn(w);
	w->n_msg = 0;
	w->records_full = true;
	tls_ctl_attached(w->tls);
	turn(w);
	assert_int_equal(w->n_msg, 1); /* CONN_OPEN alone */
	w->conn = w->msg[0].u.open.conn;
	send_records(w, 22, "I know what you will say", 24);
	w->records_full = false;
	turn(w);
	assert_int_equal(w->n_msg, 1);
}

static void
a_hello_too_long_to_keep_ends_with_its_control_process(void **state)
{
	struct world *w = *state;
	static uint8_t half[10000];

	tls_ctl_attached(w->tls);
	accept_client(w);
	w->conn = w->msg[0].u.open.conn;
	plain_record(w, 22, half, sizeof(half));
	read_on(w, 0);
	plain_record(w, 22, half, sizeof(half));
	tls_ctl_detached(w->tls);
	turn(w);
	expect_alert(w, false, 2, 80);
}

static void
gathers_a_kept_hello_unharmed(void **state)
{
	struct world *w = *state;
	static uint8_t hello[6000];
	uint32_t at = 0, heard = 0;

	for (uint32_t i = 0; i < sizeof(hello); i++)
		hello[i] = (uint8_t)(i * 31 + i / 256);
	tls_ctl_attached(w->tls);
	accept_client(w);
	w->conn = w->msg[0].u.open.conn;
	for (uint32_t n = 1; at < sizeof(hello); n = n * 2 > 2900 ? 1 : n * 2) {
		uint32_t k = RTE_MIN(n, (uint32_t)sizeof(hello) - at);

		plain_record(w, 22, hello + at, (uint16_t)k);
		read_on(w, 0);
		at += k;
	}
	tls_ctl_detached(w->tls);
	w->n_msg = 0;
	tls_ctl_attached(w->tls);
	turn(w);
	for (uint32_t i = 1; i < w->n_msg; i++) {
		assert_memory_equal(w->msg[i].data, hello + heard, w->msg[i].u.rec.bytes);
		heard += w->msg[i].u.rec.bytes;
	}
	assert_int_equal(heard, sizeof(hello));
}

/* --- floods -------------------------------------------------------------------------------- */

static void
a_hello_in_tiny_records_holds_few_buffers(void **state)
{
	struct world *w = *state;

	tls_ctl_attached(w->tls);
	accept_client(w);
	w->conn = w->msg[0].u.open.conn;
	for (int i = 0; i < 3000; i++) {
		w->n_msg = 0;
		plain_record(w, 22, "h", 1);
		read_on(w, 0);
	}
	assert_true(mbufs_in_use() <= 8);
}

static void
refuses_renegotiation_only_so_often(void **state)
{
	struct world *w = *state;

	open_both(w);
	tls_ctl_detached(w->tls);
	turn(w);
	fake_get(w->tcp, w->cl)->room = 0; /* the client reads nothing */
	for (int i = 0; i < 100; i++)
		sealed_record(w, 22, "once more", 9);
	assert_true(mbufs_in_use() <= 2 * TLS_MAX_OPS);
	fake_get(w->tcp, w->cl)->room = FAKE_BYTES;
	tls_tcp_acked(w->tls, client(w));
	turn(w);
	for (int i = 0; i < TLS_MAX_REFUSALS; i++)
		expect_alert(w, true, 1, 100);
	expect_alert(w, true, 2, 10);
	assert_true(fake_get(w->tcp, w->cl)->shut);
}

static void
answers_that_nobody_reads_end_the_connection(void **state)
{
	struct world *w = *state;
	struct ipc_records_send m = { .type = 22, .version = 0x0303, .bytes = 1 };
	int rc = 0;

	open_both(w);
	m.conn = w->conn;
	fake_get(w->tcp, w->cl)->room = 0;
	for (int i = 0; i < 1000 && rc == 0; i++) {
		rc = tls_ctl_records_send(w->tls, &m, (const uint8_t *)"x");
		turn(w);
	}
	assert_int_equal(rc, -ESTALE);
	assert_true(mbufs_in_use() <= 4 * TLS_MAX_OPS);
}

static void
handshakes_leave_operations_to_open_connections(void **state)
{
	struct world *w = *state;
	uint32_t used;

	open_both(w);
	used = w->tls->ops_used;
	w->tls->ops_used = TLS_OPS / 2;
	sealed_record(w, 23, "goes on", 7);
	assert_int_equal(fake_get(w->tcp, fake_last(w->tcp))->tx_len, 7);
	w->n_msg = 0;
	accept_client(w);
	plain_record(w, 22, "hello", 5);
	assert_int_equal(w->n_msg, 1); /* CONN_OPEN */
	w->tls->ops_used = used;
	turn(w);
	assert_int_equal(w->n_msg, 2);
}

/* --- configurations ------------------------------------------------------------------------ */

static int
check_with(uint32_t retries, uint32_t idle_poll_us)
{
	static struct dp_config c;
	struct ipc_cfg_pool pool = { .id = 1, .connect_timeout_ms = 1, .retries = retries };
	struct ipc_cfg_server server = { .pool = 1, .addr = v4(2, 80) };
	struct ipc_cfg_limits limits = { .idle_poll_us = idle_poll_us };
	char text[112];

	cfg_begin(&c, 1);
	assert_int_equal(cfg_add(&c, IPC_CFG_POOL, &pool), 0);
	assert_int_equal(cfg_add(&c, IPC_CFG_SERVER, &server), 0);
	assert_int_equal(cfg_add(&c, IPC_CFG_LIMITS, &limits), 0);
	return cfg_check(&c, 1, 2, text, sizeof(text));
}

static void
refuses_limits_that_would_stop_a_worker(void **state)
{
	(void)state;
	assert_int_equal(check_with(CFG_MAX_RETRIES, CFG_MAX_IDLE_US), 0);
	assert_int_equal(check_with(CFG_MAX_RETRIES + 1, 0), -EINVAL);
	assert_int_equal(check_with(UINT32_MAX, 0), -EINVAL);
	assert_int_equal(check_with(0, CFG_MAX_IDLE_US + 1), -EINVAL);
}

static void
accepts_no_more_connections_than_configured(void **state)
{
	struct world *w = *state;
	tcp_id_t id;

	tls_set_max_conns(w->tls, 1);
	accept_client(w);
	id = fake_open(w->tcp);
	assert_null(tls_accept(w->tls, id, &w->lim, w->now));
	assert_int_equal(w->ctr.v[CTR_tls_conn_full], 1);
	tls_set_max_conns(w->tls, 0);
	assert_non_null(tls_accept(w->tls, id, &w->lim, w->now));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_ccs_under_keys_is_opened_with_the_keys_of_before),
		CASE(what_waits_for_the_engine_keeps_its_keys),
		CASE(a_connection_may_end_while_its_records_wait_for_the_engine),
		CASE(refuses_keys_whose_sequence_numbers_could_run_out),
		CASE(data_between_ccs_and_finished_is_refused),
		CASE(what_follows_close_notify_is_ignored),
		CASE(a_said_hello_waits_only_so_long_and_ends_cleanly),
		CASE(an_answer_before_the_question_harms_nobody),
		CASE(a_hello_too_long_to_keep_ends_with_its_control_process),
		CASE(gathers_a_kept_hello_unharmed),
		CASE(a_hello_in_tiny_records_holds_few_buffers),
		CASE(refuses_renegotiation_only_so_often),
		CASE(answers_that_nobody_reads_end_the_connection),
		CASE(handshakes_leave_operations_to_open_connections),
		CASE(refuses_limits_that_would_stop_a_worker),
		CASE(accepts_no_more_connections_than_configured),
	};

	return cmocka_run_group_tests(tests, dpt_setup, NULL);
}
