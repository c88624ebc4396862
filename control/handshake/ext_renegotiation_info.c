/*
 * renegotiation_info, RFC 5746, and its signalling suite value: in a first handshake the client's
 * must be empty, and so is our answer; in a renegotiation both carry the verify data of before.
 */
#include "control/handshake/ext.h"
#include "control/handshake/hs_client.h"
#include "control/handshake/tls12/hs12.h"

static enum tls_err
renegotiation_info_recv(struct hs_call *c, unsigned where, struct rd *data, struct hs_hello *hello)
{
	struct rd verify = rd_vec8(data);

	if (!rd_ok(data))
		return TLS_E_DECODE_ERROR;
	hello->renegotiated = (struct hs_span){ .p = verify.p, .n = (uint32_t)rd_left(&verify) };
	if (rd_left(&verify) != 0 && !c->hs->ready)
		return TLS_E_HANDSHAKE_FAILURE; /* RFC 5746 3.6, 3.4 */
	return TLS_E_OK;
}

static bool
renegotiation_info_wanted(const struct hs_call *c, unsigned where)
{
	if (where == EXT_CH)
		return c->w->cl->again; /* else by its signalling suite, RFC 5746 3.4 */
	return c->w->hello.scsv_renegotiation || c->w->hello.renegotiated.p != NULL;
}

static void
renegotiation_info_send(const struct hs_call *c, unsigned where, struct wr *w)
{
	const struct hs12_live *l = c->hs->ready ? c->hs->l12 : NULL;
	size_t mark = wr_open(w, 1);

	if (l != NULL) /* RFC 5746 3.5, 3.7: of the handshake before */
		wr_bytes(w, l->client_verify, l->verify_len);
	if (l != NULL && where == EXT_SH12)
		wr_bytes(w, l->server_verify, l->verify_len);
	wr_close(w, mark, 1);
}

const struct ext ext_renegotiation_info = { 0xff01, EXT_CH | EXT_SH12, "renegotiation_info",
	renegotiation_info_recv, renegotiation_info_wanted, renegotiation_info_send };
