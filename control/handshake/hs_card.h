/*
 * Handshakes whose secrets never leave the card (conf->keys_on_card): the slots that a connection has
 * there, by what is in them, and the steps that derive one from another. The machine knows handles
 * alone; what it gets to see are Finished values and wrapped secrets. docs/adr/0006.
 */
#ifndef SLUICE_CONTROL_HS_CARD_H
#define SLUICE_CONTROL_HS_CARD_H

#include "common/gen/sluice_regs.h"
#include "control/handshake/hs_int.h"

/* What a connection may have in slots. */
enum hs_secret {
	HS_SECRET_PRIVATE, /* ephemeral private key */
	HS_SECRET_SHARED, /* premaster secret, or the shared secret of a key exchange */
	HS_SECRET_MASTER, /* TLS 1.2 */
	HS_SECRET_EARLY, /* TLS 1.3, RFC 8446 7.1 */
	HS_SECRET_HANDSHAKE,
	HS_SECRET_MAIN,
	HS_SECRET_PSK, /* or the resumption secret, or a ticket's PSK: one after the other */
	HS_SECRET_BINDER,
	HS_SECRET_CLIENT_HANDSHAKE, /* traffic secrets */
	HS_SECRET_SERVER_HANDSHAKE,
	HS_SECRET_CLIENT_APPLICATION,
	HS_SECRET_SERVER_APPLICATION,
	HS_SECRET_HANDSHAKE_READ, /* keys for records; TLS 1.2: of both directions */
	HS_SECRET_HANDSHAKE_WRITE,
	HS_SECRET_READ,
	HS_SECRET_WRITE,
	HS_SECRETS
};
#define HS_CARD_WRAPPED IPC_KDF_WRAPPED(48) /* bytes of a wrapped secret, at most */

struct hs_card {
	uint32_t handle[HS_SECRETS]; /* 0: no slot */
};

/* What this kind has: a slot whose next content has a generation of its own. 0: the card has none left. */
uint32_t hs_secret_fresh(struct hs_call *c, enum hs_secret what);
uint32_t hs_secret_handle(const struct hs_call *c, enum hs_secret what);

/* Steps in order. A step that does not fit, or has a handle of 0, spoils the script. */
struct hs_script {
	struct wr w;
	uint32_t out_len;
	bool spoiled;
	uint8_t buf[2048];
};
/* One derivation; in, in2, out: handles, 0 where the kdf has none. */
struct hs_step {
	uint8_t kdf; /* SLUICE_KDF_*, IPC_KDF_* */
	uint32_t in, in2, out;
	uint16_t key_block, out_len;
	const void *src;
	size_t src_len;
};
void hs_script_start(struct hs_script *s);
void hs_script_step(struct hs_script *s, int prf, const struct hs_step *step);
/* The slot's content is not needed any more: erases it and gives the slot back. */
void hs_script_drop(struct hs_call *c, struct hs_script *s, enum hs_secret what);
/* To the card without an answer: what depends on it comes later in the same order. */
enum tls_err hs_script_send(struct hs_call *c, struct hs_script *s);
/* The same, with the public results as WORK_DONE: a byte 1 when there are none, nothing when the card refused a step. */
enum tls_err hs_script_ask(struct hs_call *c, struct hs_script *s);

#endif
