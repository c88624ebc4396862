/* Threads that do jobs; see pka_threads.h. */
#include "control/pka/pka_threads.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "control/pka/pka_int.h"

struct list { /* of jobs, the oldest first */
	struct pka_job *first, **last;
};

struct pka_threads {
	uv_loop_t *loop;
	const struct pka_threads_ops *ops;
	void (*on_thread)(void);
	pthread_mutex_t lock; /* of what follows up to `stop` */
	pthread_cond_t work;
	struct list waiting, done;
	unsigned queued;     /* on `waiting` */
	unsigned held;	     /* on `done`, and the loop was not told */
	uint64_t held_since; /* microseconds */
	bool stop;
	uv_sem_t started;
	pthread_t thread[PKA_MAX_THREADS];
	unsigned threads, under_way;
	uv_poll_t poll;
	int bell; /* eventfd; -1: nothing was started */
};

static void
list_init(struct list *l)
{
	l->first = NULL;
	l->last = &l->first;
}

static void
list_add(struct list *l, struct pka_job *j)
{
	j->next = NULL;
	*l->last = j;
	l->last = &j->next;
}

static struct pka_job *
list_take(struct list *l)
{
	struct pka_job *j = l->first;

	l->first = j->next;
	if (l->first == NULL)
		l->last = &l->first;
	return j;
}

/* The next one is there, and takes as long. */
static bool
alike(const struct pka_job *last, const struct pka_job *next)
{
	return next != NULL && next->key == last->key && next->req.kind == last->req.kind &&
	       next->req.code == last->req.code;
}

bool
pka_threads_tell(unsigned held, unsigned queued, uint64_t held_us, uint64_t last_us)
{
	return held >= PKA_GATHER || held * 2 > queued || held_us + last_us > PKA_GATHER_US;
}

static uint64_t
now_us(void)
{
	return uv_hrtime() / 1000;
}

/* Tells the loop: it looks at everything that is done. */
static void
ring(const struct pka_threads *t)
{
	const uint64_t one = 1;
	ssize_t n = write(t->bell, &one, sizeof(one));

	(void)n; /* cannot fail but for a count of 2^64 - 1 */
}

static void *
thread_main(void *arg)
{
	struct pka_threads *t = arg;

	pthread_setname_np(pthread_self(), "pka");
	if (t->on_thread != NULL)
		t->on_thread();
	uv_sem_post(&t->started);
	pthread_mutex_lock(&t->lock);
	for (;;) {
		uint64_t begun, ended;
		struct pka_job *j;

		while (!t->stop && t->waiting.first == NULL)
			pthread_cond_wait(&t->work, &t->lock);
		if (t->stop)
			break;
		j = list_take(&t->waiting);
		t->queued--;
		pthread_mutex_unlock(&t->lock);
		begun = now_us();
		t->ops->run(j);
		ended = now_us();
		pthread_mutex_lock(&t->lock);
		list_add(&t->done, j);
		if (t->held++ == 0)
			t->held_since = ended;
		if (!pka_threads_tell(t->held, alike(j, t->waiting.first) ? t->queued : 0,
			    ended - t->held_since, ended - begun))
			continue;
		t->held = 0;
		pthread_mutex_unlock(&t->lock);
		ring(t);
		pthread_mutex_lock(&t->lock);
	}
	pthread_mutex_unlock(&t->lock);
	return NULL;
}

static void
bell_rang(uv_poll_t *h, int status, int events)
{
	struct pka_threads *t = h->data;
	struct pka_job *j, *next;
	uint64_t rings;
	ssize_t n = read(t->bell, &rings, sizeof(rings));

	(void)n; /* EAGAIN: what is done is looked at anyway */
	pthread_mutex_lock(&t->lock);
	j = t->done.first;
	list_init(&t->done);
	t->held = 0;
	pthread_mutex_unlock(&t->lock);
	for (; j != NULL; j = next) {
		next = j->next;
		if (--t->under_way == 0)
			uv_unref((uv_handle_t *)&t->poll);
		t->ops->ended(j);
	}
}

struct pka_threads *
pka_threads_new(uv_loop_t *loop, const struct pka_threads_ops *ops)
{
	struct pka_threads *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->loop = loop;
	t->ops = ops;
	t->bell = -1;
	list_init(&t->waiting);
	list_init(&t->done);
	if (uv_sem_init(&t->started, 0) != 0) {
		free(t);
		return NULL;
	}
	pthread_mutex_init(&t->lock, NULL);
	pthread_cond_init(&t->work, NULL);
	return t;
}

unsigned
pka_threads_wanted(void)
{
	const char *size = getenv("UV_THREADPOOL_SIZE");
	long n = size != NULL ? atol(size) : 0;
	cpu_set_t mine;

	if (n < 1)
		n = sched_getaffinity(0, sizeof(mine), &mine) == 0 ? CPU_COUNT(&mine)
								   : sysconf(_SC_NPROCESSORS_ONLN);
	return n < 1 ? 1 : n > PKA_MAX_THREADS ? PKA_MAX_THREADS : (unsigned)n;
}

static int
open_bell(struct pka_threads *t)
{
	int rc;

	t->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (t->bell < 0)
		return -errno;
	rc = uv_poll_init(t->loop, &t->poll, t->bell);
	if (rc != 0) {
		close(t->bell);
		t->bell = -1;
		return rc;
	}
	t->poll.data = t;
	uv_poll_start(&t->poll, UV_READABLE, bell_rang);
	uv_unref((
		uv_handle_t *)&t->poll); /* it keeps the loop alive only while a job is under way */
	return 0;
}

int
pka_threads_start(struct pka_threads *t, void (*on_thread)(void))
{
	unsigned wanted = pka_threads_wanted();
	sigset_t all, before;
	int rc;

	if (t->threads != 0)
		return -EALREADY;
	if (t->bell < 0 && (rc = open_bell(t)) != 0)
		return rc;
	t->on_thread = on_thread;
	sigfillset(&all); /* signals are the loop's */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (t->threads < wanted &&
		pthread_create(&t->thread[t->threads], NULL, thread_main, t) == 0)
		t->threads++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	for (unsigned i = 0; i < t->threads; i++)
		uv_sem_wait(&t->started);
	return t->threads != 0 ? 0 : -EAGAIN;
}

int
pka_threads_give(struct pka_threads *t, struct pka_job *j)
{
	int rc = t->threads != 0 ? 0 : pka_threads_start(t, NULL);

	if (rc != 0)
		return rc;
	if (t->under_way++ == 0)
		uv_ref((uv_handle_t *)&t->poll);
	pthread_mutex_lock(&t->lock);
	list_add(&t->waiting, j);
	t->queued++;
	pthread_mutex_unlock(&t->lock);
	pthread_cond_signal(&t->work);
	return 0;
}

void
pka_threads_close(struct pka_threads *t)
{
	pthread_mutex_lock(&t->lock);
	t->stop = true;
	pthread_mutex_unlock(&t->lock);
	pthread_cond_broadcast(&t->work);
	for (unsigned i = 0; i < t->threads; i++)
		pthread_join(t->thread[i], NULL);
	t->threads = 0;
	if (t->bell >= 0)
		uv_close((uv_handle_t *)&t->poll, NULL);
}

void
pka_threads_free(struct pka_threads *t)
{
	if (t == NULL)
		return;
	if (t->bell >= 0)
		close(t->bell);
	pthread_cond_destroy(&t->work);
	pthread_mutex_destroy(&t->lock);
	uv_sem_destroy(&t->started);
	free(t);
}
