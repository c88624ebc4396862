/*
 * The whole of sluice-cp as a process, with this test in the place of sluice-dp (dp_peer.h).
 * Arguments: sluice-cp (the product's own, sandbox and all, or one built for ASan), sluicectl, and
 * an option for sluice-cp.
 */
#include "tests/unit/control/cp_config.h"
#include "tests/unit/control/cp_manage.h"
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
