/*
 * The driver of the handshake machine: what every message has in common is checked here, once.
 * Expected event for the state, known type, size limit, complete message, nothing trailing, record
 * boundary when keys change, transcript, first error sticks, secrets wiped at the one exit. What is
 * particular to a message is in its msg_ file; what is legal when is in the
 * families' tables (START: hs_start.c, tls12/, tls13/, ssl2/).
 */
#include <stdlib.h>
#include <string.h>

#include "common/ct.h"
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
	enum tls_err (*ask)(struct hs_call *c);
	const char *name;
} works[] = {
	{ NULL, "NOTHING" },
#define HS_WORK(name) { hs_ask_##name, #name },
#include "control/handshake/hs_list.def"
};

/* Families of states, each with its table. */
static const struct {
	uint8_t first; /* enum hs_state */
	const struct hs_cell (*cells)[HS_EVENTS];
} families[] = {
#define HS_FAMILY(name, first, table) { HS_WAIT_##first, table },
#include "control/handshake/hs_list.def"
};
#define FAMILIES (sizeof(families) / sizeof(families[0]))

const struct hs_cell *
hs_cell(enum hs_state state, enum hs_event event)
{
	static const struct hs_cell rejected;
	size_t f = FAMILIES;

	if (state >= HS_WAIT_NOTHING)
		return &rejected;
	do
		f--;
	while (families[f].first > state);
	return &families[f].cells[state - families[f].first][event];
}

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

bool
hs_state_is_open(enum hs_state state)
{
	switch (state) {
	case HS_WAIT_S12_OPEN:
	case HS_WAIT_C12_OPEN:
	case HS_WAIT_S13_OPEN:
	case HS_WAIT_S13_CARD_OPEN:
	case HS_WAIT_C13_OPEN:
	case HS_WAIT_S2_OPEN:
	case HS_WAIT_C2_OPEN: return true;
	default: return false;
	}
}

/* ---- ends ---- */

static void
emit_close(struct hs *hs, struct hs_out *out, uint8_t level, uint8_t alert)
{
	struct hs_act *a = hs_act_new(out, HS_ACT_CLOSE);

	if (a != NULL) {
		a->close.level = level;
		/* SSL 2.0 has no alerts */
		a->close.alert = hs->agreed && hs->version == TLS_V_SSL2 ? TLS_ALERT_NONE : alert;
	}
	hs->state = HS_WAIT_NOTHING;
	hs->asked = HS_ASK_NOTHING;
	hs->conf = NULL;
	hs_drop_message(hs);
	hs_drop_queue(hs);
	hs_drop_work_area(hs);
}

void
hs_close_notify(struct hs_call *c)
{
	emit_close(c->hs, c->out, TLS_ALERT_WARNING, TLS_ALERT_CLOSE_NOTIFY);
	c->w = NULL;
}

/*
 * The single exit of every failure: the first error sticks, its session dies (RFC 5246 7.2.2),
 * secrets go.
 */
static enum tls_err
fail(struct hs_call *c, enum tls_err err)
{
	struct hs *hs = c->hs;

	if (hs->error != TLS_E_OK)
		return hs->error;
	hs->error = err;
	hs->failed_in = hs->state;
	if (hs->agreed && hs->version == TLS_V_SSL2 && !hs->ready)
		ssl2_send_failure(c, err);
	hs_emit_session_remove(c);
	if (hs->role == HS_CLIENT)
		(void)hs_act_new(c->out, HS_ACT_CLIENT_REMOVE);
	emit_close(hs, c->out, TLS_ALERT_FATAL, hs_alert_for(hs, err));
	c->w = NULL;
	return err;
}

/* ---- dispatch ---- */

void
hs_raise(struct hs_call *c, enum hs_event event, const uint8_t *bytes, size_t len)
{
	c->raised = true;
	c->raise = (uint8_t)event;
	c->raise_bytes = bytes;
	c->raise_len = len;
}

/* What every cell has in common once its message was taken: transcript, flight, question. */
static enum tls_err
follow(struct hs_call *c, const struct hs_cell *cell)
{
	enum tls_err err = TLS_E_OK;

	if (c->raw != NULL && c->w != NULL && !c->no_transcript)
		err = hs_transcript_add(&c->w->transcript, c->raw, c->raw_len);
	for (unsigned i = 0; err == TLS_E_OK && cell->flight != NULL && i < HS_MAX_FLIGHT &&
			     cell->flight->send[i] != NULL;
		i++)
		err = cell->flight->send[i](c);
	if (err == TLS_E_OK && cell->ask != HS_ASK_NOTHING)
		err = works[cell->ask].ask(c);
	return err;
}

/* Runs one cell. */
static enum tls_err
run_cell(struct hs_call *c, enum hs_event event, const uint8_t *body, size_t len)
{
	struct hs *hs = c->hs;
	const struct hs_cell *cell = hs_cell(hs->state, event);
	struct rd r = rd_init(body, len);
	enum tls_err err;

	if (cell->recv == NULL)
		return TLS_E_UNEXPECTED_MESSAGE;
	c->raised = false;
	c->no_transcript = false;
	hs->asked = HS_ASK_NOTHING;
	err = cell->recv(c, &r);
	if (err != TLS_E_OK)
		return err;
	if (!rd_done(&r))
		return TLS_E_DECODE_ERROR;
	hs->state = cell->next;
	err = follow(c, cell);
	if (err != TLS_E_OK)
		return err;
	if (cell->ask != HS_ASK_NOTHING && !c->raised)
		hs->asked = cell->ask;
	if (hs_state_is_open(hs->state) && !c->raised && hs->w != NULL) {
		hs_drop_work_area(hs);
		c->w = NULL;
	}
	return c->out->overflow ? TLS_E_INTERNAL_ERROR : TLS_E_OK;
}

/*
 * Dispatches an event and whatever its handlers raise. raw: the message with its header, NULL for
 * what is not one.
 */
static enum tls_err
dispatch(struct hs_call *c, enum hs_event event, const uint8_t *body, size_t len,
	const uint8_t *raw, size_t raw_len)
{
	static const uint8_t nothing[1];
	enum tls_err err;

	c->raw = raw;
	c->raw_len = raw_len;
	err = run_cell(c, event, body, len);
	for (unsigned i = 0; err == TLS_E_OK && c->raised; i++) {
		c->raw = NULL;
		c->raw_len = 0;
		/* a chain of decisions is as long as there are states, at most */
		if (i > HS_STATES)
			return TLS_E_INTERNAL_ERROR;
		err = run_cell(c, c->raise, c->raise_bytes != NULL ? c->raise_bytes : nothing, c->raise_len);
	}
	return err;
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
		if (hs_cell(hs->state, i)->recv == NULL)
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

/* The message in the buffer is complete. The buffer is the handler's until it returns. */
static enum tls_err
take_message(struct hs_call *c, enum hs_event event, uint32_t body)
{
	struct hs *hs = c->hs;
	uint8_t *msg = hs->msg;
	uint32_t len = hs->msg_len;
	enum tls_err err;

	hs->msg = NULL;
	hs->msg_len = hs->msg_cap = 0;
	hs->fresh_epoch = false;
	err = dispatch(c, event, msg + HS_HDR_LEN, body, msg, len);
	ct_wipe(msg, len);
	free(msg);
	return err;
}

/* A message that is all in the record in hand is taken where it lies. */
static enum tls_err
take_whole(struct hs_call *c, enum hs_event event, const uint8_t **data, size_t *len, uint32_t body)
{
	const uint8_t *msg = *data;

	*data += HS_HDR_LEN + body;
	*len -= HS_HDR_LEN + body;
	c->hs->fresh_epoch = false;
	return dispatch(c, event, msg + HS_HDR_LEN, body, msg, HS_HDR_LEN + body);
}

/*
 * The next message, as far as its bytes are there. What is not complete is gathered, and then there
 * are no bytes left.
 */
static enum tls_err
take_next(struct hs_call *c, const uint8_t **data, size_t *len)
{
	struct hs *hs = c->hs;
	enum hs_event event = HS_EVENTS;
	uint32_t body = 0;
	enum tls_err err;

	if (hs->msg_len == 0 && *len >= HS_HDR_LEN) {
		err = check_header(hs, *data, &event, &body);
		if (err != TLS_E_OK)
			return err;
		if (*len - HS_HDR_LEN >= body)
			return take_whole(c, event, data, len, body);
	}
	if (hs->msg_len < HS_HDR_LEN) {
		err = gather(hs, data, len, HS_HDR_LEN);
		if (err != TLS_E_OK || hs->msg_len < HS_HDR_LEN)
			return err;
	}
	err = check_header(hs, hs->msg, &event, &body);
	if (err == TLS_E_OK && *len != 0)
		err = gather(hs, data, len, HS_HDR_LEN + body);
	if (err != TLS_E_OK || hs->msg_len < HS_HDR_LEN + body)
		return err;
	return take_message(c, event, body);
}

/*
 * Cuts handshake bytes into messages until they are used up, an answer of our own side is waited
 * for, or the machine closes or fails.
 */
static enum tls_err
take_handshake(struct hs_call *c, const uint8_t *data, size_t len, size_t *used)
{
	struct hs *hs = c->hs;
	const uint8_t *start = data;
	uint8_t epoch = hs->read_epoch;

	while (len != 0 && !hs_state_waits_for_us(hs->state) && hs->state != HS_WAIT_NOTHING) {
		enum tls_err err = take_next(c, &data, &len);

		if (err != TLS_E_OK)
			return err;
		/* keys change between records only: RFC 8446 5.1 */
		if (hs->read_epoch != epoch && len != 0)
			return TLS_E_UNEXPECTED_MESSAGE;
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
	return dispatch(c, HS_EV_CHANGE_CIPHER_SPEC, data, len, NULL, 0);
}

/* One SSL 2.0 record is one message here: the first byte is its code. */
static enum tls_err
take_ssl2(struct hs_call *c, const uint8_t *data, size_t len)
{
	struct rd r = rd_init(data, len);
	unsigned code = HS_SSL2(rd_u8(&r));

	if (!rd_ok(&r))
		return TLS_E_DECODE_ERROR;
	for (unsigned i = 0; i < HS_EVENTS; i++) {
		if (events[i].code != code)
			continue;
		if (hs_cell(c->hs->state, i)->recv == NULL)
			return TLS_E_UNEXPECTED_MESSAGE;
		if (len - 1 > events[i].max)
			return TLS_E_DECODE_ERROR;
		return dispatch(c, i, data + 1, len - 1, data, len);
	}
	return TLS_E_UNEXPECTED_MESSAGE;
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
	if (c->hs->alert_received == TLS_ALERT_CLOSE_NOTIFY && !c->hs->ready) {
		hs_close_notify(c); /* RFC 5246 7.2.1 */
	}
	/* SSL 3.0's no_certificate stands for a message */
	return c->raised ? dispatch(c, c->raise, NULL, 0, NULL, 0) : TLS_E_OK;
}

/*
 * The dummy ChangeCipherSpec of TLS 1.3's middlebox compatibility mode: dropped between the first
 * ClientHello and the peer's Finished, in plaintext only; RFC 8446 5.
 */
static bool
is_dummy_ccs(const struct hs *hs, uint8_t type, uint8_t epoch, const uint8_t *data, size_t len)
{
	return type == TLS_CT_CCS && epoch == 0 && len == 1 && data[0] == 1 && hs->agreed &&
	       hs->version == TLS_V_13 && hs->w != NULL && hs->l13 == NULL;
}

/* One record; *used tells how much of a handshake record was consumed. */
static enum tls_err
take_record(struct hs_call *c, uint8_t type, uint8_t epoch, const uint8_t *data, size_t len,
	size_t *used)
{
	struct hs *hs = c->hs;

	*used = len;
	if (is_dummy_ccs(hs, type, epoch, data, len))
		return ++hs->warnings > HS_MAX_WARNINGS ? TLS_E_WARNING_FLOOD : TLS_E_OK;
	if (epoch != hs->read_epoch)
		return TLS_E_UNEXPECTED_MESSAGE;
	if (hs->agreed && (type == TLS_CT_SSL2) != (hs->version == TLS_V_SSL2))
		return TLS_E_UNEXPECTED_MESSAGE;
	if (len == 0 && ++hs->warnings > HS_MAX_WARNINGS)
		return TLS_E_EMPTY_RECORD_FLOOD;
	switch (type) {
	case TLS_CT_HANDSHAKE:
		/* RFC 5246 6.2.1 */
		return len != 0 ? take_handshake(c, data, len, used) : TLS_E_UNEXPECTED_MESSAGE;
	case TLS_CT_CCS:
		return take_ccs(c, data, len);
	case TLS_CT_SSL2:
		return take_ssl2(c, data, len);
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

static const uint8_t no_bytes[1];

/*
 * READ_ON when the dataplane waits for one and the machine wants more: see struct ipc_read_on. Up
 * to TLS 1.2 it waits until it knows the version, and for the verdict on a Finished.
 */
static void
read_on(struct hs_call *c)
{
	struct hs *hs = c->hs;
	struct hs_act *a;

	if (!hs->read_due || hs_state_waits_for_us(hs->state) || hs->state == HS_WAIT_NOTHING)
		return;
	hs->read_due = false;
	a = hs_act_new(c->out, HS_ACT_READ_ON);
	if (a == NULL)
		return;
	a->read_on.version = hs->agreed ? hs->version : 0;
	a->read_on.skip_bytes = hs->skip_bytes;
	hs->skip_bytes = 0;
	hs->version_told = a->read_on.version;
}

/* Whether the dataplane stops reading behind this record. */
static bool
stops_reading(const struct hs *hs, uint8_t type, uint8_t epoch)
{
	if (type != TLS_CT_HANDSHAKE && type != TLS_CT_SSL2)
		return false;
	if (hs->version_told == 0 || hs->version_told == TLS_V_13 || hs->version_told == TLS_V_SSL2)
		return true;
	/* a ChangeCipherSpec may still be in the queue */
	return hs->fresh_epoch || epoch != hs->read_epoch;
}

static enum tls_err
finish(struct hs_call *c, enum tls_err err)
{
	if (err == TLS_E_OK)
		read_on(c);
	if (err == TLS_E_OK && c->out->overflow)
		err = TLS_E_INTERNAL_ERROR;
	return err == TLS_E_OK ? TLS_E_OK : fail(c, err);
}

enum tls_err
hs_record(struct hs *hs, const struct hs_env *env, uint8_t type, uint8_t epoch, const uint8_t *data,
	size_t len, struct hs_out *out)
{
	struct hs_call c = { .hs = hs, .w = hs->w, .env = env, .out = out };
	enum tls_err err;
	size_t used = 0;

	if (hs->state == HS_WAIT_NOTHING)
		return hs->error;
	hs->read_due |= stops_reading(hs, type, epoch);
	if (hs_state_waits_for_us(hs->state)) {
		err = enqueue(hs, type, epoch, data, len);
	} else {
		err = take_record(&c, type, epoch, data, len, &used);
		if (err == TLS_E_OK && used < len)
			err = enqueue(hs, type, epoch, data + used, len - used);
	}
	return finish(&c, err);
}

enum tls_err
hs_start(struct hs *hs, const struct hs_env *env, const struct session_entry *session,
	const uint8_t *ticket, size_t ticket_len, struct peer *peer, struct hs_out *out)
{
	struct hs_call c = { .hs = hs,
		.w = hs->w,
		.env = env,
		.out = out,
		.session = session,
		.ticket = ticket,
		.ticket_len = ticket_len,
		.peer = peer };

	if (hs->state != HS_WAIT_CLIENT_START)
		return hs->error != TLS_E_OK ? hs->error : TLS_E_INTERNAL_ERROR;
	return finish(&c, dispatch(&c, HS_EV_CL_START, no_bytes, 0, NULL, 0));
}

static enum tls_err
answer(struct hs_call *c, enum hs_event event, const uint8_t *bytes, size_t len)
{
	enum tls_err err = dispatch(c, event, bytes, len, NULL, 0);

	if (err == TLS_E_OK)
		err = drain(c);
	return finish(c, err);
}

/* Whether this answers the question that is open. */
static bool
asked(const struct hs *hs, uint32_t tag, enum hs_act_type by)
{
	return hs->state != HS_WAIT_NOTHING && tag == hs->tag && hs->asked != HS_ASK_NOTHING &&
	       hs->asked_by == by;
}

enum tls_err
hs_work_done(struct hs *hs, const struct hs_env *env, uint32_t tag, const uint8_t *result,
	size_t len, struct hs_out *out)
{
	struct hs_call c = { .hs = hs, .w = hs->w, .env = env, .out = out };

	if (!asked(hs, tag, HS_ACT_PKA))
		return hs->error;
	if (result != NULL)
		return answer(&c, HS_EV_WORK_DONE, result, len);
	if (hs_cell(hs->state, HS_EV_WORK_FAILED)->recv != NULL)
		return answer(&c, HS_EV_WORK_FAILED, no_bytes, 0);
	return fail(&c, TLS_E_INTERNAL_ERROR);
}

enum tls_err
hs_session_done(struct hs *hs, const struct hs_env *env, uint32_t tag,
	const struct session_entry *entry, struct peer *peer, struct hs_out *out)
{
	struct hs_call c = { .hs = hs, .w = hs->w, .env = env, .out = out, .session = entry, .peer = peer };
	enum tls_err err = TLS_E_OK;

	if (!asked(hs, tag, HS_ACT_SESSION_GET))
		return hs->error;
	if (entry == NULL || !hs_session_fits(&c, entry, &err))
		return err == TLS_E_OK ? answer(&c, HS_EV_SESSION_MISS, no_bytes, 0)
				       : fail(&c, err);
	return answer(&c, hs->card != NULL ? HS_EV_SESSION_WRAPPED : HS_EV_SESSION_HIT, no_bytes, 0);
}

enum tls_err
hs_verify_done(struct hs *hs, const struct hs_env *env, uint32_t tag, struct peer *peer,
	struct hs_out *out)
{
	struct hs_call c = { .hs = hs, .w = hs->w, .env = env, .out = out, .peer = peer };

	if (!asked(hs, tag, HS_ACT_VERIFY))
		return hs->error;
	if (peer == NULL)
		return fail(&c, TLS_E_INTERNAL_ERROR);
	return answer(&c, HS_EV_VERIFIED, no_bytes, 0);
}

enum tls_err
hs_abort(struct hs *hs, const struct hs_env *env, enum tls_err why, struct hs_out *out)
{
	struct hs_call c = { .hs = hs, .w = hs->w, .env = env, .out = out };

	return hs->state == HS_WAIT_NOTHING ? hs->error : fail(&c, why);
}

enum tls_err
hs_command(struct hs *hs, const struct hs_env *env, enum hs_command cmd, struct hs_out *out)
{
	static const uint8_t events_of[] = {
		[HS_CMD_REKEY] = HS_EV_CMD_REKEY,
		[HS_CMD_RENEGOTIATE] = HS_EV_CMD_RENEGOTIATE,
		[HS_CMD_REAUTH] = HS_EV_CMD_REAUTH,
	};
	struct hs_call c = { .hs = hs, .w = hs->w, .env = env, .out = out };

	if (hs->state == HS_WAIT_NOTHING)
		return hs->error;
	if (cmd == HS_CMD_CLOSE_SOON) {
		emit_close(hs, out, TLS_ALERT_WARNING, TLS_ALERT_CLOSE_NOTIFY);
		return TLS_E_OK;
	}
	if (hs_cell(hs->state, events_of[cmd])->recv == NULL)
		return TLS_E_OK;
	return answer(&c, events_of[cmd], no_bytes, 0);
}
