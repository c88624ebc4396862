/* The extensions of this server and the walk over an extensions block; see ext.h. */
#include "control/handshake/ext.h"

/*
 * Answers are written in this order. RFC 5246 leaves it free; renegotiation_info first, as peers'
 * tests expect it nearest the hello.
 */
static const struct ext *const known[] = {
	&ext_renegotiation_info,
	&ext_server_name,
	&ext_extended_master_secret,
	&ext_alpn,
	&ext_supported_groups,
	&ext_signature_algorithms,
	&ext_session_ticket,
	&ext_supported_versions,
};
#define KNOWN (sizeof(known) / sizeof(known[0]))

static const struct ext *
find(uint16_t type)
{
	for (unsigned i = 0; i < KNOWN; i++)
		if (known[i]->type == type)
			return known[i];
	return NULL;
}

enum tls_err
ext_read_client(const struct hs_call *c, struct rd *block, struct hs_hello *hello)
{
	/* one bit per type: a hello of 16 KiB can hold 4096 of them */
	uint64_t seen[65536 / 64] = { 0 };

	while (rd_left(block) != 0) {
		uint16_t type = rd_u16(block);
		struct rd data = rd_vec16(block);
		const struct ext *e = find(type);
		uint64_t bit = 1ull << (type % 64);
		enum tls_err err;

		if (!rd_ok(block))
			return TLS_E_DECODE_ERROR;
		if (seen[type / 64] & bit)
			return TLS_E_ILLEGAL_PARAMETER;
		seen[type / 64] |= bit;
		if (e == NULL)
			continue;
		err = e->recv(c, &data, hello);
		if (err != TLS_E_OK)
			return err;
		if (!rd_done(&data))
			return TLS_E_DECODE_ERROR;
	}
	return TLS_E_OK;
}

void
ext_write_server(const struct hs_call *c, struct wr *w)
{
	size_t block = 0;
	bool any = false;

	for (unsigned i = 0; i < KNOWN; i++) {
		size_t data;

		if (known[i]->wanted == NULL || !known[i]->wanted(c))
			continue;
		if (!any)
			block = wr_open(w, 2);
		any = true;
		wr_u16(w, known[i]->type);
		data = wr_open(w, 2);
		if (known[i]->send != NULL)
			known[i]->send(c, w);
		wr_close(w, data, 2);
	}
	if (any)
		wr_close(w, block, 2);
}
