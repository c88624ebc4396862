/*
 * sluice-cp as a process, in its sandbox, with a libssl client and an OCSP responder on loopback:
 * staples, client certificates, CRLs that change, and certificate files replaced by garbage.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/ssl.h>

#include "control/cert/ocsp.h"
#include "tests/unit/control/cert/responder.h"
#include "tests/unit/control/dp_peer.h"

#define SERVER 5
#define CLIENT 6

struct world {
	struct dp *d;
	struct pki_cert root, inter, server, client, late, stranger, strange;
	int64_t now;
	/* the responder has a loop and a thread of its own; what it shall do is told under the lock */
	uv_loop_t loop;
	uv_async_t stop;
	pthread_t thread;
	struct responder r;
	struct pki_ocsp about_client;
	unsigned conn;
};

/* a test program has one world, for set-up and cases alike */
static struct world world;
static struct dp wish;

static void *
respond(void *arg)
{
	struct world *w = arg;

	uv_run(&w->loop, UV_RUN_DEFAULT);
	return NULL;
}

static void
on_stop(uv_async_t *a)
{
	struct world *w = a->data;

	uv_close((uv_handle_t *)a, NULL);
	responder_close(&w->r);
}

static void
start_responder(struct world *w, const struct pki_cert *about, int status)
{
	uv_loop_init(&w->loop);
	uv_async_init(&w->loop, &w->stop, on_stop);
	w->stop.data = w;
	responder_open(&w->r, &w->loop);
	w->r.answer = (struct pki_ocsp){ .of = about, .issuer = &w->inter, .status = status,
		.this_update = w->now - 60, .next_update = w->now + 3600 };
	assert_int_equal(pthread_create(&w->thread, NULL, respond, w), 0);
}

static void
stop_responder(struct world *w)
{
	uv_async_send(&w->stop);
	pthread_join(w->thread, NULL);
	assert_int_equal(uv_loop_close(&w->loop), 0);
}

/* ---- files and configuration ---- */

static const char *
in_dir(struct world *w, const char *name)
{
	return pki_path(w->d->dir, name);
}

static void
write_crl(struct world *w, long serial)
{
	X509_CRL *crl = pki_crl(
		&w->inter, w->now - 60, w->now + PKI_DAY, &serial, serial != 0 ? 1 : 0);

	pki_write_crl(in_dir(w, "new.crl"), crl);
	assert_int_equal(rename(in_dir(w, "new.crl"), in_dir(w, "crl")), 0);
	X509_CRL_free(crl);
}

static void
write_config(struct world *w, const char *staple, const char *auth)
{
	const char *dir = w->d->dir;
	FILE *f = fopen(in_dir(w, "sluice.yaml"), "w");

	fprintf(f,
		"dataplane: {socket: %s/dp.sock}\nmanagement: {socket: %s/manage.sock}\n"
		"device: {kek: %s/kek, timeout_ms: 300}\n"
		"interfaces:\n  - {name: outside, port: 0, address: 198.18.0.1/24}\n"
		"  - {name: inside, port: 1, address: 198.19.0.1/24}\n"
		"listeners:\n  - name: https\n    address: 198.18.0.1\n    port: 443\n    pool: web\n"
		"    certificates: [{chain: %s/s.pem, key: %s/s.key%s%s%s}]\n%s%s%s"
		"pools:\n  - name: web\n    proxy_protocol: v2\n"
		"    servers: [{address: 198.19.0.2, port: 80}]\n",
		dir, dir, dir, dir, dir, staple[0] != '\0' ? ", staple: {" : "", staple,
		staple[0] != '\0' ? "}" : "", auth[0] != '\0' ? "    client_auth: {" : "", auth,
		auth[0] != '\0' ? "}\n" : "");
	fclose(f);
}

/* A new configuration, in force when this returns. */
static void
reload(struct world *w, const char *staple, const char *auth)
{
	char *text;

	write_config(w, staple, auth);
	dp_ask(w->d, "POST", "/reload", 200, &text);
	free(text);
	dp_receive_until(w->d, IPC_CFG_COMMIT);
	/* the answer to it comes before whatever is said next */
}

static int
open_world(void **state)
{
	struct world *w = &world;

	*state = &wish;
	if (dp_start(state) != 0)
		return -1;
	memset(w, 0, sizeof(*w));
	w->d = *state;
	w->now = (int64_t)time(NULL);
	w->root = pki_make(&(struct pki_spec){ .cn = "root", .ca = true, .now = w->now }, NULL);
	w->inter = pki_make(
		&(struct pki_spec){ .cn = "intermediate", .ca = true, .now = w->now }, &w->root);
	w->server = pki_make(&(struct pki_spec){ .san = "DNS:a.test", .key = "rsa:2048",
		.serial = SERVER, .now = w->now }, &w->inter);
	w->client = pki_make(&(struct pki_spec){ .cn = "joe", .san = "email:joe@a.test",
		.serial = CLIENT, .now = w->now }, &w->inter);
	w->late = pki_make(&(struct pki_spec){ .cn = "late", .from = -9 * PKI_DAY, .to = -PKI_DAY,
		.now = w->now }, &w->inter);
	w->stranger = pki_make(
		&(struct pki_spec){ .cn = "stranger", .ca = true, .now = w->now }, NULL);
	w->strange = pki_make(&(struct pki_spec){ .cn = "joe", .now = w->now }, &w->stranger);
	pki_write_certs(in_dir(w, "s.pem"), &w->server, &w->inter, NULL);
	pki_write_key(in_dir(w, "s.key"), w->server.key, 0600);
	pki_write_certs(in_dir(w, "ca.pem"), &w->root, NULL);
	write_crl(w, 0);
	dp_attach(w->d, 0);
	dp_receive_until(w->d, IPC_CFG_COMMIT);
	*state = w;
	return 0;
}

static int
close_world(void **state)
{
	struct world *w = *state;
	void *d = w->d;

	pki_free(&w->root);
	pki_free(&w->inter);
	pki_free(&w->server);
	pki_free(&w->client);
	pki_free(&w->late);
	pki_free(&w->stranger);
	pki_free(&w->strange);
	return dp_stop(&d);
}

/* ---- clients ---- */

struct seen { /* what a connection came to */
	bool ready;
	uint8_t alert; /* that it was closed with */
	enum ocsp_state staple;
	bool stapled;
};

/* who: the client's certificate, sent with the intermediate; NULL: none. */
static struct seen
connect_as(struct world *w, const struct pki_cert *who)
{
	SSL_CTX *ctx = client_ctx("ECDHE-RSA-AES128-GCM-SHA256");
	struct seen seen = { .staple = OCSP_S_BAD };
	const uint8_t *der;
	struct ocsp_result r;
	long n;

	SSL_CTX_set_tlsext_status_type(ctx, TLSEXT_STATUSTYPE_ocsp);
	if (who != NULL) {
		assert_int_equal(SSL_CTX_use_certificate(ctx, who->x), 1);
		assert_int_equal(SSL_CTX_use_PrivateKey(ctx, who->key), 1);
		assert_int_equal(SSL_CTX_add1_chain_cert(ctx, w->inter.x), 1);
	}
	dp_open_conn(w->d, ctx, NULL, w->conn++ % 50);
	seen.ready = dp_shake(w->d);
	seen.alert = w->d->closed ? w->d->alert : 0;
	n = SSL_get_tlsext_status_ocsp_resp(w->d->ssl, &der);
	if (n > 0) {
		seen.stapled = true;
		ocsp_check(der, (size_t)n, w->server.x, w->inter.x, w->now, &r);
		seen.staple = r.state;
	}
	dp_close_conn(w->d);
	SSL_CTX_free(ctx);
	return seen;
}

static void
expect_alert(struct world *w, const struct pki_cert *who, uint8_t alert)
{
	struct seen s = connect_as(w, who);

	assert_false(s.ready);
	assert_int_equal(s.alert, alert);
}

/* Connections, until one has what is wanted; nobody knows when a responder answers. */
static void
connect_until_stapled(struct world *w, enum ocsp_state want)
{
	uint64_t until = dp_now_ms() + WAIT_MS;
	struct seen s;

	do {
		assert_true(dp_now_ms() < until);
		s = connect_as(w, NULL);
		assert_true(s.ready); /* with a staple or without, at once */
	} while (!s.stapled || s.staple != want);
}

/* ---- cases ---- */

static void
staples_what_a_responder_says(void **state)
{
	struct world *w = *state;
	char staple[160];

	reload(w, "", "");
	assert_false(connect_as(w, NULL).stapled);
	start_responder(w, &w->server, V_OCSP_CERTSTATUS_GOOD);
	snprintf(staple, sizeof(staple), "ocsp: true, responder: \"%s\"", w->r.url);
	reload(w, staple, "");
	connect_until_stapled(w, OCSP_S_GOOD);
	stop_responder(w);
	/* the responder has gone; a reload keeps what is there */
	reload(w, staple, "");
	assert_true(connect_as(w, NULL).stapled);
}

static void
staples_from_a_file(void **state)
{
	struct world *w = *state;
	struct pki_ocsp o = { .of = &w->server, .issuer = &w->inter, .this_update = w->now - 60,
		.next_update = w->now + 3600, .status = V_OCSP_CERTSTATUS_REVOKED };
	char staple[160];
	uint8_t *der;
	size_t n;

	der = pki_ocsp_response(&o, &n);
	pki_write(in_dir(w, "staple.der"), der, n);
	OPENSSL_free(der);
	snprintf(staple, sizeof(staple), "file: %s", in_dir(w, "staple.der"));
	reload(w, staple, "");
	connect_until_stapled(w, OCSP_S_REVOKED); /* the truth, whatever it is */
}

static void
each_fault_of_a_client_has_its_alert(void **state)
{
	struct world *w = *state;
	char auth[256];

	snprintf(auth, sizeof(auth), "mode: require, ca: %s, crl: [%s]", in_dir(w, "ca.pem"),
		in_dir(w, "crl"));
	reload(w, "", auth);
	assert_true(connect_as(w, &w->client).ready);
	expect_alert(w, NULL, 40); /* handshake_failure, RFC 5246 7.4.6 */
	expect_alert(w, &w->strange, 48); /* unknown_ca */
	expect_alert(w, &w->late, 45); /* certificate_expired */
	write_crl(w, CLIENT);
	reload(w, "", auth);
	expect_alert(w, &w->client, 44); /* certificate_revoked */
	write_crl(w, 0);
	snprintf(auth, sizeof(auth), "mode: require, ca: %s, allow: [\"CN=jane\"]",
		in_dir(w, "ca.pem"));
	reload(w, "", auth);
	expect_alert(w, &w->client, 49); /* access_denied */
}

static void
a_crl_that_changes_is_followed_without_a_reload(void **state)
{
	struct world *w = *state;
	uint64_t until = dp_now_ms() + WAIT_MS;
	struct seen s;
	char auth[256];

	snprintf(auth, sizeof(auth), "mode: require, ca: %s, crl: [%s]", in_dir(w, "ca.pem"),
		in_dir(w, "crl"));
	reload(w, "", auth);
	assert_true(connect_as(w, &w->client).ready);
	pki_write(in_dir(w, "crl"), "garbage", 7);
	assert_true(connect_as(w, &w->client).ready);
	write_crl(w, CLIENT);
	do {
		assert_true(dp_now_ms() < until);
		s = connect_as(w, &w->client);
	} while (s.ready);
	assert_int_equal(s.alert, 44);
	write_crl(w, 0);
}

static void
clients_are_asked_about_at_their_responder(void **state)
{
	struct world *w = *state;
	static const char *const modes[] = { "soft", "hard" };
	char auth[320];

	for (unsigned i = 0; i < 2; i++) {
		start_responder(w, &w->client, V_OCSP_CERTSTATUS_REVOKED);
		snprintf(auth, sizeof(auth),
			"mode: require, ca: %s, ocsp: {mode: %s, responder: \"%s\"}",
			in_dir(w, "ca.pem"), modes[i], w->r.url);
		if (i == 0) { /* gone before anyone asks */
			stop_responder(w);
			reload(w, "", auth);
			assert_true(connect_as(w, &w->client).ready);
			continue;
		}
		reload(w, "", auth);
		/* the failure of before is remembered for a certificate, for a while */
		expect_alert(w, &w->client, 46); /* certificate_unknown */
		assert_int_equal(w->r.requests, 0);
		stop_responder(w);
	}
}

static void
a_revoked_client_is_refused(void **state)
{
	struct world *w = *state;
	struct pki_cert other = pki_make(
		&(struct pki_spec){ .cn = "other", .serial = 9, .now = w->now }, &w->inter);
	char auth[320];

	start_responder(w, &other, V_OCSP_CERTSTATUS_REVOKED);
	snprintf(auth, sizeof(auth), "mode: require, ca: %s, ocsp: {mode: soft, responder: \"%s\"}",
		in_dir(w, "ca.pem"), w->r.url);
	reload(w, "", auth);
	expect_alert(w, &other, 44);
	stop_responder(w);
	assert_int_equal(w->r.requests, 1);
	pki_free(&other);
}

/* The header that goes to the pool names who was verified. */
static void
the_servers_behind_are_told(void **state)
{
	struct world *w = *state;
	const struct ipc_conn_ready *m;
	SSL_CTX *ctx = client_ctx("ECDHE-RSA-AES128-GCM-SHA256");
	uint64_t until = dp_now_ms() + WAIT_MS;
	char auth[256];
	const uint8_t *head;

	snprintf(auth, sizeof(auth), "mode: require, ca: %s", in_dir(w, "ca.pem"));
	reload(w, "", auth);
	SSL_CTX_use_certificate(ctx, w->client.x);
	SSL_CTX_use_PrivateKey(ctx, w->client.key);
	SSL_CTX_add1_chain_cert(ctx, w->inter.x);
	dp_open_conn(w->d, ctx, NULL, w->conn++ % 50);
	while (!w->d->ready) {
		SSL_do_handshake(w->d->ssl);
		dp_feed(w->d);
		assert_true(dp_receive(w->d, until));
	}
	m = (const struct ipc_conn_ready *)w->d->msg;
	head = w->d->msg + sizeof(*m);
	assert_int_equal(w->d->type, IPC_CONN_READY);
	assert_true(m->bytes > 100);
	assert_memory_equal(head, "\r\n\r\n\0\r\nQUIT\n\x21\x11", 14);
	assert_memory_equal(head + 16, "\xc6\x12\0\2\xc6\x12\0\1", 8); /* 198.18.0.2 to .1 */
	assert_non_null(memmem(head, m->bytes, "\xe0\0\6CN=joe", 9));
	assert_non_null(memmem(head, m->bytes, "\xe1\0\x10" "email:joe@a.test", 19));
	dp_close_conn(w->d);
	SSL_CTX_free(ctx);
}

static void
certificate_files_replaced_by_garbage(void **state)
{
	struct world *w = *state;
	char *text;

	reload(w, "", "");
	pki_write(in_dir(w, "s.pem"), "garbage", 7);
	assert_true(connect_as(w, NULL).ready); /* nobody looks at it */
	dp_ask(w->d, "POST", "/reload", 409, &text);
	assert_non_null(strstr(text, "s.pem: no PEM certificate in it"));
	free(text);
	assert_true(connect_as(w, NULL).ready); /* the old one goes on */
	pki_write_certs(in_dir(w, "s.pem"), &w->server, &w->inter, NULL);
	pki_write_key(in_dir(w, "s.key"), w->client.key, 0600);
	dp_ask(w->d, "POST", "/reload", 409, &text);
	assert_non_null(strstr(text, "s.key: this key does not belong to the certificate in"));
	free(text);
	assert_true(connect_as(w, NULL).ready);
	pki_write_key(in_dir(w, "s.key"), w->server.key, 0600);
	reload(w, "", "");
	assert_true(connect_as(w, NULL).ready);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(staples_what_a_responder_says),
		cmocka_unit_test(staples_from_a_file),
		cmocka_unit_test(each_fault_of_a_client_has_its_alert),
		cmocka_unit_test(a_crl_that_changes_is_followed_without_a_reload),
		cmocka_unit_test(clients_are_asked_about_at_their_responder),
		cmocka_unit_test(a_revoked_client_is_refused),
		cmocka_unit_test(the_servers_behind_are_told),
		cmocka_unit_test(certificate_files_replaced_by_garbage),
	};

	if (argc < 2) {
		fprintf(stderr, "usage: %s SLUICE-CP [OPTION]\n", argv[0]);
		return 2;
	}
	wish.binary = argv[1];
	wish.option = argc > 2 ? argv[2] : NULL;
	return cmocka_run_group_tests(tests, open_world, close_world);
}
