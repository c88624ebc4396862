/*
 * The lab's impaired wire: copies Ethernet frames between two interfaces, losing, reordering, duplicating and delaying them by rule.
 * The rule is seeded: the same seed and the same frames give the same fate. It only ever sees the lab's own namespaces.
 *
 *   sluice-relay --a IF --b IF [--loss P] [--reorder P] [--dup P] [--delay MS] [--seed N]     (P in percent, e.g. 0.1)
 *
 * Reordered frames are held back behind the next few. SIGTERM ends it with one line of counts on stdout.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_FRAME 9216
#define MAX_HELD 4096 /* frames in flight on the wire; more are dropped and counted, as a switch would */

struct held {
	uint64_t due_ns;
	uint32_t len;
	int to;
	uint8_t *bytes;
};

struct wire {
	int fd[2];
	double loss, reorder, dup;
	uint64_t delay_ns, rng;
	struct held held[MAX_HELD]; /* unordered; the earliest due goes first */
	unsigned n_held;
	uint64_t seen, lost, reordered, duplicated, overflow, sent;
};

static volatile sig_atomic_t stop;

static void
on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static uint64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* true with a chance of p percent */
static bool
chance(struct wire *w, double p)
{
	w->rng ^= w->rng << 13;
	w->rng ^= w->rng >> 7;
	w->rng ^= w->rng << 17;
	return (double)(w->rng >> 11) * 0x1p-53 * 100.0 < p;
}

static int
open_leg(const char *name)
{
	struct sockaddr_ll sll = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)if_nametoindex(name) };
	struct packet_mreq mr = { .mr_ifindex = sll.sll_ifindex, .mr_type = PACKET_MR_PROMISC };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(ETH_P_ALL)), size = 8 << 20;

	if (fd < 0 || sll.sll_ifindex == 0 || bind(fd, (struct sockaddr *)&sll, sizeof(sll)) != 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &mr, sizeof(mr)) != 0) {
		fprintf(stderr, "sluice-relay: %s: %s\n", name, sll.sll_ifindex == 0 ? "no such interface" : strerror(errno));
		exit(1);
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	return fd;
}

static void
emit(struct wire *w, int to, const uint8_t *bytes, uint32_t len)
{
	struct pollfd f = { .fd = w->fd[to], .events = POLLOUT };

	while (send(w->fd[to], bytes, len, 0) < 0 && (errno == EAGAIN || errno == ENOBUFS) && !stop)
		poll(&f, 1, 1);
	w->sent++;
}

static void
hold(struct wire *w, int to, const uint8_t *bytes, uint32_t len, uint64_t due)
{
	uint8_t *copy = w->n_held < MAX_HELD ? malloc(len) : NULL;

	if (copy == NULL) {
		w->overflow++;
		return;
	}
	memcpy(copy, bytes, len);
	w->held[w->n_held++] = (struct held){ due, len, to, copy };
}

/* Sends what is due, earliest first; returns ms until the next, -1 when nothing is held. */
static int
release_due(struct wire *w)
{
	while (w->n_held > 0) {
		uint64_t now = now_ns();
		unsigned first = 0;

		for (unsigned i = 1; i < w->n_held; i++)
			if (w->held[i].due_ns < w->held[first].due_ns)
				first = i;
		if (w->held[first].due_ns > now)
			return (int)((w->held[first].due_ns - now) / 1000000) + 1;
		emit(w, w->held[first].to, w->held[first].bytes, w->held[first].len);
		free(w->held[first].bytes);
		w->held[first] = w->held[--w->n_held];
	}
	return -1;
}

static void
frame(struct wire *w, int to, const uint8_t *bytes, uint32_t len)
{
	uint64_t due = w->delay_ns;

	w->seen++;
	if (chance(w, w->loss)) {
		w->lost++;
		return;
	}
	if (chance(w, w->reorder)) {
		w->reordered++;
		due += 2000000; /* behind whatever comes within 2 ms */
	}
	for (int copies = chance(w, w->dup) ? 2 : 1; copies > 0; copies--) {
		w->duplicated += copies == 2;
		if (due == 0)
			emit(w, to, bytes, len);
		else
			hold(w, to, bytes, len, now_ns() + due);
	}
}

static void
drain(struct wire *w, int from)
{
	uint8_t buf[MAX_FRAME];

	for (int i = 0; i < 64; i++) {
		struct sockaddr_ll sll;
		socklen_t n = sizeof(sll);
		ssize_t len = recvfrom(w->fd[from], buf, sizeof(buf), MSG_TRUNC, (struct sockaddr *)&sll, &n);

		if (len < 0)
			return;
		if (sll.sll_pkttype == PACKET_OUTGOING || len > (ssize_t)sizeof(buf))
			continue;
		frame(w, 1 - from, buf, (uint32_t)len);
	}
}

static void
usage(int code)
{
	printf("usage: sluice-relay --a IF --b IF [--loss P] [--reorder P] [--dup P] [--delay MS] [--seed N]\n"
	       "Copies frames between two interfaces with seeded impairment; P in percent.\n");
	exit(code);
}

int
main(int argc, char **argv)
{
	static struct wire w = { .fd = { -1, -1 }, .rng = 1 };
	static const struct option opts[] = { { "a", 1, 0, 'a' }, { "b", 1, 0, 'b' }, { "loss", 1, 0, 'l' }, { "reorder", 1, 0, 'r' },
		{ "dup", 1, 0, 'd' }, { "delay", 1, 0, 't' }, { "seed", 1, 0, 's' }, { "help", 0, 0, 'h' }, { 0 } };
	struct sigaction sa = { .sa_handler = on_signal };
	int c;

	while ((c = getopt_long(argc, argv, "h", opts, NULL)) != -1) {
		switch (c) {
		case 'a': w.fd[0] = open_leg(optarg); break;
		case 'b': w.fd[1] = open_leg(optarg); break;
		case 'l': w.loss = atof(optarg); break;
		case 'r': w.reorder = atof(optarg); break;
		case 'd': w.dup = atof(optarg); break;
		case 't': w.delay_ns = (uint64_t)(atof(optarg) * 1e6); break;
		case 's': w.rng = strtoull(optarg, NULL, 0) * 0x9E3779B97F4A7C15u | 1; break;
		case 'h': usage(0); break;
		default: usage(2);
		}
	}
	if (w.fd[0] < 0 || w.fd[1] < 0)
		usage(2);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	while (!stop) {
		struct pollfd f[2] = { { .fd = w.fd[0], .events = POLLIN }, { .fd = w.fd[1], .events = POLLIN } };
		int wait = release_due(&w);

		if (poll(f, 2, wait) <= 0)
			continue;
		for (int i = 0; i < 2; i++)
			if (f[i].revents != 0)
				drain(&w, i);
	}
	printf("seen=%lu sent=%lu lost=%lu reordered=%lu duplicated=%lu overflow=%lu\n", w.seen, w.sent, w.lost, w.reordered,
	       w.duplicated, w.overflow);
	return 0;
}
