/*
 * Record engine `fpga`: the Sluice card through its cryptodev driver, whole TLS records and
 * public-key work by key slot.
 *
 * Results are written to fresh mbufs, so that the source stays untouched and the failover wrapper
 * can do the work again. A queue pair belongs to one worker; worker 0 configures and resets the
 * device, the others notice.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cryptodev.h>
#include <rte_errno.h>

#include "dataplane/crypto/fpga_int.h"
#include "dataplane/own.h"

static void fpga_close(struct rec_engine *eng);

static int
find_device(const char *name)
{
	const char *wanted = RTE_PMD_SLUICE_DRIVER_NAME;
	uint8_t ids[RTE_CRYPTO_MAX_DEVS], n;
	int id;

	if (name != NULL) {
		id = rte_cryptodev_get_dev_id(name);
		return id >= 0 ? id : -ENODEV;
	}
	n = rte_cryptodev_devices_get(wanted, ids, RTE_DIM(ids));
	return n > 0 ? ids[0] : -ENODEV;
}

/* Once, by worker 0: queue pairs for all workers. */
static int
configure(uint8_t dev, uint16_t workers)
{
	struct rte_cryptodev_config cc = { .socket_id = SOCKET_ID_ANY, .nb_queue_pairs = workers };
	struct rte_cryptodev_qp_conf qc = { .nb_descriptors = FPGA_RING };
	int rc = rte_cryptodev_configure(dev, &cc);

	for (uint16_t q = 0; q < workers && rc == 0; q++)
		rc = rte_cryptodev_queue_pair_setup(dev, q, &qc, SOCKET_ID_ANY);
	return rc != 0 ? rc : rte_cryptodev_start(dev);
}

static int
make_pools(struct fpga_engine *e)
{
	char name[RTE_MEMPOOL_NAMESIZE];

	snprintf(name, sizeof(name), "fpga_rec_%u", e->eng.conf.worker);
	e->sym_pool = rte_crypto_op_pool_create(name, RTE_CRYPTO_OP_TYPE_SYMMETRIC, FPGA_RING * 2,
		0, 2 * sizeof(void *), SOCKET_ID_ANY);
	snprintf(name, sizeof(name), "fpga_pka_%u", e->eng.conf.worker);
	e->asym_pool = rte_crypto_op_pool_create(
		name, RTE_CRYPTO_OP_TYPE_ASYMMETRIC, 8 * FPGA_PKA, 0, 2 * sizeof(void *), SOCKET_ID_ANY);
	return e->sym_pool != NULL && e->asym_pool != NULL ? 0 : -ENOMEM;
}

static int
fpga_open(const struct rec_engine_conf *conf, struct rec_engine **eng)
{
	struct fpga_engine *e = calloc(1, sizeof(*e));
	int dev, rc;

	if (e == NULL)
		return -ENOMEM;
	e->eng.ops = &rec_engine_fpga;
	e->eng.conf = *conf;
	e->done_tail = &e->done;
	e->scripts_tail = &e->scripts;
	e->qp = conf->worker;
	rc = fpga_api_load(&e->api);
	dev = find_device(conf->device);
	if (rc != 0 || dev < 0) {
		log_line(conf->log, LOG_ERROR,
			"no_card hint=\"EAL -d librte_crypto_sluice.so and a crypto_sluice "
			"device\"");
		rc = rc != 0 ? rc : dev;
		goto fail;
	}
	e->dev = (uint8_t)dev;
	rc = conf->worker == 0 ? configure(e->dev, conf->workers) : 0;
	if (rc == 0)
		rc = make_pools(e);
	if (rc == 0)
		rc = e->api.info_get(e->dev, &e->has);
	if (rc != 0)
		goto fail;
	*eng = &e->eng;
	return 0;
fail:
	fpga_close(&e->eng);
	return rc;
}

static void
fpga_close(struct rec_engine *eng)
{
	struct fpga_engine *e = (struct fpga_engine *)eng;
	struct fpga_session *s;

	if (e->sym_pool != NULL && eng->conf.worker == 0)
		rte_cryptodev_stop(e->dev);
	rte_mempool_free(e->sym_pool);
	rte_mempool_free(e->asym_pool);
	while ((s = e->leaving) != NULL) { /* their slots go with the device */
		e->leaving = s->next_leaving;
		free(s);
	}
	free(e);
}

/* --- sessions ------------------------------------------------------------------------------- */

static enum rte_pmd_sluice_tls_alg
device_alg(uint32_t alg)
{
	switch (alg) {
	case IPC_ALG_AES128_GCM:
	case IPC_ALG_AES256_GCM: return RTE_PMD_SLUICE_TLS_AES_GCM;
	case IPC_ALG_AES128_CBC_SHA1:
	case IPC_ALG_AES256_CBC_SHA1: return RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA1;
	case IPC_ALG_AES128_CBC_SHA256:
	case IPC_ALG_AES256_CBC_SHA256: return RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA256;
	case IPC_ALG_AES256_CBC_SHA384: return RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA384;
	case IPC_ALG_CHACHA20_POLY1305: return RTE_PMD_SLUICE_TLS_CHACHA20_POLY1305;
	default: return RTE_PMD_SLUICE_TLS_ALGS;
	}
}

/* What the card said that it has. */
static bool
device_has(const struct fpga_engine *e, const struct rec_keys *k)
{
	enum rte_pmd_sluice_tls_alg alg = device_alg(k->alg);
	const struct rte_pmd_sluice_info *i = &e->has;

	if (alg == RTE_PMD_SLUICE_TLS_ALGS || (k->flags & ~IPC_KEYS_ETM) != 0 ||
		k->version < REC_VERSION_30 || k->version > REC_VERSION_13)
		return false;
	if (k->secret != 0 && !(i->tls_secret[alg] & RTE_PMD_SLUICE_TLS_BIT(k->version)))
		return false;
	return ((k->flags & IPC_KEYS_ETM ? i->tls_etm : i->tls)[alg] &
		       RTE_PMD_SLUICE_TLS_BIT(k->version)) != 0;
}

/* IV bytes that go with the keys. */
static uint8_t
iv_len(const struct rec_alg *a, const struct rec_keys *k)
{
	if (k->secret != 0)
		return 0;
	if (a->mac_len == 0)
		return rec_alg_explicit(a, k->version) != 0 ? GCM_SALT : AEAD_NONCE;
	return rec_alg_chained(a, k->version) ? CBC_BLOCK : 0;
}

static struct rte_pmd_sluice_tls_record_xform
xform_of(const struct rec_keys *k, const struct rec_alg *a)
{
	struct rte_pmd_sluice_tls_record_xform x = {
		.type = k->write ? RTE_PMD_SLUICE_TLS_SESS_TYPE_WRITE
				 : RTE_PMD_SLUICE_TLS_SESS_TYPE_READ,
		.ver = (enum rte_pmd_sluice_tls_version)k->version,
		.alg = device_alg(k->alg),
		.seq_no = k->seq,
		.key_len = a->key_len,
		.mac_key_len = a->mac_len,
		.iv_len = iv_len(a, k),
		.etm = (k->flags & IPC_KEYS_ETM) != 0,
		.secret = k->secret,
	};

	if (k->secret == 0) {
		x.key = k->key;
		x.mac_key = a->mac_len != 0 ? k->mac_key : NULL;
		x.iv = k->iv;
	} else {
		x.slice = k->version == REC_VERSION_13 ? RTE_PMD_SLUICE_SLICE_WHOLE
			  : k->of_client	       ? RTE_PMD_SLUICE_SLICE_CLIENT
						       : RTE_PMD_SLUICE_SLICE_SERVER;
	}
	return x;
}

static int
fpga_session_new(struct rec_engine *eng, const struct rec_keys *k, struct rec_session **sess)
{
	struct fpga_engine *e = (struct fpga_engine *)eng;
	const struct rec_alg *a = rec_alg_get(k->alg);
	struct rte_pmd_sluice_tls_record_xform x;
	struct fpga_session *s;

	if (!device_has(e, k))
		return -ENOTSUP;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return -ENOSPC;
	x = xform_of(k, a);
	s->s.eng = eng;
	s->s.alg = a;
	s->s.version = k->version;
	s->s.flags = k->flags;
	s->s.write = k->write;
	if (k->secret != 0) { /* what makes its keys may still be on its way */
		s->waits = true;
		s->after = e->scripts_begun;
		s->x = x;
		*sess = &s->s;
		return 0;
	}
	s->dev = e->api.session_create(e->dev, e->qp, &x);
	if (s->dev == NULL) {
		free(s);
		return rte_errno == ENOSPC ? -ENOSPC : rte_errno == EINVAL ? -ENOTSUP : -EIO;
	}
	*sess = &s->s;
	return 0;
}

/* A session with keys of a secret: false: not yet. When the card has no room for it, or will not, its
 * records fail. */
static bool
session_settle(struct fpga_engine *e, struct fpga_session *s)
{
	if (e->scripts_done < s->after)
		return false;
	s->dev = e->api.session_create(e->dev, e->qp, &s->x);
	if (s->dev == NULL && rte_errno == EAGAIN)
		return false;
	s->waits = false;
	return true;
}

/* The driver keeps a session whose keys are still on their way to the card: it is tried again. */
static void
session_release(struct fpga_engine *e, struct fpga_session *s)
{
	if (e->api.session_destroy(s->dev) == -EBUSY) {
		s->next_leaving = e->leaving;
		e->leaving = s;
		return;
	}
	free(s);
}

static void
sessions_leave(struct fpga_engine *e)
{
	struct fpga_session *s = e->leaving, *next;

	e->leaving = NULL;
	for (; s != NULL; s = next) {
		next = s->next_leaving;
		session_release(e, s);
	}
}

static void
fpga_session_free(struct rec_session *sess)
{
	if (sess->inflight != 0)
		sess->dying = true;
	else
		session_release((struct fpga_engine *)sess->eng, (struct fpga_session *)sess);
}

/* --- records -------------------------------------------------------------------------------- */

/* Room for the longest result of this operation. */
static uint32_t
result_room(const struct rec_op *op)
{
	const struct rec_session *s = op->sess;
	uint32_t len = op->m == NULL ? 0 : op->m->pkt_len, over;

	if (s->write)
		return rec_alg_sealed_len(s->alg, s->version, s->flags, len);
	over = REC_HDR + rec_alg_explicit(s->alg, s->version) +
	       (s->alg->mac_len == 0 ? GCM_TAG : s->alg->mac_len + 1u);
	return len > over ? len - over : 1;
}

/* The operation is over. */
static void
give_back(struct fpga_engine *e, struct rec_op *op)
{
	op->priv = NULL;
	*e->done_tail = op;
	e->done_tail = (struct rec_op **)&op->priv;
	e->ndone++;
}

static bool
submit_one(struct fpga_engine *e, struct rec_op *op)
{
	struct fpga_session *s = (struct fpga_session *)op->sess;
	struct rte_mempool *pool = e->eng.conf.pool;
	struct rte_mbuf *dst = NULL;
	struct rte_crypto_op *c;

	if (s->waits && !session_settle(e, s))
		return false;
	if (s->dev == NULL) {
		op->sess->inflight++;
		op->status = REC_STALE;
		give_back(e, op);
		return true;
	}
	c = rte_crypto_op_alloc(e->sym_pool, RTE_CRYPTO_OP_TYPE_SYMMETRIC);
	if (c == NULL)
		return false;
	if (op->m == NULL && (op->m = own_chain_alloc(pool, 0)) == NULL)
		goto no;
	dst = own_chain_alloc(pool, result_room(op));
	if (dst == NULL)
		goto no;
	rte_pmd_sluice_tls_record_attach(c, s->dev, op->type);
	c->sym->m_src = op->m;
	c->sym->m_dst = dst;
	c->sym->aead.data.offset = 0;
	c->sym->aead.data.length = op->m->pkt_len;
	*(struct rec_op **)fpga_owner(c) = op;
	if (rte_cryptodev_enqueue_burst(e->dev, e->qp, &c, 1) != 1)
		goto no;
	op->sess->inflight++;
	e->in_device++;
	return true;
no:
	rte_pktmbuf_free(dst);
	rte_crypto_op_free(c);
	return false;
}

static uint16_t
fpga_submit(struct rec_engine *eng, struct rec_op **ops, uint16_t n)
{
	uint16_t i;

	for (i = 0; i < n && submit_one((struct fpga_engine *)eng, ops[i]); i++)
		;
	return i;
}

static uint8_t
verdict(const struct rte_crypto_op *c)
{
	switch (c->status) {
	case RTE_CRYPTO_OP_STATUS_SUCCESS: return REC_OK;
	case RTE_CRYPTO_OP_STATUS_AUTH_FAILED: return REC_AUTH;
	case RTE_CRYPTO_OP_STATUS_INVALID_ARGS: return REC_BAD;
	case RTE_CRYPTO_OP_STATUS_INVALID_SESSION: return REC_STALE;
	default: return REC_FAILED;
	}
}

static void
record_back(struct fpga_engine *e, struct rte_crypto_op *c)
{
	struct rec_op *op = *(struct rec_op **)fpga_owner(c);
	struct rte_mbuf *dst = c->sym->m_dst;
	uint32_t len = c->sym->aead.data.length;

	op->status = verdict(c);
	op->m = c->sym->m_src;
	if (op->status == REC_OK && (c->sym->aead.data.offset != 0 || len > dst->pkt_len))
		op->status = REC_FAILED; /* not what the driver promises */
	if (op->status == REC_OK) {
		op->src = op->m;
		op->m = own_chain_trim(dst, len);
		if (!op->sess->write)
			op->type = rte_pmd_sluice_tls_record_type(c);
	} else {
		rte_pktmbuf_free(dst);
	}
	rte_crypto_op_free(c);
	give_back(e, op);
}

void
fpga_drain(struct fpga_engine *e)
{
	struct rte_crypto_op *c[FPGA_BURST];
	uint16_t n;

	do {
		n = rte_cryptodev_dequeue_burst(e->dev, e->qp, c, FPGA_BURST);
		e->in_device -= n;
		for (uint16_t i = 0; i < n; i++) {
			if (c[i]->type == RTE_CRYPTO_OP_TYPE_ASYMMETRIC)
				fpga_pka_back(e, c[i]);
			else
				record_back(e, c[i]);
		}
	} while (n == FPGA_BURST);
}

static uint16_t
fpga_poll(struct rec_engine *eng, struct rec_op **ops, uint16_t n)
{
	struct fpga_engine *e = (struct fpga_engine *)eng;
	uint16_t got = 0;

	if (e->in_device != 0 || e->leaving != NULL)
		fpga_drain(e);
	if (e->leaving != NULL)
		sessions_leave(e);
	while (got < n && e->done != NULL) {
		struct rec_op *op = e->done;

		e->done = op->priv;
		if (e->done == NULL)
			e->done_tail = &e->done;
		e->ndone--;
		if (--op->sess->inflight == 0 && op->sess->dying)
			session_release(e, (struct fpga_session *)op->sess);
		ctr_inc(eng->conf.ctr, CTR_eng_ops);
		ops[got++] = op;
	}
	return got;
}

/* --- health and figures --------------------------------------------------------------------- */

static enum eng_state
fpga_state(const struct rec_engine *eng)
{
	const struct fpga_engine *e = (const struct fpga_engine *)eng;

	return e->api.state(e->dev, NULL) == RTE_PMD_SLUICE_RUNNING ? ENG_RUNNING : ENG_FAILED;
}

static int
fpga_recover(struct rec_engine *eng)
{
	struct fpga_engine *e = (struct fpga_engine *)eng;
	int rc;

	if (eng->conf.worker != 0) /* worker 0 resets; until then */
		return fpga_state(eng) == ENG_RUNNING ? 0 : -EINPROGRESS;
	fpga_scripts_drop(e);
	rc = e->api.device_reset(e->dev);
	return rc == -EAGAIN ? -EINPROGRESS : rc;
}

static void
fpga_info(struct rec_engine *eng, struct eng_info *info)
{
	struct fpga_engine *e = (struct fpga_engine *)eng;
	struct rte_pmd_sluice_counters c;

	memset(info, 0, sizeof(*info));
	info->state = fpga_state(eng);
	info->key_slots = RTE_MIN(e->has.key_slots, e->has.ec_key_slots != 0 ? e->has.ec_key_slots
									      : UINT16_MAX);
	info->card = fpga_card(e);
	info->secrets = (info->card & IPC_CARD_SECRETS) != 0 ? e->has.secrets : 0;
	if (e->api.counters_get(e->dev, &c) != 0)
		return;
	info->device_cycles = c.device_cycles;
	info->sim_ns = c.sim_ns;
	info->count = RTE_MIN(c.nb_engines, (uint32_t)RTE_DIM(info->stat) - 1);
	for (uint32_t k = 0; k < info->count; k++) {
		snprintf(info->stat[k].name, sizeof(info->stat[k].name), "%.15s", c.engine[k].name);
		info->stat[k].ops = c.engine[k].ops;
		info->stat[k].bytes = c.engine[k].bytes;
		info->stat[k].cycles = c.engine[k].busy_cycles;
		info->stat[k].failed = c.engine[k].failed;
	}
}

static uint32_t
fpga_pending(const struct rec_engine *eng)
{
	const struct fpga_engine *e = (const struct fpga_engine *)eng;

	return e->in_device + e->ndone + e->n_pka_done + (e->scripts != NULL);
}

const struct rec_engine_ops rec_engine_fpga = {
	.name = "fpga",
	.id = IPC_ENGINE_FPGA,
	.open = fpga_open,
	.close = fpga_close,
	.session_new = fpga_session_new,
	.session_free = fpga_session_free,
	.submit = fpga_submit,
	.poll = fpga_poll,
	.pka_submit = fpga_pka_submit,
	.pka_poll = fpga_pka_poll,
	.state = fpga_state,
	.recover = fpga_recover,
	.info = fpga_info,
	.pending = fpga_pending,
};
