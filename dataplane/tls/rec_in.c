/*
 * Record headers and limits: RFC 5246 6.2 and 7.1, with limits on floods of records that carry
 * nothing.
 */
#include "common/rd.h"
#include "dataplane/tls/rec_in.h"

static enum tls_err
header_protected(const struct rec_in *in, const struct rec_hdr *h)
{
	if (h->len > TLS_MAX_CIPHER)
		return TLS_E_RECORD_OVERFLOW; /* 6.2.3 */
	/* Too short for nonce, MAC and padding, or no whole blocks: cannot be authentic, and must
	 * look like that (6.2.3.2). */
	if (!rec_alg_fragment_ok(in->alg, in->version, in->flags, h->len))
		return TLS_E_BAD_RECORD_MAC;
	return TLS_E_OK;
}

enum tls_err
rec_in_header(struct rec_in *in, const uint8_t raw[TLS_HDR_LEN], struct rec_hdr *h)
{
	struct rd r = rd_init(raw, TLS_HDR_LEN);

	h->type = rd_u8(&r);
	h->version = rd_u16(&r);
	h->len = rd_u16(&r);
	if (h->type < TLS_CT_CCS || h->type > TLS_CT_APPDATA)
		return in->seen ? TLS_E_UNEXPECTED_MESSAGE : TLS_E_NOT_TLS; /* 6.2.1 */
	if (h->version >> 8 != 3)
		return in->seen ? TLS_E_PROTOCOL_VERSION : TLS_E_NOT_TLS;
	if (in->version != 0 && h->version != in->version)
		return TLS_E_PROTOCOL_VERSION;
	in->seen = true;
	if (h->type == TLS_CT_HANDSHAKE)
		in->fresh = false;
	if (in->alg != NULL)
		return header_protected(in, h);
	if (h->type == TLS_CT_APPDATA)
		return TLS_E_UNEXPECTED_MESSAGE; /* never in the clear */
	if (h->len > TLS_MAX_PLAIN)
		return TLS_E_RECORD_OVERFLOW;
	if (h->len == 0)
		return TLS_E_UNEXPECTED_MESSAGE; /* 6.2.1: no empty fragments of these types */
	return TLS_E_OK;
}

static enum tls_err
opened_alert(struct rec_in *in, uint32_t len, const uint8_t first[2])
{
	if (len != 2)
		return TLS_E_DECODE_ERROR;
	if (first[0] != TLS_ALERT_WARNING && first[0] != TLS_ALERT_FATAL)
		return TLS_E_ILLEGAL_PARAMETER;
	if (first[0] == TLS_ALERT_WARNING && first[1] != TLS_ALERT_CLOSE_NOTIFY &&
		++in->warnings > REC_IN_MAX_WARNINGS)
		return TLS_E_WARNING_FLOOD;
	return TLS_E_OK;
}

enum tls_err
rec_in_opened(struct rec_in *in, uint8_t type, uint32_t len, const uint8_t first[2])
{
	if (len > TLS_MAX_PLAIN)
		return TLS_E_RECORD_OVERFLOW;
	if (type == TLS_CT_ALERT)
		return opened_alert(in, len, first);
	if (len == 0) {
		if (type != TLS_CT_APPDATA)
			return TLS_E_UNEXPECTED_MESSAGE;
		return ++in->empties > REC_IN_MAX_EMPTY ? TLS_E_EMPTY_RECORD_FLOOD : TLS_E_OK;
	}
	in->empties = 0;
	in->warnings = 0;
	if (type == TLS_CT_CCS && len != 1)
		return TLS_E_DECODE_ERROR;
	if (type == TLS_CT_CCS && first[0] != 1)
		return TLS_E_ILLEGAL_PARAMETER;
	return TLS_E_OK;
}

void
rec_in_rekey(struct rec_in *in, const struct rec_alg *alg, uint16_t version, uint8_t flags)
{
	in->alg = alg;
	in->flags = flags;
	in->version = version;
	in->epoch++;
	in->fresh = true;
}
