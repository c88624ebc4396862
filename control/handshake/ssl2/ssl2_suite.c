/* The ciphers of SSL 2.0 that this build knows, by preference: draft-hickman-netscape-ssl 1.5.2. */
#include "control/handshake/ssl2/ssl2.h"

static const struct {
	uint32_t kind;
	struct hs_suite suite;
} ciphers[] = {
	/* kind, { code, versions, exchange, authentication, hash, key, MAC secret, IV, ... } */
	{ 0x0700c0, { 0x07c0, TLS_V_SSL2, TLS_V_SSL2, HS_KX_RSA, HS_AUTH_RSA, HS_PRF_MD5_SHA1, 24, 24, SSL2_KEY_ARG_LEN, true, IPC_ALG_3DES_CBC_MD5, "SSL_CK_DES_192_EDE3_CBC_WITH_MD5" } },
	{ 0x010080, { 0x0180, TLS_V_SSL2, TLS_V_SSL2, HS_KX_RSA, HS_AUTH_RSA, HS_PRF_MD5_SHA1, 16, 16, 0, false, IPC_ALG_RC4_MD5, "SSL_CK_RC4_128_WITH_MD5" } },
};
#define CIPHERS (sizeof(ciphers) / sizeof(ciphers[0]))

const struct hs_suite *
ssl2_suite_at(unsigned i)
{
	return i < CIPHERS ? &ciphers[i].suite : NULL;
}

int
ssl2_suite_find(uint32_t kind)
{
	for (unsigned i = 0; i < CIPHERS; i++)
		if (ciphers[i].kind == kind)
			return (int)i;
	return -1;
}

uint32_t
ssl2_suite_kind(const struct hs_suite *s)
{
	for (unsigned i = 0; i < CIPHERS; i++)
		if (&ciphers[i].suite == s)
			return ciphers[i].kind;
	return 0;
}

uint8_t
ssl2_suite_set(struct rd list)
{
	uint8_t set = 0;

	while (rd_left(&list) >= 3) {
		int i = ssl2_suite_find(rd_u24(&list));

		if (i >= 0)
			set |= (uint8_t)(1u << i);
	}
	return set;
}
