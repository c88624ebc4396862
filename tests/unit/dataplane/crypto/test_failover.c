/*
 * The failover wrapper around an accelerator that fails on command: whatever it does, records come
 * out right, in order, and no session is lost.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "dataplane/crypto/engine.h"
#include "dataplane/own.h"
#include "tests/unit/dataplane/crypto/ref_record.h"
#include "tests/unit/dataplane/dpt.h"

/* --- an accelerator made of soft, working on copies, with faults ---------------------------- */

#define FLAKY_DEPTH 64

struct flaky {
	struct rec_engine eng;
	struct rec_engine *soft;
	struct rec_op *held[FLAKY_DEPTH]; /* submitted, not yet polled */
	uint32_t n;
	uint32_t sessions, max_sessions;
	uint8_t fault; /* status for what is polled next; REC_OK: none */
	uint32_t fault_after; /* operations that still go well */
	bool hold; /* gives nothing back */
	bool down; /* its state */
	bool lie; /* says REC_AUTH to good records */
	bool cut; /* results are empty */
	int recover_rc;
};

struct flaky_session {
	struct rec_session s;
	struct rec_session *soft;
};

static const struct rec_engine_ops flaky_ops;

static int
flaky_new(struct rec_engine *eng, const struct rec_keys *k, struct rec_session **out)
{
	struct flaky *f = (struct flaky *)eng;
	struct flaky_session *s;

	if (f->down)
		return -EIO;
	if (k->version > 0x0303 || k->version < 0x0301 || k->flags != 0 ||
		k->alg > IPC_ALG_AES256_CBC_SHA256)
		return -ENOTSUP;
	if (f->sessions == f->max_sessions)
		return -ENOSPC;
	s = calloc(1, sizeof(*s));
	s->s = (struct rec_session){
		.eng = eng, .alg = rec_alg_get(k->alg), .version = k->version, .write = k->write
	};
	assert_int_equal(f->soft->ops->session_new(f->soft, k, &s->soft), 0);
	f->sessions++;
	*out = &s->s;
	return 0;
}

static void
flaky_release(struct flaky *f, struct flaky_session *s)
{
	f->soft->ops->session_free(s->soft);
	f->sessions--;
	free(s);
}

static void
flaky_free(struct rec_session *s)
{
	if (s->inflight != 0)
		s->dying = true;
	else
		flaky_release((struct flaky *)s->eng, (struct flaky_session *)s);
}

static uint16_t
flaky_submit(struct rec_engine *eng, struct rec_op **ops, uint16_t n)
{
	struct flaky *f = (struct flaky *)eng;
	uint16_t i;

	for (i = 0; i < n && f->n < FLAKY_DEPTH; i++) {
		ops[i]->sess->inflight++;
		f->held[f->n++] = ops[i];
	}
	return i;
}

static uint8_t
flaky_do(struct flaky *f, struct rec_op *op)
{
	struct flaky_session *s = (struct flaky_session *)op->sess;
	struct rec_op inner = { .sess = s->soft, .seq = op->seq, .type = op->type }, *p = &inner;

	if (f->fault_after > 0)
		f->fault_after--;
	else if (f->fault != REC_OK)
		return f->fault;
	inner.m = op->m == NULL ? NULL : rte_pktmbuf_copy(op->m, dpt_pool, 0, UINT32_MAX);
	assert_int_equal(f->soft->ops->submit(f->soft, &p, 1), 1);
	assert_int_equal(f->soft->ops->poll(f->soft, &p, 1), 1);
	if (inner.status == REC_OK && !f->lie) {
		op->src = op->m;
		op->m = f->cut ? own_chain_trim(inner.m, 0) : inner.m;
		return REC_OK;
	}
	rte_pktmbuf_free(inner.m);
	return REC_AUTH;
}

static uint16_t
flaky_poll(struct rec_engine *eng, struct rec_op **ops, uint16_t n)
{
	struct flaky *f = (struct flaky *)eng;
	uint16_t got = 0;

	while (got < n && f->n > 0 && (!f->hold || f->down)) {
		struct rec_op *op = f->held[0];
		struct rec_session *s = op->sess;

		op->status = f->down ? REC_FAILED : flaky_do(f, op);
		memmove(&f->held[0], &f->held[1], --f->n * sizeof(f->held[0]));
		if (--s->inflight == 0 && s->dying)
			flaky_release(f, (struct flaky_session *)s);
		ops[got++] = op;
	}
	return got;
}

static enum eng_state
flaky_state(const struct rec_engine *eng)
{
	return ((const struct flaky *)eng)->down ? ENG_FAILED : ENG_RUNNING;
}

static int
flaky_recover(struct rec_engine *eng)
{
	struct flaky *f = (struct flaky *)eng;

	if (f->recover_rc == 0)
		f->down = false;
	return f->recover_rc;
}

static void
flaky_info(struct rec_engine *eng, struct eng_info *info)
{
	memset(info, 0, sizeof(*info));
	info->key_slots = 4;
}

static uint32_t
flaky_pending(const struct rec_engine *eng)
{
	return ((const struct flaky *)eng)->n;
}

static void
flaky_close(struct rec_engine *eng)
{
	struct flaky *f = (struct flaky *)eng;

	assert_int_equal(f->sessions, 0);
	f->soft->ops->close(f->soft);
}

static const struct rec_engine_ops flaky_ops = {
	.name = "flaky",
	.id = IPC_ENGINE_FPGA,
	.close = flaky_close,
	.session_new = flaky_new,
	.session_free = flaky_free,
	.submit = flaky_submit,
	.poll = flaky_poll,
	.state = flaky_state,
	.recover = flaky_recover,
	.info = flaky_info,
	.pending = flaky_pending,
};

/* --- the world ------------------------------------------------------------------------------ */

static const struct {
	uint32_t alg;
	uint16_t version;
} combos[] = { { IPC_ALG_AES128_GCM, 0x0303 }, { IPC_ALG_AES256_CBC_SHA256, 0x0303 },
	{ IPC_ALG_AES128_CBC_SHA1, 0x0301 } };

struct world {
	struct flaky f;
	struct dp_counters ctr;
	struct log log;
	struct rec_engine *eng;
	struct rec_session *sess;
	struct rec_keys k;
	uint64_t seq, out_seq;
	uint8_t chain[16]; /* TLS 1.0: last block of the records checked so far */
	struct rec_op op[FLAKY_DEPTH];
	uint32_t n_op;
	uint64_t ms;
};

static int
begin(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct rec_engine_conf conf = { .pool = dpt_pool, .max_sessions = 8, .workers = 1 };

	if (dpt_begin(state) != 0)
		return -1;
	w->log = (struct log){ .ident = "test", .level = LOG_ERROR, .fd = -1 };
	conf.ctr = &w->ctr;
	conf.log = &w->log;
	w->f.eng.ops = &flaky_ops;
	w->f.max_sessions = 4;
	assert_int_equal(rec_engine_soft.open(&conf, &w->f.soft), 0);
	assert_int_equal(failover_open(&conf, &w->f.eng, &w->eng), 0);
	*state = w;
	return 0;
}

static int
end(void **state)
{
	struct world *w = *state;

	w->eng->ops->close(w->eng);
	free(w);
	return dpt_end(state);
}

static void
start(struct world *w, size_t combo, bool write)
{
	w->k = (struct rec_keys){
		.alg = combos[combo].alg, .version = combos[combo].version, .write = write
	};
	memset(w->k.key, 0x11, 32);
	memset(w->k.mac_key, 0x22, 48);
	memset(w->k.iv, 0x33, 16);
	memcpy(w->chain, w->k.iv, 16);
	w->seq = w->out_seq = 0;
	w->n_op = 0;
	assert_int_equal(w->eng->ops->session_new(w->eng, &w->k, &w->sess), 0);
}

/* Submits one record to be sealed: its text is its sequence number. */
static void
seal(struct world *w)
{
	struct rec_op *op = &w->op[w->n_op++], *p = op;
	char text[32];

	snprintf(text, sizeof(text), "record %04u", (unsigned int)w->seq);
	*op = (struct rec_op){
		.sess = w->sess, .type = 23, .seq = w->seq++, .m = dpt_chain(text, 11, 4)
	};
	assert_int_equal(w->eng->ops->submit(w->eng, &p, 1), 1);
}

/* Everything comes back in order, sealed as the reference expects it. */
static void
expect_sealed(struct world *w, uint32_t n)
{
	uint8_t rec[256], plain[256];
	struct rec_op *op;
	char text[32];
	uint32_t len;

	for (uint32_t i = 0; i < n; i++) {
		for (int spin = 0; w->eng->ops->poll(w->eng, &op, 1) == 0; spin++)
			assert_true(spin < 10);
		assert_int_equal(op->status, REC_OK);
		assert_int_equal(op->seq, w->out_seq);
		assert_ptr_equal(op->sess, w->sess);
		len = dpt_take(op->m, rec, sizeof(rec));
		assert_int_equal(ref_open(&w->k, w->out_seq, w->chain, rec, len, plain), 11);
		snprintf(text, sizeof(text), "record %04u", (unsigned int)w->out_seq++);
		assert_memory_equal(plain, text, 11);
		memcpy(w->chain, rec + len - 16, 16);
	}
}

static void
stop(struct world *w)
{
	w->eng->ops->session_free(w->sess);
}

static void
later(struct world *w)
{
	w->ms += 60000;
	w->eng->ops->tick(w->eng, w->ms);
}

#define EACH_COMBO(w, write)                                                                       \
	for (size_t combo = 0; combo < RTE_DIM(combos) && (start(w, combo, write), 1);             \
		combo++, stop(w))

/* --- cases ---------------------------------------------------------------------------------- */

static void
passes_work_through_while_all_is_well(void **state)
{
	struct world *w = *state;

	EACH_COMBO(w, true)
	{
		for (int i = 0; i < 10; i++)
			seal(w);
		expect_sealed(w, 10);
	}
	assert_int_equal(w->ctr.v[CTR_eng_failovers], 0);
}

static void
redoes_what_has_not_the_length_of_a_record(void **state)
{
	struct world *w = *state;

	EACH_COMBO(w, true)
	{
		w->f.cut = true;
		for (int i = 0; i < 4; i++)
			seal(w);
		expect_sealed(w, 4);
		w->f.cut = false;
		later(w);
	}
	assert_int_equal(w->ctr.v[CTR_eng_failovers], RTE_DIM(combos));
}

static void
redoes_what_failed_at_any_point(void **state)
{
	struct world *w = *state;

	for (uint32_t good = 0; good <= 8; good++) {
		EACH_COMBO(w, true)
		{
			w->f.fault = REC_FAILED;
			w->f.fault_after = good;
			for (int i = 0; i < 8; i++)
				seal(w);
			expect_sealed(w, 8);
			w->f.fault = REC_OK;
			seal(w); /* and goes on */
			expect_sealed(w, 1);
			later(w); /* the card is back for the next */
		}
	}
	assert_true(w->ctr.v[CTR_eng_redone] > 0);
}

static void
redoes_everything_when_the_card_dies_with_work_inside(void **state)
{
	struct world *w = *state;

	EACH_COMBO(w, true)
	{
		struct rec_op late = { .sess = w->sess }, *p = &late;

		for (int i = 0; i < 5; i++)
			seal(w);
		w->f.hold = true;
		w->f.down = true;
		/* nothing may overtake what is inside */
		assert_int_equal(w->eng->ops->submit(w->eng, &p, 1), 0);
		expect_sealed(w, 5);
		seal(w);
		expect_sealed(w, 1);
		w->f.hold = false;
		later(w); /* the card is back for the next */
		assert_false(w->f.down);
	}
	assert_int_equal(w->ctr.v[CTR_eng_failovers], 3);
	assert_int_equal(w->ctr.v[CTR_eng_recovered], 3);
	assert_true(w->eng->ops->was_reset(w->eng));
	assert_false(w->eng->ops->was_reset(w->eng));
}

static void
a_session_lost_in_a_reset_moves_alone(void **state)
{
	struct world *w = *state;

	EACH_COMBO(w, true)
	{
		w->f.fault = REC_STALE;
		w->f.fault_after = 2;
		for (int i = 0; i < 5; i++)
			seal(w);
		expect_sealed(w, 5);
		w->f.fault = REC_OK;
	}
	assert_int_equal(w->ctr.v[CTR_eng_failovers], 0);
}

/* Opening: records sealed by the reference. */
static void
open_one(struct world *w, bool forge)
{
	struct rec_op *op = &w->op[w->n_op++], *p = op;
	uint8_t rec[256], iv[16];
	uint32_t n;

	memcpy(iv, w->chain, 16);
	n = ref_seal(&w->k, w->seq, 23, iv, (const uint8_t *)"secret", 6, 0, rec);
	memcpy(w->chain, rec + n - 16, 16);
	if (forge)
		rec[n - 1] ^= 1;
	*op = (struct rec_op){
		.sess = w->sess, .type = 23, .seq = w->seq++, .m = dpt_chain(rec, n, 9)
	};
	assert_int_equal(w->eng->ops->submit(w->eng, &p, 1), 1);
}

static uint8_t
opened(struct world *w, char *text)
{
	struct rec_op *op;

	for (int spin = 0; w->eng->ops->poll(w->eng, &op, 1) == 0; spin++)
		assert_true(spin < 10);
	assert_int_equal(op->seq, w->out_seq++);
	if (op->status == REC_OK)
		text[dpt_take(op->m, text, 64)] = '\0';
	else
		rte_pktmbuf_free(op->m);
	return op->status;
}

static void
opens_again_what_a_failed_card_did_not(void **state)
{
	struct world *w = *state;
	char text[65];

	for (uint32_t good = 0; good <= 4; good++) {
		EACH_COMBO(w, false)
		{
			w->f.fault = REC_FAILED;
			w->f.fault_after = good;
			for (int i = 0; i < 4; i++)
				open_one(w, false);
			for (int i = 0; i < 4; i++) {
				assert_int_equal(opened(w, text), REC_OK);
				assert_string_equal(text, "secret");
			}
			w->f.fault = REC_OK;
			later(w); /* the card is back for the next */
		}
	}
}

static void
a_forged_record_is_looked_at_twice_and_refused(void **state)
{
	struct world *w = *state;
	char text[65];

	EACH_COMBO(w, false)
	{
		open_one(w, false);
		open_one(w, true);
		assert_int_equal(opened(w, text), REC_OK);
		assert_int_equal(opened(w, text), REC_AUTH);
	}
	assert_int_equal(w->ctr.v[CTR_eng_recheck], 3);
	assert_int_equal(w->ctr.v[CTR_eng_failovers], 0); /* the card was right */
}

static void
a_card_that_refuses_good_records_is_given_up(void **state)
{
	struct world *w = *state;
	char text[65];

	start(w, 0, false);
	w->f.lie = true;
	open_one(w, false);
	assert_int_equal(opened(w, text), REC_OK);
	assert_string_equal(text, "secret");
	assert_int_equal(w->ctr.v[CTR_eng_failovers], 1);
	stop(w);
}

static void
sessions_beyond_the_cards_slots_go_to_soft(void **state)
{
	struct world *w = *state;
	struct rec_session *more[6];

	start(w, 0, true);
	for (int i = 0; i < 6; i++)
		assert_int_equal(w->eng->ops->session_new(w->eng, &w->k, &more[i]), 0);
	assert_int_equal(w->f.sessions, 4);
	assert_int_equal(w->ctr.v[CTR_eng_no_session], 3);
	seal(w);
	expect_sealed(w, 1);
	w->eng->ops->session_free(w->sess);
	w->sess = more[5]; /* a soft one */
	w->seq = w->out_seq = 0;
	seal(w);
	expect_sealed(w, 1);
	for (int i = 0; i < 6; i++)
		w->eng->ops->session_free(more[i]);
}

static void
a_failed_card_is_tried_again_more_and_more_rarely(void **state)
{
	struct world *w = *state;
	uint64_t ms = 0;

	start(w, 0, true);
	w->f.down = true;
	w->f.recover_rc = -EIO;
	for (; ms < 10000; ms++)
		w->eng->ops->tick(w->eng, ms);
	assert_int_equal(w->ctr.v[CTR_eng_recovered], 0);
	w->f.recover_rc = -EINPROGRESS;
	for (; ms < 60000; ms++)
		w->eng->ops->tick(w->eng, ms);
	assert_int_equal(w->ctr.v[CTR_eng_recovered], 0);
	w->f.recover_rc = 0;
	w->eng->ops->tick(w->eng, ms);
	assert_int_equal(w->ctr.v[CTR_eng_recovered], 1);
	stop(w);
	start(w, 0, true); /* new sessions use it again */
	assert_int_equal(w->f.sessions, 1);
	stop(w);
}

/* What the card lacks is soft's from the first record, for this direction alone; the other stays on
 * the card, and moves when the card fails. */
static void
a_direction_the_card_lacks_is_softs(void **state)
{
	static const struct {
		uint32_t alg;
		uint16_t version;
		uint8_t flags;
	} lacks[] = {
		{ IPC_ALG_AES128_GCM, 0x0304, 0 },
		{ IPC_ALG_CHACHA20_POLY1305, 0x0303, 0 },
		{ IPC_ALG_AES256_CBC_SHA384, 0x0303, 0 },
		{ IPC_ALG_AES128_CBC_SHA1, 0x0303, IPC_KEYS_ETM },
		{ IPC_ALG_AES128_CBC_SHA1, 0x0302, IPC_KEYS_ETM },
		{ IPC_ALG_NULL_SHA256, 0x0303, 0 },
	};
	struct world *w = *state;

	for (size_t i = 0; i < RTE_DIM(lacks); i++) {
		struct rec_session *on_card;
		struct rec_keys k;

		start(w, 0, true);
		on_card = w->sess;
		k = w->k;
		assert_int_equal(w->f.sessions, 1);
		w->k.alg = lacks[i].alg;
		w->k.version = lacks[i].version;
		w->k.flags = lacks[i].flags;
		assert_int_equal(w->eng->ops->session_new(w->eng, &w->k, &w->sess), 0);
		assert_int_equal(w->f.sessions, 1);
		for (int j = 0; j < 3; j++)
			seal(w);
		expect_sealed(w, 3);
		w->f.down = true; /* not soft's business */
		seal(w);
		expect_sealed(w, 1);
		w->eng->ops->session_free(w->sess);
		w->sess = on_card;
		w->k = k;
		w->seq = w->out_seq = 0;
		seal(w);
		expect_sealed(w, 1);
		stop(w);
		later(w);
		assert_false(w->f.down);
	}
	assert_int_equal(w->ctr.v[CTR_eng_no_session], 0);
	assert_int_equal(w->ctr.v[CTR_eng_failovers], RTE_DIM(lacks));
}

static void
a_session_freed_while_its_work_is_inside_a_dead_card(void **state)
{
	struct world *w = *state;
	struct rec_op *op;

	start(w, 0, true);
	w->f.hold = true;
	seal(w);
	seal(w);
	w->eng->ops->session_free(w->sess);
	w->f.down = true;
	for (int i = 0; i < 2; i++) {
		while (w->eng->ops->poll(w->eng, &op, 1) == 0)
			;
		assert_int_equal(op->status, REC_OK);
		rte_pktmbuf_free(op->m);
	}
	assert_int_equal(w->eng->ops->pending(w->eng), 0);
}

/* One sealed record for opening, marked as one that may need other keys. */
static void
open_ahead(struct world *w, uint8_t spoil)
{
	struct rec_op *op = &w->op[w->n_op++], *p = op;
	uint8_t rec[256], nonce[8] = { 0 };
	uint32_t len = ref_seal(&w->k, w->seq, 23, nonce, (const uint8_t *)"text", 4, 0, rec);

	rec[len - 1] ^= spoil;
	*op = (struct rec_op){ .sess = w->sess, .type = 23, .seq = w->seq++, .ahead = true };
	op->m = dpt_chain(rec, len, 3);
	assert_int_equal(w->eng->ops->submit(w->eng, &p, 1), 1);
}

/* What an operation that ran ahead was refused for is its owner's to judge: its source is whole. */
static void
gives_back_untouched_what_ran_ahead_and_failed(void **state)
{
	static const struct {
		uint8_t fault, status;
	} rows[] = { { REC_OK, REC_AUTH }, { REC_FAILED, REC_FAILED }, { REC_STALE, REC_STALE } };
	struct world *w = *state;
	uint8_t rec[256], want[256], nonce[8] = { 0 };
	struct rec_op *op;
	uint32_t len;

	for (size_t i = 0; i < RTE_DIM(rows); i++) {
		start(w, 0, false);
		assert_true(w->sess->ahead);
		w->f.fault = rows[i].fault;
		open_ahead(w, rows[i].fault == REC_OK);
		open_ahead(w, 0); /* good, but behind one that failed */
		for (uint32_t seq = 0; seq < 2; seq++) {
			assert_int_equal(w->eng->ops->poll(w->eng, &op, 1), 1);
			assert_int_not_equal(op->status, REC_OK);
			if (seq == 0)
				assert_int_equal(op->status, rows[i].status);
			len = ref_seal(&w->k, seq, 23, nonce, (const uint8_t *)"text", 4, 0, want);
			if (seq == 0)
				want[len - 1] ^= rows[i].fault == REC_OK;
			assert_int_equal(dpt_take(op->m, rec, sizeof(rec)), len);
			assert_memory_equal(rec, want, len);
		}
		assert_false(w->sess->ahead);
		assert_int_equal(w->ctr.v[CTR_eng_recheck] + w->ctr.v[CTR_eng_redone], 0);
		/* soft works in place: it gets such an operation only when its turn has come */
		op = &w->op[w->n_op++];
		*op = (struct rec_op){ .sess = w->sess, .type = 23, .ahead = true };
		op->m = dpt_chain(want, len, 3);
		op->seq = 1;
		assert_int_equal(w->eng->ops->submit(w->eng, &op, 1), 0);
		op->ahead = false;
		assert_int_equal(w->eng->ops->submit(w->eng, &op, 1), 1);
		assert_int_equal(w->eng->ops->poll(w->eng, &op, 1), 1);
		assert_int_equal(op->status, REC_OK);
		assert_int_equal(dpt_take(op->m, rec, sizeof(rec)), 4);
		stop(w);
		w->f.fault = REC_OK;
		later(w);
	}
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(passes_work_through_while_all_is_well),
		CASE(redoes_what_failed_at_any_point),
		CASE(redoes_what_has_not_the_length_of_a_record),
		CASE(redoes_everything_when_the_card_dies_with_work_inside),
		CASE(a_session_lost_in_a_reset_moves_alone),
		CASE(opens_again_what_a_failed_card_did_not),
		CASE(a_forged_record_is_looked_at_twice_and_refused),
		CASE(a_card_that_refuses_good_records_is_given_up),
		CASE(sessions_beyond_the_cards_slots_go_to_soft),
		CASE(a_failed_card_is_tried_again_more_and_more_rarely),
		CASE(a_direction_the_card_lacks_is_softs),
		CASE(a_session_freed_while_its_work_is_inside_a_dead_card),
		CASE(gives_back_untouched_what_ran_ahead_and_failed),
	};

	return cmocka_run_group_tests(tests, dpt_setup, NULL);
}
