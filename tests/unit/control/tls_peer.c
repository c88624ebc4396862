/* The handshake machine and a libssl client in memory; see tls_peer.h. */
#include "tests/unit/control/tls_peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>


#define CHECK(x)                                                                                   \
	do {                                                                                       \
		if (!(x)) {                                                                        \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #x);                    \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* ---- certificates ---- */

void
world_make_cert(const char *chain, const char *key, const char *names, int bits)
{
	EVP_PKEY *k = bits == 256 ? EVP_EC_gen("P-256") : EVP_RSA_gen((unsigned)bits);
	X509 *x = X509_new();
	char san[512] = "";
	char copy[256];
	X509_EXTENSION *e;
	FILE *f;

	CHECK(k != NULL && x != NULL && strlen(names) < sizeof(copy));
	strcpy(copy, names);
	for (char *n = strtok(copy, ","); n != NULL; n = strtok(NULL, ","))
		sprintf(san + strlen(san), "%sDNS:%s", san[0] != '\0' ? "," : "", n);
	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
		(const uint8_t *)"sluice test", -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	X509_set_pubkey(x, k);
	e = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, san);
	CHECK(e != NULL && X509_add_ext(x, e, -1));
	X509_EXTENSION_free(e);
	CHECK(X509_sign(x, k, EVP_sha256()) > 0);
	CHECK((f = fopen(chain, "w")) != NULL && PEM_write_X509(f, x));
	fclose(f);
	CHECK((f = fopen(key, "w")) != NULL &&
		PEM_write_PrivateKey(f, k, NULL, NULL, 0, NULL, NULL));
	fclose(f);
	X509_free(x);
	EVP_PKEY_free(k);
}

void
world_open(struct peer_world *w)
{
	char chain[128], key[128], err[CERT_ERR_LEN];

	memset(w, 0, sizeof(*w));
	strcpy(w->dir, "/tmp/sluice-hs-XXXXXX");
	CHECK(mkdtemp(w->dir) != NULL);
	w->store = cert_store_new();
	for (unsigned i = 0; i < 2; i++) {
		snprintf(chain, sizeof(chain), "%s/%u.crt", w->dir, i);
		snprintf(key, sizeof(key), "%s/%u.key", w->dir, i);
		world_make_cert(chain, key, i == 0 ? "a.test" : "*.wild.test", 2048);
		CHECK(cert_store_add(w->store, chain, key, err) == 0);
		unlink(chain);
		unlink(key);
	}
	rmdir(w->dir);
	hs_keep_init(&w->keep, 8);
	w->listener = (struct hs_conf){
		.id = 1, .certs = w->store, .session_cache = true, .session_lifetime_s = 300
	};
	w->listener.policy = &w->policy;
	w->policy.versions = HS_V_12;
	for (unsigned i = 0; hs_suite_at(i) != NULL; i++)
		if (hs_suite_at(i)->kx == HS_KX_RSA && hs_suite_at(i)->alg <= IPC_ALG_AES256_CBC_SHA256)
			w->policy.suites[w->policy.suite_count++] = hs_suite_at(i);
}

void
world_close(struct peer_world *w)
{
	cert_store_free(w->store);
	hs_keep_drop(&w->keep);
}

/* ---- the server ---- */

/* What the machine has to say goes to the wire. */
static enum tls_err
flush(struct tls_peer *p)
{
	struct hs_bytes *out = &p->end.net_out;

	if (p->net != NULL && out->len != 0)
		CHECK(BIO_write(p->net, hs_bytes_at(out), (int)out->len) == (int)out->len);
	hs_bytes_skip(out, out->len);
	return p->end.err;
}

enum tls_err
peer_record(struct tls_peer *p, uint8_t type, uint8_t epoch, const void *data, size_t len)
{
	hs_end_record(&p->end, type, epoch, data, len);
	return flush(p);
}

enum tls_err
peer_pump(struct tls_peer *p)
{
	uint8_t wire[65536];
	int got = BIO_read(p->net, wire, sizeof(wire));

	if (got > 0)
		hs_end_feed(&p->end, wire, (size_t)got);
	return flush(p);
}

void
peer_open(struct tls_peer *p, struct peer_world *w, BIO *net)
{
	struct hs_end_opts opts = { .conf = &w->listener, .keep = &w->keep, .seed = ++w->connections };

	hs_end_open(&p->end, &opts);
	p->net = net;
}

void
peer_close(struct tls_peer *p)
{
	hs_end_drop(&p->end);
	BIO_free(p->net);
}

/* ---- the client ---- */

SSL_CTX *
client_ctx(const char *suites)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	CHECK(ctx != NULL);
	SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	CHECK(SSL_CTX_set_cipher_list(ctx, suites));
	SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
	return ctx;
}

SSL *
client_open(SSL_CTX *ctx, BIO **net)
{
	SSL *ssl = SSL_new(ctx);
	BIO *inner;

	CHECK(ssl != NULL && BIO_new_bio_pair(&inner, 262144, net, 262144));
	SSL_set_bio(ssl, inner, inner);
	SSL_set_connect_state(ssl);
	return ssl;
}

bool
client_shake(SSL *ssl, struct tls_peer *p)
{
	for (int i = 0; i < 20; i++) {
		int rc = SSL_do_handshake(ssl);

		peer_pump(p);
		if (p->end.closed || (rc == 1 && p->end.ready))
			break;
		if (rc != 1 && SSL_get_error(ssl, rc) != SSL_ERROR_WANT_READ)
			break;
	}
	SSL_do_handshake(ssl); /* takes in a final alert */
	return SSL_is_init_finished(ssl) && p->end.ready && !p->end.closed;
}
