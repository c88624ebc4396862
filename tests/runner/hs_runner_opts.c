/* Command line of hs_runner; see hs_runner.c. */
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "control/cert/trust.h"
#include "control/handshake/hs_profile.h"
#include "control/session/ticket.h"
#include "tests/runner/hs_runner.h"

static const char help[] =
	"hs_runner: Sluice's handshake machine on a plain TCP socket, for protocol test suites.\n"
	"\n"
	"  hs_runner server --port 4433 --cert chain.pem --key key.pem --www\n"
	"  hs_runner client --connect localhost:4433 --name localhost --ca ca.pem --data hello\n"
	"\n"
	"Both roles\n"
	"  --cert FILE --key FILE    a chain and its key; may be given several times\n"
	"  --profile NAME            modern, compatible, legacy or museum (default: modern)\n"
	"  --versions LIST           of ssl2,ssl3,tls1.0,tls1.1,tls1.2,tls1.3\n"
	"  --suites LIST             IANA names, by preference\n"
	"  --groups LIST             x25519,secp256r1,...\n"
	"  --schemes LIST            rsa_pss_rsae_sha256,...\n"
	"  --alpn LIST               by preference\n"
	"  --ca FILE                 PEM: whom we believe\n"
	"  --crl FILE                whom not any more\n"
	"  --ocsp                    what a stapled response says counts\n"
	"  --no-verify               any certificate will do\n"
	"  --renegotiation WHO       refuse (default), server or both\n"
	"  --record-size-limit N     plaintext bytes per record that we take\n"
	"  --keylog FILE             appends NSS key log lines\n"
	"  --pad N                   TLS 1.3: zeros behind each record\n"
	"  --fragment-in N, --fragment-out N   handshake bytes per record\n"
	"  --timeout MS              for a connection, or for silence in it (default: 10000)\n"
	"  --events                  a line for `ready` and each further handshake as well\n"
	"\n"
	"Server\n"
	"  --port N                  0: any; the first line of output tells which\n"
	"  --accept N                exit after N connections\n"
	"  --client-auth HOW         none (default), request or require\n"
	"  --session-cache           resumption by session id\n"
	"  --tickets                 resumption by ticket\n"
	"  --early-data N            bytes of TLS 1.3 early data taken\n"
	"  --psk-only                TLS 1.3: PSK without (EC)DHE is taken\n"
	"  --single-use              TLS 1.3: a ticket resumes once\n"
	"  --v2-hello                a hello in SSL 2.0's format that offers 3.x is taken\n"
	"  --prefer-client           the client's order of suites decides\n"
	"  --echo                    sends back what comes\n"
	"  --www                     answers a request that ends in an empty line, and closes\n"
	"\n"
	"Client\n"
	"  --connect HOST:PORT\n"
	"  --name NAME               for SNI and the name check\n"
	"  --no-verify-name          any name in it will do\n"
	"  --data STRING             sent when connected (\\n and \\r are understood)\n"
	"  --expect N                closes after N bytes of answer (default: 1 with --data)\n"
	"  --stay                    does not close by itself\n"
	"  --reconnect N             connects N times more, resuming where it can\n"
	"  --no-resume               ... without resuming\n"
	"  --post-handshake-auth     offered\n"
	"\n"
	"Commands on standard input, for every open connection: rekey, renegotiate, reauth, close, send TEXT, quit.\n"
	"Output: JSON, one line for each connection when it is over. Exit: 0; 1 when the last connection failed; 2 usage.\n";

static void __attribute__((noreturn, format(printf, 1, 2)))
usage(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "hs_runner: ");
	vfprintf(stderr, fmt, ap);
	fprintf(stderr, "\nTry `hs_runner --help`.\n");
	va_end(ap);
	exit(2);
}

static unsigned
number(const char *name, const char *text, unsigned most)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*text == '\0' || *end != '\0' || n > most)
		usage("--%s %s: must be a number up to %u", name, text, most);
	return (unsigned)n;
}

/* Calls f for each word of a list. */
static void
words(struct runner_opts *o, const char *list, void (*f)(struct runner_opts *o, const char *word))
{
	char *copy = strdup(list), *rest = copy, *word;

	while (copy != NULL && (word = strsep(&rest, ",:")) != NULL)
		if (*word != '\0')
			f(o, word);
	free(copy);
}

static void
add_version(struct runner_opts *o, const char *word)
{
	static const char *const names[] = { "ssl2", "ssl3", "tls1.0", "tls1.1", "tls1.2", "tls1.3" };

	for (unsigned i = 0; i < 6; i++) {
		if (strcmp(word, names[i]) == 0) {
			o->policy.versions |= (uint8_t)(1u << i);
			return;
		}
	}
	usage("--versions %s: not one of ssl2 ssl3 tls1.0 tls1.1 tls1.2 tls1.3", word);
}

static void
add_suite(struct runner_opts *o, const char *word)
{
	const struct hs_suite *s = hs_suite_by_name(word);

	if (s == NULL || o->policy.suite_count == HS_MAX_SUITES)
		usage("--suites %s: not known, or too many", word);
	o->policy.suites[o->policy.suite_count++] = s;
}

static void
add_group(struct runner_opts *o, const char *word)
{
	uint16_t g = hs_group_by_name(word);

	if (g == 0 || o->policy.group_count == HS_MAX_GROUPS)
		usage("--groups %s: not known, or too many", word);
	o->policy.groups[o->policy.group_count++] = g;
}

static void
add_scheme(struct runner_opts *o, const char *word)
{
	uint16_t s = hs_scheme_by_name(word);

	if (s == 0 || o->policy.scheme_count == HS_MAX_SCHEMES)
		usage("--schemes %s: not known, or too many", word);
	o->policy.schemes[o->policy.scheme_count++] = s;
}

static void
set_alpn(struct runner_opts *o, const char *list)
{
	char *rest = o->alpn_room, *word;

	if (strlen(list) >= sizeof(o->alpn_room))
		usage("--alpn: too long");
	strcpy(o->alpn_room, list);
	while ((word = strsep(&rest, ",")) != NULL) {
		if (o->conf.alpn_count == HS_MAX_ALPN || *word == '\0' ||
			strlen(word) > HS_MAX_ALPN_NAME)
			usage("--alpn %s: empty, too long or too many", word);
		o->conf.alpn[o->conf.alpn_count++] = word;
	}
}

static unsigned
one_of(const char *name, const char *text, const char *const *list, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (strcmp(text, list[i]) == 0)
			return i;
	usage("--%s %s: not known", name, text);
}

static void
set_connect(struct runner_opts *o, const char *text)
{
	const char *colon = strrchr(text, ':');

	if (colon == NULL || (size_t)(colon - text) >= sizeof(o->host_room))
		usage("--connect %s: must be HOST:PORT", text);
	memcpy(o->host_room, text, (size_t)(colon - text));
	o->host = o->host_room;
	o->port = number("connect", colon + 1, 65535);
}

struct pair {
	const char *cert, *key;
};

static void
load(struct runner_opts *o, const struct pair *pairs, unsigned n)
{
	char err[CERT_ERR_LEN];

	for (unsigned i = 0; i < n; i++) {
		if (pairs[i].key == NULL)
			usage("--cert %s: its --key is missing", pairs[i].cert);
		if (cert_store_add(o->certs, pairs[i].cert, pairs[i].key, err) != 0)
			usage("%s", err);
	}
}

enum {
	O_HELP = 256,
	O_CERT,
	O_KEY,
	O_PROFILE,
	O_VERSIONS,
	O_SUITES,
	O_GROUPS,
	O_SCHEMES,
	O_ALPN,
	O_CA,
	O_CRL,
	O_OCSP,
	O_RENEGOTIATION,
	O_LIMIT,
	O_KEYLOG,
	O_PAD,
	O_FRAGMENT_IN,
	O_FRAGMENT_OUT,
	O_TIMEOUT,
	O_EVENTS,
	O_PORT,
	O_ACCEPT,
	O_CLIENT_AUTH,
	O_CACHE,
	O_TICKETS,
	O_EARLY,
	O_PSK_ONLY,
	O_SINGLE_USE,
	O_V2,
	O_PREFER_CLIENT,
	O_ECHO,
	O_WWW,
	O_CONNECT,
	O_NAME,
	O_NO_VERIFY,
	O_NO_VERIFY_NAME,
	O_DATA,
	O_EXPECT,
	O_STAY,
	O_RECONNECT,
	O_NO_RESUME,
	O_PHA,
};

static const struct option options[] = {
	{ "help", 0, NULL, O_HELP },
	{ "cert", 1, NULL, O_CERT },
	{ "key", 1, NULL, O_KEY },
	{ "profile", 1, NULL, O_PROFILE },
	{ "versions", 1, NULL, O_VERSIONS },
	{ "suites", 1, NULL, O_SUITES },
	{ "groups", 1, NULL, O_GROUPS },
	{ "schemes", 1, NULL, O_SCHEMES },
	{ "alpn", 1, NULL, O_ALPN },
	{ "ca", 1, NULL, O_CA },
	{ "crl", 1, NULL, O_CRL },
	{ "ocsp", 0, NULL, O_OCSP },
	{ "renegotiation", 1, NULL, O_RENEGOTIATION },
	{ "record-size-limit", 1, NULL, O_LIMIT },
	{ "keylog", 1, NULL, O_KEYLOG },
	{ "pad", 1, NULL, O_PAD },
	{ "fragment-in", 1, NULL, O_FRAGMENT_IN },
	{ "fragment-out", 1, NULL, O_FRAGMENT_OUT },
	{ "timeout", 1, NULL, O_TIMEOUT },
	{ "events", 0, NULL, O_EVENTS },
	{ "port", 1, NULL, O_PORT },
	{ "accept", 1, NULL, O_ACCEPT },
	{ "client-auth", 1, NULL, O_CLIENT_AUTH },
	{ "session-cache", 0, NULL, O_CACHE },
	{ "tickets", 0, NULL, O_TICKETS },
	{ "early-data", 1, NULL, O_EARLY },
	{ "psk-only", 0, NULL, O_PSK_ONLY },
	{ "single-use", 0, NULL, O_SINGLE_USE },
	{ "v2-hello", 0, NULL, O_V2 },
	{ "prefer-client", 0, NULL, O_PREFER_CLIENT },
	{ "echo", 0, NULL, O_ECHO },
	{ "www", 0, NULL, O_WWW },
	{ "connect", 1, NULL, O_CONNECT },
	{ "name", 1, NULL, O_NAME },
	{ "no-verify", 0, NULL, O_NO_VERIFY },
	{ "no-verify-name", 0, NULL, O_NO_VERIFY_NAME },
	{ "data", 1, NULL, O_DATA },
	{ "expect", 1, NULL, O_EXPECT },
	{ "stay", 0, NULL, O_STAY },
	{ "reconnect", 1, NULL, O_RECONNECT },
	{ "no-resume", 0, NULL, O_NO_RESUME },
	{ "post-handshake-auth", 0, NULL, O_PHA },
	{ NULL, 0, NULL, 0 },
};

static void
set_profile(struct runner_opts *o, const char *text)
{
	enum hs_profile p = hs_profile_by_name(text);

	if (p == HS_PROFILES)
		usage("--profile %s: not one of modern compatible legacy museum", text);
	hs_profile_fill(&o->policy, p);
}

/* Options that fill a list first empty what the profile had put there. */
static void
set_list(struct runner_opts *o, int opt, const char *arg)
{
	switch (opt) {
	case O_VERSIONS:
		o->policy.versions = 0;
		words(o, arg, add_version);
		break;
	case O_SUITES:
		o->policy.suite_count = 0;
		words(o, arg, add_suite);
		break;
	case O_GROUPS:
		o->policy.group_count = 0;
		words(o, arg, add_group);
		break;
	case O_SCHEMES:
		o->policy.scheme_count = 0;
		words(o, arg, add_scheme);
		break;
	default: set_alpn(o, arg); break;
	}
}

static void
set_flag(struct runner_opts *o, int opt)
{
	switch (opt) {
	case O_EVENTS: o->events = true; break;
	case O_CACHE: o->conf.session_cache = true; break;
	case O_PSK_ONLY: o->conf.psk_only = true; break;
	case O_SINGLE_USE: o->conf.single_use = true; break;
	case O_TICKETS: o->conf.tickets = o->tickets; break;
	case O_V2: o->policy.v2_hello = true; break;
	case O_PREFER_CLIENT: o->policy.prefer_client = true; break;
	case O_ECHO: o->echo = true; break;
	case O_WWW: o->www = true; break;
	case O_NO_VERIFY: o->no_verify = true; break;
	case O_NO_VERIFY_NAME: o->no_verify_name = true; break;
	case O_STAY: o->stay = true; break;
	case O_NO_RESUME: o->no_resume = true; break;
	case O_PHA: o->conf.post_handshake_auth = true; break;
	default: usage("not an option"); /* getopt said which */
	}
}

static void
set_value(struct runner_opts *o, int opt, const char *arg)
{
	static const char *const auths[] = { "none", "request", "require" };
	static const char *const renegotiations[] = { "refuse", "server", "both" };

	switch (opt) {
	case O_CA: o->ca = arg; break;
	case O_CRL: o->crl = arg; break;
	case O_OCSP: o->ocsp = true; break;
	case O_RENEGOTIATION:
		o->conf.renegotiation = (uint8_t)one_of("renegotiation", arg, renegotiations, 3);
		break;
	case O_LIMIT: o->conf.record_size_limit = (uint16_t)number("record-size-limit", arg, 16384); break;
	case O_KEYLOG: o->keylog = arg; break;
	case O_PAD: o->pad = number("pad", arg, 16384); break;
	case O_FRAGMENT_IN: o->fragment_in = number("fragment-in", arg, 16384); break;
	case O_FRAGMENT_OUT: o->fragment_out = number("fragment-out", arg, 16384); break;
	case O_TIMEOUT: o->timeout_ms = number("timeout", arg, 3600000); break;
	case O_PORT: o->port = number("port", arg, 65535); break;
	case O_ACCEPT: o->accept = number("accept", arg, 1u << 30); break;
	case O_CLIENT_AUTH: o->conf.client_auth = (uint8_t)one_of("client-auth", arg, auths, 3); break;
	case O_EARLY: o->conf.early_data_max = number("early-data", arg, 1u << 30); break;
	case O_CONNECT: set_connect(o, arg); break;
	case O_NAME: o->name = arg; break;
	case O_DATA: o->data = arg; break;
	case O_EXPECT: o->expect = number("expect", arg, 1u << 30); break;
	case O_RECONNECT: o->reconnect = number("reconnect", arg, 1u << 20); break;
	default: set_flag(o, opt); break;
	}
}

static void
defaults(struct runner_opts *o)
{
	memset(o, 0, sizeof(*o));
	hs_profile_fill(&o->policy, HS_PROFILE_MODERN);
	o->timeout_ms = 10000;
	o->certs = cert_store_new();
	o->tickets = ticket_keys_new(3600, 3600);
	HS_REC_CHECK(o->certs != NULL && o->tickets != NULL);
	o->conf.id = 1;
	o->conf.policy = &o->policy;
	o->conf.session_lifetime_s = 3600;
	o->conf.renegotiations_max = 100;
	o->conf.ticket_count = 2;
}

static void
load_trust(struct runner_opts *o)
{
	char err[CERT_ERR_LEN];
	struct trust_conf tc;
	size_t len;

	trust_conf_init(&tc);
	tc.ca_file = o->ca;
	tc.crl_files = &o->crl;
	tc.crl_file_count = o->crl != NULL;
	tc.crl_check = o->crl != NULL ? TRUST_CRL_LEAF : TRUST_CRL_OFF;
	tc.ocsp = o->ocsp ? TRUST_OCSP_SOFT : TRUST_OCSP_OFF;
	tc.purpose = o->client ? TRUST_SERVERS : TRUST_CLIENTS;
	if (trust_load(&tc, &o->trust, err) != 0)
		usage("--ca: %s", err);
	o->conf.trust = o->trust;
	o->conf.ca_names = trust_ca_names(o->trust, &len) + 2; /* without the length of all */
	o->conf.ca_names_len = len - 2;
}

static void
complete(struct runner_opts *o)
{
	o->conf.role = o->client ? HS_CLIENT : HS_SERVER;
	o->conf.certs = cert_store_at(o->certs, 0) != NULL || !o->client ? o->certs : NULL;
	o->conf.server_name = o->name;
	o->conf.verify_name = !o->no_verify && !o->no_verify_name;
	o->conf.keylog = o->keylog != NULL;
	if (o->client)
		o->conf.session_cache = true;
	if (o->client && o->host == NULL)
		usage("client: --connect HOST:PORT is missing");
	if (o->ca != NULL)
		load_trust(o);
	else if (!o->no_verify && (o->client || o->conf.client_auth != HS_AUTH_NONE))
		usage("--ca FILE (or --no-verify) is missing");
	RAND_priv_bytes(o->conf.cookie_key, sizeof(o->conf.cookie_key));
	if (o->data != NULL && o->expect == 0)
		o->expect = 1;
	if (o->keylog != NULL && (o->keylog_file = fopen(o->keylog, "a")) == NULL)
		usage("--keylog %s: %m", o->keylog);
}

void
runner_opts(struct runner_opts *o, int argc, char **argv)
{
	struct pair pairs[RUNNER_MAX_CERTS] = { { NULL, NULL } };
	unsigned certs = 0;
	int opt;

	defaults(o);
	if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		fputs(help, stdout);
		exit(0);
	}
	if (argc < 2 || (strcmp(argv[1], "server") != 0 && strcmp(argv[1], "client") != 0))
		usage("the first word is `server` or `client`");
	o->client = argv[1][0] == 'c';
	optind = 2;
	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (opt) {
		case O_HELP: fputs(help, stdout); exit(0);
		case O_CERT:
			if (certs == RUNNER_MAX_CERTS)
				usage("--cert: at most %u", RUNNER_MAX_CERTS);
			pairs[certs++].cert = optarg;
			break;
		case O_KEY:
			if (certs == 0)
				usage("--key %s: comes after its --cert", optarg);
			pairs[certs - 1].key = optarg;
			break;
		case O_PROFILE: set_profile(o, optarg); break;
		case O_VERSIONS:
		case O_SUITES:
		case O_GROUPS:
		case O_SCHEMES:
		case O_ALPN: set_list(o, opt, optarg); break;
		default: set_value(o, opt, optarg); break;
		}
	}
	if (optind != argc)
		usage("%s: not understood", argv[optind]);
	load(o, pairs, certs);
	complete(o);
}

void
runner_opts_drop(struct runner_opts *o)
{
	cert_store_free(o->certs);
	trust_unref(o->trust);
	ticket_keys_free(o->tickets);
	if (o->keylog_file != NULL)
		fclose(o->keylog_file);
}
