/*
 * The transcript of handshake messages. Kept as bytes until the hash is known (the version and
 * suite are agreed), then as a running digest; the bytes go on being kept where a signature over
 * them will be checked (TLS 1.2 client authentication).
 */
#ifndef SLUICE_CONTROL_HS_TRANSCRIPT_H
#define SLUICE_CONTROL_HS_TRANSCRIPT_H

#include <stdbool.h>

#include "common/tls.h"
#include "control/handshake/hs_digest.h"

#define HS_TRANSCRIPT_MAX (256 * 1024) /* bytes kept at most */

struct hs_transcript {
	uint8_t *raw; /* heap; NULL: nothing kept */
	uint32_t len, cap;
	bool fixed, keep;
	struct hs_digest digest; /* once fixed */
};

/* TLS_E_OK, or TLS_E_INTERNAL_ERROR when memory or the limit is out. */
enum tls_err hs_transcript_add(struct hs_transcript *t, const void *p, size_t n);
/* The hash is known. keep: the bytes are still needed. */
void hs_transcript_fix(struct hs_transcript *t, int prf, bool keep);
/* The hash so far; fixed ones only. Returns its length. */
size_t hs_transcript_hash(const struct hs_transcript *t, uint8_t out[HS_DIGEST_MAX]);
/* The bytes are not needed any more. */
void hs_transcript_drop_raw(struct hs_transcript *t);
/* TLS 1.3 after HelloRetryRequest: what was so far becomes message_hash, RFC 8446 4.4.1. */
void hs_transcript_message_hash(struct hs_transcript *t);
void hs_transcript_free(struct hs_transcript *t);

#endif
