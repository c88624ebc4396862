/* Alerts, RFC 5246 7.2: legal in every state. What closes and what is counted. */
#include "control/handshake/tls12/hs12.h"

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
	/* RFC 6101 5.6.6: it stands for an empty Certificate */
	if (alert == TLS_ALERT_NO_CERTIFICATE && c->hs->version == TLS_V_SSL30 &&
		c->hs->state == HS_WAIT_S12_CERTIFICATE) {
		hs_raise(c, HS_EV_NO_CERTIFICATE, NULL, 0);
		return TLS_E_OK;
	}
	/* the answer to our HelloRequest: the client will not, and may not later without being asked */
	if (alert == TLS_ALERT_NO_RENEGOTIATION && c->hs->role == HS_SERVER && c->hs->l12 != NULL &&
		c->hs->l12->wanted) {
		c->hs->l12->wanted = c->hs->l12->reauth = false;
		return TLS_E_OK;
	}
	if (alert == TLS_ALERT_NO_RENEGOTIATION && c->hs->state == HS_WAIT_C12_SERVER_HELLO) {
		/* the server will not: things stay as they are, RFC 5246 7.2.2 */
		hs_drop_work_area(c->hs);
		c->w = NULL;
		c->hs->state = HS_WAIT_C12_OPEN;
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

/* RFC 6101 5.4.2 has twelve alerts: what came later is told by the nearest of them. */
static uint8_t
ssl3_alert(uint8_t alert)
{
	switch (alert) {
	case 22: return 20; /* record_overflow: bad_record_mac */
	case 48: return 42; /* unknown_ca: bad_certificate */
	case 109:
	case 110: return 47; /* extensions: illegal_parameter */
	case 113: return 42; /* bad_certificate_status_response: bad_certificate */
	case TLS_ALERT_CLOSE_NOTIFY:
	case TLS_ALERT_NONE:
	case 10:
	case 20:
	case 30:
	case 40:
	case TLS_ALERT_NO_CERTIFICATE:
	case 42:
	case 43:
	case 44:
	case 45:
	case 46:
	case 47: return alert;
	default: return 40; /* handshake_failure */
	}
}

uint8_t
hs_alert_for(const struct hs *hs, enum tls_err err)
{
	uint8_t alert = tls_err_alert(err);

	return hs->agreed && hs->version == TLS_V_SSL30 ? ssl3_alert(alert) : alert;
}
