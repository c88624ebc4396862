/* What the sandbox lets through and what it ends the process for, one child per case. */
#include <setjmp.h>
#include <stdarg.h>
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <resolv.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/cert/ocsp_fetch.h"
#include "control/sandbox.h"

static int nothing(void) { return 0; }
static int read_file(void) { return open("/dev/null", O_RDONLY | O_CLOEXEC); }
static int unix_socket(void) { return socket(AF_UNIX, SOCK_STREAM, 0); }
static int write_file(void) { return open("/dev/null", O_WRONLY); }
static int read_write_file(void) { return open("/dev/null", O_RDWR); }
static int truncate_file(void) { return open("/dev/null", O_RDONLY | O_TRUNC); }
static int create_file(void) { return openat(AT_FDCWD, "/tmp/sluice-sandbox-must-not-exist", O_RDONLY | O_CREAT, 0600); }
static int run_program(void) { return execl("/bin/true", "true", (char *)NULL); }
static int new_process(void) { return fork(); }
static int tcp_client(void) { return socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }
static int tcp6_client(void) { return socket(AF_INET6, SOCK_STREAM, 0); }
static int udp_client(void) { return socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0); }
static int udp6_client(void) { return socket(AF_INET6, SOCK_DGRAM, 0); }
static int raw_socket(void) { return socket(AF_INET, SOCK_RAW, IPPROTO_ICMP); }
static int raw6_socket(void) { return socket(AF_INET6, SOCK_RAW | SOCK_NONBLOCK, IPPROTO_ICMPV6); }
static int seqpacket_socket(void) { return socket(AF_INET, SOCK_SEQPACKET, 0); }
static int bind_socket(void)
{
	const struct sockaddr_in a = { .sin_family = AF_INET };

	return bind(socket(AF_INET, SOCK_STREAM, 0), (const struct sockaddr *)&a, sizeof(a));
}
static int listen_socket(void) { return listen(socket(AF_INET, SOCK_STREAM, 0), 1); }
static int packet_socket(void) { return socket(AF_PACKET, SOCK_RAW, 0); }
/* refused, not fatal: getaddrinfo() asks for it and does without */
static int netlink_socket(void) { return socket(AF_NETLINK, SOCK_RAW, 0) == -1 && errno == EACCES ? 0 : -1; }
static int change_mode(void) { return chmod("/dev/null", 0666); }
static int change_name(void) { return rename("/tmp/sluice-none", "/tmp/sluice-none2"); }
static int trace(void) { return (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL); }
static int signal_others(void) { return kill(getppid(), 0); }
static int type_on_terminal(void) { return ioctl(0, TIOCSTI, "x"); }
static int new_code(void) { return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED; }

static void *page;
static int data_as_code(void) { return mprotect(page, 4096, PROT_READ | PROT_EXEC); }

static const struct {
	const char *name;
	int (*call)(void);
	int killed;
} cases[] = {
	{ "nothing", nothing, 0 },
	{ "read a file", read_file, 0 },
	{ "Unix socket", unix_socket, 0 },
	{ "write a file", write_file, 1 },
	{ "read and write a file", read_write_file, 1 },
	{ "truncate a file", truncate_file, 1 },
	{ "create a file", create_file, 1 },
	{ "run a program", run_program, 1 },
	{ "new process", new_process, 1 },
	{ "TCP client", tcp_client, 0 },
	{ "TCP client over IPv6", tcp6_client, 0 },
	{ "UDP client", udp_client, 0 },
	{ "UDP client over IPv6", udp6_client, 0 },
	{ "raw socket", raw_socket, 1 },
	{ "raw socket over IPv6", raw6_socket, 1 },
	{ "SCTP socket", seqpacket_socket, 1 },
	{ "bind", bind_socket, 1 },
	{ "listen", listen_socket, 1 },
	{ "packet socket", packet_socket, 1 },
	{ "netlink socket", netlink_socket, 0 },
	{ "change a file's mode", change_mode, 1 },
	{ "rename a file", change_name, 1 },
	{ "trace", trace, 1 },
	{ "signal another process", signal_others, 1 },
	{ "type on a terminal", type_on_terminal, 1 },
	{ "map new code", new_code, 1 },
	{ "turn data into code", data_as_code, 1 },
};

static void
ends_the_process_for_what_it_does_not_need(void **state)
{
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(page != MAP_FAILED);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int status = 0;
		pid_t pid = fork();

		if (pid == 0) {
			char err[256];

			sandbox_no_dumps();
			if (sandbox_enter(err, sizeof(err)) != 0)
				_exit(3);
			_exit(cases[i].call() >= 0 ? 0 : 2);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (cases[i].killed ? !WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS : !WIFEXITED(status) || WEXITSTATUS(status) != 0)
			fail_msg("%s: status 0x%x", cases[i].name, (unsigned)status);
	}
	munmap(page, 4096);
}

/* ---- names, as OCSP resolves them: through a name server of the test's own ---- */

/* Answers one query: A with 127.0.0.9, anything else with no records. */
static void
answer_query(int fd)
{
	static const uint8_t record[] = { 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 127, 0, 0, 9 };
	uint8_t m[512];
	struct sockaddr_in from;
	socklen_t from_len = sizeof(from);
	ssize_t n = recvfrom(fd, m, sizeof(m) - sizeof(record), 0, (struct sockaddr *)&from, &from_len);
	size_t end = 12;

	assert_true(n > 17 && m[5] == 1);
	while (m[end] != 0)
		end += m[end] + 1u;
	end += 5; /* the question */
	assert_true(end <= (size_t)n);
	m[2] = 0x81;
	m[3] = 0x80;
	m[7] = m[end - 3] == 1; /* answers */
	m[8] = m[9] = m[10] = m[11] = 0;
	if (m[7] != 0) {
		memcpy(m + end, record, sizeof(record));
		end += sizeof(record);
	}
	assert_int_equal(sendto(fd, m, end, 0, (struct sockaddr *)&from, from_len), end);
}

/* In the sandbox: the name through DNS, then a connection to what it says. */
static int
resolve_and_connect(const struct sockaddr_in *server)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *a = NULL;
	char err[256];
	int fd;

	ocsp_fetch_prepare();
	res_init();
	_res.nscount = 1;
	_res.nsaddr_list[0] = *server;
	if (sandbox_enter(err, sizeof(err)) != 0)
		return 3;
	if (getaddrinfo("responder.example", "1", &hints, &a) != 0)
		return 4;
	if (((struct sockaddr_in *)a->ai_addr)->sin_addr.s_addr != htonl(0x7f000009))
		return 5;
	fd = socket(a->ai_family, a->ai_socktype, 0);
	/* nobody listens there; what counts is that it may be tried */
	return connect(fd, a->ai_addr, a->ai_addrlen) == -1 && errno == ECONNREFUSED ? 0 : 6;
}

static void
names_are_resolved_inside(void **state)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_DGRAM, 0), status = 0;
	pid_t pid;

	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	pid = fork();
	if (pid == 0)
		_exit(resolve_and_connect(&a));
	for (;;) { /* queries until the child has ended */
		struct pollfd p = { .fd = fd, .events = POLLIN };

		if (waitpid(pid, &status, WNOHANG) == pid)
			break;
		if (poll(&p, 1, 10) == 1)
			answer_query(fd);
	}
	close(fd);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("status 0x%x", (unsigned)status);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(ends_the_process_for_what_it_does_not_need),
		cmocka_unit_test(names_are_resolved_inside) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
