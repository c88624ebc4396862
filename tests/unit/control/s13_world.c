/* A listener and libssl clients in memory; see s13_world.h. */
#include "tests/unit/control/s13_world.h"

#include <string.h>

#include "control/cert/verify.h"
#include "control/handshake/hs_profile.h"

static struct peer *
verify(void *ctx, const uint8_t *chain, size_t len, const uint8_t *staple, size_t staple_len)
{
	struct s13_world *w = ctx;
	struct verify_req req = { .trust = w->trust,
		.chain = chain,
		.chain_len = len,
		.staple = staple_len != 0 ? staple : NULL,
		.staple_len = staple_len,
		.now_s = (int64_t)w->now_s };

	return peer_verify(w->trust, &req);
}

static void
keylog(void *ctx, const char *line, size_t len)
{
	struct s13_world *w = ctx;
	size_t n = strlen(w->keylog);

	snprintf(w->keylog + n, sizeof(w->keylog) - n, "%.*s\n", (int)len, line);
}

static struct cert_store *
store(const char *dir, const char *kind)
{
	struct pki_spec spec = { .cn = "a.test", .san = "DNS:a.test", .key = kind };
	struct pki_cert c = pki_make(&spec, NULL);
	struct cert_store *s = cert_store_new();
	char err[CERT_ERR_LEN];

	pki_write_certs(pki_path(dir, "s.pem"), &c, NULL);
	pki_write_key(pki_path(dir, "s.key"), c.key, 0600);
	HS_REC_CHECK(cert_store_add(s, pki_path(dir, "s.pem"), pki_path(dir, "s.key"), err) == 0);
	pki_free(&c);
	return s;
}

static struct pki_cert
client_cert(const struct pki_cert *ca, int64_t to)
{
	struct pki_spec spec = { .cn = "client", .eku = "clientAuth", .serial = 7, .to = to };

	return pki_make(&spec, ca);
}

void
s13_world_open(struct s13_world *w)
{
	static const char *const kinds[] = { "rsa:2048", "pss:2048", "ec:P-256", "ec:P-384",
		"ed25519" };
	struct pki_spec ca = { .cn = "ca", .ca = true, .usage = "keyCertSign" }, other = ca;
	struct pki_cert strange_ca;
	struct trust_conf tc;
	char dir[64], err[CERT_ERR_LEN];

	memset(w, 0, sizeof(*w));
	pki_tmp(dir);
	for (unsigned i = 0; i < 5; i++)
		w->stores[i] = store(dir, kinds[i]);
	w->ca = pki_make(&ca, NULL);
	other.cn = "other";
	strange_ca = pki_make(&other, NULL);
	w->client = client_cert(&w->ca, 0);
	w->expired = client_cert(&w->ca, -60);
	w->stranger = client_cert(&strange_ca, 0);
	pki_free(&strange_ca);
	trust_conf_init(&tc);
	tc.ca_file = pki_path(dir, "ca.pem");
	pki_write_certs(tc.ca_file, &w->ca, NULL);
	HS_REC_CHECK(trust_load(&tc, &w->trust, err) == 0);
	pki_tmp_remove(dir);

	w->now_s = PKI_NOW;
	hs_keep_init(&w->keep, 8);
	hs_profile_fill(&w->policy, HS_PROFILE_MODERN);
	w->conf = (struct hs_conf){ .id = 1,
		.role = HS_SERVER,
		.policy = &w->policy,
		.certs = w->stores[2],
		.session_lifetime_s = 3600,
		.ticket_count = 2,
		.tickets = ticket_keys_new(3600, 3600),
		.keylog = true };
	memset(w->conf.cookie_key, 0x5c, sizeof(w->conf.cookie_key));
	w->opts = (struct hs_end_opts){ .conf = &w->conf,
		.keep = &w->keep,
		.verify = verify,
		.keylog = keylog,
		.ctx = w };
}

void
s13_world_close(struct s13_world *w)
{
	for (unsigned i = 0; i < 5; i++)
		cert_store_free(w->stores[i]);
	ticket_keys_free(w->conf.tickets);
	hs_keep_drop(&w->keep);
	trust_unref(w->trust);
	pki_free(&w->ca);
	pki_free(&w->client);
	pki_free(&w->expired);
	pki_free(&w->stranger);
}

SSL_CTX *
s13_client_ctx(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	HS_REC_CHECK(ctx != NULL);
	SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT);
	return ctx;
}

static SSL *
client(SSL_CTX *ctx, SSL_SESSION *session, BIO **net)
{
	SSL *ssl = SSL_new(ctx);
	BIO *inner;

	HS_REC_CHECK(ssl != NULL && BIO_new_bio_pair(&inner, 262144, net, 262144));
	SSL_set_bio(ssl, inner, inner);
	SSL_set_connect_state(ssl);
	SSL_set_tlsext_host_name(ssl, "a.test");
	if (session != NULL) { /* a copy: libssl offers one only once */
		SSL_SESSION *copy = SSL_SESSION_dup(session);

		HS_REC_CHECK(SSL_set_session(ssl, copy));
		SSL_SESSION_free(copy);
	}
	return ssl;
}

void
s13_pair_open(struct s13_pair *p, struct s13_world *w, SSL_CTX *ctx, SSL_SESSION *session)
{
	struct hs_end_opts opts = w->opts;

	memset(p, 0, sizeof(*p));
	w->keylog[0] = '\0';
	opts.seed = ++w->connections;
	opts.now_s = w->now_s;
	p->ssl = client(ctx, session, &p->net);
	HS_REC_CHECK(hs_end_open(&p->end, &opts) == TLS_E_OK);
}

void
s13_pair_drop(struct s13_pair *p)
{
	hs_end_drop(&p->end);
	SSL_free(p->ssl);
	BIO_free(p->net);
}

/* One turn of both; false: nothing moved. */
static bool
turn(struct s13_pair *p)
{
	struct hs_bytes *out = &p->end.net_out;
	uint8_t wire[16384];
	bool moved = false;
	int n;

	while ((n = BIO_read(p->net, wire, sizeof(wire))) > 0) {
		hs_end_feed(&p->end, wire, (size_t)n);
		moved = true;
	}
	if (out->len != 0) {
		n = BIO_write(p->net, out->p + out->off, (int)out->len);
		HS_REC_CHECK(n > 0);
		hs_bytes_skip(out, (size_t)n);
		moved = true;
	}
	return moved;
}

void
s13_pair_pump(struct s13_pair *p)
{
	do {
		if (!SSL_is_init_finished(p->ssl))
			SSL_do_handshake(p->ssl);
		else
			SSL_peek(p->ssl, (char[1]){ 0 }, 1);
	} while (turn(p));
}

bool
s13_pair_shake(struct s13_pair *p)
{
	s13_pair_pump(p);
	return SSL_is_init_finished(p->ssl) && p->end.ready && p->end.done && !p->end.closed;
}

void
s13_pair_talk(struct s13_pair *p)
{
	char got[16] = "";

	hs_end_write(&p->end, "to the client", 13);
	s13_pair_pump(p);
	HS_REC_CHECK(
		SSL_read(p->ssl, got, sizeof(got)) == 13 && memcmp(got, "to the client", 13) == 0);
	HS_REC_CHECK(SSL_write(p->ssl, "to the server", 13) == 13);
	s13_pair_pump(p);
	HS_REC_CHECK(p->end.data_in.len == 13 &&
		     memcmp(p->end.data_in.p + p->end.data_in.off, "to the server", 13) == 0);
	hs_bytes_skip(&p->end.data_in, 13);
}

SSL_SESSION *
s13_pair_session(struct s13_pair *p)
{
	return SSL_get1_session(p->ssl);
}

size_t
s13_first_record(SSL_CTX *ctx, SSL_SESSION *session, uint8_t *out, size_t cap)
{
	BIO *net;
	SSL *ssl = client(ctx, session, &net);
	int n;

	SSL_do_handshake(ssl);
	n = BIO_read(net, out, (int)cap);
	HS_REC_CHECK(n > TLS_HDR_LEN);
	SSL_free(ssl);
	BIO_free(net);
	return (size_t)n;
}

struct hs_info
s13_info(const struct s13_pair *p)
{
	struct hs_info info;

	hs_info(p->end.hs, &info);
	return info;
}

void
s13_only_group(struct s13_world *w, uint16_t group)
{
	w->policy.groups[0] = group;
	w->policy.group_count = 1;
}

void
s13_show(SSL_CTX *ctx, const struct pki_cert *c)
{
	HS_REC_CHECK(SSL_CTX_use_certificate(ctx, c->x) == 1);
	HS_REC_CHECK(SSL_CTX_use_PrivateKey(ctx, c->key) == 1);
}
