/*
 * supported_versions, RFC 8446 4.2.1: when it is there it alone tells what the client speaks, and
 * the hello's own version field does not count. A ServerHello up to TLS 1.2 does not answer it.
 */
#include "control/handshake/ext.h"
#include "control/handshake/hs_client.h"

static enum tls_err
supported_versions_recv(struct hs_call *c, unsigned where, struct rd *data, struct hs_hello *hello)
{
	struct rd list;

	if (where != EXT_CH) { /* ServerHello, HelloRetryRequest: the one that was chosen */
		hello->versions = (struct hs_span){ .p = data->p, .n = 2 };
		rd_u16(data);
		return TLS_E_OK;
	}
	list = rd_vec8(data);
	if (!rd_ok(data) || rd_left(&list) == 0 || rd_left(&list) % 2 != 0)
		return TLS_E_DECODE_ERROR;
	hello->versions = (struct hs_span){ .p = list.p, .n = (uint32_t)rd_left(&list) };
	return TLS_E_OK;
}

static bool
supported_versions_wanted(const struct hs_call *c, unsigned where)
{
	if (where == EXT_CH)
		return hs_offers(c, HS_V_13);
	return true;
}

static void
supported_versions_send(const struct hs_call *c, unsigned where, struct wr *w)
{
	static const uint16_t all[] = { TLS_V_13, TLS_V_12, TLS_V_11, TLS_V_10 };
	size_t list;

	if (where != EXT_CH) {
		wr_u16(w, TLS_V_13);
		return;
	}
	list = wr_open(w, 1);
	for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (hs_offers(c, hs_version_bit(all[i])))
			wr_u16(w, all[i]);
	wr_close(w, list, 1);
}

const struct ext ext_supported_versions = { 43, EXT_CH | EXT_SH13 | EXT_HRR, "supported_versions",
	supported_versions_recv, supported_versions_wanted, supported_versions_send };
