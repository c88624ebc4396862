/* The extensions this end understands and the walk over an extensions block; see ext.h. */
#include <string.h>

#include "control/handshake/ext.h"
#include "control/handshake/hs_client.h"

/*
 * Ours are written in this order. The RFCs leave it free but for pre_shared_key, which is last in a
 * ClientHello (RFC 8446 4.2.11); renegotiation_info first, as peers' tests expect it nearest the
 * hello.
 */
static const struct ext *const known[] = {
	&ext_renegotiation_info,
	&ext_server_name,
	&ext_extended_master_secret,
	&ext_encrypt_then_mac,
	&ext_max_fragment_length,
	&ext_record_size_limit,
	&ext_alpn,
	&ext_status_request,
	&ext_supported_groups,
	&ext_ec_point_formats,
	&ext_signature_algorithms,
	&ext_signature_algorithms_cert,
	&ext_session_ticket,
	&ext_supported_versions,
	&ext_cookie,
	&ext_key_share,
	&ext_psk_key_exchange_modes,
	&ext_certificate_authorities,
	&ext_post_handshake_auth,
	&ext_early_data,
	&ext_pre_shared_key,
};
#define KNOWN (sizeof(known) / sizeof(known[0]))
_Static_assert(KNOWN <= 64, "a bit for each in hs_hello.seen");

#define PRE_SHARED_KEY 41

static int
find(uint16_t type)
{
	for (unsigned i = 0; i < KNOWN; i++)
		if (known[i]->type == type)
			return (int)i;
	return -1;
}

bool
ext_seen(const struct hs_hello *h, uint16_t type)
{
	int i = find(type);

	return i >= 0 && (h->seen >> i & 1);
}

void
ext_mark_sent(struct hs_call *c, uint16_t type)
{
	int i = find(type);

	if (i >= 0)
		c->w->sent |= 1ull << i;
}

/* Whether an extension in this message answers one of our hello: RFC 8446 4.2, RFC 5246 7.4.1.4. */
static bool
is_answer(const struct hs_call *c, unsigned where)
{
	return (where & (EXT_SH12 | EXT_SH13 | EXT_EE)) != 0 ||
	       (where == EXT_CT && c->hs->role == HS_CLIENT);
}

/* One extension. */
static enum tls_err
read_one(struct hs_call *c, unsigned where, uint16_t type, struct rd *data, struct hs_hello *h)
{
	int i = find(type);
	enum tls_err err;

	if (i < 0) {
		/* what was not offered cannot be answered: RFC 8446 4.2, RFC 5246 7.4.1.4 */
		return is_answer(c, where) || where == EXT_HRR ? TLS_E_UNSUPPORTED_EXTENSION : TLS_E_OK;
	}
	h->seen |= 1ull << i;
	if (!(known[i]->where & where)) {
		/* a known one in the wrong message, RFC 8446 4.2; up to TLS 1.2 a server ignores it */
		return where == EXT_CH ? TLS_E_OK : TLS_E_ILLEGAL_PARAMETER;
	}
	if (is_answer(c, where) && !(c->w->sent >> i & 1))
		return TLS_E_UNSUPPORTED_EXTENSION;
	if (known[i]->recv == NULL)
		return TLS_E_OK;
	err = known[i]->recv(c, where, data, h);
	if (err != TLS_E_OK)
		return err;
	return rd_done(data) ? TLS_E_OK : TLS_E_DECODE_ERROR;
}

/*
 * One bit per type, as a hello of 16 KiB can hold 4096 of them; in pages by the upper byte that are
 * cleared when they are first touched, as most hellos touch three.
 */
struct types {
	uint64_t pages[256 / 64]; /* that are in use */
	uint64_t bits[256][256 / 64];
};

/* Notes a type; true when it was noted before. */
static bool
seen_before(struct types *t, uint16_t type)
{
	unsigned page = type >> 8, low = type & 0xff;
	uint64_t page_bit = 1ull << (page % 64), bit = 1ull << (low % 64);
	uint64_t *word = &t->bits[page][low / 64];

	if (!(t->pages[page / 64] & page_bit)) {
		t->pages[page / 64] |= page_bit;
		memset(t->bits[page], 0, sizeof(t->bits[page]));
	}
	if (*word & bit)
		return true;
	*word |= bit;
	return false;
}

enum tls_err
ext_read(struct hs_call *c, unsigned where, struct rd *block, struct hs_hello *h)
{
	struct types seen;

	memset(seen.pages, 0, sizeof(seen.pages));
	while (rd_left(block) != 0) {
		uint16_t type = rd_u16(block);
		struct rd data = rd_vec16(block);
		enum tls_err err;

		if (!rd_ok(block))
			return TLS_E_DECODE_ERROR;
		if (seen_before(&seen, type))
			return TLS_E_ILLEGAL_PARAMETER;
		if (type == PRE_SHARED_KEY && where == EXT_CH && rd_left(block) != 0)
			return TLS_E_ILLEGAL_PARAMETER; /* RFC 8446 4.2.11: the last one */
		err = read_one(c, where, type, &data, h);
		if (err != TLS_E_OK)
			return err;
	}
	return TLS_E_OK;
}

/* SSL 3.0 has no extensions: only what goes by a suite in the first hello, RFC 5746. */
static bool
without_extensions(const struct hs_call *c, unsigned where)
{
	return where == EXT_CH ? c->w->cl->versions == HS_V_SSL3
			       : where == EXT_SH12 && c->hs->version == TLS_V_SSL30;
}

void
ext_write(struct hs_call *c, unsigned where, struct wr *w, bool always)
{
	size_t block = 0;
	bool any = always;

	if (always)
		block = wr_open(w, 2);
	for (unsigned i = 0; i < KNOWN; i++) {
		size_t data;

		if (!(known[i]->where & where) || known[i]->wanted == NULL || !known[i]->wanted(c, where))
			continue;
		if (without_extensions(c, where) && known[i] != &ext_renegotiation_info)
			continue;
		if (!any)
			block = wr_open(w, 2);
		any = true;
		if (where == EXT_CH)
			c->w->sent |= 1ull << i;
		wr_u16(w, known[i]->type);
		data = wr_open(w, 2);
		if (known[i]->send != NULL)
			known[i]->send(c, where, w);
		wr_close(w, data, 2);
	}
	if (any)
		wr_close(w, block, 2);
}
