/*
 * What a card can do is found out by asking it: after its reset, each engine gets a few small operations, and what is answered as it should be
 * is what the device has. So one driver serves cards of different builds, and offers nothing that does not work. A record format is there when a
 * known record opens; a curve, a hash, a length when it is not refused as unknown.
 */
#include <errno.h>
#include <string.h>

#include <rte_cycles.h>

#include "dataplane/pmd/sluice_private.h"
#include "dataplane/pmd/sluice_probe.h"

#define ASKS 128u /* entries of the ring: a class is asked less */
#define WAIT_TRIES 600000 /* of a tenth of a millisecond: the core may be simulated */
#define WAIT_US 100
#define HANDLE 0x00010000u /* slot 0, first generation; every slot is given back */
#define ANSWER_MAX 512u
#define ANY 0xffu /* whatever the answer is */
#define NOT_UNKNOWN 0xfeu /* anything but "there is no such thing" */

/* Operations on their way to one engine. An answer that is not the wanted one clears `bit` of `set`. */
struct probe {
	struct sluice_hwq q;
	struct {
		uint8_t *set, bit, want;
	} ask[ASKS];
};

static struct sluice_desc *
ask(struct probe *p, uint8_t opcode, uint32_t handle, const void *src, uint32_t len, uint8_t *set,
	uint8_t bit, uint8_t want)
{
	uint32_t i = p->q.tail & (ASKS - 1);
	struct sluice_slot *slot;
	struct sluice_desc *d;

	slot = sluice_hwq_operand(&p->q, opcode, handle, src, len, ANSWER_MAX, &d);
	slot->min_len = 0;
	if (set)
		*set |= bit;
	p->ask[i].set = set;
	p->ask[i].bit = bit;
	p->ask[i].want = want;
	return d;
}

static uint8_t
bit_of(uint32_t n)
{
	return (uint8_t)(1u << n);
}

/* ---- what is asked ---- */

static const uint8_t zeros[1024];

static void
fill(uint8_t *p, uint32_t n, uint8_t from)
{
	for (uint32_t i = 0; i < n; i++)
		p[i] = (uint8_t)(from + i);
}

static void
ask_record(struct probe *p, struct sluice_dev *dev, const struct sluice_probe_record *r)
{
	static const struct {
		uint8_t alg, key, mac;
	} of[RTE_PMD_SLUICE_TLS_ALGS] = {
		[RTE_PMD_SLUICE_TLS_AES_GCM] = { SLUICE_ALG_AES_GCM, 16, 0 },
		[RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA1] = { SLUICE_ALG_AES_CBC_HMAC_SHA1, 16, 20 },
		[RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA256] = { SLUICE_ALG_AES_CBC_HMAC_SHA256, 16, 32 },
		[RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA384] = { SLUICE_ALG_AES_CBC_HMAC_SHA384, 16, 48 },
		[RTE_PMD_SLUICE_TLS_CHACHA20_POLY1305] = { SLUICE_ALG_CHACHA20_POLY1305, 32, 0 },
	};
	bool tls13 = r->ver == RTE_PMD_SLUICE_VERSION_TLS_1_3, gcm = r->alg == RTE_PMD_SLUICE_TLS_AES_GCM;
	struct sluice_session s = { .alg = of[r->alg].alg, .key_bytes = of[r->alg].key, .mac_key_bytes = of[r->alg].mac,
		.version = (uint16_t)r->ver, .flags = r->etm };
	uint8_t *set = &(r->etm ? dev->has.tls_etm : dev->has.tls)[r->alg];

	fill(s.key, s.key_bytes, SLUICE_PROBE_KEY);
	fill(s.mac_key, s.mac_key_bytes, SLUICE_PROBE_MAC);
	if (of[r->alg].mac == 0)
		fill(s.iv, gcm && !tls13 ? 4 : 12, SLUICE_PROBE_IV);
	else if (r->ver <= RTE_PMD_SLUICE_VERSION_TLS_1_0)
		fill(s.iv, 16, SLUICE_PROBE_IV);
	ask(p, SLUICE_OP_SESSION_LOAD, HANDLE, &s, sizeof(s), NULL, 0, ANY);
	ask(p, SLUICE_OP_RECORD_OPEN, HANDLE, r->bytes, r->len, set, (uint8_t)RTE_PMD_SLUICE_TLS_BIT(r->ver), SLUICE_ST_OK);
	ask(p, SLUICE_OP_SESSION_FREE, HANDLE, NULL, 0, NULL, 0, ANY);
}

static void
ask_records(struct probe *p, struct sluice_dev *dev)
{
	for (unsigned int i = 0; i < SLUICE_PROBE_RECORDS; i++) {
		const struct sluice_probe_record *r = &sluice_probe_records[i];
		unsigned int class = r->alg == RTE_PMD_SLUICE_TLS_AES_GCM ? SLUICE_ENGINE_AEAD :
			r->alg == RTE_PMD_SLUICE_TLS_CHACHA20_POLY1305 ? SLUICE_ENGINE_CHACHA : SLUICE_ENGINE_MAC;

		if (class == p->q.class)
			ask_record(p, dev, r);
	}
}

static void
ask_hashes(struct probe *p, struct sluice_has *has)
{
	static const uint8_t alg[] = { [SLUICE_HASH_SHA1] = SLUICE_ALG_HMAC_SHA1, [SLUICE_HASH_SHA256] = SLUICE_ALG_HMAC_SHA256,
		[SLUICE_HASH_SHA384] = SLUICE_ALG_HMAC_SHA384, [SLUICE_HASH_SHA512] = SLUICE_ALG_HMAC_SHA512 };
	struct sluice_desc *d;

	for (uint8_t h = SLUICE_HASH_SHA1; h <= SLUICE_HASH_SHA512; h++) {
		struct sluice_session s = { .alg = alg[h], .mac_key_bytes = 32 };

		ask(p, SLUICE_OP_HASH, 0, NULL, 0, &has->hashes, bit_of(h), SLUICE_ST_OK)->param0 = h;
		ask(p, SLUICE_OP_SESSION_LOAD, HANDLE, &s, sizeof(s), &has->hashes, bit_of(h), SLUICE_ST_OK);
		ask(p, SLUICE_OP_HMAC, HANDLE, NULL, 0, &has->hashes, bit_of(h), SLUICE_ST_OK);
		ask(p, SLUICE_OP_SESSION_FREE, HANDLE, NULL, 0, NULL, 0, ANY);
		ask(p, SLUICE_OP_HKDF_EXTRACT, 0, zeros, 32, &has->hkdf, bit_of(h), SLUICE_ST_OK)->param0 = 16u | (uint32_t)h << 8;
		if (h != SLUICE_HASH_SHA256 && h != SLUICE_HASH_SHA384)
			continue;
		d = ask(p, SLUICE_OP_TLS_PRF, 0, zeros, 32, &has->prf_hashes, bit_of(h), SLUICE_ST_OK);
		/* SHA-256 as map version 1 wrote it */
		d->param0 = 16u | (h == SLUICE_HASH_SHA256 ? 0 : (uint32_t)h << 8);
		d->param1 = 12;
	}
}

/* Points of zeros are on no curve, so nothing is computed. */
static void
ask_curve(struct probe *p, struct sluice_has *has, uint8_t curve, uint32_t n)
{
	struct sluice_desc *d;

	d = ask(p, SLUICE_OP_EC_MUL, 0, zeros, 3 * n, &has->ecdh_curves, bit_of(curve), NOT_UNKNOWN);
	d->param0 = curve;
	d = ask(p, SLUICE_OP_ECDSA_VERIFY, 0, zeros, 5 * n, &has->ecdsa_curves, bit_of(curve), NOT_UNKNOWN);
	d->param0 = curve;
	d->param1 = n;
}

static void
ask_pka(struct probe *p, struct sluice_has *has)
{
	uint8_t ones[1024];

	has->rsa_sizes = 1;
	memset(ones, 0xff, sizeof(ones));
	/* the number is not below the modulus */
	for (uint32_t n = 256; n <= 512; n += 128) {
		struct sluice_desc *d = ask(p, SLUICE_OP_RSA_PUBLIC, 0, ones, 2 * n, &has->rsa_public_sizes, bit_of(n / 128 - 2),
			SLUICE_ST_BAD_INPUT);

		d->param0 = n;
		d->param1 = 65537;
	}
}

static void
ask_ecc(struct probe *p, struct sluice_has *has)
{
	struct sluice_desc *d;

	ask_curve(p, has, SLUICE_CURVE_P256, 32);
	ask_curve(p, has, SLUICE_CURVE_P384, 48);
	/* with a private key that is not there */
	d = ask(p, SLUICE_OP_ECDH, 0, zeros, 32, &has->ecdh_curves, bit_of(SLUICE_CURVE_X25519), NOT_UNKNOWN);
	d->param0 = SLUICE_CURVE_X25519;
	d->handle3 = HANDLE;
	ask(p, SLUICE_OP_EDDSA_SIGN, HANDLE, zeros, 32, &has->eddsa_curves, bit_of(SLUICE_CURVE_ED25519), NOT_UNKNOWN);
}

static void
ask_kdf(struct probe *p, struct sluice_has *has)
{
	struct sluice_desc *d = ask(p, SLUICE_OP_KDF, 0, NULL, 0, &has->kdf, 1, SLUICE_ST_OK);

	d->param0 = SLUICE_KDF_T13_EARLY;
	d->param1 = SLUICE_HASH_SHA256;
	d->handle2 = HANDLE;
	ask(p, SLUICE_OP_SECRET_FREE, HANDLE, NULL, 0, &has->kdf, 1, SLUICE_ST_OK);
}

static void
ask_class(struct probe *p, struct sluice_dev *dev)
{
	switch (p->q.class) {
	case SLUICE_ENGINE_AEAD:
		dev->has.gcm = dev->has.ctr = dev->has.cbc = 1;
		ask_records(p, dev);
		break;
	case SLUICE_ENGINE_MAC:
		ask_hashes(p, &dev->has);
		ask_records(p, dev);
		break;
	case SLUICE_ENGINE_PKA:
		ask_pka(p, &dev->has);
		break;
	case SLUICE_ENGINE_ECC:
		ask_ecc(p, &dev->has);
		break;
	case SLUICE_ENGINE_CHACHA:
		dev->has.chacha = 1;
		ask_records(p, dev);
		break;
	default:
		ask_kdf(p, &dev->has);
	}
}

/* ---- asking ---- */

static void
judge(struct probe *p, uint32_t i, uint8_t status)
{
	uint8_t want = p->ask[i].want;
	bool good = want == ANY || status == want || (want == NOT_UNKNOWN && status != SLUICE_ST_BAD_DESC &&
		status != SLUICE_ST_SELFTEST_FAILED);

	if (!good && p->ask[i].set)
		*p->ask[i].set &= (uint8_t)~p->ask[i].bit;
}

static int
answers(struct probe *p)
{
	struct sluice_hwq *q = &p->q;

	for (int tries = 0; q->head != q->tail && tries < WAIT_TRIES; tries++) {
		for (; q->head != q->tail; q->head++) {
			uint32_t i = q->head & (ASKS - 1);
			struct sluice_cpl cpl;
			enum sluice_cpl_verdict v = sluice_cpl_take(&q->cq[i], &(struct sluice_cpl_expect){
				.max_len = q->slot[i].max_len, .head = q->head, .tail = q->tail, .size = q->size }, &cpl);

			if (v == SLUICE_CPL_NONE)
				break;
			if (v != SLUICE_CPL_GOOD) {
				SLUICE_LOG(ERR, "engine %u: asked what it can do: %s", q->class, sluice_cpl_verdict_name(v));
				return -EIO;
			}
			judge(p, i, cpl.status);
		}
		if (q->head != q->tail)
			rte_delay_us_sleep(WAIT_US);
	}
	if (q->head == q->tail)
		return 0;
	SLUICE_LOG(ERR, "engine %u does not answer when asked what it can do", q->class);
	return -ETIMEDOUT;
}

int
sluice_probe(struct sluice_dev *dev, int socket)
{
	const struct sluice_transport_ops *t = dev->t->ops;
	uint16_t id = 0;
	int rc = 0;

	t->reg_write32(dev->t, SLUICE_REG_CTRL, SLUICE_CTRL_ENABLE_MASK);
	SLUICE_FOREACH_CLASS(dev, c) {
		struct probe p = { .ask = { { NULL, 0, 0 } } };

		if (rc)
			break;
		rc = sluice_hwq_alloc(&p.q, dev, id++, c, ASKS, socket);
		if (rc)
			break;
		sluice_hwq_program(dev, &p.q);
		ask_class(&p, dev);
		sluice_hwq_ring(dev, &p.q);
		rc = answers(&p);
		sluice_hwq_stop(dev, &p.q);
		if (rc) /* what it still writes must not meet freed memory */
			t->dma(dev->t, false);
		p.q.head = p.q.tail = 0;
		sluice_hwq_release(&p.q);
	}
	/* private keys come in the sizes that public ones do: one array does both */
	if (dev->has.engines >> SLUICE_ENGINE_PKA & 1)
		dev->has.rsa_sizes |= dev->has.rsa_public_sizes;
	t->reg_write32(dev->t, SLUICE_REG_CTRL, 0);
	return rc;
}
