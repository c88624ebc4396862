/* OCSP requests and responses; see ocsp.h. */
#include "control/cert/ocsp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include "control/cert/trust_int.h"

const char *
ocsp_state_name(enum ocsp_state state)
{
	static const char *const names[] = { "good", "revoked", "unknown", "stale", "later",
		"bad" };

	return names[state];
}

/* The issuer alone, at the given time. */
static X509_STORE *
issuer_store(X509 *issuer, int64_t now_s)
{
	X509_STORE *store = X509_STORE_new();
	X509_VERIFY_PARAM *p = X509_VERIFY_PARAM_new();

	if (store != NULL && p != NULL) {
		X509_VERIFY_PARAM_set_time(p, (time_t)now_s);
		X509_VERIFY_PARAM_set_flags(p, X509_V_FLAG_PARTIAL_CHAIN);
		X509_VERIFY_PARAM_set_auth_level(p, 1);
		X509_VERIFY_PARAM_set_depth(p, 1);
		if (X509_STORE_set1_param(store, p) == 1 &&
			X509_STORE_add_cert(store, issuer) == 1) {
			X509_VERIFY_PARAM_free(p);
			return store;
		}
	}
	X509_VERIFY_PARAM_free(p);
	X509_STORE_free(store);
	return NULL;
}

/* A digest for which collisions can be made signs nothing that we believe. */
static bool
weak_signature(const OCSP_BASICRESP *b)
{
	const X509_ALGOR *a = OCSP_resp_get0_tbs_sigalg(b);
	const ASN1_OBJECT *o;
	int md = NID_undef;

	X509_ALGOR_get0(&o, NULL, NULL, a);
	return OBJ_find_sigid_algs(OBJ_obj2nid(o), &md, NULL) != 1 || md == NID_md5 ||
		md == NID_sha1;
}

/* Signed by who may speak for the issuer, RFC 6960 4.2.2.2. */
static bool
signed_for_issuer(OCSP_BASICRESP *b, X509 *issuer, int64_t now_s)
{
	X509_STORE *store = issuer_store(issuer, now_s);
	STACK_OF(X509) *certs = sk_X509_new_null();
	bool ok = store != NULL && certs != NULL && sk_X509_push(certs, issuer) > 0 &&
		!weak_signature(b) && OCSP_basic_verify(b, certs, store, 0) == 1;

	sk_X509_free(certs);
	X509_STORE_free(store);
	return ok;
}

/*
 * The answer about this certificate: responders may have hashed the issuer's name and key by
 * another digest than ours.
 */
static OCSP_SINGLERESP *
find_single(OCSP_BASICRESP *b, X509 *cert, X509 *issuer)
{
	for (int i = 0; i < OCSP_resp_count(b); i++) {
		OCSP_SINGLERESP *s = OCSP_resp_get0(b, i);
		const OCSP_CERTID *theirs = OCSP_SINGLERESP_get0_id(s);
		ASN1_OBJECT *alg = NULL;
		const EVP_MD *md;
		OCSP_CERTID *ours;
		bool same;

		if (OCSP_id_get0_info(NULL, &alg, NULL, NULL, (OCSP_CERTID *)theirs) != 1)
			continue;
		md = EVP_get_digestbyobj(alg);
		ours = md != NULL ? OCSP_cert_to_id(md, cert, issuer) : NULL;
		same = ours != NULL && OCSP_id_cmp(ours, theirs) == 0;
		OCSP_CERTID_free(ours);
		if (same)
			return s;
	}
	return NULL;
}

static void
set(struct ocsp_result *r, enum ocsp_state state, const char *reason)
{
	r->state = state;
	snprintf(r->reason, sizeof(r->reason), "%s", reason);
}

static void
judge_single(OCSP_SINGLERESP *s, int64_t now_s, struct ocsp_result *r)
{
	ASN1_GENERALIZEDTIME *this_update = NULL, *next_update = NULL;
	int why = 0, status = OCSP_single_get0_status(s, &why, NULL, &this_update, &next_update);

	r->this_update = trust_time(this_update);
	if (r->this_update == INT64_MAX) {
		set(r, OCSP_S_BAD, "OCSP response without a readable thisUpdate");
		return;
	}
	r->next_update = next_update != NULL ? trust_time(next_update)
					     : r->this_update + OCSP_NO_NEXT_S;
	if (r->next_update == INT64_MAX || r->next_update < r->this_update)
		set(r, OCSP_S_BAD, "OCSP response with times that make no sense");
	else if (status == V_OCSP_CERTSTATUS_REVOKED) /* the past does not undo that */
		snprintf(r->reason, sizeof(r->reason), "revoked, says OCSP (%s)",
			why >= 0 ? OCSP_crl_reason_str(why) : "no reason given"),
			r->state = OCSP_S_REVOKED;
	else if (r->this_update > now_s + OCSP_SKEW_S)
		set(r, OCSP_S_STALE, "OCSP response is of the future");
	else if (r->next_update < now_s - OCSP_SKEW_S)
		set(r, OCSP_S_STALE, "OCSP response is out of date");
	else if (status == V_OCSP_CERTSTATUS_GOOD)
		set(r, OCSP_S_GOOD, "good, says OCSP");
	else
		set(r, OCSP_S_UNKNOWN, "OCSP responder does not know the certificate");
}

static void
judge_basic(OCSP_RESPONSE *resp, X509 *cert, X509 *issuer, int64_t now_s, struct ocsp_result *r)
{
	OCSP_BASICRESP *b = OCSP_response_get1_basic(resp);
	OCSP_SINGLERESP *s;

	if (b == NULL) {
		set(r, OCSP_S_BAD, "OCSP response of an unknown type");
		return;
	}
	s = find_single(b, cert, issuer);
	if (s == NULL)
		set(r, OCSP_S_BAD, "OCSP response is about another certificate");
	else if (!signed_for_issuer(b, issuer, now_s))
		set(r, OCSP_S_BAD, "OCSP response is not signed by the issuer or for it");
	else
		judge_single(s, now_s, r);
	OCSP_BASICRESP_free(b);
}

void
ocsp_check(const uint8_t *der, size_t len, X509 *cert, X509 *issuer, int64_t now_s,
	struct ocsp_result *r)
{
	const uint8_t *p = der;
	OCSP_RESPONSE *resp =
		len <= OCSP_MAX_RESPONSE ? d2i_OCSP_RESPONSE(NULL, &p, (long)len) : NULL;

	memset(r, 0, sizeof(*r));
	if (resp == NULL || p != der + len) {
		set(r, OCSP_S_BAD, "OCSP response cannot be decoded");
	} else if (OCSP_response_status(resp) != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
		r->state = OCSP_S_LATER;
		snprintf(r->reason, sizeof(r->reason), "OCSP responder answers %s",
			OCSP_response_status_str(OCSP_response_status(resp)));
	} else {
		judge_basic(resp, cert, issuer, now_s, r);
	}
	OCSP_RESPONSE_free(resp);
	ERR_clear_error();
}

uint8_t *
ocsp_request(X509 *cert, X509 *issuer, size_t *len, uint8_t id[32])
{
	/* SHA-1 as every responder knows it (RFC 5019 2.1.1): a name for the issuer, no proof */
	OCSP_CERTID *ours = OCSP_cert_to_id(EVP_sha1(), cert, issuer), *copy;
	OCSP_REQUEST *req = OCSP_REQUEST_new();
	uint8_t *der = NULL, *p;
	unsigned char *cid = NULL;
	unsigned md;
	int n;

	if (ours == NULL || req == NULL || (n = i2d_OCSP_CERTID(ours, &cid)) <= 0 ||
		EVP_Digest(cid, (size_t)n, id, &md, EVP_sha256(), NULL) != 1)
		goto out;
	copy = OCSP_CERTID_dup(ours);
	if (copy == NULL || OCSP_request_add0_id(req, copy) == NULL) {
		OCSP_CERTID_free(copy);
		goto out;
	}
	n = i2d_OCSP_REQUEST(req, NULL);
	p = der = n > 0 ? malloc((size_t)n) : NULL;
	if (der != NULL) {
		i2d_OCSP_REQUEST(req, &p);
		*len = (size_t)n;
	}
out:
	OPENSSL_free(cid);
	OCSP_CERTID_free(ours);
	OCSP_REQUEST_free(req);
	return der;
}

int
ocsp_url(X509 *cert, char url[OCSP_MAX_URL])
{
	STACK_OF(OPENSSL_STRING) *urls = X509_get1_ocsp(cert);
	int found = 0;

	for (int i = 0; !found && i < sk_OPENSSL_STRING_num(urls); i++) {
		const char *u = sk_OPENSSL_STRING_value(urls, i);

		found = strncmp(u, "http://", 7) == 0 && strlen(u) < OCSP_MAX_URL;
		if (found)
			memcpy(url, u, strlen(u) + 1);
	}
	X509_email_free(urls);
	return found;
}
