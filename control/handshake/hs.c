/*
 * The driver of the handshake machine: what every message has in common is checked here, once.
 * Expected event for the state, known type, size limit, complete message, nothing trailing, record
 * boundary when keys change, transcript, first error sticks, secrets wiped at the one exit. What is
 * particular to a message is in its msg_ file; what is legal when is in hs_server.c.
 */
#include <stdlib.h>
#include <string.h>

#include "control/handshake/hs_int.h"

struct event_row {
	uint16_t code;
	uint32_t max;
	const char *name;
};

static const struct event_row events[] = {
#define HS_EVENT(name, code, max) { code, max, #name },
#include "control/handshake/hs_list.def"
};

static const struct {
	bool ours;
	const char *name;
} states[] = {
#define HS_STATE(name, work) { work, #name },
#include "control/handshake/hs_list.def"
};

static const struct {
	uint8_t event;
	const char *name;
} works[] = {
	{ HS_EVENTS, "NOTHING" },
#define HS_WORK(name, event) { HS_EV_##event, #name },
#include "control/handshake/hs_list.def"
};

const char *
hs_state_name(enum hs_state state)
{
	return (unsigned)state < HS_STATES ? states[state].name : "?";
}

const char *
hs_event_name(enum hs_event event)
{
	return (unsigned)event < HS_EVENTS ? events[event].name : "?";
}

const char *
hs_work_name(enum hs_work work)
{
	return (unsigned)work < HS_WORKS ? works[work].name : "?";
}

bool
hs_state_waits_for_us(enum hs_state state)
{
	return (unsigned)state < HS_STATES && states[state].ours;
}

/* ---- ends ---- */

static void
emit_close(struct hs *hs, struct hs_out *out, uint8_t level, uint8_t alert)
{
	struct hs_act *a = hs_act_new(out, HS_ACT_CLOSE);

	if (a != NULL) {
		a->close.level = level;
		a->close.alert = alert;
	}
	hs->state = HS_WAIT_NOTHING;
	hs->asked = HS_ASK_NOTHING;
	hs->listener = NULL;
	hs_drop_message(hs);
	hs_drop_queue(hs);
	hs_drop_work_area(hs);
}

/*
 * The single exit of every failure: the first error sticks, its session dies (RFC 5246 7.2.2),
 * secrets go.
 */
static enum tls_err
fail(struct hs_call *c, enum tls_err err)
{
	struct hs *hs = c->hs;
	struct hs_act *a;

	if (hs->error != TLS_E_OK)
		return hs->error;
	hs->error = err;
	if (hs->session_id_len != 0) {
		a = hs_act_new(c->out, HS_ACT_SESSION_REMOVE);
		if (a != NULL) {
			struct wr w =
				wr_init(c->out->data + c->out->used, HS_OUT_BYTES - c->out->used);

			wr_bytes(&w, hs->session_id, hs->session_id_len);
			hs_act_end(c->out, a, &w);
		}
	}
	emit_close(hs, c->out, TLS_ALERT_FATAL, tls_err_alert(err));
	c->w = NULL;
	return err;
}

/* Connected: tell, store the session, shrink. */
static enum tls_err
connected(struct hs_call *c)
{
	struct hs *hs = c->hs;

	if (!hs->resumed && hs->session_id_len != 0 &&
		hs_act_new(c->out, HS_ACT_SESSION_PUT) != NULL) {
		struct session_entry *e = &c->out->entry;

		memset(e, 0, sizeof(*e));
		memcpy(e->id, hs->session_id, hs->session_id_len);
		e->id_len = hs->session_id_len;
		memcpy(e->master, c->w->master, sizeof(e->master));
		memcpy(e->bind, c->w->bind, sizeof(e->bind));
		e->version = hs->version;
		e->suite = hs->suite->code;
		e->extended_master_secret = hs->extended_master_secret;
		e->expires_s = c->env->now_s + hs->listener->session_lifetime_s;
		c->out->act[c->out->n - 1].entry = e;
	}
	if (hs_act_new(c->out, HS_ACT_READY) == NULL)
		return TLS_E_INTERNAL_ERROR;
	return TLS_E_OK;
}

/* ---- dispatch ---- */

/*
 * Runs one cell: receive, transcript, flight, ask, next. raw: the message with its header, NULL for
 * what is not one.
 */
static enum tls_err
dispatch(
	struct hs_call *c, enum hs_event event, const uint8_t *body, size_t len, const uint8_t *raw)
{
	struct hs *hs = c->hs;
	const struct hs_cell *cell = hs_server_cell(hs->state, event);
	struct rd r = rd_init(body, len);
	enum tls_err err;

	if (cell->recv == NULL)
		return TLS_E_UNEXPECTED_MESSAGE;
	err = cell->recv(c, &r);
	if (err != TLS_E_OK)
		return err;
	if (!rd_done(&r))
		return TLS_E_DECODE_ERROR;
	if (raw != NULL && c->w != NULL)
		hs_digest_add(&c->w->transcript, raw, len + HS_HDR_LEN);
	for (unsigned i = 0;
		cell->flight != NULL && i < HS_MAX_FLIGHT && cell->flight->send[i] != NULL; i++) {
		err = cell->flight->send[i](c);
		if (err != TLS_E_OK)
			return err;
	}
	if (cell->ask != HS_ASK_NOTHING) {
		err = hs_ask(c, cell->ask);
		if (err != TLS_E_OK)
			return err;
	}
	if (cell->next == HS_WAIT_CLOSE && hs->state != HS_WAIT_CLOSE) {
		err = connected(c);
		if (err != TLS_E_OK)
			return err;
		hs_drop_work_area(hs);
		c->w = NULL;
		hs->listener = NULL;
	}
	hs->asked = cell->ask;
	hs->state = cell->next;
	return c->out->overflow ? TLS_E_INTERNAL_ERROR : TLS_E_OK;
}

/*
 * The event of a handshake type, legal in this state and within its size: known before its body
 * arrives.
 */
static enum tls_err
check_header(const struct hs *hs, const uint8_t *hdr, enum hs_event *event, uint32_t *len)
{
	struct rd r = rd_init(hdr, HS_HDR_LEN);
	uint8_t type = rd_u8(&r);

	*len = rd_u24(&r);
	for (unsigned i = 0; i < HS_EVENTS; i++) {
		if (events[i].code != type)
			continue;
		if (hs_server_cell(hs->state, i)->recv == NULL)
			return TLS_E_UNEXPECTED_MESSAGE;
		if (*len > events[i].max)
			return TLS_E_DECODE_ERROR;
		*event = i;
		return TLS_E_OK;
	}
	return TLS_E_UNEXPECTED_MESSAGE;
}

/*
 * Appends up to `want` bytes in all to the message buffer, which grows with what arrived, not with
 * what was announced.
 */
static enum tls_err
gather(struct hs *hs, const uint8_t **data, size_t *len, uint32_t want)
{
	uint32_t take = want - hs->msg_len;

	if (take > *len)
		take = (uint32_t)*len;
	if (hs->msg_len + take > hs->msg_cap) {
		uint32_t cap = hs->msg_len + take;
		uint8_t *bigger;

		if (cap < 2 * hs->msg_cap)
			cap = 2 * hs->msg_cap;
		if (cap > want && want > HS_HDR_LEN)
			cap = want;
		bigger = realloc(hs->msg, cap);
		if (bigger == NULL)
			return TLS_E_INTERNAL_ERROR;
		hs->msg = bigger;
		hs->msg_cap = cap;
	}
	memcpy(hs->msg + hs->msg_len, *data, take);
	hs->msg_len += take;
	*data += take;
	*len -= take;
	return TLS_E_OK;
}

/*
 * Cuts handshake bytes into messages until they are used up, an answer of our own side is waited
 * for, or the machine fails.
 */
static enum tls_err
take_handshake(struct hs_call *c, const uint8_t *data, size_t len, size_t *used)
{
	struct hs *hs = c->hs;
	const uint8_t *start = data;
	enum tls_err err = TLS_E_OK;

	while (len != 0 && !hs_state_waits_for_us(hs->state)) {
		enum hs_event event = HS_EVENTS;
		uint32_t body = 0;

		if (hs->msg_len < HS_HDR_LEN) {
			err = gather(hs, &data, &len, HS_HDR_LEN);
			if (err != TLS_E_OK)
				return err;
			if (hs->msg_len < HS_HDR_LEN)
				break;
		}
		err = check_header(hs, hs->msg, &event, &body);
		if (err == TLS_E_OK && len != 0)
			err = gather(hs, &data, &len, HS_HDR_LEN + body);
		if (err != TLS_E_OK)
			return err;
		if (hs->msg_len < HS_HDR_LEN + body)
			break;
		err = dispatch(c, event, hs->msg + HS_HDR_LEN, body, hs->msg);
		hs_drop_message(hs);
		if (err != TLS_E_OK)
			return err;
	}
	*used = (size_t)(data - start);
	return TLS_E_OK;
}

static enum tls_err
take_ccs(struct hs_call *c, const uint8_t *data, size_t len)
{
	/* keys change on a record boundary between messages: RFC 5246 7.1 */
	if (c->hs->msg_len != 0)
		return TLS_E_UNEXPECTED_MESSAGE;
	return dispatch(c, HS_EV_CHANGE_CIPHER_SPEC, data, len, NULL);
}

static enum tls_err
take_alert(struct hs_call *c, const uint8_t *data, size_t len)
{
	struct rd r = rd_init(data, len);
	enum tls_err err = msg_alert_recv(c, &r);

	if (err != TLS_E_OK)
		return err;
	if (!rd_done(&r))
		return TLS_E_DECODE_ERROR;
	if (c->hs->alert_received == TLS_ALERT_CLOSE_NOTIFY && c->hs->state != HS_WAIT_CLOSE) {
		/* RFC 5246 7.2.1 */
		emit_close(c->hs, c->out, TLS_ALERT_WARNING, TLS_ALERT_CLOSE_NOTIFY);
		c->w = NULL;
	}
	return TLS_E_OK;
}

/* One record; *used tells how much of a handshake record was consumed. */
static enum tls_err
take_record(struct hs_call *c, uint8_t type, uint8_t epoch, const uint8_t *data, size_t len,
	size_t *used)
{
	struct hs *hs = c->hs;

	*used = len;
	if (epoch != hs->read_epoch)
		return TLS_E_UNEXPECTED_MESSAGE;
	if (len == 0 && ++hs->warnings > HS_MAX_WARNINGS)
		return TLS_E_EMPTY_RECORD_FLOOD;
	switch (type) {
	case TLS_CT_HANDSHAKE:
		/* RFC 5246 6.2.1 */
		return len != 0 ? take_handshake(c, data, len, used) : TLS_E_UNEXPECTED_MESSAGE;
	case TLS_CT_CCS:
		return take_ccs(c, data, len);
	case TLS_CT_ALERT:
		return take_alert(c, data, len);
	default:
		return TLS_E_UNEXPECTED_MESSAGE;
	}
}

static enum tls_err
enqueue(struct hs *hs, uint8_t type, uint8_t epoch, const uint8_t *data, size_t len)
{
	struct hs_pending *p, **at = &hs->queue;

	if (hs->queue_bytes + sizeof(*p) + len > HS_MAX_QUEUE)
		return TLS_E_UNEXPECTED_MESSAGE;
	p = malloc(sizeof(*p) + len);
	if (p == NULL)
		return TLS_E_INTERNAL_ERROR;
	*p = (struct hs_pending){ .type = type, .epoch = epoch, .len = (uint32_t)len };
	if (len != 0)
		memcpy(p->data, data, len);
	while (*at != NULL)
		at = &(*at)->next;
	*at = p;
	hs->queue_bytes += (uint32_t)(sizeof(*p) + len);
	return TLS_E_OK;
}

/*
 * Takes queued records as far as the machine will go. The record in hand stays at the head until it
 * is used up.
 */
static enum tls_err
drain(struct hs_call *c)
{
	struct hs *hs = c->hs;
	struct hs_pending *p;

	while ((p = hs->queue) != NULL && !hs_state_waits_for_us(hs->state)) {
		size_t used;
		enum tls_err err =
			take_record(c, p->type, p->epoch, p->data + p->off, p->len - p->off, &used);

		if (err != TLS_E_OK)
			return err;
		if (hs->state == HS_WAIT_NOTHING) /* a close_notify: the queue is gone */
			return TLS_E_OK;
		p->off += (uint32_t)used;
		if (p->off < p->len)
			continue;
		hs->queue = p->next;
		hs->queue_bytes -= (uint32_t)sizeof(*p) + p->len;
		free(p);
	}
	return TLS_E_OK;
}

/* ---- entry points ---- */

enum tls_err
hs_record(struct hs *hs, const struct hs_env *env, uint8_t type, uint8_t epoch, const uint8_t *data,
	size_t len, struct hs_out *out)
{
	struct hs_call c = { hs, hs->w, env, out };
	enum tls_err err;
	size_t used = 0;

	if (hs->state == HS_WAIT_NOTHING)
		return hs->error;
	if (hs_state_waits_for_us(hs->state)) {
		err = enqueue(hs, type, epoch, data, len);
	} else {
		err = take_record(&c, type, epoch, data, len, &used);
		if (err == TLS_E_OK && used < len)
			err = enqueue(hs, type, epoch, data + used, len - used);
	}
	return err == TLS_E_OK ? TLS_E_OK : fail(&c, err);
}

static enum tls_err
answer(struct hs_call *c, enum hs_event event, const uint8_t *bytes, size_t len)
{
	enum tls_err err = dispatch(c, event, bytes, len, NULL);

	if (err == TLS_E_OK)
		err = drain(c);
	return err == TLS_E_OK ? TLS_E_OK : fail(c, err);
}

enum tls_err
hs_work_done(struct hs *hs, const struct hs_env *env, uint32_t tag, const uint8_t *result,
	size_t len, struct hs_out *out)
{
	struct hs_call c = { hs, hs->w, env, out };

	if (hs->state == HS_WAIT_NOTHING || tag != hs->tag || hs->asked <= HS_ASK_SESSION)
		return hs->error;
	if (result == NULL)
		return fail(&c, TLS_E_INTERNAL_ERROR);
	return answer(&c, works[hs->asked].event, result, len);
}

static const uint8_t no_bytes[1];

enum tls_err
hs_session_done(struct hs *hs, const struct hs_env *env, uint32_t tag,
	const struct session_entry *entry, struct hs_out *out)
{
	struct hs_call c = { hs, hs->w, env, out };
	enum tls_err err = TLS_E_OK;

	if (hs->state == HS_WAIT_NOTHING || tag != hs->tag || hs->asked != HS_ASK_SESSION)
		return hs->error;
	if (entry == NULL || !hs_session_fits(&c, entry, &err))
		return err == TLS_E_OK ? answer(&c, HS_EV_SESSION_MISS, no_bytes, 0)
				       : fail(&c, err);
	memcpy(c.w->master, entry->master, sizeof(c.w->master));
	return answer(&c, HS_EV_SESSION_HIT, no_bytes, 0);
}

enum tls_err
hs_abort(struct hs *hs, const struct hs_env *env, enum tls_err why, struct hs_out *out)
{
	struct hs_call c = { hs, hs->w, env, out };

	return hs->state == HS_WAIT_NOTHING ? hs->error : fail(&c, why);
}
