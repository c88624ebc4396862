/* The table of connections against answers that come at the wrong time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/wr.h"
#include "control/conns.h"
#include "tests/unit/control/tls_peer.h"

#define HANDLE (3 | 1ull << 32)

struct fixture {
	struct log log;
	uv_loop_t loop;
	struct config *cfg;
	struct pka *pka;
	struct session_cache *cache;
	struct conns *conns;
	SSL_CTX *ctx;
	char dir[64];
	struct pka_owner answered[8];
	unsigned answers, closes;
	uint8_t alert; /* of the last close */
	enum pka_fault fault; /* of the operation that fault_at counts down to */
	unsigned fault_at;
	uint64_t asked; /* id of the last operation that was sent to the card */
	unsigned freed; /* slots of secrets that the card was told to erase */
};

static int
take_message(void *ctx, uint32_t worker, uint16_t type, const void *body, size_t body_len,
	const void *data, size_t data_len)
{
	struct fixture *f = ctx;

	if (type == IPC_CONN_CLOSE) {
		f->closes++;
		f->alert = ((const struct ipc_conn_close *)body)->alert;
	}
	if (type == IPC_PKA_DO && ((const struct ipc_pka_do *)body)->op == IPC_PKA_KDF)
		f->freed += ((const struct ipc_kdf_step *)data)->kdf == IPC_KDF_FREE ? data_len / sizeof(struct ipc_kdf_step) : 0;
	else if (type == IPC_PKA_DO)
		f->asked = ((const struct ipc_pka_do *)body)->id;
	return 0;
}

static void
no_flush(void *ctx, uint32_t worker)
{
}

static void
answered(void *ctx, const struct pka_owner *who, const uint8_t *result, size_t len)
{
	struct fixture *f = ctx;

	f->answered[f->answers++] = *who;
	conns_work_done(f->conns, who, result, len);
}

static enum pka_fault
fault(void *ctx, const struct pka_req *req)
{
	struct fixture *f = ctx;

	return f->fault_at != 0 && --f->fault_at == 0 ? f->fault : PKA_FAULT_NONE;
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const struct pka_ops pka_ops = {
		.done = answered, .send = take_message, .ctx = f, .fault = fault
	};
	const struct conns_ops ops = { take_message, no_flush, no_flush, f };
	char chain[100], key[100], file[100], cmd[100], err[CONFIG_ERR_LEN];
	const uint32_t max = 16;
	FILE *y;

	strcpy(f->dir, "/tmp/sluice-conns-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(chain, sizeof(chain), "%s/a.pem", f->dir);
	snprintf(key, sizeof(key), "%s/a.key", f->dir);
	snprintf(file, sizeof(file), "%s/f.yaml", f->dir);
	world_make_cert(chain, key, "a.test", 2048);
	y = fopen(file, "w");
	assert_non_null(y);
	fprintf(y,
		"dataplane: {socket: /d}\nmanagement: {socket: /m}\ninterfaces: [{name: o, port: 0, address: 198.18.0.1/24}]\n"
		"listeners: [{name: l, address: 198.18.0.1, port: 443, profile: legacy, allow_insecure: true, pool: p, certificates: [{chain: %s, key: %s}]}]\n"
		"pools: [{name: p, servers: [{address: 198.19.0.2, port: 80}]}]\n",
		chain, key);
	fclose(y);
	f->cfg = config_load(file, err, NULL);
	assert_non_null(f->cfg);
	snprintf(cmd, sizeof(cmd), "rm -r %s", f->dir);
	assert_int_equal(system(cmd), 0);
	f->log = (struct log){ .ident = "test", .level = LOG_ERROR, .fd = 2 };
	uv_loop_init(&f->loop);
	f->pka = pka_new(&f->loop, &f->log, &pka_ops, 1000);
	f->cache = session_cache_new(16);
	f->conns = conns_new(&f->log, &ops, &(struct conns_deps){ .pka = f->pka, .cache = f->cache });
	conns_set_config(f->conns, f->cfg);
	assert_int_equal(conns_attach(f->conns, 1, &max), 0);
	f->ctx = client_ctx("AES128-SHA");
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	pka_close(f->pka);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	conns_free(f->conns);
	pka_free(f->pka);
	session_cache_free(f->cache);
	config_unref(f->cfg);
	SSL_CTX_free(f->ctx);
	uv_loop_close(&f->loop);
	free(f);
	return 0;
}

static void
record(struct fixture *f, const uint8_t *data, size_t len)
{
	struct ipc_record_in m = {
		.conn = HANDLE, .type = TLS_CT_HANDSHAKE, .version = 0x0303, .bytes = (uint32_t)len
	};

	assert_int_equal(conns_record(f->conns, 0, &m, data), 0);
}

/* A connection whose ClientHello has come. */
static void
hello(struct fixture *f, SSL_CTX *ctx)
{
	struct ipc_conn_open open = {
		.conn = HANDLE, .listener = f->cfg->listeners[0].ipc.id, .peer = { .family = 4 }
	};
	uint8_t bytes[2048];
	BIO *net;
	SSL *ssl = client_open(ctx, &net);
	int n;

	assert_int_equal(conns_open(f->conns, 0, &open, 1000), 0);
	SSL_do_handshake(ssl);
	n = BIO_read(net, bytes, sizeof(bytes));
	assert_true(n > 5);
	record(f, bytes + 5, (size_t)n - 5);
	SSL_free(ssl);
	BIO_free(net);
}

/* A connection up to the point where its key operation is under way. */
static void
begin(struct fixture *f)
{
	uint8_t exchange[4 + 2 + 256] = { 0 };
	struct wr w = wr_init(exchange, 6);

	hello(f, f->ctx);
	wr_u8(&w, 16);
	wr_u24(&w, 258);
	wr_u16(&w, 256);
	record(f, exchange, sizeof(exchange));
}

static void
wait_for_answers(struct fixture *f, unsigned n)
{
	while (f->answers < n && uv_run(&f->loop, UV_RUN_ONCE) != 0)
		;
	assert_int_equal(f->answers, n);
}

/*
 * A sluice-dp that comes back counts its handles from the beginning: what was asked for the old
 * ones is nobody's.
 */
static void
an_answer_for_the_attachment_before_is_nobodys(void **state)
{
	struct fixture *f = *state;
	const uint32_t max = 16;
	struct conns_stats s;

	begin(f);
	conns_detach(f->conns);
	assert_int_equal(conns_attach(f->conns, 1, &max), 0);
	begin(f);
	wait_for_answers(f, 2);
	assert_true(f->answered[0].conn == f->answered[1].conn);
	conns_stats(f->conns, &s);
	assert_int_equal(s.stale, 1);
	assert_int_equal(s.half_open, 1);
}

static void
an_answer_for_a_closed_connection_is_dropped(void **state)
{
	struct fixture *f = *state;
	struct ipc_conn_closed closed = { .conn = HANDLE, .reason = IPC_CLOSED_PEER_RESET };
	struct conns_stats s;

	begin(f);
	assert_int_equal(conns_closed(f->conns, 0, &closed), 0);
	wait_for_answers(f, 1);
	conns_stats(f->conns, &s);
	assert_int_equal(s.stale, 1);
	assert_int_equal(s.open, 0);
	assert_int_equal(conns_closed(f->conns, 0, &closed), 0); /* unknown by now */
	conns_stats(f->conns, &s);
	assert_int_equal(s.stale, 2);
	assert_int_equal(f->closes, 0);
}

static void
handles_and_workers_out_of_range_break_the_attachment(void **state)
{
	struct fixture *f = *state;
	struct ipc_conn_open open = {
		.conn = 16 | 1ull << 32, .listener = 1, .peer = { .family = 4 }
	};

	assert_int_not_equal(conns_open(f->conns, 0, &open, 1000), 0); /* index 16 of 16 */
	open.conn = HANDLE;
	assert_int_not_equal(conns_open(f->conns, 1, &open, 1000), 0); /* worker 1 of 1 */
	open.conn = 3;
	assert_int_not_equal(conns_open(f->conns, 0, &open, 1000), 0); /* generation 0 */
	open.conn = HANDLE;
	open.peer.family = 5;
	assert_int_not_equal(conns_open(f->conns, 0, &open, 1000), 0);
	open.peer.family = 6;
	open.listener = f->cfg->listeners[0].ipc.id;
	assert_int_equal(conns_open(f->conns, 0, &open, 1000), 0);
	assert_int_not_equal(conns_open(f->conns, 0, &open, 1000), 0); /* twice */
}

/*
 * Key operations that are refused, that fail, and that never end, at every place of a handshake:
 * an alert, and nothing is left of the connection. What is stuck gets no answer any more.
 */
static void
a_key_operation_that_goes_wrong_ends_the_handshake(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *suites; /* NULL: TLS 1.3 */
		unsigned at;
	} places[] = { { "AES128-SHA", 1 }, { "ECDHE-RSA-AES128-GCM-SHA256", 1 },
		{ "ECDHE-RSA-AES128-GCM-SHA256", 2 }, { NULL, 1 }, { NULL, 2 } };
	static const enum pka_fault faults[] = { PKA_FAULT_REFUSE, PKA_FAULT_FAIL, PKA_FAULT_STALL };
	struct ipc_conn_closed closed = { .conn = HANDLE, .reason = IPC_CLOSED_PEER_RESET };
	struct conns_stats s;
	struct pka_stats p;
	unsigned stuck = 0;

	for (unsigned i = 0; i < 5; i++) {
		SSL_CTX *ctx = client_ctx(places[i].suites != NULL ? places[i].suites : "DEFAULT");

		SSL_CTX_set_max_proto_version(ctx, places[i].suites != NULL ? TLS1_2_VERSION : 0);
		for (unsigned k = 0; k < 3; k++) {
			f->fault = faults[k];
			f->fault_at = places[i].at;
			f->closes = f->answers = 0;
			if (i == 0)
				begin(f);
			else
				hello(f, ctx);
			while ((f->fault_at != 0 ||
				       (faults[k] == PKA_FAULT_FAIL && f->closes == 0)) &&
				uv_run(&f->loop, UV_RUN_ONCE) != 0)
				;
			assert_int_equal(f->fault_at, 0); /* it got there */
			if (faults[k] == PKA_FAULT_STALL) {
				stuck++;
				assert_int_equal(f->closes, 0);
				conns_sweep(f->conns, 1000 + f->cfg->listeners[0].handshake_timeout_ms - 1);
				assert_int_equal(f->closes, 0);
				conns_sweep(f->conns, 1000 + f->cfg->listeners[0].handshake_timeout_ms);
			}
			assert_int_equal(f->closes, 1);
			assert_int_equal(f->alert, faults[k] == PKA_FAULT_STALL
							   ? tls_err_alert(TLS_E_HANDSHAKE_TIMEOUT)
							   : tls_err_alert(TLS_E_INTERNAL_ERROR));
			conns_stats(f->conns, &s);
			assert_int_equal(s.half_open, 0);
			assert_int_equal(conns_closed(f->conns, 0, &closed), 0);
			conns_stats(f->conns, &s);
			assert_int_equal(s.open, 0);
			pka_stats(f->pka, &p);
			assert_int_equal(p.in_flight, stuck); /* they hold their own memory only */
		}
		SSL_CTX_free(ctx);
	}
	assert_int_equal(s.timeouts, 5);
	assert_int_equal(s.failed, 15);
}

static unsigned
slots(struct fixture *f)
{
	struct pka_stats s;

	pka_stats(f->pka, &s);
	return (unsigned)s.secret_slots;
}

/*
 * keys: card. The alert that ends a connection may still need keys from one of its slots: they are given back when the dataplane told the
 * connection's end, and once.
 */
static void
slots_are_given_back_when_the_connection_is_gone(void **state)
{
	static const struct pka_card_info card = { .slots = 8,
		.secrets = 4,
		.can = IPC_CARD_P256 | IPC_CARD_X25519 | IPC_CARD_SECRETS };
	struct ipc_conn_closed closed = { .conn = HANDLE, .reason = IPC_CLOSED_PEER_RESET };
	struct ipc_pka_done no = { .status = IPC_PKA_UNAVAILABLE };
	struct fixture *f = *state;
	char file[] = "/tmp/sluice-kek-XXXXXX", err[CERT_ERR_LEN];
	SSL_CTX *ctx = client_ctx("ECDHE-RSA-AES128-SHA");
	uint8_t kek[32] = { 7 };
	int fd = mkstemp(file);

	assert_int_equal(write(fd, kek, sizeof(kek)), sizeof(kek));
	close(fd);
	assert_int_equal(pka_load_kek(f->pka, file, err), 0);
	unlink(file);
	assert_true(hs_policy_for_card(&f->cfg->listeners[0].policy));
	f->cfg->listeners[0].hs.keys_on_card = true;
	pka_card_attached(f->pka, &card);
	hello(f, ctx);
	assert_int_equal(slots(f), 1); /* our ephemeral key */
	no.id = f->asked;
	pka_card_done(f->pka, &no, NULL);
	wait_for_answers(f, 1);
	assert_int_equal(f->closes, 1);
	assert_int_equal(slots(f), 1);
	assert_int_equal(f->freed, 0);
	assert_int_equal(conns_closed(f->conns, 0, &closed), 0);
	assert_int_equal(slots(f), 0);
	assert_int_equal(f->freed, 1);
	assert_int_equal(conns_closed(f->conns, 0, &closed), 0);
	assert_int_equal(f->freed, 1);
	SSL_CTX_free(ctx);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(an_answer_for_the_attachment_before_is_nobodys),
		T(an_answer_for_a_closed_connection_is_dropped),
		T(handles_and_workers_out_of_range_break_the_attachment),
		T(a_key_operation_that_goes_wrong_ends_the_handshake),
		T(slots_are_given_back_when_the_connection_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
