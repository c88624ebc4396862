/* Whether a chain of ours leads to a certification authority that the other side names. */
#include <openssl/x509.h>

#include "common/rd.h"
#include "control/cert/cert.h"

static bool
is_named(const X509_NAME *issuer, const uint8_t *names, size_t len)
{
	struct rd r = rd_init(names, len);
	bool found = false;

	while (!found && rd_left(&r) != 0) {
		struct rd one = rd_vec16(&r);
		const unsigned char *p = one.p;
		X509_NAME *n;

		if (!rd_ok(&r))
			return false;
		n = d2i_X509_NAME(NULL, &p, (long)rd_left(&one));
		found = n != NULL && X509_NAME_cmp(n, issuer) == 0;
		X509_NAME_free(n);
	}
	return found;
}

bool
cert_has_issuer(const struct cert *cert, const uint8_t *names, size_t len)
{
	struct rd chain = rd_init(cert->chain, cert->chain_len);
	bool found = len == 0;

	while (!found && rd_left(&chain) != 0) {
		struct rd der = rd_vec24(&chain);
		const unsigned char *p = der.p;
		X509 *x = d2i_X509(NULL, &p, (long)rd_left(&der));

		if (x == NULL)
			return false;
		found = is_named(X509_get_issuer_name(x), names, len);
		X509_free(x);
	}
	return found;
}
