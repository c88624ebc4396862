/* See fake_card.h. */
#include "tests/unit/dataplane/crypto/fake_card.h"

#include <errno.h>
#include <string.h>

#include <rte_cryptodev.h>
#include <rte_errno.h>

/* ---- DPDK's calls ---- */

static struct fake_card *
card_of(struct fake_card *new)
{
	static struct fake_card *card;

	card = new != NULL ? new : card;
	return card;
}

struct fake_card *
fake_card(void)
{
	return card_of(NULL);
}

int
rte_cryptodev_get_dev_id(const char *name)
{
	return -ENODEV;
}

uint8_t
rte_cryptodev_devices_get(const char *driver_name, uint8_t *devices, uint8_t nb_devices)
{
	devices[0] = 0;
	return strcmp(driver_name, RTE_PMD_SLUICE_DRIVER_NAME) == 0;
}

int
rte_cryptodev_configure(uint8_t dev_id, struct rte_cryptodev_config *config)
{
	return 0;
}

int
rte_cryptodev_queue_pair_setup(uint8_t dev_id, uint16_t queue_pair_id, const struct rte_cryptodev_qp_conf *qp_conf, int socket_id)
{
	return 0;
}

int
rte_cryptodev_start(uint8_t dev_id)
{
	return 0;
}

void
rte_cryptodev_stop(uint8_t dev_id)
{
}

static uint16_t
enqueue(void *qp, struct rte_crypto_op **ops, uint16_t n)
{
	struct fake_card *c = qp;
	uint16_t i;

	for (i = 0; i < n && c->room != 0 && c->state == RTE_PMD_SLUICE_RUNNING && c->n_held < FAKE_CARD_OPS; i++) {
		c->held[c->n_held++] = ops[i];
		c->room--;
	}
	return i;
}

static uint16_t
dequeue(void *qp, struct rte_crypto_op **ops, uint16_t n)
{
	struct fake_card *c = qp;
	uint16_t got = (uint16_t)RTE_MIN(c->n_done, (uint32_t)n);

	memcpy(ops, c->done, got * sizeof(ops[0]));
	c->n_done -= got;
	memmove(&c->done[0], &c->done[got], c->n_done * sizeof(c->done[0]));
	return got;
}

/* ---- the driver's ---- */

static struct rte_pmd_sluice_tls_session *
session_create(uint8_t dev_id, uint16_t qp_id, const struct rte_pmd_sluice_tls_record_xform *xform)
{
	struct fake_card *c = fake_card();

	if (c->create_errno != 0) {
		rte_errno = c->create_errno;
		return NULL;
	}
	c->secret = xform->secret;
	c->sessions++;
	return (struct rte_pmd_sluice_tls_session *)(uintptr_t)(0x1000 + 16 * c->sessions);
}

static int
session_destroy(struct rte_pmd_sluice_tls_session *sess)
{
	struct fake_card *c = fake_card();

	if (sess == NULL)
		return 0;
	if (c->busy)
		return -EBUSY;
	c->destroyed++;
	return 0;
}

static int
info_get(uint8_t dev_id, struct rte_pmd_sluice_info *info)
{
	*info = fake_card()->has;
	return 0;
}

static int
state(uint8_t dev_id, int *why)
{
	return (int)fake_card()->state;
}

static int
counters_get(uint8_t dev_id, struct rte_pmd_sluice_counters *counters)
{
	memset(counters, 0, sizeof(*counters));
	return 0;
}

/* As the driver does: not before everything was dequeued. */
static int
device_reset(uint8_t dev_id)
{
	struct fake_card *c = fake_card();

	if (c->n_held != 0 || c->n_done != 0)
		return -EAGAIN;
	if (c->state != RTE_PMD_SLUICE_RESETTING) {
		c->state = RTE_PMD_SLUICE_RESETTING;
		c->reset_steps = 3;
		c->resets++;
	}
	if (--c->reset_steps != 0)
		return -EINPROGRESS;
	c->state = RTE_PMD_SLUICE_RUNNING;
	return 0;
}

int
fpga_api_load(struct fpga_api *api)
{
	*api = (struct fpga_api){ session_create, session_destroy, info_get, state, counters_get, device_reset };
	return 0;
}

/* ---- the test's ---- */

void
fake_card_new(void)
{
	static struct fake_card card;
	static struct rte_cryptodev_cb_rcu none[2];
	static void *queues[1];

	memset(&card, 0, sizeof(card));
	card.room = UINT32_MAX;
	card.has = (struct rte_pmd_sluice_info){ .key_slots = 12,
		.ec_key_slots = 12,
		.rsa_sizes = 1,
		.prf_hashes = 0xff,
		.ecdh_curves = 0xff,
		.ecdsa_curves = 0xff,
		.eddsa_curves = 0x10,
		.kdf = 1,
		.secrets = 64 };
	memset(card.has.tls, 0xff, sizeof(card.has.tls));
	memset(card.has.tls_secret, 0xff, sizeof(card.has.tls_secret));
	queues[0] = card_of(&card);
	rte_crypto_fp_ops[0].enqueue_burst = enqueue;
	rte_crypto_fp_ops[0].dequeue_burst = dequeue;
	rte_crypto_fp_ops[0].qp = (struct rte_cryptodev_qpdata){ queues, &none[0], &none[1] };
}

void
fake_card_ends(uint32_t n, enum rte_crypto_op_status status)
{
	struct fake_card *c = fake_card();

	n = RTE_MIN(n, c->n_held);
	for (uint32_t i = 0; i < n; i++) {
		struct rte_crypto_op *op = c->held[i];

		op->status = (uint8_t)status;
		if (op->type == RTE_CRYPTO_OP_TYPE_SYMMETRIC && status == RTE_CRYPTO_OP_STATUS_SUCCESS) {
			op->sym->aead.data.offset = 0;
			op->sym->aead.data.length = 1;
		}
		c->done[c->n_done++] = op;
	}
	c->n_held -= n;
	memmove(&c->held[0], &c->held[n], c->n_held * sizeof(c->held[0]));
}

void
fake_card_fails(void)
{
	fake_card()->state = RTE_PMD_SLUICE_FAILED;
	fake_card_ends(FAKE_CARD_OPS, RTE_CRYPTO_OP_STATUS_ERROR);
}

const struct rte_pmd_sluice_pka_op *
fake_card_at(uint32_t i)
{
	return (const struct rte_pmd_sluice_pka_op *)fake_card()->held[i]->asym;
}
