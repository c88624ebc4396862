/*
 * What a client sends to a TLS 1.3 server, from any point of a handshake on: the first byte chooses
 * where (before it, between two hellos, before the client's certificate or Finished, in early data,
 * connected, asked for a certificate once more), the rest is a list of records (type, epoch, 16-bit
 * length, plaintext). Questions are answered at once, by bytes that nobody outside knows.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/rd.h"
#include "control/cert/trust.h"
#include "control/handshake/hs_int.h"
#include "control/handshake/hs_profile.h"
#include "control/handshake/tls13/hs13.h"
#include "control/session/ticket.h"
#include "tests/unit/control/cert/pki.h"

#define CHECK(x) do { if (!(x)) abort(); } while (0)

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum start { NOTHING, RETRY, CERTIFICATE, FINISHED, EARLY, CONNECTED, AGAIN, STARTS };

/* a fuzz target has no other place for what lives through all inputs */
static struct hs_policy policy;
static struct hs_conf conf;
static struct trust *trust;
static struct peer client = { .refs = 1 }; /* whoever shows a certificate */
static struct hs_out out;

static uint64_t
clock_of(void *ctx)
{
	return 10;
}

static void
random_of(void *ctx, uint8_t *p, size_t n)
{
	uint64_t *s = ctx;

	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(++*s * 0x9e3779b97f4a7c15ull >> 56);
}

static bool
first_use(void *ctx, const uint8_t id[32], uint64_t expires_s)
{
	return true;
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct pki_spec spec = { .cn = "a.test", .san = "DNS:a.test" };
	struct cert_store *store = cert_store_new();
	struct pki_cert c = pki_make(&spec, NULL);
	char dir[64], err[CERT_ERR_LEN];
	struct trust_conf tc;

	client.key = c.key;
	pki_tmp(dir);
	pki_write_certs(pki_path(dir, "s.pem"), &c, NULL);
	pki_write_key(pki_path(dir, "s.key"), c.key, 0600);
	trust_conf_init(&tc);
	tc.ca_file = pki_path(dir, "s.pem");
	CHECK(trust_load(&tc, &trust, err) == 0);
	X509_free(c.x);
	CHECK(cert_store_add(store, pki_path(dir, "s.pem"), pki_path(dir, "s.key"), err) == 0);
	pki_tmp_remove(dir);
	hs_profile_fill(&policy, HS_PROFILE_MODERN);
	conf = (struct hs_conf){ .id = 1,
		.role = HS_SERVER,
		.policy = &policy,
		.certs = store,
		.alpn = { "h2" },
		.alpn_count = 1,
		.session_lifetime_s = 100,
		.ticket_count = 2,
		.tickets = ticket_keys_new(1000, 1000),
		.early_data_max = 1000,
		.client_auth = HS_AUTH_NONE };
	ticket_keys_set_clock(conf.tickets, clock_of, NULL);
	return 0;
}

/* ---- answers ---- */

static void
answer_pka(struct hs *hs, const struct hs_env *env, const struct hs_act *a)
{
	uint8_t bytes[200];

	memset(bytes, 0x33, sizeof(bytes));
	switch (a->pka.kind) {
	case PKA_KEX_RESPOND:
		bytes[0] = 0;
		bytes[1] = 32;
		hs_work_done(hs, env, a->tag, bytes, a->len % 2 ? 0 : 66, &out);
		break;
	case PKA_SIGN: hs_work_done(hs, env, a->tag, bytes, 70, &out); break;
	case PKA_VERIFY:
		bytes[0] = a->pka.split % 2;
		hs_work_done(hs, env, a->tag, bytes, 1, &out);
		break;
	default: hs_work_done(hs, env, a->tag, NULL, 0, &out);
	}
}

static void
answer(struct hs *hs, const struct hs_env *env)
{
	for (;;) {
		struct hs_act ask = { .type = HS_ACT_READY };

		for (unsigned i = 0; i < out.n; i++) {
			const struct hs_act *a = &out.act[i];

			CHECK(a->off + a->len <= out.used && out.used <= HS_OUT_BYTES);
			if (a->type == HS_ACT_SESSION_GET || a->type == HS_ACT_PKA ||
				a->type == HS_ACT_VERIFY)
				ask = *a;
		}
		hs_out_wipe(&out);
		if (ask.type == HS_ACT_PKA) {
			answer_pka(hs, env, &ask);
		} else if (ask.type == HS_ACT_VERIFY) {
			hs_verify_done(hs, env, ask.tag, &client, &out);
		} else if (ask.type == HS_ACT_SESSION_GET) {
			hs_session_done(hs, env, ask.tag, NULL, NULL, &out);
		} else {
			return;
		}
	}
}

/* ---- getting there ---- */

static const uint8_t hello_head[] = {
	3, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
	25, 26, 27, 28, 29, 30, 31, 32, /* random */
	1, 0x77,			/* session id */
	0, 4, 0x13, 0x01, 0x13, 0x02,	/* suites */
	1, 0,				/* compression */
};
static const uint8_t hello_extensions[] = {
	0, 43, 0, 3, 2, 3, 4,		 /* supported_versions */
	0, 13, 0, 6, 0, 4, 4, 3, 8, 4,	 /* signature_algorithms */
	0, 10, 0, 6, 0, 4, 0, 29, 0, 23, /* supported_groups */
	0, 45, 0, 2, 1, 1,		 /* psk_key_exchange_modes */
	0, 49, 0, 0,			 /* post_handshake_auth */
	0, 51, 0, 38, 0, 36, 0, 29, 0, 32, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* key_share: X25519's base point */
};

/* early_data and pre_shared_key with a ticket of ours and its binder. */
static void
add_psk(struct wr *w, const uint8_t *start, size_t message, size_t block)
{
	struct session_entry e = { .version = TLS_V_13,
		.suite = 0x1301,
		.secret_len = 32,
		.lifetime_s = 100,
		.issued_ms = 9000,
		.expires_s = 90,
		.early_max = 1000 };
	uint8_t ticket[sizeof(e) + TICKET_OVERHEAD], hash[HS_DIGEST_MAX], binder[HS_DIGEST_MAX];
	uint8_t copy[2048];
	size_t n, psk, ids, id, binders_at;
	struct wr whole;
	struct ks13 ks;

	hs_session_bind(&conf, "", e.bind);
	memset(e.secret, 0x44, 32);
	n = ticket_seal(conf.tickets, 10, &e, sizeof(e), ticket, sizeof(ticket));
	CHECK(n != 0);
	wr_u32(w, 42 << 16);
	wr_u16(w, 41);
	psk = wr_open(w, 2);
	ids = wr_open(w, 2);
	id = wr_open(w, 2);
	wr_bytes(w, ticket, n);
	wr_close(w, id, 2);
	wr_u32(w, 1000);
	wr_close(w, ids, 2);
	binders_at = wr_len(w);
	wr_u16(w, 33);
	wr_u8(w, 32);
	wr_bytes(w, binder, 32);
	/* the lengths count the binders; the hash does not */
	whole = *w;
	wr_close(&whole, psk, 2);
	wr_close(&whole, block, 2);
	wr_close(&whole, message, 3);
	CHECK(wr_ok(&whole) && binders_at <= sizeof(copy));
	memcpy(copy, start, binders_at);
	hs_digest_of(HS_PRF_SHA256, copy, binders_at, hash);
	ks13_early(&ks, HS_PRF_SHA256, e.secret, 32);
	ks13_binder(&ks, hash, binder);
	memcpy(whole.p - 32, binder, 32);
	*w = whole;
}

static size_t
hello(uint8_t *p, size_t cap, bool psk)
{
	struct wr w = wr_init(p, cap);
	size_t message, block;

	wr_u8(&w, 1);
	message = wr_open(&w, 3);
	wr_bytes(&w, hello_head, sizeof(hello_head));
	block = wr_open(&w, 2);
	wr_bytes(&w, hello_extensions, sizeof(hello_extensions));
	if (psk) {
		add_psk(&w, p, message, block);
	} else {
		wr_close(&w, block, 2);
		wr_close(&w, message, 3);
	}
	CHECK(wr_ok(&w));
	return wr_len(&w);
}

static void
feed(struct hs *hs, const struct hs_env *env, const uint8_t *p, size_t n)
{
	hs_out_start(&out);
	CHECK(hs_record(hs, env, TLS_CT_HANDSHAKE, hs->read_epoch, p, n, &out) == TLS_E_OK);
	answer(hs, env);
}

static void
finish(struct hs *hs, const struct hs_env *env)
{
	uint8_t msg[4 + HS_DIGEST_MAX] = { 20, 0, 0, 32 }, hash[HS_DIGEST_MAX];

	hs_transcript_hash(&hs->w->transcript, hash);
	ks13_finished(HS_PRF_SHA256, hs->w->t13->hs_traffic[HS13_CLIENT], hash, msg + 4);
	feed(hs, env, msg, 36);
}

/* The machine at the place that is asked for. */
static void
begin(struct hs *hs, const struct hs_env *env, enum start where)
{
	static const uint8_t state[STARTS] = {
		[NOTHING] = HS_WAIT_CLIENT_HELLO,
		[RETRY] = HS_WAIT_S13_SECOND_HELLO,
		[CERTIFICATE] = HS_WAIT_S13_CERTIFICATE,
		[FINISHED] = HS_WAIT_S13_FINISHED,
		[EARLY] = HS_WAIT_S13_END_OF_EARLY_DATA,
		[CONNECTED] = HS_WAIT_S13_OPEN,
		[AGAIN] = HS_WAIT_S13_REAUTH_CERTIFICATE,
	};
	uint8_t msg[2048];

	if (where != NOTHING)
		feed(hs, env, msg, hello(msg, sizeof(msg), where == EARLY));
	if (where == CONNECTED || where == AGAIN)
		finish(hs, env);
	if (where == AGAIN) {
		hs_out_start(&out);
		CHECK(hs_command(hs, env, HS_CMD_REAUTH, &out) == TLS_E_OK);
		hs_out_wipe(&out);
	}
	CHECK(hs->state == state[where]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd r = rd_init(data, size);
	uint64_t seed = 1;
	const struct hs_env env = { .now_s = 10,
		.now_ms = 10000,
		.random = random_of,
		.first_use = first_use,
		.ctx = &seed };
	enum start where = rd_u8(&r) % STARTS;
	static const uint16_t of_retry[] = { KEX_P384, KEX_P256 },
			      of_all[] = { KEX_X25519, KEX_P256 };
	enum tls_err first = TLS_E_OK;
	struct hs *hs;

	memcpy(policy.groups, where == RETRY ? of_retry : of_all, sizeof(of_all));
	policy.group_count = 2;
	conf.alpn_count = where == EARLY ? 0 : 1;
	conf.client_auth = where == CERTIFICATE ? HS_AUTH_REQUEST : HS_AUTH_NONE;
	conf.trust = where == AGAIN ? trust : NULL; /* what is kept of a handshake depends on it */
	hs = hs_new(&conf);
	CHECK(hs != NULL);
	begin(hs, &env, where);
	while (rd_left(&r) >= 4) {
		uint8_t type = rd_u8(&r), epoch = rd_u8(&r);
		size_t len = rd_u16(&r) & 0x3fff;
		bool ready = hs->ready;
		enum tls_err err;

		if (len > rd_left(&r))
			len = rd_left(&r);
		hs_out_start(&out);
		err = hs_record(hs, &env, 20 + type % 3, epoch < 4 ? epoch : hs->read_epoch,
			rd_bytes(&r, len), len, &out);
		if (first != TLS_E_OK)
			CHECK(err == first && out.n == 0); /* it sticks and nothing follows it */
		answer(hs, &env);
		if (first == TLS_E_OK)
			first = hs->error;
		/* nobody without the secrets gets through */
		CHECK(ready || !hs->ready);
		if (hs->state == HS_WAIT_S13_OPEN)
			CHECK(hs->w == NULL && hs_memory(hs) < 40000);
	}
	hs_free(hs);
	CHECK(client.refs == 1);
	return 0;
}
