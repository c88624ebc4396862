/*
 * The readers of hellos: the first byte says which (ClientHello, ServerHello, CLIENT-HELLO of SSL
 * 2.0) and what is on, the rest is the message's body. Checked, besides what ASan and UBSan object
 * to: what a ClientHello's reader notes lies in the copy that it keeps, and a machine decides the
 * same about it however it is cut into records.
 */
#include <stdlib.h>
#include <string.h>

#include "common/wr.h"
#include "control/handshake/hs_int.h"
#include "tests/fuzz/hs_fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* a fuzz target has no other place for what lives through all inputs */
static struct hs_fuzz world;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	hs_fuzz_init(&world);
	return 0;
}

static void
inside(const struct hs_hello *h, struct hs_span s)
{
	if (s.p == NULL)
		HS_REC_CHECK(s.n == 0);
	else
		HS_REC_CHECK(s.p >= h->copy && s.n <= h->copy_len &&
			     s.p + s.n <= h->copy + h->copy_len);
}

static void
spans(const struct hs_hello *h)
{
	inside(h, h->suites);
	inside(h, h->compression);
	inside(h, h->versions);
	inside(h, h->groups);
	inside(h, h->schemes);
	inside(h, h->schemes_cert);
	inside(h, h->point_formats);
	inside(h, h->shares);
	inside(h, h->alpn);
	inside(h, h->ticket);
	inside(h, h->psk_ids);
	inside(h, h->psk_binders);
	inside(h, h->psk_modes);
	inside(h, h->cookie);
	inside(h, h->renegotiated);
	inside(h, h->server_names_cas);
	HS_REC_CHECK(memchr(h->server_name, '\0', sizeof(h->server_name)) != NULL);
	HS_REC_CHECK(h->session_id_len <= TLS_MAX_SESSION_ID);
}

/* The reader alone. */
static void
read_client_hello(const uint8_t *body, size_t len)
{
	static struct hs_out out;
	struct hs *hs = hs_new(&world.server);
	struct hs_call c = { .hs = hs, .w = hs->w, .out = &out };
	struct rd r = rd_init(body, len);

	hs_out_start(&out);
	if (hs_hello_read(&c, &r, &hs->w->hello) == TLS_E_OK)
		spans(&hs->w->hello);
	hs_free(hs);
}

struct verdict {
	enum tls_err err;
	enum hs_state state;
	size_t sent;
};

static struct verdict
judge(enum hs_role role, uint8_t type, const uint8_t *msg, size_t len, unsigned cut)
{
	struct hs_end_opts opts = hs_fuzz_opts(&world, role);
	struct verdict v = { .err = TLS_E_OK };
	struct hs_info info;
	struct hs_end e;
	uint8_t code = msg[0];

	hs_end_open(&e, &opts);
	for (size_t at = 0; at < len && !e.closed;) {
		size_t n = len - at < cut ? len - at : cut;

		hs_end_record(&e, type, 0, msg + at, n);
		at += n;
	}
	hs_info(e.hs, &info);
	v.err = e.err;
	v.state = info.state;
	v.sent = code == 1 && !e.closed ? e.net_out.len : 0;
	hs_fuzz_check(&e);
	hs_end_drop(&e);
	return v;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t choice[HS_FUZZ_CONFIG] = { 0, 0, 0, 0, 3, 0 }, *msg;
	struct verdict whole, cut;
	struct wr w;

	if (size < 1 || size > 16000)
		return 0;
	choice[0] = data[0] & 0x40;
	choice[1] = data[0] & 0x80 ? 0xff : 0;
	hs_fuzz_configure(&world, choice);
	msg = malloc(size + 4);
	HS_REC_CHECK(msg != NULL);
	w = wr_init(msg, size + 4);
	switch (data[0] & 3) {
	case 0:
	case 1: /* ClientHello 1, ServerHello 2 */
		wr_u8(&w, 1 + (data[0] & 1));
		wr_u24(&w, (uint32_t)size - 1);
		wr_bytes(&w, data + 1, size - 1);
		if ((data[0] & 1) == 0)
			read_client_hello(data + 1, size - 1);
		whole = judge(data[0] & 1, TLS_CT_HANDSHAKE, msg, wr_len(&w), 16384);
		cut = judge(data[0] & 1, TLS_CT_HANDSHAKE, msg, wr_len(&w), 1 + size % 7);
		HS_REC_CHECK(whole.err == cut.err && whole.state == cut.state &&
			     whole.sent == cut.sent);
		break;
	default: /* SSL 2.0: one record is one message */
		wr_u8(&w, 1);
		wr_bytes(&w, data + 1, size - 1);
		judge(HS_SERVER, TLS_CT_SSL2, msg, wr_len(&w), 32767);
		break;
	}
	free(msg);
	hs_fuzz_drop(&world);
	return 0;
}
