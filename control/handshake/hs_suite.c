/* The cipher suites this build knows, one line each (RFC 5246 A.5, RFC 5288 3). */
#include <string.h>

#include "control/handshake/hs.h"

static const struct hs_suite suites[] = {
	/* code    prf            key mac iv  alg                          name */
	{ 0x009c, HS_PRF_SHA256, 16, 0, 4, IPC_ALG_AES128_GCM, "TLS_RSA_WITH_AES_128_GCM_SHA256" },
	{ 0x009d, HS_PRF_SHA384, 32, 0, 4, IPC_ALG_AES256_GCM, "TLS_RSA_WITH_AES_256_GCM_SHA384" },
	{ 0x003c, HS_PRF_SHA256, 16, 32, 0, IPC_ALG_AES128_CBC_SHA256, "TLS_RSA_WITH_AES_128_CBC_SHA256" },
	{ 0x003d, HS_PRF_SHA256, 32, 32, 0, IPC_ALG_AES256_CBC_SHA256, "TLS_RSA_WITH_AES_256_CBC_SHA256" },
	{ 0x002f, HS_PRF_SHA256, 16, 20, 0, IPC_ALG_AES128_CBC_SHA1, "TLS_RSA_WITH_AES_128_CBC_SHA" },
	{ 0x0035, HS_PRF_SHA256, 32, 20, 0, IPC_ALG_AES256_CBC_SHA1, "TLS_RSA_WITH_AES_256_CBC_SHA" },
};

const struct hs_suite *
hs_suite_at(unsigned i)
{
	return i < sizeof(suites) / sizeof(suites[0]) ? &suites[i] : NULL;
}

const struct hs_suite *
hs_suite_by_code(uint16_t code)
{
	const struct hs_suite *s;

	for (unsigned i = 0; (s = hs_suite_at(i)) != NULL; i++)
		if (s->code == code)
			return s;
	return NULL;
}

const struct hs_suite *
hs_suite_by_name(const char *name)
{
	const struct hs_suite *s;

	for (unsigned i = 0; (s = hs_suite_at(i)) != NULL; i++)
		if (strcmp(s->name, name) == 0)
			return s;
	return NULL;
}
