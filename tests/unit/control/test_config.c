/* sluice.yaml: every class of mistake has its exact message; what is right is read right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/config.h"
#include "tests/unit/control/tls_peer.h"

struct dir {
	char path[64], file[96];
};

static const char good[] =
	"dataplane: {socket: /run/s/dp.sock}\n"                       /* 1 */
	"management: {socket: /run/s/m.sock}\n"                       /* 2 */
	"interfaces:\n"                                               /* 3 */
	"  - name: outside\n"                                         /* 4 */
	"    port: 0\n"                                               /* 5 */
	"    address: 198.18.0.1/24\n"                                /* 6 */
	"    address6: fd00:18::1/64\n"                               /* 7 */
	"listeners:\n"                                                /* 8 */
	"  - name: https\n"                                           /* 9 */
	"    address: 198.18.0.1\n"                                   /* 10 */
	"    port: 443\n"                                             /* 11 */
	"    profile: compatible\n"                                   /* 12 */
	"    pool: web\n"                                             /* 13 */
	"    certificates:\n"                                         /* 14 */
	"      - chain: @/a.pem\n"                                    /* 15 */
	"        key: @/a.key\n"                                      /* 16 */
	"pools:\n"                                                    /* 17 */
	"  - name: web\n"                                             /* 18 */
	"    servers:\n"                                              /* 19 */
	"      - address: 198.19.0.2\n"                               /* 20 */
	"        port: 80\n";                                         /* 21 */

static int
setup(void **state)
{
	struct dir *d = calloc(1, sizeof(*d));
	char chain[128], key[128];

	strcpy(d->path, "/tmp/sluice-cfg-XXXXXX");
	if (mkdtemp(d->path) == NULL)
		return -1;
	snprintf(d->file, sizeof(d->file), "%s/sluice.yaml", d->path);
	for (const char *n = "ab"; *n != '\0'; n++) {
		snprintf(chain, sizeof(chain), "%s/%c.pem", d->path, *n);
		snprintf(key, sizeof(key), "%s/%c.key", d->path, *n);
		world_make_cert(chain, key, "a.test,*.a.test", 2048);
	}
	snprintf(chain, sizeof(chain), "%s/small.pem", d->path);
	snprintf(key, sizeof(key), "%s/small.key", d->path);
	world_make_cert(chain, key, "a.test", 1024);
	*state = d;
	return 0;
}

static int
teardown(void **state)
{
	struct dir *d = *state;
	char cmd[128];
	int rc;

	snprintf(cmd, sizeof(cmd), "rm -r %s", d->path);
	rc = system(cmd);
	free(d);
	return rc;
}

/* Copies text with each `from` once replaced by `to`, and @ by the directory. */
static void
write_with(struct dir *d, const char *from, const char *to, const char *more)
{
	const char *at = from != NULL ? strstr(good, from) : NULL;
	FILE *f = fopen(d->file, "w");

	assert_non_null(f);
	assert_true(from == NULL || at != NULL);
	for (const char *p = good; *p != '\0';) {
		if (p == at) {
			for (const char *q = to; *q != '\0'; q++)
				*q == '@' ? fputs(d->path, f) : fputc(*q, f);
			p += strlen(from);
		} else {
			*p == '@' ? fputs(d->path, f) : fputc(*p, f);
			p++;
		}
	}
	fputs(more, f);
	fclose(f);
}

/* The message with the directory's name as @ again. */
static void
tidy(const struct dir *d, char *text)
{
	size_t n = strlen(d->path);

	for (char *p; (p = strstr(text, d->path)) != NULL;) {
		*p = '@';
		memmove(p + 1, p + n, strlen(p + n) + 1);
	}
}

struct mistake {
	const char *from, *to, *more, *message; /* without "@/sluice.yaml:" in front */
};

static const struct mistake mistakes[] = {
	/* what the schema finds */
	{ "port: 443", "port: abc", "", "11: listeners[0].port: expected a whole number from 0 to 4294967295, got 'abc'" },
	{ "port: 443", "port: [1]", "", "11: listeners[0].port: expected a whole number from 0 to 4294967295, got a list" },
	{ "port: 443", "port: 443\n    port: 444", "", "12: listeners[0].port: expected each key once, got it again" },
	{ "    pool: web\n", "", "", "9: listeners[0].pool: expected text of 1 to 4096 characters, got nothing: this key is required" },
	{ "  - name: web", "  - nam: web", "", "18: pools[0].nam: expected a mapping with the keys name (required), servers (required), "
		"connect_timeout_ms, retries, got the unknown key \"nam\"" },
	{ "pool: web", "pool: \"\"", "", "13: listeners[0].pool: expected text of 1 to 4096 characters, got too few" },
	{ NULL, NULL, "session_cache: 5\n", "22: session_cache: expected a mapping with the keys size, got a single value" },
	{ NULL, NULL, "limits: {idle_poll_us: -1}\n", "22: limits.idle_poll_us: expected a whole number from 0 to 4294967295, got '-1'" },
	{ "      - address: 198.19.0.2\n        port: 80\n", "      []\n", "", "19: pools[0].servers: expected a list of 1 to 256 entries, got "
		"too few" },
	{ "    port: 0", "\tport: 0", "", "5: expected YAML, got something else: found a tab character that violates indentation" },
	{ "    profile: compatible", "    allow_insecure: perhaps", "", "12: listeners[0].allow_insecure: expected true or false, got "
		"perhaps" },
	/* what only the whole shows */
	{ "port: 443", "port: 70000", "", "11: listeners[0].port: expected a port from 1 to 65535, got 70000" },
	{ "    address: 198.18.0.1\n", "    address: nowhere\n", "", "10: listeners[0].address: expected an IPv4 or IPv6 address such as "
		"198.18.0.1, got nowhere" },
	{ "198.18.0.1/24", "198.18.0.1", "", "6: interfaces[0].address: expected an address with its prefix such as 198.18.0.1/24, got "
		"198.18.0.1" },
	{ "fd00:18::1/64", "fd00:18::1/129", "", "7: interfaces[0].address6: expected an address with its prefix such as fd00:18::1/64, got "
		"fd00:18::1/129" },
	{ "pool: web", "pool: wub", "", "13: listeners[0].pool: expected the name of one of pools, got wub, which is not there" },
	{ "profile: compatible", "profile: strong", "", "12: listeners[0].profile: expected modern, compatible, legacy or museum, got strong" },
	{ "profile: compatible", "profile: modern", "", "12: listeners[0].profile: expected compatible (TLS 1.2 with RSA key transport), got "
		"modern, whose suites need (EC)DHE or TLS 1.3, which this version does not speak" },
	{ "profile: compatible", "profile: museum", "", "12: listeners[0].profile: expected allow_insecure: true beside it, got museum without" },
	{ "profile: compatible", "suites: [TLS_NO]", "", "12: listeners[0].suites[0]: expected a suite of this version such as "
		"TLS_RSA_WITH_AES_128_GCM_SHA256, got TLS_NO" },
	{ "profile: compatible", "alpn: [h2]", "", "12: listeners[0].alpn[0]: expected http/1.1 or http/1.0, which is what the servers behind "
		"are spoken to, got h2" },
	{ "profile: compatible", "max_record: 100", "", "12: listeners[0].max_record: expected a whole number from 512 to 16384, got 100" },
	{ NULL, NULL, "log: {level: loud}\n", "22: log.level: expected error, warn, info or debug, got loud" },
	{ "/run/s/m.sock", "/run/s/dp.sock", "", "2: management.socket: expected another socket than the dataplane's, got /run/s/dp.sock" },
	{ "pools:\n", "  - {name: other, address: 198.18.0.1, port: 443, pool: web, certificates: [{chain: @/a.pem, key: @/a.key}]}\npools:\n",
		"", "17: listeners[1]: expected an address and port of its own, got 198.18.0.1:443, which listeners[0] (https) has" },
	{ "pools:\n", "  - {name: any, address: 0.0.0.0, port: 443, pool: web, certificates: [{chain: @/a.pem, key: @/a.key}]}\npools:\n",
		"", "17: listeners[1]: expected an address and port of its own, got 0.0.0.0:443, which covers listeners[0] (https)" },
	/* certificates and keys */
	{ NULL, NULL, "device: {kek: /nonexistent/kek}\n", "22: device.kek: /nonexistent/kek: cannot read the card's key-encryption key: No such "
		"file or directory; check the path and that the user of sluice-cp may read it" },
	{ NULL, NULL, "device: {kek: /dev/null}\n", "22: device.kek: expected a file of exactly 32 bytes, got /dev/null of 0; give the key that "
		"the card was provisioned with" },
	{ "@/a.key", "@/none.key", "", "15: listeners[0].certificates[0]: @/none.key: cannot read the private key: No such file or directory; "
		"check the path and that the user of sluice-cp may read it" },
	{ "@/a.key", "@/b.key", "", "15: listeners[0].certificates[0]: @/b.key: this key does not belong to the certificate in @/a.pem; give "
		"the key that the certificate was requested with" },
	{ "@/a.pem", "@/a.key", "", "15: listeners[0].certificates[0]: @/a.key: no PEM certificate in it (no start line); give a file with "
		"-----BEGIN CERTIFICATE-----, the server's certificate first" },
	{ "@/a.key", "@/a.pem", "", "15: listeners[0].certificates[0]: @/a.pem: no usable PEM private key in it (unsupported); give a file "
		"with -----BEGIN PRIVATE KEY-----" },
	{ "@/a.pem\n        key: @/a.key", "@/small.pem\n        key: @/small.key", "", "15: listeners[0].certificates[0]: @/small.key: an RSA "
		"key of 1024 bits; use one of 2048 to 4096 bits" },
};

static void
each_mistake_has_its_message(void **state)
{
	struct dir *d = *state;
	char err[CONFIG_ERR_LEN], want[CONFIG_ERR_LEN];

	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		const struct mistake *m = &mistakes[i];
		struct config *c;

		write_with(d, m->from, m->to, m->more);
		c = config_load(d->file, err, NULL);
		assert_null(c);
		tidy(d, err);
		snprintf(want, sizeof(want), "@/sluice.yaml:%s", m->message);
		if (strcmp(err, want) != 0)
			fail_msg("case %zu\n got: %s\nwant: %s", i, err, want);
	}
}

static void
all_mistakes_are_told_at_once(void **state)
{
	struct dir *d = *state;
	char err[CONFIG_ERR_LEN];

	write_with(d, "    port: 443\n    profile: compatible\n    pool: web", "    port: 0\n    profile: odd\n    pool: wub", "");
	assert_null(config_load(d->file, err, NULL));
	assert_non_null(strstr(err, ":11: listeners[0].port"));
	assert_non_null(strstr(err, "\n"));
	assert_non_null(strstr(err, ":12: listeners[0].profile"));
	assert_non_null(strstr(err, ":13: listeners[0].pool"));
}

static void
a_missing_file_and_an_empty_one(void **state)
{
	struct dir *d = *state;
	char err[CONFIG_ERR_LEN];
	FILE *f = fopen(d->file, "w");

	fclose(f);
	assert_null(config_load(d->file, err, NULL));
	tidy(d, err);
	assert_string_equal(err, "@/sluice.yaml:1: expected a configuration, got an empty file; `sluice-cp --example` prints one");
	assert_null(config_load("/nonexistent/sluice.yaml", err, NULL));
	assert_string_equal(err, "/nonexistent/sluice.yaml: cannot read it: No such file or directory");
}

static void
what_is_right_is_read_right(void **state)
{
	struct dir *d = *state;
	char err[CONFIG_ERR_LEN], notes[CONFIG_ERR_LEN];
	struct config *c, *again;

	write_with(d, "profile: compatible", "profile: legacy\n    allow_insecure: true\n    max_record: 4096\n    alpn: [http/1.1]\n"
		"    suites: [TLS_RSA_WITH_AES_256_CBC_SHA, TLS_RSA_WITH_AES_128_CBC_SHA]\n    sessions: {enabled: false, lifetime_s: 60}",
		"limits: {max_handshakes: 5, idle_poll_us: 0}\nsession_cache: {size: 77}\nlog: {level: warn}\n");
	c = config_load(d->file, err, notes);
	assert_non_null(c);
	assert_non_null(strstr(notes, "legacy is insecure"));
	assert_int_equal(c->iface_count, 2);
	assert_int_equal(c->ifaces[0].addr.family, 4);
	assert_int_equal(c->ifaces[1].addr.family, 6);
	assert_int_equal(c->ifaces[1].prefix, 64);
	assert_int_equal(c->listeners[0].ipc.max_record, 4096);
	assert_int_equal(c->listeners[0].policy.suite_count, 2);
	assert_int_equal(c->listeners[0].policy.suites[0]->code, 0x0035);
	assert_int_equal(c->listeners[0].hs.alpn_count, 1);
	assert_false(c->listeners[0].hs.session_cache);
	assert_int_equal(c->listeners[0].pool_id, c->pools[0].ipc.id);
	assert_int_equal(c->limits.idle_poll_us, 0);
	assert_int_equal(c->max_handshakes, 5);
	assert_int_equal(c->session_capacity, 77);
	assert_int_equal(c->cert_count, 1);
	/* ids and session bindings are the same when the file is read again */
	again = config_load(d->file, err, NULL);
	assert_non_null(again);
	assert_int_equal(again->listeners[0].ipc.id, c->listeners[0].ipc.id);
	assert_memory_equal(again->listeners[0].hs.bind, c->listeners[0].hs.bind, 32);
	config_unref(again);
	config_unref(c);
}

static void
the_example_passes_when_its_files_exist(void **state)
{
	struct dir *d = *state;
	char err[CONFIG_ERR_LEN];
	struct config *c;
	FILE *f = fopen(d->file, "w");
	const char *p, *q;

	for (p = config_example(); (q = strstr(p, "/etc/sluice/www")) != NULL; p = q + 15)
		fprintf(f, "%.*s%s/a", (int)(q - p), p, d->path);
	fputs(p, f);
	fclose(f);
	c = config_load(d->file, err, NULL);
	if (c == NULL)
		fail_msg("%s", err);
	config_unref(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_mistake_has_its_message),
		cmocka_unit_test(all_mistakes_are_told_at_once),
		cmocka_unit_test(a_missing_file_and_an_empty_one),
		cmocka_unit_test(what_is_right_is_read_right),
		cmocka_unit_test(the_example_passes_when_its_files_exist),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
