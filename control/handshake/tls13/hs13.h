/*
 * TLS 1.3: what only these handshakes need and what a connected one keeps, both roles, and what
 * both roles' message files share. RFC 8446.
 */
#ifndef SLUICE_CONTROL_HS13_H
#define SLUICE_CONTROL_HS13_H

#include "control/handshake/hs_card.h"
#include "control/handshake/tls13/ks13.h"

enum hs13_side { HS13_CLIENT, HS13_SERVER };

/* Freed and wiped when the handshake is over. Secrets of both directions are by enum hs13_side. */
struct hs13 {
	struct ks13 ks;
	uint8_t early_traffic[KS13_LEN]; /* the client's */
	uint8_t hs_traffic[2][KS13_LEN];
	uint8_t ap_traffic[2][KS13_LEN];
	struct hs_span share; /* server: its key_exchange, borrowed from the answer in hand */
	struct hs_span chain; /* of their Certificate, as verification takes it: in chain_copy */
	uint8_t *chain_copy; /* heap */
	struct hs_span signature; /* borrowed: ours from the answer, theirs from the message */
	uint8_t signed_hash[HS_DIGEST_MAX]; /* the transcript that their signature covers */
	uint8_t request_context[32]; /* of a CertificateRequest after the handshake */
	uint8_t request_context_len;
	struct peer *peer; /* reference: verified, not yet proved by CertificateVerify */
	uint16_t scheme; /* of the CertificateVerify in hand */
	uint16_t retry_group; /* server: asked for by HelloRetryRequest */
	uint16_t psk_index; /* selected_identity */
	uint64_t psk_expires_s; /* server: of the session resumed */
	uint32_t early_max; /* server: what its ticket promised */
	/* conf->keys_on_card: a Finished value of the card's, ours or the one that has to come */
	uint8_t verify[HS_DIGEST_MAX];
	struct session_entry *offer; /* and the session whose binder is in question; heap */
	uint8_t offer_hash[HS_DIGEST_MAX], offer_binder[HS_DIGEST_MAX];
	uint8_t *tickets; /* and PSKs for tickets to come, wrapped; heap */
	uint8_t psk_len; /* 0: no PSK is used */
	bool psk_only; /* without (EC)DHE */
	bool want_cert; /* server: CertificateRequest was sent in this handshake */
	bool ccs_sent; /* the dummy ChangeCipherSpec of middlebox compatibility mode */
};

/* What a connected one keeps: see hs13_live_new(). */
struct hs13_live {
	uint8_t prf;
	uint8_t updates; /* KeyUpdates of the peer in this window */
	bool flip[2]; /* keys_on_card: which pair of slots has a direction's secret and keys, by enum hs13_side */
	uint8_t requests; /* client: CertificateRequests that came after the handshake */
	uint64_t updates_since_s;
	uint8_t traffic[2][KS13_LEN]; /* current application traffic secrets by enum hs13_side */
	uint8_t res_master[KS13_LEN]; /* client: for tickets to come */
	struct hs_digest *transcript; /* heap; only where post-handshake authentication may come */
};
_Static_assert(sizeof(struct hs13_live) <= HS_LIVE_BYTES, "in struct hs");

/*
 * A record key of a traffic secret, IPC_KEYS_NOW. flags: enum ipc_keys_flag. secret: of the suite's
 * hash.
 */
enum tls_err hs13_install(
	struct hs_call *c, enum ipc_keys_dir dir, uint8_t flags, const uint8_t *secret);
/* Makes hs->l13 of w->t13's application traffic secrets. */
void hs13_go_live(struct hs_call *c);
/*
 * KeyUpdate on a connected one, both roles: theirs, and ours for HS_CMD_REKEY. (msg13_key_update.c)
 */
enum tls_err msg13_key_update_recv(struct hs_call *c, struct rd *body);
/* Judges the peer's message; what follows from it is the caller's. */
enum tls_err hs13_key_update_read(struct hs_call *c, struct rd *body, bool *requested);
enum tls_err msg13_key_update_start(struct hs_call *c, struct rd *nothing);
/* Hash of the transcript so far. Returns its length. */
size_t hs13_transcript_hash(const struct hs_call *c, uint8_t out[HS_DIGEST_MAX]);
/*
 * What CertificateVerify signs, RFC 8446 4.4.3: a transcript's hash in `who`'s context. Returns its
 * length.
 */
#define HS13_SIGNED_MAX (64 + 34 + HS_DIGEST_MAX)
size_t hs13_signed_content(
	enum hs13_side who, const uint8_t *hash, size_t len, uint8_t out[HS13_SIGNED_MAX]);
/* Schemes that may sign in TLS 1.3, 4.2.3: no PKCS#1, no SHA-1. */
bool hs13_scheme_may_sign(uint16_t scheme);

#endif
