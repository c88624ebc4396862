/*
 * Opens TLS 1.2 AES-128-GCM records with libcrypto, independently of the dataplane's code, and compares the plaintext byte for byte.
 */
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "tests/bench/gen.h"

#define HDR 5u
#define NONCE 8u
#define TAG 16u
#define VERIFY_RECORDS 64 /* opened before the measurement; the rest is only counted */

const uint8_t gen_key[GEN_KEY_BYTES] = { 0x51, 0x75, 0x69, 0x63, 0x6b, 0x20, 0x62, 0x72, 0x6f, 0x77, 0x6e, 0x20, 0x66, 0x6f, 0x78, 0x21 };
const uint8_t gen_salt[4] = { 0xca, 0xfe, 0xba, 0xbe };

static bool
open_record(const struct verify *v, uint32_t plain, uint8_t *out)
{
	const uint8_t *r = v->rec;
	uint8_t nonce[12], aad[13], tag[TAG];
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	bool ok;
	int n;

	memcpy(nonce, gen_salt, 4);
	memcpy(nonce + 4, r + HDR, NONCE);
	for (int i = 0; i < 8; i++)
		aad[i] = (uint8_t)(v->seq >> (56 - 8 * i));
	aad[8] = r[0];
	aad[9] = r[1];
	aad[10] = r[2];
	aad[11] = (uint8_t)(plain >> 8);
	aad[12] = (uint8_t)plain;
	memcpy(tag, r + HDR + NONCE + plain, TAG);
	ok = c != NULL && EVP_DecryptInit_ex(c, EVP_aes_128_gcm(), NULL, gen_key, nonce) == 1 && EVP_DecryptUpdate(c, NULL, &n, aad, sizeof(aad)) == 1 &&
	     EVP_DecryptUpdate(c, out, &n, r + HDR + NONCE, (int)plain) == 1 && EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, TAG, tag) == 1 &&
	     EVP_DecryptFinal_ex(c, out + n, &n) == 1;
	EVP_CIPHER_CTX_free(c);
	return ok;
}

static void
judge(struct verify *v, uint32_t fragment)
{
	static const char *const what[] = { "is no application data of TLS 1.2", "is too short", "does not open", "has wrong plaintext" };
	uint8_t out[18432];
	uint32_t plain = fragment - NONCE - TAG, wrong = 0;

	if (v->rec[0] != 23 || v->rec[1] != 3 || v->rec[2] != 3)
		v->failed = true;
	else if (fragment < NONCE + TAG)
		v->failed = (wrong = 1) != 0;
	else if (!open_record(v, plain, out))
		v->failed = (wrong = 2) != 0;
	for (uint32_t i = 0; i < plain && !v->failed; i++)
		if (out[i] != gen_byte(v->offset + i))
			v->failed = (wrong = 3) != 0;
	if (v->failed) {
		fprintf(stderr, "bench_ring: record %u of %u bytes %s\n", v->opened, fragment, what[wrong]);
		return;
	}
	v->offset += plain;
	v->seq++;
	v->opened++;
}

void
verify_bytes(struct verify *v, const uint8_t *p, uint32_t n)
{
	while (n > 0 && !v->failed && v->opened < VERIFY_RECORDS) {
		const uint32_t fragment = v->have >= HDR ? (uint32_t)v->rec[3] << 8 | v->rec[4] : 0;
		const uint32_t want = v->have < HDR ? HDR : HDR + fragment, take = RTE_MIN(n, want - v->have);

		if (want > sizeof(v->rec)) {
			fprintf(stderr, "bench_ring: record %u claims %u bytes\n", v->opened, fragment);
			v->failed = true;
			return;
		}
		memcpy(v->rec + v->have, p, take);
		v->have += take;
		p += take;
		n -= take;
		if (v->have < HDR || v->have < HDR + ((uint32_t)v->rec[3] << 8 | v->rec[4]))
			continue;
		judge(v, v->have - HDR);
		v->have = 0;
	}
}
