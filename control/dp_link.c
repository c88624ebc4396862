/* The channel's end in sluice-cp; see dp_link.h. */
#include "control/dp_link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/ct.h"

#define BATCH 256 /* messages of one worker before the others have their turn */
#define RETRY_MS 100 /* between attempts to connect */
#define BACKLOG_MS 2 /* between attempts to send what did not fit */
#define BACKLOG_MAX (8u << 20) /* bytes behind one full ring */
#define HELLO_MS 5000 /* a sluice-dp that does not speak is left */

struct waiting { /* a message that did not fit into the ring; may hold secrets */
	struct waiting *next;
	uint16_t type;
	uint32_t len;
	uint8_t bytes[];
};

struct worker {
	struct dp_link *l;
	uint32_t index;
	struct chan_end end;
	uv_poll_t bell;
	bool bell_open, hello, more;
	bool urgent; /* dp_link_flush_urgent() was asked for */
	bool lost; /* a message found no room: nothing more is sent */
	struct ipc_hello said;
	struct waiting *first, **last;
	uint64_t backlog;
};

enum link_state { LINK_DOWN, LINK_OFFERED, LINK_GREETED, LINK_UP };

struct dp_link {
	uv_loop_t *loop;
	const struct log *log;
	struct dp_link_ops ops;
	struct sockaddr_un addr;
	uv_timer_t timer;
	uv_idle_t again;
	uv_prepare_t late;
	uv_poll_t *sock_poll;
	struct chan chan;
	struct worker *workers;
	int sock;
	enum link_state state;
	bool said_down, closing;
	bool overrun; /* a worker lost a message: the attachment ends on the next turn */
	unsigned handles;
	uint64_t since;
	struct dp_link_stats stats;
	uint8_t msg[IPC_MAX_MSG] __attribute__((aligned(8)));
};

static void retry(uv_timer_t *t);
static void sock_ready(uv_poll_t *h, int status, int events);
static void again(uv_idle_t *h);

/* ---- down ---- */

static void
drop_backlog(struct worker *w)
{
	struct waiting *m;

	while ((m = w->first) != NULL) {
		w->first = m->next;
		ct_wipe(m->bytes, m->len);
		free(m);
	}
	w->last = &w->first;
	w->backlog = 0;
}

/* Doorbell handles live in the worker array, which is freed once the last of them is closed. */
struct grave {
	struct worker *workers;
	struct chan chan;
	unsigned open;
};

static void
bell_closed(uv_handle_t *h)
{
	struct grave *g = h->data;

	if (--g->open != 0)
		return;
	chan_close(&g->chan);
	free(g->workers);
	free(g);
}

static void
free_handle(uv_handle_t *h)
{
	free(h);
}

static void
bury(struct dp_link *l)
{
	struct grave *g;

	if (l->workers == NULL)
		return;
	g = calloc(1, sizeof(*g));
	if (g == NULL)
		abort(); /* nothing can be released without it */
	g->workers = l->workers;
	g->chan = l->chan;
	for (uint32_t i = 0; i < g->chan.workers; i++)
		drop_backlog(&g->workers[i]);
	for (uint32_t i = 0; i < g->chan.workers; i++)
		g->open += g->workers[i].bell_open;
	l->workers = NULL;
	memset(&l->chan, 0, sizeof(l->chan));
	if (g->open == 0) {
		chan_close(&g->chan);
		free(g->workers);
		free(g);
		return;
	}
	for (uint32_t i = 0; i < g->chan.workers; i++) {
		if (!g->workers[i].bell_open)
			continue;
		g->workers[i].bell.data = g;
		uv_close((uv_handle_t *)&g->workers[i].bell, bell_closed);
	}
}

static void
detach(struct dp_link *l, const char *why)
{
	bool was_up = l->state == LINK_UP;

	if (l->state == LINK_DOWN)
		return;
	l->state = LINK_DOWN;
	l->overrun = false;
	log_line(l->log, was_up ? LOG_WARN : LOG_INFO, "dataplane_detached reason=\"%s\"", why);
	uv_idle_stop(&l->again);
	uv_prepare_stop(&l->late);
	if (l->sock_poll != NULL) {
		int fd = l->sock;

		uv_poll_stop(l->sock_poll);
		uv_close((uv_handle_t *)l->sock_poll, free_handle);
		l->sock_poll = NULL;
		close(fd);
	}
	l->sock = -1;
	bury(l);
	if (was_up)
		l->ops.detached(l->ops.ctx);
	if (!l->closing)
		uv_timer_start(&l->timer, retry, RETRY_MS, RETRY_MS);
}

static void
malformed(struct dp_link *l, uint16_t type)
{
	l->stats.malformed++;
	log_line(l->log, LOG_ERROR, "ipc_malformed type=%s(%u)", ipc_type_name(type), type);
	detach(l, "malformed message");
}

/* ---- receiving ---- */

static int
take_hello(struct dp_link *l, struct worker *w, const struct ipc_hello *h)
{
	struct ipc_hello_ack ack = { .version = IPC_VERSION };

	if (w->hello || h->version != IPC_VERSION || h->worker != w->index ||
		h->workers != l->chan.workers || h->max_conns == 0 ||
		h->max_conns > DP_LINK_MAX_CONNS)
		return -EBADMSG;
	w->said = *h;
	w->hello = true;
	if (chan_send(&w->end.tx, IPC_HELLO_ACK, &ack, sizeof(ack), NULL, 0) != 0)
		return -EBADMSG;
	for (uint32_t i = 0; i < l->chan.workers; i++)
		if (!l->workers[i].hello)
			return 0;
	l->state = LINK_UP;
	l->stats.attaches++;
	l->said_down = false;
	uv_timer_stop(&l->timer);
	log_line(l->log, LOG_INFO, "dataplane_attached workers=%u engine=%u key_slots=%u",
		l->chan.workers, w->said.engine, w->said.key_slots);
	l->ops.attached(l->ops.ctx);
	for (uint32_t i = 0; i < l->chan.workers; i++)
		l->workers[i].more = true;
	uv_idle_start(&l->again, again);
	return 0;
}

static int
take_message(struct dp_link *l, struct worker *w, uint16_t type, uint32_t len)
{
	uint32_t data_len;

	if (type >= 64 || ipc_check(type, l->msg, len, &data_len) != 0)
		return -EBADMSG;
	l->stats.messages_in++;
	if (type == IPC_HELLO)
		return take_hello(l, w, (const struct ipc_hello *)l->msg);
	if (l->state != LINK_UP)
		return -EBADMSG; /* HELLO comes first */
	return l->ops.message(
		l->ops.ctx, w->index, type, l->msg, l->msg + len - data_len, data_len);
}

/* Takes a batch. False when detached. */
static bool
drain(struct dp_link *l, struct worker *w)
{
	unsigned n;

	for (n = 0; n < BATCH; n++) {
		uint16_t type = 0;
		uint32_t len = 0;
		int rc;

		if (w->hello && l->state != LINK_UP)
			break; /* what it says next waits until every worker has said HELLO */
		rc = chan_recv(&w->end.rx, l->msg, sizeof(l->msg), &type, &len);
		if (rc == 0)
			break;
		if (rc > 0)
			rc = take_message(l, w, type, len);
		if (type == IPC_PKA_DONE)
			ct_wipe(l->msg, sizeof(l->msg)); /* premaster and master secrets */
		if (rc < 0) {
			malformed(l, type);
			return false;
		}
	}
	if (l->state == LINK_UP)
		l->ops.batch_end(l->ops.ctx, w->index);
	if (l->workers == NULL)
		return false;
	dp_link_flush(l, w->index);
	w->more = n == BATCH || !chan_sleep(&w->end.rx);
	return true;
}

/* Workers with more to say, in turn. */
static void
again(uv_idle_t *h)
{
	struct dp_link *l = h->data;
	bool more = false;

	for (uint32_t i = 0; l->workers != NULL && i < l->chan.workers; i++) {
		struct worker *w = &l->workers[i];

		if (w->more && !drain(l, w))
			return;
		more |= w->more;
	}
	if (!more)
		uv_idle_stop(h);
}

static void
bell_rang(uv_poll_t *h, int status, int events)
{
	struct worker *w = h->data;
	struct dp_link *l = w->l;

	chan_wake(&w->end.rx);
	if (drain(l, w) && w->more)
		uv_idle_start(&l->again, again);
}

/* ---- connecting ---- */

static int
take_rings(struct dp_link *l)
{
	int rc = chan_take(&l->chan, l->sock);

	if (rc != 0)
		return rc;
	l->workers = calloc(l->chan.workers, sizeof(*l->workers));
	if (l->workers == NULL) {
		chan_close(&l->chan);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < l->chan.workers; i++) {
		struct worker *w = &l->workers[i];

		w->l = l;
		w->index = i;
		w->last = &w->first;
		chan_end_init(&w->end, &l->chan, i, CHAN_CP);
	}
	for (uint32_t i = 0; i < l->chan.workers; i++) {
		struct worker *w = &l->workers[i];

		rc = uv_poll_init(l->loop, &w->bell, w->end.rx.doorbell);
		if (rc != 0)
			return rc;
		w->bell_open = true;
		w->bell.data = w;
		uv_poll_start(&w->bell, UV_READABLE, bell_rang);
		w->more = !chan_sleep(&w->end.rx);
		if (w->more)
			uv_idle_start(&l->again, again);
	}
	l->state = LINK_GREETED;
	return 0;
}

/* First the rings; later only the end: sluice-dp says nothing more on the socket. */
static void
sock_ready(uv_poll_t *h, int status, int events)
{
	struct dp_link *l = h->data;
	char byte;
	ssize_t n;
	int rc;

	if (l->state == LINK_OFFERED) {
		rc = take_rings(l);
		if (rc == -EAGAIN)
			return;
		if (rc != 0)
			detach(l,
				rc == -ECONNRESET ? "sluice-dp closed the socket" : strerror(-rc));
		return;
	}
	n = recv(l->sock, &byte, 1, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	detach(l, n == 0  ? "sluice-dp closed the socket"
		  : n < 0 ? strerror(errno)
			  : "unexpected bytes on the socket");
}

static void
retry(uv_timer_t *t)
{
	struct dp_link *l = t->data;
	int rc = 0;

	if (l->state != LINK_DOWN) {
		if (uv_now(l->loop) - l->since > HELLO_MS && l->state != LINK_UP)
			detach(l, "no HELLO in time");
		return;
	}
	l->sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->sock < 0 ||
		connect(l->sock, (const struct sockaddr *)&l->addr, sizeof(l->addr)) != 0)
		rc = -errno;
	if (rc == 0) {
		l->sock_poll = calloc(1, sizeof(*l->sock_poll));
		rc = l->sock_poll == NULL ? -ENOMEM : uv_poll_init(l->loop, l->sock_poll, l->sock);
	}
	if (rc != 0) {
		if (!l->said_down)
			log_line(l->log, LOG_INFO,
				"dataplane_absent socket=%s reason=\"%s\" retry_ms=%d",
				l->addr.sun_path, strerror(-rc), RETRY_MS);
		l->said_down = true;
		free(l->sock_poll);
		l->sock_poll = NULL;
		if (l->sock >= 0)
			close(l->sock);
		l->sock = -1;
		return;
	}
	l->state = LINK_OFFERED;
	l->since = uv_now(l->loop);
	l->sock_poll->data = l;
	uv_poll_start(l->sock_poll, UV_READABLE | UV_DISCONNECT, sock_ready);
}

/* ---- sending ---- */

static void
push_backlog(struct worker *w)
{
	struct waiting *m;

	while ((m = w->first) != NULL &&
		chan_send(&w->end.tx, m->type, m->bytes, m->len, NULL, 0) == 0) {
		w->first = m->next;
		if (w->first == NULL)
			w->last = &w->first;
		w->backlog -= m->len;
		ct_wipe(m->bytes, m->len);
		free(m);
	}
}

static void
backlog_timer(uv_timer_t *t)
{
	struct dp_link *l = t->data;

	if (l->state == LINK_UP)
		dp_link_flush_all(l);
}

/* On the next turn of the loop: callers of dp_link_send() hold connections that a detach frees. */
static void
overrun(uv_timer_t *t)
{
	detach(t->data, "it does not take its messages");
}

/*
 * No room behind the ring either. What comes after the message must not go without it (a Finished
 * without its keys), so that nothing more is sent, and the attachment ends.
 */
static int
lose(struct dp_link *l, struct worker *w)
{
	w->lost = l->overrun = true;
	uv_timer_start(&l->timer, overrun, 0, 0);
	return -ENOBUFS;
}

static int
wait_in_line(struct dp_link *l, struct worker *w, uint16_t type, const void *body, size_t body_len,
	const void *data, size_t data_len)
{
	struct waiting *m;

	if (w->backlog + body_len + data_len > BACKLOG_MAX)
		return lose(l, w);
	m = malloc(sizeof(*m) + body_len + data_len);
	if (m == NULL)
		return lose(l, w);
	m->next = NULL;
	m->type = type;
	m->len = (uint32_t)(body_len + data_len);
	memcpy(m->bytes, body, body_len);
	if (data_len != 0)
		memcpy(m->bytes + body_len, data, data_len);
	*w->last = m;
	w->last = &m->next;
	w->backlog += m->len;
	if (!l->overrun)
		uv_timer_start(&l->timer, backlog_timer, BACKLOG_MS, BACKLOG_MS);
	return 0;
}

int
dp_link_send(struct dp_link *l, uint32_t worker, uint16_t type, const void *body, size_t body_len,
	const void *data, size_t data_len)
{
	struct worker *w;

	if (l->state != LINK_UP || worker >= l->chan.workers)
		return -ENOTCONN;
	w = &l->workers[worker];
	if (w->lost)
		return -ENOBUFS;
	l->stats.messages_out++;
	if (w->first == NULL && chan_send(&w->end.tx, type, body, body_len, data, data_len) == 0)
		return 0;
	return wait_in_line(l, w, type, body, body_len, data, data_len);
}

void
dp_link_flush(struct dp_link *l, uint32_t worker)
{
	struct worker *w;

	if (l->workers == NULL || worker >= l->chan.workers)
		return;
	w = &l->workers[worker];
	push_backlog(w);
	chan_flush(&w->end.tx);
}

/* Answers of one turn of the loop are told at once. */
static void
flush_late(uv_prepare_t *h)
{
	struct dp_link *l = h->data;

	uv_prepare_stop(h);
	for (uint32_t i = 0; l->workers != NULL && i < l->chan.workers; i++) {
		struct worker *w = &l->workers[i];

		if (!w->urgent)
			continue;
		w->urgent = false;
		push_backlog(w);
		chan_publish(&w->end.tx);
		chan_ring_urgent(&w->end.tx);
	}
}

void
dp_link_flush_urgent(struct dp_link *l, uint32_t worker)
{
	if (l->workers == NULL || worker >= l->chan.workers)
		return;
	l->workers[worker].urgent = true;
	uv_prepare_start(&l->late, flush_late);
}

void
dp_link_flush_all(struct dp_link *l)
{
	bool behind = false;

	for (uint32_t i = 0; l->workers != NULL && i < l->chan.workers; i++) {
		dp_link_flush(l, i);
		behind |= l->workers[i].first != NULL;
	}
	if (!behind && l->state == LINK_UP && !l->overrun)
		uv_timer_stop(&l->timer);
}

/* ---- life ---- */

struct dp_link *
dp_link_new(uv_loop_t *loop, const struct log *log, const char *path, const struct dp_link_ops *ops)
{
	struct dp_link *l = calloc(1, sizeof(*l));

	if (l == NULL || strlen(path) >= sizeof(l->addr.sun_path)) {
		free(l);
		return NULL;
	}
	l->loop = loop;
	l->log = log;
	l->ops = *ops;
	l->sock = -1;
	l->addr.sun_family = AF_UNIX;
	memcpy(l->addr.sun_path, path, strlen(path) + 1); /* it fits, see above */
	uv_timer_init(loop, &l->timer);
	uv_idle_init(loop, &l->again);
	uv_prepare_init(loop, &l->late);
	l->timer.data = l;
	l->again.data = l;
	l->late.data = l;
	uv_timer_start(&l->timer, retry, 0, RETRY_MS);
	return l;
}

void
dp_link_close(struct dp_link *l)
{
	l->closing = true;
	detach(l, "sluice-cp ends");
	uv_close((uv_handle_t *)&l->timer, NULL);
	uv_close((uv_handle_t *)&l->again, NULL);
	uv_close((uv_handle_t *)&l->late, NULL);
}

void
dp_link_free(struct dp_link *l)
{
	free(l);
}

bool
dp_link_attached(const struct dp_link *l)
{
	return l->state == LINK_UP;
}

uint32_t
dp_link_workers(const struct dp_link *l)
{
	return l->state == LINK_UP ? l->chan.workers : 0;
}

const struct ipc_hello *
dp_link_hello(const struct dp_link *l, uint32_t worker)
{
	return l->state == LINK_UP && worker < l->chan.workers ? &l->workers[worker].said : NULL;
}

void
dp_link_stats(const struct dp_link *l, struct dp_link_stats *stats)
{
	*stats = l->stats;
	for (uint32_t i = 0; l->workers != NULL && i < l->chan.workers; i++)
		stats->backlog_bytes += l->workers[i].backlog;
}
