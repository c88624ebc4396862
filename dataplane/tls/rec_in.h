/*
 * Reading records, pure: judges record headers and the plaintext of opened records, SSL 2.0 to TLS
 * 1.3. Holds no bytes: the caller cuts them from TCP's queue when a header was found good and the
 * whole record is there.
 *
 * Each record goes through rec_in_header() and, once opened, rec_in_opened(), both in the order of
 * the stream. Errors are final for the connection; the alert comes from tls_err.def.
 */
#ifndef SLUICE_DATAPLANE_TLS_REC_IN_H
#define SLUICE_DATAPLANE_TLS_REC_IN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/tls.h"
#include "dataplane/crypto/rec_alg.h"

#define REC_IN_MAX_EMPTY 32 /* empty application records in a row */
#define REC_IN_MAX_WARNINGS 5 /* warning alerts in a row */
#define REC_IN_MAX_CCS 32 /* change_cipher_spec records dropped in a TLS 1.3 handshake */
#define REC_IN_MAX_SSL2 TLS_MAX_CIPHER /* payload of an SSL 2.0 record */

struct rec_in {
	const struct rec_alg *alg; /* NULL: records are plaintext */
	uint32_t skip; /* bytes of refused early data that may still come, RFC 8446 4.2.10 */
	uint32_t early_left; /* bytes of accepted early data that may still come, RFC 8446 4.2.10 */
	uint32_t msg_have; /* handshake bytes since the keys changed, while `fresh` */
	uint8_t msg_head[4]; /* their first */
	uint16_t version; /* of the keys; 0: none yet */
	uint16_t agreed; /* negotiated; 0: not known yet */
	uint8_t flags; /* IPC_KEYS_ETM, IPC_KEYS_DEFLATE */
	uint8_t epoch; /* counts the changes of key, modulo 256 */
	uint8_t empties, warnings, ccs;
	bool seen; /* a good header was seen: this is TLS */
	bool fresh; /* no whole handshake message came since the keys changed */
	bool shaking; /* the first handshake is not over */
	bool early; /* its early data is taken */
	bool client; /* we are the client */
	bool may_ssl2; /* the first record may be an SSL 2.0 one */
	bool ssl2; /* SSL 2.0 framing */
	bool plain_alert; /* TLS 1.3: nothing came under keys yet; an alert may be in the clear */
};

enum rec_how {
	REC_IN_TAKE, /* open it, if there are keys */
	REC_IN_PLAIN, /* not protected, although there are keys */
	REC_IN_DROP, /* change_cipher_spec of TLS 1.3: rec_in_ccs(), then forget it */
	REC_IN_SKIP, /* refused early data: forget it */
};

struct rec_hdr {
	uint8_t type; /* TLS_CT_SSL2 in SSL 2.0 framing */
	uint8_t how; /* enum rec_how */
	uint8_t head; /* bytes of the header */
	uint16_t version;
	uint16_t len; /* of the fragment after the header */
};

/* Judges the first five bytes of a record. TLS_E_OK: *h is filled. May be asked again about the
 * same record. */
enum tls_err rec_in_header(struct rec_in *in, const uint8_t raw[TLS_HDR_LEN], struct rec_hdr *h);

/* The one byte of a record that is REC_IN_DROP. */
enum tls_err rec_in_ccs(struct rec_in *in, uint8_t body);

/* A record of `len` bytes (a fragment) did not open, or is REC_IN_SKIP: true: it is early data that
 * was refused, forget it. */
bool rec_in_skip(struct rec_in *in, uint32_t len);

/*
 * Judges an opened record: `len` bytes of plaintext of which the first min(len, 2) are in `first`.
 * For alerts and CCS the contents are checked as well, so that what is handed on is well-formed.
 * TLS 1.3: type is the inner one, inner the length with type and padding.
 */
enum tls_err rec_in_opened(
	struct rec_in *in, uint8_t type, uint32_t len, uint32_t inner, const uint8_t first[2]);

/* Handshake plaintext came, n bytes of which the first min(n, 4) are in `first`: ends `fresh` when
 * a whole message is there. */
void rec_in_message(struct rec_in *in, const uint8_t *first, uint32_t n);

/* The records that follow are protected by alg in this version, with these IPC_KEYS_* flags. */
void rec_in_rekey(struct rec_in *in, const struct rec_alg *alg, uint16_t version, uint8_t flags);

/* Whether this is TLS 1.3. */
static inline bool
rec_in_13(const struct rec_in *in)
{
	return in->agreed == TLS_V_13;
}

#endif
