/*
 * TLS constants that both processes use: content types, alerts, limits, errors. RFC 5246.
 */
#ifndef SLUICE_COMMON_TLS_H
#define SLUICE_COMMON_TLS_H

#include <stdint.h>

enum tls_content_type { /* RFC 5246 6.2.1 */
	TLS_CT_CCS = 20,
	TLS_CT_ALERT = 21,
	TLS_CT_HANDSHAKE = 22,
	TLS_CT_APPDATA = 23,
	TLS_CT_SSL2 = 128, /* not on the wire: the payload of an SSL 2.0 record, inside Sluice */
};

enum tls_version {
	TLS_V_SSL2 = 0x0002,
	TLS_V_SSL30 = 0x0300,
	TLS_V_10 = 0x0301,
	TLS_V_11 = 0x0302,
	TLS_V_12 = 0x0303,
	TLS_V_13 = 0x0304,
};

#define TLS_HDR_LEN 5 /* record header: type, version, length */
#define TLS_MAX_PLAIN 16384 /* RFC 5246 6.2.1 */
#define TLS_MAX_CIPHER (TLS_MAX_PLAIN + 2048) /* RFC 5246 6.2.3 */
#define TLS_ALERT_WARNING 1
#define TLS_ALERT_FATAL 2
#define TLS_ALERT_CLOSE_NOTIFY 0
#define TLS_ALERT_NO_CERTIFICATE 41 /* SSL 3.0 */
#define TLS_ALERT_USER_CANCELED 90
#define TLS_ALERT_NO_RENEGOTIATION 100
#define TLS_ALERT_NONE 255
#define TLS_MASTER_LEN 48
#define TLS_RANDOM_LEN 32
#define TLS_MAX_SESSION_ID 32

enum tls_err {
#define TLS_ERR(name, alert, text) TLS_E_##name,
#include "common/tls_err.def"
	TLS_E_COUNT
};

/* Alert description that the peer gets for an error; TLS_ALERT_NONE when none is sent. */
uint8_t tls_err_alert(enum tls_err e);
/* "BAD_RECORD_MAC", for counters and logs */
const char *tls_err_name(enum tls_err e);
/* one phrase for a log line */
const char *tls_err_text(enum tls_err e);
/* "close_notify" for 0 and so on; "unknown" */
const char *tls_alert_name(uint8_t alert);

#endif
