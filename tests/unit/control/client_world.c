/* See client_world.h. */
#include "tests/unit/control/client_world.h"

#include <stdlib.h>
#include <string.h>

#include "common/rd.h"
#include "common/wr.h"
#include "control/cert/verify.h"
#include "control/handshake/hs_int.h"
#include "control/handshake/hs_profile.h"
#include "control/pka/pka_soft.h"

/* ---- certificates ---- */

static void
add(struct cert_store *s, const char *dir, const struct pki_spec *spec, const struct pki_cert *ca)
{
	struct pki_cert c = pki_make(spec, ca);
	char err[CERT_ERR_LEN];

	pki_write_certs(pki_path(dir, "s.pem"), &c, NULL);
	pki_write_key(pki_path(dir, "s.key"), c.key, 0600);
	HS_REC_CHECK(cert_store_add(s, pki_path(dir, "s.pem"), pki_path(dir, "s.key"), err) == 0);
	pki_free(&c);
}

static struct cert_store *
one(const char *dir, const struct pki_spec *spec, const struct pki_cert *ca)
{
	struct cert_store *s = cert_store_new();

	add(s, dir, spec, ca);
	return s;
}

static struct trust *
believe(const char *dir, const struct pki_cert *ca, enum trust_purpose purpose)
{
	struct trust_conf tc;
	struct trust *t;
	char err[CERT_ERR_LEN];

	trust_conf_init(&tc);
	tc.ca_file = pki_path(dir, "ca.pem");
	tc.purpose = (uint8_t)purpose;
	pki_write_certs(tc.ca_file, ca, NULL);
	HS_REC_CHECK(trust_load(&tc, &t, err) == 0);
	return t;
}

static void
make_certs(struct client_world *w)
{
	static const char *const kinds[] = { "rsa:2048", "ec:P-256", "ec:P-384", "ed25519", "pss:2048" };
	struct pki_spec ca = { .cn = "ca", .ca = true, .usage = "keyCertSign" }, strange = ca;
	struct pki_spec leaf = { .cn = "a.test", .san = "DNS:a.test", .eku = "serverAuth" }, l;
	struct pki_spec mine = { .cn = "client", .eku = "clientAuth" };
	struct pki_cert c = pki_make(&ca, NULL), other;
	char dir[64];

	strange.cn = "other";
	other = pki_make(&strange, NULL);
	pki_tmp(dir);
	w->all = cert_store_new();
	for (unsigned i = 0; i < CLIENT_KEYS; i++) {
		leaf.key = kinds[i];
		w->certs[i] = one(dir, &leaf, &c);
		add(w->all, dir, &leaf, &c);
	}
	leaf.key = NULL;
	w->other = one(dir, &leaf, &c);
	w->mine = one(dir, &mine, &c);
	mine.key = "rsa:2048";
	add(w->mine, dir, &mine, &c);
	l = leaf;
	l.to = -60;
	w->wrong[0] = one(dir, &l, &c);
	l = leaf;
	l.san = "DNS:b.test";
	w->wrong[1] = one(dir, &l, &c);
	w->wrong[2] = one(dir, &leaf, &other);
	l = leaf;
	l.eku = "clientAuth";
	w->wrong[3] = one(dir, &l, &c);
	w->servers = believe(dir, &c, TRUST_SERVERS);
	w->clients = believe(dir, &c, TRUST_CLIENTS);
	pki_tmp_remove(dir);
	pki_free(&c);
	pki_free(&other);
}

void
client_world_open(struct client_world *w)
{
	memset(w, 0, sizeof(*w));
	make_certs(w);
	w->now_s = PKI_NOW;
	hs_keep_init(&w->server_keep, 8);
	hs_keep_init(&w->client_keep, 8);
	hs_profile_fill(&w->server_policy, HS_PROFILE_MUSEUM);
	hs_profile_fill(&w->client_policy, HS_PROFILE_MUSEUM);
	w->server = (struct hs_conf){ .id = 1,
		.role = HS_SERVER,
		.policy = &w->server_policy,
		.certs = w->all,
		.trust = w->clients,
		.session_lifetime_s = 3600,
		.ticket_count = 2,
		.renegotiation = HS_RENEG_BOTH,
		.renegotiations_max = 100 };
	w->server.ca_names = trust_ca_names(w->clients, &w->server.ca_names_len) + 2;
	w->server.ca_names_len -= 2;
	w->client = (struct hs_conf){ .id = 2,
		.role = HS_CLIENT,
		.policy = &w->client_policy,
		.trust = w->servers,
		.session_cache = true,
		.session_lifetime_s = 3600,
		.server_name = "a.test",
		.verify_name = true,
		.renegotiation = HS_RENEG_BOTH,
		.renegotiations_max = 100 };
}

void
client_world_close(struct client_world *w)
{
	for (unsigned i = 0; i < CLIENT_KEYS; i++)
		cert_store_free(w->certs[i]);
	for (unsigned i = 0; i < 4; i++)
		cert_store_free(w->wrong[i]);
	cert_store_free(w->all);
	cert_store_free(w->mine);
	cert_store_free(w->other);
	ticket_keys_free(w->server.tickets);
	hs_keep_drop(&w->server_keep);
	hs_keep_drop(&w->client_keep);
	trust_unref(w->servers);
	trust_unref(w->clients);
}

void
client_world_narrow(struct client_world *w, uint16_t version, const struct hs_suite *s)
{
	hs_profile_fill(&w->server_policy, HS_PROFILE_MUSEUM);
	w->server_policy.versions = hs_version_bit(version);
	if (s != NULL) {
		w->server_policy.suites[0] = s;
		w->server_policy.suite_count = 1;
	}
	w->client_policy = w->server_policy;
}

/* ---- by records ---- */

void
client_pair_open(struct client_pair *p, struct client_world *w)
{
	struct hs_end_opts s = {
		.conf = &w->server, .keep = &w->server_keep, .seed = ++w->seed, .now_s = w->now_s
	};
	struct hs_end_opts c = {
		.conf = &w->client, .keep = &w->client_keep, .seed = ++w->seed, .now_s = w->now_s
	};

	memset(p, 0, sizeof(*p));
	HS_REC_CHECK(hs_end_open(&p->s, &s) == TLS_E_OK);
	HS_REC_CHECK(hs_end_open(&p->c, &c) == TLS_E_OK);
}

bool
client_pair_shake(struct client_pair *p)
{
	hs_end_join(&p->c, &p->s);
	return p->c.done && p->s.done && p->c.err == TLS_E_OK && p->s.err == TLS_E_OK;
}

bool
client_pair_talk(struct client_pair *p)
{
	static const char there[] = "from the client", back[] = "from the server";
	struct hs_bytes *s = &p->s.data_in, *c = &p->c.data_in;
	bool good;

	hs_end_write(&p->c, there, sizeof(there));
	hs_end_write(&p->s, back, sizeof(back));
	hs_end_join(&p->c, &p->s);
	good = s->len == sizeof(there) && memcmp(s->p + s->off, there, sizeof(there)) == 0 &&
	       c->len == sizeof(back) && memcmp(c->p + c->off, back, sizeof(back)) == 0;
	hs_bytes_skip(s, s->len);
	hs_bytes_skip(c, c->len);
	return good;
}

void
client_pair_drop(struct client_pair *p)
{
	hs_end_drop(&p->s);
	hs_end_drop(&p->c);
}

/* ---- message by message ---- */

static void
push(struct hs_bytes *q, uint8_t type, const uint8_t *p, size_t n)
{
	uint8_t head[5];
	struct wr w = wr_init(head, sizeof(head));

	wr_u8(&w, type);
	wr_u32(&w, (uint32_t)n);
	hs_bytes_add(q, head, sizeof(head));
	hs_bytes_add(q, p, n);
}

static void
push_each(struct hs_bytes *q, uint8_t type, const uint8_t *p, size_t n)
{
	while (type == TLS_CT_HANDSHAKE && n > 4) {
		size_t one_len = 4 + ((size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3]);

		push(q, type, p, one_len);
		p += one_len;
		n -= one_len;
	}
	if (n != 0)
		push(q, type, p, n);
}

static struct peer *
judge(struct client_line *l, bool client, const struct hs_act *a, const uint8_t *d)
{
	size_t chain = a->len - a->verify.staple_len;
	struct verify_req req = { .trust = client ? l->w->servers : l->w->clients,
		.name = client && l->w->client.verify_name ? l->w->client.server_name : NULL,
		.chain = d,
		.chain_len = chain,
		.staple = a->verify.staple_len != 0 ? d + chain : NULL,
		.staple_len = a->verify.staple_len,
		.now_s = (int64_t)l->w->now_s };
	struct peer *p = peer_verify(req.trust, &req);

	if (client) {
		peer_unref(l->told);
		l->told = peer_ref(p);
	}
	return p;
}

static enum tls_err
answer_pka(struct client_line *l, struct hs *hs, const struct hs_act *a, const uint8_t *d)
{
	static uint8_t result[PKA_OP_MAX_OUT];
	size_t len = 0;
	bool fails = hs == l->c && ++l->works == l->fail_work;
	int rc = fails ? -1 : pka_soft_do(&a->pka, d, a->len, result, &len);
	uint32_t tag = a->tag;

	if (rc == 0 && hs == l->s && a->pka.kind == PKA_SIGN && l->w->spoil)
		result[len - 1] ^= 1;
	hs_out_start(l->out);
	return hs_work_done(hs, &l->env, tag, rc == 0 ? result : NULL, len, l->out);
}

/* One action; true when it was a question, which replaces the actions. */
static bool
act(struct client_line *l, bool client, const struct hs_act *a, enum tls_err *err)
{
	struct hs *hs = client ? l->c : l->s;
	const uint8_t *d = l->out->data + a->off;
	struct peer *p;
	uint32_t tag = a->tag;

	switch (a->type) {
	case HS_ACT_SEND:
		push_each(client ? &l->to_s : &l->to_c, a->send.content_type, d, a->len);
		break;
	case HS_ACT_PKA: *err = answer_pka(l, hs, a, d); return true;
	case HS_ACT_VERIFY:
		p = judge(l, client, a, d);
		hs_out_start(l->out);
		*err = hs_verify_done(hs, &l->env, tag, p, l->out);
		peer_unref(p);
		return true;
	case HS_ACT_SESSION_GET:
		hs_out_start(l->out);
		*err = hs_session_done(hs, &l->env, tag, NULL, NULL, l->out);
		return true;
	case HS_ACT_READY: *(client ? &l->c_ready : &l->s_ready) = true; break;
	case HS_ACT_DONE: l->c_done |= client; break;
	case HS_ACT_CLIENT_PUT: l->put = true; break;
	case HS_ACT_CLIENT_REMOVE: l->removed = true; break;
	case HS_ACT_CLOSE:
		if (client)
			l->c_alert = a->close.alert;
		break;
	default: break;
	}
	return false;
}

static void
carry_out(struct client_line *l, bool client, enum tls_err err)
{
	for (unsigned i = 0; i < l->out->n; i++)
		if (act(l, client, &l->out->act[i], &err))
			i = UINT32_MAX; /* from the first one of the answer's */
	hs_out_wipe(l->out);
	*(client ? &l->c_err : &l->s_err) = err;
}

static bool
pop(struct hs_bytes *q, struct client_msg *m)
{
	struct rd r = rd_init(q->p + q->off, q->len);

	if (q->len == 0)
		return false;
	m->type = rd_u8(&r);
	m->len = rd_u32(&r);
	HS_REC_CHECK(m->len <= sizeof(m->data));
	memcpy(m->data, rd_bytes(&r, m->len), m->len);
	hs_bytes_skip(q, 5 + m->len);
	return true;
}

/* The dataplane drops a dummy ChangeCipherSpec of TLS 1.3 before anybody sees it. */
static bool
is_dummy(const struct hs *hs, const struct client_msg *m)
{
	return m->type == TLS_CT_CCS && hs->agreed && hs->version == TLS_V_13;
}

static bool
step(struct client_line *l, bool client)
{
	struct hs *hs = client ? l->c : l->s;

	if (!pop(client ? &l->to_c : &l->to_s, l->m))
		return false;
	if (is_dummy(hs, l->m))
		return true;
	if (client && l->hook != NULL && !l->hook(l, l->count++, l->m))
		return true;
	hs_out_start(l->out);
	carry_out(l, client,
		hs_record(hs, &l->env, l->m->type, hs->read_epoch, l->m->data, l->m->len, l->out));
	return true;
}

static void
line_random(void *ctx, uint8_t *out, size_t len)
{
	hs_end_random(ctx, out, len);
}

void
client_line_run(struct client_line *l, struct client_world *w, unsigned fail_work,
	bool (*hook)(struct client_line *l, unsigned n, struct client_msg *m), void *ctx)
{
	memset(l, 0, sizeof(*l));
	l->w = w;
	l->hook = hook;
	l->fail_work = fail_work;
	l->ctx = ctx;
	l->random[0] = 1;
	l->out = malloc(sizeof(*l->out));
	l->m = malloc(sizeof(*l->m));
	HS_REC_CHECK(l->out != NULL && l->m != NULL);
	l->env = (struct hs_env){ .now_s = w->now_s, .now_ms = w->now_s * 1000, .random = line_random, .ctx = l->random };
	l->c_alert = TLS_ALERT_NONE;
	l->s = hs_new(&w->server);
	l->c = hs_new(&w->client);
	hs_out_start(l->out);
	carry_out(l, true, hs_start(l->c, &l->env, NULL, NULL, 0, NULL, l->out));
	while (step(l, false) || step(l, true))
		continue;
}

void
client_line_drop(struct client_line *l)
{
	hs_free(l->s);
	hs_free(l->c);
	hs_bytes_drop(&l->to_c);
	hs_bytes_drop(&l->to_s);
	peer_unref(l->told);
	free(l->out);
	free(l->m);
}
