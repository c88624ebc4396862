/* Threads that do jobs: order, the loop's life, ends with work under way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <sched.h>

#include "control/pka/pka_int.h"

#define N 1000

static struct pka_job jobs[N];
static unsigned ended[N], n_ended;
static atomic_uint ran, prepared;
static struct pka_threads *threads;
static uv_sem_t gate;
static unsigned again; /* jobs given anew from within ended() */

static void
run(struct pka_job *j)
{
	atomic_fetch_add(&ran, 1);
	j->rc = (int)j->index + 1;
}

static void
run_behind_gate(struct pka_job *j)
{
	uv_sem_wait(&gate);
	run(j);
}

static void
on_end(struct pka_job *j)
{
	assert_int_equal(j->rc, j->index + 1);
	ended[n_ended++] = j->index;
	if (again != 0) {
		again--;
		assert_int_equal(pka_threads_give(threads, j), 0);
	}
}

static const struct pka_threads_ops plain = { .run = run, .ended = on_end };
static const struct pka_threads_ops gated = { .run = run_behind_gate, .ended = on_end };

static void
on_thread(void)
{
	atomic_fetch_add(&prepared, 1);
}

static void
begin(uv_loop_t *loop, const char *count, const struct pka_threads_ops *ops)
{
	assert_int_equal(setenv("UV_THREADPOOL_SIZE", count, 1), 0);
	assert_int_equal(uv_loop_init(loop), 0);
	memset(jobs, 0, sizeof(jobs));
	for (unsigned i = 0; i < N; i++)
		jobs[i].index = i;
	n_ended = again = 0;
	atomic_store(&ran, 0);
	atomic_store(&prepared, 0);
	threads = pka_threads_new(loop, ops);
	assert_non_null(threads);
}

static void
end(uv_loop_t *loop)
{
	pka_threads_close(threads);
	uv_run(loop, UV_RUN_DEFAULT);
	pka_threads_free(threads);
	assert_int_equal(uv_loop_close(loop), 0);
}

static void
one_thread_keeps_the_order(void **state)
{
	uv_loop_t loop;

	begin(&loop, "1", &plain);
	for (unsigned i = 0; i < N; i++)
		assert_int_equal(pka_threads_give(threads, &jobs[i]), 0);
	uv_run(&loop, UV_RUN_DEFAULT); /* ends by itself: nothing is under way any more */
	assert_int_equal(n_ended, N);
	for (unsigned i = 0; i < N; i++)
		assert_int_equal(ended[i], i);
	end(&loop);
}

static void
many_threads_do_each_once(void **state)
{
	static unsigned seen[N];
	uv_loop_t loop;

	begin(&loop, "8", &plain);
	assert_int_equal(pka_threads_start(threads, on_thread), 0);
	assert_int_equal(atomic_load(&prepared), 8); /* all of them, before it returned */
	assert_int_equal(pka_threads_start(threads, on_thread), -EALREADY);
	for (unsigned i = 0; i < N; i++)
		assert_int_equal(pka_threads_give(threads, &jobs[i]), 0);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(n_ended, N);
	assert_int_equal(atomic_load(&ran), N);
	for (unsigned i = 0; i < N; i++)
		seen[ended[i]]++;
	for (unsigned i = 0; i < N; i++)
		assert_int_equal(seen[i], 1);
	end(&loop);
}

/* A job that is given while ended ones are handed back is not forgotten. */
static void
a_job_from_within_an_answer_is_done(void **state)
{
	uv_loop_t loop;

	for (unsigned round = 0; round < 20; round++) {
		begin(&loop, "2", &plain);
		again = 200;
		for (unsigned i = 0; i < 10; i++)
			assert_int_equal(pka_threads_give(threads, &jobs[i]), 0);
		uv_run(&loop, UV_RUN_DEFAULT);
		assert_int_equal(atomic_load(&ran), 210);
		end(&loop);
	}
}

static void
nothing_comes_after_the_end(void **state)
{
	uv_loop_t loop;

	assert_int_equal(uv_sem_init(&gate, 2), 0); /* two get through, the others stay */
	begin(&loop, "2", &gated);
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(pka_threads_give(threads, &jobs[i]), 0);
	while (atomic_load(&ran) < 2)
		sched_yield();
	for (unsigned i = 0; i < 100; i++)
		uv_sem_post(&gate); /* those that threads hold by now may end, and what they take
				       until the close */
	pka_threads_close(threads);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(n_ended, 0);
	assert_true(atomic_load(&ran) <= 100);
	pka_threads_free(threads);
	assert_int_equal(uv_loop_close(&loop), 0);
	uv_sem_destroy(&gate);
}

static void
short_jobs_are_gathered_and_none_waits_long(void **state)
{
	assert_true(pka_threads_tell(1, 0, 0, 300)); /* nothing follows */
	assert_true(pka_threads_tell(1, 1, 0, 300)); /* few do */
	assert_false(pka_threads_tell(1, 2, 0, 300));
	assert_true(pka_threads_tell(2, 3, 0, 300));
	assert_false(pka_threads_tell(2, 4, 0, 300));
	assert_false(pka_threads_tell(PKA_GATHER - 1, 1000, 600, 300));
	assert_true(pka_threads_tell(PKA_GATHER, 1000, 0, 1)); /* enough of them */
	/* the next would come too late for the first */
	assert_true(pka_threads_tell(2, 1000, PKA_GATHER_US - 299, 300));
	assert_true(pka_threads_tell(1, 1000, 0, PKA_GATHER_US + 1)); /* long ones never wait */
	assert_false(pka_threads_tell(1, 1000, 0, PKA_GATHER_US));
}

/* The queue's length is what counts: one job behind it does not keep an ended one back. */
static void
few_that_wait_hold_nothing_back(void **state)
{
	uint64_t until = uv_hrtime() + 20ull * 1000 * 1000 * 1000;
	uv_loop_t loop;

	assert_int_equal(uv_sem_init(&gate, 0), 0);
	begin(&loop, "1", &gated);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(pka_threads_give(threads, &jobs[i]), 0);
	uv_sem_post(&gate);
	uv_sem_post(&gate); /* two end, the third stays */
	while (n_ended < 2 && uv_hrtime() < until) {
		uv_run(&loop, UV_RUN_NOWAIT);
		sched_yield();
	}
	assert_int_equal(n_ended, 2);
	uv_sem_post(&gate);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(n_ended, 3);
	end(&loop);
	uv_sem_destroy(&gate);
}

static void
as_many_as_wanted(void **state)
{
	setenv("UV_THREADPOOL_SIZE", "3", 1);
	assert_int_equal(pka_threads_wanted(), 3);
	setenv("UV_THREADPOOL_SIZE", "100000", 1);
	assert_int_equal(pka_threads_wanted(), PKA_MAX_THREADS);
	unsetenv("UV_THREADPOOL_SIZE");
	assert_true(pka_threads_wanted() >= 1);
	setenv("UV_THREADPOOL_SIZE", "nonsense", 1);
	assert_true(pka_threads_wanted() >= 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_thread_keeps_the_order),
		cmocka_unit_test(many_threads_do_each_once),
		cmocka_unit_test(a_job_from_within_an_answer_is_done),
		cmocka_unit_test(nothing_comes_after_the_end),
		cmocka_unit_test(short_jobs_are_gathered_and_none_waits_long),
		cmocka_unit_test(few_that_wait_hold_nothing_back),
		cmocka_unit_test(as_many_as_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
