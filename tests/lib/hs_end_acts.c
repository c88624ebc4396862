/* One end of a connection for tests: carrying out the machine's actions and answering it; see hs_end.h. */
#include <stdlib.h>
#include <string.h>

#include "common/ct.h"
#include "common/rd.h"
#include "control/cert/peer_int.h"
#include "control/cert/verify.h"
#include "control/pka/pka_soft.h"
#include "tests/lib/hs_end.h"

/* ---- what outlives a connection ---- */

void
hs_keep_init(struct hs_keep *k, uint32_t capacity)
{
	memset(k, 0, sizeof(*k));
	k->cache = session_cache_new(capacity);
	k->once = once_new(1024, 0);
	HS_REC_CHECK(k->cache != NULL && k->once != NULL);
}

void
hs_keep_drop(struct hs_keep *k)
{
	session_cache_free(k->cache);
	once_free(k->once);
	hs_bytes_drop(&k->ticket);
	for (unsigned i = 0; i < HS_KEEP_PEERS; i++)
		peer_unref(k->peers[i]);
	memset(k, 0, sizeof(*k));
}

static void
keep_peer(struct hs_keep *k, struct peer *p)
{
	struct peer **at = &k->peers[k->next_peer++ % HS_KEEP_PEERS];

	peer_unref(*at);
	*at = peer_ref(p);
}

struct peer *
hs_keep_peer(const struct hs_keep *k, const uint8_t fingerprint[32])
{
	for (unsigned i = 0; i < HS_KEEP_PEERS; i++)
		if (k->peers[i] != NULL && memcmp(k->peers[i]->fingerprint, fingerprint, 32) == 0)
			return k->peers[i];
	return NULL;
}

/* ---- actions ---- */

static void
set_key(struct hs_end *e, const struct hs_act *a, const uint8_t *d)
{
	struct ipc_keys_set k = { .dir = a->keys.dir,
		.when = a->keys.when,
		.version = a->keys.version,
		.alg = a->keys.alg,
		.seq = a->keys.seq,
		.key_len = a->keys.key_len,
		.mac_key_len = a->keys.mac_key_len,
		.iv_len = a->keys.iv_len,
		.flags = a->keys.flags,
		.secret = a->keys.secret };
	uint8_t from_card[96];

	if (k.secret != 0) {
		HS_REC_CHECK(a->len == 0 && e->opts.card != NULL);
		/* a slot without keys (a derivation before failed): the dataplane closes */
		if (!soft_card_keys(e->opts.card, &k, from_card)) {
			hs_end_abort(e, TLS_E_INTERNAL_ERROR);
			return;
		}
		d = from_card;
	} else {
		HS_REC_CHECK(e->opts.card == NULL);
	}
	HS_REC_CHECK(k.secret != 0 || a->len == (uint32_t)k.mac_key_len + k.key_len + k.iv_len);
	if (k.dir == IPC_DIR_WRITE) {
		HS_REC_CHECK(k.when == IPC_KEYS_NOW);
		hs_rec_key(&e->wr, &k, d);
		if (k.flags & IPC_KEYS_RELEASE)
			e->held = false;
	} else if (k.when == IPC_KEYS_NOW) {
		HS_REC_CHECK(k.version == TLS_V_13 || k.version == TLS_V_SSL2);
		hs_rec_key(&e->rd, &k, d);
		e->epoch++;
	} else if (e->ccs_seen) {
		hs_rec_key(&e->rd, &k, d);
		e->ccs_seen = false;
	} else {
		hs_rec_key(&e->rd_next, &k, d);
		e->has_next = true;
	}
}

static void
question(struct hs_end *e, const struct hs_act *a, const uint8_t *d)
{
	HS_REC_CHECK(e->ask.type == HS_ACT_SEND); /* one at a time */
	e->ask.type = a->type;
	e->ask.tag = a->tag;
	if (a->type == HS_ACT_PKA) {
		e->ask.pka = a->pka;
		if (a->pka.kind < sizeof(e->pka_count) / sizeof(e->pka_count[0]))
			e->pka_count[a->pka.kind]++;
	} else if (a->type == HS_ACT_VERIFY) {
		e->ask.staple_len = a->verify.staple_len;
	}
	e->ask.data.len = 0;
	hs_bytes_add(&e->ask.data, d, a->len);
	e->questions++;
}

static void
client_put(struct hs_keep *k, const struct hs_act *a, const uint8_t *d)
{
	if (k == NULL)
		return;
	k->has_client = true;
	k->client = *a->entry;
	hs_bytes_drop(&k->ticket);
	hs_bytes_add(&k->ticket, d, a->len);
}

static void
close_now(struct hs_end *e, const struct hs_act *a)
{
	uint8_t alert[2] = { a->close.level, a->close.alert };

	if (e->closed)
		return;
	e->alert_level = a->close.level;
	e->alert = a->close.alert;
	if (a->close.alert != TLS_ALERT_NONE)
		hs_end_send(e, TLS_CT_ALERT, TLS_V_12, alert, sizeof(alert));
	e->closed = true;
}

static void
send_act(struct hs_end *e, const struct hs_act *a, const uint8_t *d)
{
	e->max_fragment = a->send.max_fragment;
	hs_end_send(e, a->send.content_type, a->send.version, d, a->len);
	if (a->send.content_type == TLS_CT_SSL2 && !e->first_record)
		e->v2_wire = true;
	e->held = (a->send.flags & IPC_SEND_HOLD) != 0;
}

static void
card_steps(struct hs_end *e, const uint8_t *steps, size_t len)
{
	uint8_t none[512];
	size_t n;

	HS_REC_CHECK(e->opts.card != NULL);
	/* nobody is told of a failure: what depends on it fails */
	if (soft_card_run(e->opts.card, steps, len, none, &n) == 0)
		HS_REC_CHECK(n == 0);
}

static void
act(struct hs_end *e, const struct hs_act *a)
{
	const uint8_t *d = e->out->data + a->off;
	struct hs_keep *k = e->opts.keep;

	switch (a->type) {
	case HS_ACT_SEND: send_act(e, a, d); break;
	case HS_ACT_KEYS: set_key(e, a, d); break;
	case HS_ACT_READ_ON:
		e->stopped = false;
		e->reads_on++;
		if (a->read_on.version != 0)
			e->version = a->read_on.version;
		if (a->read_on.skip_bytes != 0)
			e->skip_bytes = a->read_on.skip_bytes;
		break;
	case HS_ACT_SECRETS: card_steps(e, d, a->len); break;
	case HS_ACT_SECRET_FREE: soft_card_free(e->opts.card, a->secret); break;
	case HS_ACT_SESSION_GET:
	case HS_ACT_PKA:
	case HS_ACT_VERIFY: question(e, a, d); break;
	case HS_ACT_SESSION_PUT:
		e->stored = true;
		if (k != NULL)
			session_cache_put(k->cache, a->entry);
		break;
	case HS_ACT_SESSION_REMOVE:
		e->removed = true;
		if (k != NULL)
			session_cache_remove(k->cache, d, a->len);
		break;
	case HS_ACT_CLIENT_PUT: client_put(k, a, d); break;
	case HS_ACT_CLIENT_REMOVE:
		if (k != NULL)
			k->has_client = false;
		break;
	case HS_ACT_KEYLOG:
		if (e->opts.keylog != NULL)
			e->opts.keylog(e->opts.ctx, (const char *)d, a->len);
		break;
	case HS_ACT_READY:
		if (a->ready.flags & IPC_READY_EARLY) {
			e->early = true;
			e->early_max = a->ready.early_max;
		} else {
			e->ready = true;
		}
		e->max_fragment = a->ready.max_fragment;
		break;
	case HS_ACT_DONE:
		e->done = true;
		e->handshakes++;
		break;
	case HS_ACT_CLOSE: close_now(e, a); break;
	}
}

/* ---- answers ---- */

static enum tls_err
answer_work(struct hs_end *e, const struct hs_question *q)
{
	uint8_t *result = malloc(PKA_OP_MAX_OUT);
	size_t len = 0;
	enum tls_err err;
	int rc;

	HS_REC_CHECK(result != NULL);
	if (q->pka.kind == PKA_SECRETS || q->pka.secret_out != 0 || q->pka.secret_in != 0)
		rc = soft_card_do(e->opts.card, &q->pka, hs_bytes_at(&q->data), q->data.len, result,
			&len);
	else if (e->opts.pka != NULL)
		rc = e->opts.pka(e->opts.ctx, &q->pka, hs_bytes_at(&q->data), q->data.len, result,
			&len);
	else
		rc = pka_soft_do(&q->pka, hs_bytes_at(&q->data), q->data.len, result, &len);
	err = hs_work_done(e->hs, &e->env, q->tag, rc == 0 ? result : NULL, len, e->out);
	free(result);
	return err;
}

static enum tls_err
answer_session(struct hs_end *e, const struct hs_question *q)
{
	static const uint8_t none[32];
	struct hs_keep *k = e->opts.keep;
	struct session_entry entry;
	bool hit = k != NULL && q->data.len != 0 &&
		   session_cache_get(k->cache, hs_bytes_at(&q->data), q->data.len, e->env.now_s,
			   &entry);
	bool known = hit && memcmp(entry.peer, none, sizeof(none)) != 0;

	return hs_session_done(e->hs, &e->env, q->tag, hit ? &entry : NULL,
		known ? hs_keep_peer(k, entry.peer) : NULL, e->out);
}

struct peer *
hs_end_verify_any(void *ctx, const uint8_t *chain, size_t len, const uint8_t *staple,
	size_t staple_len)
{
	struct rd r = rd_init(chain, len), der = rd_vec24(&r);
	struct peer *p = peer_new();
	const uint8_t *at = der.p;
	X509 *leaf = rd_ok(&r) ? d2i_X509(NULL, &at, (long)rd_left(&der)) : NULL;

	HS_REC_CHECK(p != NULL);
	if (leaf != NULL) {
		HS_REC_CHECK(peer_look(p, leaf, der.p, rd_left(&der)) == 0);
		p->verdict = TLS_E_OK;
		p->reason[0] = '\0';
	}
	X509_free(leaf);
	return p;
}

static struct peer *
verify(const struct hs_end *e, const uint8_t *chain, size_t len, const uint8_t *staple,
	size_t staple_len)
{
	const struct hs_conf *conf = e->opts.conf;
	struct verify_req req = { .name = conf->role == HS_CLIENT && conf->verify_name
						  ? conf->server_name
						  : NULL,
		.chain = chain,
		.chain_len = len,
		.staple = staple_len != 0 ? staple : NULL,
		.staple_len = staple_len,
		.now_s = (int64_t)e->env.now_s };

	return peer_verify(conf->trust, &req);
}

static enum tls_err
answer_verify(struct hs_end *e, const struct hs_question *q)
{
	const uint8_t *d = hs_bytes_at(&q->data);
	size_t chain = q->data.len - q->staple_len;
	struct peer *p = NULL;
	enum tls_err err;

	if (e->opts.verify != NULL)
		p = e->opts.verify(e->opts.ctx, d, chain, d + chain, q->staple_len);
	else if (e->opts.conf->trust != NULL)
		p = verify(e, d, chain, d + chain, q->staple_len);
	if (p != NULL && e->opts.keep != NULL)
		keep_peer(e->opts.keep, p);
	err = hs_verify_done(e->hs, &e->env, q->tag, p, e->out);
	peer_unref(p);
	return err;
}

static enum tls_err
answer(struct hs_end *e)
{
	struct hs_question q = e->ask;
	enum tls_err err;

	e->ask = (struct hs_question){ .type = HS_ACT_SEND };
	hs_out_start(e->out);
	switch (q.type) {
	case HS_ACT_PKA: err = answer_work(e, &q); break;
	case HS_ACT_SESSION_GET: err = answer_session(e, &q); break;
	default: err = answer_verify(e, &q); break;
	}
	hs_bytes_drop(&q.data);
	return err;
}

enum tls_err
hs_end_carry_out(struct hs_end *e, enum tls_err err)
{
	for (;;) {
		e->err = err;
		for (unsigned i = 0; i < e->out->n; i++)
			act(e, &e->out->act[i]);
		hs_out_wipe(e->out);
		hs_end_flush(e);
		if (e->ask.type == HS_ACT_SEND || e->closed || e->opts.hold_answers)
			return e->err;
		err = answer(e);
	}
}

bool
hs_end_answer(struct hs_end *e)
{
	bool hold = e->opts.hold_answers;

	if (e->ask.type == HS_ACT_SEND || e->closed)
		return false;
	e->opts.hold_answers = true; /* one answer at a time */
	hs_end_carry_out(e, answer(e));
	e->opts.hold_answers = hold;
	hs_end_read(e); /* what waited */
	return true;
}
