/*
 * Microseconds of processor time per public-key operation as pka_soft_do() does it, and what handing
 * one to the thread pool adds. For docs/adr/0004; compare with `openssl speed`. Prints a table.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <uv.h>

#include "control/cert/cert.h"
#include "control/cert/peer.h"
#include "control/pka/pka_soft.h"

#define ROUNDS 7 /* the best one counts: the machine has other things to do */
#define ROUND_US 60000

static double
cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

struct op {
	const char *name;
	struct pka_req req;
	const uint8_t *in;
	size_t len;
};

static void
once(const struct op *op, uint8_t *out, size_t *out_len)
{
	if (pka_soft_do(&op->req, op->in, op->len, out, out_len) != 0 || *out_len == 0) {
		fprintf(stderr, "bench_pka: %s failed\n", op->name);
		exit(1);
	}
}

static double
measure(const struct op *op)
{
	uint8_t out[PKA_OP_MAX_OUT];
	double best = 1e12;
	size_t n;

	once(op, out, &n);
	for (unsigned r = 0; r < ROUNDS; r++) {
		double start = cpu_us(), used;
		unsigned done = 0;

		do {
			once(op, out, &n);
			done++;
			used = cpu_us() - start;
		} while (used < ROUND_US);
		if (used / done < best)
			best = used / done;
	}
	return best;
}

static void
report(const struct op *op)
{
	printf("%-40s %9.1f\n", op->name, measure(op));
	fflush(stdout);
}

/* ---- the thread pool ---- */

struct hop {
	uv_loop_t loop;
	unsigned left;
};

static void
nothing(uv_work_t *w)
{
}

static void
again(uv_work_t *w, int status)
{
	struct hop *h = w->data;

	if (h->left != 0) {
		h->left--;
		uv_queue_work(&h->loop, w, nothing, again);
	}
}

/* Empty jobs, `deep` at a time: two thread switches, a wake-up of the loop and its bookkeeping. */
static double
pool_us(unsigned deep)
{
	enum { JOBS = 100000 };
	struct hop h = { .left = JOBS };
	uv_work_t work[64];
	double start;

	uv_loop_init(&h.loop);
	start = cpu_us();
	for (unsigned i = 0; i < deep; i++) {
		work[i].data = &h;
		uv_queue_work(&h.loop, &work[i], nothing, again);
	}
	uv_run(&h.loop, UV_RUN_DEFAULT);
	uv_loop_close(&h.loop);
	return (cpu_us() - start) / JOBS;
}

/* ---- operations ---- */

static void
signatures(const char *name, EVP_PKEY *key, uint16_t scheme)
{
	struct cert cert = { .key = key };
	struct peer peer = { .key = key };
	uint8_t in[PKA_OP_MAX_OUT + 200] = { 0 };
	char text[64];
	struct op op = { text, { .kind = PKA_SIGN, .code = scheme, .cert = &cert }, in, 130 };
	size_t n;

	snprintf(text, sizeof(text), "sign %s", name);
	report(&op);
	once(&op, in, &n);
	memset(in + n, 0, 130);
	op.req = (struct pka_req){ .kind = PKA_VERIFY, .code = scheme, .split = (uint32_t)n, .peer = &peer };
	op.len = n + 130;
	snprintf(text, sizeof(text), "verify %s", name);
	report(&op);
}

static void
exchange(const char *name, uint16_t group)
{
	static uint8_t made[PKA_OP_MAX_OUT], answered[PKA_OP_MAX_OUT], in[PKA_OP_MAX_IN];
	char text[64];
	struct op op = { text, { .kind = PKA_KEX_KEYGEN, .code = group }, NULL, 0 };
	size_t n, priv, pub;

	snprintf(text, sizeof(text), "keygen %s", name);
	report(&op);
	once(&op, made, &n);
	priv = (size_t)made[0] << 8 | made[1];
	op.req.kind = PKA_KEX_RESPOND;
	op.in = made + 2 + priv;
	op.len = n - 2 - priv;
	snprintf(text, sizeof(text), "respond %s", name);
	report(&op);
	once(&op, answered, &n);
	pub = (size_t)answered[0] << 8 | answered[1];
	memcpy(in, made + 2, priv);
	memcpy(in + priv, answered + 2, pub);
	op.req = (struct pka_req){ .kind = PKA_KEX_DERIVE, .code = group, .split = (uint32_t)priv };
	op.in = in;
	op.len = priv + pub;
	snprintf(text, sizeof(text), "derive %s", name);
	report(&op);
}

static void
key_transport(EVP_PKEY *key)
{
	struct cert cert = { .key = key };
	struct peer peer = { .key = key };
	uint8_t pms[48] = { 3, 3 }, ct[PKA_OP_MAX_OUT];
	struct op op = { "RSA-2048 encrypt premaster", { .kind = PKA_RSA_ENCRYPT, .peer = &peer }, pms, 48 };
	size_t n;

	report(&op);
	once(&op, ct, &n);
	op = (struct op){ "RSA-2048 decrypt premaster", { .kind = PKA_RSA_PREMASTER, .code = 0x0303, .cert = &cert }, ct, n };
	report(&op);
}

int
main(void)
{
	EVP_PKEY *rsa = EVP_RSA_gen(2048), *p256 = EVP_EC_gen("P-256"), *p384 = EVP_EC_gen("P-384"),
		 *ed = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	uint8_t secret[48 + 77] = { 1 };
	struct op prf = { "PRF SHA-256, 48 bytes", { .kind = PKA_PRF, .code = 1, .split = 48, .out_len = 48 }, secret,
		sizeof(secret) };

	if (rsa == NULL || p256 == NULL || p384 == NULL || ed == NULL)
		return 1;
	printf("%-40s %9s\n", "operation", "us");
	signatures("RSA-2048 PSS SHA-256", rsa, SIG_RSA_PSS_RSAE_SHA256);
	signatures("RSA-2048 PKCS#1 SHA-256", rsa, SIG_RSA_PKCS1_SHA256);
	signatures("ECDSA P-256", p256, SIG_ECDSA_P256_SHA256);
	signatures("ECDSA P-384", p384, SIG_ECDSA_P384_SHA384);
	signatures("Ed25519", ed, SIG_ED25519);
	key_transport(rsa);
	exchange("X25519", KEX_X25519);
	exchange("X25519MLKEM768", KEX_X25519MLKEM768);
	exchange("P-256", KEX_P256);
	exchange("P-384", KEX_P384);
	exchange("ffdhe2048", KEX_FFDHE2048);
	exchange("ffdhe3072", KEX_FFDHE3072);
	report(&prf);
	printf("%-40s %9.1f\n", "thread pool, an empty job, alone", pool_us(1));
	printf("%-40s %9.1f\n", "thread pool, an empty job, 32 at a time", pool_us(32));
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(p256);
	EVP_PKEY_free(p384);
	EVP_PKEY_free(ed);
	return 0;
}
