/* See s12_world.h. */
#include "tests/unit/control/s12_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "common/rd.h"
#include "control/handshake/hs_profile.h"

static EVP_PKEY *
make_key(enum s12_key kind)
{
	switch (kind) {
	case S12_RSA: return EVP_RSA_gen(2048);
	case S12_P256: return EVP_EC_gen("P-256");
	case S12_P384: return EVP_EC_gen("P-384");
	case S12_ED25519: return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	default: {
		EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA_PSS, NULL);
		EVP_PKEY *key = NULL;

		HS_REC_CHECK(EVP_PKEY_keygen_init(ctx) == 1 && EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 2048) == 1 &&
			     EVP_PKEY_keygen(ctx, &key) == 1);
		EVP_PKEY_CTX_free(ctx);
		return key;
	}
	}
}

static X509 *
make_cert(EVP_PKEY *key, const char *name)
{
	X509 *x = X509_new();
	char san[64];
	X509_EXTENSION *e;

	HS_REC_CHECK(key != NULL && x != NULL);
	snprintf(san, sizeof(san), "DNS:%s", name);
	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC, (const uint8_t *)name, -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	X509_set_pubkey(x, key);
	e = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, san);
	HS_REC_CHECK(e != NULL && X509_add_ext(x, e, -1));
	X509_EXTENSION_free(e);
	HS_REC_CHECK(X509_sign(x, key, EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519 ? NULL : EVP_sha256()) > 0);
	return x;
}

static void
add(struct cert_store *store, const char *dir, EVP_PKEY *key, X509 *x)
{
	char chain[128], file[128], err[CERT_ERR_LEN];
	FILE *f;

	snprintf(chain, sizeof(chain), "%s/c", dir);
	snprintf(file, sizeof(file), "%s/k", dir);
	HS_REC_CHECK((f = fopen(chain, "w")) != NULL && PEM_write_X509(f, x));
	fclose(f);
	HS_REC_CHECK((f = fopen(file, "w")) != NULL && PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL));
	fclose(f);
	HS_REC_CHECK(cert_store_add(store, chain, file, err) == 0);
	unlink(chain);
	unlink(file);
}

void
s12_world_open(struct s12_world *w)
{
	char dir[] = "/tmp/sluice-s12-XXXXXX";

	memset(w, 0, sizeof(*w));
	HS_REC_CHECK(mkdtemp(dir) != NULL);
	w->certs = cert_store_new();
	for (int i = 0; i < S12_KEYS; i++) {
		EVP_PKEY *key = make_key(i);
		X509 *x = make_cert(key, "a.test");

		w->one[i] = cert_store_new();
		add(w->certs, dir, key, x);
		add(w->one[i], dir, key, x);
		X509_free(x);
		EVP_PKEY_free(key);
		w->client_key[i] = make_key(i);
		w->client_cert[i] = make_cert(w->client_key[i], "client");
	}
	rmdir(dir);
	hs_keep_init(&w->keep, 64);
	hs_profile_fill(&w->policy, HS_PROFILE_MUSEUM);
	w->policy.versions = HS_V_10 | HS_V_11 | HS_V_12;
	w->policy.compression = false;
	w->conf = (struct hs_conf){ .id = 1,
		.policy = &w->policy,
		.certs = w->certs,
		.session_cache = true,
		.session_lifetime_s = 300,
		.renegotiation = HS_RENEG_BOTH,
		.renegotiations_max = 3 };
}

void
s12_world_close(struct s12_world *w)
{
	cert_store_free(w->certs);
	for (int i = 0; i < S12_KEYS; i++) {
		cert_store_free(w->one[i]);
		EVP_PKEY_free(w->client_key[i]);
		X509_free(w->client_cert[i]);
	}
	hs_keep_drop(&w->keep);
}

/* In place of a trust store: w->verdict is what comes out; key and fingerprint are the certificate's. */
static struct peer *
judge(void *ctx, const uint8_t *chain, size_t len, const uint8_t *staple, size_t staple_len)
{
	struct s12_world *w = ctx;
	struct rd r = rd_init(chain, len), leaf = rd_vec24(&r);
	const uint8_t *der = leaf.p;
	size_t n = rd_left(&leaf);
	struct peer *p = calloc(1, sizeof(*p));
	X509 *x = d2i_X509(NULL, &der, (long)n);

	HS_REC_CHECK(p != NULL);
	w->verified++;
	p->refs = 1;
	p->verdict = w->verdict;
	p->key = x != NULL ? X509_get_pubkey(x) : NULL;
	X509_free(x);
	HS_REC_CHECK(EVP_Digest(leaf.p, n, p->fingerprint, NULL, EVP_sha256(), NULL));
	p->subject = strdup("");
	p->common_name = strdup("client");
	p->alt_names = strdup("");
	p->key_text = strdup("");
	p->sig_text = strdup("");
	p->der = malloc(n);
	memcpy(p->der, leaf.p, n);
	p->der_len = n;
	return p;
}

void
s12_pair_open(struct s12_pair *p, struct s12_world *w, int version)
{
	BIO *inner;

	memset(p, 0, sizeof(*p));
	p->w = w;
	p->ctx = SSL_CTX_new(TLS_client_method());
	HS_REC_CHECK(p->ctx != NULL && SSL_CTX_set_min_proto_version(p->ctx, version) &&
		     SSL_CTX_set_max_proto_version(p->ctx, version) &&
		     SSL_CTX_set_cipher_list(p->ctx, "ALL:COMPLEMENTOFALL:@SECLEVEL=0"));
	if (w->conf.tickets == NULL)
		SSL_CTX_set_options(p->ctx, SSL_OP_NO_TICKET);
	p->ssl = SSL_new(p->ctx);
	HS_REC_CHECK(p->ssl != NULL && BIO_new_bio_pair(&inner, 1 << 20, &p->net, 1 << 20));
	SSL_set_bio(p->ssl, inner, inner);
	SSL_set_connect_state(p->ssl);
	p->opts = (struct hs_end_opts){
		.conf = &w->conf, .keep = &w->keep, .seed = ++w->seed, .verify = judge, .ctx = w
	};
}

void
s12_pair_listen(struct s12_pair *p)
{
	HS_REC_CHECK(p->end.hs != NULL || hs_end_open(&p->end, &p->opts) == TLS_E_OK);
}

void
s12_move(struct s12_pair *p)
{
	uint8_t buf[16384];
	int n;

	s12_pair_listen(p);
	while ((n = BIO_read(p->net, buf, sizeof(buf))) > 0)
		hs_end_feed(&p->end, buf, (size_t)n);
	if (p->end.net_out.len != 0) {
		n = (int)p->end.net_out.len;
		HS_REC_CHECK(BIO_write(p->net, p->end.net_out.p + p->end.net_out.off, n) == n);
		hs_bytes_skip(&p->end.net_out, (size_t)n);
	}
}

bool
s12_shake(struct s12_pair *p)
{
	for (int i = 0; i < 20; i++) {
		int rc = SSL_do_handshake(p->ssl);
		int err = SSL_get_error(p->ssl, rc);

		s12_move(p);
		if (rc == 1 && p->end.ready)
			break;
		if (p->end.closed || (rc != 1 && err != SSL_ERROR_WANT_READ))
			break;
	}
	SSL_do_handshake(p->ssl); /* takes in a final alert */
	return SSL_is_init_finished(p->ssl) && p->end.ready && !p->end.closed;
}

bool
s12_talk(struct s12_pair *p)
{
	static const char ping[] = "ping from the client", pong[] = "pong from the server";
	char buf[64];

	if (SSL_write(p->ssl, ping, sizeof(ping)) != (int)sizeof(ping))
		return false;
	s12_move(p);
	if (p->end.data_in.len != sizeof(ping) ||
		memcmp(p->end.data_in.p + p->end.data_in.off, ping, sizeof(ping)) != 0)
		return false;
	hs_bytes_skip(&p->end.data_in, sizeof(ping));
	hs_end_write(&p->end, pong, sizeof(pong));
	s12_move(p);
	/* an empty or one-byte record may come first (TLS 1.0) */
	for (size_t got = 0; got < sizeof(pong);) {
		int n = SSL_read(p->ssl, buf + got, (int)(sizeof(buf) - got));

		if (n <= 0)
			return false;
		got += (size_t)n;
	}
	return memcmp(buf, pong, sizeof(pong)) == 0;
}

void
s12_pair_close(struct s12_pair *p, SSL_SESSION **out)
{
	if (out != NULL)
		*out = SSL_get1_session(p->ssl);
	SSL_shutdown(p->ssl); /* or libssl would call its own session broken */
	SSL_free(p->ssl);
	SSL_CTX_free(p->ctx);
	BIO_free(p->net);
	hs_end_drop(&p->end);
}
