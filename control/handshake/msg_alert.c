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
	if (c->hs->agreed && c->hs->version == TLS_V_13 && alert != TLS_ALERT_USER_CANCELED) {
		c->hs->alert_received = alert; /* RFC 8446 6: an error whatever its level */
		return TLS_E_PEER_ALERT;
	}
	return ++c->hs->warnings > HS_MAX_WARNINGS ? TLS_E_WARNING_FLOOD : TLS_E_OK;
}

/* A warning of ours: a record of its own. */
enum tls_err
msg_alert_send_warning(struct hs_call *c, uint8_t alert)
{
	uint8_t body[2] = { TLS_ALERT_WARNING, alert };

	return hs_send_bytes(c, TLS_CT_ALERT, 0, body, sizeof(body));
}
