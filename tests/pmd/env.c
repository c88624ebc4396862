/* Surroundings of a driver test: see env.h. */
#include <stdio.h>
#include <string.h>

#include <rte_bus_vdev.h>
#include <rte_cycles.h>
#include <rte_malloc.h>
#include <rte_pause.h>

#include "tests/pmd/env.h"

#define WAIT_SECONDS 120 /* a simulated RSA on a busy machine takes seconds */

uint64_t
env_deadline(void)
{
	return rte_get_tsc_cycles() + WAIT_SECONDS * rte_get_tsc_hz();
}

uint64_t
env_random(struct env *e)
{
	uint64_t z = e->rng += 0x9E3779B97F4A7C15u;

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return z ^ (z >> 31);
}

void
env_random_bytes(struct env *e, void *buf, size_t len)
{
	for (size_t i = 0; i < len; i++)
		((uint8_t *)buf)[i] = (uint8_t)env_random(e);
}

unsigned int
env_times(const struct env *e, unsigned int n, unsigned int slow)
{
	return e->slow ? slow : n;
}

void
env_queues(struct env *e, uint16_t n)
{
	struct rte_cryptodev_config config = { .socket_id = (int)rte_socket_id(), .nb_queue_pairs = n };
	struct rte_cryptodev_qp_conf qp = { .nb_descriptors = ENV_DESCS, .mp_session = e->sessions };
	struct rte_malloc_socket_stats before, after;

	assert_int_equal(rte_malloc_get_socket_stats(0, &before), 0);
	assert_int_equal(rte_cryptodev_configure(e->dev, &config), 0);
	assert_int_equal(rte_malloc_get_socket_stats(0, &after), 0);
	e->library_pieces = after.alloc_count - before.alloc_count;
	e->library_bytes = after.heap_allocsz_bytes - before.heap_allocsz_bytes;
	for (uint16_t i = 0; i < n; i++)
		assert_int_equal(rte_cryptodev_queue_pair_setup(e->dev, i, &qp, (int)rte_socket_id()), 0);
	assert_int_equal(rte_cryptodev_start(e->dev), 0);
}

void
env_open(struct env *e, const char *args)
{
	char text[512];
	int id;

	snprintf(text, sizeof(text), "lib=%s,kek=%s%s%s", e->lib, e->kek_path, args[0] ? "," : "", args);
	assert_int_equal(rte_vdev_init(ENV_NAME, text), 0);
	id = rte_cryptodev_get_dev_id(ENV_NAME);
	assert_true(id >= 0);
	e->dev = (uint8_t)id;
	if (!e->sessions) { /* sizes are the driver's */
		e->sessions = rte_cryptodev_sym_session_pool_create("sessions", 256,
			rte_cryptodev_sym_get_private_session_size(e->dev), 0, 0, (int)rte_socket_id());
		e->asym_sessions = rte_cryptodev_asym_session_pool_create("asym_sessions", 64, 0, 0,
			(int)rte_socket_id());
		assert_non_null(e->sessions);
		assert_non_null(e->asym_sessions);
	}
	env_queues(e, ENV_QPS);
}

void
env_close(struct env *e)
{
	rte_cryptodev_stop(e->dev);
	assert_int_equal(rte_cryptodev_close(e->dev), 0);
	assert_int_equal(rte_vdev_uninit(ENV_NAME), 0);
	assert_int_equal(rte_mempool_in_use_count(e->mbufs), 0);
	assert_int_equal(rte_mempool_in_use_count(e->ops), 0);
	assert_int_equal(rte_mempool_in_use_count(e->asym_ops), 0);
	assert_int_equal(rte_mempool_in_use_count(e->sessions), 0);
	assert_int_equal(rte_mempool_in_use_count(e->asym_sessions), e->asym_refused);
}

int
env_setup(void **state)
{
	*state = the_env;
	env_open(the_env, "");
	return 0;
}

int
env_teardown(void **state)
{
	env_close(*state);
	return 0;
}

static struct rte_mbuf *
segment(struct env *e, const uint8_t *data, uint32_t len)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(e->mbufs);

	assert_non_null(m);
	assert_true(len <= rte_pktmbuf_tailroom(m));
	if (data)
		memcpy(rte_pktmbuf_append(m, (uint16_t)len), data, len);
	else
		memset(rte_pktmbuf_append(m, (uint16_t)len), 0, len);
	return m;
}

struct rte_mbuf *
env_chain(struct env *e, const void *data, uint32_t len, const uint16_t *cuts, unsigned int ncuts)
{
	const uint8_t *p = data;
	struct rte_mbuf *head = NULL, *m;

	for (unsigned int i = 0; i <= ncuts; i++) {
		uint32_t n = i < ncuts && cuts[i] < len ? cuts[i] : i < ncuts && len == 0 ? 0 : len;

		m = segment(e, p, n);
		if (!head)
			head = m;
		else
			assert_int_equal(rte_pktmbuf_chain(head, m), 0);
		p = p ? p + n : NULL;
		len -= n;
	}
	return head;
}

struct rte_mbuf *
env_mbuf(struct env *e, const void *data, uint32_t len)
{
	return env_chain(e, data, len, NULL, 0);
}

void
env_copy_out(const struct rte_mbuf *m, uint32_t offset, uint32_t len, void *out)
{
	const void *p = rte_pktmbuf_read(m, offset, len, out);

	assert_non_null(p);
	if (p != out)
		memcpy(out, p, len);
}

struct rte_crypto_op *
env_op(struct env *e)
{
	struct rte_crypto_op *op = rte_crypto_op_alloc(e->ops, RTE_CRYPTO_OP_TYPE_SYMMETRIC);

	assert_non_null(op);
	return op;
}

struct rte_crypto_op *
env_asym_op(struct env *e)
{
	struct rte_crypto_op *op = rte_crypto_op_alloc(e->asym_ops, RTE_CRYPTO_OP_TYPE_ASYMMETRIC);

	assert_non_null(op);
	return op;
}

void
env_enqueue(struct env *e, uint16_t qp, struct rte_crypto_op *op)
{
	uint64_t end = env_deadline();

	while (rte_cryptodev_enqueue_burst(e->dev, qp, &op, 1) == 0) {
		if (rte_get_tsc_cycles() > end)
			fail_msg("enqueue: no room in %d s", WAIT_SECONDS);
		rte_pause();
	}
}

void
env_wait(struct env *e, uint16_t qp, struct rte_crypto_op **ops, unsigned int n)
{
	uint64_t end = env_deadline();
	unsigned int got = 0;

	while (got < n) {
		got += rte_cryptodev_dequeue_burst(e->dev, qp, ops + got, (uint16_t)(n - got));
		if (rte_get_tsc_cycles() > end)
			fail_msg("dequeue: %u of %u ops in %d s", got, n, WAIT_SECONDS);
		rte_pause();
	}
}

enum rte_crypto_op_status
env_run(struct env *e, struct rte_crypto_op *op)
{
	struct rte_crypto_op *back = NULL;

	env_enqueue(e, 0, op);
	env_wait(e, 0, &back, 1);
	assert_ptr_equal(back, op);
	return back->status;
}

void *
env_session(struct env *e, struct rte_crypto_sym_xform *x)
{
	void *s = rte_cryptodev_sym_session_create(e->dev, x, e->sessions);

	assert_non_null(s);
	return s;
}

void
env_session_free(struct env *e, void *sess)
{
	assert_int_equal(rte_cryptodev_sym_session_free(e->dev, sess), 0);
}

unsigned int
env_wait_failed(struct env *e, uint16_t qp, struct rte_crypto_op **ops, unsigned int n)
{
	uint64_t end = env_deadline();
	unsigned int got = 0;

	while (rte_pmd_sluice_state(e->dev, NULL) != RTE_PMD_SLUICE_FAILED) {
		got += rte_cryptodev_dequeue_burst(e->dev, qp, ops + got, (uint16_t)(n - got));
		if (rte_get_tsc_cycles() > end)
			fail_msg("the device did not fail in %d s", WAIT_SECONDS);
	}
	return got;
}

void
env_reset(struct env *e)
{
	uint64_t end = env_deadline();
	int rc;

	do {
		rc = rte_pmd_sluice_device_reset(e->dev);
		if (rte_get_tsc_cycles() > end)
			fail_msg("reset: %d after %d s", rc, WAIT_SECONDS);
	} while (rc == -EINPROGRESS);
	assert_int_equal(rc, 0);
}

enum rte_crypto_op_status
env_pka(struct env *e, enum rte_pmd_sluice_pka_type type, uint32_t handle, uint32_t param,
	const void *in, uint32_t in_len, void *out, uint32_t *out_len)
{
	struct rte_crypto_op *op = env_asym_op(e);
	struct rte_pmd_sluice_pka_op *p = rte_pmd_sluice_pka_attach(op);
	enum rte_crypto_op_status status;

	*p = (struct rte_pmd_sluice_pka_op){ .type = type, .handle = handle, .param = param, .in = in,
		.in_len = in_len, .out = out, .out_len = out_len ? *out_len : 0 };
	status = env_run(e, op);
	if (out_len)
		*out_len = p->out_len;
	rte_crypto_op_free(op);
	return status;
}
