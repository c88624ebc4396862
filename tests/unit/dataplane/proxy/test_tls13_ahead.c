/*
 * TLS 1.3 with an engine that takes its time: records are given to it before it is known what those
 * before them are, and whatever those turn out to be, the stream comes out right.
 */
#include "dataplane/tls/tls_int.h"
#include "tests/unit/dataplane/proxy/tls13_world.h"

/* --- soft, working on copies, when it is told to --------------------------------------------- */

#define LATE_DEPTH 64

static struct {
	struct rec_engine_ops ops;
	struct rec_op *held[LATE_DEPTH];
	uint32_t n, most;
	uint32_t wake; /* operations that may finish */
	uint32_t asked; /* operations in all */
} late;

static int
late_session_new(struct rec_engine *e, const struct rec_keys *k, struct rec_session **s)
{
	int rc = rec_engine_soft.session_new(e, k, s);

	if (rc == 0)
		(*s)->ahead = !k->write;
	return rc;
}

static uint16_t
late_submit(struct rec_engine *e, struct rec_op **ops, uint16_t n)
{
	if (ops[0]->sess->write)
		return rec_engine_soft.submit(e, ops, n);
	assert_true(late.n < LATE_DEPTH && n == 1);
	ops[0]->sess->inflight++;
	late.held[late.n++] = ops[0];
	late.most = RTE_MAX(late.most, late.n);
	late.asked++;
	return 1;
}

/* One operation on a copy; its source stays when it fails. */
static void
late_do(struct rec_engine *e, struct rec_op *op)
{
	struct rte_mbuf *src = op->m;
	struct rec_op *back;

	op->m = rte_pktmbuf_copy(src, dpt_pool, 0, UINT32_MAX);
	assert_non_null(op->m);
	op->sess->inflight--;
	assert_int_equal(rec_engine_soft.submit(e, &op, 1), 1);
	assert_int_equal(rec_engine_soft.poll(e, &back, 1), 1);
	assert_ptr_equal(back, op);
	if (op->status == REC_OK) {
		rte_pktmbuf_free(src);
		return;
	}
	rte_pktmbuf_free(op->m);
	op->m = src;
}

static uint16_t
late_poll(struct rec_engine *e, struct rec_op **ops, uint16_t n)
{
	uint16_t got = rec_engine_soft.poll(e, ops, n);

	while (got < n && late.n != 0 && late.wake != 0) {
		struct rec_op *op = late.held[0];

		memmove(&late.held[0], &late.held[1], --late.n * sizeof(op));
		late.wake--;
		late_do(e, op);
		ops[got++] = op;
	}
	return got;
}

static int
begin_late(void **state)
{
	struct world *w;

	if (begin(state) != 0)
		return -1;
	w = *state;
	memset(&late, 0, sizeof(late));
	late.ops = rec_engine_soft;
	late.ops.session_new = late_session_new;
	late.ops.submit = late_submit;
	late.ops.poll = late_poll;
	late.wake = UINT32_MAX;
	w->eng->ops = &late.ops;
	return 0;
}

static void
wake(struct world *w, uint32_t n)
{
	late.wake = n;
	turn(w);
}

/* --- the cases -------------------------------------------------------------------------------- */

static void
fills_the_engine_with_application_data(void **state)
{
	static uint8_t buf[200000];
	struct world *w = *state;
	const struct fake_conn *s;
	struct keys13 k;
	uint32_t len = 0;

	open_13(w, &k);
	assert_int_equal(late.most, 1); /* in the handshake one at a time */
	late.wake = 0;
	for (uint32_t i = 0; i < 100; i++)
		way_put(&k.cap, 23, &(char){ (char)i }, 1, buf, &len);
	to_appliance(w, buf, len);
	assert_int_equal(late.n, TLS_MAX_OPS);
	assert_int_equal(client(w)->in.n, TLS_MAX_OPS);
	for (int i = 0; i < 100; i++)
		wake(w, 1);
	s = fake_get(w->tcp, fake_last(w->tcp));
	assert_int_equal(s->tx_len, 100);
	for (uint32_t i = 0; i < 100; i++)
		assert_int_equal(s->tx[i], i);
	assert_int_equal(late.asked, 101); /* none twice: Finished and these */
	assert_int_equal(fake_get(w->tcp, w->cl)->charged, 0);
}

/* What stands behind a KeyUpdate was tried with keys that it does not have: it is done again. */
static void
records_behind_a_key_update_are_done_again(void **state)
{
	struct world *w = *state;
	struct keys13 k;
	struct way cap2 = way_new(ALG, 0x0304, 50);
	uint8_t buf[4000];
	uint32_t len = 0;

	open_13(w, &k);
	late.wake = 0;
	for (int i = 0; i < 3; i++)
		way_put(&k.cap, 23, "before ", 7, buf, &len);
	way_put(&k.cap, 22, "key update", 10, buf, &len);
	for (int i = 0; i < 5; i++)
		way_put(&cap2, 23, &(char){ (char)('a' + i) }, 1, buf, &len);
	to_appliance(w, buf, len);
	assert_int_equal(late.n, 9);
	wake(w, UINT32_MAX);
	expect_server(w, "before before before ");
	assert_int_equal(w->n_msg, 1);
	expect_told(w, 0, 22, 2, "key update");
	assert_int_equal(client(w)->in.n, 5);
	assert_int_equal(way_set(w, &cap2, IPC_DIR_READ, 0), 0);
	read_on_13(w, 0);
	expect_server(w, "before before before abcde");
	way_send(w, &cap2, 23, "fg", 2);
	expect_server(w, "before before before abcdefg");
	assert_int_equal(w->ctr.v[CTR_tls_bad_mac], 0);
	assert_int_equal(fake_get(w->tcp, w->cl)->charged, 0);
}

/* The same with the engine so slow that the new keys are there before it has looked at all. */
static void
keys_may_come_while_older_work_is_in_the_engine(void **state)
{
	struct world *w = *state;
	struct keys13 k;
	struct way cap2 = way_new(ALG, 0x0304, 50), cap3 = way_new(ALG, 0x0304, 60);
	uint8_t buf[4000];
	uint32_t len = 0;

	open_13(w, &k);
	late.wake = 0;
	way_put(&k.cap, 22, "key update", 10, buf, &len);
	way_put(&cap2, 23, "two ", 4, buf, &len);
	way_put(&cap2, 22, "key update", 10, buf, &len);
	way_put(&cap3, 23, "three ", 6, buf, &len);
	way_put(&cap3, 23, "four", 4, buf, &len);
	to_appliance(w, buf, len);
	wake(w, 1);
	expect_told(w, 0, 22, 2, "key update");
	late.wake = 0;
	assert_int_equal(way_set(w, &cap2, IPC_DIR_READ, 0), 0);
	read_on_13(w, 0);
	for (int i = 0; i < 20 && w->n_msg < 2; i++)
		wake(w, 1);
	expect_server(w, "two ");
	assert_int_equal(w->n_msg, 2);
	expect_told(w, 1, 22, 3, "key update");
	assert_int_equal(way_set(w, &cap3, IPC_DIR_READ, 0), 0);
	read_on_13(w, 0);
	wake(w, UINT32_MAX);
	expect_server(w, "two three four");
}

/* Post-handshake messages that leave the keys as they are: nothing is done twice. */
static void
other_messages_cost_no_second_turn(void **state)
{
	struct world *w = *state;
	struct keys13 k;
	uint8_t buf[4000];
	uint32_t len = 0, before;

	open_13(w, &k);
	before = late.asked;
	late.wake = 0;
	way_put(&k.cap, 22, "certificate", 11, buf, &len);
	way_put(&k.cap, 23, "data ", 5, buf, &len);
	way_put(&k.cap, 23, "more", 4, buf, &len);
	to_appliance(w, buf, len);
	wake(w, UINT32_MAX);
	assert_int_equal(w->n_msg, 1);
	assert_int_equal(fake_get(w->tcp, fake_last(w->tcp))->tx_len, 0);
	read_on_13(w, 0);
	expect_server(w, "data more");
	assert_int_equal(late.asked - before, 3);
}

static void
a_forged_record_among_good_ones_ends_in_bad_record_mac(void **state)
{
	struct world *w = *state;
	struct keys13 k;
	uint8_t buf[4000];
	uint32_t len = 0, at;

	open_13(w, &k);
	late.wake = 0;
	way_put(&k.cap, 23, "good", 4, buf, &len);
	at = len;
	way_put(&k.cap, 23, "forged", 6, buf, &len);
	buf[at + 7] ^= 1;
	way_put(&k.cap, 23, "behind", 6, buf, &len);
	to_appliance(w, buf, len);
	wake(w, UINT32_MAX);
	expect_server(w, "good");
	way_expect_alert(w, &k.sap, 2, 20);
	assert_int_equal(w->ctr.v[CTR_tls_bad_mac], 1);
}

/* RFC 8446 7.2: behind a KeyUpdate the old keys are over. */
static void
old_keys_behind_a_key_update_are_refused(void **state)
{
	struct world *w = *state;
	struct keys13 k;
	struct way cap2 = way_new(ALG, 0x0304, 50);
	uint8_t buf[4000];
	uint32_t len = 0;

	open_13(w, &k);
	late.wake = 0;
	way_put(&k.cap, 22, "key update", 10, buf, &len);
	way_put(&k.cap, 23, "old", 3, buf, &len);
	to_appliance(w, buf, len);
	wake(w, UINT32_MAX);
	assert_int_equal(way_set(w, &cap2, IPC_DIR_READ, 0), 0);
	read_on_13(w, 0);
	assert_int_equal(fake_get(w->tcp, fake_last(w->tcp))->tx_len, 0);
	way_expect_alert(w, &k.sap, 2, 20);
}

static void
close_notify_ends_what_ran_ahead(void **state)
{
	struct world *w = *state;
	struct keys13 k;
	uint8_t buf[4000];
	uint32_t len = 0;

	open_13(w, &k);
	late.wake = 0;
	way_put(&k.cap, 23, "last", 4, buf, &len);
	way_put(&k.cap, 21, "\1\0", 2, buf, &len);
	way_put(&k.cap, 23, "behind", 6, buf, &len);
	to_appliance(w, buf, len);
	wake(w, UINT32_MAX);
	expect_server(w, "last");
	assert_true(fake_get(w->tcp, fake_last(w->tcp))->shut);
	assert_int_equal(client(w)->in.n, 0);
}

/* The engine lost the session (a card that was reset): the rest is taken one at a time. */
static void
goes_on_one_by_one_when_the_engine_cannot_run_ahead(void **state)
{
	struct world *w = *state;
	struct keys13 k;
	uint8_t buf[4000];
	uint32_t len = 0;

	open_13(w, &k);
	client(w)->rs->ahead = false;
	late.wake = 0;
	way_put(&k.cap, 23, "one ", 4, buf, &len);
	way_put(&k.cap, 23, "two", 3, buf, &len);
	to_appliance(w, buf, len);
	assert_int_equal(late.n, 1);
	wake(w, UINT32_MAX);
	expect_server(w, "one two");
}

static void
dies_with_records_in_the_engine(void **state)
{
	struct world *w = *state;
	struct keys13 k;
	uint8_t buf[4000];
	uint32_t len = 0;

	open_13(w, &k);
	late.wake = 0;
	for (int i = 0; i < 10; i++)
		way_put(&k.cap, 23, "data", 4, buf, &len);
	to_appliance(w, buf, len);
	tls_tcp_closed(w->tls, client(w), TCP_CLOSE_RESET);
	fake_die(w->tcp, w->cl);
	turn(w);
	assert_int_equal(late.n, 10);
	wake(w, UINT32_MAX);
	assert_int_equal(tls_count(w->tls), 0);
	assert_int_equal(tls_shaking(w->tls), 0);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin_late, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(fills_the_engine_with_application_data),
		CASE(records_behind_a_key_update_are_done_again),
		CASE(keys_may_come_while_older_work_is_in_the_engine),
		CASE(other_messages_cost_no_second_turn),
		CASE(a_forged_record_among_good_ones_ends_in_bad_record_mac),
		CASE(old_keys_behind_a_key_update_are_refused),
		CASE(close_notify_ends_what_ran_ahead),
		CASE(goes_on_one_by_one_when_the_engine_cannot_run_ahead),
		CASE(dies_with_records_in_the_engine),
	};

	return cmocka_run_group_tests(tests, dpt_setup, NULL);
}
