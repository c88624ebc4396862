/* Inside cert/: what a verification reads of a trust. */
#ifndef SLUICE_CONTROL_TRUST_INT_H
#define SLUICE_CONTROL_TRUST_INT_H

#include <sys/types.h>
#include <time.h>

#include <openssl/x509.h>

#include "control/cert/trust.h"

struct trust_stamp { /* of a file as it was read */
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec mtime;
};

struct trust_set {
	unsigned refs;
	X509_STORE *store;
	uint8_t id[32];
	int64_t crl_until; /* the earliest nextUpdate; INT64_MAX */
	unsigned crls;
	struct trust_stamp stamps[TRUST_MAX_CRL_FILES];
};

struct trust {
	unsigned refs;
	struct trust_conf conf;
	char *strings; /* what conf points to */
	const char **lists;
	STACK_OF(X509) * cas;
	uint8_t *ca_names;
	size_t ca_names_len;
	struct trust_set *set;
	char notes[1024];
};

/* Seconds since 1970; INT64_MAX when the time cannot be read. */
int64_t trust_time(const ASN1_TIME *t);
/* trust.c: "file: what; advice" and an empty error queue; -1. */
int trust_fail(char *err, const char *file, const char *what, const char *advice);
/* trust_set.c: reads the CRL files; any thread. NULL with a sentence in err. */
struct trust_set *trust_set_build(const struct trust *t, char *err);
/* trust_set.c: the same file, unchanged. */
bool trust_same_stamp(const struct trust_stamp *a, const struct trust_stamp *b);
/* allow.c: whether a rule is well-formed. */
bool allow_valid(const char *rule);
/* allow.c: whether the certificate meets one of the rules, or there are none. */
bool allow_match(const char *const *rules, unsigned count, X509 *x);

#endif
