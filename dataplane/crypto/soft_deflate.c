/*
 * DEFLATE as record compression, RFC 3749: one zlib stream per direction for the life of the keys,
 * flushed at the end of each record, so that a record can be unpacked when it comes. What comes out
 * of a record is at most 2^14 bytes, whatever it claims.
 */
#include <errno.h>
#include <stdlib.h>

#include <zlib.h>

#include "common/ct.h"
#include "dataplane/crypto/soft.h"
#include "dataplane/own.h"

int
soft_deflate_init(struct soft_session *s)
{
	z_stream *z = calloc(1, sizeof(*z));

	if (z == NULL)
		return -ENOSPC;
	if ((s->s.write ? deflateInit(z, Z_DEFAULT_COMPRESSION) : inflateInit(z)) != Z_OK) {
		free(z);
		return -ENOSPC;
	}
	s->zip = z;
	return 0;
}

void
soft_deflate_free(struct soft_session *s)
{
	z_stream *z = s->zip;

	if (z == NULL)
		return;
	if (s->s.write)
		deflateEnd(z);
	else
		inflateEnd(z);
	free(z);
	s->zip = NULL;
}

uint8_t
soft_deflate(struct soft_engine *e, struct soft_session *s, struct rec_op *op)
{
	uint32_t n = op->m == NULL ? 0 : op->m->pkt_len;
	z_stream *z = s->zip;

	if (n == 0)
		return REC_OK;
	if (n > REC_PLAIN_MAX)
		return REC_BAD;
	own_chain_read(op->m, 0, e->scratch, n);
	z->next_in = e->scratch;
	z->avail_in = n;
	z->next_out = e->packed;
	z->avail_out = sizeof(e->packed);
	if (deflate(z, Z_SYNC_FLUSH) != Z_OK || z->avail_in != 0 || z->avail_out == 0 ||
		sizeof(e->packed) - z->avail_out > REC_PACKED_MAX)
		return REC_FAILED;
	return soft_replace(e, op, e->packed, (uint32_t)(sizeof(e->packed) - z->avail_out));
}

uint8_t
soft_inflate(struct soft_engine *e, struct soft_session *s, struct rec_op *op)
{
	uint32_t n = op->m == NULL ? 0 : op->m->pkt_len;
	z_stream *z = s->zip;
	int rc;

	if (n == 0)
		return REC_OK;
	if (n > REC_PACKED_MAX)
		return REC_UNPACK;
	own_chain_read(op->m, 0, e->packed, n);
	z->next_in = e->packed;
	z->avail_in = n;
	z->next_out = e->scratch;
	z->avail_out = REC_PLAIN_MAX + 1; /* one more: tells the full from the overfull */
	rc = inflate(z, Z_SYNC_FLUSH);
	if ((rc != Z_OK && rc != Z_BUF_ERROR && rc != Z_STREAM_END) || z->avail_in != 0 ||
		z->avail_out == 0)
		return REC_UNPACK;
	return soft_replace(e, op, e->scratch, REC_PLAIN_MAX + 1 - z->avail_out);
}
