/*
 * Record headers and limits: RFC 8446 5, RFC 5246 6.2 and 7.1, SSL 2.0, with limits on floods of
 * records that carry nothing.
 */
#include <string.h>

#include "common/rd.h"
#include "dataplane/tls/rec_in.h"

#define SSL2_CLIENT_HELLO 1
#define SSL2_SERVER_HELLO 4
#define SSL2_ERROR 0

/* --- SSL 2.0 -------------------------------------------------------------------------------- */

/* Whether the first bytes of a connection are an SSL 2.0 record: two-byte header, then the message
 * that comes first. */
static bool
opens_as_ssl2(const struct rec_in *in, const uint8_t raw[TLS_HDR_LEN])
{
	if (!in->may_ssl2 || in->seen || (raw[0] & 0x80) == 0)
		return false;
	if (in->client)
		return raw[2] == SSL2_SERVER_HELLO || raw[2] == SSL2_ERROR;
	return raw[2] == SSL2_CLIENT_HELLO;
}

static enum tls_err
header_ssl2(struct rec_in *in, const uint8_t raw[TLS_HDR_LEN], struct rec_hdr *h)
{
	struct rd r = rd_init(raw, TLS_HDR_LEN);
	uint16_t word = rd_u16(&r);
	uint8_t pad = rd_u8(&r);

	h->type = TLS_CT_SSL2;
	h->version = TLS_V_SSL2;
	h->head = (word & 0x8000) != 0 ? 2 : 3;
	h->len = (uint16_t)(word & (h->head == 2 ? 0x7fff : 0x3fff));
	if (h->head == 3 && (word & 0x4000) != 0) /* a security escape: none is defined */
		return TLS_E_UNEXPECTED_MESSAGE;
	if (h->len > (in->alg != NULL ? REC_IN_MAX_SSL2 : TLS_MAX_PLAIN))
		return TLS_E_RECORD_OVERFLOW;
	if (h->len == 0 || (in->alg == NULL && h->head == 3)) /* padding is for ciphers */
		return TLS_E_UNEXPECTED_MESSAGE;
	if (in->alg != NULL && (!rec_alg_fragment_ok(in->alg, TLS_V_SSL2, 0, h->len) ||
				       (h->head == 3 && pad + (uint32_t)SSL2_MAC > h->len)))
		return TLS_E_BAD_RECORD_MAC;
	return TLS_E_OK;
}

/* --- SSL 3.0 to TLS 1.3 --------------------------------------------------------------------- */

/* RFC 8446 5: dropped until the peer's Finished, as long as it is one byte; never protected. */
static enum tls_err
header_ccs_13(const struct rec_in *in, struct rec_hdr *h)
{
	if (!in->shaking || h->len != 1)
		return TLS_E_UNEXPECTED_MESSAGE;
	h->how = REC_IN_DROP;
	return TLS_E_OK;
}

/* RFC 8446 5.2 */
static enum tls_err
header_sealed_13(const struct rec_in *in, struct rec_hdr *h)
{
	if (h->type == TLS_CT_ALERT && in->plain_alert && h->len == 2) {
		h->how = REC_IN_PLAIN;
		return TLS_E_OK;
	}
	if (h->type != TLS_CT_APPDATA)
		return TLS_E_UNEXPECTED_MESSAGE;
	if (h->len > REC_CIPHER_MAX_13)
		return TLS_E_RECORD_OVERFLOW;
	if (!rec_alg_fragment_ok(in->alg, in->version, in->flags, h->len))
		return TLS_E_BAD_RECORD_MAC;
	return TLS_E_OK;
}

static enum tls_err
header_sealed(const struct rec_in *in, const struct rec_hdr *h)
{
	if (h->version != in->version)
		return TLS_E_PROTOCOL_VERSION;
	if (h->len > TLS_MAX_CIPHER)
		return TLS_E_RECORD_OVERFLOW; /* 6.2.3 */
	/* Too short for nonce, MAC and padding, or no whole blocks: cannot be authentic, and must
	 * look like that (6.2.3.2). */
	if (!rec_alg_fragment_ok(in->alg, in->version, in->flags, h->len))
		return TLS_E_BAD_RECORD_MAC;
	return TLS_E_OK;
}

static enum tls_err
header_plain(const struct rec_in *in, struct rec_hdr *h)
{
	if (h->type == TLS_CT_APPDATA && rec_in_13(in) && in->skip >= h->len && h->len != 0 &&
		h->len <= REC_CIPHER_MAX_13) {
		h->how = REC_IN_SKIP; /* early data before a second ClientHello */
		return TLS_E_OK;
	}
	if (h->type == TLS_CT_APPDATA)
		return TLS_E_UNEXPECTED_MESSAGE; /* never in the clear */
	if (h->len > TLS_MAX_PLAIN)
		return TLS_E_RECORD_OVERFLOW;
	if (h->len == 0)
		return TLS_E_UNEXPECTED_MESSAGE; /* 6.2.1: no empty fragments of these types */
	return TLS_E_OK;
}

enum tls_err
rec_in_header(struct rec_in *in, const uint8_t raw[TLS_HDR_LEN], struct rec_hdr *h)
{
	struct rd r = rd_init(raw, TLS_HDR_LEN);

	h->how = REC_IN_TAKE;
	if (opens_as_ssl2(in, raw))
		in->ssl2 = true;
	in->may_ssl2 &= in->ssl2;
	if (in->ssl2) {
		in->seen = true;
		return header_ssl2(in, raw, h);
	}
	h->head = TLS_HDR_LEN;
	h->type = rd_u8(&r);
	h->version = rd_u16(&r);
	h->len = rd_u16(&r);
	if (h->type < TLS_CT_CCS || h->type > TLS_CT_APPDATA)
		return in->seen ? TLS_E_UNEXPECTED_MESSAGE : TLS_E_NOT_TLS; /* 6.2.1 */
	if (h->version >> 8 != 3)
		return in->seen ? TLS_E_PROTOCOL_VERSION : TLS_E_NOT_TLS;
	in->seen = true;
	if (rec_in_13(in) && h->type == TLS_CT_CCS)
		return header_ccs_13(in, h);
	if (in->alg == NULL)
		return header_plain(in, h);
	return rec_in_13(in) ? header_sealed_13(in, h) : header_sealed(in, h);
}

enum tls_err
rec_in_ccs(struct rec_in *in, uint8_t body)
{
	return body == 1 && ++in->ccs <= REC_IN_MAX_CCS ? TLS_E_OK : TLS_E_UNEXPECTED_MESSAGE;
}

bool
rec_in_skip(struct rec_in *in, uint32_t len)
{
	if (!rec_in_13(in) || in->skip < len)
		return false;
	in->skip -= len;
	return true;
}

/* --- plaintext ------------------------------------------------------------------------------ */

static enum tls_err
opened_alert(struct rec_in *in, uint32_t len, const uint8_t first[2])
{
	if (len == 0)
		return TLS_E_UNEXPECTED_MESSAGE;
	if (len != 2)
		return TLS_E_DECODE_ERROR;
	if (first[0] != TLS_ALERT_WARNING && first[0] != TLS_ALERT_FATAL)
		return TLS_E_ILLEGAL_PARAMETER;
	if (first[0] == TLS_ALERT_WARNING && first[1] != TLS_ALERT_CLOSE_NOTIFY &&
		++in->warnings > REC_IN_MAX_WARNINGS)
		return TLS_E_WARNING_FLOOD;
	return TLS_E_OK;
}

/*
 * TLS 1.3: what may be inside (RFC 8446 5.2, 5.4), and data only under keys for data: those of
 * early data, which are the first, and those of application data, which come after the handshake's.
 */
static enum tls_err
opened_13(const struct rec_in *in, uint8_t type, uint32_t inner)
{
	if (inner > TLS_MAX_PLAIN + 1)
		return TLS_E_RECORD_OVERFLOW;
	if (type < TLS_CT_ALERT || type > TLS_CT_APPDATA)
		return TLS_E_UNEXPECTED_MESSAGE;
	if (type == TLS_CT_APPDATA && in->shaking && (in->early ? in->epoch == 2 : in->epoch < 2))
		return TLS_E_UNEXPECTED_MESSAGE;
	return TLS_E_OK;
}

enum tls_err
rec_in_opened(struct rec_in *in, uint8_t type, uint32_t len, uint32_t inner, const uint8_t first[2])
{
	enum tls_err err;

	if (rec_in_13(in) && in->alg != NULL) {
		err = opened_13(in, type, inner);
		if (err != TLS_E_OK)
			return err;
	}
	if (len > TLS_MAX_PLAIN && type != TLS_CT_SSL2)
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
	if (type == TLS_CT_APPDATA && in->shaking && in->early && in->epoch == 1) {
		if (len > in->early_left)
			return TLS_E_UNEXPECTED_MESSAGE;
		in->early_left -= len;
	}
	if (type == TLS_CT_CCS && len != 1)
		return TLS_E_DECODE_ERROR;
	if (type == TLS_CT_CCS && first[0] != 1)
		return TLS_E_ILLEGAL_PARAMETER;
	return TLS_E_OK;
}

void
rec_in_message(struct rec_in *in, const uint8_t *first, uint32_t n)
{
	for (uint32_t i = 0; i < n && in->msg_have + i < sizeof(in->msg_head); i++)
		in->msg_head[in->msg_have + i] = first[i];
	in->msg_have += n;
	if (in->msg_have < sizeof(in->msg_head))
		return;
	if (in->msg_have - sizeof(in->msg_head) >=
		((uint32_t)in->msg_head[1] << 16 | (uint32_t)in->msg_head[2] << 8 |
			in->msg_head[3]))
		in->fresh = false;
}

void
rec_in_rekey(struct rec_in *in, const struct rec_alg *alg, uint16_t version, uint8_t flags)
{
	in->plain_alert = version == TLS_V_13 && in->alg == NULL && !in->client;
	in->alg = alg;
	in->flags = flags;
	in->version = version;
	if (in->agreed == 0)
		in->agreed = version;
	in->epoch++;
	in->fresh = true;
	in->msg_have = 0;
	memset(in->msg_head, 0, sizeof(in->msg_head));
}
