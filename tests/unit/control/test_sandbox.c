/* What the sandbox lets through and what it ends the process for, one child per case. */
#include <setjmp.h>
#include <stdarg.h>
#include <fcntl.h>
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
static int inet_socket(void) { return socket(AF_INET, SOCK_STREAM, 0); }
static int packet_socket(void) { return socket(AF_PACKET, SOCK_RAW, 0); }
static int netlink_socket(void) { return socket(AF_NETLINK, SOCK_RAW, 0); }
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
	{ "Internet socket", inet_socket, 1 },
	{ "packet socket", packet_socket, 1 },
	{ "netlink socket", netlink_socket, 1 },
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

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(ends_the_process_for_what_it_does_not_need) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
