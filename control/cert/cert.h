/*
 * Certificates and private keys: loading, checking, and choosing by server name.
 *
 * A store is immutable once loaded and belongs to one listener's configuration; what is in it is
 * borrowed by handshakes. Private keys stay in libcrypto objects here; they leave only wrapped
 * (keyblob.h).
 */
#ifndef SLUICE_CONTROL_CERT_H
#define SLUICE_CONTROL_CERT_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>

#define CERT_ERR_LEN 512

struct cert {
	const uint8_t *chain; /* list of 24-bit length and DER, as the Certificate message has it */
	size_t chain_len;
	EVP_PKEY *key;
	uint16_t key_bytes; /* of the modulus */
	/* identifies the key within the configuration, for the card's slots; see pka.h */
	uint16_t key_index;
	const char *chain_file, *key_file;
};

struct cert_store;

/* Empty; NULL when memory is out. */
struct cert_store *cert_store_new(void);
/* Wipes keys and frees. store may be NULL. */
void cert_store_free(struct cert_store *store);
/*
 * Loads a PEM chain (leaf first) and its key. The first one added is the default. Returns 0, or -1
 * with one sentence in err: the file, what was wrong, what to do.
 */
int cert_store_add(struct cert_store *store, const char *chain_file, const char *key_file,
	char err[CERT_ERR_LEN]);
/*
 * The certificate for a lower-case server name ("" for none): exact, then wildcard, then the
 * default; NULL in an empty store.
 */
const struct cert *cert_store_select(const struct cert_store *store, const char *name);
/* Walks the certificates; NULL at the end. */
struct cert *cert_store_at(const struct cert_store *store, unsigned i);

#endif
