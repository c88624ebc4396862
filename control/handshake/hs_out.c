/*
 * The actions of one call into the machine: a list with spans of one buffer, and our own messages
 * written into it. What may be secret is wiped by hs_out_wipe().
 */
#include <string.h>

#include "common/ct.h"
#include "control/handshake/hs_int.h"

void
hs_out_start(struct hs_out *out)
{
	out->n = 0;
	out->used = 0;
	out->entries = 0;
	out->overflow = false;
}

void
hs_out_wipe(struct hs_out *out)
{
	for (unsigned i = 0; i < out->n; i++) {
		const struct hs_act *a = &out->act[i];

		if (a->type == HS_ACT_KEYS || a->type == HS_ACT_PKA || a->type == HS_ACT_KEYLOG)
			ct_wipe(out->data + a->off, a->len);
	}
	ct_wipe(out->entry, out->entries * sizeof(out->entry[0]));
	hs_out_start(out);
}

struct hs_act *
hs_act_new(struct hs_out *out, enum hs_act_type type)
{
	/*
	 * the last two places are kept for the end: there is always room to remove the session and
	 * to close
	 */
	unsigned room = type == HS_ACT_CLOSE || type == HS_ACT_SESSION_REMOVE ? HS_MAX_ACTS
									      : HS_MAX_ACTS - 2;
	struct hs_act *a;

	if (out->n >= room) {
		out->overflow = true;
		return NULL;
	}
	a = &out->act[out->n++];
	memset(a, 0, sizeof(*a));
	a->type = type;
	a->off = out->used;
	return a;
}

struct wr
hs_act_wr(struct hs_out *out)
{
	return wr_init(out->data + out->used, HS_OUT_BYTES - TLS_MAX_SESSION_ID - out->used);
}

void
hs_act_end(struct hs_out *out, struct hs_act *a, const struct wr *w)
{
	if (!wr_ok(w) || a == NULL) {
		ct_wipe(w->start, wr_len(w)); /* no action names these bytes: nobody else would */
		out->overflow = true;
		return;
	}
	a->len = (uint32_t)wr_len(w);
	out->used += a->len;
}

struct wr
hs_msg_begin(struct hs_call *c, uint8_t type, size_t *mark)
{
	struct wr w = hs_act_wr(c->out);

	wr_u8(&w, type);
	*mark = wr_open(&w, 3);
	return w;
}

/* Whether bytes that come next can join the last action: same type, nothing between. */
static struct hs_act *
joinable(struct hs_out *out, uint8_t content_type, uint8_t flags)
{
	struct hs_act *last = out->n != 0 ? &out->act[out->n - 1] : NULL;

	if (last == NULL || last->type != HS_ACT_SEND || content_type != TLS_CT_HANDSHAKE ||
		last->send.content_type != content_type || last->send.flags != flags ||
		last->off + last->len != out->used)
		return NULL;
	/* one message of the channel carries it */
	return last->len < IPC_MAX_DATA / 2 ? last : NULL;
}

/* Closes what w wrote as bytes to send; one record can hold several messages: RFC 5246 6.2.1. */
static enum tls_err
send_end(struct hs_call *c, const struct wr *w, uint8_t content_type, uint8_t flags)
{
	struct hs_out *out = c->out;
	struct hs_act *a = joinable(out, content_type, flags);

	if (a != NULL && wr_ok(w)) {
		a->len += (uint32_t)wr_len(w);
		out->used += (uint32_t)wr_len(w);
		return out->overflow ? TLS_E_INTERNAL_ERROR : TLS_E_OK;
	}
	a = hs_act_new(out, HS_ACT_SEND);
	if (a != NULL) {
		a->send.content_type = content_type;
		a->send.flags = flags;
		a->send.max_fragment = c->hs->max_fragment;
		a->send.version = c->hs->version > TLS_V_12 ? TLS_V_12 : c->hs->version;
	}
	hs_act_end(out, a, w);
	return out->overflow ? TLS_E_INTERNAL_ERROR : TLS_E_OK;
}

enum tls_err
hs_msg_end(struct hs_call *c, struct wr *w, size_t mark)
{
	enum tls_err err;

	wr_close(w, mark, 3);
	if (!wr_ok(w))
		return TLS_E_INTERNAL_ERROR;
	if (c->w != NULL) {
		err = hs_transcript_add(&c->w->transcript, w->start, wr_len(w));
		if (err != TLS_E_OK)
			return err;
	}
	return send_end(c, w, TLS_CT_HANDSHAKE, 0);
}

enum tls_err
hs_send_bytes(struct hs_call *c, uint8_t content_type, uint8_t flags, const void *p, size_t n)
{
	struct wr w = hs_act_wr(c->out);

	wr_bytes(&w, p, n);
	return send_end(c, &w, content_type, flags);
}

enum tls_err
hs_emit_keys(struct hs_call *c, const struct hs_keys *k)
{
	struct hs_act *a = hs_act_new(c->out, HS_ACT_KEYS);
	struct wr w = hs_act_wr(c->out);

	wr_bytes(&w, k->mac, k->mac_len);
	wr_bytes(&w, k->key, k->key_len);
	wr_bytes(&w, k->iv, k->iv_len);
	if (a != NULL) {
		a->keys.dir = k->dir;
		a->keys.when = k->when;
		a->keys.flags = k->flags;
		a->keys.mac_key_len = k->mac_len;
		a->keys.key_len = k->key_len;
		a->keys.iv_len = k->iv_len;
		a->keys.version = k->version;
		a->keys.alg = k->alg;
		a->keys.secret = k->secret;
		a->keys.seq = k->seq;
	}
	hs_act_end(c->out, a, &w);
	if (k->dir == IPC_DIR_READ && k->when == IPC_KEYS_NOW) {
		c->hs->read_epoch++;
		c->hs->fresh_epoch = true;
	}
	return c->out->overflow ? TLS_E_INTERNAL_ERROR : TLS_E_OK;
}

void
hs_keylog(struct hs_call *c, const char *label, const uint8_t *secret, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	const uint8_t *random = c->w->hello.random;
	struct hs_act *a;
	struct wr w;

	if (!c->hs->conf->keylog)
		return;
	a = hs_act_new(c->out, HS_ACT_KEYLOG);
	w = hs_act_wr(c->out);
	wr_bytes(&w, label, strlen(label));
	wr_u8(&w, ' ');
	for (size_t i = 0; i < TLS_RANDOM_LEN; i++) {
		wr_u8(&w, (uint8_t)hex[random[i] >> 4]);
		wr_u8(&w, (uint8_t)hex[random[i] & 15]);
	}
	wr_u8(&w, ' ');
	for (size_t i = 0; i < len; i++) {
		wr_u8(&w, (uint8_t)hex[secret[i] >> 4]);
		wr_u8(&w, (uint8_t)hex[secret[i] & 15]);
	}
	hs_act_end(c->out, a, &w);
}

enum tls_err
hs_emit_ready(struct hs_call *c, uint16_t flags)
{
	struct hs_act *a = hs_act_new(c->out, HS_ACT_READY);

	if (a == NULL)
		return TLS_E_INTERNAL_ERROR;
	a->ready.max_fragment = c->hs->max_fragment;
	a->ready.flags = flags;
	c->hs->ready = true;
	return TLS_E_OK;
}

enum tls_err
hs_emit_done(struct hs_call *c)
{
	return hs_act_new(c->out, HS_ACT_DONE) != NULL ? TLS_E_OK : TLS_E_INTERNAL_ERROR;
}

struct session_entry *
hs_entry_new(struct hs_call *c, enum hs_act_type type)
{
	struct hs_out *out = c->out;
	struct session_entry *e;
	struct hs_act *a;

	if (out->entries == sizeof(out->entry) / sizeof(out->entry[0])) {
		out->overflow = true;
		return NULL;
	}
	a = hs_act_new(out, type);
	if (a == NULL)
		return NULL;
	e = &out->entry[out->entries++];
	memset(e, 0, sizeof(*e));
	a->entry = e;
	return e;
}

void
hs_emit_session_remove(struct hs_call *c)
{
	const struct hs *hs = c->hs;
	struct hs_act *a;
	struct wr w;

	if (hs->session_id_len == 0 || hs->role != HS_SERVER)
		return;
	a = hs_act_new(c->out, HS_ACT_SESSION_REMOVE);
	w = wr_init(c->out->data + c->out->used, HS_OUT_BYTES - c->out->used);
	wr_bytes(&w, hs->session_id, hs->session_id_len);
	hs_act_end(c->out, a, &w);
}
