/*
 * A client that keeps a TLS server busy: N connections at a time, each a TCP connect, a handshake (full, or resumed: by session
 * identifier in TLS 1.2, by ticket in TLS 1.3), optionally one request, close_notify, close. One thread, non-blocking, epoll; OpenSSL
 * as it comes. With --rate connections begin at fixed times, whatever the server does: latency counts from when each was due.
 *
 *   resume ADDRESS PORT [--tls 1.2|1.3] [--parallel N] [--rate R] [--seconds S] [--suite NAME] [--groups LIST] [--get PATH] [--full]
 *   resume ADDRESS PORT --hold N [--tls 1.2|1.3] [--parallel N] [--suite NAME] [--groups LIST] [--full]
 *
 * --hold opens N connections, leaves them open, prints how many, and ends when its input does.
 *
 * Prints one line of JSON: handshakes, how many were resumed, seconds, the client's own CPU seconds, latency from connect to Finished.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#define MAX_PARALLEL 1024
#define MAX_SAMPLES (1u << 20)
#define SETTLE 0.3 /* seconds before counting */

enum phase { PHASE_HANDSHAKE, PHASE_WRITE, PHASE_READ };

struct slot {
	SSL *ssl;
	int fd;
	enum phase phase;
	double began;
};

struct client {
	struct sockaddr_in to;
	uint32_t parallel;
	double seconds;
	const char *suite, *path;
	const char *groups;
	int full, tls13;
	uint32_t hold, begun, held;
	double rate, due; /* per second, 0: as fast as it goes; when the next one begins */
	SSL_CTX *ctx;
	SSL_SESSION *session;
	int ep;
	struct slot slots[MAX_PARALLEL];
	double count_from;
	uint64_t all; /* from the start, as CPU seconds are */
	uint64_t done, resumed, failed;
	float *ms;
	uint32_t n_ms;
	char request[256];
};

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

static double
cpu_seconds(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + 1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static void
die(const char *what)
{
	fprintf(stderr, "resume: %s: %s\n", what, strerror(errno));
	ERR_print_errors_fp(stderr);
	exit(1);
}

static void
begin(struct client *c, struct slot *s)
{
	struct epoll_event ev = { .events = EPOLLOUT, .data.ptr = s };
	int one = 1;

	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (s->fd < 0)
		die("socket");
	setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	s->began = c->rate != 0 ? c->due : now();
	s->phase = PHASE_HANDSHAKE;
	if (connect(s->fd, (const struct sockaddr *)&c->to, sizeof(c->to)) != 0 && errno != EINPROGRESS)
		die("connect");
	s->ssl = SSL_new(c->ctx);
	if (s->ssl == NULL || SSL_set_fd(s->ssl, s->fd) != 1)
		die("SSL_new");
	if (!c->full && c->session != NULL) {
		/* a copy: OpenSSL marks a session as used up when its connection ends abruptly */
		SSL_SESSION *copy = SSL_SESSION_dup(c->session);

		SSL_set_session(s->ssl, copy);
		SSL_SESSION_free(copy);
	}
	SSL_set_connect_state(s->ssl);
	if (epoll_ctl(c->ep, EPOLL_CTL_ADD, s->fd, &ev) != 0)
		die("epoll_ctl");
}

static void
end(struct client *c, struct slot *s, int ok)
{
	struct linger reset = { .l_onoff = 1, .l_linger = 0 }; /* no TIME_WAIT here: the ports must last */

	if (!ok)
		c->failed++;
	SSL_shutdown(s->ssl);
	SSL_free(s->ssl);
	setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(s->fd);
	s->ssl = NULL;
}

static void
shook(struct client *c, struct slot *s)
{
	const double t = now();

	if (!c->full && !c->tls13 && c->session == NULL)
		c->session = SSL_get1_session(s->ssl);
	c->all++;
	if (t < c->count_from)
		return;
	c->done++;
	c->resumed += (uint64_t)SSL_session_reused(s->ssl);
	if (c->n_ms < MAX_SAMPLES)
		c->ms[c->n_ms++] = (float)((t - s->began) * 1e3);
}

/* TLS 1.3: the first ticket serves all connections, as a session identifier does. */
static int
on_session(SSL *ssl, SSL_SESSION *session)
{
	struct client *c = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));

	if (c->full || !c->tls13 || c->session != NULL)
		return 0;
	c->session = SSL_SESSION_dup(session); /* the connection's own dies with it */
	return 0;
}

/* Whether the connection is to go on; *want is what to wait for. */
static int
step(struct client *c, struct slot *s, uint32_t *want)
{
	char buf[16384];
	int rc;

	ERR_clear_error();
	for (;;) {
		if (s->phase == PHASE_HANDSHAKE)
			rc = SSL_do_handshake(s->ssl);
		else if (s->phase == PHASE_WRITE)
			rc = SSL_write(s->ssl, c->request, (int)strlen(c->request));
		else
			rc = SSL_read(s->ssl, buf, sizeof(buf));
		if (s->phase == PHASE_READ && c->path == NULL && c->session != NULL)
			return 0;
		if (rc <= 0)
			break;
		if (s->phase == PHASE_HANDSHAKE) {
			shook(c, s);
			/* the ticket comes behind the handshake: the first connection stays for it */
			if (c->path == NULL && (c->full || c->session != NULL))
				return 0;
			s->phase = c->path != NULL ? PHASE_WRITE : PHASE_READ;
		} else if (s->phase == PHASE_WRITE) {
			s->phase = PHASE_READ;
		}
	}
	switch (SSL_get_error(s->ssl, rc)) {
	case SSL_ERROR_WANT_READ: *want = EPOLLIN; return 1;
	case SSL_ERROR_WANT_WRITE: *want = EPOLLOUT; return 1;
	case SSL_ERROR_ZERO_RETURN: return 0;
	default: return s->phase == PHASE_READ ? 0 : -1; /* a server may end by TCP alone */
	}
}

static void
ready(struct client *c, struct slot *s)
{
	struct epoll_event ev = { .data.ptr = s };
	uint32_t want = 0;
	int rc = step(c, s, &want);

	if (rc <= 0) {
		end(c, s, rc == 0);
		if (c->rate == 0)
			begin(c, s);
		return;
	}
	ev.events = want;
	epoll_ctl(c->ep, EPOLL_CTL_MOD, s->fd, &ev);
}

/* Begins what is due, as far as there are slots. Returns how long to wait for the next, in ms. */
static int
pace(struct client *c)
{
	double t = now();

	for (uint32_t i = 0; i < c->parallel && c->due <= t; i++) {
		if (c->slots[i].ssl != NULL)
			continue;
		begin(c, &c->slots[i]);
		c->due += 1 / c->rate;
	}
	return c->due <= t ? 1 : (int)((c->due - t) * 1e3);
}

static void
run(struct client *c)
{
	struct epoll_event ev[64];
	double until;

	c->ep = epoll_create1(EPOLL_CLOEXEC);
	c->count_from = now() + SETTLE;
	until = c->count_from + c->seconds;
	c->due = now();
	for (uint32_t i = 0; i < c->parallel && c->rate == 0; i++)
		begin(c, &c->slots[i]);
	while (now() < until) {
		int n = epoll_wait(c->ep, ev, 64, c->rate != 0 ? pace(c) : 100);

		for (int i = 0; i < n; i++)
			ready(c, ev[i].data.ptr);
		if (c->failed > 100 && c->done == 0) {
			ERR_print_errors_fp(stderr);
			break;
		}
	}
}

/* Another one of those to be held. */
static void
begin_held(struct client *c, struct slot *s)
{
	if (c->begun == c->hold)
		return;
	c->begun++;
	begin(c, s);
}

/* Opens c->hold connections; of each only the socket is kept. 0, or -1 at the first that fails. */
static int
hold(struct client *c)
{
	struct rlimit files = { .rlim_cur = c->hold + 64, .rlim_max = c->hold + 64 };
	struct epoll_event ev[64];

	if (setrlimit(RLIMIT_NOFILE, &files) != 0)
		die("setrlimit");
	c->ep = epoll_create1(EPOLL_CLOEXEC);
	/* a session to resume comes from the first */
	begin_held(c, &c->slots[0]);
	while (c->held < c->hold) {
		int n = epoll_wait(c->ep, ev, 64, 10000);

		for (int i = 0; i < n; i++) {
			struct slot *s = ev[i].data.ptr;
			struct epoll_event want = { .data.ptr = s };
			uint32_t events = 0;
			int rc = step(c, s, &events);

			if (rc > 0) {
				want.events = events;
				epoll_ctl(c->ep, EPOLL_CTL_MOD, s->fd, &want);
				continue;
			}
			if (rc < 0)
				return -1;
			epoll_ctl(c->ep, EPOLL_CTL_DEL, s->fd, NULL);
			/* nothing is said: the server goes on holding its side, the session stays good */
			SSL_set_shutdown(s->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
			SSL_free(s->ssl);
			if (c->held++ == 0)
				for (uint32_t k = 1; k < c->parallel; k++)
					begin_held(c, &c->slots[k]);
			begin_held(c, s);
		}
		if (n == 0)
			return -1;
	}
	printf("{\"held\": %u, \"resumed\": %llu}\n", c->held, (unsigned long long)c->resumed);
	fflush(stdout);
	while (getchar() != EOF)
		;
	return 0;
}

static int
by_value(const void *a, const void *b)
{
	const float x = *(const float *)a, y = *(const float *)b;

	return x < y ? -1 : x > y;
}

static void
report(struct client *c, double cpu)
{
	qsort(c->ms, c->n_ms, sizeof(*c->ms), by_value);
	printf("{\"handshakes\": %llu, \"all\": %llu, \"wall_s\": %.3f, \"resumed\": %llu, \"failed\": %llu, \"seconds\": %.3f, \"client_cpu_s\": %.3f, \"p50_ms\": %.3f, \"p99_ms\": %.3f}\n",
		(unsigned long long)c->done, (unsigned long long)c->all, c->seconds + SETTLE, (unsigned long long)c->resumed, (unsigned long long)c->failed, c->seconds, cpu, c->n_ms ? c->ms[c->n_ms / 2] : 0,
		c->n_ms ? c->ms[(uint64_t)c->n_ms * 99 / 100] : 0);
}

static int
options(int argc, char **argv, struct client *c)
{
	static const struct option longs[] = {
		{ "parallel", required_argument, NULL, 'p' }, { "seconds", required_argument, NULL, 's' }, { "suite", required_argument, NULL, 'c' },
		{ "tls", required_argument, NULL, 't' }, { "rate", required_argument, NULL, 'r' }, { "groups", required_argument, NULL, 'G' },
		{ "get", required_argument, NULL, 'g' }, { "full", no_argument, NULL, 'f' }, { "hold", required_argument, NULL, 'H' }, { NULL, 0, NULL, 0 },
	};
	int o;

	while ((o = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (o) {
		case 'p': c->parallel = (uint32_t)atoi(optarg); break;
		case 's': c->seconds = atof(optarg); break;
		case 'c': c->suite = optarg; break;
		case 't': c->tls13 = strcmp(optarg, "1.3") == 0; break;
		case 'r': c->rate = atof(optarg); break;
		case 'G': c->groups = optarg; break;
		case 'g': c->path = optarg; break;
		case 'f': c->full = 1; break;
		case 'H': c->hold = (uint32_t)atoi(optarg); break;
		default: return -1;
		}
	}
	if (argc - optind != 2 || c->parallel == 0 || c->parallel > MAX_PARALLEL || c->seconds <= 0)
		return -1;
	c->to.sin_family = AF_INET;
	c->to.sin_port = htons((uint16_t)atoi(argv[optind + 1]));
	return inet_pton(AF_INET, argv[optind], &c->to.sin_addr) == 1 ? 0 : -1;
}

static int
set_up(struct client *c, const char *ciphers)
{
	int version = c->tls13 ? TLS1_3_VERSION : TLS1_2_VERSION;

	SSL_CTX_set_app_data(c->ctx, c);
	SSL_CTX_set_options(c->ctx, c->tls13 ? 0 : SSL_OP_NO_TICKET);
	SSL_CTX_set_session_cache_mode(c->ctx, c->tls13 ? SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL : SSL_SESS_CACHE_OFF);
	SSL_CTX_sess_set_new_cb(c->ctx, on_session);
	return SSL_CTX_set_max_proto_version(c->ctx, version) == 1 && SSL_CTX_set_min_proto_version(c->ctx, version) == 1 &&
	       (c->tls13 ? SSL_CTX_set_ciphersuites(c->ctx, c->suite) : SSL_CTX_set_cipher_list(c->ctx, ciphers)) == 1 &&
	       (c->groups == NULL || SSL_CTX_set1_groups_list(c->ctx, c->groups) == 1);
}

int
main(int argc, char **argv)
{
	static struct client client = { .parallel = 32, .seconds = 3, .suite = "AES128-GCM-SHA256" };
	struct client *c = &client;
	char ciphers[128];
	double cpu;

	if (options(argc, argv, c) != 0) {
		fprintf(stderr, "usage: resume ADDRESS PORT [--tls 1.2|1.3] [--parallel N] [--rate R] [--seconds S] [--suite NAME] [--groups LIST] [--get PATH] [--full] [--hold N]\n");
		return 2;
	}
	snprintf(ciphers, sizeof(ciphers), "%s:@SECLEVEL=0", c->suite);
	snprintf(c->request, sizeof(c->request), "GET %s HTTP/1.1\r\nHost: www.sluice.test\r\nConnection: close\r\n\r\n", c->path != NULL ? c->path : "/");
	c->ms = malloc(MAX_SAMPLES * sizeof(*c->ms));
	c->ctx = SSL_CTX_new(TLS_client_method());
	if (c->ms == NULL || c->ctx == NULL || set_up(c, ciphers) != 1)
		die("set-up");
	if (c->hold != 0)
		return hold(c) != 0;
	cpu = cpu_seconds();
	run(c);
	report(c, cpu_seconds() - cpu);
	return c->done == 0;
}
