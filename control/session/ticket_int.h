/* Inside ticket*.c: the keys. */
#ifndef SLUICE_CONTROL_TICKET_INT_H
#define SLUICE_CONTROL_TICKET_INT_H

#include <openssl/evp.h>

#include "control/session/ticket.h"

struct ticket_key {
	uint8_t name[TICKET_NAME_LEN];
	EVP_CIPHER_CTX *seal, *open;
	uint64_t made_wall_s, made_boot_s, seals;
};

struct ticket_keys {
	EVP_CIPHER *cipher;
	uint64_t (*clock)(void *ctx);
	void *clock_ctx;
	uint32_t rotate_s, keep_s, count;
	bool from_file;
	struct ticket_key keys[TICKET_MAX_KEYS]; /* the first seals */
	struct ticket_stats stats;
};

/* False when libcrypto fails; nothing is left then. */
bool ticket_key_make(const struct ticket_keys *k, struct ticket_key *at,
	const uint8_t name[TICKET_NAME_LEN], const uint8_t key[32]);
void ticket_key_end(struct ticket_key *at);

#endif
