/*
 * The PROXY protocol header, version 2: what a server behind is told of the client before the
 * client's first byte. docs/proxy-protocol.md is the reader's side of it.
 */
#ifndef SLUICE_CONTROL_PROXY2_H
#define SLUICE_CONTROL_PROXY2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/ipc.h"

#define PROXY2_MAX 4096 /* bytes of a header */

/* Types of our own, in the range that the specification leaves to applications. */
enum proxy2_custom {
	PROXY2_SUBJECT = 0xe0, /* of the client's certificate, RFC 2253, UTF-8 */
	PROXY2_ALT_NAMES = 0xe1, /* as struct peer has them */
	PROXY2_FINGERPRINT = 0xe2, /* SHA-256 of the certificate, 64 digits, lower case */
	PROXY2_VERIFY_TEXT = 0xe3, /* why it was not verified; left out when it was */
};

struct cert;
struct peer;

struct proxy2_info {
	struct ipc_addr client, local; /* both ends of the client's connection */
	const char *alpn, *server_name; /* NULL or "": left out */
	uint16_t version; /* enum tls_version; 0: no TLS, and nothing of what follows */
	const char *cipher; /* NULL or "": left out */
	const struct cert *cert; /* that we presented; NULL: none, or not known (resumed) */
	const struct peer *peer; /* the client's certificate; NULL: none */
	bool resumed; /* the certificate came in an earlier connection of this session */
};

/*
 * The header's length, or 0 when not even the addresses fit. A text that does not fit into cap (at
 * most PROXY2_MAX) is left out as a whole, never cut: fingerprint, subject, alternative names go in
 * that order.
 */
size_t proxy2_build(const struct proxy2_info *info, uint8_t *out, size_t cap);

#endif
