/*
 * What the server asks of our own side for SSL 3.0 to TLS 1.2: its private keys. One function per
 * question; those of the key schedule are in hs12_keys.c.
 */
#include <string.h>

#include "common/ct.h"
#include "control/cert/cert.h"
#include "control/handshake/tls12/s12.h"

enum tls_err
hs_ask_PREMASTER(struct hs_call *c)
{
	struct hs_work_area *w = c->w;
	struct pka_req req = {
		.kind = PKA_RSA_PREMASTER, .code = w->hello.version, .cert = w->cert
	};

	return hs_ask_pka(c, &req, w->t12->in_hand.p,
		w->t12->in_hand.n, NULL, 0);
}
