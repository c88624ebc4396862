/* sluicectl: the command line client of the management socket. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "control/config.h"
#include "control/sluicectl/http.h"
#include "control/sluicectl/show.h"

#define DEFAULT_SOCKET "/run/sluice/manage.sock"
#define DEFAULT_CONFIG "/etc/sluice/sluice.yaml"

static const char help[] =
	"sluicectl - look at and steer a running Sluice appliance\n"
	"\n"
	"USAGE\n"
	"  sluicectl [OPTIONS] show stats|engines|connections|sessions|listeners|tickets|staples|crls\n"
	"  sluicectl [OPTIONS] show policy NAME[/SERVER.NAME]\n"
	"  sluicectl [OPTIONS] rekey|renegotiate|reauth CONNECTION\n"
	"  sluicectl check [FILE]\n"
	"  sluicectl [OPTIONS] reload\n"
	"\n"
	"COMMANDS\n"
	"  show stats         counters of both processes; those that are zero are left out (see --all)\n"
	"  show engines       operations, bytes and busy cycles of each cryptographic engine\n"
	"  show connections   up to 1000 connections with state, suite, server name and age\n"
	"  show sessions      the session cache; ids appear as the beginning of their hash only\n"
	"  show listeners     what clients can connect to, and whether the dataplane runs this configuration\n"
	"  show tickets       keys of session tickets, what came of the tickets, sessions with servers behind\n"
	"  show staples       OCSP responses for our own certificates\n"
	"  show crls          the CAs and CRLs that others' certificates are checked by\n"
	"  show policy NAME   what a listener or pool really negotiates, suite by suite; with /SERVER.NAME: towards\n"
	"                     clients that ask for that name\n"
	"  rekey CONNECTION   new keys: KeyUpdate in TLS 1.3, else a renegotiation where the policy has it\n"
	"  renegotiate CONN   a new handshake on the connection, up to TLS 1.2\n"
	"  reauth CONNECTION  asks the client for its certificate again; ids are in `show connections`\n"
	"  check [FILE]       check a configuration and everything it names; default " DEFAULT_CONFIG
	"\n"
	"  reload             make sluice-cp read its configuration again; with a mistake in it the running one stays\n"
	"\n"
	"OPTIONS\n"
	"  -s, --socket PATH  the appliance's management.socket; default " DEFAULT_SOCKET "\n"
	"  -j, --json         print the answer as JSON, for scripts\n"
	"  -a, --all          show stats: zeros too, and exact byte counts\n"
	"  -i, --interval S   show stats: look twice, S seconds apart, and show rates\n"
	"  -h, --help         this text\n"
	"\n"
	"EXIT STATUS\n"
	"  0 done; 1 sluice-cp could not be reached, or refused, or the check found mistakes; 2 wrong usage\n"
	"\n"
	"EXAMPLES\n"
	"  sluicectl show stats --interval 1\n"
	"  sluicectl show connections --json | jq '.connections[].suite' | sort | uniq -c\n";

static const struct option options[] = {
	{ "socket", required_argument, NULL, 's' },
	{ "json", no_argument, NULL, 'j' },
	{ "all", no_argument, NULL, 'a' },
	{ "interval", required_argument, NULL, 'i' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

struct wish {
	const char *socket;
	bool json, all;
	double interval;
};

static int
usage(const char *why)
{
	fprintf(stderr, "sluicectl: %s. Try: sluicectl --help\n", why);
	return 2;
}

/* An answer with status 200 as JSON; otherwise says why not. */
static json_t *
ask(const struct wish *w, const char *method, const char *path)
{
	char err[512];
	char *body;
	int status = http_request(w->socket, method, path, &body, err, sizeof(err));
	json_t *j = body != NULL ? json_loads(body, 0, NULL) : NULL;

	if (status != 200 || j == NULL) {
		const char *why = json_string_value(json_object_get(j, "error"));

		fprintf(stderr, "sluicectl: %s\n",
			status < 0    ? err
			: why != NULL ? why
				      : "an answer that is not understood");
		json_decref(j);
		j = NULL;
	}
	free(body);
	return j;
}

static void
wait_s(double s)
{
	struct timespec t = { (time_t)s, (long)((s - (double)(time_t)s) * 1e9) };

	while (nanosleep(&t, &t) != 0)
		;
}

static int
do_show(const struct wish *w, const char *what)
{
	char path[64];
	json_t *before = NULL, *now;

	if (!show_known(what))
		return usage("show what? stats, engines, connections, sessions, listeners, tickets, staples, crls or policy NAME");
	snprintf(path, sizeof(path), "/%s", what);
	now = ask(w, "GET", path);
	if (now != NULL && w->interval > 0 && strcmp(what, "stats") == 0) {
		before = now;
		wait_s(w->interval);
		now = ask(w, "GET", path);
	}
	if (now != NULL && w->json) {
		json_dumpf(now, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
		putchar('\n');
	} else if (now != NULL) {
		show(what, now, before, w->interval, w->all, stdout);
	}
	json_decref(before);
	if (now == NULL)
		return 1;
	json_decref(now);
	return 0;
}

static int
do_check(const char *file)
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

static int
do_reload(const struct wish *w)
{
	json_t *j = ask(w, "POST", "/reload"), *warning;
	size_t i;

	if (j == NULL)
		return 1;
	json_array_foreach(json_object_get(j, "warnings"), i, warning)
		fprintf(stderr, "%s\n", json_string_value(warning));
	printf("the configuration was read and is sound; `sluicectl show listeners` tells when it runs\n");
	json_decref(j);
	return 0;
}

/* RFC 3986 2.1. Returns the end. */
static char *
encode(char *out, const char *end, const char *text, size_t len)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

	for (size_t i = 0; i < len && end - out > 4; i++) {
		if (strchr(plain, text[i]) != NULL)
			*out++ = text[i];
		else
			out += sprintf(out, "%%%02X", (unsigned char)text[i]);
	}
	*out = '\0';
	return out;
}

/* NAME or NAME/SERVER.NAME: the last slash parts them, since host names have none. */
static int
do_policy(const struct wish *w, const char *what)
{
	const char *slash = strrchr(what, '/');
	char path[1024] = "/policy?name=", *end = path + sizeof(path), *p;
	json_t *j;

	p = encode(path + strlen(path), end, what, slash != NULL ? (size_t)(slash - what) : strlen(what));
	if (slash != NULL && end - p > 16) {
		p += sprintf(p, "&server_name=");
		encode(p, end, slash + 1, strlen(slash + 1));
	}
	j = ask(w, "GET", path);
	if (j == NULL)
		return 1;
	if (w->json) {
		json_dumpf(j, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
		putchar('\n');
	} else {
		show_policy(j, stdout);
	}
	json_decref(j);
	return 0;
}

static int
do_command(const struct wish *w, const char *command, const char *conn)
{
	char path[128];
	json_t *j;

	if (strlen(conn) > 40 || conn[strspn(conn, "0123456789abcdef-")] != '\0')
		return usage("a connection's id is like 0-100000001; `sluicectl show connections` tells them");
	snprintf(path, sizeof(path), "/connections/%s/%s", conn, command);
	j = ask(w, "POST", path);
	if (j == NULL)
		return 1;
	printf("begun; `sluicectl show connections` tells what comes of it\n");
	json_decref(j);
	return 0;
}

int
main(int argc, char **argv)
{
	struct wish w = { .socket = DEFAULT_SOCKET };
	int o, n;

	while ((o = getopt_long(argc, argv, "s:jai:h", options, NULL)) != -1) {
		switch (o) {
		case 's': w.socket = optarg; break;
		case 'j': w.json = true; break;
		case 'a': w.all = true; break;
		case 'i':
			w.interval = strtod(optarg, NULL);
			if (!(w.interval >= 0.1 && w.interval <= 3600))
				return usage("--interval takes seconds from 0.1 to 3600");
			break;
		case 'h': fputs(help, stdout); return 0;
		default: return usage("unknown option");
		}
	}
	argv += optind;
	n = argc - optind;
	if (n == 3 && strcmp(argv[0], "show") == 0 && strcmp(argv[1], "policy") == 0)
		return do_policy(&w, argv[2]);
	if (n == 2 && (strcmp(argv[0], "rekey") == 0 || strcmp(argv[0], "renegotiate") == 0 ||
			      strcmp(argv[0], "reauth") == 0))
		return do_command(&w, argv[0], argv[1]);
	if (n == 2 && strcmp(argv[0], "show") == 0)
		return do_show(&w, argv[1]);
	if ((n == 1 || n == 2) && strcmp(argv[0], "check") == 0)
		return do_check(n == 2 ? argv[1] : DEFAULT_CONFIG);
	if (n == 1 && strcmp(argv[0], "reload") == 0)
		return do_reload(&w);
	return usage(n == 0 ? "a command is needed: show, check, reload, rekey, renegotiate or reauth"
			    : "unknown command or wrong number of arguments");
}
