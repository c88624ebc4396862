/*
 * Extensions: one file each, one const struct each. The table in ext.c is the list of what this
 * end understands. A server ignores unknown ones (GREASE, RFC 8701); a type given twice is refused
 * (RFC 5246 7.4.1.4); a client refuses what it did not offer (RFC 8446 4.2).
 */
#ifndef SLUICE_CONTROL_EXT_H
#define SLUICE_CONTROL_EXT_H

#include "control/handshake/hs_int.h"

enum ext_where { /* messages that carry extensions: RFC 8446 4.2's table; SH12: ServerHello up to TLS 1.2 */
	EXT_CH = 1,
	EXT_SH12 = 2,
	EXT_SH13 = 4,
	EXT_HRR = 8,
	EXT_EE = 16,
	EXT_CR = 32,
	EXT_CT = 64, /* Certificate entries */
	EXT_NST = 128,
};

struct ext {
	uint16_t type;
	uint16_t where; /* set of enum ext_where it may stand in */
	const char *name;
	/*
	 * Reads the extension's data as it stands in a message `where` into h. The walker checks
	 * that nothing trails. NULL: ignored.
	 */
	enum tls_err (*recv)(struct hs_call *c, unsigned where, struct rd *data, struct hs_hello *h);
	/* True when our message `where` carries it; NULL: never. */
	bool (*wanted)(const struct hs_call *c, unsigned where);
	/* Writes its data; NULL: empty. */
	void (*send)(const struct hs_call *c, unsigned where, struct wr *w);
};

/* Reads an extensions block of a message. h->seen gets a bit for each known one. */
enum tls_err ext_read(struct hs_call *c, unsigned where, struct rd *block, struct hs_hello *h);
/* Writes the extensions block of our message; always: a block of length 0 when nothing is in it, else nothing at all. */
void ext_write(struct hs_call *c, unsigned where, struct wr *w, bool always);
bool ext_seen(const struct hs_hello *h, uint16_t type);
/* Client: the hello offers it without carrying it; or answers to it are not to be taken for unasked. */
void ext_mark_sent(struct hs_call *c, uint16_t type);
#define EXT_SUPPORTED_VERSIONS 43
#define EXT_RENEGOTIATION_INFO 0xff01

extern const struct ext ext_server_name, ext_extended_master_secret, ext_renegotiation_info, ext_alpn,
	ext_supported_groups, ext_ec_point_formats, ext_signature_algorithms,
	ext_signature_algorithms_cert, ext_session_ticket, ext_supported_versions, ext_key_share,
	ext_psk_key_exchange_modes, ext_pre_shared_key, ext_cookie, ext_early_data,
	ext_post_handshake_auth, ext_status_request, ext_max_fragment_length,
	ext_record_size_limit, ext_encrypt_then_mac, ext_certificate_authorities;

#endif
