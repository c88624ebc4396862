/*
 * Certificates and private keys: loading, checking, and choosing by server name and by what the
 * client can verify.
 *
 * A store is immutable once loaded (but for staples and key indexes) and belongs to one listener's
 * configuration; what is in it is borrowed by handshakes. Private keys stay in libcrypto objects
 * here; they leave only wrapped (keyblob.h). Everything runs on the loop's thread.
 */
#ifndef SLUICE_CONTROL_CERT_H
#define SLUICE_CONTROL_CERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>

#define CERT_ERR_LEN 512
#define CERT_MAX_SIGS 10

/* What the key is, and with it what it can sign: RFC 8446 4.2.3. */
enum cert_key {
	CERT_RSA = 1, /* rsaEncryption: PKCS#1 and rsa_pss_rsae_*; RSA key transport */
	CERT_RSA_PSS, /* id-RSASSA-PSS: rsa_pss_pss_* only */
	CERT_P256,
	CERT_P384,
	CERT_ED25519,
};

/*
 * An OCSP response in DER, ready for the CertificateStatus message (RFC 6066 8). Immutable but for
 * its count.
 */
struct staple {
	unsigned refs;
	bool revoked; /* it says so of our own certificate */
	int64_t this_update, next_update; /* seconds since 1970 */
	size_t len;
	uint8_t der[];
};

struct cert {
	const uint8_t *chain; /* list of 24-bit length and DER, as the Certificate message has it */
	size_t chain_len;
	EVP_PKEY *key;
	uint8_t key_type; /* enum cert_key */
	uint16_t key_bytes; /* of the modulus; 0 when it is not RSA */
	/* CERT_RSA_PSS: the one scheme that the key's own parameters allow; 0: any of its type */
	uint16_t only_scheme;
	/*
	 * Signature schemes (enum sig_scheme, 0 for one that TLS does not know) of the leaf and of
	 * the chain's other certificates, without self-signed ones: nobody verifies those
	 * (RFC 8446 4.4.2.2). RSASSA-PSS is told as rsa_pss_rsae_*.
	 */
	uint16_t sigs[CERT_MAX_SIGS];
	uint8_t sig_count;
	bool leaf_self_signed; /* then sigs[0] is not the leaf's */
	bool weak_sig; /* MD5 or SHA-1 among them */
	uint8_t fingerprint[32]; /* SHA-256 of the leaf's DER */
	const char *notes; /* lines of things to know (expired, order, file mode); "" */
	/* identifies the key within the configuration, for the card's slots; see pka.h */
	uint16_t key_index;
	const char *chain_file, *key_file;
};

/* Where a certificate's OCSP response comes from. */
struct staple_conf {
	const char *file; /* DER, renewed by others; NULL: not from a file */
	bool fetch; /* from the responder, when there is no file */
	const char *url; /* http://…, instead of the certificate's own; NULL */
	const char *issuer_file; /* PEM, when the chain file does not hold the issuer; NULL */
	uint32_t timeout_ms; /* for one exchange with the responder; 0: 10 s */
};

struct cert_store;

/* Empty; NULL when memory is out. */
struct cert_store *cert_store_new(void);
/* Wipes keys and frees. store may be NULL. */
void cert_store_free(struct cert_store *store);
/*
 * Loads a PEM chain (leaf first) and its key. Several may have the same names. The first one added
 * is the default. Returns 0, or -1 with one sentence in err: the file, what was wrong, what to do.
 */
int cert_store_add(struct cert_store *store, const char *chain_file, const char *key_file,
	char err[CERT_ERR_LEN]);
/*
 * The certificate for a lower-case server name ("" for none) that usable() takes: of those that
 * have the name, then of those whose wildcard matches it, then of the defaults, each in the order
 * of the configuration. Defaults are the first certificate, those that share a name with it, and
 * those without names. NULL: none. A NULL usable takes any.
 */
const struct cert *cert_store_choose(const struct cert_store *store, const char *name,
	bool (*usable)(void *ctx, const struct cert *cert), void *ctx);
/* The same for RSA key transport: any certificate with a CERT_RSA key. */
const struct cert *cert_store_select(const struct cert_store *store, const char *name);
/* Walks the certificates; NULL at the end. */
struct cert *cert_store_at(const struct cert_store *store, unsigned i);

/* enum cert_key of a key, anybody's; 0 for one that TLS here has no use for. */
uint8_t cert_key_type(const EVP_PKEY *key);
/*
 * True when a certificate of our chain was issued by one of these names: a list of 16-bit length and
 * DER, as a CertificateRequest has it (RFC 5246 7.4.4). len == 0: any issuer will do.
 */
bool cert_has_issuer(const struct cert *cert, const uint8_t *names, size_t len);

/*
 * The OCSP response to staple now, or NULL. Borrowed until the loop's next turn; staple_ref() to
 * keep it.
 */
const struct staple *cert_staple(const struct cert *cert);
/* What the configuration says; strings are copied. 0, or -1 when memory is out. */
int cert_want_staple(struct cert *cert, const struct staple_conf *conf);
/* NULL: none is wanted. */
const struct staple_conf *cert_staple_conf(const struct cert *cert);
/* Replaces it; takes the reference. staple may be NULL. */
void cert_set_staple(struct cert *cert, struct staple *staple);
/* A copy of der with one reference; NULL when memory is out. */
struct staple *staple_new(const uint8_t *der, size_t len);
struct staple *staple_ref(struct staple *staple);
/* staple may be NULL. */
void staple_unref(struct staple *staple);

#endif
