/* The connections of all workers; see conns.h. */
#include "control/conns.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "common/chan.h"
#include "common/ct.h"
#include "common/tls.h"
#include "control/handshake/hs.h"

struct conn {
	struct conn *newer, *older; /* handshakes under way, by age */
	struct hs *hs; /* NULL once closing */
	struct config *cfg; /* what it was opened under: renegotiation goes by it */
	ipc_conn_t handle;
	uint64_t opened_ms;
	uint32_t worker, listener, timeout_ms, pool;
	bool half_open;
	struct ipc_addr peer;
	char listener_name[24];
};
_Static_assert(sizeof(struct conn) <= 512, "a connected one stays small");

struct table {
	struct conn **by_index;
	uint32_t size;
};

struct conns {
	const struct log *log;
	struct conns_ops ops;
	struct pka *pka;
	struct session_cache *cache;
	struct config *cfg;
	struct table tables[CHAN_MAX_WORKERS];
	uint32_t workers;
	uint64_t attachment;
	struct conn *newest, *oldest; /* under way */
	struct conns_stats stats;
	struct hs_out out;
};

static void
env_random(void *ctx, uint8_t *p, size_t n)
{
	if (RAND_bytes(p, (int)n) != 1)
		abort(); /* without randomness there is no TLS */
}

static struct hs_env
env_now(uint64_t now_ms)
{
	return (struct hs_env){ .now_s = now_ms / 1000, .now_ms = now_ms, .random = env_random };
}

struct conns *
conns_new(const struct log *log, const struct conns_ops *ops, struct pka *pka,
	struct session_cache *cache)
{
	struct conns *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->log = log;
	c->ops = *ops;
	c->pka = pka;
	c->cache = cache;
	return c;
}

void
conns_free(struct conns *c)
{
	if (c == NULL)
		return;
	conns_detach(c);
	config_unref(c->cfg);
	free(c);
}

void
conns_set_config(struct conns *c, struct config *cfg)
{
	config_unref(c->cfg);
	c->cfg = config_ref(cfg);
}

void
conns_set_cache(struct conns *c, struct session_cache *cache)
{
	c->cache = cache;
}

/* ---- table ---- */

static struct conn **
place(struct conns *c, uint32_t worker, ipc_conn_t handle)
{
	uint32_t index = (uint32_t)handle;

	if (worker >= c->workers || index >= c->tables[worker].size)
		return NULL;
	return &c->tables[worker].by_index[index];
}

static struct conn *
find(struct conns *c, uint32_t worker, ipc_conn_t handle)
{
	struct conn **at = place(c, worker, handle);

	if (at == NULL || *at == NULL || (*at)->handle != handle) {
		c->stats.stale++;
		return NULL;
	}
	return *at;
}

/* The handshake is over, one way or the other: what only it needed goes. */
static void
leave_half_open(struct conns *c, struct conn *k)
{
	if (!k->half_open)
		return;
	k->half_open = false;
	*(k->newer != NULL ? &k->newer->older : &c->newest) = k->older;
	*(k->older != NULL ? &k->older->newer : &c->oldest) = k->newer;
	c->stats.half_open--;
}

static void
forget(struct conns *c, struct conn *k)
{
	struct conn **at = place(c, k->worker, k->handle);

	hs_free(k->hs);
	k->hs = NULL;
	leave_half_open(c, k);
	config_unref(k->cfg);
	if (at != NULL && *at == k)
		*at = NULL;
	c->stats.open--;
	ct_wipe(k, sizeof(*k));
	free(k);
}

int
conns_attach(struct conns *c, uint32_t workers, const uint32_t *max_conns)
{
	conns_detach(c);
	c->attachment++;
	for (uint32_t w = 0; w < workers; w++) {
		c->tables[w].by_index = calloc(max_conns[w], sizeof(*c->tables[w].by_index));
		if (c->tables[w].by_index == NULL) {
			conns_detach(c);
			return -ENOMEM;
		}
		c->tables[w].size = max_conns[w];
		c->workers = w + 1;
	}
	return 0;
}

void
conns_detach(struct conns *c)
{
	for (uint32_t w = 0; w < c->workers; w++) {
		for (uint32_t i = 0; i < c->tables[w].size; i++)
			if (c->tables[w].by_index[i] != NULL)
				forget(c, c->tables[w].by_index[i]);
		free(c->tables[w].by_index);
		c->tables[w] = (struct table){ 0 };
	}
	c->workers = 0;
}

/* ---- actions ---- */

static void
tell(struct conns *c, const struct conn *k, uint16_t type, const void *body, size_t body_len,
	const void *data, size_t data_len)
{
	if (c->ops.send(c->ops.ctx, k->worker, type, body, body_len, data, data_len) != 0)
		log_line(c->log, LOG_ERROR, "send_failed type=%s worker=%u", ipc_type_name(type),
			k->worker);
}

static void
send_records(struct conns *c, const struct conn *k, const struct hs_act *a, const uint8_t *data)
{
	uint32_t len = a->len;

	while (len != 0) {
		uint32_t n = len < TLS_MAX_PLAIN ? len : TLS_MAX_PLAIN;
		struct ipc_records_send msg = { .conn = k->handle,
			.type = a->send.content_type,
			.flags = a->send.flags,
			.version = a->send.version,
			.bytes = n };

		tell(c, k, IPC_RECORDS_SEND, &msg, sizeof(msg), data, n);
		data += n;
		len -= n;
	}
}

static void
send_keys(struct conns *c, const struct conn *k, const struct hs_act *a, const uint8_t *data)
{
	struct ipc_keys_set msg = { .conn = k->handle,
		.dir = a->keys.dir,
		.when = a->keys.when,
		.version = a->keys.version,
		.alg = a->keys.alg,
		.seq = a->keys.seq,
		.flags = a->keys.flags,
		.key_len = a->keys.key_len,
		.mac_key_len = a->keys.mac_key_len,
		.iv_len = a->keys.iv_len };

	memcpy(msg.mac_key, data, a->keys.mac_key_len);
	memcpy(msg.key, data + a->keys.mac_key_len, a->keys.key_len);
	memcpy(msg.iv, data + a->keys.mac_key_len + a->keys.key_len, a->keys.iv_len);
	tell(c, k, IPC_KEYS_SET, &msg, sizeof(msg), NULL, 0);
	ct_wipe(&msg, sizeof(msg));
}

static void
send_read_on(struct conns *c, const struct conn *k, const struct hs_act *a)
{
	struct ipc_read_on msg = { .conn = k->handle,
		.version = a->read_on.version,
		.skip_bytes = a->read_on.skip_bytes };

	tell(c, k, IPC_READ_ON, &msg, sizeof(msg), NULL, 0);
}

static void
send_ready(struct conns *c, struct conn *k, const struct hs_act *a)
{
	struct ipc_conn_ready msg = { .conn = k->handle,
		.pool = k->pool,
		.max_fragment = a->ready.max_fragment,
		.flags = a->ready.flags };

	tell(c, k, IPC_CONN_READY, &msg, sizeof(msg), NULL, 0);
}

/* A handshake is over: the first, or a renegotiation. */
static void
note_done(struct conns *c, struct conn *k)
{
	struct hs_info info;

	hs_info(k->hs, &info);
	(*(info.resumed ? &c->stats.handshakes_resumed : &c->stats.handshakes_full))++;
	leave_half_open(c, k);
}

static void
send_close(struct conns *c, struct conn *k, const struct hs_act *a)
{
	struct ipc_conn_close msg = { .conn = k->handle,
		.how = IPC_CLOSE_ALERT,
		.level = a->close.level,
		.alert = a->close.alert };

	if (a->close.alert == TLS_ALERT_NONE) {
		/* the peer's alert ended it: nothing to tell, but the end of our stream */
		msg.level = TLS_ALERT_WARNING;
		msg.alert = TLS_ALERT_CLOSE_NOTIFY;
	}
	tell(c, k, IPC_CONN_CLOSE, &msg, sizeof(msg), NULL, 0);
	leave_half_open(c, k);
}

/* What one round of actions asked for: at most one answer. */
struct asked {
	enum { ASKED_NOTHING, ASKED_PRF, ASKED_SESSION } what;
	uint32_t tag;
	size_t len;
	bool hit;
	struct session_entry entry;
	uint8_t bytes[PKA_MAX_RESULT];
};

static void
ask_pka(struct conns *c, struct conn *k, const struct hs_act *a, const uint8_t *data,
	struct asked *q)
{
	struct pka_owner who = {
		.worker = k->worker, .tag = a->tag, .attachment = c->attachment, .conn = k->handle
	};
	const struct pka_req *r = &a->pka;

	switch (r->kind) {
	case PKA_RSA_PREMASTER:
		pka_rsa_premaster(c->pka, &who, r->cert, r->code, data, a->len);
		break;
	case PKA_PRF:
		if (pka_prf(c->pka, &who, r->code, r->split, data, a->len, r->out_len, q->bytes) ==
			PKA_INLINE) {
			q->what = ASKED_PRF;
			q->tag = a->tag;
			q->len = r->out_len;
		}
		break;
	default: break;
	}
}

static void
carry_out_one(
	struct conns *c, struct conn *k, const struct hs_act *a, struct asked *q, uint64_t now_ms)
{
	const uint8_t *data = c->out.data + a->off;

	switch (a->type) {
	case HS_ACT_SEND: send_records(c, k, a, data); break;
	case HS_ACT_KEYS: send_keys(c, k, a, data); break;
	case HS_ACT_READ_ON: send_read_on(c, k, a); break;
	case HS_ACT_SESSION_GET:
		q->what = ASKED_SESSION;
		q->tag = a->tag;
		q->hit = a->len != 0 &&
			 session_cache_get(c->cache, data, a->len, now_ms / 1000, &q->entry);
		break;
	case HS_ACT_SESSION_PUT:
		session_cache_put(c->cache, a->entry);
		break;
	case HS_ACT_SESSION_REMOVE: session_cache_remove(c->cache, data, a->len); break;
	case HS_ACT_PKA: ask_pka(c, k, a, data, q); break;
	case HS_ACT_READY: send_ready(c, k, a); break;
	case HS_ACT_DONE: note_done(c, k); break;
	case HS_ACT_VERIFY:
	case HS_ACT_CLIENT_PUT:
	case HS_ACT_CLIENT_REMOVE:
	case HS_ACT_KEYLOG: break;
	case HS_ACT_CLOSE: send_close(c, k, a); break;
	}
}

static void
note_failure(struct conns *c, struct conn *k, enum tls_err err)
{
	struct hs_info info;
	char peer[64];

	hs_info(k->hs, &info);
	c->stats.failed++;
	c->stats.errors[err]++;
	log_line(c->log, LOG_INFO,
		"handshake_failed peer=%s listener=%s error=%s alert=%s received=%s",
		config_addr_text(&k->peer, peer, sizeof(peer)), k->listener_name, tls_err_name(err),
		tls_alert_name(tls_err_alert(err)), tls_alert_name(info.alert_received));
}

/*
 * Carries out the actions in hand, gives what can be answered at once, and so on until nothing is
 * asked.
 */
static void
carry_out(struct conns *c, struct conn *k, enum tls_err err, uint64_t now_ms)
{
	struct hs_env env = env_now(now_ms);
	struct hs_info info;

	for (;;) {
		struct asked q = { .what = ASKED_NOTHING };

		for (unsigned i = 0; i < c->out.n; i++)
			carry_out_one(c, k, &c->out.act[i], &q, now_ms);
		hs_out_wipe(&c->out);
		if (q.what == ASKED_PRF)
			err = hs_work_done(k->hs, &env, q.tag, q.bytes, q.len, &c->out);
		else if (q.what == ASKED_SESSION)
			err = hs_session_done(k->hs, &env, q.tag, q.hit ? &q.entry : NULL, NULL, &c->out);
		if (q.what != ASKED_NOTHING)
			ct_wipe(&q, sizeof(q));
		else
			break;
	}
	hs_info(k->hs, &info);
	if (info.state != HS_WAIT_NOTHING)
		return;
	if (err != TLS_E_OK)
		note_failure(c, k, err);
	hs_free(k->hs); /* the entry waits for CONN_CLOSED */
	k->hs = NULL;
}

/* ---- messages ---- */

static void
refuse(struct conns *c, uint32_t worker, ipc_conn_t handle)
{
	struct ipc_conn_close msg = { .conn = handle, .how = IPC_CLOSE_RESET };

	c->ops.send(c->ops.ctx, worker, IPC_CONN_CLOSE, &msg, sizeof(msg), NULL, 0);
}

static void
end_with(struct conns *c, struct conn *k, enum tls_err why, uint64_t now_ms)
{
	struct hs_env env = env_now(now_ms);
	enum tls_err err;

	hs_out_start(&c->out);
	err = hs_abort(k->hs, &env, why, &c->out);
	carry_out(c, k, err, now_ms);
}

int
conns_open(struct conns *c, uint32_t worker, const struct ipc_conn_open *msg, uint64_t now_ms)
{
	struct conn **at = place(c, worker, msg->conn), *k;
	const struct config_listener *l;

	if (at == NULL || msg->conn >> 32 == 0 || (msg->peer.family != 4 && msg->peer.family != 6))
		return -EBADMSG;
	if (*at != NULL && (*at)->handle == msg->conn)
		return -EBADMSG;
	if (*at != NULL) /* its end was not told: the newer one counts */
		forget(c, *at);
	l = c->cfg != NULL ? config_listener_by_id(c->cfg, msg->listener) : NULL;
	if (l == NULL) { /* of a configuration that is gone */
		refuse(c, worker, msg->conn);
		return 0;
	}
	if (c->stats.half_open >= c->cfg->max_handshakes) {
		c->stats.dropped_oldest++;
		end_with(c, c->oldest, TLS_E_HANDSHAKE_TIMEOUT, now_ms);
	}
	k = calloc(1, sizeof(*k));
	if (k != NULL)
		k->hs = hs_new(&l->hs);
	if (k == NULL || k->hs == NULL) {
		free(k);
		refuse(c, worker, msg->conn);
		return 0;
	}
	k->handle = msg->conn;
	k->worker = worker;
	k->listener = msg->listener;
	k->pool = l->pool_id;
	k->timeout_ms = l->handshake_timeout_ms;
	k->opened_ms = now_ms;
	k->peer = msg->peer;
	strncpy(k->listener_name, l->name, sizeof(k->listener_name) - 1);
	k->cfg = config_ref(c->cfg);
	k->half_open = true;
	k->older = c->newest;
	*(c->newest != NULL ? &c->newest->newer : &c->oldest) = k;
	c->newest = k;
	*at = k;
	c->stats.half_open++;
	c->stats.open++;
	c->stats.opened++;
	return 0;
}

int
conns_record(struct conns *c, uint32_t worker, const struct ipc_record_in *msg, const uint8_t *data,
	uint64_t now_ms)
{
	struct hs_env env = env_now(now_ms);
	struct conn *k;
	enum tls_err err;

	if (msg->type < TLS_CT_CCS || msg->type > TLS_CT_HANDSHAKE || msg->bytes > TLS_MAX_PLAIN)
		return -EBADMSG;
	k = find(c, worker, msg->conn);
	if (k == NULL || k->hs == NULL)
		return 0;
	hs_out_start(&c->out);
	err = hs_record(k->hs, &env, msg->type, msg->epoch, data, msg->bytes, &c->out);
	carry_out(c, k, err, now_ms);
	return 0;
}

int
conns_closed(struct conns *c, uint32_t worker, const struct ipc_conn_closed *msg)
{
	struct conn *k;
	bool fatal;

	if (msg->reason < IPC_CLOSED_NORMAL || msg->reason > IPC_CLOSED_RESOURCES)
		return -EBADMSG;
	k = find(c, worker, msg->conn);
	if (k == NULL)
		return 0;
	/* RFC 5246 7.2.2: a fatal alert, either way, ends the session too */
	fatal = msg->reason == IPC_CLOSED_TLS_ERROR;
	if (fatal && k->hs != NULL) {
		struct hs_env env = env_now(k->opened_ms);

		hs_out_start(&c->out);
		hs_abort(k->hs, &env, TLS_E_PEER_ALERT, &c->out);
		for (unsigned i = 0; i < c->out.n; i++)
			if (c->out.act[i].type == HS_ACT_SESSION_REMOVE)
				session_cache_remove(c->cache, c->out.data + c->out.act[i].off,
					c->out.act[i].len);
		hs_out_wipe(&c->out);
	}
	c->stats.closed++;
	forget(c, k);
	return 0;
}

void
conns_work_done(struct conns *c, const struct pka_owner *who, const uint8_t *result, size_t len,
	uint64_t now_ms)
{
	struct hs_env env = env_now(now_ms);
	struct conn *k;
	enum tls_err err;

	if (who->attachment != c->attachment) {
		/* the same handle may be another connection's by now */
		c->stats.stale++;
		return;
	}
	k = find(c, who->worker, who->conn);
	if (k == NULL || k->hs == NULL)
		return;
	hs_out_start(&c->out);
	err = hs_work_done(k->hs, &env, who->tag, result, len, &c->out);
	carry_out(c, k, err, now_ms);
	c->ops.flush(c->ops.ctx, who->worker);
}

void
conns_sweep(struct conns *c, uint64_t now_ms)
{
	struct conn *k, *newer;

	for (k = c->oldest; k != NULL; k = newer) {
		newer = k->newer;
		if (now_ms - k->opened_ms < k->timeout_ms)
			continue;
		c->stats.timeouts++;
		end_with(c, k, TLS_E_HANDSHAKE_TIMEOUT, now_ms);
		c->ops.flush(c->ops.ctx, k->worker);
	}
}

/* ---- looking ---- */

void
conns_stats(const struct conns *c, struct conns_stats *stats)
{
	*stats = c->stats;
	stats->memory = 0;
	for (uint32_t w = 0; w < c->workers; w++) {
		stats->memory += c->tables[w].size * sizeof(struct conn *);
		for (uint32_t i = 0; i < c->tables[w].size; i++) {
			const struct conn *k = c->tables[w].by_index[i];

			if (k != NULL)
				stats->memory +=
					sizeof(*k) + (k->hs != NULL ? hs_memory(k->hs) : 0);
		}
	}
}

void
conns_walk(const struct conns *c, unsigned max, uint64_t now_ms,
	void (*f)(void *, const struct conns_view *), void *ctx)
{
	for (uint32_t w = 0; w < c->workers; w++) {
		for (uint32_t i = 0; i < c->tables[w].size && max != 0; i++) {
			const struct conn *k = c->tables[w].by_index[i];
			struct conns_view v;

			if (k == NULL)
				continue;
			v = (struct conns_view){ .worker = w,
				.handle = k->handle,
				.age_ms = now_ms - k->opened_ms,
				.peer = &k->peer,
				.listener = k->listener_name };
			if (k->hs != NULL) {
				hs_info(k->hs, &v.hs);
			} else {
				v.hs.state = HS_WAIT_NOTHING;
				v.hs.server_name = v.hs.alpn = "";
			}
			f(ctx, &v);
			max--;
		}
	}
}
