/* The handshake machine and a libssl client in memory; see tls_peer.h. */
#include "tests/unit/control/tls_peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "common/rd.h"
#include "common/wr.h"
#include "control/handshake/hs_digest.h"
#include "control/pka/pka_soft.h"

#define CHECK(x)                                                                                   \
	do {                                                                                       \
		if (!(x)) {                                                                        \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #x);                    \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

void
peer_random(void *ctx, uint8_t *out, size_t len)
{
	uint64_t *s = ctx;

	for (size_t i = 0; i < len; i++) { /* splitmix64 */
		uint64_t z = *s += 0x9e3779b97f4a7c15ull;

		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
		z = (z ^ z >> 27) * 0x94d049bb133111ebull;
		out[i] = (uint8_t)(z >> 56);
	}
}

/* ---- certificates ---- */

void
world_make_cert(const char *chain, const char *key, const char *names, int bits)
{
	EVP_PKEY *k = EVP_RSA_gen((unsigned)bits);
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
	w->cache = session_cache_new(8);
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
	session_cache_free(w->cache);
}

/* ---- records by libcrypto (RFC 5246 6.2.3) ---- */

static bool
is_gcm(uint32_t alg)
{
	return alg == IPC_ALG_AES128_GCM || alg == IPC_ALG_AES256_GCM;
}

static size_t
record_mac(struct peer_keys *k, uint8_t type, const uint8_t *data, size_t len, uint8_t *out)
{
	const EVP_MD *md = k->mac_len == 20 ? EVP_sha1() : EVP_sha256();
	uint8_t buf[13 + 65536];
	struct wr w = wr_init(buf, sizeof(buf));
	unsigned n;

	wr_u64(&w, k->seq);
	wr_u8(&w, type);
	wr_u16(&w, 0x0303);
	wr_u16(&w, (uint16_t)len);
	wr_bytes(&w, data, len);
	HMAC(md, k->mac, k->mac_len, buf, wr_len(&w), out, &n);
	return n;
}

/* One GCM pass; tag checked or made. */
static bool
gcm(struct peer_keys *k, int enc, uint8_t type, const uint8_t *explicit_nonce, const uint8_t *in,
	size_t len, uint8_t *out, uint8_t *tag)
{
	const EVP_CIPHER *c = k->key_len == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm();
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t iv[12], aad[13];
	struct wr w = wr_init(aad, sizeof(aad));
	int n;
	bool ok;

	memcpy(iv, k->iv, 4);
	memcpy(iv + 4, explicit_nonce, 8);
	wr_u64(&w, k->seq);
	wr_u8(&w, type);
	wr_u16(&w, 0x0303);
	wr_u16(&w, (uint16_t)len);
	CHECK(EVP_CipherInit_ex(ctx, c, NULL, k->key, iv, enc));
	CHECK(EVP_CipherUpdate(ctx, NULL, &n, aad, 13));
	CHECK(EVP_CipherUpdate(ctx, out, &n, in, (int)len));
	if (!enc)
		CHECK(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, 16, tag));
	ok = EVP_CipherFinal_ex(ctx, out, &n) == 1;
	if (enc)
		CHECK(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, 16, tag));
	EVP_CIPHER_CTX_free(ctx);
	return ok;
}

static void
cbc(struct peer_keys *k, int enc, const uint8_t *iv, const uint8_t *in, size_t len, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n;

	CHECK(EVP_CipherInit_ex(ctx, k->key_len == 16 ? EVP_aes_128_cbc() : EVP_aes_256_cbc(), NULL,
		k->key, iv, enc));
	EVP_CIPHER_CTX_set_padding(ctx, 0);
	CHECK(EVP_CipherUpdate(ctx, out, &n, in, (int)len) && (size_t)n == len);
	EVP_CIPHER_CTX_free(ctx);
}

size_t
peer_open_record(struct peer_keys *k, uint8_t type, const uint8_t *in, size_t len, uint8_t *out)
{
	uint8_t mac[48];
	size_t n;

	if (!k->on) {
		memcpy(out, in, len);
		return len;
	}
	if (is_gcm(k->alg)) {
		uint8_t tag[16];

		CHECK(len >= 24);
		n = len - 24;
		memcpy(tag, in + 8 + n, 16);
		CHECK(gcm(k, 0, type, in, in + 8, n, out, tag));
	} else if (k->etm) {
		CHECK(len >= 32u + k->mac_len && (len - k->mac_len) % 16 == 0);
		len -= k->mac_len;
		CHECK(record_mac(k, type, in, len, mac) == k->mac_len && memcmp(mac, in + len, k->mac_len) == 0);
		cbc(k, 0, in, in + 16, len - 16, out);
		n = len - 16 - out[len - 17] - 1;
	} else {
		CHECK(len >= 32 && len % 16 == 0);
		cbc(k, 0, in, in + 16, len - 16, out);
		n = len - 16 - out[len - 17] - 1 - k->mac_len;
		CHECK(record_mac(k, type, out, n, mac) == k->mac_len &&
			memcmp(mac, out + n, k->mac_len) == 0);
	}
	k->seq++;
	return n;
}

size_t
peer_seal_record(struct peer_keys *k, uint8_t type, const uint8_t *in, size_t len, uint8_t *out)
{
	uint8_t plain[20000];
	size_t n, pad;

	if (!k->on) {
		memcpy(out, in, len);
		return len;
	}
	if (is_gcm(k->alg)) {
		struct wr w = wr_init(out, 8);

		wr_u64(&w, k->seq);
		gcm(k, 1, type, out, in, len, out + 8, out + 8 + len);
		n = len + 24;
	} else {
		memcpy(plain, in, len);
		n = len + (k->etm ? 0 : record_mac(k, type, in, len, plain + len));
		pad = 16 - (n % 16);
		memset(plain + n, (int)pad - 1, pad);
		n += pad;
		memset(out, 0x5a, 16); /* the IV: any for a test */
		cbc(k, 1, out, plain, n, out + 16);
		n += 16;
		if (k->etm)
			n += record_mac(k, type, out, n, out + n);
	}
	k->seq++;
	return n;
}

static void
wire_send(struct hs_end *p, uint8_t type, const uint8_t *data, size_t len)
{
	size_t most = p->send_fragment != 0 && type == TLS_CT_HANDSHAKE ? p->send_fragment : 16384;

	if (p->net == NULL)
		return;
	do {
		uint8_t rec[5 + 20000];
		size_t take = len < most ? len : most,
		       n = peer_seal_record(&p->wr, type, data, take, rec + 5);
		struct wr w = wr_init(rec, 5);

		wr_u8(&w, type);
		wr_u16(&w, 0x0303);
		wr_u16(&w, (uint16_t)n);
		CHECK(BIO_write(p->net, rec, (int)(5 + n)) == (int)(5 + n));
		data += take;
		len -= take;
	} while (len != 0);
}

/* ---- actions ---- */

static void
set_keys(struct hs_end *p, const struct hs_act *a)
{
	const uint8_t *d = p->out->data + a->off;
	struct peer_keys k = { .on = true,
		.alg = a->keys.alg,
		.mac_len = a->keys.mac_key_len,
		.key_len = a->keys.key_len,
		.iv_len = a->keys.iv_len,
		.etm = (a->keys.flags & IPC_KEYS_ETM) != 0 };

	memcpy(k.mac, d, k.mac_len);
	memcpy(k.key, d + k.mac_len, k.key_len);
	memcpy(k.iv, d + k.mac_len + k.key_len, k.iv_len);
	if (a->keys.dir == IPC_DIR_WRITE)
		p->wr = k;
	else
		p->rd_next = k;
}

/* A key operation, done here. Returns the length of its result. */
static size_t
work(struct hs_end *p, const struct pka_req *r, const uint8_t *d, size_t len, uint8_t answer[256])
{
	uint8_t substitute[48];

	if (r->kind == PKA_RSA_PREMASTER) {
		peer_random(&p->random_state, substitute, 48);
		CHECK(pka_soft_rsa_premaster(r->cert->key, r->code, d, len, substitute, answer) == 0);
		p->asked_rsa++;
		return 48;
	}
	CHECK(r->kind == PKA_PRF && r->out_len <= 256);
	hs_prf_run(r->code, d, r->split, d + r->split, len - r->split, answer, r->out_len);
	p->asked_prf++;
	return r->out_len;
}

/* Carries out all actions, then gives the one answer that was asked for. */
static enum tls_err
carry_out(struct hs_end *p)
{
	for (;;) {
		struct hs_out *out = p->out;
		enum { NONE, WORK, SESSION } asked = NONE;
		uint8_t answer[256];
		size_t answer_len = 0;
		struct session_entry entry;
		bool hit = false;
		uint32_t tag = 0;

		for (unsigned i = 0; i < out->n; i++) {
			const struct hs_act *a = &out->act[i];
			const uint8_t *d = out->data + a->off;

			switch (a->type) {
			case HS_ACT_SEND: wire_send(p, a->send.content_type, d, a->len); break;
			case HS_ACT_KEYS: set_keys(p, a); break;
			case HS_ACT_SESSION_GET:
				asked = SESSION;
				tag = a->tag;
				hit = session_cache_get(p->cache, d, a->len, p->env.now_s, &entry);
				break;
			case HS_ACT_SESSION_PUT:
				p->stored = true;
				session_cache_put(p->cache, a->entry);
				break;
			case HS_ACT_SESSION_REMOVE:
				p->removed = true;
				session_cache_remove(p->cache, d, a->len);
				break;
			case HS_ACT_PKA:
				asked = WORK;
				tag = a->tag;
				answer_len = work(p, &a->pka, d, a->len, answer);
				break;
			case HS_ACT_READY: p->ready = true; break;
			case HS_ACT_READ_ON:
			case HS_ACT_DONE: break;
			default: CHECK(!"an action this client does not know");
			case HS_ACT_CLOSE:
				p->closed = true;
				p->alert_level = a->close.level;
				p->alert = a->close.alert;
				if (a->close.alert != TLS_ALERT_NONE) {
					uint8_t al[2] = { a->close.level, a->close.alert };

					wire_send(p, TLS_CT_ALERT, al, 2);
				}
				break;
			}
		}
		hs_out_wipe(out);
		if (asked == NONE)
			return p->err;
		if (asked == WORK)
			p->err = hs_work_done(p->hs, &p->env, tag, answer, answer_len, out);
		else
			p->err = hs_session_done(p->hs, &p->env, tag, hit ? &entry : NULL, NULL, out);
	}
}

enum tls_err
peer_record(struct hs_end *p, uint8_t type, uint8_t epoch, const void *data, size_t len)
{
	hs_out_start(p->out);
	p->err = hs_record(p->hs, &p->env, type, epoch, data, len, p->out);
	return carry_out(p);
}

/* One record of the wire, cut further when the test wants it. */
static void
take_one(struct hs_end *p, uint8_t type, const uint8_t *body, size_t len)
{
	uint8_t plain[20000];
	size_t n = peer_open_record(&p->rd, type, body, len, plain), step = n;

	if (type == TLS_CT_APPDATA)
		return;
	if (type == TLS_CT_HANDSHAKE && p->fragment != 0)
		step = p->fragment;
	for (size_t at = 0; at < n && !p->closed; at += step)
		peer_record(p, type, p->epoch, plain + at, n - at < step ? n - at : step);
	if (type == TLS_CT_CCS && !p->closed) {
		p->rd = p->rd_next;
		p->epoch++;
	}
}

enum tls_err
peer_pump(struct hs_end *p)
{
	int got = BIO_read(p->net, p->in + p->in_len, (int)(sizeof(p->in) - p->in_len));
	size_t at = 0;

	if (got > 0)
		p->in_len += (size_t)got;
	while (p->in_len - at >= 5 && !p->closed) {
		struct rd r = rd_init(p->in + at, p->in_len - at);
		uint8_t type = rd_u8(&r);
		uint16_t version = rd_u16(&r), len = rd_u16(&r);
		const uint8_t *body = rd_bytes(&r, len);

		(void)version;
		if (body == NULL)
			break;
		take_one(p, type, body, len);
		at += 5u + len;
	}
	memmove(p->in, p->in + at, p->in_len - at);
	p->in_len -= at;
	return p->err;
}

void
peer_open(struct hs_end *p, struct peer_world *w, BIO *net)
{
	memset(p, 0, sizeof(*p));
	p->random_state = ++w->connections;
	p->env = (struct hs_env){ .now_s = 1000, .random = peer_random, .ctx = &p->random_state };
	p->out = malloc(sizeof(*p->out));
	p->hs = hs_new(&w->listener);
	p->cache = w->cache;
	p->net = net;
	CHECK(p->out != NULL && p->hs != NULL);
	hs_out_start(p->out);
}

void
peer_close(struct hs_end *p)
{
	hs_free(p->hs);
	free(p->out);
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
client_shake(SSL *ssl, struct hs_end *p)
{
	for (int i = 0; i < 20; i++) {
		int rc = SSL_do_handshake(ssl);

		peer_pump(p);
		if (p->closed || (rc == 1 && p->ready))
			break;
		if (rc != 1 && SSL_get_error(ssl, rc) != SSL_ERROR_WANT_READ)
			break;
	}
	SSL_do_handshake(ssl); /* takes in a final alert */
	return SSL_is_init_finished(ssl) && p->ready && !p->closed;
}
