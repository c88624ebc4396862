/* One end of a connection for tests: wire bytes, records, application data; see hs_end.h. */
#include "tests/lib/hs_end.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "common/ct.h"
#include "common/rd.h"

/* ---- bytes ---- */

void
hs_bytes_add(struct hs_bytes *b, const void *p, size_t n)
{
	if (b->len == 0)
		b->off = 0;
	if (b->off + b->len + n > b->cap) {
		size_t cap = 2 * (b->len + n) + 256;
		uint8_t *q = malloc(cap);

		HS_REC_CHECK(q != NULL);
		if (b->len != 0)
			memcpy(q, hs_bytes_at(b), b->len);
		free(b->p);
		b->p = q;
		b->off = 0;
		b->cap = cap;
	}
	if (n != 0)
		memcpy(b->p + b->off + b->len, p, n);
	b->len += n;
}

uint8_t *
hs_bytes_at(const struct hs_bytes *b)
{
	static uint8_t nothing[1];

	return b->len != 0 ? b->p + b->off : nothing;
}

void
hs_bytes_skip(struct hs_bytes *b, size_t n)
{
	HS_REC_CHECK(n <= b->len);
	b->off += n;
	b->len -= n;
}

void
hs_bytes_drop(struct hs_bytes *b)
{
	free(b->p);
	*b = (struct hs_bytes){ 0 };
}

void
hs_end_random(void *ctx, uint8_t *out, size_t len)
{
	uint64_t *s = ctx;

	for (size_t i = 0; i < len; i++) { /* splitmix64 */
		uint64_t z = *s += 0x9e3779b97f4a7c15ull;

		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
		z = (z ^ z >> 27) * 0x94d049bb133111ebull;
		out[i] = (uint8_t)(z >> 56);
	}
}

/* ---- records out ---- */

/* What we send is in SSL 2.0 records. */
static bool
sends_v2(const struct hs_end *e)
{
	return e->wr.on && e->wr.version == TLS_V_SSL2;
}

static void
send_one(struct hs_end *e, uint8_t type, uint16_t version, const uint8_t *p, size_t len)
{
	uint8_t rec[TLS_HDR_LEN + HS_REC_MAX];
	size_t n = type == TLS_CT_SSL2 || sends_v2(e) ? hs_rec2_seal(&e->wr, p, len, rec)
						      : hs_rec_seal(&e->wr, type, version, p, len, rec);

	hs_bytes_add(&e->net_out, rec, n);
}

/* The 1/n-1 split: the first record of CBC data up to TLS 1.0 holds one byte. */
static bool
splits(const struct hs_rec *wr)
{
	return wr->on && wr->version <= TLS_V_10 && wr->version >= TLS_V_SSL30 &&
	       hs_rec_block(wr->alg) != 0;
}

void
hs_end_send(struct hs_end *e, uint8_t type, uint16_t version, const uint8_t *p, size_t len)
{
	size_t most = sends_v2(e) && type == TLS_CT_APPDATA ? 16000 : TLS_MAX_PLAIN;
	bool split = type == TLS_CT_APPDATA && splits(&e->wr);

	if (type == TLS_CT_SSL2)
		most = len; /* exactly one record */
	if (e->max_fragment != 0 && e->max_fragment < most && type != TLS_CT_SSL2)
		most = e->max_fragment;
	if (e->opts.fragment_out != 0 && type == TLS_CT_HANDSHAKE && e->opts.fragment_out < most)
		most = e->opts.fragment_out;
	do {
		size_t n = split && len > 1 ? 1 : len < most ? len : most;

		send_one(e, type, version, p, n);
		split = false;
		p += n;
		len -= n;
	} while (len != 0);
}

void
hs_end_flush(struct hs_end *e)
{
	struct hs_bytes *b = &e->data_out;

	if (b->len == 0 || e->held || e->closed || !(e->ready || e->early))
		return;
	hs_end_send(e, TLS_CT_APPDATA, e->version, hs_bytes_at(b), b->len);
	hs_bytes_skip(b, b->len);
}

void
hs_end_write(struct hs_end *e, const void *data, size_t len)
{
	hs_bytes_add(&e->data_out, data, len);
	hs_end_flush(e);
}

void
hs_end_close(struct hs_end *e)
{
	static const uint8_t bye[2] = { TLS_ALERT_WARNING, TLS_ALERT_CLOSE_NOTIFY };

	if (e->closed)
		return;
	hs_end_flush(e);
	if (!sends_v2(e)) /* SSL 2.0 has no word for it */
		hs_end_send(e, TLS_CT_ALERT, TLS_V_12, bye, sizeof(bye));
	e->closed = true;
	e->alert_level = bye[0];
	e->alert = bye[1];
}

/* ---- records in ---- */

enum tls_err
hs_end_record(struct hs_end *e, uint8_t type, uint8_t epoch, const void *data, size_t len)
{
	hs_out_start(e->out);
	return hs_end_carry_out(e, hs_record(e->hs, &e->env, type, epoch, data, len, e->out));
}

enum tls_err
hs_end_abort(struct hs_end *e, enum tls_err why)
{
	hs_out_start(e->out);
	return hs_end_carry_out(e, hs_abort(e->hs, &e->env, why, e->out));
}

static enum tls_err
take_handshake(struct hs_end *e, uint8_t type, const uint8_t *p, size_t len)
{
	size_t step = e->opts.fragment_in != 0 && type == TLS_CT_HANDSHAKE && len != 0
			      ? e->opts.fragment_in
			      : len;
	uint8_t epoch = e->epoch;

	/* the dataplane stops behind this record: struct ipc_read_on */
	e->stopped = e->version == 0 || e->version == TLS_V_13 || e->version == TLS_V_SSL2 ||
		     e->after_ccs;
	e->after_ccs = false;
	do {
		size_t n = len < step ? len : step;

		hs_end_record(e, type, epoch, p, n);
		p += n;
		len -= n;
	} while (len != 0 && !e->closed);
	return e->err;
}

/* RFC 8446 5: a ChangeCipherSpec of TLS 1.3 means nothing and is dropped. */
static enum tls_err
take_ccs(struct hs_end *e, const uint8_t *p, size_t len)
{
	if (e->version == TLS_V_13)
		return len == 1 && p[0] == 1 && !e->done ? TLS_E_OK
							  : hs_end_abort(e, TLS_E_UNEXPECTED_MESSAGE);
	hs_end_record(e, TLS_CT_CCS, e->epoch, p, len);
	if (e->closed)
		return e->err;
	e->epoch++;
	e->after_ccs = true;
	e->ccs_seen = !e->has_next;
	if (e->has_next) {
		hs_rec_drop(&e->rd);
		e->rd = e->rd_next;
		memset(&e->rd_next, 0, sizeof(e->rd_next));
		e->has_next = false;
	}
	return e->err;
}

static enum tls_err
take_data(struct hs_end *e, const uint8_t *p, size_t len)
{
	if (!e->ready && !e->early)
		return hs_end_abort(e, TLS_E_UNEXPECTED_MESSAGE);
	hs_bytes_add(&e->data_in, p, len);
	return e->err;
}

/* One record's plaintext, in a buffer of HS_TAP_ROOM bytes. */
static enum tls_err
take(struct hs_end *e, uint8_t type, uint8_t *p, size_t len)
{
	if (e->opts.tap != NULL)
		e->opts.tap(e->opts.ctx, e, &type, p, &len);
	switch (type) {
	case TLS_CT_CCS: return take_ccs(e, p, len);
	case TLS_CT_APPDATA: return take_data(e, p, len);
	case TLS_CT_ALERT:
		e->peer_closed |= len == 2 && p[1] == TLS_ALERT_CLOSE_NOTIFY;
		return hs_end_record(e, type, e->epoch, p, len);
	case TLS_CT_HANDSHAKE: return take_handshake(e, type, p, len);
	case TLS_CT_SSL2: return e->ready ? take_data(e, p, len) : take_handshake(e, type, p, len);
	default: return hs_end_abort(e, TLS_E_UNEXPECTED_MESSAGE);
	}
}

/* Early data that the server refused: RFC 8446 4.2.10. */
static bool
skips(struct hs_end *e, uint8_t type, size_t len)
{
	if (type != TLS_CT_APPDATA || e->version != TLS_V_13 || e->skip_bytes == 0 || e->ready)
		return false;
	e->skip_bytes -= len < e->skip_bytes ? (uint32_t)len : e->skip_bytes;
	return true;
}

/* One TLS record; false: not complete. */
static bool
read_tls(struct hs_end *e)
{
	struct rd r = rd_init(hs_bytes_at(&e->in), e->in.len);
	uint8_t type = rd_u8(&r), outer = type, plain[HS_TAP_ROOM];
	uint16_t version = rd_u16(&r), len = rd_u16(&r);
	enum tls_err err = TLS_E_OK;
	const uint8_t *body;
	uint64_t seq = e->rd.seq;
	size_t n = 0;

	if (e->in.len >= 1 && (type < TLS_CT_CCS || type > TLS_CT_APPDATA))
		err = TLS_E_UNEXPECTED_MESSAGE;
	else if (!rd_ok(&r))
		return false;
	else if (version >> 8 != 3)
		err = TLS_E_PROTOCOL_VERSION;
	else if (len > TLS_MAX_CIPHER)
		err = TLS_E_RECORD_OVERFLOW;
	if (err != TLS_E_OK) {
		hs_end_abort(e, err);
		return false;
	}
	body = rd_bytes(&r, len);
	if (body == NULL)
		return false;
	if (e->version == TLS_V_13 && type == TLS_CT_CCS) {
		memcpy(plain, body, len < sizeof(plain) ? len : sizeof(plain));
		n = len;
	} else if (!e->rd.on && type == TLS_CT_APPDATA && skips(e, type, len)) {
		hs_bytes_skip(&e->in, TLS_HDR_LEN + (size_t)len);
		return true;
	} else {
		err = hs_rec_open(&e->rd, &type, body, len, plain, &n);
	}
	hs_bytes_skip(&e->in, TLS_HDR_LEN + (size_t)len);
	if (err == TLS_E_BAD_RECORD_MAC && skips(e, outer, len)) {
		e->rd.seq = seq;
		return true;
	}
	if (err != TLS_E_OK)
		hs_end_abort(e, err);
	else
		take(e, type, plain, n);
	return true;
}

/* One SSL 2.0 record, draft-hickman-netscape-ssl 1.1; false: not complete. */
static bool
read_ssl2(struct hs_end *e)
{
	struct rd r = rd_init(hs_bytes_at(&e->in), e->in.len);
	uint16_t head = rd_u16(&r), len = head & 0x7fff;
	uint8_t padding = 0, plain[HS_TAP_ROOM];
	const uint8_t *body;
	enum tls_err err;
	size_t n;

	if (!(head & 0x8000)) {
		len = head & 0x3fff;
		padding = rd_u8(&r);
	}
	body = rd_bytes(&r, len);
	if (body == NULL)
		return false;
	err = hs_rec2_open(&e->rd, body, len, padding, plain, &n);
	hs_bytes_skip(&e->in, (size_t)(head & 0x8000 ? 2 : 3) + len);
	if (err != TLS_E_OK)
		hs_end_abort(e, err);
	else
		take(e, TLS_CT_SSL2, plain, n);
	return true;
}

/* Whether the bytes that come are an SSL 2.0 record; by the first one until the version is told. */
static bool
is_ssl2(const struct hs_end *e)
{
	uint8_t first = e->in.p[e->in.off];

	if (e->version != 0 || e->first_record)
		return e->version == TLS_V_SSL2 || (e->version == 0 && e->v2_wire);
	return (first & 0x80) != 0 || (first < TLS_CT_CCS && (first & 0x40) == 0);
}

enum tls_err
hs_end_read(struct hs_end *e)
{
	bool more = true;

	while (more && e->in.len != 0 && !e->closed && !e->stopped && !e->ccs_seen) {
		bool v2 = is_ssl2(e);

		if (!e->first_record && e->in.len < 3)
			break;
		e->v2_wire = v2;
		more = v2 ? read_ssl2(e) : read_tls(e);
		e->first_record |= more;
	}
	return e->err;
}

enum tls_err
hs_end_feed(struct hs_end *e, const void *wire, size_t len)
{
	hs_bytes_add(&e->in, wire, len);
	return hs_end_read(e);
}

/* ---- both ---- */

void
hs_end_join(struct hs_end *a, struct hs_end *b)
{
	for (unsigned i = 0; i < 1000; i++) {
		size_t n = a->net_out.len, m = b->net_out.len;

		if (n == 0 && m == 0)
			return;
		if (n != 0) {
			struct hs_bytes out = a->net_out;

			a->net_out = (struct hs_bytes){ 0 };
			hs_end_feed(b, hs_bytes_at(&out), out.len);
			hs_bytes_drop(&out);
		}
		if (m != 0) {
			struct hs_bytes out = b->net_out;

			b->net_out = (struct hs_bytes){ 0 };
			hs_end_feed(a, hs_bytes_at(&out), out.len);
			hs_bytes_drop(&out);
		}
	}
	HS_REC_CHECK(!"the two ends come to rest");
}

static void
system_random(void *ctx, uint8_t *out, size_t len)
{
	HS_REC_CHECK(RAND_bytes(out, (int)len) == 1);
}

static bool
first_use(void *ctx, const uint8_t id[32], uint64_t expires_s)
{
	const struct hs_end *e = ctx;

	return e->opts.keep != NULL && e->opts.keep->once != NULL &&
	       once_first(e->opts.keep->once, id, e->env.now_s, expires_s);
}

static uint32_t
secret_new(void *ctx, uint32_t old)
{
	struct hs_end *e = ctx;

	return e->opts.card != NULL ? soft_card_new(e->opts.card, old) : 0;
}

static struct peer *
known_peer(void *ctx, const struct hs_conf *conf, const uint8_t fingerprint[32])
{
	const struct hs_end *e = ctx;
	struct peer *p = e->opts.keep != NULL ? hs_keep_peer(e->opts.keep, fingerprint) : NULL;

	return p != NULL ? peer_ref(p) : NULL;
}

static void
random_of(void *ctx, uint8_t *out, size_t len)
{
	struct hs_end *e = ctx;

	if (e->opts.seed != 0)
		hs_end_random(&e->random_state, out, len);
	else
		system_random(NULL, out, len);
}

enum tls_err
hs_end_open(struct hs_end *e, const struct hs_end_opts *opts)
{
	struct hs_keep *k = opts->keep;
	bool resume;

	memset(e, 0, sizeof(*e));
	e->opts = *opts;
	e->random_state = opts->seed;
	e->env = (struct hs_env){ .now_s = opts->now_s != 0 ? opts->now_s : 1000,
		.random = random_of,
		.first_use = first_use,
		.known_peer = known_peer,
		.secret_new = secret_new,
		.ctx = e };
	e->env.now_ms = e->env.now_s * 1000;
	e->alert = TLS_ALERT_NONE;
	e->rd.pad = e->wr.pad = opts->pad;
	e->out = malloc(sizeof(*e->out));
	e->hs = hs_new(opts->conf);
	HS_REC_CHECK(e->out != NULL && e->hs != NULL);
	hs_out_start(e->out);
	if (opts->conf->role != HS_CLIENT)
		return TLS_E_OK;
	resume = k != NULL && k->has_client && !opts->no_resume;
	if (resume && k->client.version == TLS_V_13)
		k->has_client = false; /* a ticket is used once: RFC 8446 C.4 */
	return hs_end_carry_out(e,
		hs_start(e->hs, &e->env, resume ? &k->client : NULL,
			resume ? hs_bytes_at(&k->ticket) : NULL, resume ? k->ticket.len : 0,
			resume ? hs_keep_peer(k, k->client.peer) : NULL, e->out));
}

enum tls_err
hs_end_command(struct hs_end *e, enum hs_command cmd)
{
	hs_out_start(e->out);
	return hs_end_carry_out(e, hs_command(e->hs, &e->env, cmd, e->out));
}

void
hs_end_drop(struct hs_end *e)
{
	uint32_t secrets[HS_MAX_SECRETS];
	unsigned n = e->hs != NULL ? hs_secrets(e->hs, secrets, HS_MAX_SECRETS) : 0;

	for (unsigned i = 0; i < n; i++)
		soft_card_free(e->opts.card, secrets[i]);
	hs_free(e->hs);
	free(e->out);
	hs_rec_drop(&e->rd);
	hs_rec_drop(&e->wr);
	hs_rec_drop(&e->rd_next);
	hs_bytes_drop(&e->in);
	hs_bytes_drop(&e->net_out);
	hs_bytes_drop(&e->data_in);
	hs_bytes_drop(&e->data_out);
	hs_bytes_drop(&e->ask.data);
	memset(e, 0, sizeof(*e));
}
