/* Verification of a chain by libcrypto; see verify.h. */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "common/rd.h"
#include "control/cert/cert_int.h"
#include "control/cert/ocsp.h"
#include "control/cert/peer_int.h"
#include "control/cert/verify_int.h"

#define MAX_EC_BITS 521
#define TLSFEATURE_STATUS_REQUEST 5 /* RFC 7633, RFC 6066 8 */

void
verify_refuse(struct peer *p, enum tls_err verdict, const char *fmt, ...)
{
	va_list ap;

	p->verdict = verdict;
	va_start(ap, fmt);
	vsnprintf(p->reason, sizeof(p->reason), fmt, ap);
	va_end(ap);
}

void
verify_out_clear(struct verify_out *out)
{
	X509_free(out->leaf);
	X509_free(out->issuer);
	out->leaf = out->issuer = NULL;
}

/* ---- the list ---- */

/* Keys that cost too much to work with are never used: RFC 8446 appendix C.3 leaves limits to us. */
static bool
key_in_bounds(const EVP_PKEY *key)
{
	int bits = key != NULL ? EVP_PKEY_get_bits(key) : 0;

	if (key != NULL && EVP_PKEY_get_base_id(key) == EVP_PKEY_EC)
		return bits <= MAX_EC_BITS;
	return bits <= TRUST_MAX_RSA_BITS;
}

static X509 *
parse(struct rd *list, struct peer *p, unsigned n)
{
	struct rd der = rd_vec24(list);
	const uint8_t *start = der.p, *at = start;
	size_t len = rd_left(&der);
	X509 *x;

	if (!rd_ok(list) || len == 0) {
		verify_refuse(p, TLS_E_DECODE_ERROR, "certificate list of wrong length");
		return NULL;
	}
	x = d2i_X509(NULL, &at, (long)len);
	if (x == NULL || at != start + len) {
		verify_refuse(p, TLS_E_BAD_CERTIFICATE, "certificate %u cannot be decoded", n + 1);
		X509_free(x);
		return NULL;
	}
	if (!key_in_bounds(X509_get0_pubkey(x))) {
		verify_refuse(p, TLS_E_BAD_CERTIFICATE, "certificate %u has a key of %d bits", n + 1,
			EVP_PKEY_get_bits(X509_get0_pubkey(x)));
		X509_free(x);
		return NULL;
	}
	return x;
}

/* The list into a stack; the leaf first, also looked at. False: refused, or (reason "") no memory. */
static bool
read_chain(const struct verify_req *req, struct peer *p, STACK_OF(X509) * certs)
{
	struct rd list = rd_init(req->chain, req->chain_len);

	if (req->chain_len == 0 || req->chain_len > PEER_MAX_CHAIN) {
		verify_refuse(p, TLS_E_BAD_CERTIFICATE, "certificate list of %zu bytes",
			req->chain_len);
		return false;
	}
	for (unsigned n = 0; rd_left(&list) != 0; n++) {
		const uint8_t *before = list.p;
		X509 *x;

		if (n == VERIFY_MAX_CERTS) {
			verify_refuse(p, TLS_E_BAD_CERTIFICATE, "more than %u certificates",
				VERIFY_MAX_CERTS);
			return false;
		}
		x = parse(&list, p, n);
		if (x == NULL)
			return false;
		if (sk_X509_push(certs, x) <= 0) {
			X509_free(x);
			return false;
		}
		if (n == 0 && peer_look(p, x, before + 3, (size_t)(list.p - before) - 3) != 0)
			return false;
	}
	return true;
}

/* ---- the path ---- */

struct overlooked { /* errors of CRLs under a soft policy */
	bool soft;
	int error;
};

static int
on_error(int ok, X509_STORE_CTX *c)
{
	struct overlooked *o = X509_STORE_CTX_get_app_data(c);

	if (ok || !o->soft)
		return ok;
	switch (X509_STORE_CTX_get_error(c)) {
	case X509_V_ERR_UNABLE_TO_GET_CRL:
	case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
	case X509_V_ERR_CRL_HAS_EXPIRED:
	case X509_V_ERR_CRL_NOT_YET_VALID:
	case X509_V_ERR_CRL_SIGNATURE_FAILURE:
		o->error = X509_STORE_CTX_get_error(c);
		X509_STORE_CTX_set_error(c, X509_V_OK);
		return 1;
	default: return 0;
	}
}

static enum tls_err
verdict_of(int error)
{
	switch (error) {
	case X509_V_OK: return TLS_E_OK;
	case X509_V_ERR_OUT_OF_MEM:
	case X509_V_ERR_UNSPECIFIED: return TLS_E_INTERNAL_ERROR;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_CERT_CHAIN_TOO_LONG:
	case X509_V_ERR_PATH_LENGTH_EXCEEDED:
	case X509_V_ERR_INVALID_CA:
	case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
	case X509_V_ERR_CERT_UNTRUSTED: return TLS_E_UNKNOWN_CA;
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID: return TLS_E_CERTIFICATE_EXPIRED;
	case X509_V_ERR_CERT_REVOKED: return TLS_E_CERTIFICATE_REVOKED;
	case X509_V_ERR_INVALID_PURPOSE: return TLS_E_UNSUPPORTED_CERTIFICATE;
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
	case X509_V_ERR_UNABLE_TO_GET_CRL:
	case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
	case X509_V_ERR_CRL_HAS_EXPIRED:
	case X509_V_ERR_CRL_NOT_YET_VALID:
	case X509_V_ERR_CRL_SIGNATURE_FAILURE: return TLS_E_CERTIFICATE_UNKNOWN;
	default: return TLS_E_BAD_CERTIFICATE;
	}
}

static bool
set_name(X509_VERIFY_PARAM *p, const struct trust_conf *conf, const char *name)
{
	uint8_t ip[16];

	if (conf->purpose != TRUST_SERVERS || name == NULL || name[0] == '\0')
		return true;
	if (inet_pton(AF_INET, name, ip) == 1 || inet_pton(AF_INET6, name, ip) == 1)
		return X509_VERIFY_PARAM_set1_ip_asc(p, name) == 1;
	X509_VERIFY_PARAM_set_hostflags(p,
		X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
			(conf->common_name ? 0 : X509_CHECK_FLAG_NEVER_CHECK_SUBJECT));
	return X509_VERIFY_PARAM_set1_host(p, name, 0) == 1;
}

static bool
set_rules(X509_STORE_CTX *c, const struct trust_conf *conf, const struct verify_req *req)
{
	X509_VERIFY_PARAM *p = X509_STORE_CTX_get0_param(c);
	unsigned long flags = 0;

	if (conf->crl_check != TRUST_CRL_OFF)
		flags |= X509_V_FLAG_CRL_CHECK;
	if (conf->crl_check == TRUST_CRL_ALL)
		flags |= X509_V_FLAG_CRL_CHECK_ALL;
	if (conf->partial_chain)
		flags |= X509_V_FLAG_PARTIAL_CHAIN;
	X509_VERIFY_PARAM_set_flags(p, flags | X509_V_FLAG_TRUSTED_FIRST);
	X509_VERIFY_PARAM_set_time(p, (time_t)req->now_s);
	X509_VERIFY_PARAM_set_depth(p, conf->depth);
	X509_VERIFY_PARAM_set_auth_level(p, conf->security_level);
	return X509_STORE_CTX_set_purpose(c, conf->purpose == TRUST_CLIENTS
						     ? X509_PURPOSE_SSL_CLIENT
						     : X509_PURPOSE_SSL_SERVER) == 1 &&
		set_name(p, conf, req->name);
}

/* RSA keys from the leaf up to, but without, the anchor. */
static bool
rsa_long_enough(struct peer *p, const STACK_OF(X509) *path, unsigned min_bits)
{
	for (int i = 0; i < sk_X509_num(path) && (i == 0 || i < sk_X509_num(path) - 1); i++) {
		const EVP_PKEY *key = X509_get0_pubkey(sk_X509_value(path, i));
		int type = key != NULL ? EVP_PKEY_get_base_id(key) : NID_undef;
		int bits = key != NULL ? EVP_PKEY_get_bits(key) : 0;

		if ((type == EVP_PKEY_RSA || type == EVP_PKEY_RSA_PSS) && bits < (int)min_bits) {
			verify_refuse(p, TLS_E_BAD_CERTIFICATE,
				"certificate %d has an RSA key of %d bits, %u are needed", i + 1, bits,
				min_bits);
			return false;
		}
	}
	return true;
}

static int64_t
path_until(const STACK_OF(X509) *path)
{
	int64_t until = INT64_MAX;

	for (int i = 0; i < sk_X509_num(path); i++) {
		int64_t t = trust_time(X509_get0_notAfter(sk_X509_value(path, i)));

		until = t < until ? t : until;
	}
	return until;
}

/* A verified path: what libcrypto does not judge. */
static void
judge_path(const struct trust_conf *conf, const struct trust_set *set, X509_STORE_CTX *c,
	struct verify_out *out)
{
	STACK_OF(X509) *path = X509_STORE_CTX_get0_chain(c);
	struct peer *p = out->peer;

	if (!rsa_long_enough(p, path, conf->min_rsa_bits))
		return;
	if (conf->purpose == TRUST_CLIENTS &&
		!allow_match(conf->allow, conf->allow_count, sk_X509_value(path, 0))) {
		verify_refuse(p, TLS_E_ACCESS_DENIED, "no rule allows this certificate");
		return;
	}
	p->verdict = TLS_E_OK;
	p->reason[0] = '\0';
	p->valid_until = path_until(path);
	if (conf->crl_check != TRUST_CRL_OFF && conf->crl_hard && set->crl_until < p->valid_until)
		p->valid_until = set->crl_until;
	out->leaf = sk_X509_value(path, 0);
	X509_up_ref(out->leaf);
	if (sk_X509_num(path) > 1) {
		out->issuer = sk_X509_value(path, 1);
		X509_up_ref(out->issuer);
	}
}

static void
walk_path(const struct trust_conf *conf, const struct trust_set *set, const struct verify_req *req,
	STACK_OF(X509) * certs, struct verify_out *out)
{
	X509_STORE_CTX *c = X509_STORE_CTX_new();
	struct overlooked o = { .soft = !conf->crl_hard };
	struct peer *p = out->peer;
	int error;

	if (c == NULL ||
		X509_STORE_CTX_init(c, set->store, sk_X509_value(certs, 0), certs) != 1 ||
		!set_rules(c, conf, req)) {
		verify_refuse(p, TLS_E_INTERNAL_ERROR, "out of memory");
		goto out;
	}
	X509_STORE_CTX_set_app_data(c, &o);
	X509_STORE_CTX_set_verify_cb(c, on_error);
	if (X509_verify_cert(c) == 1) {
		p->x509_error = o.error;
		judge_path(conf, set, c, out);
		goto out;
	}
	error = X509_STORE_CTX_get_error(c);
	p->x509_error = error != X509_V_OK ? error : X509_V_ERR_UNSPECIFIED;
	verify_refuse(p, verdict_of((int)p->x509_error), "%s (certificate %d)",
		X509_verify_cert_error_string(p->x509_error),
		X509_STORE_CTX_get_error_depth(c) + 1);
out:
	X509_STORE_CTX_free(c);
	ERR_clear_error();
}

/* ---- its status ---- */

/* The certificate itself says that it must come with an OCSP response, RFC 7633. */
static bool
must_staple(const X509 *leaf)
{
	TLS_FEATURE *features = X509_get_ext_d2i(leaf, NID_tlsfeature, NULL, NULL);
	bool must = false;

	for (int i = 0; i < sk_ASN1_INTEGER_num(features); i++)
		must |= ASN1_INTEGER_get(sk_ASN1_INTEGER_value(features, i)) ==
			TLSFEATURE_STATUS_REQUEST;
	TLS_FEATURE_free(features);
	return must;
}

static void
judge_staple(const struct trust_conf *conf, const struct verify_req *req, struct verify_out *out)
{
	struct peer *p = out->peer;
	struct ocsp_result r;

	ocsp_check(req->staple, req->staple_len, out->leaf,
		out->issuer != NULL ? out->issuer : out->leaf, req->now_s, &r);
	switch (r.state) {
	case OCSP_S_GOOD:
		out->status_known = true;
		if (r.next_update < p->valid_until)
			p->valid_until = r.next_update;
		return;
	case OCSP_S_REVOKED: verify_refuse(p, TLS_E_CERTIFICATE_REVOKED, "%s", r.reason); return;
	case OCSP_S_BAD:
		verify_refuse(p, TLS_E_BAD_CERTIFICATE_STATUS, "%s", r.reason);
		return;
	default:
		if (conf->ocsp == TRUST_OCSP_HARD)
			verify_refuse(p, TLS_E_BAD_CERTIFICATE_STATUS, "%s", r.reason);
	}
}

/* The list, and whose key it is that leads it. False: refused, or memory was out. */
static bool
read_peer(const struct verify_req *req, struct peer *p, STACK_OF(X509) * certs)
{
	ERR_clear_error();
	if (!read_chain(req, p, certs)) {
		if (p->reason[0] == '\0')
			verify_refuse(p, TLS_E_INTERNAL_ERROR, "out of memory");
		return false;
	}
	if (p->key != NULL && cert_key_type(p->key) != 0)
		return true;
	verify_refuse(p, TLS_E_UNSUPPORTED_CERTIFICATE, "key of an unsupported kind (%s)",
		p->key_text);
	return false;
}

struct peer *
peer_unjudged(const struct verify_req *req)
{
	STACK_OF(X509) *certs = sk_X509_new_null();
	struct peer *p = peer_new();

	if (certs != NULL && p != NULL && read_peer(req, p, certs)) {
		p->verdict = TLS_E_OK;
		p->reason[0] = '\0';
		p->valid_until = INT64_MAX;
	}
	sk_X509_pop_free(certs, X509_free);
	ERR_clear_error();
	return p;
}

void
verify_run(const struct trust_conf *conf, const struct trust_set *set, const struct verify_req *req,
	struct verify_out *out)
{
	STACK_OF(X509) *certs = sk_X509_new_null();
	struct peer *p = peer_new();

	memset(out, 0, sizeof(*out));
	out->peer = p;
	if (certs == NULL || p == NULL || !read_peer(req, p, certs))
		goto out;
	walk_path(conf, set, req, certs, out);
	if (p->verdict == TLS_E_OK && req->staple_len != 0)
		judge_staple(conf, req, out);
	if (p->verdict == TLS_E_OK && !out->status_known && conf->purpose == TRUST_SERVERS &&
		conf->ocsp != TRUST_OCSP_OFF && must_staple(out->leaf))
		verify_refuse(p, TLS_E_BAD_CERTIFICATE_STATUS,
			"the certificate must come with an OCSP response, and no useful one came");
out:
	sk_X509_pop_free(certs, X509_free);
	ERR_clear_error();
}

struct peer *
peer_verify(const struct trust *trust, const struct verify_req *req)
{
	struct verify_out out;

	verify_run(&trust->conf, trust->set, req, &out);
	verify_out_clear(&out);
	return out.peer;
}
