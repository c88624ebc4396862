/* The place of sluice-dp in a test; see dp_peer.h. */
#include "tests/unit/control/dp_peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/pem.h>

#include "common/wr.h"
#include "control/handshake/hs_digest.h"
#include "control/pka/pka_soft.h"
#include "control/sluicectl/http.h"

#define RING (1u << 16) /* the smallest: what does not fit must wait its turn */

uint64_t
dp_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- the process and its files ---- */

void
dp_write_config(struct dp *d, const char *extra)
{
	char file[200];
	FILE *f;

	snprintf(file, sizeof(file), "%s/sluice.yaml", d->dir);
	f = fopen(file, "w");
	assert_non_null(f);
	fprintf(f,
		"dataplane: {socket: %s/dp.sock}\nmanagement: {socket: %s/manage.sock}\ndevice: {kek: %s/kek, timeout_ms: 300}\n"
		"interfaces:\n  - {name: outside, port: 0, address: 198.18.0.1/24}\n  - {name: inside, port: 1, address: 198.19.0.1/24}\n"
		"listeners:\n  - name: https\n    address: 198.18.0.1\n    port: 443\n    profile: legacy\n    allow_insecure: true\n    tls: {renegotiation: server}\n    pool: web\n    handshake_timeout_ms: 1500\n"
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

int
dp_start(void **state)
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
	dp_write_config(d, "");
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

void
dp_detach(struct dp *d)
{
	if (d->sock >= 0)
		close(d->sock);
	d->sock = -1;
	chan_close(&d->chan);
}

int
dp_stop(void **state)
{
	struct dp *d = *state;
	char cmd[200];
	int status = 0;

	kill(d->cp, SIGTERM);
	waitpid(d->cp, &status, 0);
	dp_detach(d);
	close(d->listener);
	EVP_PKEY_free(d->key);
	snprintf(cmd, sizeof(cmd), "rm -r %s", d->dir);
	if (system(cmd) != 0)
		status = 1;
	free(d);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

/* ---- the channel ---- */

void
dp_attach(struct dp *d, uint32_t key_slots)
{
	struct ipc_hello hello = { .version = IPC_VERSION,
		.workers = 1,
		.engine = key_slots != 0 ? IPC_ENGINE_FPGA : IPC_ENGINE_SOFT,
		.key_slots = key_slots,
		.card = key_slots != 0 ? IPC_CARD_RSA2048 | IPC_CARD_PRF_SHA256 : 0,
		.max_conns = 256,
		.boot_id = 1 };
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

void
dp_say(struct dp *d, uint16_t type, const void *body, size_t body_len, const void *data,
	size_t data_len)
{
	assert_int_equal(chan_send(&d->end.tx, type, body, body_len, data, data_len), 0);
	chan_flush(&d->end.tx);
}

static void
wire(struct dp *d, uint8_t type, const uint8_t *data, size_t len)
{
	uint8_t rec[TLS_HDR_LEN + HS_REC_MAX];
	size_t n = hs_rec_seal(&d->wr, type, TLS_V_12, data, len, rec);

	assert_int_equal(BIO_write(d->net, rec, (int)n), (int)n);
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
		assert_int_equal(pka_soft_rsa_premaster(d->key, (uint16_t)m->param, data, m->bytes,
					 substitute, out),
			0);
	} else if (d->pka_do_ourselves) {
		done.bytes = m->param2;
		hs_prf_run(HS_PRF_SHA256, data, m->param, data + m->param, m->bytes - m->param, out,
			m->param2);
	}
	dp_say(d, IPC_PKA_DONE, &done, sizeof(done), out, done.bytes);
}

static void
on_keys(struct dp *d, const struct ipc_keys_set *m)
{
	uint8_t all[sizeof(m->mac_key) + sizeof(m->key) + sizeof(m->iv)];
	struct wr w = wr_init(all, sizeof(all));

	assert_true(m->conn == d->conn);
	wr_bytes(&w, m->mac_key, m->mac_key_len);
	wr_bytes(&w, m->key, m->key_len);
	wr_bytes(&w, m->iv, m->iv_len);
	hs_rec_key(m->dir == IPC_DIR_WRITE ? &d->wr : &d->rd_next, m, all);
}

/* What sluice-dp would do with a message. */
static void
act(struct dp *d)
{
	const uint8_t *data = d->msg + ipc_body_size(d->type, NULL);
	const void *body = d->msg;

	switch (d->type) {
	case IPC_RECORDS_SEND:
		wire(d, ((const struct ipc_records_send *)body)->type, data,
			((const struct ipc_records_send *)body)->bytes);
		break;
	case IPC_KEYS_SET: on_keys(d, body); break;
	case IPC_PKA_DO: on_pka(d, body, data); break;
	case IPC_KEY_LOAD: {
		struct ipc_pka_done done = { .id = ((const struct ipc_key_load *)body)->id };

		d->key_loads++;
		dp_say(d, IPC_PKA_DONE, &done, sizeof(done), NULL, 0);
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
		struct ipc_cfg_result r = {
			.generation = ((const struct ipc_cfg_begin *)body)->generation
		};

		if (d->refuse_cfg) {
			r.status = INT32_MIN; /* not an errno at all */
			strcpy(r.text, "not\n\"today\"\xff");
		}
		dp_say(d, IPC_CFG_RESULT, &r, sizeof(r), NULL, 0);
		break;
	}
	default: break;
	}
}

#define NAP_MS 5

/* Takes one message, acts on it. False when time is up. */
bool
dp_receive(struct dp *d, uint64_t until)
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
		if (dp_now_ms() >= until)
			return false;
		if (d->naps) {
			if (chan_nap(&d->end.rx))
				d->rung += poll(&p, 1, NAP_MS) == 1;
		} else if (chan_sleep(&d->end.rx))
			poll(&p, 1, (int)(until - dp_now_ms()));
		chan_wake(&d->end.rx);
	}
}

void
dp_receive_until(struct dp *d, uint16_t type)
{
	uint64_t until = dp_now_ms() + WAIT_MS;

	do {
		assert_true(dp_receive(d, until));
	} while (d->type != type);
}

/* ---- the client ---- */

void
dp_open_conn(struct dp *d, SSL_CTX *ctx, SSL_SESSION *session, uint32_t index)
{
	struct ipc_conn_open m = { .listener = d->listener_id,
		.peer = { .family = 4, .port = 50000, .ip = { 198, 18, 0, 2 } },
		.local = { .family = 4, .port = 443, .ip = { 198, 18, 0, 1 } } };

	m.conn = d->conn = index | 7ull << 32;
	d->epoch = 0;
	d->in_len = 0;
	d->ready = d->closed = false;
	hs_rec_drop(&d->rd);
	hs_rec_drop(&d->wr);
	d->ssl = client_open(ctx, &d->net);
	if (session != NULL)
		SSL_set_session(d->ssl, session);
	dp_say(d, IPC_CONN_OPEN, &m, sizeof(m), NULL, 0);
}

void
dp_close_conn(struct dp *d)
{
	struct ipc_conn_closed m = { .conn = d->conn,
		.reason = IPC_CLOSED_NORMAL,
		.alert_sent = 255,
		.alert_received = 255 };

	dp_say(d, IPC_CONN_CLOSED, &m, sizeof(m), NULL, 0);
	SSL_shutdown(d->ssl);
	SSL_free(d->ssl);
	BIO_free(d->net);
	d->ssl = NULL;
	d->net = NULL;
}

/*
 * Hands the client's records over; after a CCS the dataplane reads no further until it has the key.
 */
void
dp_feed(struct dp *d)
{
	int got = BIO_read(d->net, d->in + d->in_len, (int)(sizeof(d->in) - d->in_len));
	size_t at = 0;

	d->in_len += got > 0 ? (size_t)got : 0;
	while (d->in_len - at >= 5) {
		size_t len = (size_t)d->in[at + 3] << 8 | d->in[at + 4];
		struct ipc_record_in m = {
			.conn = d->conn, .type = d->in[at], .epoch = d->epoch, .version = 0x0303
		};
		uint8_t plain[HS_REC_MAX];
		size_t n;

		if (d->in_len - at < 5 + len)
			break;
		if (d->epoch == 1 && !d->rd.on && !d->rd_next.on)
			break;
		if (d->epoch == 1 && !d->rd.on) {
			d->rd = d->rd_next;
			memset(&d->rd_next, 0, sizeof(d->rd_next));
		}
		assert_int_equal(hs_rec_open(&d->rd, &m.type, d->in + at + 5, len, plain, &n), TLS_E_OK);
		m.bytes = (uint32_t)n;
		dp_say(d, IPC_RECORD_IN, &m, sizeof(m), plain, m.bytes);
		if (m.type == TLS_CT_CCS)
			d->epoch++;
		at += 5 + len;
	}
	memmove(d->in, d->in + at, d->in_len - at);
	d->in_len -= at;
}

bool
dp_shake(struct dp *d)
{
	uint64_t until = dp_now_ms() + WAIT_MS;

	for (;;) {
		int rc = SSL_do_handshake(d->ssl);

		dp_feed(d);
		if (d->closed || (rc == 1 && d->ready))
			break;
		if (!dp_receive(d, until))
			return false;
	}
	SSL_do_handshake(d->ssl);
	return SSL_is_init_finished(d->ssl) && d->ready;
}

/* ---- management ---- */

/*
 * A request to the management socket; the answer's JSON, or its text in *text when that is asked
 * for.
 */
json_t *
dp_ask(struct dp *d, const char *method, const char *path, int want, char **text)
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

/* The number of /stats under "control". */
json_int_t
dp_stat_of(struct dp *d, const char *name)
{
	json_t *j = dp_ask(d, "GET", "/stats", 200, NULL);
	json_int_t n = json_integer_value(json_object_get(json_object_get(j, "control"), name));

	json_decref(j);
	return n;
}
