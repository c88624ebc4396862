/*
 * What peers send to public-key operations and what clients present as tickets. First byte: the
 * kind of target; then, for operations, a group or scheme. Keys are fixed, so that the fuzzer meets
 * the same arithmetic every time. Found: what ASan and UBSan object to, a share or a signature that
 * is accepted without being one, a ticket that opens without having been sealed.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "common/rd.h"
#include "control/cert/peer.h"
#include "control/pka/pka_kex.h"
#include "control/pka/pka_soft.h"
#include "control/session/ticket.h"

#define CHECK(x) do { if (!(x)) abort(); } while (0)

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint16_t groups[] = {
	KEX_X25519, KEX_X25519MLKEM768, KEX_P256, KEX_P384, KEX_FFDHE2048, KEX_GROUP_EXPLICIT,
};
#define GROUPS (sizeof(groups) / sizeof(groups[0]))
static const uint16_t schemes[] = {
	SIG_RSA_PKCS1_SHA256, SIG_RSA_PSS_RSAE_SHA256, SIG_RSA_MD5_SHA1_RAW, SIG_ECDSA_P256_SHA256, SIG_ED25519,
};
#define SCHEMES (sizeof(schemes) / sizeof(schemes[0]))

/* a fuzz target has no other place for what lives through all inputs */
static struct {
	EVP_PKEY *key[SCHEMES];
	uint8_t private[GROUPS][PKA_KEX_MAX_PRIVATE];
	size_t private_len[GROUPS];
	struct ticket_keys *tickets;
	uint8_t sealed[200];
	size_t sealed_len;
} world;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	uint8_t out[PKA_OP_MAX_OUT], plain[100] = { 9, 8, 7 };
	size_t n;

	world.key[0] = world.key[1] = world.key[2] = EVP_RSA_gen(2048);
	world.key[3] = EVP_EC_gen("P-256");
	world.key[4] = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	for (unsigned g = 0; g < GROUPS; g++) {
		struct pka_req req = { .kind = PKA_KEX_KEYGEN, .code = groups[g] };
		struct rd r, a;

		if (groups[g] == KEX_GROUP_EXPLICIT)
			continue;
		CHECK(pka_soft_do(&req, NULL, 0, out, &n) == 0);
		r = rd_init(out, n);
		a = rd_vec16(&r);
		world.private_len[g] = rd_left(&a);
		memcpy(world.private[g], a.p, rd_left(&a));
	}
	world.tickets = ticket_keys_new(3600, 3600);
	world.sealed_len = ticket_seal(world.tickets, 1000, plain, sizeof(plain), world.sealed, sizeof(world.sealed));
	CHECK(world.sealed_len != 0);
	return 0;
}

static void
share(unsigned g, bool derive, const uint8_t *data, size_t size)
{
	struct pka_req req = { .kind = derive ? PKA_KEX_DERIVE : PKA_KEX_RESPOND, .code = groups[g] };
	const struct pka_kex_group *k = pka_kex_find(groups[g]);
	uint8_t out[PKA_OP_MAX_OUT], *in = malloc(PKA_KEX_MAX_PRIVATE + size + 1);
	size_t len = size, n;

	if (derive && k != NULL) {
		memcpy(in, world.private[g], world.private_len[g]);
		memcpy(in + world.private_len[g], data, size);
		req.split = (uint32_t)world.private_len[g];
		len += world.private_len[g];
	} else {
		req.kind = PKA_KEX_RESPOND;
		memcpy(in, data, size);
	}
	if (pka_soft_do(&req, in, len, out, &n) != 0)
		CHECK(n == 0);
	else if (n != 0 && k != NULL) {
		/* accepted: as long as it must be, and an EC point of the right form */
		CHECK(k->short_share ? size <= k->public_len
				     : size == (req.kind == PKA_KEX_DERIVE ? k->reply_len : k->public_len));
		CHECK((groups[g] != KEX_P256 && groups[g] != KEX_P384) || data[0] == 4);
	}
	free(in);
}

static void
signature(unsigned s, const uint8_t *data, size_t size)
{
	struct peer peer = { .key = world.key[s] };
	struct pka_req req = {
		.kind = PKA_VERIFY, .code = schemes[s], .split = (uint32_t)size, .peer = &peer
	};
	uint8_t out[PKA_OP_MAX_OUT], *in = malloc(size + 36);
	size_t n;

	memcpy(in, data, size);
	memset(in + size, 0x77, 36);
	if (pka_soft_do(&req, in, size + 36, out, &n) == 0)
		CHECK(n == 1 && out[0] == 0); /* the fuzzer cannot sign */
	free(in);
}

static void
ticket(const uint8_t *data, size_t size, bool from_ours)
{
	uint8_t plain[TICKET_MAX_PLAIN], bytes[sizeof(world.sealed)];
	bool old, changed;

	if (!from_ours) {
		CHECK(ticket_open(world.tickets, 1000, data, size, plain, sizeof(plain), &old) == 0);
		return;
	}
	/* ours, with the input's bytes over it */
	memcpy(bytes, world.sealed, world.sealed_len);
	for (size_t i = 0; i < size; i++)
		bytes[i % world.sealed_len] ^= data[i];
	changed = memcmp(bytes, world.sealed, world.sealed_len) != 0;
	CHECK((ticket_open(world.tickets, 1000, bytes, world.sealed_len, plain, sizeof(plain), &old) == 0) == changed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned what;

	if (size < 2)
		return 0;
	what = data[1];
	switch (data[0] % 4) {
	case 0: share(what % GROUPS, what & 0x80, data + 2, size - 2); break;
	case 1: signature(what % SCHEMES, data + 2, size - 2); break;
	default: ticket(data + 2, size - 2, data[0] & 1); break;
	}
	return 0;
}
