/* Names of TLS errors and alerts, expanded from tls_err.def. */
#include "common/tls.h"

struct err_row {
	uint8_t alert;
	const char *name, *text;
};

static const struct err_row rows[] = {
#define TLS_ERR(name, alert, text) { alert, #name, text },
#include "common/tls_err.def"
};

uint8_t
tls_err_alert(enum tls_err e)
{
	return (unsigned)e < TLS_E_COUNT ? rows[e].alert : 80;
}

const char *
tls_err_name(enum tls_err e)
{
	return (unsigned)e < TLS_E_COUNT ? rows[e].name : "?";
}

const char *
tls_err_text(enum tls_err e)
{
	return (unsigned)e < TLS_E_COUNT ? rows[e].text : "?";
}

const char *
tls_alert_name(uint8_t alert)
{
	switch (alert) {
	case 0: return "close_notify";
	case 10: return "unexpected_message";
	case 20: return "bad_record_mac";
	case 21: return "decryption_failed";
	case 22: return "record_overflow";
	case 30: return "decompression_failure";
	case 40: return "handshake_failure";
	case 41: return "no_certificate";
	case 42: return "bad_certificate";
	case 43: return "unsupported_certificate";
	case 44: return "certificate_revoked";
	case 45: return "certificate_expired";
	case 46: return "certificate_unknown";
	case 47: return "illegal_parameter";
	case 48: return "unknown_ca";
	case 49: return "access_denied";
	case 50: return "decode_error";
	case 51: return "decrypt_error";
	case 60: return "export_restriction";
	case 70: return "protocol_version";
	case 71: return "insufficient_security";
	case 80: return "internal_error";
	case 86: return "inappropriate_fallback";
	case 90: return "user_canceled";
	case 100: return "no_renegotiation";
	case 109: return "missing_extension";
	case 110: return "unsupported_extension";
	case 112: return "unrecognized_name";
	case 113: return "bad_certificate_status_response";
	case 115: return "unknown_psk_identity";
	case 116: return "certificate_required";
	case 120: return "no_application_protocol";
	case 255: return "none";
	default: return "unknown";
	}
}
