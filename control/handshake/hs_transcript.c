/* See hs_transcript.h. */
#include "control/handshake/hs_transcript.h"

#include <stdlib.h>
#include <string.h>

#include "common/ct.h"

#define MESSAGE_HASH 254 /* RFC 8446 4.4.1 */

static enum tls_err
keep(struct hs_transcript *t, const void *p, size_t n)
{
	if (n > HS_TRANSCRIPT_MAX - t->len)
		return TLS_E_INTERNAL_ERROR;
	if (t->len + n > t->cap) {
		uint32_t cap = t->cap == 0 ? 1024 : t->cap;
		uint8_t *bigger;

		while (cap < t->len + n)
			cap *= 2;
		bigger = realloc(t->raw, cap);
		if (bigger == NULL)
			return TLS_E_INTERNAL_ERROR;
		t->raw = bigger;
		t->cap = cap;
	}
	if (n != 0)
		memcpy(t->raw + t->len, p, n);
	t->len += (uint32_t)n;
	return TLS_E_OK;
}

enum tls_err
hs_transcript_add(struct hs_transcript *t, const void *p, size_t n)
{
	if (t->fixed)
		hs_digest_add(&t->digest, p, n);
	return t->fixed && !t->keep ? TLS_E_OK : keep(t, p, n);
}

void
hs_transcript_fix(struct hs_transcript *t, int prf, bool keep_raw)
{
	hs_digest_init(&t->digest, prf);
	hs_digest_add(&t->digest, t->raw, t->len);
	t->fixed = true;
	t->keep = keep_raw;
	if (!keep_raw)
		hs_transcript_drop_raw(t);
}

size_t
hs_transcript_hash(const struct hs_transcript *t, uint8_t out[HS_DIGEST_MAX])
{
	return hs_digest_now(&t->digest, out);
}

void
hs_transcript_drop_raw(struct hs_transcript *t)
{
	free(t->raw);
	t->raw = NULL;
	t->len = t->cap = 0;
	t->keep = false;
}

void
hs_transcript_message_hash(struct hs_transcript *t)
{
	uint8_t hash[HS_DIGEST_MAX];
	size_t n = hs_transcript_hash(t, hash);
	uint8_t head[4] = { MESSAGE_HASH, 0, 0, (uint8_t)n };

	hs_digest_init(&t->digest, t->digest.prf);
	hs_digest_add(&t->digest, head, sizeof(head));
	hs_digest_add(&t->digest, hash, n);
}

void
hs_transcript_free(struct hs_transcript *t)
{
	free(t->raw);
	ct_wipe(t, sizeof(*t));
}
