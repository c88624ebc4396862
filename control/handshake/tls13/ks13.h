/*
 * The key schedule of TLS 1.3, RFC 8446 7.1 to 7.3, 4.2.11.2, 4.4.4, 4.6.1: pure functions, both
 * roles. prf is HS_PRF_SHA256 or HS_PRF_SHA384; every secret and digest is hs_digest_len(prf) bytes
 * long, at most KS13_LEN.
 */
#ifndef SLUICE_CONTROL_KS13_H
#define SLUICE_CONTROL_KS13_H

#include "control/handshake/hs_digest.h"

#define KS13_LEN HS_DIGEST_MAX
#define KS13_IV_LEN 12

/* The secret that the schedule stands at: early, handshake, then master. */
struct ks13 {
	int prf;
	uint8_t secret[KS13_LEN];
};

/* Early Secret of a PSK, or of none (psk NULL). */
void ks13_early(struct ks13 *k, int prf, const uint8_t *psk, size_t psk_len);
/* From the Early to the Handshake Secret; shared NULL: PSK without (EC)DHE. */
void ks13_handshake(struct ks13 *k, const uint8_t *shared, size_t len);
/* The Handshake Secret of a handshake without PSK, in one step. */
void ks13_handshake_fresh(struct ks13 *k, int prf, const uint8_t *shared, size_t len);
/* From the Handshake to the Master Secret. */
void ks13_master(struct ks13 *k);
/*
 * Derive-Secret of the current secret: "c hs traffic", "s ap traffic", "res master" and so on.
 * hash: of the transcript.
 */
void ks13_derive(const struct ks13 *k, const char *label, const uint8_t *hash, uint8_t *out);
/*
 * The binder of a resumption PSK (k stands at its Early Secret) over the hash of the truncated
 * hello, 4.2.11.2.
 */
void ks13_binder(const struct ks13 *k, const uint8_t *hash, uint8_t *out);
/*
 * Finished.verify_data from a traffic secret and the transcript's hash, 4.4.4. Returns its length.
 */
size_t ks13_finished(int prf, const uint8_t *secret, const uint8_t *hash, uint8_t *out);
/* Record keys from a traffic secret, 7.3. */
void ks13_keys(
	int prf, const uint8_t *secret, uint8_t *key, size_t key_len, uint8_t iv[KS13_IV_LEN]);
/* The next generation of an application traffic secret, in place, 7.2. */
void ks13_update(int prf, uint8_t *secret);
/* The PSK of a ticket, 4.6.1. */
void ks13_ticket_psk(
	int prf, const uint8_t *res_master, const uint8_t *nonce, size_t nonce_len, uint8_t *psk);
void ks13_wipe(struct ks13 *k);

#endif
