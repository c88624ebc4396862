/*
 * Signatures of every enum sig_scheme by libcrypto. Called on any thread. The RSA encodings are
 * ours, so that the card, which only exponentiates, and libcrypto sign the same bytes.
 */
#ifndef SLUICE_CONTROL_PKA_SIG_H
#define SLUICE_CONTROL_PKA_SIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>

#define PKA_MAX_MODULUS 512 /* of a key of ours; bytes */

struct pka_scheme {
	uint16_t code;
	uint8_t type; /* enum pka_sig_type */
	uint8_t raw;  /* length of the digest that is given instead of a message, or 0 */
	const EVP_MD *(*md)(void);
};
enum pka_sig_type { PKA_SIG_PKCS1, PKA_SIG_PSS, PKA_SIG_PSS_KEY, PKA_SIG_ECDSA, PKA_SIG_ED25519 };

/* NULL: unknown. */
const struct pka_scheme *pka_scheme_find(unsigned code);
/* The scheme is one that this key can sign with. */
bool pka_scheme_fits(const struct pka_scheme *s, const EVP_PKEY *key);

/* The digest to be signed: computed, or given. Its length, or 0. */
unsigned pka_sig_digest(
	const struct pka_scheme *s, const uint8_t *msg, size_t len, uint8_t out[EVP_MAX_MD_SIZE]);

/*
 * RFC 8017 9.1.1 and 9.2: the block that the private key is applied to, as long as the modulus.
 * PSS: salt as long as the digest. 0 or -1.
 */
int pka_rsa_encode(const struct pka_scheme *s, const EVP_PKEY *key, const uint8_t *msg, size_t len,
	uint8_t *em, size_t em_len);
/* The private key applied to a block as long as the modulus (blinded by libcrypto). 0 or -1. */
int pka_rsa_private(EVP_PKEY *key, const uint8_t *in, size_t len, uint8_t *out);
/* The public key applied to sig gives em: what guards against a faulty computation. */
bool pka_rsa_undoes(EVP_PKEY *key, const uint8_t *sig, const uint8_t *em, size_t len);

/* 0 or -1; out has room for PKA_MAX_MODULUS. */
int pka_sig_sign(const struct pka_scheme *s, EVP_PKEY *key, const uint8_t *msg, size_t len,
	uint8_t *out, size_t *out_len);
/* 1, 0: not its signature, or a key that the scheme is not for; -1: could not be done. */
int pka_sig_verify(const struct pka_scheme *s, EVP_PKEY *key, const uint8_t *sig, size_t sig_len,
	const uint8_t *msg, size_t len);

#endif
