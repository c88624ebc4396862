/* The connections of all workers; see conns.h. */
#include "control/conns.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/rand.h>

#include "common/ct.h"
#include "control/conns_int.h"
#include "control/session/once.h"

#define RUSH 256 /* handshakes at a time whose memory is worth giving back */

static void
must_random(uint8_t *p, size_t n)
{
	if (RAND_bytes(p, (int)n) != 1)
		abort(); /* without randomness there is no TLS */
}

/* By the pool: a call of libcrypto's generator costs as much as half a kilobyte of its output. */
static void
env_random(void *ctx, uint8_t *p, size_t n)
{
	struct conns *c = ctx;
	uint8_t *from;

	if (n > sizeof(c->random) / 4) {
		must_random(p, n);
		return;
	}
	if (n > c->random_left) {
		must_random(c->random, sizeof(c->random));
		c->random_left = sizeof(c->random);
	}
	c->random_left -= (uint32_t)n;
	from = c->random + c->random_left;
	memcpy(p, from, n);
	ct_wipe(from, n); /* nobody learns it from here afterwards */
}

static bool
env_first_use(void *ctx, const uint8_t id[32], uint64_t expires_s)
{
	struct conns *c = ctx;

	return c->deps.once != NULL && once_first(c->deps.once, id, conns_env(c).now_s, expires_s);
}

static struct peer *
env_known_peer(void *ctx, const struct hs_conf *conf, const uint8_t fingerprint[32])
{
	return conns_known_peer(ctx, conf, fingerprint, conns_env(ctx).now_s);
}

static uint32_t
env_secret_new(void *ctx, uint32_t old)
{
	struct conns *c = ctx;

	return old == 0 ? pka_secret_new(c->deps.pka) : pka_secret_next(c->deps.pka, old);
}

/* The wall clock: tickets and sessions are judged by other processes and after restarts, too. */
struct hs_env
conns_env(struct conns *c)
{
	struct timespec t;
	uint64_t ms;

	clock_gettime(CLOCK_REALTIME, &t);
	ms = (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
	return (struct hs_env){ .now_s = ms / 1000,
		.now_ms = ms,
		.random = env_random,
		.prf_card = pka_has_card(c->deps.pka),
		.first_use = env_first_use,
		.known_peer = env_known_peer,
		.secret_new = env_secret_new,
		.ctx = c };
}

struct conns *
conns_new(const struct log *log, const struct conns_ops *ops, const struct conns_deps *deps)
{
	struct conns *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->log = log;
	c->ops = *ops;
	c->deps = *deps;
	slab_init(&c->slab, sizeof(struct conn) + hs_bytes());
	return c;
}

void
conns_free(struct conns *c)
{
	if (c == NULL)
		return;
	conns_detach(c);
	slab_close(&c->slab);
	config_unref(c->cfg);
	ct_wipe(c->random, sizeof(c->random));
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
	c->deps.cache = cache;
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

struct conn *
conns_find(struct conns *c, uint32_t worker, ipc_conn_t handle)
{
	struct conn **at = place(c, worker, handle);

	if (at == NULL || *at == NULL || (*at)->handle != handle) {
		c->stats.stale++;
		return NULL;
	}
	return *at;
}

/* The handshake is over, one way or the other: what only it needed goes. */
void
conns_leave_half_open(struct conns *c, struct conn *k)
{
	if (!k->half_open)
		return;
	k->half_open = false;
	*(k->newer != NULL ? &k->newer->older : &c->newest) = k->older;
	*(k->older != NULL ? &k->older->newer : &c->oldest) = k->newer;
	c->stats.half_open--;
}

/* What a connection itself counts. */
static void
add_counts(const struct conn *k, struct conns_stats *stats)
{
	struct hs_info info;

	if (k->hs == NULL)
		return;
	hs_info(k->hs, &info);
	stats->key_updates += info.key_updates;
	stats->tickets_left_out += info.tickets_left_out;
}

/*
 * The slots of a connection are given back when the dataplane has told its end: before, the alert that
 * ends it may wait for keys that come from one of them.
 */
static void
keep_secrets(struct conns *c, struct conn *k)
{
	uint32_t secrets[HS_MAX_SECRETS];
	unsigned n = hs_secrets(k->hs, secrets, HS_MAX_SECRETS);

	if (n == 0)
		return;
	k->secrets = malloc(n * sizeof(secrets[0]));
	if (k->secrets == NULL) {
		pka_secret_free(c->deps.pka, k->worker, secrets, n);
		return;
	}
	memcpy(k->secrets, secrets, n * sizeof(secrets[0]));
	k->n_secrets = n;
}

void
conns_drop_hs(struct conns *c, struct conn *k)
{
	if (k->verifying)
		verify_cancel(c->deps.verifier, &k->verify);
	k->verifying = false;
	add_counts(k, &c->stats);
	if (k->hs != NULL)
		keep_secrets(c, k);
	hs_end_at(k->hs);
	k->hs = NULL;
}

static void
forget(struct conns *c, struct conn *k)
{
	struct conn **at = place(c, k->worker, k->handle);

	conns_drop_hs(c, k);
	pka_secret_free(c->deps.pka, k->worker, k->secrets, k->n_secrets);
	free(k->secrets);
	conns_leave_half_open(c, k);
	config_unref(k->cfg);
	if (at != NULL && *at == k)
		*at = NULL;
	c->stats.open--;
	slab_put(&c->slab, k);
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

/* ---- messages ---- */

static void
refuse(struct conns *c, uint32_t worker, ipc_conn_t handle)
{
	struct ipc_conn_close msg = { .conn = handle, .how = IPC_CLOSE_RESET };

	c->ops.send(c->ops.ctx, worker, IPC_CONN_CLOSE, &msg, sizeof(msg), NULL, 0);
}

static void
end_with(struct conns *c, struct conn *k, enum tls_err why)
{
	struct hs_env env = conns_env(c);
	enum tls_err err;

	hs_out_start(&c->out);
	err = hs_abort(k->hs, &env, why, &c->out);
	conns_carry_out(c, k, err);
}

/* True when something was begun. */
static bool
command(struct conns *c, struct conn *k, enum hs_command cmd)
{
	struct hs_env env = conns_env(c);
	enum tls_err err;
	bool begun;

	hs_out_start(&c->out);
	err = hs_command(k->hs, &env, cmd, &c->out);
	begun = c->out.n != 0;
	conns_carry_out(c, k, err);
	return begun;
}

/* Under way from now on: counted, timed, the youngest. */
static void
begin_half_open(struct conns *c, struct conn *k)
{
	k->half_open = true;
	k->older = c->newest;
	*(c->newest != NULL ? &c->newest->newer : &c->oldest) = k;
	c->newest = k;
	if (++c->stats.half_open > c->half_open_peak)
		c->half_open_peak = c->stats.half_open;
	c->stats.open++;
	c->stats.opened++;
}

/* An entry for what was opened; the configuration says what its handshake wants. NULL: memory is out. */
static struct conn *
conn_new(struct conns *c, uint32_t worker, const struct ipc_conn_open *msg, const struct hs_conf *conf)
{
	struct conn *k = slab_get(&c->slab);

	if (k == NULL)
		return NULL;
	k->hs = hs_new_at(k + 1, conf);
	if (k->hs == NULL) {
		slab_put(&c->slab, k);
		return NULL;
	}
	k->handle = msg->conn;
	k->front = msg->front;
	k->worker = worker;
	k->owner = msg->listener;
	k->server = msg->server;
	k->role = msg->role;
	k->peer = msg->peer;
	k->local = msg->local;
	k->cfg = config_ref(c->cfg);
	return k;
}

int
conns_open(struct conns *c, uint32_t worker, const struct ipc_conn_open *msg, uint64_t now_ms)
{
	struct conn **at = place(c, worker, msg->conn), *k;
	const struct config_listener *l = NULL;
	const struct config_pool *p = NULL;

	if (at == NULL || msg->conn >> 32 == 0 || (msg->peer.family != 4 && msg->peer.family != 6) ||
		msg->role > IPC_ROLE_CLIENT)
		return -EBADMSG;
	if (*at != NULL && (*at)->handle == msg->conn)
		return -EBADMSG;
	if (*at != NULL) /* its end was not told: the newer one counts */
		forget(c, *at);
	if (c->cfg != NULL && msg->role == IPC_ROLE_SERVER)
		l = config_listener_by_id(c->cfg, msg->listener);
	else if (c->cfg != NULL)
		p = config_pool_by_id(c->cfg, msg->listener);
	if (l == NULL && (p == NULL || !(p->ipc.flags & IPC_POOL_TLS))) {
		refuse(c, worker, msg->conn); /* of a configuration that is gone */
		return 0;
	}
	if (c->stats.half_open >= c->cfg->max_handshakes) {
		c->stats.dropped_oldest++;
		end_with(c, c->oldest, TLS_E_HANDSHAKE_TIMEOUT);
	}
	k = conn_new(c, worker, msg, l != NULL ? &l->hs : &p->hs);
	if (k == NULL) {
		refuse(c, worker, msg->conn);
		return 0;
	}
	k->pool = l != NULL ? l->pool_id : 0;
	k->timeout_ms = l != NULL ? l->handshake_timeout_ms : p->ipc.handshake_timeout_ms;
	k->name = l != NULL ? l->name : p->name;
	k->opened_ms = now_ms;
	*at = k;
	begin_half_open(c, k);
	if (p != NULL)
		conns_start_client(c, k);
	return 0;
}

int
conns_key_limit(struct conns *c, uint32_t worker, const struct ipc_key_limit *msg)
{
	struct conn *k;

	if (msg->dir != IPC_DIR_READ && msg->dir != IPC_DIR_WRITE)
		return -EBADMSG;
	k = conns_find(c, worker, msg->conn);
	if (k == NULL || k->hs == NULL)
		return 0;
	c->stats.key_limits++;
	command(c, k, HS_CMD_REKEY);
	return 0;
}

int
conns_command(struct conns *c, uint32_t worker, ipc_conn_t handle, enum hs_command cmd)
{
	struct conn *k = worker < c->workers ? conns_find(c, worker, handle) : NULL;
	bool done;

	if (k == NULL || k->hs == NULL)
		return -ENOENT;
	done = command(c, k, cmd);
	c->ops.flush(c->ops.ctx, worker);
	return done ? 0 : -EOPNOTSUPP;
}

int
conns_record(struct conns *c, uint32_t worker, const struct ipc_record_in *msg, const uint8_t *data)
{
	struct hs_env env = conns_env(c);
	struct conn *k;
	enum tls_err err;

	if (!(msg->type >= TLS_CT_CCS && msg->type <= TLS_CT_HANDSHAKE && msg->bytes <= TLS_MAX_PLAIN) &&
		!(msg->type == TLS_CT_SSL2 && msg->bytes <= SSL2_MAX_RECORD))
		return -EBADMSG;
	k = conns_find(c, worker, msg->conn);
	if (k == NULL || k->hs == NULL)
		return 0;
	hs_out_start(&c->out);
	err = hs_record(k->hs, &env, msg->type, msg->epoch, data, msg->bytes, &c->out);
	conns_carry_out(c, k, err);
	return 0;
}

int
conns_closed(struct conns *c, uint32_t worker, const struct ipc_conn_closed *msg)
{
	struct conn *k;
	bool fatal;

	if (msg->reason < IPC_CLOSED_NORMAL || msg->reason > IPC_CLOSED_RESOURCES)
		return -EBADMSG;
	k = conns_find(c, worker, msg->conn);
	if (k == NULL)
		return 0;
	/* RFC 5246 7.2.2: a fatal alert, either way, ends the session too */
	fatal = msg->reason == IPC_CLOSED_TLS_ERROR;
	if (fatal && k->hs != NULL) {
		struct hs_env env = conns_env(c);

		hs_out_start(&c->out);
		hs_abort(k->hs, &env, TLS_E_PEER_ALERT, &c->out);
		for (unsigned i = 0; i < c->out.n; i++)
			if (c->out.act[i].type == HS_ACT_SESSION_REMOVE)
				session_cache_remove(c->deps.cache, c->out.data + c->out.act[i].off,
					c->out.act[i].len);
			else if (c->out.act[i].type == HS_ACT_CLIENT_REMOVE)
				conns_client_remove(c, k);
		hs_out_wipe(&c->out);
	}
	c->stats.closed++;
	forget(c, k);
	return 0;
}

void
conns_work_done(struct conns *c, const struct pka_owner *who, const uint8_t *result, size_t len)
{
	struct hs_env env = conns_env(c);
	struct conn *k;
	enum tls_err err;

	if (who->attachment != c->attachment) {
		/* the same handle may be another connection's by now */
		c->stats.stale++;
		return;
	}
	k = conns_find(c, who->worker, who->conn);
	if (k == NULL || k->hs == NULL)
		return;
	hs_out_start(&c->out);
	err = hs_work_done(k->hs, &env, who->tag, result, len, &c->out);
	conns_carry_out(c, k, err);
	c->ops.flush_urgent(c->ops.ctx, who->worker);
}

void
conns_verified(struct conns *c, const struct verify_owner *who, struct peer *peer)
{
	struct hs_env env = conns_env(c);
	struct conn *k;
	enum tls_err err;

	if (who->attachment != c->attachment)
		return;
	k = conns_find(c, who->worker, who->conn);
	if (k == NULL || k->hs == NULL)
		return;
	k->verifying = false;
	hs_out_start(&c->out);
	err = hs_verify_done(k->hs, &env, who->tag, peer, &c->out);
	conns_carry_out(c, k, err);
	c->ops.flush_urgent(c->ops.ctx, who->worker);
}

bool
conns_rush_over(uint64_t peak, uint64_t now)
{
	return peak >= RUSH && now <= peak / 16;
}

/* Handshakes under way hold some kilobytes each; after a rush of them that goes back to the system. */
static void
give_back_memory(struct conns *c)
{
	if (!conns_rush_over(c->half_open_peak, c->stats.half_open))
		return;
	c->half_open_peak = c->stats.half_open;
	malloc_trim(0);
}

void
conns_sweep(struct conns *c, uint64_t now_ms)
{
	struct conn *k, *newer;

	give_back_memory(c);
	for (k = c->oldest; k != NULL; k = newer) {
		newer = k->newer;
		if (now_ms - k->opened_ms < k->timeout_ms)
			continue;
		c->stats.timeouts++;
		end_with(c, k, TLS_E_HANDSHAKE_TIMEOUT);
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

			if (k == NULL)
				continue;
			stats->memory += sizeof(*k) + (k->hs != NULL ? hs_memory(k->hs) : hs_bytes());
			add_counts(k, stats);
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
				.role = k->role,
				.front = k->front,
				.listener = k->name };
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
