/*
 * Public-key and PRF work as the handshake asks for it: one request, bytes in, bytes out. Nothing
 * here knows where it is done (card, thread pool, in place); see pka.h.
 */
#ifndef SLUICE_CONTROL_PKA_OP_H
#define SLUICE_CONTROL_PKA_OP_H

#include <stddef.h>
#include <stdint.h>

struct cert; /* a key of ours, cert/cert.h */
struct peer; /* a certificate of theirs, cert/peer.h */

/* Longest input and output: a whole transcript, which TLS 1.2 signs; X25519MLKEM768's private and public parts. */
#define PKA_OP_MAX_IN (128 * 1024)
#define PKA_OP_MAX_OUT 4096

enum pka_kind {
	/*
	 * RSA key transport, our key. in: ciphertext of the modulus' length; code: client_version.
	 * out: 48 bytes, random ones when the ciphertext is wrong in any way (RFC 5246 7.4.7.1).
	 */
	PKA_RSA_PREMASTER = 1,
	/* code: signature scheme. in: the message, for the *_RAW schemes its digest. out: signature */
	PKA_SIGN,
	/* peer's key; code: scheme; in: signature (split bytes) | message. out: one byte, 1 good, 0 bad */
	PKA_VERIFY,
	/* RSA key transport, peer's key. in: 48-byte premaster secret. out: ciphertext */
	PKA_RSA_ENCRYPT,
	/* code: group. out: pair(private, public) */
	PKA_KEX_KEYGEN,
	/* code: group; in: private (split bytes) | peer's public. out: shared secret; empty: peer's share is not valid */
	PKA_KEX_DERIVE,
	/*
	 * Key pair and shared secret in one step. code: group; in: peer's public. out: pair(public,
	 * secret); empty: the peer's share is not valid. For KEX_GROUP_EXPLICIT in is p, g and Ys,
	 * each after its 16-bit length (TLS 1.2 and older as a client).
	 */
	PKA_KEX_RESPOND,
	/* RFC 5246 5. in: secret (split bytes) | label | seed; code: enum hs_prf. out: out_len bytes */
	PKA_PRF,
	/*
	 * RSA key transport of SSL 2.0, our key. in: ciphertext of the modulus' length. out: out_len
	 * bytes, random ones when the ciphertext is wrong in any way, or padded by a client that
	 * speaks 3.x as well (RFC 5246 E.2: version rollback).
	 */
	PKA_RSA_SSL2,
	/*
	 * Derivations on secrets that never leave the card. in: steps as in IPC_PKA_KDF (common/ipc.h);
	 * out: their public results, out_len bytes (0: one byte, 1), or none when the card refused a step
	 * (a secret that it did not wrap). There is no other place to do it.
	 */
	PKA_SECRETS,
};
/* pair(a, b): 16-bit length of a in network order, a, then b up to the end */

#define KEX_GROUP_EXPLICIT 0xff00

enum pka_group { /* IANA TLS supported groups */
	KEX_P256 = 23,
	KEX_P384 = 24,
	KEX_X25519 = 29,
	KEX_FFDHE2048 = 256,
	KEX_FFDHE3072 = 257,
	KEX_X25519MLKEM768 = 4588, /* draft-ietf-tls-ecdhe-mlkem: ML-KEM part first */
};
/*
 * X25519MLKEM768: the client's public is ek(1184) | x25519(32), the server's ct(1088) | x25519(32), secret
 * mlkem(32) | x25519(32). KEYGEN makes the client's, RESPOND the server's, DERIVE takes the server's.
 * ECDH P-256/P-384: uncompressed points, the secret is the x coordinate. X25519: an all-zero secret is not valid.
 * ffdhe: big-endian, as long as p; secret likewise (TLS 1.3); handshakes up to TLS 1.2 strip leading zeros themselves.
 */

/* Signature schemes: RFC 8446 4.2.3, and those of older versions that have no code point. */
enum sig_scheme {
	SIG_RSA_PKCS1_SHA1 = 0x0201,
	SIG_ECDSA_SHA1 = 0x0203,
	SIG_RSA_PKCS1_SHA256 = 0x0401,
	SIG_ECDSA_P256_SHA256 = 0x0403,
	SIG_RSA_PKCS1_SHA384 = 0x0501,
	SIG_ECDSA_P384_SHA384 = 0x0503,
	SIG_RSA_PKCS1_SHA512 = 0x0601,
	SIG_RSA_PSS_RSAE_SHA256 = 0x0804,
	SIG_RSA_PSS_RSAE_SHA384 = 0x0805,
	SIG_RSA_PSS_RSAE_SHA512 = 0x0806,
	SIG_ED25519 = 0x0807,
	SIG_RSA_PSS_PSS_SHA256 = 0x0809,
	SIG_RSA_PSS_PSS_SHA384 = 0x080a,
	SIG_RSA_PSS_PSS_SHA512 = 0x080b,
	SIG_RSA_MD5_SHA1_RAW = 0xff01, /* PKCS#1 type 1 on 36 bytes, no DigestInfo: up to TLS 1.1 */
	SIG_ECDSA_SHA1_RAW = 0xff02, /* ECDSA on 20 bytes: up to TLS 1.1 */
	SIG_RSA_PKCS1_MD5 = 0xff03, /* SSL 2.0 client certificates: PKCS#1 with MD5 */
};
/* In TLS 1.2 the ECDSA schemes do not fix the curve (RFC 8446 4.2.3): PKA_SIGN and PKA_VERIFY take any of P-256, P-384. */

struct pka_req {
	uint8_t kind; /* enum pka_kind */
	uint16_t code; /* scheme, group, client_version or PRF, by kind */
	uint32_t split; /* bytes of `in` that are its first part, where the kind says so */
	uint32_t out_len; /* PKA_PRF, RSA_SSL2, PKA_SECRETS */
	/*
	 * Not 0: the secret part of the result goes to this secret slot of the card, and there is no
	 * doing without the card. RSA_PREMASTER and KEX_DERIVE: out is one byte, 1 (KEX_DERIVE: empty when
	 * the peer's share is not valid); KEX_KEYGEN and KEX_RESPOND: out is the public part alone.
	 */
	uint32_t secret_out;
	uint32_t secret_in; /* KEX_DERIVE: the slot with the private part; in: the peer's public alone */
	const struct cert *cert; /* RSA_PREMASTER, RSA_SSL2, SIGN */
	struct peer *peer; /* VERIFY, RSA_ENCRYPT */
};

#endif
