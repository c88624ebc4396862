/*
 * What a hello said: the fields and extensions of a ClientHello (of theirs, in the server's role)
 * or the answers of a server (in the client's role), read into spans of a copy of the message.
 */
#ifndef SLUICE_CONTROL_HS_HELLO_H
#define SLUICE_CONTROL_HS_HELLO_H

#include "common/rd.h"
#include "common/tls.h"
#include "control/handshake/hs.h"

/* Bytes inside the kept copy; p == NULL: not there. */
struct hs_span {
	const uint8_t *p;
	uint32_t n;
};

struct hs_hello {
	uint8_t *copy; /* heap: the message's body; spans point into it */
	uint32_t copy_len;
	uint16_t version; /* legacy_version of the hello, or the SSL 2.0 format's */
	bool v2; /* came in SSL 2.0's format */
	uint8_t random[TLS_RANDOM_LEN];
	uint8_t session_id[TLS_MAX_SESSION_ID];
	uint8_t session_id_len;
	struct hs_span suites; /* 16-bit codes */
	struct hs_span compression;
	bool scsv_renegotiation, scsv_fallback; /* signalling suites, RFC 5746, RFC 7507 */
	uint64_t seen; /* extensions that came, by index in the table of ext.c */

	/* extensions, checked for form only; see each ext_*.c */
	struct hs_span versions; /* 16-bit codes */
	struct hs_span groups, schemes, schemes_cert; /* 16-bit codes */
	struct hs_span point_formats;
	struct hs_span shares; /* KeyShareEntry list */
	struct hs_span alpn; /* list of names with 8-bit lengths */
	struct hs_span ticket; /* RFC 5077; n == 0: an empty one, p != NULL */
	struct hs_span psk_ids, psk_binders; /* contents of the two lists */
	uint32_t psk_binders_at; /* offset of the binders' list (with its length) in the body */
	struct hs_span psk_modes, cookie;
	struct hs_span renegotiated; /* renegotiation_info's verify data */
	struct hs_span server_names_cas; /* certificate_authorities */
	bool extended_master_secret, encrypt_then_mac, status_request, early_data;
	bool post_handshake_auth, has_server_name;
	uint8_t max_fragment; /* code of RFC 6066 4; 0: none */
	uint16_t record_size_limit; /* 0: none */
	uint32_t early_max; /* early_data in NewSessionTicket */
	struct hs_span staple; /* status_request in a Certificate entry: the OCSP response */
	char server_name[HS_MAX_NAME + 1]; /* lower case */
};

/* Reads a ClientHello's body (a copy is made). TLS_E_OK or what is wrong; h is to be dropped either way. */
struct hs_call;
enum tls_err hs_hello_read(struct hs_call *c, struct rd *body, struct hs_hello *h);
void hs_hello_drop(struct hs_hello *h);
/* True when a span of 16-bit codes holds one. */
bool hs_span_has16(struct hs_span s, uint16_t code);
static inline struct rd
hs_span_rd(struct hs_span s)
{
	return rd_init(s.p != NULL ? s.p : (const uint8_t *)"", s.n);
}

#endif
