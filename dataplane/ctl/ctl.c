/*
 * One worker's share of an attachment: taking and giving up its ring pair, the turn of the loop,
 * and the sending side for the TLS layer.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/ct.h"
#include "dataplane/ctl/ctl_int.h"
#include "dataplane/own.h"

/* how long messages may wait for a sleeping control process to be woken: those that somebody waits
 * for, and those that are for its books only */
#define BELL_US	 200
#define QUIET_US 10000

struct ctl *
ctl_new(const struct ctl_config *cfg)
{
	struct ctl *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->cfg = *cfg;
	if (ctl_pka_init(c) != 0) {
		free(c);
		return NULL;
	}
	return c;
}

void
ctl_free(struct ctl *c)
{
	free(c->pka);
	ct_wipe(c->buf, sizeof(c->buf));
	free(c);
}

void
ctl_set_tls(struct ctl *c, struct tls_layer *tls)
{
	c->tls = tls;
}

/* A message that wants no answer. */
static int
send_quietly(struct ctl *c, uint16_t type, const void *body, size_t body_len, const void *data,
	size_t data_len)
{
	int rc;

	if (!c->attached)
		return -EAGAIN;
	rc = chan_send(&c->end.tx, type, body, body_len, data, data_len);
	if (rc == -EAGAIN)
		ctr_inc(c->cfg.ctr, CTR_ipc_full);
	return rc;
}

int
ctl_send(struct ctl *c, uint16_t type, const void *body, size_t body_len, const void *data,
	size_t data_len)
{
	int rc = send_quietly(c, type, body, body_len, data, data_len);

	c->asks |= rc == 0;
	return rc;
}

/* --- from the TLS layer --------------------------------------------------------------------- */

static int
link_conn_open(void *ctx, const struct ipc_conn_open *msg)
{
	/* towards a server the control process speaks first; of a client it hears again */
	return (msg->role == IPC_ROLE_CLIENT ? ctl_send : send_quietly)(
		ctx, IPC_CONN_OPEN, msg, sizeof(*msg), NULL, 0);
}

static int
link_record_in(void *ctx, const struct ipc_record_in *msg, const struct rte_mbuf *m)
{
	struct ctl *c = ctx;
	uint8_t *p;

	if (!c->attached)
		return -EAGAIN;
	p = chan_reserve(&c->end.tx, IPC_RECORD_IN, sizeof(*msg) + msg->bytes);
	if (p == NULL) {
		ctr_inc(c->cfg.ctr, CTR_ipc_full);
		return -EAGAIN;
	}
	memcpy(p, msg, sizeof(*msg));
	if (msg->bytes != 0)
		own_chain_read(m, 0, p + sizeof(*msg), msg->bytes);
	chan_commit(&c->end.tx);
	c->asks = true;
	return 0;
}

static int
link_conn_closed(void *ctx, const struct ipc_conn_closed *msg)
{
	return send_quietly(ctx, IPC_CONN_CLOSED, msg, sizeof(*msg), NULL, 0);
}

static int
link_key_limit(void *ctx, const struct ipc_key_limit *msg)
{
	return ctl_send(ctx, IPC_KEY_LIMIT, msg, sizeof(*msg), NULL, 0);
}

const struct tls_link_ops ctl_link_ops = {
	.conn_open = link_conn_open,
	.record_in = link_record_in,
	.conn_closed = link_conn_closed,
	.key_limit = link_key_limit,
};

/* --- attachment ----------------------------------------------------------------------------- */

static void
say_hello(struct ctl *c)
{
	struct eng_info info;
	struct ipc_hello h = {
		.version = IPC_VERSION,
		.worker = c->cfg.worker,
		.workers = c->cfg.server->cfg.workers,
		.engine = c->cfg.engine->ops->id,
		.max_conns = c->cfg.max_conns,
		.boot_id = c->cfg.boot_id,
	};

	c->cfg.engine->ops->info(c->cfg.engine, &info);
	if (info.state == ENG_RUNNING) {
		h.key_slots = info.key_slots;
		h.card = info.card;
		h.secrets = info.secrets;
	}
	if (ctl_send(c, IPC_HELLO, &h, sizeof(h), NULL, 0) == 0)
		c->hello_due = false;
}

/* Asks the server to end this attachment; nothing more is read from it. */
static void
drop(struct ctl *c, const char *what)
{
	log_line(c->cfg.log, LOG_WARN, "control_malformed worker=%u what=%s", c->cfg.worker, what);
	ctr_inc(c->cfg.ctr, CTR_ipc_malformed);
	ct_wipe(c->buf, sizeof(c->buf));
	atomic_store_explicit(&c->cfg.server->drop, c->epoch, memory_order_release);
	c->attached = false;
	if (c->up) {
		c->up = false;
		tls_ctl_detached(c->tls);
	}
}

/* Follows the server into its current epoch. */
static void
follow(struct ctl *c)
{
	struct ctl_server *s = c->cfg.server;
	uint32_t epoch = atomic_load_explicit(&s->epoch, memory_order_acquire);

	if (epoch == c->epoch)
		return;
	if (c->attached || c->up)
		ctr_inc(c->cfg.ctr, CTR_ipc_detached);
	c->attached = false;
	if (c->up) {
		c->up = false;
		tls_ctl_detached(c->tls);
	}
	ctl_pka_forget(c);
	memset(&c->staged, 0, sizeof(c->staged));
	c->result_due = false;
	c->epoch = epoch;
	if (epoch % 2 == 1) {
		chan_end_init(&c->end, &s->chan, c->cfg.worker, CHAN_DP);
		c->attached = true;
		c->hello_due = true;
		c->asks = c->bell_due = c->quiet_due = false;
		/* HELLO tells the number of key slots, and a new control process loads its keys
		 * anyway */
		c->reset_due = false;
		ctr_inc(c->cfg.ctr, CTR_ipc_attached);
	}
	atomic_store_explicit(&s->seen[c->cfg.worker], epoch, memory_order_release);
}

uint32_t
ctl_poll(struct ctl *c, uint64_t now_us)
{
	uint32_t n = 0, len;
	uint16_t type;
	int rc;

	c->now = now_us;
	follow(c);
	if (!c->attached)
		return ctl_pka_poll(c);
	if (c->hello_due)
		say_hello(c);
	ctl_config_answer(c);
	while (n < CTL_BURST && c->attached) {
		rc = chan_recv(&c->end.rx, c->buf, sizeof(c->buf), &type, &len);
		if (rc == 0)
			break;
		if (rc == 1)
			rc = ctl_message(c, type, c->buf, len);
		else
			type = 0;
		if (rc == -EBADMSG)
			drop(c, type != 0 ? ipc_type_name(type) : "ring");
		n++;
	}
	n += ctl_pka_poll(c);
	if (c->up && now_us - c->reported_us >= CTL_REPORT_US) {
		c->reported_us = now_us;
		ctl_report(c);
	}
	return n;
}

static void
ring(struct ctl *c)
{
	c->bell_due = c->quiet_due = false;
	chan_ring(&c->end.tx);
}

void
ctl_bell(struct ctl *c)
{
	if (c->attached && c->bell_due)
		ring(c);
}

uint64_t
ctl_due(const struct ctl *c)
{
	return c->attached && c->quiet_due ? c->quiet_us + QUIET_US : UINT64_MAX;
}

/*
 * Waking the control process costs a system call here and, where both share a core, a change of
 * process. So its bell waits until this worker has nothing to do or BELL_US have passed; a control
 * process that is awake sees the messages at once. For connections that came or went nobody wakes
 * it: it hears of them with the next record, at the latest after QUIET_US.
 */
void
ctl_flush(struct ctl *c)
{
	if (!c->attached)
		return;
	if (chan_publish(&c->end.tx)) {
		bool *due = c->asks ? &c->bell_due : &c->quiet_due;

		if (!*due)
			*(c->asks ? &c->bell_us : &c->quiet_us) = c->now;
		*due = true;
		c->asks = false;
	}
	if ((c->bell_due && c->now - c->bell_us >= BELL_US) ||
		(c->quiet_due && c->now - c->quiet_us >= QUIET_US))
		ring(c);
}

static bool
rest(struct ctl *c, int *fd, bool (*how)(struct chan_rx *))
{
	*fd = -1;
	if (!c->attached)
		return true;
	if (!how(&c->end.rx))
		return false;
	*fd = c->end.rx.doorbell;
	return true;
}

bool
ctl_sleep(struct ctl *c, int *fd)
{
	return rest(c, fd, chan_sleep);
}

bool
ctl_nap(struct ctl *c, int *fd)
{
	return rest(c, fd, chan_nap);
}

void
ctl_wake(struct ctl *c)
{
	if (c->attached)
		chan_wake(&c->end.rx);
}
