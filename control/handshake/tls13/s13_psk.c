/*
 * Resumption, the server's side: which of the client's PSKs is taken, its binder, its age; whether
 * early data is. RFC 8446 4.2.9 to 4.2.11, 8. What is wrong with a ticket leads to a full
 * handshake; only a binder that does not verify ends the connection.
 */
#include <stdlib.h>
#include <string.h>

#include "common/ct.h"
#include "control/handshake/tls13/s13.h"
#include "control/session/ticket.h"

#define MAX_IDENTITIES 4 /* tickets tried in one hello */
#define PSK_KE 0
#define PSK_DHE_KE 1
/* How far the client's idea of the ticket's age may be from ours for early data, 8.3. */
#define AGE_WINDOW_MS 10000
/* Ciphertext is longer than what is in it, the more so the smaller its records. */
#define SKIP_LEAST 16384

struct identity {
	struct hs_span ticket, binder;
	uint32_t obfuscated_age;
};

static bool
offers_mode(const struct hs_hello *h, uint8_t mode)
{
	return memchr(h->psk_modes.p, mode, h->psk_modes.n) != NULL;
}

bool
s13_psk_ke_only(const struct hs_hello *h)
{
	return h->psk_ids.p != NULL && !offers_mode(h, PSK_DHE_KE);
}

/* psk_dhe_ke where both can; psk_ke only where the listener says so. False: no PSK at all. */
static bool
choose_mode(struct hs_call *c)
{
	const struct hs_hello *h = &c->w->hello;

	c->w->t13->psk_only = false;
	if (offers_mode(h, PSK_DHE_KE) && c->hs->group != 0)
		return true;
	c->w->t13->psk_only = true;
	return c->hs->conf->psk_only && offers_mode(h, PSK_KE);
}

/* The identities and the binders stand in two lists of one order; both are as long: 4.2.11. */
static enum tls_err
same_count(const struct hs_hello *h)
{
	struct rd ids = hs_span_rd(h->psk_ids), binders = hs_span_rd(h->psk_binders);

	while (rd_left(&ids) != 0 && rd_left(&binders) != 0) {
		rd_vec16(&ids);
		rd_u32(&ids);
		rd_vec8(&binders);
	}
	return rd_left(&ids) == 0 && rd_left(&binders) == 0 ? TLS_E_OK : TLS_E_ILLEGAL_PARAMETER;
}

/* ---- one ticket ---- */

static bool
open_ticket(const struct hs_call *c, struct hs_span ticket, struct session_entry *e)
{
	bool old;

	return ticket_open(c->hs->conf->tickets, c->env->now_s, ticket.p, ticket.n, e, sizeof(*e),
		       &old) == sizeof(*e);
}

/*
 * The certificate that the session's client showed, when that is known still; true without one
 * unless one is required.
 */
static bool
find_peer(struct hs_call *c, const struct session_entry *e)
{
	static const uint8_t nobody[sizeof(e->peer)];
	struct peer *p;

	peer_unref(c->w->t13->peer);
	c->w->t13->peer = NULL;
	if (memcmp(e->peer, nobody, sizeof(nobody)) == 0)
		return c->hs->conf->client_auth != HS_AUTH_REQUIRE;
	p = c->env->known_peer != NULL ? c->env->known_peer(c->env->ctx, c->hs->conf, e->peer)
				       : NULL;
	c->w->t13->peer = p;
	return p != NULL && p->verdict == TLS_E_OK;
}

/* The session is of this listener, name, hash and version, and of this time. */
static bool
fits(struct hs_call *c, const struct session_entry *e)
{
	const struct hs_suite *suite = hs_suite_by_code(e->suite);
	uint64_t age = c->env->now_ms - e->issued_ms;

	if (e->version != TLS_V_13 || suite == NULL || suite->prf != c->hs->suite->prf ||
		((e->flags & SESSION_WRAPPED) != 0) != (c->hs->card != NULL))
		return false;
	if (c->hs->card == NULL && e->secret_len != hs_digest_len(suite->prf))
		return false;
	if (c->env->now_ms < e->issued_ms || c->env->now_s >= e->expires_s ||
		age / 1000 > e->lifetime_s)
		return false;
	if (!ct_memeq(e->bind, c->w->bind, sizeof(e->bind)))
		return false;
	if (c->w->t13->psk_only && !(e->flags & SESSION_PSK_ONLY))
		return false;
	return find_peer(c, e);
}

/* HMAC over all messages up to the binders themselves: 4.2.11.2. */
static bool
binder_fits(struct hs_call *c, const struct hs_digest *before, const uint8_t *hello,
	struct hs_span binder)
{
	size_t n = hs_digest_len(c->hs->suite->prf);
	uint8_t hash[HS_DIGEST_MAX], want[HS_DIGEST_MAX];
	struct hs_digest d = *before;

	if (binder.n != n)
		return false;
	hs_digest_add(&d, hello, HS_HDR_LEN + c->w->hello.psk_binders_at);
	hs_digest_now(&d, hash);
	ks13_binder(&c->w->t13->ks, hash, want);
	return ct_memeq(want, binder.p, n) != 0;
}

/* ---- early data ---- */

/* 4.2.10, 8: for the first PSK, with its suite and protocol, and fresh. */
static bool
early_fits(const struct hs_call *c, const struct session_entry *e, const struct identity *id)
{
	uint64_t age = c->env->now_ms - e->issued_ms;
	uint32_t told = id->obfuscated_age - e->age_add;

	if (!c->w->hello.early_data || c->hs->conf->early_data_max == 0 || e->early_max == 0)
		return false;
	if (e->suite != c->hs->suite->code || e->alpn_len != strlen(c->hs->alpn) ||
		memcmp(e->alpn, c->hs->alpn, e->alpn_len) != 0)
		return false;
	return (age > told ? age - told : told - age) <= AGE_WINDOW_MS;
}

/*
 * Whether this ticket was never used before. What is forgotten for early data alone is too old by
 * then.
 */
static bool
first_use(const struct hs_call *c, const struct session_entry *e)
{
	uint64_t until = c->hs->conf->single_use ? e->expires_s
						 : c->env->now_s + 2 * AGE_WINDOW_MS / 1000 + 1;

	return c->env->first_use != NULL && c->env->first_use(c->env->ctx, e->id, until);
}

/* ---- the choice ---- */

static bool
next_identity(struct rd *ids, struct rd *binders, struct identity *id)
{
	struct rd ticket, binder;

	if (rd_left(ids) == 0)
		return false;
	ticket = rd_vec16(ids);
	id->obfuscated_age = rd_u32(ids);
	binder = rd_vec8(binders);
	id->ticket = (struct hs_span){ .p = ticket.p, .n = (uint32_t)rd_left(&ticket) };
	id->binder = (struct hs_span){ .p = binder.p, .n = (uint32_t)rd_left(&binder) };
	return true;
}

/* On the card: the binder is the next question; nothing is decided before its answer. */
static enum tls_err
offer_to_card(struct hs_call *c, const struct hs_digest *before, const uint8_t *hello,
	const struct session_entry *e, const struct identity *id, unsigned index)
{
	size_t n = hs_digest_len(c->hs->suite->prf);
	struct hs13 *t = c->w->t13;
	struct hs_digest d = *before;

	if (id->binder.n != n)
		return TLS_E_DECRYPT_ERROR;
	free(t->offer);
	t->offer = malloc(sizeof(*t->offer));
	if (t->offer == NULL)
		return TLS_E_INTERNAL_ERROR;
	*t->offer = *e;
	t->psk_index = (uint16_t)index;
	memcpy(t->offer_binder, id->binder.p, n);
	hs_digest_add(&d, hello, HS_HDR_LEN + c->w->hello.psk_binders_at);
	hs_digest_now(&d, t->offer_hash);
	return TLS_E_OK;
}

/* Takes this session: the schedule stands at its Early Secret. */
static void
take(struct hs_call *c, const struct session_entry *e, const struct identity *id, unsigned index,
	bool retried)
{
	struct hs13 *t = c->w->t13;
	bool early = index == 0 && !retried && early_fits(c, e, id);
	bool first = early || c->hs->conf->single_use ? first_use(c, e) : false;

	if (c->hs->conf->single_use && !first) {
		ks13_wipe(&t->ks);
		return; /* a full handshake */
	}
	t->psk_len = e->secret_len;
	t->psk_index = (uint16_t)index;
	t->psk_expires_s = e->expires_s;
	t->early_max = e->early_max;
	c->hs->resumed = true;
	c->hs->early = early && first;
	peer_unref(c->hs->peer);
	c->hs->peer = t->peer;
	t->peer = NULL;
}

enum tls_err
s13_choose_psk(
	struct hs_call *c, const struct hs_digest *before, const uint8_t *hello, bool retried)
{
	const struct hs_hello *h = &c->w->hello;
	struct rd ids = hs_span_rd(h->psk_ids), binders = hs_span_rd(h->psk_binders);
	struct hs13 *t = c->w->t13;
	struct session_entry e;
	struct identity id;
	enum tls_err err;

	if (h->psk_ids.p == NULL)
		return TLS_E_OK;
	err = same_count(h);
	if (err != TLS_E_OK || c->hs->conf->tickets == NULL || !choose_mode(c))
		return err;
	for (unsigned i = 0; i < MAX_IDENTITIES && next_identity(&ids, &binders, &id); i++) {
		if (!open_ticket(c, id.ticket, &e) || !fits(c, &e))
			continue;
		if (c->hs->card != NULL) {
			err = offer_to_card(c, before, hello, &e, &id, i);
			break;
		}
		ks13_early(&t->ks, c->hs->suite->prf, e.secret, e.secret_len);
		if (binder_fits(c, before, hello, id.binder))
			take(c, &e, &id, i, retried);
		else
			err = TLS_E_DECRYPT_ERROR;
		break;
	}
	ct_wipe(&e, sizeof(e));
	return err;
}

bool
s13_psk_proved(struct hs_call *c)
{
	struct hs13 *t = c->w->t13;
	static const struct identity none; /* no early data: its age is not asked for */

	take(c, t->offer, &none, t->psk_index, true);
	return t->psk_len != 0;
}

uint32_t
s13_skip_bytes(const struct hs_call *c)
{
	uint32_t most = c->hs->conf->early_data_max;

	if (!c->w->hello.early_data || c->hs->early)
		return 0;
	if (most < SKIP_LEAST)
		most = SKIP_LEAST;
	return most + most / 4;
}
