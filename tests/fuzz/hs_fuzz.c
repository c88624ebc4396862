/* What the handshake's fuzz targets share; see hs_fuzz.h. */
#include "tests/fuzz/hs_fuzz.h"

#include <string.h>

#include "common/wr.h"
#include "control/cert/cert.h"
#include "control/handshake/hs_profile.h"
#include "control/pka/pka_soft.h"
#include "control/session/ticket.h"
#include "tests/unit/control/cert/pki.h"

void
hs_fuzz_init(struct hs_fuzz *f)
{
	static const char *const keys[] = { "rsa:2048", "ec:P-256", "ed25519" };
	struct pki_cert ca = pki_make(&(struct pki_spec){ .cn = "fuzz CA", .key = "rsa:2048", .ca = true }, NULL);
	char dir[64], err[CERT_ERR_LEN];

	memset(f, 0, sizeof(*f));
	f->certs = cert_store_new();
	pki_tmp(dir);
	for (unsigned i = 0; i < 3; i++) {
		struct pki_cert c = pki_make(
			&(struct pki_spec){ .cn = "a.test", .san = "DNS:a.test", .key = keys[i] }, &ca);
		const char *chain = pki_path(dir, "chain.pem"), *key = pki_path(dir, "key.pem");

		pki_write_certs(chain, &c, NULL);
		pki_write_key(key, c.key, 0600);
		HS_REC_CHECK(cert_store_add(f->certs, chain, key, err) == 0);
		pki_free(&c);
	}
	pki_tmp_remove(dir);
	pki_free(&ca);
}

/* The list begins elsewhere: each of its elements gets to be the preferred one. */
static void
rotate(void *list, size_t size, unsigned n, unsigned by)
{
	uint8_t copy[HS_MAX_SUITES * sizeof(void *)];

	if (n == 0)
		return;
	by %= n;
	memcpy(copy, list, n * size);
	memcpy(list, copy + by * size, (n - by) * size);
	memcpy((uint8_t *)list + (n - by) * size, copy, by * size);
}

void
hs_fuzz_configure(struct hs_fuzz *f, const uint8_t choice[HS_FUZZ_CONFIG])
{
	struct hs_policy *p = &f->policy;
	uint8_t on = choice[1];

	memset(p, 0, sizeof(*p));
	hs_profile_fill(p, HS_PROFILE_MUSEUM);
	if ((choice[0] & 0x3f) != 0)
		p->versions = choice[0] & 0x3f;
	p->v2_hello = (choice[0] & 0x40) != 0;
	p->prefer_client = (choice[0] & 0x80) != 0;
	p->compression = (on & 0x80) != 0;
	rotate(p->suites, sizeof(p->suites[0]), p->suite_count, choice[2]);
	rotate(p->groups, sizeof(p->groups[0]), p->group_count, choice[3]);
	f->tickets = ticket_keys_new(3600, 3600);
	HS_REC_CHECK(f->tickets != NULL);
	f->server = (struct hs_conf){ .id = 1, .role = HS_SERVER, .policy = p, .certs = f->certs };
	f->server.client_auth = (on & 3) % (HS_AUTH_REQUIRE + 1);
	f->server.renegotiation = (on >> 2 & 3) % (HS_RENEG_BOTH + 1);
	f->server.renegotiations_max = 3;
	f->server.session_cache = (choice[4] & 1) != 0;
	f->server.tickets = choice[4] & 2 ? f->tickets : NULL;
	f->server.ticket_count = 2;
	f->server.psk_only = (choice[4] & 4) != 0;
	f->server.single_use = (choice[4] & 8) != 0;
	f->server.early_data_max = choice[4] & 16 ? 1000 : 0;
	f->server.session_lifetime_s = 3600;
	f->server.record_size_limit = choice[5] & 1 ? 64 : choice[5] & 2 ? 1000 : 0;
	f->server.keylog = (on & 0x40) != 0;
	f->server.alpn[0] = "http/1.1";
	f->server.alpn_count = (on & 0x20) != 0;
	f->client = f->server;
	f->client.role = HS_CLIENT;
	f->client.server_name = "a.test";
	f->client.certs = on & 0x10 ? f->certs : NULL;
	f->client.session_cache = true;
	f->client.tickets = NULL;
	f->client.post_handshake_auth = (choice[4] & 32) != 0;
	f->client.record_size_limit = choice[5] & 4 ? 64 : 0;
	hs_keep_init(&f->server_keep, 8);
	hs_keep_init(&f->client_keep, 8);
	f->fail_work = false;
}

void
hs_fuzz_drop(struct hs_fuzz *f)
{
	hs_keep_drop(&f->server_keep);
	hs_keep_drop(&f->client_keep);
	ticket_keys_free(f->tickets);
	f->tickets = NULL;
}

/* ---- key operations ---- */

struct shape { /* lengths of a group's values, pka_op.h */
	uint16_t group, client, server, secret;
};

static const struct shape shapes[] = {
	{ KEX_X25519, 32, 32, 32 },
	{ KEX_P256, 65, 65, 32 },
	{ KEX_P384, 97, 97, 48 },
	{ KEX_FFDHE2048, 256, 256, 256 },
	{ KEX_FFDHE3072, 384, 384, 384 },
	{ KEX_X25519MLKEM768, 1216, 1120, 64 },
};

static const struct shape *
shape_of(uint16_t group)
{
	for (unsigned i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		if (shapes[i].group == group)
			return &shapes[i];
	return NULL;
}

static void
put(struct wr *w, size_t n, uint8_t x)
{
	uint8_t *p = wr_room(w, n);

	if (p != NULL)
		memset(p, x, n);
}

static void
put_pair(struct wr *w, size_t a, uint8_t xa, size_t b, uint8_t xb)
{
	wr_u16(w, (uint16_t)a);
	put(w, a, xa);
	put(w, b, xb);
}

/* The secret is the same on both sides whenever the share has the right length. */
static int
exchange(const struct pka_req *req, const uint8_t *in, size_t len, struct wr *w)
{
	const struct shape *s = shape_of(req->code);
	struct rd r = rd_init(in, len), p;

	if (req->code == KEX_GROUP_EXPLICIT) {
		p = rd_vec16(&r);
		if (rd_ok(&r) && rd_left(&p) >= 64 && rd_left(&p) <= 1024)
			put_pair(w, rd_left(&p), 0x22, rd_left(&p), 0x33);
		return 0;
	}
	if (s == NULL)
		return -1;
	if (req->kind == PKA_KEX_KEYGEN)
		put_pair(w, 32, 0x11, s->client, 0x22);
	else if (req->kind == PKA_KEX_RESPOND && len == s->client)
		put_pair(w, s->server, 0x22, s->secret, 0x33);
	else if (req->kind == PKA_KEX_DERIVE && req->split <= len && len - req->split == s->server)
		put(w, s->secret, 0x33);
	return 0; /* nothing: the share is not valid */
}

/* A signature is good when it comes as it was made. */
static bool
is_good(const uint8_t *sig, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (sig[i] != 0x51)
			return false;
	return len == 64;
}

static int
work(void *ctx, const struct pka_req *req, const uint8_t *in, size_t len, uint8_t *out, size_t *out_len)
{
	struct wr w = wr_init(out, PKA_OP_MAX_OUT);
	struct hs_fuzz *f = ctx;
	size_t n;

	HS_REC_CHECK(len <= PKA_OP_MAX_IN && req->split <= PKA_OP_MAX_IN);
	if (f->fail_work) {
		f->fail_work = false;
		return -1;
	}
	switch (req->kind) {
	case PKA_RSA_PREMASTER:
	case PKA_RSA_SSL2: /* what "encryption" below put there */
		n = req->kind == PKA_RSA_PREMASTER ? PKA_PREMASTER_LEN : req->out_len;
		HS_REC_CHECK(len >= n);
		wr_bytes(&w, in, n);
		break;
	case PKA_RSA_ENCRYPT:
		HS_REC_CHECK(req->peer != NULL && req->peer->key != NULL);
		n = (size_t)EVP_PKEY_get_size(req->peer->key);
		if (n < len || n > PKA_OP_MAX_OUT)
			return -1;
		wr_bytes(&w, in, len);
		put(&w, n - len, 0);
		break;
	case PKA_SIGN:
		HS_REC_CHECK(req->cert != NULL);
		put(&w, 64, 0x51);
		break;
	case PKA_VERIFY:
		HS_REC_CHECK(req->split <= len && req->peer != NULL);
		wr_u8(&w, is_good(in, req->split));
		break;
	case PKA_KEX_KEYGEN:
	case PKA_KEX_DERIVE:
	case PKA_KEX_RESPOND:
		if (exchange(req, in, len, &w) != 0)
			return -1;
		break;
	default: return pka_soft_do(req, in, len, out, out_len);
	}
	HS_REC_CHECK(wr_ok(&w));
	*out_len = wr_len(&w);
	return 0;
}

struct hs_end_opts
hs_fuzz_opts(struct hs_fuzz *f, enum hs_role role)
{
	return (struct hs_end_opts){ .conf = role == HS_CLIENT ? &f->client : &f->server,
		.keep = role == HS_CLIENT ? &f->client_keep : &f->server_keep,
		.seed = 1 + role,
		.verify = hs_end_verify_any,
		.pka = work,
		.ctx = f };
}

void
hs_fuzz_check(const struct hs_end *e)
{
	struct hs_info info;

	hs_info(e->hs, &info);
	HS_REC_CHECK((e->err != TLS_E_OK) <= e->closed);
	if (e->err != TLS_E_OK)
		HS_REC_CHECK(info.state == HS_WAIT_NOTHING && hs_memory(e->hs) < 4096);
	HS_REC_CHECK(hs_memory(e->hs) < 1024 * 1024);
}
