/*
 * ClientHello as we send it, RFC 5246 7.4.1.2, RFC 8446 4.1.2, with the binder of a PSK (4.2.11.2).
 */
#include <string.h>

#include "common/ct.h"
#include "control/handshake/ext.h"
#include "control/handshake/hs_client.h"
#include "control/handshake/tls13/ks13.h"

#define SCSV_RENEGOTIATION 0x00ff /* RFC 5746 3.3 */

static void
write_suites(const struct hs_call *c, struct wr *w)
{
	const struct hs_policy *p = c->w->policy;
	size_t list = wr_open(w, 2);

	for (unsigned i = 0; i < p->suite_count; i++) {
		bool offered = false;

		for (unsigned v = TLS_V_SSL30; v <= TLS_V_13; v++)
			offered |= hs_offers(c, hs_version_bit((uint16_t)v)) &&
				   hs_suite_in(p->suites[i], (uint16_t)v);
		if (offered)
			wr_u16(w, p->suites[i]->code);
	}
	/* in a renegotiation the extension alone, RFC 5746 3.5 */
	if (hs_offers(c, HS_V_OLD) && !c->w->cl->again)
		wr_u16(w, SCSV_RENEGOTIATION);
	wr_close(w, list, 2);
}

static void
write_compression(const struct hs_call *c, struct wr *w)
{
	size_t list = wr_open(w, 1);

	/* RFC 8446 4.1.2: null alone when TLS 1.3 is offered */
	if (c->w->policy->compression && !hs_offers(c, HS_V_13))
		wr_u8(w, 1);
	wr_u8(w, 0);
	wr_close(w, list, 1);
}

/* Over the transcript so far and this hello without its binders: they are its last bytes. */
static void
write_binder(struct hs_call *c, struct wr *w)
{
	const struct hs_client *cl = c->w->cl;
	int prf = hs_suite_by_code(cl->session.suite)->prf;
	size_t n = hs_digest_len(prf);
	uint8_t hash[HS_DIGEST_MAX], binder[HS_DIGEST_MAX];
	struct hs_digest d;
	struct ks13 k;

	if (!wr_ok(w))
		return;
	if (cl->retried)
		d = c->w->transcript.digest;
	else
		hs_digest_init(&d, prf);
	hs_digest_add(&d, w->start, wr_len(w) - (2 + 1 + n));
	hs_digest_now(&d, hash);
	ks13_early(&k, prf, cl->session.secret, cl->session.secret_len);
	ks13_binder(&k, hash, binder);
	memcpy(w->p - n, binder, n);
	ks13_wipe(&k);
	ct_wipe(binder, sizeof(binder));
	ct_wipe(&d, sizeof(d));
}

enum tls_err
msg_client_hello_send(struct hs_call *c)
{
	const struct hs_hello *h = &c->w->hello;
	size_t mark, id;
	struct wr w = hs_msg_begin(c, 1, &mark);

	wr_u16(&w, h->version);
	wr_bytes(&w, h->random, TLS_RANDOM_LEN);
	id = wr_open(&w, 1);
	wr_bytes(&w, h->session_id, h->session_id_len);
	wr_close(&w, id, 1);
	write_suites(c, &w);
	write_compression(c, &w);
	c->w->sent = 0;
	if (hs_offers(c, HS_V_OLD) && !c->w->cl->again)
		ext_mark_sent(c, EXT_RENEGOTIATION_INFO); /* by its signalling suite */
	if (c->w->cl->versions != HS_V_SSL3 || c->w->cl->again)
		ext_write(c, EXT_CH, &w, false);
	if (c->w->cl->offers_psk) {
		wr_close(&w, mark, 3); /* the binder is over the header too */
		write_binder(c, &w);
	}
	return hs_msg_end(c, &w, mark);
}
