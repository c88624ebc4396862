/*
 * An accelerator with `soft` behind it, so that no connection is lost when it fails.
 *
 * Each session keeps its keys. Work goes to the accelerator, which leaves its source untouched;
 * when it reports failure, a completion cannot be trusted, or the session is gone from it, the
 * operation is done again by soft from the source, the keys and the operation's sequence number,
 * and the session stays with soft. A record that the card calls forged is looked at once more by
 * soft: if soft accepts it, the card is broken. A card that comes back serves new sessions only.
 *
 * Doing a GCM record again uses its nonce again, with the same plaintext: the bytes are the same,
 * and the first copy was never sent.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/ct.h"
#include "dataplane/crypto/engine.h"
#include "dataplane/own.h"

/* before the card is tried again; doubled after each attempt that failed */
#define RETRY_FIRST_MS 250
#define RETRY_MAX_MS 30000

struct failover {
	struct rec_engine eng;
	struct rec_engine_ops ops; /* the inner engine's identity with this file's functions */
	struct rec_engine *hw, *soft;
	bool failed;
	bool reset_seen;
	uint64_t now_ms, retry_at_ms;
	uint32_t retry_ms;
	uint32_t inflight; /* in both engines */
	struct rec_op *lost, **lost_tail; /* cannot be done, linked by priv */
};

struct fo_session {
	struct rec_session s;
	struct rec_keys keys; /* iv: TLS 1.0, the last block that went through */
	struct rec_session *hw, *soft;
	uint32_t hw_inflight;
};

static bool
chained(const struct fo_session *s)
{
	return rec_alg_chained(s->s.alg, s->s.version);
}

static void
give_up_card(struct failover *f, const char *why)
{
	if (f->failed)
		return;
	f->failed = true;
	f->retry_ms = RETRY_FIRST_MS;
	f->retry_at_ms = f->now_ms + f->retry_ms;
	ctr_inc(f->eng.conf.ctr, CTR_eng_failovers);
	log_line(f->eng.conf.log, LOG_ERROR, "engine_failed engine=%s worker=%u why=%s action=soft",
		f->hw->ops->name, f->eng.conf.worker, why);
}

static void
watch(struct failover *f)
{
	if (!f->failed && f->hw->ops->state(f->hw) != ENG_RUNNING)
		give_up_card(f, "state");
}

/* soft's session, from the keys and what went through so far. */
static int
need_soft(struct failover *f, struct fo_session *s)
{
	if (s->soft != NULL)
		return 0;
	if (s->keys.secret != 0)
		return -ENOKEY; /* nobody but the card has the keys */
	return f->soft->ops->session_new(f->soft, &s->keys, &s->soft);
}

static int
fo_session_new(struct rec_engine *eng, const struct rec_keys *k, struct rec_session **sess)
{
	struct failover *f = (struct failover *)eng;
	struct fo_session *s = calloc(1, sizeof(*s));
	int rc = -EIO;

	if (s == NULL)
		return -ENOSPC;
	s->s.eng = eng;
	s->s.alg = rec_alg_get(k->alg);
	s->s.version = k->version;
	s->s.flags = k->flags;
	s->s.write = k->write;
	s->keys = *k;
	watch(f);
	if (!f->failed)
		rc = f->hw->ops->session_new(f->hw, k, &s->hw);
	if (rc != 0) {
		if (rc == -ENOSPC)
			ctr_inc(eng->conf.ctr, CTR_eng_no_session);
		s->hw = NULL;
		rc = k->secret != 0 ? rc : need_soft(f, s);
	}
	if (rc != 0) {
		ct_wipe(s, sizeof(*s));
		free(s);
		return rc;
	}
	s->s.ahead = s->hw != NULL;
	*sess = &s->s;
	return 0;
}

static void
drop_hw(struct failover *f, struct fo_session *s)
{
	if (s->hw != NULL)
		f->hw->ops->session_free(s->hw);
	s->hw = NULL;
	s->s.ahead = false;
}

static void
release(struct failover *f, struct fo_session *s)
{
	drop_hw(f, s);
	if (s->soft != NULL)
		f->soft->ops->session_free(s->soft);
	ct_wipe(s, sizeof(*s));
	free(s);
}

static void
fo_session_free(struct rec_session *sess)
{
	if (sess->inflight != 0)
		sess->dying = true;
	else
		release((struct failover *)sess->eng, (struct fo_session *)sess);
}

/* To soft; false: it could not (no memory for a session). */
static bool
submit_soft(struct failover *f, struct fo_session *s, struct rec_op *op)
{
	if (need_soft(f, s) != 0)
		return false;
	op->sess = s->soft;
	return f->soft->ops->submit(f->soft, &op, 1) == 1;
}

/* The keys went with the card: the operation fails at the next poll. */
static void
lost(struct failover *f, struct rec_op *op)
{
	op->status = REC_FAILED;
	op->priv = NULL;
	*f->lost_tail = op;
	f->lost_tail = (struct rec_op **)&op->priv;
}

static bool
submit_one(struct failover *f, struct rec_op *op)
{
	struct fo_session *s = (struct fo_session *)op->sess;
	bool ok;

	op->outer = &s->s;
	if (op->ahead && (f->failed || s->hw == NULL)) /* soft would spoil its source */
		return false;
	/* Work of this session that is still inside a card that failed has to come back first. */
	if (s->hw_inflight != 0 && (f->failed || s->hw == NULL))
		return false;
	if ((f->failed || s->hw == NULL) && s->keys.secret != 0) {
		drop_hw(f, s);
		lost(f, op);
		ok = true;
	} else if (f->failed || s->hw == NULL) {
		drop_hw(f, s);
		ok = submit_soft(f, s, op);
	} else {
		if (chained(s) && !s->s.write && op->m != NULL && op->m->pkt_len >= CBC_BLOCK)
			own_chain_read(op->m, op->m->pkt_len - CBC_BLOCK, op->last, CBC_BLOCK);
		op->sess = s->hw;
		ok = f->hw->ops->submit(f->hw, &op, 1) == 1;
		s->hw_inflight += ok;
	}
	if (!ok) {
		op->sess = &s->s;
		return false;
	}
	s->s.inflight++;
	f->inflight++;
	return true;
}

static uint16_t
fo_submit(struct rec_engine *eng, struct rec_op **ops, uint16_t n)
{
	struct failover *f = (struct failover *)eng;
	uint16_t i;

	watch(f);
	for (i = 0; i < n && submit_one(f, ops[i]); i++)
		;
	return i;
}

/* The operation is over for its owner. */
static void
finish(struct failover *f, struct rec_op *op)
{
	struct fo_session *s = (struct fo_session *)op->outer;

	op->sess = &s->s;
	f->inflight--;
	if (--s->s.inflight == 0 && s->s.dying)
		release(f, s);
}

/* A record that the card sealed has the one length that it can have. */
static bool
whole(const struct fo_session *s, const struct rec_op *op)
{
	uint32_t len = op->m != NULL ? op->m->pkt_len : 0;

	return !s->s.write || op->src == NULL ||
	       len == rec_alg_sealed_len(s->s.alg, s->s.version, s->s.flags, op->src->pkt_len);
}

/* What came back from the card. True: done; false: soft has it now. */
static bool
from_card(struct failover *f, struct rec_op *op)
{
	struct fo_session *s = (struct fo_session *)op->outer;
	bool good = op->status == REC_OK && ((s->hw != NULL && !f->failed) || op->src == NULL);

	s->hw_inflight--;
	if (good && !whole(s, op)) {
		give_up_card(f, "length");
		good = false;
	}
	if (op->status == REC_NOMEM && s->hw != NULL)
		return true;
	if (good) {
		if (chained(s) && s->s.write)
			own_chain_read(op->m, op->m->pkt_len - CBC_BLOCK, op->last, CBC_BLOCK);
		if (chained(s))
			memcpy(s->keys.iv, op->last, CBC_BLOCK);
		rte_pktmbuf_free(op->src);
		op->src = NULL;
		return true;
	}
	/* after an earlier one of this session failed: its sequence number cannot be trusted */
	if (op->status == REC_OK) {
		rte_pktmbuf_free(op->m);
		op->m = op->src;
		op->src = NULL;
	}
	if (op->status == REC_FAILED)
		give_up_card(f, "operation");
	if (op->ahead) {
		op->status = op->status == REC_OK ? REC_STALE : op->status;
		drop_hw(f, s);
		return true;
	}
	if (s->keys.secret != 0) { /* there is nobody to look again */
		op->status = op->status == REC_OK ? REC_STALE : op->status;
		drop_hw(f, s);
		return true;
	}
	op->recheck = op->status == REC_AUTH || op->status == REC_BAD;
	if (op->recheck)
		ctr_inc(f->eng.conf.ctr, CTR_eng_recheck);
	else
		ctr_inc(f->eng.conf.ctr, CTR_eng_redone);
	drop_hw(f, s);
	if (submit_soft(f, s, op))
		return false;
	op->status = REC_NOMEM;
	return true;
}

static uint16_t
fo_poll(struct rec_engine *eng, struct rec_op **ops, uint16_t n)
{
	struct failover *f = (struct failover *)eng;
	uint16_t got = 0, back;

	watch(f);
	while (got < n && f->lost != NULL) {
		struct rec_op *op = f->lost;

		f->lost = op->priv;
		if (f->lost == NULL)
			f->lost_tail = &f->lost;
		finish(f, op);
		ops[got++] = op;
	}
	if (got != 0)
		return got;
	back = f->hw->ops->poll(f->hw, ops, n);
	for (uint16_t i = 0; i < back; i++) {
		if (!from_card(f, ops[i]))
			continue;
		finish(f, ops[i]);
		ops[got++] = ops[i];
	}
	if (got == n)
		return got;
	back = f->soft->ops->poll(f->soft, ops + got, n - got);
	for (uint16_t i = 0; i < back; i++) {
		struct rec_op *op = ops[got];

		if (op->recheck && op->status == REC_OK)
			give_up_card(f, "refused_good_record");
		op->recheck = false;
		finish(f, op);
		got++;
	}
	return got;
}

static int
fo_pka_submit(struct rec_engine *eng, struct pka_op *op)
{
	struct failover *f = (struct failover *)eng;

	if (f->failed || f->hw->ops->pka_submit == NULL)
		return -ENOTSUP;
	return f->hw->ops->pka_submit(f->hw, op);
}

static uint16_t
fo_pka_poll(struct rec_engine *eng, struct pka_op **ops, uint16_t n)
{
	struct failover *f = (struct failover *)eng;

	return f->hw->ops->pka_poll != NULL ? f->hw->ops->pka_poll(f->hw, ops, n) : 0;
}

static void
try_card(struct failover *f)
{
	int rc = f->hw->ops->recover(f->hw);

	if (rc == -EINPROGRESS)
		return;
	if (rc != 0) {
		f->retry_ms = f->retry_ms * 2 < RETRY_MAX_MS ? f->retry_ms * 2 : RETRY_MAX_MS;
		f->retry_at_ms = f->now_ms + f->retry_ms;
		log_line(f->eng.conf.log, LOG_WARN,
			"engine_still_failed engine=%s worker=%u retry_ms=%u", f->hw->ops->name,
			f->eng.conf.worker, f->retry_ms);
		return;
	}
	f->failed = false;
	f->reset_seen = true;
	ctr_inc(f->eng.conf.ctr, CTR_eng_recovered);
	log_line(f->eng.conf.log, LOG_INFO, "engine_recovered engine=%s worker=%u",
		f->hw->ops->name, f->eng.conf.worker);
}

static void
fo_tick(struct rec_engine *eng, uint64_t now_ms)
{
	struct failover *f = (struct failover *)eng;

	f->now_ms = now_ms;
	if (f->hw->ops->tick != NULL)
		f->hw->ops->tick(f->hw, now_ms);
	watch(f);
	if (f->failed && now_ms >= f->retry_at_ms && f->hw->ops->pending(f->hw) == 0)
		try_card(f);
}

static bool
fo_was_reset(struct rec_engine *eng)
{
	struct failover *f = (struct failover *)eng;
	bool was = f->reset_seen;

	f->reset_seen = false;
	return was;
}

static void
fo_info(struct rec_engine *eng, struct eng_info *info)
{
	struct failover *f = (struct failover *)eng;
	struct eng_info soft;

	f->hw->ops->info(f->hw, info);
	info->state = f->failed ? ENG_FAILED : ENG_RUNNING;
	f->soft->ops->info(f->soft, &soft);
	if (info->count < RTE_DIM(info->stat))
		info->stat[info->count++] = soft.stat[0];
}

static uint32_t
fo_pending(const struct rec_engine *eng)
{
	const struct failover *f = (const struct failover *)eng;

	return f->inflight + (f->hw->ops->pka_poll != NULL ? f->hw->ops->pending(f->hw) : 0);
}

static void
fo_close(struct rec_engine *eng)
{
	struct failover *f = (struct failover *)eng;

	f->hw->ops->close(f->hw);
	f->soft->ops->close(f->soft);
	free(f);
}

int
failover_open(const struct rec_engine_conf *conf, struct rec_engine *inner, struct rec_engine **eng)
{
	struct failover *f = calloc(1, sizeof(*f));
	int rc;

	if (f == NULL)
		return -ENOMEM;
	rc = rec_engine_soft.open(conf, &f->soft);
	if (rc != 0) {
		free(f);
		return rc;
	}
	f->hw = inner;
	f->lost_tail = &f->lost;
	f->ops = (struct rec_engine_ops){
		.name = inner->ops->name,
		.id = inner->ops->id,
		.close = fo_close,
		.session_new = fo_session_new,
		.session_free = fo_session_free,
		.submit = fo_submit,
		.poll = fo_poll,
		.pka_submit = fo_pka_submit,
		.pka_poll = fo_pka_poll,
		.tick = fo_tick,
		.was_reset = fo_was_reset,
		.info = fo_info,
		.pending = fo_pending,
	};
	f->eng.ops = &f->ops;
	f->eng.conf = *conf;
	*eng = &f->eng;
	return 0;
}
