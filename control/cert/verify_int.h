/* Inside cert/: a verification with what OCSP needs afterwards. */
#ifndef SLUICE_CONTROL_VERIFY_INT_H
#define SLUICE_CONTROL_VERIFY_INT_H

#include "control/cert/trust_int.h"
#include "control/cert/verify.h"

struct verify_out {
	struct peer *peer; /* NULL: memory was out */
	X509 *leaf, *issuer; /* of a verified chain; NULL: no issuer but itself */
	bool status_known; /* the staple said it */
};

/* Any thread; the set stays in force for it. */
void verify_run(const struct trust_conf *conf, const struct trust_set *set,
	const struct verify_req *req, struct verify_out *out);
void verify_out_clear(struct verify_out *out); /* not the peer */
/* Sets verdict and reason. */
void verify_refuse(struct peer *p, enum tls_err verdict, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
