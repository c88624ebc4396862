/* ClientHellos taken apart, changed and put together again; see s13_hello.h. */
#include "tests/unit/control/s13_hello.h"

#include <stdlib.h>
#include <string.h>

#include "common/rd.h"
#include "common/wr.h"

static void
keep(struct part *part, struct rd r)
{
	part->n = rd_left(&r);
	HS_REC_CHECK(part->n <= sizeof(part->p));
	memcpy(part->p, r.p, part->n);
}

/* A ClientHello with its handshake header. */
void
hello_take_apart(struct hello *h, const uint8_t *msg, size_t n)
{
	struct rd r = rd_init(msg + 4, n - 4), block;

	memset(h, 0, sizeof(*h));
	memcpy(h->version, rd_bytes(&r, 2), 2);
	memcpy(h->random, rd_bytes(&r, 32), 32);
	keep(&h->id, rd_vec8(&r));
	keep(&h->suites, rd_vec16(&r));
	keep(&h->compression, rd_vec8(&r));
	block = rd_vec16(&r);
	HS_REC_CHECK(rd_done(&r));
	while (rd_left(&block) != 0) {
		HS_REC_CHECK(h->exts < MAX_EXTS);
		h->ext[h->exts].type = rd_u16(&block);
		keep(&h->ext[h->exts++], rd_vec16(&block));
	}
}

size_t
hello_put_together(const struct hello *h, uint8_t *out, size_t cap)
{
	struct wr w = wr_init(out, cap);
	size_t message, part, block;

	wr_u8(&w, 1);
	message = wr_open(&w, 3);
	wr_bytes(&w, h->version, 2);
	wr_bytes(&w, h->random, 32);
	part = wr_open(&w, 1);
	wr_bytes(&w, h->id.p, h->id.n);
	wr_close(&w, part, 1);
	part = wr_open(&w, 2);
	wr_bytes(&w, h->suites.p, h->suites.n);
	wr_close(&w, part, 2);
	part = wr_open(&w, 1);
	wr_bytes(&w, h->compression.p, h->compression.n);
	wr_close(&w, part, 1);
	block = wr_open(&w, 2);
	for (unsigned i = 0; i < h->exts; i++) {
		wr_u16(&w, h->ext[i].type);
		part = wr_open(&w, 2);
		wr_bytes(&w, h->ext[i].p, h->ext[i].n);
		wr_close(&w, part, 2);
	}
	wr_close(&w, block, 2);
	for (size_t i = 0; i < h->trailing; i++)
		wr_u8(&w, 0);
	wr_close(&w, message, 3);
	HS_REC_CHECK(wr_ok(&w));
	return wr_len(&w);
}

struct part *
hello_ext(struct hello *h, uint16_t type)
{
	for (unsigned i = 0; i < h->exts; i++)
		if (h->ext[i].type == type)
			return &h->ext[i];
	HS_REC_CHECK(!"no such extension in the hello");
	return NULL;
}

void
hello_drop_ext(struct hello *h, uint16_t type)
{
	struct part *e = hello_ext(h, type);

	memmove(e, e + 1, (size_t)(&h->ext[--h->exts] - e) * sizeof(*e));
}

/* At the front. */
struct part *
hello_add_ext(struct hello *h, uint16_t type, const void *p, size_t n)
{
	HS_REC_CHECK(h->exts < MAX_EXTS);
	memmove(h->ext + 1, h->ext, h->exts++ * sizeof(h->ext[0]));
	h->ext[0].type = type;
	h->ext[0].n = n;
	if (n != 0)
		memcpy(h->ext[0].p, p, n);
	return &h->ext[0];
}

void
hello_set_ext(struct hello *h, uint16_t type, const void *p, size_t n)
{
	struct part *e = hello_ext(h, type);

	memcpy(e->p, p, n);
	e->n = n;
}


/* X25519 alone, so that the one share is that. */
SSL_CTX *
hello_ctx(void)
{
	SSL_CTX *ctx = s13_client_ctx();

	SSL_CTX_set1_groups_list(ctx, "X25519:P-256");
	return ctx;
}

void
hello_first(struct hello *h, SSL_SESSION *session)
{
	SSL_CTX *ctx = hello_ctx();
	uint8_t rec[8192];
	size_t n = s13_first_record(ctx, session, rec, sizeof(rec));

	hello_take_apart(h, rec + TLS_HDR_LEN, n - TLS_HDR_LEN);
	SSL_CTX_free(ctx);
}

/* What the machine says to this hello, all questions answered. */
enum tls_err
hello_judge(struct s13_world *w, const struct hello *h, enum hs_state *state)
{
	static uint8_t msg[70000];
	size_t n = hello_put_together(h, msg, sizeof(msg));
	struct hs_end_opts opts = w->opts;
	struct hs_end *e = calloc(1, sizeof(*e));
	enum tls_err err = TLS_E_OK;
	struct hs_info info;

	HS_REC_CHECK(e != NULL);
	opts.now_s = w->now_s;
	HS_REC_CHECK(hs_end_open(e, &opts) == TLS_E_OK);
	for (size_t at = 0; at < n && err == TLS_E_OK; at += 16384)
		err = hs_end_record(
			e, TLS_CT_HANDSHAKE, 0, msg + at, n - at < 16384 ? n - at : 16384);
	hs_info(e->hs, &info);
	if (state != NULL)
		*state = info.state;
	if (err != TLS_E_OK)
		HS_REC_CHECK(e->closed && e->alert == tls_err_alert(err));
	hs_end_drop(e);
	free(e);
	return err;
}
