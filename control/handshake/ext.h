/*
 * Hello extensions: one file each, one const struct each. The table in ext.c is the list of what
 * this server understands; anything else (unknown types, GREASE of RFC 8701) is ignored, a type
 * given twice is refused (RFC 5246 7.4.1.4).
 */
#ifndef SLUICE_CONTROL_EXT_H
#define SLUICE_CONTROL_EXT_H

#include "control/handshake/hs_int.h"

struct ext {
	uint16_t type;
	const char *name;
	/*
	 * Reads the extension's data from a ClientHello into the hello. The walker checks that
	 * nothing trails.
	 */
	enum tls_err (*recv)(const struct hs_call *c, struct rd *data, struct hs_hello *hello);
	/* True when the ServerHello answers it; NULL: never. */
	bool (*wanted)(const struct hs_call *c);
	/* Writes the answer's data; NULL: empty. */
	void (*send)(const struct hs_call *c, struct wr *w);
};

extern const struct ext ext_server_name, ext_extended_master_secret, ext_renegotiation_info,
	ext_alpn, ext_supported_groups, ext_signature_algorithms, ext_session_ticket,
	ext_supported_versions;

/* Reads the extensions block of a ClientHello. */
enum tls_err ext_read_client(const struct hs_call *c, struct rd *block, struct hs_hello *hello);
/* Writes the extensions block of the ServerHello; nothing at all when no extension is answered. */
void ext_write_server(const struct hs_call *c, struct wr *w);

#endif
