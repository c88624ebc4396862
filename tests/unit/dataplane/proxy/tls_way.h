/*
 * One direction's keys as a test holds them, for every version: sealing and opening by the
 * reference, and the KEYS_SET that gives the dataplane its copy.
 */
#ifndef SLUICE_TESTS_TLS_WAY_H
#define SLUICE_TESTS_TLS_WAY_H

#include "tests/unit/dataplane/proxy/tls_proxy_world.h"

struct way {
	struct rec_keys k;
	uint64_t first, seq; /* as KEYS_SET says; of the next record */
	union {
		uint8_t iv[16];
		struct ref_rc4 rc4;
	} chain;
};

static inline struct way
way_new(uint32_t alg, uint16_t version, uint8_t seed)
{
	struct way y = { .k = { .alg = alg, .version = version } };

	memset(y.k.key, seed, sizeof(y.k.key));
	memset(y.k.mac_key, version == 0x0002 ? seed : seed + 1, sizeof(y.k.mac_key));
	memset(y.k.iv, seed + 2, sizeof(y.k.iv));
	if (ref_suite(alg)->kind == REF_RC4)
		ref_rc4_init(&y.chain.rc4, y.k.key, 16);
	else
		memcpy(y.chain.iv, y.k.iv, 16);
	return y;
}

/* Appends one sealed record to buf. */
static inline void
way_put(struct way *y, uint8_t type, const void *p, uint32_t n, uint8_t *buf, uint32_t *len)
{
	uint8_t nonce[16] = { 7 };
	uint8_t *state = ref_explicit(&y->k) != 0 ? nonce : y->chain.iv;
	uint32_t k;

	nonce[7] = (uint8_t)y->seq;
	k = ref_seal(&y->k, y->seq++, type, state, p, n, 0, buf + *len);
	if (y->k.version <= 0x0301)
		ref_next_iv(&y->k, buf + *len, k, y->chain.iv);
	*len += k;
}

/* Appends one plaintext record. */
static inline void
plain_put(uint8_t type, const void *p, uint32_t n, uint8_t *buf, uint32_t *len)
{
	uint8_t *r = buf + *len;

	r[0] = type;
	r[1] = r[2] = 3;
	ref_be(r + 3, n, 2);
	memcpy(r + 5, p, n);
	*len += 5 + n;
}

/* Sends one sealed record to the appliance. */
static inline void
way_send(struct world *w, struct way *y, uint8_t type, const void *p, uint32_t n)
{
	static uint8_t buf[40000];
	uint32_t len = 0;

	way_put(y, type, p, n, buf, &len);
	to_appliance(w, buf, len);
}

/* The next record that the appliance sent; its plaintext's length, or -1. */
static inline int
way_next(struct world *w, struct way *y, uint8_t *type, uint8_t *to)
{
	const struct fake_conn *c = fake_get(w->tcp, w->cl);
	uint8_t *r = c->tx + w->read_at;
	uint32_t len;
	int n;

	if (c->tx_len - w->read_at < 5)
		return -1;
	if (y->k.version == 0x0002)
		len = (r[0] & 0x80) != 0 ? 2u + ((r[0] & 0x7fu) << 8 | r[1])
					 : 3u + ((r[0] & 0x3fu) << 8 | r[1]);
	else
		len = 5u + ((uint32_t)r[3] << 8 | r[4]);
	assert_true(c->tx_len - w->read_at >= len);
	n = ref_open(&y->k, y->seq++, y->chain.iv, r, len, to);
	if (y->k.version <= 0x0301)
		ref_next_iv(&y->k, r, len, y->chain.iv);
	*type = y->k.version == 0x0304 && n >= 0 ? to[n] : r[0];
	w->read_at += len;
	return n;
}

static inline void
way_expect(struct world *w, struct way *y, uint8_t type, const void *p, int n)
{
	static uint8_t buf[40000];
	uint8_t t = 0;

	assert_int_equal(way_next(w, y, &t, buf), n);
	if (y->k.version != 0x0002)
		assert_int_equal(t, type);
	assert_memory_equal(buf, p, n);
}

static inline void
way_expect_alert(struct world *w, struct way *y, uint8_t level, uint8_t alert)
{
	const uint8_t body[2] = { level, alert };

	way_expect(w, y, 21, body, 2);
	assert_true(fake_get(w->tcp, w->cl)->shut);
}

/* KEYS_SET with this way's keys; flags: IPC_KEYS_RELEASE or 0. */
static inline int
way_set(struct world *w, const struct way *y, uint8_t dir, uint8_t flags)
{
	const struct ref_suite *s = ref_suite(y->k.alg);
	bool aead = s->mac == 0, ssl2 = y->k.version == 0x0002;
	struct ipc_keys_set m = { .conn = w->conn,
		.dir = dir,
		.when = dir == IPC_DIR_WRITE || ssl2 || y->k.version == 0x0304 ? IPC_KEYS_NOW
									       : IPC_KEYS_AFTER_CCS,
		.version = y->k.version,
		.alg = y->k.alg,
		.seq = y->first,
		.flags = y->k.flags | flags,
		.key_len = (uint8_t)s->key,
		.mac_key_len = (uint8_t)(ssl2 ? s->key : s->mac) };

	if (aead)
		m.iv_len = s->kind == REF_GCM && y->k.version == 0x0303 ? 4 : 12;
	else if (s->kind == REF_CBC)
		m.iv_len = (uint8_t)s->block;
	memcpy(m.key, y->k.key, m.key_len);
	memcpy(m.mac_key, y->k.mac_key, m.mac_key_len);
	memcpy(m.iv, y->k.iv, m.iv_len);
	return tls_ctl_keys_set(w->tls, &m);
}

/* RECORDS_SEND with flags, without a turn of the loop. */
static inline void
say_records(struct world *w, uint8_t type, uint8_t flags, const void *p, uint32_t n)
{
	struct ipc_records_send m = {
		.conn = w->conn, .type = type, .flags = flags, .version = 0x0303, .bytes = n
	};

	assert_int_equal(tls_ctl_records_send(w->tls, &m, p), 0);
}

/* CONN_READY, without READ_ON. */
static inline void
say_ready(struct world *w, uint16_t flags)
{
	struct ipc_conn_ready m = { .conn = w->conn, .pool = POOL, .flags = flags,
		.early_max = 20 };

	assert_int_equal(tls_ctl_ready(w->tls, &m, NULL), 0);
}

static inline void
server_up(struct world *w)
{
	proxy_connected(w->proxy, server_pair(w), 0, w->now);
	turn(w);
}

/* Everything that the server received so far. */
static inline void
expect_server(struct world *w, const char *text)
{
	const struct fake_conn *s = fake_get(w->tcp, fake_last(w->tcp));

	assert_int_equal(s->tx_len, strlen(text));
	assert_memory_equal(s->tx, text, s->tx_len);
}

static inline void
server_says(struct world *w, const char *text)
{
	fake_receive(w->tcp, fake_last(w->tcp), text, (uint32_t)strlen(text));
	proxy_readable(w->proxy, server_pair(w));
	turn(w);
}

/* The n-th message to the control process is a record with this text. */
static inline void
expect_told(struct world *w, uint32_t n, uint8_t type, uint8_t epoch, const char *text)
{
	assert_true(n < w->n_msg);
	assert_int_equal(w->msg[n].type, IPC_RECORD_IN);
	assert_int_equal(w->msg[n].u.rec.type, type);
	assert_int_equal(w->msg[n].u.rec.epoch, epoch);
	assert_int_equal(w->msg[n].u.rec.bytes, strlen(text));
	assert_memory_equal(w->msg[n].data, text, strlen(text));
}

#endif
