/*
 * The dataplane's end of the channel: greeting, configuration as a whole or not at all, public-key
 * work without a card, and a control process that lies about everything.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/unit/dataplane/dp_world.h"

static uint8_t buf[IPC_MAX_MSG] __attribute__((aligned(8)));
static uint32_t len;

/* The next message that is no report. */
static uint16_t
hear(struct dp_world *w)
{
	uint16_t type;

	do {
		type = world_hear(w, buf, &len);
	} while (type == IPC_COUNTERS || type == IPC_ENGINE_INFO);
	return type;
}

static int
begin(void **state)
{
	struct dp_world *w = malloc(sizeof(*w));

	if (dpt_begin(state) != 0)
		return -1;
	world_begin(w, &rec_engine_soft);
	*state = w;
	return 0;
}

static int
end(void **state)
{
	world_end(*state);
	free(*state);
	return dpt_end(state);
}

static bool
dropped(const struct dp_world *w)
{
	return atomic_load(&w->server.drop) == 1 && w->ctr.v[CTR_ipc_malformed] == 1;
}

static void
greets_first(void **state)
{
	struct dp_world *w = *state;
	const struct ipc_hello *h = (const struct ipc_hello *)buf;

	world_turn(w);
	assert_int_equal(world_hear(w, buf, &len), IPC_HELLO);
	assert_int_equal(len, sizeof(*h));
	assert_int_equal(h->version, IPC_VERSION);
	assert_int_equal(h->workers, 1);
	assert_int_equal(h->engine, IPC_ENGINE_SOFT);
	assert_int_equal(h->key_slots, 0);
	assert_int_equal(h->max_conns, 8);
	assert_int_equal(world_hear(w, buf, &len), 0);
}

static void
listens_to_nothing_before_the_answer_to_its_greeting(void **state)
{
	struct dp_world *w = *state;
	struct ipc_cfg_begin b = { .generation = 1 };

	world_turn(w);
	world_say(w, IPC_CFG_BEGIN, &b, sizeof(b), NULL, 0);
	world_turn(w);
	assert_true(dropped(w));
}

static void
drops_another_version(void **state)
{
	struct dp_world *w = *state;
	struct ipc_hello_ack ack = { .version = IPC_VERSION + 1 };

	world_turn(w);
	world_say(w, IPC_HELLO_ACK, &ack, sizeof(ack), NULL, 0);
	world_turn(w);
	assert_true(dropped(w));
}

/* Every type, every body length up to its own, and one more. */
static void
drops_every_message_of_a_wrong_length(void **state)
{
	static const uint8_t zeros[256];
	uint32_t tried = 0;

	for (uint16_t type = 0; type < 130; type++) {
		int size = ipc_body_size(type, NULL), data;

		ipc_body_size(type, &data);
		for (int n = 0; n <= (size < 0 ? 8 : size + 1); n++) {
			struct dp_world *w;

			if (n == size)
				continue;
			end(state);
			begin(state);
			w = *state;
			world_greet(w);
			world_say(w, type, zeros, (size_t)n, NULL, 0);
			world_turn(w);
			assert_true(dropped(w));
			tried++;
		}
	}
	assert_true(tried > 500);
}

static void
drops_messages_of_its_own_direction(void **state)
{
	static const uint16_t types[] = { IPC_HELLO, IPC_CONN_OPEN, IPC_CONN_CLOSED, IPC_CFG_RESULT,
		IPC_DEVICE_RESET };
	static const uint8_t zeros[256];

	for (size_t i = 0; i < RTE_DIM(types); i++) {
		struct dp_world *w;

		end(state);
		begin(state);
		w = *state;
		world_greet(w);
		world_say(w, types[i], zeros, (size_t)ipc_body_size(types[i], NULL), NULL, 0);
		world_turn(w);
		assert_true(dropped(w));
	}
}

static void
drops_a_broken_ring(void **state)
{
	struct dp_world *w = *state;

	world_greet(w);
	*(uint32_t *)w->cp.tx.ring += 3; /* the tail, not on a message */
	world_turn(w);
	assert_true(dropped(w));
}

static void
reads_nothing_more_after_it_dropped(void **state)
{
	struct dp_world *w = *state;
	struct ipc_cfg_begin b = { .generation = 1 };

	world_greet(w);
	world_say(w, 999, &b, 0, NULL, 0);
	world_say(w, IPC_CFG_BEGIN, &b, sizeof(b), NULL, 0);
	world_say(w, IPC_CFG_COMMIT, &b, sizeof(b), NULL, 0);
	world_turn(w);
	assert_true(dropped(w));
	assert_int_equal(w->applied, 0);
}

/* --- configuration -------------------------------------------------------------------------- */

static struct ipc_addr
v4(uint8_t last, uint16_t port)
{
	return (struct ipc_addr){ .family = 4, .port = port, .ip = { 198, 18, 0, last } };
}

struct cfg {
	struct ipc_cfg_begin b;
	struct ipc_cfg_iface f;
	struct ipc_cfg_listener l;
	struct ipc_cfg_pool p;
	struct ipc_cfg_server s;
};

static struct cfg
good(void)
{
	struct cfg c = { .b.generation = 1 };

	c.f = (struct ipc_cfg_iface){ .port = 0, .prefix = 24, .addr = v4(1, 0) };
	c.l = (struct ipc_cfg_listener){ .id = 1,
		.backlog = 64,
		.addr = v4(1, 443),
		.handshake_timeout_ms = 1000,
		.max_record = 16384 };
	c.p = (struct ipc_cfg_pool){ .id = 3, .connect_timeout_ms = 500 };
	c.s = (struct ipc_cfg_server){ .pool = 3, .addr = v4(9, 80) };
	return c;
}

/* Says it all; the status of the answer. */
static int
configure(struct dp_world *w, const struct cfg *c)
{
	const struct ipc_cfg_result *r = (const struct ipc_cfg_result *)buf;

	world_say(w, IPC_CFG_BEGIN, &c->b, sizeof(c->b), NULL, 0);
	world_say(w, IPC_CFG_IFACE, &c->f, sizeof(c->f), NULL, 0);
	world_say(w, IPC_CFG_LISTENER, &c->l, sizeof(c->l), NULL, 0);
	world_say(w, IPC_CFG_POOL, &c->p, sizeof(c->p), NULL, 0);
	world_say(w, IPC_CFG_SERVER, &c->s, sizeof(c->s), NULL, 0);
	world_say(w, IPC_CFG_COMMIT, &c->b, sizeof(c->b), NULL, 0);
	world_turn(w);
	for (;;) {
		uint16_t type = world_hear(w, buf, &len);

		assert_int_not_equal(type, 0);
		if (type == IPC_CFG_RESULT)
			break;
	}
	assert_int_equal(r->generation, c->b.generation);
	return r->status;
}

static void
applies_a_good_configuration(void **state)
{
	struct dp_world *w = *state;
	struct cfg c = good();

	world_greet(w);
	assert_int_equal(configure(w, &c), 0);
	assert_int_equal(w->applied, 1);
	assert_int_equal(w->cfg.n_listeners, 1);
	assert_int_equal(w->cfg.listener[0].addr.port, 443);
	assert_int_equal(w->ctr.v[CTR_cfg_applied], 1);
}

static void
keeps_the_old_configuration_for_each_mistake_in_the_new(void **state)
{
	struct dp_world *w = *state;
	struct cfg c = good(), bad;
	const struct ipc_cfg_result *r = (const struct ipc_cfg_result *)buf;
	uint32_t mistakes = 0;

	world_greet(w);
	assert_int_equal(configure(w, &c), 0);
#define MISTAKE(field, value) \
	do { \
		bad = good(); \
		bad.b.generation = 2; \
		bad.field = (value); \
		assert_int_equal(configure(w, &bad), -EINVAL); \
		assert_int_not_equal(r->text[0], '\0'); \
		mistakes++; \
	} while (0)
	MISTAKE(f.port, 2);
	MISTAKE(f.prefix, 33);
	MISTAKE(f.mtu, 100);
	MISTAKE(f.addr.family, 5);
	MISTAKE(l.addr.port, 0);
	MISTAKE(l.addr.family, 0);
	MISTAKE(l.max_record, 511);
	MISTAKE(l.max_record, 16385);
	MISTAKE(l.handshake_timeout_ms, 0);
	MISTAKE(p.connect_timeout_ms, 0);
	MISTAKE(p.id, 4); /* now its server has no pool */
	MISTAKE(s.pool, 99);
	MISTAKE(s.addr.port, 0);
	MISTAKE(s.addr.family, 200);
#undef MISTAKE
	assert_int_equal(w->applied, 1);
	assert_int_equal(w->ctr.v[CTR_cfg_refused], mistakes);
	assert_int_equal(w->cfg.generation, 1);
	assert_false(dropped(w)); /* a mistake is no malformed message */
}

static void
refuses_more_items_than_it_can_hold(void **state)
{
	struct dp_world *w = *state;
	struct cfg c = good();
	struct ipc_cfg_listener l = c.l;

	world_greet(w);
	world_say(w, IPC_CFG_BEGIN, &c.b, sizeof(c.b), NULL, 0);
	for (uint32_t i = 0; i < 200; i++) {
		l.id = 100 + i;
		l.addr.port = (uint16_t)(1000 + i);
		world_say(w, IPC_CFG_LISTENER, &l, sizeof(l), NULL, 0);
		world_turn(w);
	}
	world_say(w, IPC_CFG_COMMIT, &c.b, sizeof(c.b), NULL, 0);
	world_turn(w);
	while (world_hear(w, buf, &len) != IPC_CFG_RESULT)
		;
	assert_int_equal(((const struct ipc_cfg_result *)buf)->status, -ENOSPC);
	assert_int_equal(w->applied, 0);
}

static void
refuses_a_commit_of_another_generation(void **state)
{
	struct dp_world *w = *state;
	struct ipc_cfg_begin b = { .generation = 1 }, other = { .generation = 2 };

	world_greet(w);
	world_say(w, IPC_CFG_BEGIN, &b, sizeof(b), NULL, 0);
	world_say(w, IPC_CFG_COMMIT, &other, sizeof(other), NULL, 0);
	world_turn(w);
	while (world_hear(w, buf, &len) != IPC_CFG_RESULT)
		;
	assert_int_equal(((const struct ipc_cfg_result *)buf)->status, -EINVAL);
}

static void
takes_no_item_outside_a_configuration(void **state)
{
	struct dp_world *w = *state;
	struct cfg c = good();

	world_greet(w);
	world_say(w, IPC_CFG_POOL, &c.p, sizeof(c.p), NULL, 0);
	world_turn(w);
	assert_true(dropped(w));
}

/* --- public-key work ------------------------------------------------------------------------ */

static void
says_that_there_is_no_card(void **state)
{
	struct dp_world *w = *state;
	struct ipc_pka_do m = { .id = 77, .op = IPC_PKA_RSA_PRIVATE, .bytes = 256 };
	struct ipc_key_load k = { .id = 78, .bytes = 40 };
	const struct ipc_pka_done *d = (const struct ipc_pka_done *)buf;
	static const uint8_t operand[256];

	world_greet(w);
	hear(w);
	for (int i = 0; i < 300; i++) { /* more than can be in flight: none may be kept */
		world_say(w, IPC_PKA_DO, &m, sizeof(m), operand, 256);
		world_say(w, IPC_KEY_LOAD, &k, sizeof(k), operand, 40);
		world_turn(w);
		assert_int_equal(hear(w), IPC_PKA_DONE);
		assert_int_equal(d->id, 77);
		assert_int_equal(d->status, IPC_PKA_UNAVAILABLE);
		assert_int_equal(d->bytes, 0);
		assert_int_equal(hear(w), IPC_PKA_DONE);
		assert_int_equal(d->id, 78);
	}
}

/* An engine with room for so many operations; each is done at once. */
static int narrow_room;
static struct pka_op *narrow_done;

static int
narrow_submit(struct rec_engine *e, struct pka_op *op)
{
	if (narrow_room == 0 || narrow_done != NULL)
		return -EAGAIN;
	narrow_room--;
	op->status = IPC_PKA_OK;
	narrow_done = op;
	return 0;
}

static uint16_t
narrow_poll(struct rec_engine *e, struct pka_op **ops, uint16_t n)
{
	if (narrow_done == NULL)
		return 0;
	ops[0] = narrow_done;
	narrow_done = NULL;
	return 1;
}

/* What nobody else could do waits for room in its order; the rest is told at once that there is none. */
static void
operations_on_secrets_wait_for_the_engine(void **state)
{
	struct dp_world *w = *state;
	struct rec_engine_ops ops = *w->eng->ops;
	const struct rec_engine_ops *before = w->eng->ops;
	const struct ipc_pka_done *d = (const struct ipc_pka_done *)buf;
	struct ipc_pka_do m = { .op = IPC_PKA_EC_KEYGEN, .param = IPC_CURVE_P256 };

	ops.pka_submit = narrow_submit;
	ops.pka_poll = narrow_poll;
	w->eng->ops = &ops;
	narrow_room = 0;
	world_greet(w);
	hear(w);
	for (m.id = 1; m.id <= 3; m.id++) {
		m.secret_out = m.id == 2 ? 0 : 0x10000;
		world_say(w, IPC_PKA_DO, &m, sizeof(m), NULL, 0);
	}
	world_turn(w);
	assert_int_equal(hear(w), IPC_PKA_DONE);
	assert_true(d->id == 2 && d->status == IPC_PKA_BUSY);
	narrow_room = 2;
	for (int i = 0; i < 4; i++)
		world_turn(w);
	assert_int_equal(hear(w), IPC_PKA_DONE);
	assert_true(d->id == 1 && d->status == IPC_PKA_OK);
	assert_int_equal(hear(w), IPC_PKA_DONE);
	assert_true(d->id == 3 && d->status == IPC_PKA_OK);
	w->eng->ops = before;
}

static void
drops_operands_out_of_range(void **state)
{
	static const struct ipc_pka_do rows[] = {
		{ .op = 0, .bytes = 256 },
		{ .op = 10, .bytes = 256 },
		{ .op = IPC_PKA_EDDSA_SIGN, .bytes = IPC_PKA_MAX_EDDSA + 1 },
		{ .op = IPC_PKA_EDDSA_SIGN, .bytes = 64, .param = 4 },
		{ .op = IPC_PKA_EDDSA_SIGN, .bytes = 64, .secret_out = 1 },
		{ .op = IPC_PKA_RSA_PRIVATE, .bytes = 255 },
		{ .op = IPC_PKA_RSA_PRIVATE, .bytes = 257 },
		{ .op = IPC_PKA_RSA_PMS_DECRYPT, .bytes = 0 },
		{ .op = IPC_PKA_TLS_PRF, .bytes = 50, .param = 51, .param2 = 12 },
		{ .op = IPC_PKA_TLS_PRF, .bytes = 80, .param = 65, .param2 = 12 },
		{ .op = IPC_PKA_TLS_PRF, .bytes = 80, .param = 48, .param2 = 0 },
		{ .op = IPC_PKA_TLS_PRF, .bytes = 80, .param = 48, .param2 = 513 },
		{ .op = IPC_PKA_TLS_PRF, .bytes = 1025, .param = 48, .param2 = 12 },
		{ .op = IPC_PKA_TLS_PRF, .bytes = 80, .param = 0x430, .param2 = 12 },
		{ .op = IPC_PKA_TLS_PRF, .bytes = 80, .param = 48, .param2 = 12, .secret_in = 1 },
		{ .op = IPC_PKA_RSA_PRIVATE, .bytes = 256, .secret_out = 1 },
		{ .op = IPC_PKA_ECDSA_SIGN, .bytes = 19, .param = IPC_CURVE_P256 },
		{ .op = IPC_PKA_ECDSA_SIGN, .bytes = 65, .param = IPC_CURVE_P256 },
		{ .op = IPC_PKA_ECDSA_SIGN, .bytes = 32, .param = IPC_CURVE_X25519 },
		{ .op = IPC_PKA_EC_KEYGEN, .bytes = 1, .param = IPC_CURVE_P256 },
		{ .op = IPC_PKA_EC_KEYGEN, .param = 4 },
		{ .op = IPC_PKA_EC_KEYGEN, .bytes = 1, .param = IPC_CURVE_P384 },
		{ .op = IPC_PKA_ECDH, .bytes = 128, .param = IPC_CURVE_P384 },
		{ .op = IPC_PKA_ECDH_RESPOND, .bytes = 64, .param = IPC_CURVE_P384 },
		{ .op = IPC_PKA_ECDH, .bytes = 64, .param = IPC_CURVE_P256 },
		{ .op = IPC_PKA_ECDH, .bytes = 64, .param = IPC_CURVE_X25519, .secret_in = 1 },
		{ .op = IPC_PKA_ECDH_RESPOND, .bytes = 65, .param = IPC_CURVE_P256 },
		{ .op = IPC_PKA_ECDH_RESPOND, .bytes = 32, .param = IPC_CURVE_X25519, .secret_in = 1 },
		{ .op = IPC_PKA_KDF, .bytes = 0 },
		{ .op = IPC_PKA_KDF, .bytes = 19 },
		{ .op = IPC_PKA_KDF, .bytes = 4097 },
	};
	static const uint8_t operand[4100];

	for (size_t i = 0; i < RTE_DIM(rows); i++) {
		struct dp_world *w;

		end(state);
		begin(state);
		w = *state;
		world_greet(w);
		world_say(w, IPC_PKA_DO, &rows[i], sizeof(rows[i]), operand, rows[i].bytes);
		world_turn(w);
		assert_true(dropped(w));
	}
}

/* Scripts of derivations: whole steps, few enough, with results that have room. */
static void
drops_scripts_that_are_not_whole(void **state)
{
	static const struct {
		uint32_t steps;
		uint16_t src, out;
		uint32_t cut; /* bytes missing at the end */
		bool good;
	} rows[] = { { 1, 0, 0, 0, true }, { IPC_KDF_MAX_STEPS, 33, 21, 0, true }, { 1, 256, 512, 0, true },
		{ IPC_KDF_MAX_STEPS + 1, 0, 0, 0, false }, { 1, 257, 0, 0, false }, { 1, 33, 0, 1, false },
		{ 2, 4, 0, 5, false }, { 2, 0, 257, 0, false } };
	static uint8_t buf2[8192];

	for (size_t i = 0; i < RTE_DIM(rows); i++) {
		struct ipc_kdf_step s = { .src_len = rows[i].src, .out_len = rows[i].out };
		struct ipc_pka_do m = { .id = 5, .op = IPC_PKA_KDF };
		struct dp_world *w;

		for (uint32_t k = 0; k < rows[i].steps; k++) {
			memcpy(buf2 + m.bytes, &s, sizeof(s));
			m.bytes += (uint32_t)sizeof(s) + RTE_ALIGN_CEIL((uint32_t)s.src_len, 4u);
		}
		m.bytes -= rows[i].cut;
		end(state);
		begin(state);
		w = *state;
		world_greet(w);
		hear(w);
		world_say(w, IPC_PKA_DO, &m, sizeof(m), buf2, m.bytes);
		world_turn(w);
		assert_int_equal(dropped(w), !rows[i].good);
		if (rows[i].good) {
			assert_int_equal(hear(w), IPC_PKA_DONE);
			assert_int_equal(((const struct ipc_pka_done *)buf)->status, IPC_PKA_UNAVAILABLE);
		}
	}
}

/* --- reports and attachment ----------------------------------------------------------------- */

static void
reports_its_counters_once_a_second(void **state)
{
	struct dp_world *w = *state;
	const struct ipc_counters *c = (const struct ipc_counters *)buf;
	uint32_t reports = 0;
	uint16_t type;

	world_greet(w);
	for (int i = 0; i < 30; i++) {
		w->now += 100000;
		world_turn(w);
		while ((type = world_hear(w, buf, &len)) != 0) {
			if (type != IPC_COUNTERS)
				continue;
			reports++;
			assert_int_equal(c->count, CTR_COUNT);
			assert_int_equal(len, sizeof(*c) + CTR_COUNT * sizeof(uint64_t));
		}
	}
	assert_in_range(reports, 3, 4);
}

/* The control process takes everything and sleeps. */
static void
cp_sleeps(struct dp_world *w)
{
	while (world_hear(w, buf, &len) != 0)
		;
	chan_wake(&w->cp.rx);
	assert_true(chan_sleep(&w->cp.rx));
}

/* An idle turn, so many microseconds later: whether the control process is woken. */
static bool
woken(struct dp_world *w, uint64_t us)
{
	struct pollfd f = { .fd = w->cp.rx.doorbell, .events = POLLIN };

	w->now += us;
	w->ctl->now = w->now;
	ctl_flush(w->ctl);
	ctl_bell(w->ctl);
	return poll(&f, 1, 0) == 1;
}

static void
wakes_for_what_wants_an_answer(void **state)
{
	struct dp_world *w = *state;
	struct ipc_conn_open client = { .conn = 1ull << 32, .role = IPC_ROLE_SERVER };
	struct ipc_conn_open server = { .conn = 1ull << 32 | 1, .role = IPC_ROLE_CLIENT };
	struct ipc_record_in rec = { .conn = 1ull << 32, .type = TLS_CT_HANDSHAKE };
	struct ipc_conn_closed gone = { .conn = 1ull << 32, .reason = IPC_CLOSED_NORMAL };

	world_greet(w);
	ctl_bell(w->ctl); /* for the greeting */
	cp_sleeps(w);
	assert_true(ctl_due(w->ctl) == UINT64_MAX);
	/* a client that says nothing, and its end: with the next record, or in 10 ms */
	assert_int_equal(ctl_link_ops.conn_open(w->ctl, &client), 0);
	assert_false(woken(w, 0));
	assert_true(ctl_due(w->ctl) == w->now + 10000);
	assert_int_equal(ctl_link_ops.conn_closed(w->ctl, &gone), 0);
	assert_false(woken(w, 9999));
	assert_true(woken(w, 1));
	assert_true(ctl_due(w->ctl) == UINT64_MAX);
	assert_int_equal(world_hear(w, buf, &len), IPC_CONN_OPEN);
	assert_int_equal(world_hear(w, buf, &len), IPC_CONN_CLOSED);
	cp_sleeps(w);
	assert_int_equal(ctl_link_ops.conn_open(w->ctl, &client), 0);
	assert_false(woken(w, 0));
	assert_int_equal(ctl_link_ops.record_in(w->ctl, &rec, NULL), 0);
	assert_true(woken(w, 0));
	cp_sleeps(w);
	assert_false(woken(w, 20000)); /* the bell was for all of it */
	assert_int_equal(ctl_link_ops.conn_open(w->ctl, &server), 0); /* ClientHello is to come */
	assert_true(woken(w, 0));
	cp_sleeps(w);
	/* without a turn that is idle, the one that wants an answer has waited for long enough */
	assert_int_equal(ctl_link_ops.conn_closed(w->ctl, &gone), 0);
	assert_false(woken(w, 0));
	w->ctl->now = w->now += 5000;
	assert_int_equal(ctl_link_ops.record_in(w->ctl, &rec, NULL), 0);
	ctl_flush(w->ctl);
	assert_true(w->ctl->bell_due);
	w->ctl->now = w->now += 200;
	ctl_flush(w->ctl);
	assert_false(w->ctl->bell_due);
	assert_true(woken(w, 0));
}

static void
a_client_waits_for_the_first_control_process(void **state)
{
	struct dp_world *w = *state;

	tls_accept(w->tls, fake_open(w->tcp), &w->lim, w->now);
	world_turn(w);
	assert_int_equal(hear(w), IPC_HELLO);
	assert_int_equal(hear(w), 0);
	world_greet(w);
	assert_int_equal(hear(w), IPC_CONN_OPEN);
	assert_int_equal(((const struct ipc_conn_open *)buf)->listener, 1);
	assert_int_equal(((const struct ipc_conn_open *)buf)->local.port, 443);
}

static void
replaces_a_stale_socket_but_no_other_file(void **state)
{
	struct dp_world *w = *state;
	char path[64];
	struct ctl_server_config sc = {
		.path = path, .workers = 1, .ring_bytes = WORLD_RING, .log = &w->log
	};
	struct ctl_server *s;
	struct stat st;
	FILE *f;

	snprintf(path, sizeof(path), "/tmp/sluice-test-ctl-%d.file", (int)getpid());
	f = fopen(path, "w");
	assert_non_null(f);
	fclose(f);
	assert_int_equal(ctl_server_open(&sc, &s), -EEXIST);
	assert_int_equal(stat(path, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	unlink(path);
	assert_int_equal(mknod(path, S_IFSOCK | 0777, 0), 0);
	assert_int_equal(ctl_server_open(&sc, &s), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	ctl_server_close(s);
}

static void
serves_one_control_process_after_another_over_the_socket(void **state)
{
	struct dp_world *w = *state;
	char path[64];
	struct ctl_server_config sc = {
		.path = path, .workers = 1, .ring_bytes = WORLD_RING, .log = &w->log
	};
	struct ctl_server *s;
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct stat st;

	snprintf(path, sizeof(path), "/tmp/sluice-test-ctl-%d.sock", (int)getpid());
	strcpy(a.sun_path, path);
	assert_int_equal(ctl_server_open(&sc, &s), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	for (int i = 0; i < 3; i++) {
		int fd = socket(AF_UNIX, SOCK_STREAM, 0);
		struct chan c;

		assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
		ctl_server_poll(s);
		assert_int_equal(chan_take(&c, fd), 0);
		assert_int_equal(c.workers, 1);
		assert_int_equal(atomic_load(&s->epoch), 2 * i + 1);
		atomic_store(&s->seen[0], 2u * (uint32_t)i + 1);
		if (i == 1)
			atomic_store(&s->drop, 3); /* a worker saw something malformed */
		else
			close(fd);
		ctl_server_poll(s);
		assert_int_equal(atomic_load(&s->epoch), 2 * i + 2);
		ctl_server_poll(s);
		assert_true(s->mapped); /* the worker still holds its rings */
		atomic_store(&s->seen[0], 2u * (uint32_t)i + 2);
		ctl_server_poll(s);
		assert_false(s->mapped);
		if (i == 1)
			close(fd);
		chan_close(&c);
	}
	ctl_server_close(s);
	assert_int_not_equal(stat(path, &st), 0);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(greets_first),
		CASE(listens_to_nothing_before_the_answer_to_its_greeting),
		CASE(drops_another_version),
		CASE(drops_every_message_of_a_wrong_length),
		CASE(drops_messages_of_its_own_direction),
		CASE(drops_a_broken_ring),
		CASE(reads_nothing_more_after_it_dropped),
		CASE(applies_a_good_configuration),
		CASE(keeps_the_old_configuration_for_each_mistake_in_the_new),
		CASE(refuses_more_items_than_it_can_hold),
		CASE(refuses_a_commit_of_another_generation),
		CASE(takes_no_item_outside_a_configuration),
		CASE(says_that_there_is_no_card),
		CASE(operations_on_secrets_wait_for_the_engine),
		CASE(drops_operands_out_of_range),
		CASE(drops_scripts_that_are_not_whole),
		CASE(reports_its_counters_once_a_second),
		CASE(wakes_for_what_wants_an_answer),
		CASE(a_client_waits_for_the_first_control_process),
		CASE(replaces_a_stale_socket_but_no_other_file),
		CASE(serves_one_control_process_after_another_over_the_socket),
	};

	return cmocka_run_group_tests(tests, dpt_setup, NULL);
}
