/*
 * The whole of sluice-cp as a process, with this test in the place of sluice-dp: it listens on the socket, gives the rings, and joins a
 * libssl client to the messages. Arguments: sluice-cp (the product's own, sandbox and all, or one built for ASan), sluicectl,
 * and an option for sluice-cp.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <jansson.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "common/chan.h"
#include "common/ct.h"
#include "common/wr.h"
#include "control/handshake/hs_digest.h"
#include "control/pka/pka_soft.h"
#include "control/sluicectl/http.h"
#include "tests/unit/control/tls_peer.h"

#define WAIT_MS 20000
#define RING (1u << 16) /* the smallest: what does not fit must wait its turn */

struct dp { /* our end of the channel, and the one connection on it */
	const char *binary, *ctl, *option; /* what to run */
	char dir[64];
	pid_t cp;
	int listener, sock;
	struct chan chan;
	struct chan_end end;
	uint32_t key_slots;
	uint8_t msg[IPC_MAX_MSG] __attribute__((aligned(8)));
	uint16_t type;
	uint32_t len;
	/* what arrived */
	unsigned key_loads, cfg_listeners, cfg_servers;
	uint32_t pka_status, listener_id, pool_id;
	bool pka_do_ourselves, hold_pka, refuse_cfg;
	unsigned pka_rsa, pka_prf;
	EVP_PKEY *key;
	/* the connection */
	ipc_conn_t conn;
	SSL *ssl;
	BIO *net;
	struct peer_keys rd, wr, rd_next;
	uint8_t in[65536], epoch;
	size_t in_len;
	bool ready, closed;
	uint8_t alert;
	uint32_t ready_pool;
	ipc_conn_t closed_conn;
};

static uint64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- the process and its files ---- */

static void
write_config(struct dp *d, const char *extra)
{
	char file[200];
	FILE *f;

	snprintf(file, sizeof(file), "%s/sluice.yaml", d->dir);
	f = fopen(file, "w");
	assert_non_null(f);
	fprintf(f, "dataplane: {socket: %s/dp.sock}\nmanagement: {socket: %s/manage.sock}\ndevice: {kek: %s/kek, timeout_ms: 300}\n"
		"interfaces:\n  - {name: outside, port: 0, address: 198.18.0.1/24}\n  - {name: inside, port: 1, address: 198.19.0.1/24}\n"
		"listeners:\n  - name: https\n    address: 198.18.0.1\n    port: 443\n    pool: web\n    handshake_timeout_ms: 1500\n"
		"    certificates: [{chain: %s/a.pem, key: %s/a.key}]\n"
		"pools:\n  - name: web\n    servers: [{address: 198.19.0.2, port: 80}, {address: 198.19.0.3, port: 80}]\n%s",
		d->dir, d->dir, d->dir, d->dir, d->dir, extra);
	fclose(f);
}

static void
listen_again(struct dp *d)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	snprintf(a.sun_path, sizeof(a.sun_path), "%s/dp.sock", d->dir);
	unlink(a.sun_path);
	d->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(d->listener, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(d->listener, 4), 0);
}

static int
start(void **state)
{
	const struct dp *given = *state;
	struct dp *d = calloc(1, sizeof(*d));
	char chain[160], key[160], kek[160], file[200];
	FILE *f;

	d->binary = given->binary;
	d->ctl = given->ctl;
	d->option = given->option;
	strcpy(d->dir, "/tmp/sluice-cp-XXXXXX");
	if (mkdtemp(d->dir) == NULL)
		return -1;
	snprintf(chain, sizeof(chain), "%s/a.pem", d->dir);
	snprintf(key, sizeof(key), "%s/a.key", d->dir);
	snprintf(kek, sizeof(kek), "%s/kek", d->dir);
	snprintf(file, sizeof(file), "%s/sluice.yaml", d->dir);
	world_make_cert(chain, key, "a.test", 2048);
	f = fopen(key, "r");
	d->key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	fclose(f);
	f = fopen(kek, "w");
	fwrite("0123456789abcdef0123456789abcdef", 1, 32, f);
	fclose(f);
	write_config(d, "");
	listen_again(d);
	d->sock = -1;
	d->cp = fork();
	if (d->cp == 0) {
		execl(d->binary, d->binary, file, d->option, (char *)NULL);
		_exit(127);
	}
	*state = d;
	return 0;
}

static void
detach(struct dp *d)
{
	if (d->sock >= 0)
		close(d->sock);
	d->sock = -1;
	chan_close(&d->chan);
}

static int
stop(void **state)
{
	struct dp *d = *state;
	char cmd[200];
	int status = 0;

	kill(d->cp, SIGTERM);
	waitpid(d->cp, &status, 0);
	detach(d);
	close(d->listener);
	EVP_PKEY_free(d->key);
	snprintf(cmd, sizeof(cmd), "rm -r %s", d->dir);
	if (system(cmd) != 0)
		status = 1;
	free(d);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

/* ---- the channel ---- */

static bool receive(struct dp *d, uint64_t until);

static void
attach(struct dp *d, uint32_t key_slots)
{
	struct ipc_hello hello = { .version = IPC_VERSION, .workers = 1, .engine = key_slots != 0 ? IPC_ENGINE_FPGA : IPC_ENGINE_SOFT,
		.key_slots = key_slots, .max_conns = 256, .boot_id = 1 };
	struct pollfd p = { .fd = d->listener, .events = POLLIN };

	assert_int_equal(poll(&p, 1, WAIT_MS), 1);
	d->sock = accept(d->listener, NULL, NULL);
	assert_true(d->sock >= 0);
	assert_int_equal(chan_create(&d->chan, 1, RING), 0);
	assert_int_equal(chan_give(&d->chan, d->sock), 0);
	chan_end_init(&d->end, &d->chan, 0, CHAN_DP);
	d->key_slots = key_slots;
	d->key_loads = d->cfg_listeners = d->cfg_servers = 0;
	assert_int_equal(chan_send(&d->end.tx, IPC_HELLO, &hello, sizeof(hello), NULL, 0), 0);
	chan_flush(&d->end.tx);
}

static void
say(struct dp *d, uint16_t type, const void *body, size_t body_len, const void *data, size_t data_len)
{
	assert_int_equal(chan_send(&d->end.tx, type, body, body_len, data, data_len), 0);
	chan_flush(&d->end.tx);
}

static void
wire(struct dp *d, uint8_t type, const uint8_t *data, size_t len)
{
	uint8_t rec[5 + 20000];
	size_t n = peer_seal_record(&d->wr, type, data, len, rec + 5);
	struct wr w = wr_init(rec, 5);

	wr_u8(&w, type);
	wr_u16(&w, 0x0303);
	wr_u16(&w, (uint16_t)n);
	assert_int_equal(BIO_write(d->net, rec, (int)(5 + n)), (int)(5 + n));
}

static void
on_pka(struct dp *d, const struct ipc_pka_do *m, const uint8_t *data)
{
	struct ipc_pka_done done = { .id = m->id, .status = d->pka_status };
	uint8_t out[512], substitute[48] = { 1 };

	(*(m->op == IPC_PKA_TLS_PRF ? &d->pka_prf : &d->pka_rsa))++;
	if (d->hold_pka)
		return;
	if (d->pka_do_ourselves && m->op == IPC_PKA_RSA_PMS_DECRYPT) {
		assert_int_not_equal(m->slot, 0);
		done.bytes = 48;
		assert_int_equal(pka_soft_rsa_premaster(d->key, (uint16_t)m->param, data, m->bytes, substitute, out), 0);
	} else if (d->pka_do_ourselves) {
		done.bytes = m->param2;
		hs_prf_run(HS_PRF_SHA256, data, m->param, data + m->param, m->bytes - m->param, out, m->param2);
	}
	say(d, IPC_PKA_DONE, &done, sizeof(done), out, done.bytes);
}

static void
on_keys(struct dp *d, const struct ipc_keys_set *m)
{
	struct peer_keys k = { .on = true, .alg = m->alg, .mac_len = m->mac_key_len, .key_len = m->key_len, .iv_len = m->iv_len };

	assert_true(m->conn == d->conn);
	memcpy(k.mac, m->mac_key, k.mac_len);
	memcpy(k.key, m->key, k.key_len);
	memcpy(k.iv, m->iv, k.iv_len);
	*(m->dir == IPC_DIR_WRITE ? &d->wr : &d->rd_next) = k;
}

/* What sluice-dp would do with a message. */
static void
act(struct dp *d)
{
	const uint8_t *data = d->msg + ipc_body_size(d->type, NULL);
	const void *body = d->msg;

	switch (d->type) {
	case IPC_RECORDS_SEND: wire(d, ((const struct ipc_records_send *)body)->type, data, ((const struct ipc_records_send *)body)->bytes); break;
	case IPC_KEYS_SET: on_keys(d, body); break;
	case IPC_PKA_DO: on_pka(d, body, data); break;
	case IPC_KEY_LOAD: {
		struct ipc_pka_done done = { .id = ((const struct ipc_key_load *)body)->id };

		d->key_loads++;
		say(d, IPC_PKA_DONE, &done, sizeof(done), NULL, 0);
		break;
	}
	case IPC_CONN_READY:
		d->ready = true;
		d->ready_pool = ((const struct ipc_conn_ready *)body)->pool;
		break;
	case IPC_CONN_CLOSE: {
		const struct ipc_conn_close *m = body;
		uint8_t alert[2] = { m->level, m->alert };

		d->closed = true;
		d->closed_conn = m->conn;
		d->alert = m->alert;
		if (m->how == IPC_CLOSE_ALERT && d->net != NULL)
			wire(d, TLS_CT_ALERT, alert, 2);
		break;
	}
	case IPC_CFG_LISTENER:
		d->cfg_listeners++;
		d->listener_id = ((const struct ipc_cfg_listener *)body)->id;
		break;
	case IPC_CFG_POOL: d->pool_id = ((const struct ipc_cfg_pool *)body)->id; break;
	case IPC_CFG_SERVER: d->cfg_servers++; break;
	case IPC_CFG_COMMIT: {
		struct ipc_cfg_result r = { .generation = ((const struct ipc_cfg_begin *)body)->generation };

		if (d->refuse_cfg) {
			r.status = INT32_MIN; /* not an errno at all */
			strcpy(r.text, "not\n\"today\"\xff");
		}
		say(d, IPC_CFG_RESULT, &r, sizeof(r), NULL, 0);
		break;
	}
	default: break;
	}
}

/* Takes one message, acts on it. False when time is up. */
static bool
receive(struct dp *d, uint64_t until)
{
	for (;;) {
		int rc = chan_recv(&d->end.rx, d->msg, sizeof(d->msg), &d->type, &d->len);
		struct pollfd p = { .fd = d->end.rx.doorbell, .events = POLLIN };
		uint32_t data;

		assert_true(rc >= 0);
		if (rc == 1) {
			assert_int_equal(ipc_check(d->type, d->msg, d->len, &data), 0);
			act(d);
			return true;
		}
		if (now_ms() >= until)
			return false;
		if (chan_sleep(&d->end.rx))
			poll(&p, 1, (int)(until - now_ms()));
		chan_wake(&d->end.rx);
	}
}

static void
receive_until(struct dp *d, uint16_t type)
{
	uint64_t until = now_ms() + WAIT_MS;

	do {
		assert_true(receive(d, until));
	} while (d->type != type);
}

/* ---- the client ---- */

static void
open_conn(struct dp *d, SSL_CTX *ctx, SSL_SESSION *session, uint32_t index)
{
	struct ipc_conn_open m = { .listener = d->listener_id, .peer = { .family = 4, .port = 50000, .ip = { 198, 18, 0, 2 } },
		.local = { .family = 4, .port = 443, .ip = { 198, 18, 0, 1 } } };

	m.conn = d->conn = index | 7ull << 32;
	d->epoch = 0;
	d->in_len = 0;
	d->ready = d->closed = false;
	memset(&d->rd, 0, sizeof(d->rd));
	memset(&d->wr, 0, sizeof(d->wr));
	d->ssl = client_open(ctx, &d->net);
	if (session != NULL)
		SSL_set_session(d->ssl, session);
	say(d, IPC_CONN_OPEN, &m, sizeof(m), NULL, 0);
}

static void
close_conn(struct dp *d)
{
	struct ipc_conn_closed m = { .conn = d->conn, .reason = IPC_CLOSED_NORMAL, .alert_sent = 255, .alert_received = 255 };

	say(d, IPC_CONN_CLOSED, &m, sizeof(m), NULL, 0);
	SSL_shutdown(d->ssl);
	SSL_free(d->ssl);
	BIO_free(d->net);
	d->ssl = NULL;
	d->net = NULL;
}

/* Hands the client's records over; after a CCS the dataplane reads no further until it has the key. */
static void
feed(struct dp *d)
{
	int got = BIO_read(d->net, d->in + d->in_len, (int)(sizeof(d->in) - d->in_len));
	size_t at = 0;

	d->in_len += got > 0 ? (size_t)got : 0;
	while (d->in_len - at >= 5) {
		size_t len = (size_t)d->in[at + 3] << 8 | d->in[at + 4];
		struct ipc_record_in m = { .conn = d->conn, .type = d->in[at], .epoch = d->epoch, .version = 0x0303 };
		uint8_t plain[20000];

		if (d->in_len - at < 5 + len)
			break;
		if (d->epoch == 1 && !d->rd.on && !d->rd_next.on)
			break;
		if (d->epoch == 1 && !d->rd.on) {
			d->rd = d->rd_next;
			memset(&d->rd_next, 0, sizeof(d->rd_next));
		}
		m.bytes = (uint32_t)peer_open_record(&d->rd, m.type, d->in + at + 5, len, plain);
		say(d, IPC_RECORD_IN, &m, sizeof(m), plain, m.bytes);
		if (m.type == TLS_CT_CCS)
			d->epoch++;
		at += 5 + len;
	}
	memmove(d->in, d->in + at, d->in_len - at);
	d->in_len -= at;
}

static bool
shake(struct dp *d)
{
	uint64_t until = now_ms() + WAIT_MS;

	for (;;) {
		int rc = SSL_do_handshake(d->ssl);

		feed(d);
		if (d->closed || (rc == 1 && d->ready))
			break;
		if (!receive(d, until))
			return false;
	}
	SSL_do_handshake(d->ssl);
	return SSL_is_init_finished(d->ssl) && d->ready;
}

/* ---- cases ---- */

/* A request to the management socket; the answer's JSON, or its text in *text when that is asked for. */
static json_t *
ask(struct dp *d, const char *method, const char *path, int want, char **text)
{
	char sock[160], err[256], *body;
	json_t *j;

	snprintf(sock, sizeof(sock), "%s/manage.sock", d->dir);
	assert_int_equal(http_request(sock, method, path, &body, err, sizeof(err)), want);
	if (text != NULL) {
		*text = body;
		return NULL;
	}
	j = json_loads(body, 0, NULL);
	assert_non_null(j);
	free(body);
	return j;
}

static void
sends_its_configuration_and_completes_handshakes(void **state)
{
	struct dp *d = *state;
	SSL_CTX *ctx = client_ctx("AES128-GCM-SHA256:AES128-SHA");
	SSL_SESSION *session;

	attach(d, 0);
	receive_until(d, IPC_CFG_COMMIT);
	assert_int_equal(d->cfg_listeners, 1);
	assert_int_equal(d->cfg_servers, 2);
	open_conn(d, ctx, NULL, 1);
	assert_true(shake(d));
	assert_int_equal(d->ready_pool, d->pool_id);
	session = SSL_get1_session(d->ssl);
	close_conn(d);
	open_conn(d, ctx, session, 1 + 1);
	assert_true(shake(d));
	assert_true(SSL_session_reused(d->ssl));
	close_conn(d);
	SSL_SESSION_free(session);
	SSL_CTX_free(ctx);
}

static void
sessions_survive_a_dataplane_that_comes_back(void **state)
{
	struct dp *d = *state;
	SSL_CTX *ctx = client_ctx("AES128-SHA256");
	SSL_SESSION *session;

	open_conn(d, ctx, NULL, 5);
	assert_true(shake(d));
	session = SSL_get1_session(d->ssl);
	SSL_shutdown(d->ssl);
	SSL_free(d->ssl);
	BIO_free(d->net);
	d->net = NULL;
	detach(d);
	attach(d, 0);
	receive_until(d, IPC_CFG_COMMIT);
	open_conn(d, ctx, session, 5);
	assert_true(shake(d));
	assert_true(SSL_session_reused(d->ssl));
	close_conn(d);
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

	say(d, IPC_RECORD_IN, &bad, sizeof(bad), NULL, 0);
	p = (struct pollfd){ .fd = d->sock, .events = POLLIN };
	assert_int_equal(poll(&p, 1, WAIT_MS), 1);
	assert_int_equal(recv(d->sock, &byte, 1, 0), 0);
	detach(d);
	attach(d, 0);
	receive_until(d, IPC_CFG_COMMIT);
}

static void
ends_a_handshake_that_takes_too_long(void **state)
{
	struct dp *d = *state;
	SSL_CTX *ctx = client_ctx("AES128-SHA");

	open_conn(d, ctx, NULL, 9);
	receive_until(d, IPC_CONN_CLOSE);
	assert_int_equal(d->alert, 90);
	close_conn(d);
	SSL_CTX_free(ctx);
}

/* A hundred and twenty server flights are more than the ring holds, and nobody reads it meanwhile. */
static void
a_full_ring_loses_nothing(void **state)
{
	struct dp *d = *state;
	SSL_CTX *ctx = client_ctx("AES128-SHA");
	bool got[128] = { false };
	uint8_t hello[1024];
	uint64_t until = now_ms() + WAIT_MS;
	unsigned flights = 0;
	int n;

	open_conn(d, ctx, NULL, 1);
	SSL_do_handshake(d->ssl);
	n = BIO_read(d->net, hello, sizeof(hello));
	assert_true(n > 5);
	for (uint32_t i = 2; i < 122; i++) {
		struct ipc_conn_open open = { .conn = i | 7ull << 32, .listener = d->listener_id, .peer = { .family = 4 }, .local = { .family = 4 } };
		struct ipc_record_in rec = { .conn = open.conn, .type = 22, .version = 0x0301, .bytes = (uint32_t)n - 5 };

		say(d, IPC_CONN_OPEN, &open, sizeof(open), NULL, 0);
		say(d, IPC_RECORD_IN, &rec, sizeof(rec), hello + 5, (size_t)n - 5);
	}
	json_decref(ask(d, "GET", "/stats", 200, NULL)); /* by now its ring is full, or the messages are still to be taken */
	while (flights < 120) {
		int rc = chan_recv(&d->end.rx, d->msg, sizeof(d->msg), &d->type, &d->len);

		assert_true(rc >= 0 && now_ms() < until);
		if (rc == 0 || d->type != IPC_RECORDS_SEND)
			continue;
		n = (int)((const struct ipc_records_send *)d->msg)->conn;
		assert_true(n >= 2 && n < 122 && !got[n]);
		got[n] = true;
		flights++;
	}
	for (uint32_t i = 2; i < 122; i++) {
		struct ipc_conn_closed m = { .conn = i | 7ull << 32, .reason = IPC_CLOSED_PEER_RESET };

		say(d, IPC_CONN_CLOSED, &m, sizeof(m), NULL, 0);
	}
	close_conn(d);
	SSL_CTX_free(ctx);
}

static void
stale_handles_do_no_harm(void **state)
{
	struct dp *d = *state;
	struct ipc_record_in r = { .conn = 3 | 99ull << 32, .type = 22, .bytes = 4 };
	struct ipc_conn_closed c = { .conn = 3 | 99ull << 32, .reason = IPC_CLOSED_NORMAL };
	SSL_CTX *ctx = client_ctx("AES256-GCM-SHA384");

	say(d, IPC_RECORD_IN, &r, sizeof(r), "\x01\0\0\0", 4);
	say(d, IPC_CONN_CLOSED, &c, sizeof(c), NULL, 0);
	open_conn(d, ctx, NULL, 3);
	assert_true(shake(d));
	close_conn(d);
	SSL_CTX_free(ctx);
}

static void
with_a_card_keys_and_all_work_go_there(void **state)
{
	struct dp *d = *state;
	SSL_CTX *ctx = client_ctx("AES128-GCM-SHA256");

	detach(d);
	attach(d, 16);
	receive_until(d, IPC_KEY_LOAD);
	d->pka_do_ourselves = true;
	d->pka_rsa = d->pka_prf = 0;
	open_conn(d, ctx, NULL, 11);
	assert_true(shake(d));
	assert_int_equal(d->pka_rsa, 1);
	assert_int_equal(d->pka_prf, 4);
	close_conn(d);
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
		open_conn(d, ctx, NULL, 20 + i);
		assert_true(shake(d));
		close_conn(d);
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
	open_conn(d, ctx, NULL, 30);
	assert_true(shake(d));
	session = SSL_get1_session(d->ssl);
	close_conn(d);
	d->hold_pka = true;
	open_conn(d, ctx, session, 31);
	assert_true(shake(d)); /* three PRFs, each after 300 ms: within the listener's 1.5 s */
	close_conn(d);
	d->hold_pka = false;
	SSL_SESSION_free(session);
	SSL_CTX_free(ctx);
}

static void
loads_its_keys_again_after_a_device_reset(void **state)
{
	struct dp *d = *state;
	struct ipc_device_reset r = { .key_slots = 16 };
	unsigned before = d->key_loads;

	say(d, IPC_DEVICE_RESET, &r, sizeof(r), NULL, 0);
	receive_until(d, IPC_KEY_LOAD);
	assert_int_equal(d->key_loads, before + 1);
}

static void
reload_applies_a_good_file_and_ignores_a_bad_one(void **state)
{
	struct dp *d = *state;
	SSL_CTX *ctx = client_ctx("AES128-SHA");

	write_config(d, "nonsense: 1\n");
	kill(d->cp, SIGHUP);
	open_conn(d, ctx, NULL, 40);
	assert_true(shake(d)); /* the old configuration goes on */
	close_conn(d);
	write_config(d, "limits: {control_wait_ms: 777}\n");
	kill(d->cp, SIGHUP);
	receive_until(d, IPC_CFG_LIMITS);
	assert_int_equal(((const struct ipc_cfg_limits *)d->msg)->control_wait_ms, 777);
	receive_until(d, IPC_CFG_COMMIT);
	open_conn(d, ctx, NULL, 41);
	assert_true(shake(d));
	close_conn(d);
	SSL_CTX_free(ctx);
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

	open_conn(d, ctx, NULL, 50);
	assert_true(shake(d));
	j = ask(d, "GET", "/stats", 200, NULL);
	assert_true(json_is_true(json_object_get(j, "attached")));
	assert_true(json_integer_value(json_object_get(json_object_get(j, "control"), "handshakes_full")) > 0);
	json_decref(j);
	j = ask(d, "GET", "/connections", 200, NULL);
	assert_int_equal(json_integer_value(json_object_get(j, "total")), 1);
	assert_string_equal(json_string_value(json_object_get(json_array_get(json_object_get(j, "connections"), 0), "state")), "connected");
	json_decref(j);
	j = ask(d, "GET", "/listeners", 200, NULL);
	assert_int_equal(json_array_size(json_object_get(j, "listeners")), 1);
	json_decref(j);
	json_decref(ask(d, "GET", "/engines", 200, NULL));
	json_decref(ask(d, "GET", "/nothing", 404, NULL));
	json_decref(ask(d, "POST", "/stats", 404, NULL));
	json_decref(ask(d, "DELETE", "/stats", 405, NULL));
	ask(d, "GET", "/metrics", 200, &text);
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
	ask(d, "GET", "/sessions", 200, &text);
	assert_non_null(strstr(text, "id_hash"));
	assert_null(strstr(text, raw_id));
	assert_null(strstr(text, master_hex));
	free(text);
	close_conn(d);
	SSL_CTX_free(ctx);
}

static void
a_configuration_that_the_dataplane_refuses_changes_nothing(void **state)
{
	struct dp *d = *state;
	SSL_CTX *ctx = client_ctx("AES128-SHA");
	uint64_t until = now_ms() + WAIT_MS;
	bool told = false;
	json_t *j;

	write_config(d, "limits: {control_wait_ms: 888}\n");
	d->refuse_cfg = true;
	json_decref(ask(d, "POST", "/reload", 200, NULL));
	receive_until(d, IPC_CFG_COMMIT);
	d->refuse_cfg = false;
	while (!told && now_ms() < until) {
		j = ask(d, "GET", "/listeners", 200, NULL);
		told = json_string_length(json_object_get(j, "refused")) != 0;
		if (told)
			assert_string_equal(json_string_value(json_object_get(j, "refused")), "not??today??");
		json_decref(j);
	}
	assert_true(told);
	open_conn(d, ctx, NULL, 55);
	assert_true(shake(d));
	close_conn(d);
	write_config(d, "nonsense: 1\n");
	j = ask(d, "POST", "/reload", 409, NULL);
	assert_non_null(strstr(json_string_value(json_object_get(j, "error")), "nonsense"));
	json_decref(j);
	SSL_CTX_free(ctx);
}

/* The number of /stats under "control". */
static json_int_t
stat_of(struct dp *d, const char *name)
{
	json_t *j = ask(d, "GET", "/stats", 200, NULL);
	json_int_t n = json_integer_value(json_object_get(json_object_get(j, "control"), name));

	json_decref(j);
	return n;
}

/* Its connections are gone with it: their work on the card must not keep the threads from those of the next one. */
static void
work_of_a_lost_dataplane_is_not_redone(void **state)
{
	struct dp *d = *state;
	SSL_CTX *ctx = client_ctx("AES128-GCM-SHA256");
	json_int_t before;

	detach(d);
	attach(d, 16);
	receive_until(d, IPC_KEY_LOAD);
	before = stat_of(d, "rsa_software");
	d->hold_pka = true;
	d->pka_rsa = 0;
	open_conn(d, ctx, NULL, 70);
	while (d->pka_rsa == 0) {
		SSL_do_handshake(d->ssl);
		feed(d);
		assert_true(receive(d, now_ms() + WAIT_MS));
	}
	d->hold_pka = false;
	SSL_free(d->ssl);
	BIO_free(d->net);
	detach(d);
	attach(d, 0);
	receive_until(d, IPC_CFG_COMMIT);
	open_conn(d, ctx, NULL, 70);
	assert_true(shake(d));
	close_conn(d);
	assert_int_equal(stat_of(d, "rsa_software"), before + 1);
	assert_int_equal(stat_of(d, "operations_in_flight"), 0);
	SSL_CTX_free(ctx);
}

/*
 * A dataplane that does not take its messages loses the attachment: leaving one message out would let what follows it (a Finished,
 * the word that data may flow) go without the keys before it.
 */
static void
a_dataplane_that_does_not_read_is_left(void **state)
{
	struct dp *d = *state;
	SSL_CTX *ctx = client_ctx("AES128-SHA");
	uint64_t until = now_ms() + WAIT_MS;
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
	for (uint64_t gen = 1; now_ms() < until; gen++) {
		struct ipc_conn_open open = { .conn = 80 | gen << 32, .listener = d->listener_id, .peer = { .family = 4 },
			.local = { .family = 4 } };
		struct ipc_record_in rec = { .conn = open.conn, .type = 22, .version = 0x0301, .bytes = (uint32_t)n - 5 };
		struct ipc_conn_closed closed = { .conn = open.conn, .reason = IPC_CLOSED_PEER_RESET };

		while (chan_space(&d->end.tx) < 4096 && poll(&p, 1, 1) == 0)
			;
		if (poll(&p, 1, 0) == 1)
			break;
		say(d, IPC_CONN_OPEN, &open, sizeof(open), NULL, 0);
		say(d, IPC_RECORD_IN, &rec, sizeof(rec), hello + 5, (size_t)n - 5);
		say(d, IPC_CONN_CLOSED, &closed, sizeof(closed), NULL, 0);
	}
	assert_int_equal(poll(&p, 1, 0), 1);
	assert_int_equal(recv(d->sock, &byte, 1, 0), 0);
	SSL_free(ssl);
	BIO_free(net);
	detach(d);
	attach(d, 0);
	receive_until(d, IPC_CFG_COMMIT);
	open_conn(d, ctx, NULL, 81);
	assert_true(shake(d));
	close_conn(d);
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
	write_config(d, "");
	snprintf(cmd, sizeof(cmd), "touch %s && sed s,%s/manage.sock,%s, %s/sluice.yaml > %s", file, d->dir, file, d->dir, yaml);
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
	struct ipc_conn_open m = { .listener = d->listener_id, .peer = { .family = 4 }, .local = { .family = 4 } };

	write_config(d, "limits: {max_handshakes: 2}\n");
	kill(d->cp, SIGHUP);
	receive_until(d, IPC_CFG_COMMIT);
	d->net = NULL;
	for (uint32_t i = 0; i < 3; i++) {
		m.conn = (40 + i) | 9ull << 32;
		say(d, IPC_CONN_OPEN, &m, sizeof(m), NULL, 0);
	}
	receive_until(d, IPC_CONN_CLOSE);
	assert_true(d->closed_conn == (40 | 9ull << 32));
	assert_int_equal(d->alert, 90);
}

static void
a_connection_of_no_listener_is_reset(void **state)
{
	struct dp *d = *state;
	struct ipc_conn_open m = { .conn = 60 | 9ull << 32, .listener = d->listener_id + 1, .peer = { .family = 4 }, .local = { .family = 4 } };

	say(d, IPC_CONN_OPEN, &m, sizeof(m), NULL, 0);
	receive_until(d, IPC_CONN_CLOSE);
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
		{ "stats", "dataplane attached" }, { "engines", "record engine" }, { "connections", "connections, " }, { "sessions", "sessions of" },
		{ "listeners", "198.18.0.1:443" },
	};
	struct dp *d = *state;
	char out[16384], args[200];

	for (unsigned i = 0; i < 5; i++) {
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
	write_config(d, "");
	snprintf(args, sizeof(args), "check %s/sluice.yaml", d->dir);
	assert_int_equal(ctl(d, args, out, sizeof(out)), 0);
	assert_int_equal(ctl(d, "reload", out, sizeof(out)), 0);
	write_config(d, "nonsense: 1\n");
	assert_int_equal(ctl(d, args, out, sizeof(out)), 1);
	assert_non_null(strstr(out, "sluice.yaml:17: nonsense: expected"));
	assert_int_equal(ctl(d, "reload", out, sizeof(out)), 1);
	assert_non_null(strstr(out, "nonsense"));
	assert_int_equal(ctl(d, "show nothing", out, sizeof(out)), 2);
	assert_int_equal(ctl(d, "--socket /nonexistent show stats", out, sizeof(out)), 1);
	assert_non_null(strstr(out, "/nonexistent: cannot reach sluice-cp"));
}

/* What the kernel says of each thread: no capability, no new privileges, a filter on its system calls. */
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
			found += strcmp(line, "CapEff:\t0000000000000000\n") == 0 || strcmp(line, "CapPrm:\t0000000000000000\n") == 0 ||
				 strcmp(line, "NoNewPrivs:\t1\n") == 0 || strcmp(line, "Seccomp:\t2\n") == 0;
		fclose(f);
		assert_int_equal(found, 4);
		threads++;
	}
	closedir(tasks);
	assert_true(threads >= 2); /* the loop's and the pool's */
}

static struct dp wish; /* what main() was told, for start() */

static int
start_wish(void **state)
{
	*state = &wish;
	return start(state);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sends_its_configuration_and_completes_handshakes),
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
		cmocka_unit_test(management_answers_and_tells_no_secret),
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
	return cmocka_run_group_tests(tests, start_wish, stop);
}
