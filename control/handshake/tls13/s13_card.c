/*
 * The server's side of TLS 1.3 with every secret on the card (conf->keys_on_card): what s13_answer.c,
 * msg13_finished.c and msg13_key_update.c do with secrets in hand is done here by steps on its slots.
 * RFC 8446 7.1 to 7.3, 4.2.11.2, 4.4.4, 4.6.1, 4.6.3.
 */
#include <stdlib.h>
#include <string.h>

#include "common/ct.h"
#include "control/handshake/tls13/s13.h"

#define KEY_UPDATE 24
#define FINISHED 20

_Static_assert(HS_CARD_MAX_TICKETS * HS_CARD_WRAPPED <= 512, "results of one script");
_Static_assert(2 * HS_CARD_MAX_TICKETS < IPC_KDF_MAX_STEPS, "steps of one script");

static size_t
digest_len(const struct hs_call *c)
{
	return hs_digest_len(c->hs->suite->prf);
}

/* One derivation from slot to slot; src may be NULL. */
static void
derive(struct hs_call *c, struct hs_script *s, uint8_t kdf, enum hs_secret in, enum hs_secret out,
	const uint8_t *src, size_t n)
{
	struct hs_step step = { .kdf = kdf,
		.in = hs_secret_handle(c, in),
		.out = hs_secret_fresh(c, out),
		.src = src,
		.src_len = n };

	hs_script_step(s, c->hs->suite->prf, &step);
}

/* Record keys of a traffic secret, 7.3. */
static void
derive_keys(struct hs_call *c, struct hs_script *s, enum hs_secret traffic, enum hs_secret out)
{
	struct hs_step step = { .kdf = SLUICE_KDF_T13_KEYS,
		.in = hs_secret_handle(c, traffic),
		.out = hs_secret_fresh(c, out),
		.key_block = c->hs->suite->key_len };

	hs_script_step(s, c->hs->suite->prf, &step);
}

static enum tls_err
install(struct hs_call *c, enum ipc_keys_dir dir, uint8_t flags, enum hs_secret keys)
{
	struct hs_keys k = {
		.dir = (uint8_t)dir,
		.when = IPC_KEYS_NOW,
		.flags = flags,
		.version = TLS_V_13,
		.alg = c->hs->suite->alg,
		.secret = hs_secret_handle(c, keys),
	};

	return hs_emit_keys(c, &k);
}

/* verify_data under a traffic secret or binder key, over this hash. */
static void
finished(struct hs_call *c, struct hs_script *s, enum hs_secret key, const uint8_t *hash)
{
	struct hs_step step = { .kdf = SLUICE_KDF_T13_FINISHED,
		.in = hs_secret_handle(c, key),
		.src = hash,
		.src_len = digest_len(c),
		.out_len = (uint16_t)digest_len(c) };

	hs_script_step(s, c->hs->suite->prf, &step);
}

/* ---- PSK ---- */

enum tls_err
hs_ask_S13_CARD_BINDER(struct hs_call *c)
{
	struct hs13 *t = c->w->t13;
	struct hs_step unwrap = { .kdf = IPC_KDF_UNWRAP,
		.out = hs_secret_fresh(c, HS_SECRET_PSK),
		.src = t->offer->secret,
		.src_len = t->offer->secret_len };
	struct hs_script s;

	hs_script_start(&s);
	hs_script_step(&s, c->hs->suite->prf, &unwrap);
	derive(c, &s, SLUICE_KDF_T13_EARLY, HS_SECRET_PSK, HS_SECRET_EARLY, NULL, 0);
	derive(c, &s, SLUICE_KDF_T13_BINDER, HS_SECRET_EARLY, HS_SECRET_BINDER, NULL, 0);
	finished(c, &s, HS_SECRET_BINDER, t->offer_hash);
	return hs_script_ask(c, &s);
}

/*
 * The client has the PSK: the session is taken, or (used before) a full handshake follows; as it does when
 * the card refused the PSK (4.2.11: none is acceptable).
 */
enum tls_err
s13_card_binder_done(struct hs_call *c, struct rd *answer)
{
	const uint8_t *want;

	if (rd_done(answer)) /* wrapped by a card that is not this one */
		return s13_choose_full(c);
	want = rd_bytes(answer, digest_len(c));
	if (want == NULL || !rd_done(answer))
		return TLS_E_INTERNAL_ERROR;
	if (!ct_memeq(want, c->w->t13->offer_binder, digest_len(c)))
		return TLS_E_DECRYPT_ERROR;
	if (!s13_psk_proved(c))
		return s13_choose_full(c);
	hs_raise(c, HS_EV_GO_CARD_PSK_SHARE, NULL, 0);
	return TLS_E_OK;
}

/* ---- (EC)DHE ---- */

enum tls_err
hs_ask_S13_CARD_SHARE(struct hs_call *c)
{
	struct pka_req req = { .kind = PKA_KEX_RESPOND, .code = c->hs->group };
	struct hs_span theirs = s13_share_of(&c->w->hello, c->hs->group);

	req.secret_out = hs_secret_fresh(c, HS_SECRET_SHARED);
	return req.secret_out != 0 ? hs_ask_pka(c, &req, theirs.p, theirs.n, NULL, 0)
				   : TLS_E_INTERNAL_ERROR;
}

/* Our public part, borrowed for the flight of this cell. */
enum tls_err
s13_card_share_done(struct hs_call *c, struct rd *answer)
{
	size_t n = rd_left(answer);

	if (n == 0)
		return TLS_E_ILLEGAL_PARAMETER; /* 4.2.8.2, 7.4.2: not a valid share */
	c->w->t13->share = (struct hs_span){ .p = rd_bytes(answer, n), .n = (uint32_t)n };
	return TLS_E_OK;
}

enum tls_err
s13_card_handshake_keys(struct hs_call *c)
{
	size_t n = digest_len(c);
	uint8_t hash[HS_DIGEST_MAX];
	struct hs_step early = { .kdf = SLUICE_KDF_T13_EARLY }, shared = { 0 };
	struct hs_script s;
	enum tls_err err;

	err = msg13_ccs_send(c);
	if (err != TLS_E_OK)
		return err;
	hs13_transcript_hash(c, hash);
	hs_script_start(&s);
	if (c->w->t13->psk_len == 0) {
		early.out = hs_secret_fresh(c, HS_SECRET_EARLY);
		hs_script_step(&s, c->hs->suite->prf, &early);
	}
	shared.kdf = SLUICE_KDF_T13_HANDSHAKE;
	shared.in = hs_secret_handle(c, HS_SECRET_EARLY);
	shared.in2 = hs_secret_handle(c, HS_SECRET_SHARED);
	shared.out = hs_secret_fresh(c, HS_SECRET_HANDSHAKE);
	hs_script_step(&s, c->hs->suite->prf, &shared);
	derive(c, &s, SLUICE_KDF_T13_CLIENT_HANDSHAKE, HS_SECRET_HANDSHAKE,
		HS_SECRET_CLIENT_HANDSHAKE, hash, n);
	derive(c, &s, SLUICE_KDF_T13_SERVER_HANDSHAKE, HS_SECRET_HANDSHAKE,
		HS_SECRET_SERVER_HANDSHAKE, hash, n);
	derive_keys(c, &s, HS_SECRET_SERVER_HANDSHAKE, HS_SECRET_HANDSHAKE_WRITE);
	derive_keys(c, &s, HS_SECRET_CLIENT_HANDSHAKE, HS_SECRET_HANDSHAKE_READ);
	derive(c, &s, SLUICE_KDF_T13_MAIN, HS_SECRET_HANDSHAKE, HS_SECRET_MAIN, NULL, 0);
	err = hs_script_send(c, &s);
	return err == TLS_E_OK ? install(c, IPC_DIR_WRITE, 0, HS_SECRET_HANDSHAKE_WRITE) : err;
}

/* ---- Finished, ours and the client's ---- */

static enum tls_err
ask_finished(struct hs_call *c, enum hs_secret traffic)
{
	uint8_t hash[HS_DIGEST_MAX];
	struct hs_script s;

	hs13_transcript_hash(c, hash);
	hs_script_start(&s);
	finished(c, &s, traffic, hash);
	return hs_script_ask(c, &s);
}

enum tls_err
hs_ask_S13_CARD_VERIFY_DATA(struct hs_call *c)
{
	return ask_finished(c, HS_SECRET_SERVER_HANDSHAKE);
}

enum tls_err
hs_ask_S13_CARD_EXPECTED(struct hs_call *c)
{
	return ask_finished(c, HS_SECRET_CLIENT_HANDSHAKE);
}

enum tls_err
s13_card_verify_data_done(struct hs_call *c, struct rd *answer)
{
	const uint8_t *verify = rd_bytes(answer, digest_len(c));

	if (verify == NULL || !rd_done(answer))
		return TLS_E_INTERNAL_ERROR;
	memcpy(c->w->t13->verify, verify, digest_len(c));
	return TLS_E_OK;
}

enum tls_err
msg13_card_finished_send(struct hs_call *c)
{
	size_t mark;
	struct wr w = hs_msg_begin(c, FINISHED, &mark);

	wr_bytes(&w, c->w->t13->verify, digest_len(c));
	return hs_msg_end(c, &w, mark);
}

enum tls_err
msg13_card_finished_recv(struct hs_call *c, struct rd *body)
{
	const uint8_t *verify = rd_bytes(body, digest_len(c));

	if (verify == NULL)
		return TLS_E_DECODE_ERROR;
	return ct_memeq(verify, c->w->t13->verify, digest_len(c)) ? TLS_E_OK : TLS_E_DECRYPT_ERROR;
}

enum tls_err
s13_card_flight_end(struct hs_call *c)
{
	uint8_t hash[HS_DIGEST_MAX];
	struct hs_script s;
	enum tls_err err;

	hs13_transcript_hash(c, hash);
	hs_script_start(&s);
	derive(c, &s, SLUICE_KDF_T13_CLIENT_APPLICATION, HS_SECRET_MAIN,
		HS_SECRET_CLIENT_APPLICATION, hash, digest_len(c));
	derive(c, &s, SLUICE_KDF_T13_SERVER_APPLICATION, HS_SECRET_MAIN,
		HS_SECRET_SERVER_APPLICATION, hash, digest_len(c));
	derive_keys(c, &s, HS_SECRET_SERVER_APPLICATION, HS_SECRET_WRITE);
	derive_keys(c, &s, HS_SECRET_CLIENT_APPLICATION, HS_SECRET_READ);
	err = hs_script_send(c, &s);
	if (err == TLS_E_OK)
		err = install(c, IPC_DIR_WRITE, 0, HS_SECRET_WRITE);
	c->hs->skip_bytes = s13_skip_bytes(c);
	if (err == TLS_E_OK)
		err = install(c, IPC_DIR_READ, 0, HS_SECRET_HANDSHAKE_READ);
	hs_raise(c, c->w->t13->want_cert ? HS_EV_GO_CERTIFICATE : HS_EV_GO_FINISHED, NULL, 0);
	return err;
}

/* ---- connected ---- */

/* What only the handshake needed; its record keys have done their work: the client's Finished came. */
enum tls_err
s13_card_connected(struct hs_call *c)
{
	static const enum hs_secret over[] = { HS_SECRET_SHARED, HS_SECRET_EARLY,
		HS_SECRET_HANDSHAKE, HS_SECRET_PSK, HS_SECRET_BINDER, HS_SECRET_CLIENT_HANDSHAKE,
		HS_SECRET_SERVER_HANDSHAKE, HS_SECRET_HANDSHAKE_READ, HS_SECRET_HANDSHAKE_WRITE };
	struct hs_script s;
	enum tls_err err;

	hs_script_start(&s);
	err = install(c, IPC_DIR_READ, 0, HS_SECRET_READ);
	if (err == TLS_E_OK)
		hs13_go_live(c);
	if (err == TLS_E_OK)
		err = hs_emit_ready(c, 0);
	if (err == TLS_E_OK)
		err = hs_emit_done(c);
	for (unsigned i = 0; i < sizeof(over) / sizeof(over[0]); i++)
		hs_script_drop(c, &s, over[i]);
	return err == TLS_E_OK && s.spoiled ? TLS_E_INTERNAL_ERROR : err;
}

static unsigned
tickets(const struct hs_call *c)
{
	unsigned n = s13_ticket_count(c);

	return n < HS_CARD_MAX_TICKETS ? n : HS_CARD_MAX_TICKETS;
}

enum tls_err
hs_ask_S13_CARD_TICKETS(struct hs_call *c)
{
	unsigned count = tickets(c);
	uint8_t hash[HS_DIGEST_MAX];
	struct hs_step wrap = { .kdf = IPC_KDF_WRAP,
		.out_len = IPC_KDF_WRAPPED(digest_len(c)) };
	struct hs_script s;

	if (count == 0) {
		hs_raise(c, HS_EV_WORK_DONE, NULL, 0);
		return TLS_E_OK;
	}
	hs13_transcript_hash(c, hash);
	hs_script_start(&s);
	derive(c, &s, SLUICE_KDF_T13_RESUMPTION, HS_SECRET_MAIN, HS_SECRET_BINDER, hash,
		digest_len(c));
	for (unsigned i = 0; i < count; i++) {
		derive(c, &s, SLUICE_KDF_T13_PSK, HS_SECRET_BINDER, HS_SECRET_PSK,
			&(uint8_t){ (uint8_t)i }, 1);
		wrap.in = hs_secret_handle(c, HS_SECRET_PSK);
		hs_script_step(&s, c->hs->suite->prf, &wrap);
	}
	if (!s.spoiled)
		return hs_script_ask(c, &s);
	hs_raise(c, HS_EV_WORK_FAILED, NULL, 0); /* no slot was to be had */
	return TLS_E_OK;
}

/* What only tickets needed. */
static enum tls_err
tickets_over(struct hs_call *c)
{
	struct hs_script s;

	hs_script_start(&s);
	hs_script_drop(c, &s, HS_SECRET_MAIN);
	hs_script_drop(c, &s, HS_SECRET_PSK);
	hs_script_drop(c, &s, HS_SECRET_BINDER);
	return s.spoiled ? TLS_E_INTERNAL_ERROR : TLS_E_OK;
}

/* The connection is up already, and a ticket is an offer: one that cannot be made is left out. */
enum tls_err
s13_card_no_tickets(struct hs_call *c, struct rd *nothing)
{
	c->hs->tickets_left_out = true;
	return tickets_over(c);
}

enum tls_err
s13_card_tickets_done(struct hs_call *c, struct rd *answer)
{
	size_t n = tickets(c) * IPC_KDF_WRAPPED(digest_len(c)), got = rd_left(answer);
	const uint8_t *p = rd_bytes(answer, got);

	if (got != n) /* the card refused a step */
		return s13_card_no_tickets(c, answer);
	if (n != 0) {
		c->w->t13->tickets = malloc(n);
		if (c->w->t13->tickets == NULL)
			return s13_card_no_tickets(c, answer);
		memcpy(c->w->t13->tickets, p, n);
	}
	return tickets_over(c);
}

enum tls_err
msg13_card_tickets_send(struct hs_call *c)
{
	size_t len = IPC_KDF_WRAPPED(digest_len(c));
	enum tls_err err = TLS_E_OK;

	for (unsigned i = 0; err == TLS_E_OK && c->w->t13->tickets != NULL && i < tickets(c); i++)
		err = msg13_wrapped_ticket_send(c, c->w->t13->tickets + i * len, len, (uint8_t)i);
	return err;
}

/* ---- KeyUpdate ---- */

/*
 * A direction's secret and record keys are in one pair of slots or the other: what is derived goes to
 * the one that its origin is not in, and keys that the card may not have taken yet are not overwritten.
 */
static const enum hs_secret pairs[2][2][2] = {
	[HS13_CLIENT] = { { HS_SECRET_CLIENT_APPLICATION, HS_SECRET_READ },
		{ HS_SECRET_CLIENT_HANDSHAKE, HS_SECRET_HANDSHAKE_READ } },
	[HS13_SERVER] = { { HS_SECRET_SERVER_APPLICATION, HS_SECRET_WRITE },
		{ HS_SECRET_SERVER_HANDSHAKE, HS_SECRET_HANDSHAKE_WRITE } },
};

/* The next generation of a direction's secret and its keys, in effect from here. */
static enum tls_err
next_keys(struct hs_call *c, enum hs13_side side, uint8_t flags)
{
	struct hs13_live *l = c->hs->l13;
	const enum hs_secret *old = pairs[side][l->flip[side]], *next = pairs[side][!l->flip[side]];
	struct hs_script s;
	enum tls_err err;

	l->flip[side] = !l->flip[side];
	hs_script_start(&s);
	derive(c, &s, SLUICE_KDF_T13_UPDATE, old[0], next[0], NULL, 0);
	derive_keys(c, &s, next[0], next[1]);
	err = hs_script_send(c, &s);
	c->hs->key_updates++;
	return err == TLS_E_OK ? install(c, side == HS13_SERVER ? IPC_DIR_WRITE : IPC_DIR_READ,
					 flags, next[1])
			       : err;
}

static enum tls_err
send_update(struct hs_call *c, uint8_t request)
{
	uint8_t message[] = { KEY_UPDATE, 0, 0, 1, request };
	enum tls_err err;

	err = hs_send_bytes(c, TLS_CT_HANDSHAKE, IPC_SEND_HOLD, message, sizeof(message));
	return err == TLS_E_OK ? next_keys(c, HS13_SERVER, IPC_KEYS_RELEASE) : err;
}

enum tls_err
msg13_card_key_update_recv(struct hs_call *c, struct rd *body)
{
	bool requested;
	enum tls_err err = hs13_key_update_read(c, body, &requested);

	if (err == TLS_E_OK)
		err = next_keys(c, HS13_CLIENT, 0);
	return err == TLS_E_OK && requested ? send_update(c, 0) : err;
}

enum tls_err
msg13_card_key_update_start(struct hs_call *c, struct rd *nothing)
{
	return send_update(c, 1);
}
