/* What the handshake machine asks for, carried out: see conns.h. */
#include <string.h>

#include "common/ct.h"
#include "control/conns_int.h"
#include "control/keylog.h"
#include "control/proxy2.h"

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
	uint32_t most = a->send.max_fragment != 0 ? a->send.max_fragment : TLS_MAX_PLAIN;
	uint32_t len = a->len;

	while (len != 0) {
		uint32_t n = len < most ? len : most;
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
		.secret = a->keys.secret,
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

/* What the servers behind are told about the client: bytes before its first one. */
static size_t
preface(const struct conn *k, uint8_t *out, size_t cap)
{
	const struct config_pool *p = config_pool_by_id(k->cfg, k->pool);
	struct proxy2_info info;
	struct hs_info hs;

	if (p == NULL || !p->proxy_protocol)
		return 0;
	hs_info(k->hs, &hs);
	info = (struct proxy2_info){
		.client = k->peer,
		.local = k->local,
		.alpn = hs.alpn,
		.server_name = hs.server_name,
		.version = hs.version,
		.cipher = hs.suite,
		.cert = hs.cert,
		.peer = hs.peer,
		.resumed = hs.resumed,
	};
	return proxy2_build(&info, out, cap);
}

static void
send_ready(struct conns *c, struct conn *k, const struct hs_act *a)
{
	uint8_t head[PROXY2_MAX];
	struct ipc_conn_ready msg = { .conn = k->handle,
		.pool = k->pool,
		.max_fragment = a->ready.max_fragment,
		.flags = a->ready.flags,
		.early_max = a->ready.early_max };

	if (k->role == HS_SERVER)
		msg.bytes = (uint32_t)preface(k, head, sizeof(head));
	tell(c, k, IPC_CONN_READY, &msg, sizeof(msg), head, msg.bytes);
}

/* A handshake is over: the first, or a renegotiation. */
static void
note_done(struct conns *c, struct conn *k)
{
	struct hs_info info;

	hs_info(k->hs, &info);
	if (!k->half_open)
		c->stats.renegotiations++;
	else if (k->role == HS_CLIENT)
		(*(info.resumed ? &c->stats.backend_resumed : &c->stats.backend_full))++;
	else
		(*(info.resumed ? &c->stats.handshakes_resumed : &c->stats.handshakes_full))++;
	conns_leave_half_open(c, k);
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
	conns_leave_half_open(c, k);
}

/* What one round of actions asked for: at most one answer can be given at once. */
struct asked {
	enum { ASKED_NOTHING, ASKED_WORK, ASKED_SESSION, ASKED_VERIFY } what;
	uint32_t tag;
	size_t len;
	bool hit, failed;
	struct session_entry entry;
	struct peer *peer; /* reference */
	uint8_t bytes[PKA_OP_MAX_OUT];
};

static struct pka_owner
owner_of(const struct conns *c, const struct conn *k, uint32_t tag)
{
	return (struct pka_owner){
		.worker = k->worker, .tag = tag, .attachment = c->attachment, .conn = k->handle
	};
}

static void
ask_pka(struct conns *c, struct conn *k, const struct hs_act *a, const uint8_t *data,
	struct asked *q)
{
	struct pka_owner who = owner_of(c, k, a->tag);
	int rc = pka_do(c->deps.pka, &who, &a->pka, data, a->len, q->bytes, &q->len);

	if (rc == PKA_PENDING)
		return;
	q->what = ASKED_WORK;
	q->tag = a->tag;
	q->failed = rc != PKA_INLINE;
}

struct peer *
conns_known_peer(struct conns *c, const struct hs_conf *conf, const uint8_t fingerprint[32], uint64_t now_s)
{
	if (conf->trust == NULL || c->deps.verifier == NULL)
		return NULL;
	return peer_by_fingerprint(c->deps.verifier, conf->trust,
		conf->role == HS_CLIENT && conf->verify_name ? conf->server_name : NULL, fingerprint,
		(int64_t)now_s);
}

static void
ask_session(struct conns *c, struct conn *k, const struct hs_act *a, const uint8_t *data, uint64_t now_s,
	struct asked *q)
{
	static const uint8_t nobody[32];

	q->what = ASKED_SESSION;
	q->tag = a->tag;
	q->hit = a->len != 0 && session_cache_get(c->deps.cache, data, a->len, now_s, &q->entry);
	if (q->hit && memcmp(q->entry.peer, nobody, sizeof(nobody)) != 0)
		q->peer = conns_known_peer(c, hs_conf_of(k->hs), q->entry.peer, now_s);
}

/* The other side's chain; a staple may be behind it. */
static void
ask_verify(struct conns *c, struct conn *k, const struct hs_act *a, const uint8_t *data,
	struct asked *q, const struct hs_env *env)
{
	const struct hs_conf *conf = hs_conf_of(k->hs);
	struct verify_owner who = {
		.worker = k->worker, .tag = a->tag, .attachment = c->attachment, .conn = k->handle
	};
	struct verify_req req = { .trust = (struct trust *)conf->trust,
		.name = conf->role == HS_CLIENT && conf->verify_name ? conf->server_name : NULL,
		.chain = data,
		.chain_len = a->len - a->verify.staple_len,
		.staple = a->verify.staple_len != 0 ? data + a->len - a->verify.staple_len : NULL,
		.staple_len = a->verify.staple_len,
		.now_s = (int64_t)env->now_s };

	if (verify_start(c->deps.verifier, &req, &who, &q->peer) == VERIFY_PENDING) {
		k->verify = who;
		k->verifying = true;
		return;
	}
	q->what = ASKED_VERIFY;
	q->tag = a->tag;
}

static void
carry_out_one(struct conns *c, struct conn *k, const struct hs_act *a, struct asked *q,
	const struct hs_env *env)
{
	const uint8_t *data = c->out.data + a->off;

	switch (a->type) {
	case HS_ACT_SEND: send_records(c, k, a, data); break;
	case HS_ACT_KEYS: send_keys(c, k, a, data); break;
	case HS_ACT_READ_ON: send_read_on(c, k, a); break;
	case HS_ACT_SESSION_GET: ask_session(c, k, a, data, env->now_s, q); break;
	case HS_ACT_SESSION_PUT: session_cache_put(c->deps.cache, a->entry); break;
	case HS_ACT_SESSION_REMOVE: session_cache_remove(c->deps.cache, data, a->len); break;
	case HS_ACT_CLIENT_PUT: conns_client_put(c, k, a->entry, data, a->len); break;
	case HS_ACT_CLIENT_REMOVE: conns_client_remove(c, k); break;
	case HS_ACT_PKA: ask_pka(c, k, a, data, q); break;
	case HS_ACT_SECRETS: pka_secret_send(c->deps.pka, k->worker, data, a->len); break;
	case HS_ACT_SECRET_FREE: pka_secret_free(c->deps.pka, k->worker, &a->secret, 1); break;
	case HS_ACT_VERIFY: ask_verify(c, k, a, data, q, env); break;
	case HS_ACT_KEYLOG: keylog_line(c->deps.keylog, data, a->len); break;
	case HS_ACT_READY: send_ready(c, k, a); break;
	case HS_ACT_DONE: note_done(c, k); break;
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
		"handshake_failed peer=%s %s=%s error=%s alert=%s received=%s waited_for=%s%s%s%s",
		config_addr_text(&k->peer, peer, sizeof(peer)),
		k->role == HS_CLIENT ? "pool" : "listener", k->name, tls_err_name(err),
		tls_alert_name(tls_err_alert(err)), tls_alert_name(info.alert_received),
		hs_state_name(info.failed_in), info.peer != NULL && info.peer->reason[0] != '\0' ? " reason=\"" : "",
		info.peer != NULL ? info.peer->reason : "",
		info.peer != NULL && info.peer->reason[0] != '\0' ? "\"" : "");
}

/* Gives the one answer that is there. */
static enum tls_err
give(struct conns *c, struct conn *k, const struct hs_env *env, struct asked *q)
{
	enum tls_err err;

	switch (q->what) {
	case ASKED_WORK:
		err = hs_work_done(k->hs, env, q->tag, q->failed ? NULL : q->bytes, q->len, &c->out);
		if (!q->failed)
			ct_wipe(q->bytes, q->len);
		break;
	case ASKED_SESSION:
		err = hs_session_done(k->hs, env, q->tag, q->hit ? &q->entry : NULL, q->peer, &c->out);
		ct_wipe(&q->entry, sizeof(q->entry));
		break;
	default:
		err = hs_verify_done(k->hs, env, q->tag, q->peer, &c->out);
		break;
	}
	peer_unref(q->peer);
	return err;
}

void
conns_carry_out(struct conns *c, struct conn *k, enum tls_err err)
{
	struct hs_env env = conns_env(c);
	struct hs_info info;

	for (;;) {
		struct asked q;

		q.what = ASKED_NOTHING;
		q.peer = NULL;
		for (unsigned i = 0; i < c->out.n; i++)
			carry_out_one(c, k, &c->out.act[i], &q, &env);
		hs_out_wipe(&c->out);
		if (q.what == ASKED_NOTHING)
			break;
		err = give(c, k, &env, &q);
	}
	hs_info(k->hs, &info);
	if (info.state != HS_WAIT_NOTHING)
		return;
	if (err != TLS_E_OK)
		note_failure(c, k, err);
	conns_drop_hs(c, k); /* the entry waits for CONN_CLOSED */
}
