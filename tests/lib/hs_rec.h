/*
 * Record protection for tests, by libcrypto and written apart from dataplane/: one record at a
 * time, one direction per object. Everything common/ipc.h's enum ipc_alg names, in every version
 * that has it. Not constant-time, not fast.
 */
#ifndef SLUICE_TESTS_HS_REC_H
#define SLUICE_TESTS_HS_REC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>
#include <openssl/provider.h>

#include "common/ipc.h"
#include "common/tls.h"

#define HS_REC_MAX (TLS_MAX_CIPHER + 1024) /* a protected record's body: DEFLATE may add 1024 */

struct hs_rec {
	bool on; /* false: plaintext */
	uint8_t flags; /* enum ipc_keys_flag */
	uint16_t version;
	uint32_t alg; /* enum ipc_alg */
	uint64_t seq;
	uint8_t mac[48], key[32], iv[16];
	uint8_t mac_len, key_len, iv_len;
	EVP_CIPHER_CTX *stream; /* RC4, and SSL 2.0's CBC: runs on through records */
	OSSL_LIB_CTX *lib; /* of the legacy provider */
	OSSL_PROVIDER *legacy;
	void *deflate; /* z_stream */
	bool sealing;
	unsigned pad; /* TLS 1.3: zeros added to each record sealed */
};

/* Takes a key as an action has it: MAC key | key | IV. */
void hs_rec_key(struct hs_rec *r, const struct ipc_keys_set *k, const uint8_t *mac_key_iv);
void hs_rec_drop(struct hs_rec *r);
/*
 * Opens a record's body. *type: the header's, replaced by the inner one. out: HS_REC_MAX bytes.
 * TLS_E_OK or what is wrong.
 */
enum tls_err hs_rec_open(struct hs_rec *r, uint8_t *type, const uint8_t *in, size_t len,
	uint8_t *out, size_t *out_len);
/*
 * Seals at most 2^14 bytes into a record with its header; out: HS_REC_MAX + 5. version: of the
 * header of plaintext records. Returns its length.
 */
size_t hs_rec_seal(struct hs_rec *r, uint8_t type, uint16_t version, const uint8_t *in, size_t len,
	uint8_t *out);

/*
 * SSL 2.0 (draft-hickman-netscape-ssl 1.2): in is what follows the header of `head` bytes (2 or 3),
 * padding: what a 3-byte header said.
 */
enum tls_err hs_rec2_open(struct hs_rec *r, const uint8_t *in, size_t len, unsigned padding,
	uint8_t *out, size_t *out_len);
size_t hs_rec2_seal(struct hs_rec *r, const uint8_t *in, size_t len, uint8_t *out);

/* ---- shared by the files of the record layer ---- */
#define HS_REC_CHECK(x) hs_rec_check((x), __FILE__, __LINE__, #x)
/* A mistake of the test's own: says where and aborts. */
void hs_rec_check(bool ok, const char *file, int line, const char *what);
const EVP_MD *hs_rec_md(uint32_t alg);
/* Block length of a CBC algorithm, else 0. */
size_t hs_rec_block(uint32_t alg);
/* The MAC of a record of the version, sequence number included. Returns its length. */
size_t hs_rec_mac(const struct hs_rec *r, uint8_t type, const uint8_t *data, size_t len,
	uint8_t *out);
/* One pass of the cipher: CBC with r->iv or the running stream. len fits the block. */
void hs_rec_crypt(struct hs_rec *r, bool seal, const uint8_t *iv, const uint8_t *in, size_t len,
	uint8_t *out);
/* DEFLATE, RFC 3749. false: damaged, or longer than 2^14 when unpacked. */
bool hs_rec_inflate(struct hs_rec *r, uint8_t *data, size_t *len);
void hs_rec_deflate(struct hs_rec *r, uint8_t *data, size_t *len);
void hs_rec_deflate_drop(struct hs_rec *r);

#endif
