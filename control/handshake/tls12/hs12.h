/*
 * SSL 3.0 to TLS 1.2: what only these handshakes need and what a connected one keeps, both roles,
 * and the steps that both roles' tables share (hs12_keys.c): the key schedule's questions, their
 * answers, installing keys.
 */
#ifndef SLUICE_CONTROL_HS12_H
#define SLUICE_CONTROL_HS12_H

#include "control/handshake/hs_card.h"
#include "control/handshake/tls12/ks12.h"

#define HS12_PREMASTER_MAX 512 /* a server's own DH group of 4096 bits */
#define HS12_DEFLATE	   1   /* compression method, RFC 3749 */

/* Of a key exchange with ServerKeyExchange: heap, wiped and freed with struct hs12. */
struct hs12_kx {
	uint8_t secret[HS12_PREMASTER_MAX]; /* our private value */
	uint16_t secret_len;
	uint16_t params_len, signature_len;
	/* ServerDHParams or ServerECDHParams as on the wire */
	uint8_t params[8 + 2 * HS12_PREMASTER_MAX];
	uint8_t signature[512];
};

/* Freed and wiped when the handshake is over. */
struct hs12 {
	/* set before MASTER is asked for; wiped by its answer (RFC 5246 8.1) */
	uint8_t premaster[HS12_PREMASTER_MAX];
	uint16_t premaster_len;
	uint8_t wrapped[HS_CARD_WRAPPED]; /* the card's: the master secret, when it may be resumed */
	uint8_t wrapped_len;
	struct ks12_key key; /* of the master secret in it, ready after hs12_set_master() */
	uint8_t key_block[KS12_BLOCK_MAX];
	uint8_t client_verify[KS12_VERIFY_MAX], server_verify[KS12_VERIFY_MAX];
	uint8_t compression; /* 0 or HS12_DEFLATE */
	bool again; /* a renegotiation */
	bool asks; /* a CertificateRequest goes by, or went by */
	bool in_place; /* the answer to the question in hand was computed here */
	bool by_ticket; /* server: resumed by one */
	bool ticket_due; /* server: a NewSessionTicket is announced */
	uint64_t expires_s; /* server: of the session a ticket brought */
	struct peer *peer; /* reference: this handshake's other side, hs->peer once it is over */
	uint16_t scheme; /* of our signature, or of the one in hand */
	uint16_t group; /* of the key exchange; 0: RSA key transport */
	uint32_t signed_len; /* bytes of the transcript that CertificateVerify signs */
	uint8_t digest[KS12_SIGNED_MAX]; /* up to TLS 1.1: what it signs */
	uint8_t digest_len;
	/* borrowed from the message in hand: valid from its handler to the question */
	struct hs_span in_hand;
	struct hs12_kx *kx;
};

/* What a connected one keeps for renegotiation; hs->l12 is NULL where none can come. */
struct hs12_live {
	uint8_t client_verify[KS12_VERIFY_MAX], server_verify[KS12_VERIFY_MAX]; /* RFC 5746 3.1 */
	uint8_t verify_len;
	bool secure; /* both sides do RFC 5746 */
	bool wanted; /* server: a HelloRequest is out */
	bool reauth; /* server: and its answer has to show a certificate */
	uint16_t count; /* renegotiations of the peer in this minute */
	uint64_t minute; /* when it began, seconds */
	const struct cert
		*cert; /* server: shown in the full handshake of this connection; NULL: none was */
};

_Static_assert(sizeof(struct hs12_live) <= HS_LIVE_BYTES, "in struct hs");

/* Makes w->t12. */
enum tls_err hs12_new(struct hs_call *c);
/* The master secret of a session, as it is or wrapped: the one to resume with. */
void hs12_take_session(struct hs_call *c, const struct session_entry *e);
/* Its secret, likewise. */
void hs12_fill_secret(const struct hs_call *c, struct session_entry *e);
/* On the card: the session's secret is unwrapped and makes the record keys. The answer is 1, or nothing when the card refused. */
enum tls_err hs12_card_resume(struct hs_call *c);
/* The master secret is known. */
void hs12_set_master(struct hs_call *c, const uint8_t master[TLS_MASTER_LEN]);
/* The PRF of this connection. */
static inline int
hs12_prf(const struct hs *hs)
{
	return hs_suite_prf(hs->suite, hs->version);
}

/*
 * Questions MASTER (premaster is in w->t12), KEYS, CLIENT_VERIFY and SERVER_VERIFY are asked in
 * hs12_keys.c. Each is answered by WORK_DONE: at once, or by a card when hs_env.prf_card says so.
 * These take the answers.
 */
enum tls_err hs12_master_done(struct hs_call *c, struct rd *answer);
/* Also installs the read key for behind the next ChangeCipherSpec. */
enum tls_err hs12_keys_done(struct hs_call *c, struct rd *answer);
enum tls_err hs12_client_verify_done(struct hs_call *c, struct rd *answer);
enum tls_err hs12_server_verify_done(struct hs_call *c, struct rd *answer);
/* The handshake is over: what it had on the card but record keys goes. */
enum tls_err hs12_card_done(struct hs_call *c);
/* Emits the KEYS action for a direction from the key block, by our role. */
enum tls_err hs12_install_keys(struct hs_call *c, enum ipc_keys_dir dir, enum ipc_keys_when when);

/* ---- signatures (hs12_sign.c) ---- */
/* The scheme is one for this kind and size of key, up to TLS 1.2. */
bool hs12_scheme_fits(uint16_t scheme, const EVP_PKEY *key);
/* What a key signs by up to TLS 1.1, SIG_RSA_MD5_SHA1_RAW or SIG_ECDSA_SHA1_RAW; 0: it cannot. */
uint16_t hs12_old_scheme(const EVP_PKEY *key);

/* The prime of an ffdhe group; p == NULL: another kind of group (hs12_ffdhe.c). */
struct hs_span hs12_ffdhe_prime(uint16_t group);

/* enum session_flag of the handshake under way: a session is resumed only with the same. */
uint8_t hs12_session_flags(const struct hs_call *c);
/* The list in a Certificate message: lengths are right, no certificate is empty. The list may be.
 */
enum tls_err hs12_certificate_read(struct rd *body, struct hs_span *chain);

/* ---- messages that both roles send and receive alike ---- */
/* ChangeCipherSpec; the write key is installed behind ours. */
enum tls_err msg_ccs_recv(struct hs_call *c, struct rd *body);
enum tls_err msg_ccs_send(struct hs_call *c);
/* Finished: the peer's is compared, ours is written from w->t12's verify values, by our role. */
enum tls_err msg_finished_recv(struct hs_call *c, struct rd *body);
enum tls_err msg_finished_send(struct hs_call *c);

#endif
