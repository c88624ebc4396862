/* sluice-cp: options, start-up, the loop. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/app.h"
#include "control/cert/ocsp_fetch.h"
#include "control/pka/pka_threads.h"
#include "control/sandbox.h"

static const char help[] =
	"sluice-cp - control process of the Sluice TLS appliance\n"
	"\n"
	"USAGE\n"
	"  sluice-cp [OPTIONS] FILE       run with the configuration FILE (sluice.yaml)\n"
	"  sluice-cp --check FILE         check FILE and everything it names; exit 0 when it could run\n"
	"  sluice-cp --example            print a configuration with every key explained\n"
	"\n"
	"OPTIONS\n"
	"  -c, --check       check only. Mistakes are told as FILE:LINE: path.to.item: expected ..., got ...\n"
	"  -e, --example     print the example\n"
	"      --no-sandbox  keep all system calls and core dumps allowed (for debuggers and memory checkers)\n"
	"  -h, --help        this text\n"
	"\n"
	"WHAT IT DOES\n"
	"  It owns certificates, private keys, TLS handshakes and the session cache. Packets and application data are\n"
	"  sluice-dp's, with which it shares memory over the Unix socket dataplane.socket; either may be restarted while the\n"
	"  other runs. Started as root it gives up all capabilities; it needs only to read its files and to reach its sockets.\n"
	"  Public-key work runs on the card when sluice-dp has one (device.kek must then be given), else on a pool of threads\n"
	"  (as many as UV_THREADPOOL_SIZE says; by default one per processor that the process may use).\n"
	"\n"
	"SIGNALS\n"
	"  SIGHUP            read FILE again; with a mistake in it the running configuration stays, and the mistake is logged\n"
	"  SIGTERM, SIGINT   end; established connections go on in sluice-dp\n"
	"\n"
	"EXIT STATUS\n"
	"  0 ended by a signal, or the check passed; 1 a mistake in the configuration or at start-up; 2 wrong usage\n"
	"\n"
	"EXAMPLES\n"
	"  sluice-cp --example > sluice.yaml && sluice-cp --check sluice.yaml\n"
	"  sluice-cp sluice.yaml &\n"
	"  sluicectl --socket /run/sluice/manage.sock show stats\n";

static const struct option options[] = {
	{ "check", no_argument, NULL, 'c' },
	{ "example", no_argument, NULL, 'e' },
	{ "no-sandbox", no_argument, NULL, 'S' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int
check(const char *file)
{
	char err[CONFIG_ERR_LEN], notes[CONFIG_ERR_LEN];
	struct config *c = config_load(file, err, notes);

	if (c == NULL) {
		fprintf(stderr, "%s\n", err);
		return 1;
	}
	if (notes[0] != '\0')
		fprintf(stderr, "%s\n", notes);
	printf("%s: ok: %u listeners, %u pools, %u certificates\n", file, c->listener_count,
		c->pool_count, c->cert_count);
	config_unref(c);
	return 0;
}

/* One thread per processor that this process may use, unless the user said otherwise. */
static void
size_pool(void)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", pka_threads_wanted());
	setenv("UV_THREADPOOL_SIZE", text, 0);
}

static int
run(const char *file, bool sandboxed)
{
	struct app *a = calloc(1, sizeof(*a));
	char err[CONFIG_ERR_LEN], notes[CONFIG_ERR_LEN];
	struct config *c = config_load(file, err, notes);
	uv_loop_t loop;
	int rc = 1;

	if (c == NULL || a == NULL) {
		fprintf(stderr, "%s\n", err);
		free(a);
		return 1;
	}
	if (notes[0] != '\0')
		fprintf(stderr, "%s\n", notes);
	size_pool();
	signal(SIGPIPE, SIG_IGN);
	ocsp_fetch_prepare();
	uv_loop_init(&loop);
	if (app_open(a, &loop, c, sandboxed ? sandbox_thread : NULL, err) != 0 ||
		(sandboxed && sandbox_enter(err, sizeof(err)) != 0)) {
		fprintf(stderr, "sluice-cp: %s\n", err);
		_exit(1); /* half-open: nothing is worth keeping */
	}
	log_line(&a->log, LOG_INFO, "started file=%s listeners=%u sandbox=%s", file,
		c->listener_count, sandboxed ? "on" : "off");
	app_run(a);
	rc = 0;
	app_close(a);
	uv_loop_close(&loop);
	free(a);
	return rc;
}

int
main(int argc, char **argv)
{
	bool check_only = false, sandboxed = true;
	int o;

	while ((o = getopt_long(argc, argv, "ceh", options, NULL)) != -1) {
		switch (o) {
		case 'c': check_only = true; break;
		case 'e': fputs(config_example(), stdout); return 0;
		case 'S': sandboxed = false; break;
		case 'h': fputs(help, stdout); return 0;
		default: fputs("Try: sluice-cp --help\n", stderr); return 2;
		}
	}
	if (argc - optind != 1) {
		fputs("sluice-cp: one configuration file is needed. Try: sluice-cp --help\n",
			stderr);
		return 2;
	}
	if (sandboxed)
		sandbox_no_dumps();
	return check_only ? check(argv[optind]) : run(argv[optind], sandboxed);
}
