/*
 * Threads for what takes long: jobs are done in the order in which they came and handed back on the
 * loop's thread, all that have ended at once. Not libuv's pool, whose uv_async_send() makes the
 * loop's thread spin until the sender is scheduled again: where both share a processor, and the
 * wake-up preempts the sender, that is for as long as its time slice takes to come. Here the bell
 * is an eventfd, rung outside of any lock.
 */
#ifndef SLUICE_CONTROL_PKA_THREADS_H
#define SLUICE_CONTROL_PKA_THREADS_H

#include <stdbool.h>
#include <stdint.h>

#include <uv.h>

#define PKA_MAX_THREADS 64

struct pka_job;
struct pka_threads;

struct pka_threads_ops {
	void (*run)(struct pka_job *j);	  /* on a thread: touches the job alone */
	void (*ended)(struct pka_job *j); /* on the loop's thread */
};

/*
 * Whether the loop is told now of what is done. A wake-up of loop and worker costs some percent of
 * an RSA-2048 signature, and on a shared core interrupts the next one: while more of the same is
 * queued, short jobs are gathered, as many as half of the queue: what is behind them waits for twice
 * as long anyway. None waits for longer than PKA_GATHER_US, as far as the last job's duration tells
 * how long the next takes.
 *
 *   held      done and not told, this one included
 *   queued    jobs that wait, when the next is like the last; else 0
 *   held_us   since the oldest of them was done
 *   last_us   how long the last one took
 */
#define PKA_GATHER    8
#define PKA_GATHER_US 2500
bool pka_threads_tell(unsigned held, unsigned queued, uint64_t held_us, uint64_t last_us);

/* No thread yet. ops is borrowed. NULL when memory is out. */
struct pka_threads *pka_threads_new(uv_loop_t *loop, const struct pka_threads_ops *ops);
/*
 * Starts them, as many as the environment variable UV_THREADPOOL_SIZE says, else as the process may
 * use processors. Returns when each of them has done on_thread() (may be NULL). 0 or -errno;
 * -EALREADY: they run.
 */
int pka_threads_start(struct pka_threads *t, void (*on_thread)(void));
unsigned pka_threads_wanted(void);
/* Starts threads if none run. 0 or -errno: the job is still the caller's. The loop stays alive
 * until it ended. */
int pka_threads_give(struct pka_threads *t, struct pka_job *j);
/* Ends the threads; what they have not done is dropped, nothing is handed back any more. */
void pka_threads_close(struct pka_threads *t);
/* After pka_threads_close() and the loop's last turn. */
void pka_threads_free(struct pka_threads *t);

#endif
