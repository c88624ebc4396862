/* Alerts, RFC 5246 7.2: legal in every state. What closes and what is counted. */
#include "control/handshake/hs_int.h"

/* The driver carries out a close_notify; see take_alert() in hs.c. */
enum tls_err
msg_alert_recv(struct hs_call *c, struct rd *body)
{
	uint8_t level = rd_u8(body), alert = rd_u8(body);

	if (!rd_ok(body))
		return TLS_E_DECODE_ERROR;
	if (level == TLS_ALERT_FATAL) {
		c->hs->alert_received = alert;
		return TLS_E_PEER_ALERT;
	}
	if (level != TLS_ALERT_WARNING)
		return TLS_E_ILLEGAL_PARAMETER;
	if (alert == TLS_ALERT_CLOSE_NOTIFY) {
		c->hs->alert_received = alert;
		return TLS_E_OK;
	}
	return ++c->hs->warnings > HS_MAX_WARNINGS ? TLS_E_WARNING_FLOOD : TLS_E_OK;
}

/* A warning of ours: a record of its own. */
enum tls_err
msg_alert_send_warning(struct hs_call *c, uint8_t alert)
{
	struct hs_act *a = hs_act_new(c->out, HS_ACT_SEND);
	struct wr w = hs_act_wr(c->out);

	wr_u8(&w, TLS_ALERT_WARNING);
	wr_u8(&w, alert);
	if (a != NULL)
		a->content_type = TLS_CT_ALERT;
	hs_act_end(c->out, a, &w);
	return c->out->overflow ? TLS_E_INTERNAL_ERROR : TLS_E_OK;
}
