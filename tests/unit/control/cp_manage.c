/* A part of test_cp_process; see cp_manage.h. */
#include "tests/unit/control/cp_manage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/control/dp_peer.h"

#include <cmocka.h>

static const char *
text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "(not there)";
}

void
management_answers_and_tells_no_secret(void **state)
{
	struct dp *d = *state;
	SSL_CTX *ctx = client_ctx("AES128-GCM-SHA256");
	char raw_id[65], master_hex[97], *text;
	const uint8_t *id;
	uint8_t master[48];
	unsigned id_len;
	json_t *j;

	dp_open_conn(d, ctx, NULL, 50);
	assert_true(dp_shake(d));
	j = dp_ask(d, "GET", "/stats", 200, NULL);
	assert_true(json_is_true(json_object_get(j, "attached")));
	assert_true(json_integer_value(
			    json_object_get(json_object_get(j, "control"), "handshakes_full")) > 0);
	json_decref(j);
	j = dp_ask(d, "GET", "/connections", 200, NULL);
	assert_int_equal(json_integer_value(json_object_get(j, "total")), 1);
	assert_string_equal(json_string_value(json_object_get(
				    json_array_get(json_object_get(j, "connections"), 0), "state")),
		"connected");
	json_decref(j);
	j = dp_ask(d, "GET", "/listeners", 200, NULL);
	assert_int_equal(json_array_size(json_object_get(j, "listeners")), 1);
	json_decref(j);
	json_decref(dp_ask(d, "GET", "/engines", 200, NULL));
	json_decref(dp_ask(d, "GET", "/nothing", 404, NULL));
	json_decref(dp_ask(d, "POST", "/stats", 404, NULL));
	json_decref(dp_ask(d, "DELETE", "/stats", 405, NULL));
	dp_ask(d, "GET", "/metrics", 200, &text);
	assert_non_null(strstr(text, "sluice_attached 1\n"));
	free(text);
	id = SSL_SESSION_get_id(SSL_get0_session(d->ssl), &id_len);
	assert_int_equal(id_len, 32);
	SSL_SESSION_get_master_key(SSL_get0_session(d->ssl), master, sizeof(master));
	for (unsigned i = 0; i < 32; i++)
		sprintf(raw_id + 2 * i, "%02x", id[i]);
	for (unsigned i = 0; i < 48; i++)
		sprintf(master_hex + 2 * i, "%02x", master[i]);
	raw_id[16] = master_hex[16] = '\0'; /* eight bytes are enough to recognise them */
	dp_ask(d, "GET", "/sessions", 200, &text);
	assert_non_null(strstr(text, "id_hash"));
	assert_null(strstr(text, raw_id));
	assert_null(strstr(text, master_hex));
	free(text);
	dp_close_conn(d);
	SSL_CTX_free(ctx);
}

/* Everything that is told about a policy and a connection, and what an operator can ask of it. */
void
policies_and_connections_are_shown_and_commanded(void **state)
{
	struct dp *d = *state;
	SSL_CTX *ctx = client_ctx("AES128-GCM-SHA256");
	char path[96], *text;
	json_t *j, *c, *first;

	j = dp_ask(d, "GET", "/policy?name=https", 200, NULL);
	first = json_array_get(json_object_get(j, "suites"), 0);
	assert_string_equal(text_of(first, "name"), "TLS_AES_128_GCM_SHA256");
	assert_string_equal(text_of(first, "scheme"), "rsa_pss_rsae_sha256");
	assert_int_equal(json_array_size(json_object_get(j, "versions")), 5);
	assert_string_equal(text_of(j, "renegotiation"), "server");
	assert_int_equal(json_array_size(json_object_get(j, "warnings")), 1);
	json_decref(j);
	json_decref(dp_ask(d, "GET", "/policy", 404, NULL));
	json_decref(dp_ask(d, "GET", "/policy?name=nobody", 404, NULL));
	j = dp_ask(d, "GET", "/listeners", 200, NULL);
	c = json_array_get(json_object_get(j, "listeners"), 0);
	assert_true(json_is_true(json_object_get(c, "insecure")));
	assert_true(json_is_false(json_object_get(c, "keylog")));
	assert_int_equal(json_array_size(json_object_get(c, "versions")), 5);
	assert_int_equal(json_array_size(json_object_get(j, "warnings")), 1);
	json_decref(j);

	dp_open_conn(d, ctx, NULL, 51);
	snprintf(path, sizeof(path), "/connections/0-%llx/rekey", (unsigned long long)d->conn);
	for (int i = 0; dp_stat_of(d, "handshakes_under_way") == 0 && i < 1000; i++)
		;
	json_decref(dp_ask(d, "POST", path, 409, NULL)); /* there are no keys yet */
	assert_true(dp_shake(d));
	j = dp_ask(d, "GET", "/connections", 200, NULL);
	c = json_array_get(json_object_get(j, "connections"), 0);
	assert_string_equal(text_of(c, "version"), "TLS 1.2");
	assert_string_equal(text_of(c, "suite"), "TLS_RSA_WITH_AES_128_GCM_SHA256");
	assert_string_equal(text_of(c, "subject"), "");
	snprintf(path, sizeof(path), "/connections/%s/nonsense", text_of(c, "id"));
	json_decref(dp_ask(d, "POST", path, 404, NULL));
	json_decref(dp_ask(d, "POST", "/connections/0-1/renegotiate", 404, NULL));
	json_decref(dp_ask(d, "POST", "/connections/99999-1/renegotiate", 404, NULL));
	snprintf(path, sizeof(path), "/connections/%s/renegotiate", text_of(c, "id"));
	json_decref(j);
	json_decref(dp_ask(d, "POST", path, 200, NULL));
	dp_receive_until(d, IPC_RECORDS_SEND); /* HelloRequest */
	dp_close_conn(d);
	dp_ask(d, "GET", "/metrics", 200, &text);
	assert_non_null(strstr(text, "\nsluice_cp_handshake_alerts{alert=\"handshake_failure\"} "));
	assert_non_null(strstr(text, "\nsluice_cp_key_updates 0\n"));
	assert_non_null(strstr(text, "\nsluice_cp_renegotiations 0\n"));
	assert_non_null(strstr(text, "\nsluice_cp_tickets_sealed "));
	free(text);
	SSL_CTX_free(ctx);
}

/* A configuration that names some file as the socket must not cost that file. */
void
a_file_in_the_place_of_the_management_socket_is_left_alone(void **state)
{
	struct dp *d = *state;
	char file[160], yaml[200], cmd[800];
	struct stat st;
	int status;
	pid_t pid;

	snprintf(file, sizeof(file), "%s/precious", d->dir);
	snprintf(yaml, sizeof(yaml), "%s/second.yaml", d->dir);
	dp_write_config(d, "");
	snprintf(cmd, sizeof(cmd), "touch %s && sed s,%s/manage.sock,%s, %s/sluice.yaml > %s", file,
		d->dir, file, d->dir, yaml);
	assert_int_equal(system(cmd), 0);
	pid = fork();
	if (pid == 0) {
		execl(d->binary, d->binary, yaml, d->option, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	assert_int_equal(stat(file, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	snprintf(file, sizeof(file), "%s/manage.sock", d->dir);
	assert_int_equal(stat(file, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 0777, 0660);
}

/* Runs sluicectl against this process; its output in out, its exit status returned. */
static int
ctl(struct dp *d, const char *args, char *out, size_t cap)
{
	char cmd[512];
	size_t n;
	FILE *f;

	snprintf(cmd, sizeof(cmd), "%s --socket %s/manage.sock %s 2>&1", d->ctl, d->dir, args);
	f = popen(cmd, "r");
	assert_non_null(f);
	n = fread(out, 1, cap - 1, f);
	out[n] = '\0';
	return WEXITSTATUS(pclose(f));
}

void
sluicectl_shows_checks_and_reloads(void **state)
{
	static const char *const views[][2] = {
		{ "stats", "dataplane attached" },
		{ "engines", "record engine" },
		{ "connections", "connections, " },
		{ "sessions", "sessions of" },
		{ "listeners", "legacy INSECURE" },
		{ "tickets", "made here" },
		{ "staples", "0 wanted, 0 there" },
		{ "crls", "chains found good 0" },
		{ "policy https", "INSECURE: https admits SSL 3.0, TLS 1.0, TLS 1.1, 3DES, CBC with SHA-1, SHA-1 signatures" },
		{ "policy https/a.test", "clients that ask for a.test" },
	};
	struct dp *d = *state;
	char out[16384], args[200];

	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
		json_t *j;

		snprintf(args, sizeof(args), "show %s", views[i][0]);
		assert_int_equal(ctl(d, args, out, sizeof(out)), 0);
		assert_non_null(strstr(out, views[i][1]));
		snprintf(args, sizeof(args), "show %s --json", views[i][0]);
		assert_int_equal(ctl(d, args, out, sizeof(out)), 0);
		j = json_loads(out, 0, NULL);
		assert_non_null(j);
		json_decref(j);
	}
	dp_write_config(d, "");
	snprintf(args, sizeof(args), "check %s/sluice.yaml", d->dir);
	assert_int_equal(ctl(d, args, out, sizeof(out)), 0);
	assert_int_equal(ctl(d, "reload", out, sizeof(out)), 0);
	dp_write_config(d, "nonsense: 1\n");
	assert_int_equal(ctl(d, args, out, sizeof(out)), 1);
	assert_non_null(strstr(out, "sluice.yaml:20: nonsense: expected"));
	assert_int_equal(ctl(d, "reload", out, sizeof(out)), 1);
	assert_non_null(strstr(out, "nonsense"));
	assert_int_equal(ctl(d, "show nothing", out, sizeof(out)), 2);
	assert_int_equal(ctl(d, "show policy nobody", out, sizeof(out)), 1);
	assert_non_null(strstr(out, "no listener and no pool of that name"));
	assert_int_equal(ctl(d, "show policy web", out, sizeof(out)), 1);
	assert_non_null(strstr(out, "speaks no TLS"));
	assert_int_equal(ctl(d, "renegotiate ../stats", out, sizeof(out)), 2);
	assert_int_equal(ctl(d, "renegotiate 0-100000001", out, sizeof(out)), 1);
	assert_non_null(strstr(out, "no such connection"));
	assert_int_equal(ctl(d, "--socket /nonexistent show stats", out, sizeof(out)), 1);
	assert_non_null(strstr(out, "/nonexistent: cannot reach sluice-cp"));
}
