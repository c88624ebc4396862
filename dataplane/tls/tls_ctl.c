/*
 * Messages between TLS connections and the control process. Nothing in a message is trusted:
 * handles, enums and lengths are checked here.
 */
#include <errno.h>
#include <string.h>

#include "common/ct.h"
#include "dataplane/own.h"
#include "dataplane/tls/tls_int.h"

#define KEYS_MAX_SEQ (UINT64_MAX / 2) /* from here no sequence number ever wraps */

static void
to_ipc_addr(struct ipc_addr *to, const struct net_addr *a, uint16_t port)
{
	memset(to, 0, sizeof(*to));
	to->port = port;
	if (net_addr_is_v4(a)) {
		to->family = 4;
		memcpy(to->ip, a->b + 12, 4);
	} else {
		to->family = 6;
		memcpy(to->ip, a->b, 16);
	}
}

/* CONN_OPEN, and what the client said to a control process that did not answer. Returns false when
 * it has to wait. */
bool
tls_announce(struct tls_layer *l, struct tls_conn *c)
{
	struct ipc_conn_open msg = { .conn = tls_handle(c),
		.listener = c->lim->listener,
		.role = c->client ? IPC_ROLE_CLIENT : IPC_ROLE_SERVER,
		.server = c->server,
		.front = c->front };
	struct ipc_record_in rec = {
		.conn = tls_handle(c), .type = c->replay_type, .version = c->replay_version
	};
	struct tcp_info info;

	if (l->attach == 0)
		return false; /* tls_ctl_attached() will try again */
	if (c->state == TLS_WAIT) {
		if (tcp_conn_info(l->cfg.tcp, c->tcp, &info) != 0)
			memset(&info, 0, sizeof(info));
		to_ipc_addr(&msg.peer, &info.remote, info.rport);
		to_ipc_addr(&msg.local, &info.local, info.lport);
		if (l->cfg.link->conn_open(l->cfg.link_ctx, &msg) != 0) {
			tls_dirty(l, c);
			return false;
		}
		c->attach = l->attach;
		c->state = TLS_SHAKE;
		c->born_us = l->now;
	}
	if (c->replay_due) {
		rec.bytes = c->replay->pkt_len;
		if (l->cfg.link->record_in(l->cfg.link_ctx, &rec, c->replay) != 0) {
			tls_dirty(l, c);
			return false;
		}
		c->replay_due = false;
		c->paused = true; /* as behind the records it was made of */
	}
	return true;
}

void
tls_ctl_attached(struct tls_layer *l)
{
	l->attach_last++;
	if (l->attach_last == 0)
		l->attach_last = 1;
	l->attach = l->attach_last;
	for (uint32_t i = 0; i < l->high; i++)
		if (l->conns[i].state == TLS_WAIT)
			tls_dirty(l, &l->conns[i]);
}

/* An open connection that cannot go on without the control process that is gone: early data, a
 * renegotiation or a change of keys under way. */
static bool
stuck(const struct tls_conn *c)
{
	return c->rin.shaking || c->paused || c->want_keys || c->hold != TLS_HOLD_NO;
}

void
tls_ctl_detached(struct tls_layer *l)
{
	l->attach = 0;
	for (uint32_t i = 0; i < l->high; i++) {
		struct tls_conn *c = &l->conns[i];

		if (c->state == TLS_DEAD)
			tls_dirty(l, c);
		if (c->state == TLS_OPEN && stuck(c))
			tls_error(l, c, TLS_E_INTERNAL_ERROR);
		if (c->state != TLS_SHAKE)
			continue;
		if (c->answered) { /* the secrets of this handshake are lost */
			tls_error(l, c, TLS_E_INTERNAL_ERROR);
			continue;
		}
		c->state = TLS_WAIT;
		c->rin.agreed = 0;
		c->attach = 0;
		c->born_us = l->now;
		c->replay_due = c->replay != NULL;
		ctr_inc(l->cfg.ctr, CTR_ipc_waiting);
	}
}

/* A live connection that this control process knows. */
static struct tls_conn *
ctl_find(struct tls_layer *l, ipc_conn_t h)
{
	struct tls_conn *c = tls_find(l, h);

	if (c != NULL && tls_known(l, c))
		return c;
	ctr_inc(l->cfg.ctr, CTR_ipc_stale);
	return NULL;
}

static bool
records_legal(const struct ipc_records_send *msg)
{
	if ((msg->flags & ~IPC_SEND_HOLD) != 0)
		return false;
	if (msg->type == TLS_CT_SSL2) /* one record */
		return msg->bytes != 0 && msg->bytes <= TLS_MAX_SSL2_OUT;
	return msg->type >= TLS_CT_CCS && msg->type <= TLS_CT_HANDSHAKE && msg->version >> 8 == 3;
}

int
tls_ctl_records_send(struct tls_layer *l, const struct ipc_records_send *msg, const uint8_t *data)
{
	struct tls_conn *c = ctl_find(l, msg->conn);
	uint32_t off, n;

	if (!records_legal(msg))
		return -EBADMSG;
	if (c == NULL)
		return -ESTALE;
	if (c->state != TLS_SHAKE && c->state != TLS_OPEN)
		return -ESTALE;
	c->answered = true;
	tls_replay_drop(c);
	if (msg->type != TLS_CT_SSL2)
		c->rec_version = msg->version;
	for (off = 0; off < msg->bytes; off += n) {
		struct rte_mbuf *m = NULL;

		n = RTE_MIN(msg->bytes - off, (uint32_t)TLS_MAX_PLAIN);
		/* a client that reads none of its answers gets no more */
		if (c->out.n < TLS_MAX_OUT)
			m = own_chain_alloc(l->cfg.pool, n);
		if (m != NULL)
			own_chain_write(m, 0, data + off, n);
		if (m == NULL || tls_tx_record(l, c, msg->type, m) != 0) {
			own_drop(l->cfg.ctr, m, CTR_no_mbuf);
			/* a flight with a hole is no flight */
			tls_closing(l, c, IPC_CLOSED_RESOURCES);
			return 0;
		}
		if (msg->type == TLS_CT_ALERT && n >= 2) {
			c->alert_sent = data[off + 1];
			ctr_inc(l->cfg.ctr, CTR_tls_alerts_out);
		}
	}
	if ((msg->flags & IPC_SEND_HOLD) != 0)
		c->hold = TLS_HOLD_KEYS;
	else
		tls_tx_unhold(l, c);
	return 0;
}

/* When keys of this direction and version take effect: ipc.h. */
static bool
when_fits(const struct ipc_keys_set *msg)
{
	bool now =
		msg->dir == IPC_DIR_WRITE || msg->version == TLS_V_13 || msg->version == TLS_V_SSL2;

	return msg->when == (now ? IPC_KEYS_NOW : IPC_KEYS_AFTER_CCS);
}

/* The message's keys in the engine's form. False: malformed. */
static bool
keys_from(const struct ipc_keys_set *msg, struct rec_keys *k)
{
	struct rec_key_lens len = { msg->key_len, msg->mac_key_len, msg->iv_len };
	bool write = msg->dir == IPC_DIR_WRITE;
	uint8_t own = (uint8_t)((write ? IPC_KEYS_RELEASE : 0) |
				(msg->secret != 0 ? IPC_KEYS_OF_CLIENT : 0));
	uint8_t flags = msg->flags & (uint8_t)~own;

	if ((msg->dir != IPC_DIR_READ && !write) || !when_fits(msg) || msg->seq > KEYS_MAX_SEQ)
		return false;
	if (msg->secret != 0 ? (len.key | len.mac_key | len.iv) != 0 ||
				       !rec_alg_secret_fits(msg->alg, msg->version, flags)
			     : !rec_alg_fits(msg->alg, msg->version, flags, &len))
		return false;
	memset(k, 0, sizeof(*k));
	k->alg = msg->alg;
	k->version = msg->version;
	k->write = write;
	k->flags = flags;
	k->seq = msg->seq;
	k->secret = msg->secret;
	k->of_client = (msg->flags & IPC_KEYS_OF_CLIENT) != 0;
	memcpy(k->key, msg->key, msg->key_len);
	memcpy(k->mac_key, msg->mac_key, msg->mac_key_len);
	memcpy(k->iv, msg->iv, msg->iv_len);
	return true;
}

/* False: they cannot take effect now. */
static bool
keys_read(struct tls_layer *l, struct tls_conn *c, struct rec_session *s,
	const struct ipc_keys_set *msg)
{
	bool now = msg->when == IPC_KEYS_NOW;

	/* what was delivered to nobody yet is older than these keys; tls_look.c does the rest again */
	if (now && (!c->paused || (c->in.head != NULL && c->in.head->looked)))
		return false;
	if (!now && !c->want_keys) { /* the CCS is still to come */
		tls_keys_drop(&c->next_rs);
		c->next_rs = s;
		c->next_seq = msg->seq;
		return true;
	}
	tls_keys_drop(&c->rs);
	c->rs = s;
	c->rs_seq = msg->seq;
	c->want_keys = false;
	tls_rx_rekey(c);
	tls_dirty(l, c);
	return true;
}

static void
keys_write(struct tls_layer *l, struct tls_conn *c, struct rec_session *s,
	const struct ipc_keys_set *msg)
{
	tls_keys_drop(&c->ws);
	c->ws = s;
	c->ws_seq = msg->seq;
	c->wuse = (struct key_use){ .first = msg->seq };
	c->rout.alg = s->alg;
	c->rout.version = s->version;
	c->rout.flags = s->flags;
	if (s->version == TLS_V_SSL2 && c->rout.max_fragment > TLS_MAX_SSL2_OUT)
		c->rout.max_fragment = TLS_MAX_SSL2_OUT;
	if (c->hold == TLS_HOLD_KEYS)
		c->hold = TLS_HOLD_DATA;
	if ((msg->flags & IPC_KEYS_RELEASE) != 0)
		tls_tx_unhold(l, c);
}

int
tls_ctl_keys_set(struct tls_layer *l, const struct ipc_keys_set *msg)
{
	struct tls_conn *c = ctl_find(l, msg->conn);
	struct rec_engine *e = l->cfg.engine;
	struct rec_session *s;
	struct rec_keys k;
	int rc;

	if (!keys_from(msg, &k))
		return -EBADMSG;
	if (c == NULL || (c->state != TLS_SHAKE && c->state != TLS_OPEN)) {
		ct_wipe(&k, sizeof(k));
		return -ESTALE;
	}
	rc = e->ops->session_new(e, &k, &s);
	if (rc == 0 && k.write) {
		keys_write(l, c, s, msg);
	} else if (rc == 0 && !keys_read(l, c, s, msg)) {
		e->ops->session_free(s);
		rc = -EPROTO;
	}
	ct_wipe(&k, sizeof(k));
	if (rc != 0) {
		log_line(l->cfg.log, LOG_WARN, "session_refused conn=%u errno=%d", c->index, -rc);
		tls_error(l, c, TLS_E_INTERNAL_ERROR);
	}
	return 0;
}

static bool
version_legal(uint16_t v)
{
	return v == 0 || v == TLS_V_SSL2 || (v >= TLS_V_SSL30 && v <= TLS_V_13);
}

int
tls_ctl_read_on(struct tls_layer *l, const struct ipc_read_on *msg)
{
	struct tls_conn *c = ctl_find(l, msg->conn);
	bool ssl2 = msg->version == TLS_V_SSL2;

	if (!version_legal(msg->version))
		return -EBADMSG;
	if (c == NULL || (c->state != TLS_SHAKE && c->state != TLS_OPEN))
		return -ESTALE;
	if (c->rin.agreed != 0 && msg->version != 0 && msg->version != c->rin.agreed &&
		(ssl2 || c->rin.agreed == TLS_V_SSL2 || c->rin.agreed == TLS_V_13 ||
			msg->version == TLS_V_13)) {
		tls_error(l, c, TLS_E_INTERNAL_ERROR); /* a connection has one framing */
		return 0;
	}
	if (ssl2 && !c->rin.ssl2) {
		tls_error(l, c, TLS_E_INTERNAL_ERROR); /* nothing came that could be answered so */
		return 0;
	}
	if (msg->version != 0)
		c->rin.agreed = msg->version;
	/* behind a ClientHello in the old format, records are of the version chosen */
	if (!ssl2 && c->rin.agreed != TLS_V_SSL2)
		c->rin.ssl2 = false;
	c->rin.skip = msg->skip_bytes;
	c->paused = false;
	c->active_us = l->now;
	tls_dirty(l, c);
	return 0;
}

/* What goes to the server before the client's first byte; *head NULL: nothing. False: no mbuf. */
static bool
ready_head(struct tls_layer *l, const struct ipc_conn_ready *msg, const uint8_t *data,
	struct rte_mbuf **head)
{
	*head = NULL;
	if (msg->bytes == 0)
		return true;
	*head = own_chain_alloc(l->cfg.pool, msg->bytes);
	if (*head == NULL)
		return false;
	own_chain_write(*head, 0, data, msg->bytes);
	return true;
}

int
tls_ctl_ready(struct tls_layer *l, const struct ipc_conn_ready *msg, const uint8_t *data)
{
	struct tls_conn *c = ctl_find(l, msg->conn);
	bool early = (msg->flags & IPC_READY_EARLY) != 0;
	struct rte_mbuf *head;

	if (msg->max_fragment > TLS_MAX_PLAIN ||
		(msg->max_fragment != 0 && msg->max_fragment < IPC_MIN_FRAGMENT))
		return -EBADMSG;
	if ((msg->flags & ~IPC_READY_EARLY) != 0 || msg->bytes > TLS_MAX_HEAD)
		return -EBADMSG;
	if (c == NULL)
		return -ESTALE;
	if (c->state == TLS_OPEN && c->rin.shaking && !early) { /* early data is behind us */
		c->rin.shaking = false;
		tls_dirty(l, c);
		return 0;
	}
	if (c->state != TLS_SHAKE || c->ws == NULL || (c->rs == NULL && c->next_rs == NULL))
		return c->state == TLS_SHAKE ? -EBADMSG : -ESTALE;
	if (early && !rec_in_13(&c->rin))
		return -EBADMSG;
	if (!ready_head(l, msg, data, &head)) {
		ctr_inc(l->cfg.ctr, CTR_no_mbuf);
		tls_error(l, c, TLS_E_INTERNAL_ERROR);
		return 0;
	}
	if (msg->max_fragment != 0 && msg->max_fragment < c->rout.max_fragment)
		c->rout.max_fragment = msg->max_fragment;
	tls_leave_shaking(l, c);
	c->state = TLS_OPEN;
	c->rin.shaking = early;
	c->rin.early = early;
	c->rin.early_left = msg->early_max;
	c->active_us = l->now;
	ctr_inc(l->cfg.ctr, CTR_tls_ready);
	l->cfg.events->ready(l->cfg.events_ctx, c, msg->pool, head);
	tls_dirty(l, c);
	return 0;
}

int
tls_ctl_close(struct tls_layer *l, const struct ipc_conn_close *msg)
{
	struct tls_conn *c = ctl_find(l, msg->conn);

	if (msg->how != IPC_CLOSE_ALERT && msg->how != IPC_CLOSE_RESET)
		return -EBADMSG;
	if (msg->how == IPC_CLOSE_ALERT && msg->level != TLS_ALERT_WARNING &&
		msg->level != TLS_ALERT_FATAL)
		return -EBADMSG;
	if (c == NULL)
		return -ESTALE;
	if (msg->how == IPC_CLOSE_RESET) {
		tls_closing(l, c, IPC_CLOSED_CONTROL);
		tcp_abort(l->cfg.tcp, c->tcp);
		tls_tcp_closed(l, c, TCP_CLOSE_LOCAL);
		return 0;
	}
	if (c->state == TLS_SHAKE || c->state == TLS_OPEN)
		tls_tx_alert(l, c, msg->level, msg->alert);
	tls_closing(l, c, IPC_CLOSED_CONTROL);
	return 0;
}
