/*
 * Engine `fpga` over a card played by the test: scripts of derivations that wait for room, sessions whose keys come from them, sessions
 * that cannot leave yet, and what happens to all of these when the card fails.
 */
#include <errno.h>
#include <stdlib.h>

#include "common/gen/sluice_regs.h"
#include "dataplane/crypto/fpga_int.h"
#include "tests/unit/dataplane/crypto/fake_card.h"
#include "tests/unit/dataplane/dpt.h"

#define OK RTE_CRYPTO_OP_STATUS_SUCCESS
#define REFUSED RTE_CRYPTO_OP_STATUS_INVALID_ARGS
#define STALE RTE_CRYPTO_OP_STATUS_INVALID_SESSION

struct world {
	struct rec_engine *e;
	struct dp_counters ctr;
	struct log quiet;
};

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	*state = w;
	return w == NULL ? -1 : dpt_setup(state);
}

static int
teardown(void **state)
{
	free(*state);
	return 0;
}

static int
begin(void **state)
{
	struct world *w = *state;
	struct rec_engine_conf conf = { .pool = dpt_pool, .ctr = &w->ctr, .log = &w->quiet, .max_sessions = 64, .workers = 1 };

	memset(&w->ctr, 0, sizeof(w->ctr));
	w->quiet = (struct log){ .ident = "test", .level = LOG_ERROR, .fd = -1 };
	fake_card_new();
	return dpt_begin(state) != 0 ? -1 : rec_engine_fpga.open(&conf, &w->e);
}

/* Everything must be back, and every session have left. */
static int
over(void **state)
{
	struct world *w = *state;

	if (w->e->ops->pending(w->e) != 0 || fake_card()->destroyed != fake_card()->sessions) {
		print_error("%u operations, %u of %u sessions are left\n", w->e->ops->pending(w->e),
			fake_card()->sessions - fake_card()->destroyed, fake_card()->sessions);
		return -1;
	}
	w->e->ops->close(w->e);
	return dpt_end(state);
}

/* ---- scripts ---- */

static void
add_step(struct pka_op *op, struct ipc_kdf_step s, const void *src)
{
	memcpy(op->in + op->in_len, &s, sizeof(s));
	memcpy(op->in + op->in_len + sizeof(s), src, s.src_len);
	op->in_len += (uint32_t)sizeof(s) + ((s.src_len + 3u) & ~3u);
}

/* A script of one derivation and one Finished: two operations of the driver. */
static struct pka_op *
script(uint64_t id)
{
	struct pka_op *op = calloc(1, sizeof(*op));
	uint8_t hash[32] = { (uint8_t)id };

	op->id = id;
	op->kind = IPC_PKA_KDF;
	add_step(op, (struct ipc_kdf_step){ .kdf = SLUICE_KDF_T13_MAIN, .hash = 2, .in = 0x10001, .out = 0x10002 }, "");
	add_step(op, (struct ipc_kdf_step){ .kdf = SLUICE_KDF_T13_FINISHED, .hash = 2, .in = 0x10003, .src_len = 32, .out_len = 32 }, hash);
	return op;
}

static void
submit(struct world *w, struct pka_op *op)
{
	assert_int_equal(w->e->ops->pka_submit(w->e, op), 0);
}

/* The next one that comes back is this, with this status; it is freed. */
static void
comes(struct world *w, struct pka_op *want, uint32_t status)
{
	struct pka_op *op;

	assert_int_equal(w->e->ops->pka_poll(w->e, &op, 1), 1);
	assert_ptr_equal(op, want);
	assert_int_equal(op->status, status);
	free(op);
}

static void
nothing_comes(struct world *w)
{
	struct pka_op *op;

	assert_int_equal(w->e->ops->pka_poll(w->e, &op, 1), 0);
}

static void
steps_go_in_order_and_results_come_together(void **state)
{
	static const uint8_t blob[40] = { 7, 8, 9 };
	struct world *w = *state;
	struct pka_op *op = calloc(1, sizeof(*op)), *back;
	const struct rte_pmd_sluice_pka_op *p;

	op->kind = IPC_PKA_KDF;
	add_step(op, (struct ipc_kdf_step){ .kdf = IPC_KDF_UNWRAP, .out = 0x10001, .src_len = 39 }, blob);
	add_step(op, (struct ipc_kdf_step){ .kdf = SLUICE_KDF_T13_EARLY, .hash = 3, .in = 0x10001, .out = 0x20002 }, "");
	add_step(op, (struct ipc_kdf_step){ .kdf = SLUICE_KDF_T13_FINISHED, .hash = 3, .in = 0x20002, .src_len = 3, .out_len = 48 }, "abc");
	add_step(op, (struct ipc_kdf_step){ .kdf = IPC_KDF_WRAP, .in = 0x20002, .out_len = 64 }, "");
	add_step(op, (struct ipc_kdf_step){ .kdf = IPC_KDF_FREE, .in = 0x10001 }, "");
	submit(w, op);
	assert_int_equal(fake_card()->n_held, 5);
	p = fake_card_at(0);
	assert_int_equal(p->type, RTE_PMD_SLUICE_PKA_SECRET_UNWRAP);
	assert_int_equal(p->secret_out, 0x10001);
	assert_int_equal(p->in_len, 39);
	assert_memory_equal(p->in, blob, 39);
	p = fake_card_at(1);
	assert_int_equal(p->type, RTE_PMD_SLUICE_PKA_KDF);
	assert_int_equal(p->nsteps, 1);
	assert_int_equal(p->steps->kdf, SLUICE_KDF_T13_EARLY);
	assert_int_equal(p->steps->secret_in, 0x10001);
	assert_int_equal(p->steps->secret_out, 0x20002);
	assert_null(p->steps->out);
	p = fake_card_at(2);
	assert_memory_equal(p->steps->in, "abc", 3);
	memset(p->steps->out, 0xf1, 48);
	p = fake_card_at(3);
	assert_int_equal(p->type, RTE_PMD_SLUICE_PKA_SECRET_WRAP);
	memset(p->out, 0xf2, 64);
	((struct rte_pmd_sluice_pka_op *)(uintptr_t)p)->out_len = 64;
	assert_int_equal(fake_card_at(4)->type, RTE_PMD_SLUICE_PKA_SECRET_FREE);
	fake_card_ends(4, OK);
	nothing_comes(w);
	fake_card_ends(1, STALE); /* that slot was empty */
	assert_int_equal(op->out_len, 0);
	assert_int_equal(w->e->ops->pending(w->e), 1);
	assert_int_equal(w->e->ops->pka_poll(w->e, &back, 1), 1);
	assert_ptr_equal(back, op);
	assert_int_equal(op->status, IPC_PKA_OK);
	assert_int_equal(op->out_len, 48 + 64);
	assert_int_equal(op->out[0], 0xf1);
	assert_int_equal(op->out[47], 0xf1);
	assert_int_equal(op->out[48], 0xf2);
	free(op);
}

/* The first step that fails says why; a wrapped secret of another length than was asked for is none. */
static void
the_first_failure_counts(void **state)
{
	struct world *w = *state;
	struct pka_op *op = script(1);

	submit(w, op);
	fake_card_ends(1, REFUSED);
	fake_card_ends(1, STALE);
	comes(w, op, IPC_PKA_REFUSED);
	op = script(2);
	submit(w, op);
	fake_card_ends(1, STALE);
	fake_card_ends(1, REFUSED);
	comes(w, op, IPC_PKA_UNAVAILABLE);
	op = calloc(1, sizeof(*op));
	op->kind = IPC_PKA_KDF;
	add_step(op, (struct ipc_kdf_step){ .kdf = IPC_KDF_WRAP, .in = 0x20002, .out_len = 64 }, "");
	submit(w, op);
	((struct rte_pmd_sluice_pka_op *)(uintptr_t)fake_card_at(0))->out_len = 48;
	fake_card_ends(1, OK);
	comes(w, op, IPC_PKA_REFUSED);
}

/* ---- single operations ---- */

static void
ed25519_signs_the_message_itself(void **state)
{
	struct world *w = *state;
	struct pka_op *op = calloc(1, sizeof(*op)), *back;
	const struct rte_pmd_sluice_pka_op *p;

	*op = (struct pka_op){ .kind = PKA_KEY_LOAD, .unit = IPC_UNIT_EC, .slot = 0x10003, .in_len = 168 };
	submit(w, op);
	p = fake_card_at(0);
	assert_true(p->type == RTE_PMD_SLUICE_PKA_KEY_LOAD && p->curve != 0 && p->handle == 0x10003);
	fake_card_ends(1, OK);
	comes(w, op, IPC_PKA_OK);
	op = calloc(1, sizeof(*op));
	*op = (struct pka_op){ .kind = IPC_PKA_EDDSA_SIGN, .slot = 0x10003, .in_len = 146 };
	submit(w, op);
	p = fake_card_at(0);
	assert_int_equal(p->type, RTE_PMD_SLUICE_PKA_EDDSA_SIGN);
	assert_true(p->handle == 0x10003 && p->in == op->in && p->in_len == 146 && p->out == op->out);
	assert_true(p->secret_in2 == 0 && p->secret_out == 0);
	((struct rte_pmd_sluice_pka_op *)(uintptr_t)p)->out_len = 64;
	fake_card_ends(1, OK);
	assert_int_equal(w->e->ops->pka_poll(w->e, &back, 1), 1);
	assert_true(back == op && op->status == IPC_PKA_OK && op->out_len == 64);
	free(op);
}

/* A card serves the curves that it has, and each for itself. */
static void
a_curve_that_the_card_lacks_is_refused(void **state)
{
	static const uint8_t curves[] = { IPC_CURVE_P256, IPC_CURVE_P384, IPC_CURVE_X25519 };
	struct world *w = *state;
	struct fpga_engine *e = container_of(w->e, struct fpga_engine, eng);

	for (unsigned lacks = 0; lacks < 3; lacks++) {
		e->has.ecdh_curves = (uint8_t)~(1u << curves[lacks]);
		for (unsigned i = 0; i < 3; i++) {
			struct pka_op *op = calloc(1, sizeof(*op));

			*op = (struct pka_op){ .kind = IPC_PKA_EC_KEYGEN, .param = curves[i] };
			if (i == lacks) {
				assert_int_equal(w->e->ops->pka_submit(w->e, op), -ENOTSUP);
				free(op);
				continue;
			}
			submit(w, op);
			fake_card_ends(1, OK);
			comes(w, op, IPC_PKA_OK);
		}
	}
}

/* ---- records ---- */

static struct rec_session *
session(struct world *w, uint32_t secret)
{
	struct rec_keys k = { .alg = IPC_ALG_AES128_GCM, .version = REC_VERSION_13, .write = true, .secret = secret };
	struct rec_session *s;

	assert_int_equal(w->e->ops->session_new(w->e, &k, &s), 0);
	return s;
}

static bool
record_goes(struct world *w, struct rec_op *op, struct rec_session *s)
{
	*op = (struct rec_op){ .sess = s, .type = 23, .m = op->m };
	if (op->m == NULL)
		op->m = dpt_chain("hello", 5, 100);
	return w->e->ops->submit(w->e, &op, 1) == 1;
}

static void
record_comes(struct world *w, struct rec_op *want, uint8_t status)
{
	struct rec_op *op;

	assert_int_equal(w->e->ops->poll(w->e, &op, 1), 1);
	assert_ptr_equal(op, want);
	assert_int_equal(op->status, status);
	rte_pktmbuf_free(op->m);
	rte_pktmbuf_free(op->src);
	op->m = NULL;
}

/*
 * Scripts wait for room in the device, as many as there are and part of one; records that are finished meanwhile do not make
 * those behind them the only ones.
 */
static void
scripts_that_wait_are_not_lost(void **state)
{
	struct world *w = *state;
	struct rec_session *s = session(w, 0);
	struct rec_op rec = { .m = NULL };
	struct pka_op *op[4];

	fake_card()->room = 2;
	assert_true(record_goes(w, &rec, s));
	for (unsigned i = 0; i < 2; i++)
		submit(w, op[i] = script(i)); /* the first with one of its steps */
	assert_int_equal(fake_card()->n_held, 2);
	fake_card_ends(1, OK);
	record_comes(w, &rec, REC_OK);
	for (unsigned i = 2; i < 4; i++)
		submit(w, op[i] = script(i));
	nothing_comes(w);
	for (unsigned i = 0; i < 8; i++) { /* one step at a time */
		fake_card()->room = 1;
		fake_card_ends(1, OK);
		if (i & 1) {
			comes(w, op[i / 2], IPC_PKA_OK);
		} else {
			nothing_comes(w);
			/* in the order of the scripts */
			assert_int_equal(fake_card_at(0)->steps->in[0], i / 2);
		}
	}
	nothing_comes(w);
	w->e->ops->session_free(s);
}

/* No more are taken than there is room for their results. */
static void
scripts_have_a_bound(void **state)
{
	struct world *w = *state;
	struct pka_op *op[FPGA_PKA + 1];

	fake_card()->room = 3;
	for (unsigned i = 0; i <= FPGA_PKA; i++)
		op[i] = script(i);
	for (unsigned i = 0; i < FPGA_PKA; i++)
		submit(w, op[i]);
	assert_int_equal(w->e->ops->pka_submit(w->e, op[FPGA_PKA]), -EAGAIN);
	fake_card()->room = UINT32_MAX;
	for (unsigned i = 0; i < FPGA_PKA; i++) {
		fake_card_ends(2, OK);
		comes(w, op[i], IPC_PKA_OK);
	}
	submit(w, op[FPGA_PKA]);
	fake_card_ends(2, OK);
	comes(w, op[FPGA_PKA], IPC_PKA_OK);
}

/* A card that fails: scripts with steps in it, and those that wait, are given back; then nothing keeps it from its reset. */
static void
a_card_that_failed_is_reset(void **state)
{
	struct world *w = *state;
	struct pka_op *op[3];

	for (unsigned round = 0; round < 2; round++) {
		fake_card()->room = 3;
		for (unsigned i = 0; i < 3; i++)
			submit(w, op[i] = script(i));
		fake_card_fails();
		assert_int_equal(w->e->ops->state(w->e), ENG_FAILED);
		for (unsigned i = 0; i < 3; i++)
			comes(w, op[i], IPC_PKA_UNAVAILABLE);
		assert_int_equal(w->e->ops->pending(w->e), 0);
		assert_int_equal(w->e->ops->recover(w->e), -EINPROGRESS);
		assert_int_equal(w->e->ops->recover(w->e), -EINPROGRESS);
		assert_int_equal(w->e->ops->recover(w->e), 0);
		assert_int_equal(fake_card()->resets, round + 1);
		fake_card()->room = UINT32_MAX;
		submit(w, op[0] = script(9));
		fake_card_ends(2, OK);
		comes(w, op[0], IPC_PKA_OK);
	}
}

/* The same card, reset without a poll in between: what waited for the old one does not begin on the new one. */
static void
a_reset_ends_the_scripts_that_wait(void **state)
{
	struct world *w = *state;
	struct pka_op *op[2];

	fake_card()->room = 0;
	for (unsigned i = 0; i < 2; i++)
		submit(w, op[i] = script(i));
	fake_card_fails();
	assert_int_equal(w->e->ops->recover(w->e), -EINPROGRESS);
	assert_int_equal(w->e->ops->recover(w->e), -EINPROGRESS);
	assert_int_equal(w->e->ops->recover(w->e), 0);
	fake_card()->room = UINT32_MAX;
	for (unsigned i = 0; i < 2; i++)
		comes(w, op[i], IPC_PKA_UNAVAILABLE);
	assert_int_equal(fake_card()->n_held, 0);
}

/* Keys from a secret: behind the scripts that came before the session, and not behind later ones. */
static void
records_wait_for_what_makes_their_keys(void **state)
{
	struct world *w = *state;
	struct pka_op *before = script(1), *behind = script(2);
	struct rec_session *s;
	struct rec_op rec = { .m = NULL };

	submit(w, before);
	s = session(w, 0x30004);
	submit(w, behind);
	assert_false(record_goes(w, &rec, s));
	assert_int_equal(fake_card()->sessions, 0);
	fake_card_ends(2, OK);
	comes(w, before, IPC_PKA_OK);
	fake_card()->create_errno = EAGAIN; /* its queue is full */
	assert_false(record_goes(w, &rec, s));
	fake_card()->create_errno = 0;
	assert_true(record_goes(w, &rec, s));
	assert_int_equal(fake_card()->secret, 0x30004);
	fake_card_ends(2, OK);
	comes(w, behind, IPC_PKA_OK);
	fake_card_ends(1, OK);
	record_comes(w, &rec, REC_OK);
	w->e->ops->session_free(s);
}

/* A secret that makes no session (refused, or no slot): its records fail, nobody waits for ever. */
static void
records_without_a_session_fail(void **state)
{
	struct world *w = *state;
	struct rec_session *s = session(w, 0x30004);
	struct rec_op rec = { .m = NULL };

	fake_card()->create_errno = ENOSPC;
	assert_true(record_goes(w, &rec, s));
	record_comes(w, &rec, REC_STALE);
	fake_card()->create_errno = 0;
	assert_true(record_goes(w, &rec, s)); /* not tried again: records before it are missing */
	record_comes(w, &rec, REC_STALE);
	w->e->ops->session_free(s);
}

/* The driver keeps a session whose keys are on their way: it leaves when it can, and once. */
static void
sessions_leave_when_they_can(void **state)
{
	struct world *w = *state;
	struct rec_session *s[3] = { session(w, 0), session(w, 0), session(w, 0) };
	struct rec_op rec = { .m = NULL }, *none;

	assert_true(record_goes(w, &rec, s[2]));
	fake_card()->busy = true;
	for (unsigned i = 0; i < 3; i++)
		w->e->ops->session_free(s[i]); /* the last with a record in the device */
	assert_int_equal(w->e->ops->poll(w->e, &none, 1), 0);
	fake_card_ends(1, OK);
	record_comes(w, &rec, REC_OK);
	assert_int_equal(fake_card()->destroyed, 0);
	fake_card()->busy = false;
	assert_int_equal(w->e->ops->poll(w->e, &none, 1), 0);
	assert_int_equal(fake_card()->destroyed, 3);
	assert_int_equal(w->e->ops->poll(w->e, &none, 1), 0);
	assert_int_equal(fake_card()->destroyed, 3);
}

/* What has not left goes with the engine: nothing is lost (the sanitizer looks). */
static void
sessions_that_never_left_go_with_the_engine(void **state)
{
	struct world *w = *state;

	fake_card()->busy = true;
	w->e->ops->session_free(session(w, 0));
	fake_card()->sessions = 0;
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, over)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(steps_go_in_order_and_results_come_together),
		CASE(the_first_failure_counts),
		CASE(ed25519_signs_the_message_itself),
		CASE(scripts_that_wait_are_not_lost),
		CASE(scripts_have_a_bound),
		CASE(a_card_that_failed_is_reset),
		CASE(a_reset_ends_the_scripts_that_wait),
		CASE(a_curve_that_the_card_lacks_is_refused),
		CASE(records_wait_for_what_makes_their_keys),
		CASE(records_without_a_session_fail),
		CASE(sessions_leave_when_they_can),
		CASE(sessions_that_never_left_go_with_the_engine),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
