/*
 * A certificate list and a stapled OCSP response of a hostile peer: 16-bit length of the list, the
 * list, the response. Keys are Ed25519 from fixed seeds, so the CA is the same in every run and
 * corpus entries keep their meaning. Found: what ASan and UBSan object to, and any certificate that
 * is taken though our CA never signed it.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/cert/verify.h"
#include "tests/unit/control/cert/pki.h"

#define CHECK(x) do { if (!(x)) abort(); } while (0)

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* a fuzz target has no other place for what lives through all inputs */
static struct trust *trusts[3];
static uint8_t genuine[3][32]; /* fingerprints of what the CA signed */

static struct pki_cert
make(uint8_t n, struct pki_spec spec, const struct pki_cert *by)
{
	const uint8_t seed[32] = { n };
	struct pki_cert c;

	spec.use_key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof(seed));
	c = pki_make(&spec, by);
	EVP_PKEY_free(spec.use_key);
	return c;
}

static struct trust *
load(const char *ca, unsigned kind)
{
	const char *rules[] = { "CN=leaf", "DNS:*.test" };
	struct trust_conf conf;
	struct trust *t;
	char err[CERT_ERR_LEN];

	trust_conf_init(&conf);
	conf.ca_file = ca;
	conf.security_level = kind == 0 ? 0 : 1;
	conf.purpose = kind == 2 ? TRUST_SERVERS : TRUST_CLIENTS;
	conf.ocsp = kind == 2 ? TRUST_OCSP_HARD : TRUST_OCSP_OFF;
	conf.allow = rules;
	conf.allow_count = kind == 1 ? 2 : 0;
	CHECK(trust_load(&conf, &t, err) == 0);
	return t;
}

/* What we would take: shows that the way is open. FUZZ_SEED_OUT names a file for the corpus. */
static void
make_seed(const struct pki_cert c[3])
{
	struct pki_ocsp o = { .of = &c[2], .issuer = &c[1], .this_update = PKI_NOW - 60,
		.next_update = PKI_NOW + 60 };
	struct verify_req req = { .name = "a.test", .now_s = PKI_NOW };
	uint8_t out[8192], *list, *der;

	list = pki_list(&req.chain_len, &c[2], &c[1], NULL);
	der = pki_ocsp_response(&o, &req.staple_len);
	req.chain = list;
	req.staple = der;
	for (unsigned i = 0; i < 3; i++) {
		struct peer *p = peer_verify(trusts[i], &req);

		CHECK(p->verdict == TLS_E_OK);
		peer_unref(p);
	}
	out[0] = (uint8_t)(req.chain_len >> 8);
	out[1] = (uint8_t)req.chain_len;
	memcpy(out + 2, list, req.chain_len);
	memcpy(out + 2 + req.chain_len, der, req.staple_len);
	if (getenv("FUZZ_SEED_OUT") != NULL)
		pki_write(getenv("FUZZ_SEED_OUT"), out, 2 + req.chain_len + req.staple_len);
	free(list);
	OPENSSL_free(der);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct pki_cert c[3];
	char dir[64];
	unsigned n;

	c[0] = make(1, (struct pki_spec){ .cn = "root", .ca = true }, NULL);
	c[1] = make(2, (struct pki_spec){ .cn = "intermediate", .ca = true }, &c[0]);
	c[2] = make(3, (struct pki_spec){ .cn = "leaf", .san = "DNS:a.test,IP:192.0.2.1", .serial = 5 },
		&c[1]);
	pki_tmp(dir);
	pki_write_certs(pki_path(dir, "ca"), &c[0], NULL);
	for (unsigned i = 0; i < 3; i++) {
		trusts[i] = load(pki_path(dir, "ca"), i);
		X509_digest(c[i].x, EVP_sha256(), genuine[i], &n);
	}
	pki_tmp_remove(dir);
	make_seed(c);
	for (unsigned i = 0; i < 3; i++)
		pki_free(&c[i]);
	return 0;
}

static bool
is_genuine(const struct peer *p)
{
	for (unsigned i = 0; i < 3; i++)
		if (memcmp(p->fingerprint, genuine[i], 32) == 0)
			return true;
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct verify_req req = { .name = "a.test", .now_s = PKI_NOW };
	size_t n;

	if (size < 2)
		return 0;
	n = (size_t)data[0] << 8 | data[1];
	if (n > size - 2)
		n = size - 2;
	req.chain = data + 2;
	req.chain_len = n;
	req.staple = data + 2 + n;
	req.staple_len = size - 2 - n;
	for (unsigned i = 0; i < 3; i++) {
		struct peer *p;

		req.trust = trusts[i];
		p = peer_verify(trusts[i], &req);
		CHECK(p != NULL && p->refs == 1);
		CHECK((p->verdict == TLS_E_OK) == (p->reason[0] == '\0'));
		CHECK(p->verdict != TLS_E_OK || (is_genuine(p) && p->key != NULL));
		CHECK(strlen(p->alt_names) <= 4 * size + 64 && strchr(p->alt_names, '\n') == NULL);
		peer_unref(p);
	}
	return 0;
}
