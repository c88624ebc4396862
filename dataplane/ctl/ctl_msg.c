/*
 * What each message of the control process does, and the reports to it. Lengths are checked by
 * ipc_check() before a body is looked at.
 */
#include <errno.h>
#include <string.h>

#include "common/ct.h"
#include "dataplane/ctl/ctl_int.h"

static int
on_hello_ack(struct ctl *c, const struct ipc_hello_ack *m)
{
	if (m->version != IPC_VERSION || c->up)
		return -EBADMSG;
	c->up = true;
	tls_ctl_attached(c->tls);
	return 0;
}

void
ctl_config_answer(struct ctl *c)
{
	if (c->result_due &&
		ctl_send(c, IPC_CFG_RESULT, &c->result, sizeof(c->result), NULL, 0) == 0)
		c->result_due = false;
}

static int
on_commit(struct ctl *c, const struct ipc_cfg_begin *m)
{
	struct ipc_cfg_result *r = &c->result;

	*r = (struct ipc_cfg_result){ .generation = m->generation };
	r->status = cfg_check(&c->staged, m->generation, c->cfg.ports, r->text, sizeof(r->text));
	if (r->status == 0)
		r->status =
			c->cfg.hooks->apply(c->cfg.hooks_ctx, &c->staged, r->text, sizeof(r->text));
	c->staged.open = false;
	if (r->status == 0) {
		tls_set_max_conns(c->tls, c->staged.limits.max_conns);
		if (c->staged.has_limits)
			tls_set_control_wait(c->tls, c->staged.limits.control_wait_ms);
		ctr_inc(c->cfg.ctr, CTR_cfg_applied);
		log_line(c->cfg.log, LOG_INFO,
			"config_applied worker=%u generation=%u listeners=%u pools=%u",
			c->cfg.worker, m->generation, c->staged.n_listeners, c->staged.n_pools);
	} else {
		ctr_inc(c->cfg.ctr, CTR_cfg_refused);
		log_line(c->cfg.log, LOG_WARN, "config_refused worker=%u generation=%u why=\"%s\"",
			c->cfg.worker, m->generation, r->text);
	}
	c->result_due = true;
	ctl_config_answer(c);
	return 0;
}

int
ctl_message(struct ctl *c, uint16_t type, uint8_t *msg, uint32_t len)
{
	uint32_t data_len;
	uint8_t *data;
	int rc;

	if (ipc_check(type, msg, len, &data_len) != 0)
		return -EBADMSG;
	if (!c->up && type != IPC_HELLO_ACK)
		return -EBADMSG;
	data = msg + ipc_body_size(type, NULL);
	switch (type) {
	case IPC_HELLO_ACK: return on_hello_ack(c, (const struct ipc_hello_ack *)msg);
	case IPC_RECORDS_SEND:
		return tls_ctl_records_send(c->tls, (const struct ipc_records_send *)msg, data);
	case IPC_KEYS_SET:
		rc = tls_ctl_keys_set(c->tls, (const struct ipc_keys_set *)msg);
		ct_wipe(msg, len);
		return rc;
	case IPC_READ_ON: return tls_ctl_read_on(c->tls, (const struct ipc_read_on *)msg);
	case IPC_CONN_READY:
		return tls_ctl_ready(c->tls, (const struct ipc_conn_ready *)msg, data);
	case IPC_CONN_CLOSE: return tls_ctl_close(c->tls, (const struct ipc_conn_close *)msg);
	case IPC_PKA_DO:
		rc = ctl_pka_do(c, (const struct ipc_pka_do *)msg, data);
		ct_wipe(msg, len);
		return rc;
	case IPC_KEY_LOAD:
		return ctl_pka_key(c, PKA_KEY_LOAD, (const struct ipc_key_load *)msg, data);
	case IPC_KEY_FREE:
		return ctl_pka_key(c, PKA_KEY_FREE, (const struct ipc_key_load *)msg, data);
	case IPC_CFG_BEGIN:
		cfg_begin(&c->staged, ((const struct ipc_cfg_begin *)msg)->generation);
		return 0;
	case IPC_CFG_IFACE:
	case IPC_CFG_LISTENER:
	case IPC_CFG_POOL:
	case IPC_CFG_SERVER:
	case IPC_CFG_LIMITS: return cfg_add(&c->staged, type, msg);
	case IPC_CFG_COMMIT: return on_commit(c, (const struct ipc_cfg_begin *)msg);
	default: return -EBADMSG; /* a type of the other direction */
	}
}

void
ctl_report(struct ctl *c)
{
	struct ipc_counters head = { .count = CTR_COUNT };
	struct ipc_engine_info eng = { 0 };
	struct eng_info info;

	c->cfg.hooks->collect(c->cfg.hooks_ctx);
	ctl_send(c, IPC_COUNTERS, &head, sizeof(head), c->cfg.ctr->v, sizeof(c->cfg.ctr->v));
	c->cfg.engine->ops->info(c->cfg.engine, &info);
	eng.count = info.count;
	eng.state = info.state;
	eng.device_cycles = info.device_cycles;
	eng.sim_ns = info.sim_ns;
	eng.in_flight = c->cfg.engine->ops->pending(c->cfg.engine);
	ctl_send(c, IPC_ENGINE_INFO, &eng, sizeof(eng), info.stat,
		info.count * sizeof(info.stat[0]));
}
