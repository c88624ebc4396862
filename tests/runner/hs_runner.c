/*
 * The handshake machine on a plain TCP socket, both roles, for protocol test suites: no dataplane,
 * no sluice-cp, one thread, poll(). `hs_runner --help` teaches.
 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/runner/hs_runner.h"

#define MAX_CONNS 64
#define LINE_MAX_LEN 4096

struct conn {
	int fd; /* -1: free */
	struct hs_end end;
	struct hs_bytes got; /* --www: the request so far */
	uint64_t received, deadline_ms;
	bool sent_data, shut, eof;
	unsigned handshakes;
};

struct runner {
	struct runner_opts o;
	struct hs_keep keep;
	struct conn conns[MAX_CONNS];
	int listener;
	unsigned accepted, over, connects;
	char line[LINE_MAX_LEN];
	size_t line_len;
	bool stdin_over, quit;
	int status;
};

static uint64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static void __attribute__((noreturn))
die(const char *what)
{
	fprintf(stderr, "hs_runner: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* ---- sockets ---- */

static struct addrinfo *
resolve(const struct runner_opts *o, bool passive)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = passive ? AI_PASSIVE : 0 }, *ai;
	char port[8];
	int rc;

	snprintf(port, sizeof(port), "%u", o->port);
	rc = getaddrinfo(passive ? "127.0.0.1" : o->host, port, &hints, &ai);
	if (rc != 0) {
		fprintf(stderr, "hs_runner: %s: %s\n", o->host, gai_strerror(rc));
		exit(1);
	}
	return ai;
}

static void
listen_on(struct runner *r)
{
	struct addrinfo *ai = resolve(&r->o, true);
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);
	char port[8];
	int one = 1;

	r->listener = socket(ai->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (r->listener < 0 || setsockopt(r->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0 ||
		bind(r->listener, ai->ai_addr, ai->ai_addrlen) != 0 || listen(r->listener, 128) != 0 ||
		getsockname(r->listener, (struct sockaddr *)&sa, &len) != 0)
		die("listen");
	getnameinfo((struct sockaddr *)&sa, len, NULL, 0, port, sizeof(port), NI_NUMERICSERV);
	printf("{\"listening\": %s}\n", port);
	freeaddrinfo(ai);
}

static int
connect_to(const struct runner_opts *o)
{
	struct addrinfo *all = resolve(o, false);
	int fd = -1;

	for (struct addrinfo *ai = all; ai != NULL && fd < 0; ai = ai->ai_next) {
		fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd >= 0 && connect(fd, ai->ai_addr, ai->ai_addrlen) != 0) {
			close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(all);
	if (fd < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
		die("connect");
	return fd;
}

/* ---- connections ---- */

static void
keylog_line(void *ctx, const char *line, size_t len)
{
	const struct runner_opts *o = ctx;

	if (o->keylog_file == NULL)
		return;
	fprintf(o->keylog_file, "%.*s\n", (int)len, line);
	fflush(o->keylog_file);
}

static void
conn_open(struct runner *r, int fd)
{
	struct hs_end_opts eo = { .conf = &r->o.conf,
		.keep = &r->keep,
		.now_s = (uint64_t)time(NULL),
		.fragment_in = r->o.fragment_in,
		.fragment_out = r->o.fragment_out,
		.pad = r->o.pad,
		.no_resume = r->o.no_resume,
		.verify = r->o.no_verify ? hs_end_verify_any : NULL,
		.keylog = keylog_line,
		.ctx = &r->o };
	struct conn *k = r->conns;

	while (k < r->conns + MAX_CONNS && k->fd >= 0)
		k++;
	HS_REC_CHECK(k < r->conns + MAX_CONNS);
	memset(k, 0, sizeof(*k));
	k->fd = fd;
	k->deadline_ms = now_ms() + r->o.timeout_ms;
	hs_end_open(&k->end, &eo);
}

static void
conn_over(struct runner *r, struct conn *k)
{
	const struct hs_end *e = &k->end;

	runner_report(stdout, e, "closed", k->eof);
	r->status = e->err != TLS_E_OK || !e->handshakes ? 1 : 0;
	close(k->fd);
	k->fd = -1;
	hs_end_drop(&k->end);
	hs_bytes_drop(&k->got);
	r->over++;
}

/* --www: a page about the connection when the request is complete. */
static void
answer_www(struct conn *k)
{
	static const char head[] = "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n";
	struct hs_bytes *in = &k->end.data_in;
	char *page = NULL;
	size_t len;
	FILE *f;

	hs_bytes_add(&k->got, hs_bytes_at(in), in->len);
	hs_bytes_skip(in, in->len);
	if (memmem(hs_bytes_at(&k->got), k->got.len, "\r\n\r\n", 4) == NULL &&
		memmem(hs_bytes_at(&k->got), k->got.len, "\n\n", 2) == NULL)
		return;
	f = open_memstream(&page, &len);
	HS_REC_CHECK(f != NULL);
	runner_report(f, &k->end, "page", false);
	fclose(f);
	hs_end_write(&k->end, head, sizeof(head) - 1);
	hs_end_write(&k->end, page, len);
	hs_end_close(&k->end);
	free(page);
}

/* "\n" and "\r" in an argument. */
static void
write_text(struct hs_end *e, const char *s)
{
	for (; *s != '\0'; s++) {
		char c = *s;

		if (c == '\\' && (s[1] == 'n' || s[1] == 'r'))
			c = *++s == 'n' ? '\n' : '\r';
		hs_bytes_add(&e->data_out, &c, 1);
	}
	hs_end_flush(e);
}

static void
serve(const struct runner *r, struct conn *k)
{
	struct hs_bytes *in = &k->end.data_in;

	k->received += in->len;
	if (r->o.www) {
		answer_www(k);
		return;
	}
	if (r->o.echo)
		hs_end_write(&k->end, hs_bytes_at(in), in->len);
	hs_bytes_skip(in, in->len);
}

/* The client's part: sends, waits for the answer, closes. */
static void
use(const struct runner *r, struct conn *k)
{
	struct hs_end *e = &k->end;

	if (e->data_in.len != 0 && !r->o.events) {
		fwrite(hs_bytes_at(&e->data_in), 1, e->data_in.len, stderr);
		fflush(stderr);
	}
	k->received += e->data_in.len;
	hs_bytes_skip(&e->data_in, e->data_in.len);
	if (e->ready && !k->sent_data && r->o.data != NULL)
		write_text(e, r->o.data);
	k->sent_data |= e->ready;
	if (e->ready && e->done && !r->o.stay && k->received >= r->o.expect)
		hs_end_close(e);
}

/* After anything happened. */
static void
progress(struct runner *r, struct conn *k)
{
	struct hs_end *e = &k->end;

	if (r->o.events && e->handshakes != k->handshakes && !e->closed) {
		k->handshakes = e->handshakes;
		runner_report(stdout, e, "ready", false);
	}
	if (e->closed)
		return;
	if (r->o.client)
		use(r, k);
	else if (e->data_in.len != 0)
		serve(r, k);
	if (e->peer_closed)
		hs_end_close(e);
}

static void
conn_write(struct conn *k)
{
	struct hs_bytes *out = &k->end.net_out;

	while (out->len != 0) {
		ssize_t n = send(k->fd, hs_bytes_at(out), out->len, MSG_NOSIGNAL);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n < 0) {
			k->eof = true;
			return;
		}
		hs_bytes_skip(out, (size_t)n);
	}
	if (k->end.closed && !k->shut) {
		shutdown(k->fd, SHUT_WR);
		k->shut = true;
	}
}

static void
conn_read(struct runner *r, struct conn *k)
{
	uint8_t buf[32768];
	ssize_t n = recv(k->fd, buf, sizeof(buf), 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		k->eof = true;
		return;
	}
	if (k->end.closed) /* only until the other side closes as well */
		return;
	k->deadline_ms = now_ms() + r->o.timeout_ms;
	hs_end_feed(&k->end, buf, (size_t)n);
	progress(r, k);
}

/* ---- commands ---- */

static void
command(struct runner *r, const char *line)
{
	for (struct conn *k = r->conns; k < r->conns + MAX_CONNS; k++) {
		struct hs_end *e = &k->end;

		if (k->fd < 0 || e->closed)
			continue;
		if (strcmp(line, "rekey") == 0)
			hs_end_command(e, HS_CMD_REKEY);
		else if (strcmp(line, "renegotiate") == 0)
			hs_end_command(e, HS_CMD_RENEGOTIATE);
		else if (strcmp(line, "reauth") == 0)
			hs_end_command(e, HS_CMD_REAUTH);
		else if (strcmp(line, "close") == 0)
			hs_end_close(e);
		else if (strncmp(line, "send ", 5) == 0)
			write_text(e, line + 5);
		else if (strcmp(line, "quit") != 0)
			fprintf(stderr, "hs_runner: %s: not a command\n", line);
	}
	if (strcmp(line, "quit") == 0)
		r->quit = true;
}

static void
read_commands(struct runner *r)
{
	ssize_t n = read(0, r->line + r->line_len, sizeof(r->line) - 1 - r->line_len);
	char *end;

	if (n <= 0) {
		r->stdin_over = n == 0 || (errno != EAGAIN && errno != EINTR);
		return;
	}
	r->line_len += (size_t)n;
	r->line[r->line_len] = '\0';
	while ((end = strchr(r->line, '\n')) != NULL) {
		*end = '\0';
		command(r, r->line);
		r->line_len -= (size_t)(end + 1 - r->line);
		memmove(r->line, end + 1, r->line_len + 1);
	}
	if (r->line_len == sizeof(r->line) - 1)
		r->line_len = 0; /* a line that long is no command */
}

/* ---- the loop ---- */

static bool
conn_finished(struct conn *k, uint64_t now)
{
	if (k->eof || (k->shut && now >= k->deadline_ms))
		return true;
	if (now < k->deadline_ms)
		return false;
	hs_end_abort(&k->end, TLS_E_HANDSHAKE_TIMEOUT);
	conn_write(k);
	return true;
}

static unsigned
open_conns(const struct runner *r)
{
	unsigned n = 0;

	for (unsigned i = 0; i < MAX_CONNS; i++)
		n += r->conns[i].fd >= 0;
	return n;
}

static void
accept_one(struct runner *r)
{
	int fd = accept4(r->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return;
	r->accepted++;
	conn_open(r, fd);
}

/* Whether the runner goes on; a client makes its next connection. */
static bool
go_on(struct runner *r)
{
	unsigned open = open_conns(r);

	if (r->quit)
		return false;
	if (r->o.client) {
		if (open == 0 && r->connects <= r->o.reconnect) {
			r->connects++;
			conn_open(r, connect_to(&r->o));
			return true;
		}
		return open != 0;
	}
	return open != 0 || r->o.accept == 0 || r->accepted < r->o.accept;
}

static void
turn(struct runner *r)
{
	struct pollfd p[MAX_CONNS + 2];
	bool listening = !r->o.client && open_conns(r) < MAX_CONNS &&
			 (r->o.accept == 0 || r->accepted < r->o.accept);
	uint64_t now = now_ms();
	int wait = -1;

	p[0] = (struct pollfd){ .fd = listening ? r->listener : -1, .events = POLLIN };
	p[1] = (struct pollfd){ .fd = r->stdin_over ? -1 : 0, .events = POLLIN };
	for (unsigned i = 0; i < MAX_CONNS; i++) {
		struct conn *k = &r->conns[i];
		int left;

		if (k->fd >= 0)
			conn_write(k); /* what is new since the last turn */
		p[2 + i] = (struct pollfd){ .fd = k->fd,
			.events = (short)(POLLIN | (k->fd >= 0 && k->end.net_out.len != 0 ? POLLOUT : 0)) };
		if (k->fd < 0)
			continue;
		left = k->eof || k->deadline_ms < now ? 0 : (int)(k->deadline_ms - now);
		wait = wait < 0 || left < wait ? left : wait;
	}
	if (poll(p, MAX_CONNS + 2, wait) < 0 && errno != EINTR)
		die("poll");
	for (unsigned i = 0; i < MAX_CONNS; i++) {
		struct conn *k = &r->conns[i];

		if (k->fd < 0)
			continue;
		if (p[2 + i].revents & (POLLIN | POLLHUP | POLLERR))
			conn_read(r, k);
		conn_write(k);
		if (conn_finished(k, now_ms()))
			conn_over(r, k);
	}
	if (p[1].revents != 0)
		read_commands(r);
	if (p[0].revents != 0)
		accept_one(r);
}

int
main(int argc, char **argv)
{
	struct runner *r = calloc(1, sizeof(*r));
	int status;

	HS_REC_CHECK(r != NULL);
	runner_opts(&r->o, argc, argv);
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN);
	for (unsigned i = 0; i < MAX_CONNS; i++)
		r->conns[i].fd = -1;
	hs_keep_init(&r->keep, 1024);
	r->listener = -1;
	if (!r->o.client)
		listen_on(r);
	while (go_on(r))
		turn(r);
	for (unsigned i = 0; i < MAX_CONNS; i++)
		if (r->conns[i].fd >= 0)
			conn_over(r, &r->conns[i]);
	if (r->listener >= 0)
		close(r->listener);
	hs_keep_drop(&r->keep);
	runner_opts_drop(&r->o);
	status = r->status;
	free(r);
	return status;
}
