/*
 * Whom we trust: CA certificates, CRLs and the rules for the other side's certificate. One object
 * per listener with client authentication, and per pool of TLS servers.
 *
 * A `struct trust` is immutable and counted but for its set of CRLs, which trust_swap() replaces
 * when the files have changed. Everything runs on the loop's thread but what says otherwise.
 */
#ifndef SLUICE_CONTROL_TRUST_H
#define SLUICE_CONTROL_TRUST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/cert/cert.h"

#define TRUST_MAX_CA_NAMES 16384 /* bytes of the list in a CertificateRequest */
#define TRUST_MAX_CRL_FILES 32
#define TRUST_MAX_RULES 256
#define TRUST_MAX_RSA_BITS 8192

enum trust_purpose {
	TRUST_CLIENTS, /* their certificates are for client authentication */
	TRUST_SERVERS,
};
enum trust_crl { TRUST_CRL_OFF, TRUST_CRL_LEAF, TRUST_CRL_ALL };
/* What to do when the state of a certificate cannot be found out. */
enum trust_ocsp { TRUST_OCSP_OFF, TRUST_OCSP_SOFT, TRUST_OCSP_HARD };

struct trust_conf { /* begin with trust_conf_init(); strings are copied */
	const char *ca_file; /* PEM, any number of certificates */
	uint8_t purpose; /* enum trust_purpose */
	uint8_t depth; /* intermediate certificates at most */
	bool partial_chain; /* a CA of the file that is not self-signed is an anchor as well */
	uint8_t security_level; /* libcrypto's 0..5 for keys and signatures of the chain */
	uint16_t min_rsa_bits; /* 1024..8192 */

	const char *const *crl_files; /* PEM (any number in each) or DER */
	unsigned crl_file_count;
	uint8_t crl_check; /* enum trust_crl */
	bool crl_hard; /* a missing or outdated CRL refuses the certificate */

	uint8_t ocsp; /* enum trust_ocsp */
	const char *ocsp_url; /* instead of the certificate's own; NULL */
	uint32_t ocsp_timeout_ms;

	bool common_name; /* TRUST_SERVERS: the subject's CN counts when there is no dNSName */
	/*
	 * TRUST_CLIENTS: one of these must match, when there are any: "DNS:", "email:" or "URI:" and
	 * a pattern, "IP:" and an address, "CN=" (or another attribute's short name) and a pattern
	 * for one attribute of the subject, "subject:" and the whole subject as RFC 2253 has it.
	 * "*" in a pattern stands for any run of characters, in DNS names within one label.
	 */
	const char *const *allow;
	unsigned allow_count;
};

struct trust;
struct trust_set; /* CAs and CRLs as they were read at one time */

/*
 * TRUST_CLIENTS, depth 4, level 1, RSA from 2048 bits, everything else off; OCSP, when switched on,
 * within 3 s.
 */
void trust_conf_init(struct trust_conf *conf);
/* 0 and *trust with one reference, or -1 with one sentence in err: file, what, what to do. */
int trust_load(const struct trust_conf *conf, struct trust **trust, char err[CERT_ERR_LEN]);
struct trust *trust_ref(struct trust *t);
/* t may be NULL. */
void trust_unref(struct trust *t);
/* Lines of things to know; "". */
const char *trust_notes(const struct trust *t);
/*
 * DER names of the CAs for a CertificateRequest (RFC 5246 7.4.4, RFC 8446 4.2.4): 2-byte length of
 * all, then each with its own. Empty (2 zero bytes: any CA) when they would be too long.
 */
const uint8_t *trust_ca_names(const struct trust *t, size_t *len);
/* The rules, strings and all. Any thread. */
const struct trust_conf *trust_conf(const struct trust *t);
/*
 * What a verification depends on: changes with the CA file's content, the CRLs' and the rules', and
 * with nothing else.
 */
const uint8_t *trust_id(const struct trust *t);

struct trust_view { /* of the CRLs in force, for people */
	unsigned crls;
	int64_t until; /* the earliest nextUpdate, seconds since 1970; INT64_MAX: none has one */
	int64_t changed; /* when the newest file was written */
};
void trust_look(const struct trust *t, struct trust_view *view);

/* ---- CRLs that change while we run ---- */

/* The set in force, with a reference for a job on another thread. */
struct trust_set *trust_set_ref(struct trust *t);
void trust_set_unref(struct trust_set *set);
/*
 * Any thread: 1 and *fresh when a CRL file has changed since `set` was read, 0 when none has, -1
 * with a sentence in err when one cannot be read now (then the old set goes on).
 */
int trust_set_renew(const struct trust *t, const struct trust_set *set, struct trust_set **fresh,
	char err[CERT_ERR_LEN]);
/* On the loop's thread: the fresh set is in force; takes the reference. */
void trust_swap(struct trust *t, struct trust_set *fresh);

#endif
