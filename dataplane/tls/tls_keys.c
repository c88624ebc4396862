/*
 * How much the keys of a connection have done (RFC 8446 5.5): the control process is told once per
 * key that it should be replaced; a key that was not ends its connection.
 */
#include <errno.h>

#include "dataplane/tls/tls_int.h"

static bool
due(const struct tls_conn *c, const struct rec_alg *a, const struct key_use *u, uint64_t seq)
{
	struct rec_alg_limit max = rec_alg_limit(a);
	uint64_t records = seq - u->first + 1;

	if (c->lim->rekey_records != 0 && records >= c->lim->rekey_records)
		return true;
	return (a->kind == REC_KIND_AEAD ? records : u->blocks) >= max.soft;
}

void
tls_key_used(struct tls_layer *l, struct tls_conn *c, const struct rec_session *s, uint64_t seq,
	uint32_t wire)
{
	struct key_use *u = s->write ? &c->wuse : &c->ruse;
	const struct rec_alg *a = s->alg;

	if (a->kind == REC_KIND_BLOCK)
		u->blocks += wire / a->block + 1;
	if (u->told && !c->worn) {
		uint64_t done = a->kind == REC_KIND_AEAD ? seq - u->first + 1 : u->blocks;

		c->worn = done >= rec_alg_limit(a).hard;
		if (c->worn)
			tls_dirty(l, c);
	}
	if (u->told || !due(c, a, u, seq))
		return;
	u->told = true;
	u->due = true;
	ctr_inc(l->cfg.ctr, CTR_tls_key_limits);
	tls_dirty(l, c);
}

void
tls_key_report(struct tls_layer *l, struct tls_conn *c)
{
	struct ipc_key_limit msg = { .conn = tls_handle(c) };
	struct key_use *both[2] = { &c->ruse, &c->wuse };

	for (int i = 0; i < 2; i++) {
		if (!both[i]->due)
			continue;
		msg.dir = i == 0 ? IPC_DIR_READ : IPC_DIR_WRITE;
		msg.seq = i == 0 ? c->rs_seq : c->ws_seq;
		/* nobody is there to replace it: the hard limit remains */
		if (tls_known(l, c) && l->cfg.link->key_limit(l->cfg.link_ctx, &msg) != 0) {
			tls_dirty(l, c);
			return;
		}
		both[i]->due = false;
	}
}
