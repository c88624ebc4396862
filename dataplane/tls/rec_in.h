/*
 * Reading records, pure: judges record headers and the plaintext of opened records. Holds no bytes:
 * the caller cuts them from TCP's queue when a header was found good and the whole record is there.
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

struct rec_in {
	const struct rec_alg *alg; /* NULL: records are plaintext */
	uint8_t flags; /* IPC_KEYS_ETM, IPC_KEYS_DEFLATE */
	uint16_t version; /* 0: not negotiated, any 3.x */
	uint8_t epoch; /* counts the changes of key */
	uint8_t empties, warnings;
	bool seen; /* a good header was seen: this is TLS */
	bool fresh; /* no handshake record came since the keys changed */
};

struct rec_hdr {
	uint8_t type;
	uint16_t version;
	uint16_t len; /* of the fragment after the header */
};

/* Judges the five bytes of a header. TLS_E_OK: *h is filled. */
enum tls_err rec_in_header(struct rec_in *in, const uint8_t raw[TLS_HDR_LEN], struct rec_hdr *h);

/*
 * Judges an opened record: `len` bytes of plaintext of which the first min(len, 2) are in `first`.
 * For alerts and CCS the contents are checked as well, so that what is handed on is well-formed.
 */
enum tls_err rec_in_opened(struct rec_in *in, uint8_t type, uint32_t len, const uint8_t first[2]);

/* The records that follow are protected by alg in this version, with these IPC_KEYS_* flags. */
void rec_in_rekey(struct rec_in *in, const struct rec_alg *alg, uint16_t version, uint8_t flags);

#endif
