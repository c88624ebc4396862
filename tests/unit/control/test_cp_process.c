/*
 * The whole of sluice-cp as a process, with this test in the place of sluice-dp (dp_peer.h).
 * Arguments: sluice-cp (the product's own, sandbox and all, or one built for ASan), sluicectl, and
 * an option for sluice-cp.
 */
#include "tests/unit/control/cp_nap.h"
#include "tests/unit/control/dp_peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void
sends_its_configuration_and_completes_handshakes(void **state)
{
	struct dp *d = *state;
	SSL_CTX *ctx = client_ctx("AES128-GCM-SHA256:AES128-SHA");
	SSL_SESSION *session;

	dp_attach(d, 0);
	dp_receive_until(d, IPC_CFG_COMMIT);
	assert_int_equal(d->cfg_listeners, 1);
	assert_int_equal(d->cfg_servers, 2);
	dp_open_conn(d, ctx, NULL, 1);
	assert_true(dp_shake(d));
	assert_int_equal(d->ready_pool, d->pool_id);
	session = SSL_get1_session(d->ssl);
	dp_close_conn(d);
	dp_open_conn(d, ctx, session, 1 + 1);
	assert_true(dp_shake(d));
	assert_true(SSL_session_reused(d->ssl));
	dp_close_conn(d);
	SSL_SESSION_free(session);
	SSL_CTX_free(ctx);
}

static void
sessions_survive_a_dataplane_that_comes_back(void **state)
{
	struct dp *d = *state;
	SSL_CTX *ctx = client_ctx("AES128-SHA256");
	SSL_SESSION *session;

	dp_open_conn(d, ctx, NULL, 5);
	assert_true(dp_shake(d));
	session = SSL_get1_session(d->ssl);
	SSL_shutdown(d->ssl);
	SSL_free(d->ssl);
	BIO_free(d->net);
	d->net = NULL;
	dp_detach(d);
	dp_attach(d, 0);
	dp_receive_until(d, IPC_CFG_COMMIT);
	dp_open_conn(d, ctx, session, 5);
	assert_true(dp_shake(d));
	assert_true(SSL_session_reused(d->ssl));
	dp_close_conn(d);
	SSL_SESSION_free(session);
	SSL_CTX_free(ctx);
}

static void
leaves_a_malformed_dataplane_and_connects_again(void **state)
{
	struct dp *d = *state;
	struct ipc_record_in bad = { .conn = 1ull << 32, .type = 23, .bytes = 0 };
	struct pollfd p;
	char byte;

	dp_say(d, IPC_RECORD_IN, &bad, sizeof(bad), NULL, 0);
	p = (struct pollfd){ .fd = d->sock, .events = POLLIN };
	assert_int_equal(poll(&p, 1, WAIT_MS), 1);
	assert_int_equal(recv(d->sock, &byte, 1, 0), 0);
	dp_detach(d);
	dp_attach(d, 0);
	dp_receive_until(d, IPC_CFG_COMMIT);
}

static void
ends_a_handshake_that_takes_too_long(void **state)
{
	struct dp *d = *state;
	SSL_CTX *ctx = client_ctx("AES128-SHA");

	dp_open_conn(d, ctx, NULL, 9);
	dp_receive_until(d, IPC_CONN_CLOSE);
	assert_int_equal(d->alert, 90);
	dp_close_conn(d);
	SSL_CTX_free(ctx);
}

/*
 * A hundred and twenty server flights are more than the ring holds, and nobody reads it meanwhile.
 */
static void
a_full_ring_loses_nothing(void **state)
{
	struct dp *d = *state;
	SSL_CTX *ctx = client_ctx("AES128-SHA");
	bool got[128] = { false };
	uint8_t hello[1024];
	uint64_t until = dp_now_ms() + WAIT_MS;
	unsigned flights = 0;
	int n;

	dp_open_conn(d, ctx, NULL, 1);
	SSL_do_handshake(d->ssl);
	n = BIO_read(d->net, hello, sizeof(hello));
	assert_true(n > 5);
	for (uint32_t i = 2; i < 122; i++) {
		struct ipc_conn_open open = { .conn = i | 7ull << 32,
			.listener = d->listener_id,
			.peer = { .family = 4 },
			.local = { .family = 4 } };
		struct ipc_record_in rec = {
			.conn = open.conn, .type = 22, .version = 0x0301, .bytes = (uint32_t)n - 5
		};

		dp_say(d, IPC_CONN_OPEN, &open, sizeof(open), NULL, 0);
		dp_say(d, IPC_RECORD_IN, &rec, sizeof(rec), hello + 5, (size_t)n - 5);
	}
	/* by now its ring is full, or the messages are still to be taken */
	json_decref(dp_ask(d, "GET", "/stats", 200, NULL));
	while (flights < 120) {
		int rc = chan_recv(&d->end.rx, d->msg, sizeof(d->msg), &d->type, &d->len);

		assert_true(rc >= 0 && dp_now_ms() < until);
		if (rc == 0 || d->type != IPC_RECORDS_SEND)
			continue;
		n = (int)((const struct ipc_records_send *)d->msg)->conn;
		assert_true(n >= 2 && n < 122 && !got[n]);
		got[n] = true;
		flights++;
	}
	for (uint32_t i = 2; i < 122; i++) {
		struct ipc_conn_closed m = { .conn = i | 7ull << 32,
			.reason = IPC_CLOSED_PEER_RESET };

		dp_say(d, IPC_CONN_CLOSED, &m, sizeof(m), NULL, 0);
	}
	dp_close_conn(d);
	SSL_CTX_free(ctx);
}

static void
stale_handles_do_no_harm(void **state)
{
	struct dp *d = *state;
	struct ipc_record_in r = { .conn = 3 | 99ull << 32, .type = 22, .bytes = 4 };
	struct ipc_conn_closed c = { .conn = 3 | 99ull << 32, .reason = IPC_CLOSED_NORMAL };
	SSL_CTX *ctx = client_ctx("AES256-GCM-SHA384");

	dp_say(d, IPC_RECORD_IN, &r, sizeof(r), "\x01\0\0\0", 4);
	dp_say(d, IPC_CONN_CLOSED, &c, sizeof(c), NULL, 0);
	dp_open_conn(d, ctx, NULL, 3);
	assert_true(dp_shake(d));
	dp_close_conn(d);
	SSL_CTX_free(ctx);
}

static void
with_a_card_keys_and_all_work_go_there(void **state)
{
	struct dp *d = *state;
	SSL_CTX *ctx = client_ctx("AES128-GCM-SHA256");

	dp_detach(d);
	dp_attach(d, 16);
	dp_receive_until(d, IPC_KEY_LOAD);
	d->pka_do_ourselves = true;
	d->pka_rsa = d->pka_prf = 0;
	dp_open_conn(d, ctx, NULL, 11);
	assert_true(dp_shake(d));
	assert_int_equal(d->pka_rsa, 1);
	assert_int_equal(d->pka_prf, 4);
	dp_close_conn(d);
	SSL_CTX_free(ctx);
}

static void
a_card_that_refuses_is_helped_out_in_software(void **state)
{
	static const uint32_t statuses[] = { IPC_PKA_UNAVAILABLE, IPC_PKA_REFUSED, IPC_PKA_BUSY };
	struct dp *d = *state;
	SSL_CTX *ctx = client_ctx("AES128-GCM-SHA256");

	d->pka_do_ourselves = false;
	for (unsigned i = 0; i < 3; i++) {
		d->pka_status = statuses[i];
		dp_open_conn(d, ctx, NULL, 20 + i);
		assert_true(dp_shake(d));
		dp_close_conn(d);
	}
	SSL_CTX_free(ctx);
}

static void
a_card_that_does_not_answer_is_helped_out_in_software(void **state)
{
	struct dp *d = *state;
	SSL_CTX *ctx = client_ctx("AES128-GCM-SHA256");
	SSL_SESSION *session;

	d->pka_do_ourselves = true;
	d->pka_status = IPC_PKA_OK;
	dp_open_conn(d, ctx, NULL, 30);
	assert_true(dp_shake(d));
	session = SSL_get1_session(d->ssl);
	dp_close_conn(d);
	d->hold_pka = true;
	dp_open_conn(d, ctx, session, 31);
	assert_true(dp_shake(d)); /* three PRFs, each after 300 ms: within the listener's 1.5 s */
	dp_close_conn(d);
	d->hold_pka = false;
	SSL_SESSION_free(session);
	SSL_CTX_free(ctx);
}

static void
loads_its_keys_again_after_a_device_reset(void **state)
{
	struct dp *d = *state;
	struct ipc_device_reset r = { .key_slots = 16, .card = IPC_CARD_RSA2048 | IPC_CARD_PRF_SHA256 };
	unsigned before = d->key_loads;

	dp_say(d, IPC_DEVICE_RESET, &r, sizeof(r), NULL, 0);
	dp_receive_until(d, IPC_KEY_LOAD);
	assert_int_equal(d->key_loads, before + 1);
}

static void
reload_applies_a_good_file_and_ignores_a_bad_one(void **state)
{
	struct dp *d = *state;
	SSL_CTX *ctx = client_ctx("AES128-SHA");

	dp_write_config(d, "nonsense: 1\n");
	kill(d->cp, SIGHUP);
	dp_open_conn(d, ctx, NULL, 40);
	assert_true(dp_shake(d)); /* the old configuration goes on */
	dp_close_conn(d);
	dp_write_config(d, "limits: {control_wait_ms: 777}\n");
	kill(d->cp, SIGHUP);
	dp_receive_until(d, IPC_CFG_LIMITS);
	assert_int_equal(((const struct ipc_cfg_limits *)d->msg)->control_wait_ms, 777);
	dp_receive_until(d, IPC_CFG_COMMIT);
	dp_open_conn(d, ctx, NULL, 41);
	assert_true(dp_shake(d));
	dp_close_conn(d);
	SSL_CTX_free(ctx);
}

/* Waits until `sluicectl show listeners` has this number of warnings for the listener. */
static void
warnings_become(struct dp *d, size_t want, const char *one)
{
	uint64_t until = dp_now_ms() + 5000;
	size_t n = want + 1;
	bool there = false;

	while ((n != want || !there) && dp_now_ms() < until) {
		json_t *j = dp_ask(d, "GET", "/listeners", 200, NULL), *list;

		list = json_object_get(json_array_get(json_object_get(j, "listeners"), 0), "warnings");
		n = json_array_size(list);
		there = one == NULL;
		for (size_t i = 0; i < n && !there; i++)
			there = strcmp(json_string_value(json_array_get(list, i)), one) == 0;
		json_decref(j);
		dp_receive(d, dp_now_ms() + 20);
	}
	assert_int_equal(n, want);
	assert_true(there);
}

/* What no file can know: whether the card that is there can keep secrets. */
static void
keys_card_without_such_a_card_is_told(void **state)
{
	static const char here[] = "tls: {renegotiation: server}";
	struct dp *d = *state;
	struct ipc_device_reset r = { .key_slots = 16, .card = IPC_CARD_RSA2048 | IPC_CARD_PRF_SHA256 | IPC_CARD_SECRETS, .secrets = 8 };
	char path[128], text[4096];
	size_t n;
	FILE *f;

	warnings_become(d, 1, NULL);
	dp_write_config(d, "");
	snprintf(path, sizeof(path), "%s/sluice.yaml", d->dir);
	f = fopen(path, "r");
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	assert_non_null(strstr(text, here));
	memcpy(strstr(text, here), "tls: {keys: card           }", sizeof(here) - 1);
	f = fopen(path, "w");
	assert_int_equal(fwrite(text, 1, n, f), n);
	fclose(f);
	json_decref(dp_ask(d, "POST", "/reload", 200, NULL));
	dp_receive_until(d, IPC_CFG_COMMIT);
	warnings_become(d, 2, "keys: card, and no card with secret slots is there");
	dp_say(d, IPC_DEVICE_RESET, &r, sizeof(r), NULL, 0);
	warnings_become(d, 1, NULL);
	r.secrets = 0;
	dp_say(d, IPC_DEVICE_RESET, &r, sizeof(r), NULL, 0);
	warnings_become(d, 2, "keys: card, and no card with secret slots is there");
	r.card = IPC_CARD_RSA2048 | IPC_CARD_PRF_SHA256;
	dp_say(d, IPC_DEVICE_RESET, &r, sizeof(r), NULL, 0);
	dp_write_config(d, "");
	json_decref(dp_ask(d, "POST", "/reload", 200, NULL));
	dp_receive_until(d, IPC_CFG_COMMIT);
	warnings_become(d, 1, NULL);
}

static void
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

static const char *
text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "(not there)";
}

/* Everything that is told about a policy and a connection, and what an operator can ask of it. */
static void
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

static void
a_configuration_that_the_dataplane_refuses_changes_nothing(void **state)
{
	struct dp *d = *state;
	SSL_CTX *ctx = client_ctx("AES128-SHA");
	uint64_t until = dp_now_ms() + WAIT_MS;
	bool told = false;
	json_t *j;

	dp_write_config(d, "limits: {control_wait_ms: 888}\n");
	d->refuse_cfg = true;
	json_decref(dp_ask(d, "POST", "/reload", 200, NULL));
	dp_receive_until(d, IPC_CFG_COMMIT);
	d->refuse_cfg = false;
	while (!told && dp_now_ms() < until) {
		j = dp_ask(d, "GET", "/listeners", 200, NULL);
		told = json_string_length(json_object_get(j, "refused")) != 0;
		if (told)
			assert_string_equal(
				json_string_value(json_object_get(j, "refused")), "not??today??");
		json_decref(j);
	}
	assert_true(told);
	dp_open_conn(d, ctx, NULL, 55);
	assert_true(dp_shake(d));
	dp_close_conn(d);
	dp_write_config(d, "nonsense: 1\n");
	j = dp_ask(d, "POST", "/reload", 409, NULL);
	assert_non_null(strstr(json_string_value(json_object_get(j, "error")), "nonsense"));
	json_decref(j);
	SSL_CTX_free(ctx);
}

/*
 * Its connections are gone with it: their work on the card must not keep the threads from those of
 * the next one.
 */
static void
work_of_a_lost_dataplane_is_not_redone(void **state)
{
	struct dp *d = *state;
	SSL_CTX *ctx = client_ctx("AES128-GCM-SHA256");
	json_int_t before;

	dp_detach(d);
	dp_attach(d, 16);
	dp_receive_until(d, IPC_KEY_LOAD);
	before = dp_stat_of(d, "rsa_software");
	d->hold_pka = true;
	d->pka_rsa = 0;
	dp_open_conn(d, ctx, NULL, 70);
	while (d->pka_rsa == 0) {
		SSL_do_handshake(d->ssl);
		dp_feed(d);
		assert_true(dp_receive(d, dp_now_ms() + WAIT_MS));
	}
	d->hold_pka = false;
	SSL_free(d->ssl);
	BIO_free(d->net);
	dp_detach(d);
	dp_attach(d, 0);
	dp_receive_until(d, IPC_CFG_COMMIT);
	dp_open_conn(d, ctx, NULL, 70);
	assert_true(dp_shake(d));
	dp_close_conn(d);
	assert_int_equal(dp_stat_of(d, "rsa_software"), before + 1);
	assert_int_equal(dp_stat_of(d, "operations_in_flight"), 0);
	SSL_CTX_free(ctx);
}

/*
 * A dataplane that does not take its messages loses the attachment: leaving one message out would
 * let what follows it (a Finished, the word that data may flow) go without the keys before it.
 */
static void
a_dataplane_that_does_not_read_is_left(void **state)
{
	struct dp *d = *state;
	SSL_CTX *ctx = client_ctx("AES128-SHA");
	uint64_t until = dp_now_ms() + WAIT_MS;
	struct pollfd p = { .events = POLLIN };
	uint8_t hello[1024];
	BIO *net;
	SSL *ssl = client_open(ctx, &net);
	char byte;
	int n;

	SSL_do_handshake(ssl);
	n = BIO_read(net, hello, sizeof(hello));
	assert_true(n > 5);
	p.fd = d->sock;
	for (uint64_t gen = 1; dp_now_ms() < until; gen++) {
		struct ipc_conn_open open = { .conn = 80 | gen << 32,
			.listener = d->listener_id,
			.peer = { .family = 4 },
			.local = { .family = 4 } };
		struct ipc_record_in rec = {
			.conn = open.conn, .type = 22, .version = 0x0301, .bytes = (uint32_t)n - 5
		};
		struct ipc_conn_closed closed = { .conn = open.conn,
			.reason = IPC_CLOSED_PEER_RESET };

		while (chan_space(&d->end.tx) < 4096 && poll(&p, 1, 1) == 0)
			;
		if (poll(&p, 1, 0) == 1)
			break;
		dp_say(d, IPC_CONN_OPEN, &open, sizeof(open), NULL, 0);
		dp_say(d, IPC_RECORD_IN, &rec, sizeof(rec), hello + 5, (size_t)n - 5);
		dp_say(d, IPC_CONN_CLOSED, &closed, sizeof(closed), NULL, 0);
	}
	assert_int_equal(poll(&p, 1, 0), 1);
	assert_int_equal(recv(d->sock, &byte, 1, 0), 0);
	SSL_free(ssl);
	BIO_free(net);
	dp_detach(d);
	dp_attach(d, 0);
	dp_receive_until(d, IPC_CFG_COMMIT);
	dp_open_conn(d, ctx, NULL, 81);
	assert_true(dp_shake(d));
	dp_close_conn(d);
	SSL_CTX_free(ctx);
}

/* A configuration that names some file as the socket must not cost that file. */
static void
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

static void
the_oldest_handshake_makes_room_when_there_are_too_many(void **state)
{
	struct dp *d = *state;
	struct ipc_conn_open m = {
		.listener = d->listener_id, .peer = { .family = 4 }, .local = { .family = 4 }
	};

	dp_write_config(d, "limits: {max_handshakes: 2}\n");
	kill(d->cp, SIGHUP);
	dp_receive_until(d, IPC_CFG_COMMIT);
	d->net = NULL;
	for (uint32_t i = 0; i < 3; i++) {
		m.conn = (40 + i) | 9ull << 32;
		dp_say(d, IPC_CONN_OPEN, &m, sizeof(m), NULL, 0);
	}
	dp_receive_until(d, IPC_CONN_CLOSE);
	assert_true(d->closed_conn == (40 | 9ull << 32));
	assert_int_equal(d->alert, 90);
}

static void
a_connection_of_no_listener_is_reset(void **state)
{
	struct dp *d = *state;
	struct ipc_conn_open m = { .conn = 60 | 9ull << 32,
		.listener = d->listener_id + 1,
		.peer = { .family = 4 },
		.local = { .family = 4 } };

	dp_say(d, IPC_CONN_OPEN, &m, sizeof(m), NULL, 0);
	dp_receive_until(d, IPC_CONN_CLOSE);
	assert_true(d->closed_conn == m.conn);
	assert_int_equal(((const struct ipc_conn_close *)d->msg)->how, IPC_CLOSE_RESET);
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

static void
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

/*
 * What the kernel says of each thread: no capability, no new privileges, a filter on its system
 * calls.
 */
static void
runs_without_privileges(void **state)
{
	struct dp *d = *state;
	char dir[64], file[128], line[256];
	unsigned threads = 0;
	struct dirent *e;
	DIR *tasks;

	if (d->option != NULL)
		skip();
	snprintf(dir, sizeof(dir), "/proc/%d/task", (int)d->cp);
	tasks = opendir(dir);
	assert_non_null(tasks);
	while ((e = readdir(tasks)) != NULL) {
		unsigned found = 0;
		FILE *f;

		if (e->d_name[0] == '.')
			continue;
		snprintf(file, sizeof(file), "%s/%.20s/status", dir, e->d_name);
		f = fopen(file, "r");
		assert_non_null(f);
		while (fgets(line, sizeof(line), f) != NULL)
			found += strcmp(line, "CapEff:\t0000000000000000\n") == 0 ||
				 strcmp(line, "CapPrm:\t0000000000000000\n") == 0 ||
				 strcmp(line, "NoNewPrivs:\t1\n") == 0 ||
				 strcmp(line, "Seccomp:\t2\n") == 0;
		fclose(f);
		assert_int_equal(found, 4);
		threads++;
	}
	closedir(tasks);
	assert_true(threads >= 2); /* the loop's and the pool's */
}

static struct dp wish; /* what main() was told, for dp_start() */

static int
start_wish(void **state)
{
	*state = &wish;
	return dp_start(state);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sends_its_configuration_and_completes_handshakes),
		cmocka_unit_test(a_nap_is_ended_for_key_operations_of_threads),
		cmocka_unit_test(sessions_survive_a_dataplane_that_comes_back),
		cmocka_unit_test(leaves_a_malformed_dataplane_and_connects_again),
		cmocka_unit_test(ends_a_handshake_that_takes_too_long),
		cmocka_unit_test(a_full_ring_loses_nothing),
		cmocka_unit_test(stale_handles_do_no_harm),
		cmocka_unit_test(with_a_card_keys_and_all_work_go_there),
		cmocka_unit_test(a_card_that_refuses_is_helped_out_in_software),
		cmocka_unit_test(a_card_that_does_not_answer_is_helped_out_in_software),
		cmocka_unit_test(loads_its_keys_again_after_a_device_reset),
		cmocka_unit_test(reload_applies_a_good_file_and_ignores_a_bad_one),
		cmocka_unit_test(keys_card_without_such_a_card_is_told),
		cmocka_unit_test(management_answers_and_tells_no_secret),
		cmocka_unit_test(policies_and_connections_are_shown_and_commanded),
		cmocka_unit_test(a_configuration_that_the_dataplane_refuses_changes_nothing),
		cmocka_unit_test(work_of_a_lost_dataplane_is_not_redone),
		cmocka_unit_test(a_dataplane_that_does_not_read_is_left),
		cmocka_unit_test(a_file_in_the_place_of_the_management_socket_is_left_alone),
		cmocka_unit_test(the_oldest_handshake_makes_room_when_there_are_too_many),
		cmocka_unit_test(a_connection_of_no_listener_is_reset),
		cmocka_unit_test(sluicectl_shows_checks_and_reloads),
		cmocka_unit_test(runs_without_privileges),
	};

	if (argc < 3) {
		fprintf(stderr, "usage: %s SLUICE-CP SLUICECTL [OPTION]\n", argv[0]);
		return 2;
	}
	wish.binary = argv[1];
	wish.ctl = argv[2];
	wish.option = argc > 3 ? argv[3] : NULL;
	return cmocka_run_group_tests(tests, start_wish, dp_stop);
}
