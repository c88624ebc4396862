/* Reading a ClientHello, RFC 5246 7.4.1.2, RFC 8446 4.1.2: form only; what it means is judged later. */
#include "control/handshake/hs_hello.h"

#include <stdlib.h>
#include <string.h>

#include "common/ct.h"
#include "control/handshake/ext.h"

#define SCSV_RENEGOTIATION 0x00ff /* RFC 5746 3.3 */
#define SCSV_FALLBACK 0x5600 /* RFC 7507 */

static struct hs_span
span_of(struct rd r)
{
	return (struct hs_span){ .n = (uint32_t)rd_left(&r), .p = r.p };
}

bool
hs_span_has16(struct hs_span s, uint16_t code)
{
	struct rd r = hs_span_rd(s);

	while (rd_left(&r) >= 2)
		if (rd_u16(&r) == code)
			return true;
	return false;
}

void
hs_hello_drop(struct hs_hello *h)
{
	free(h->copy);
	ct_wipe(h, sizeof(*h));
}

enum tls_err
hs_hello_read(struct hs_call *c, struct rd *body, struct hs_hello *h)
{
	size_t n = rd_left(body);
	const uint8_t *all = rd_bytes(body, n);
	struct rd r, id, suites, compression, extensions;
	const uint8_t *random;

	memset(h, 0, sizeof(*h));
	h->copy = malloc(n + 1);
	if (h->copy == NULL)
		return TLS_E_INTERNAL_ERROR;
	memcpy(h->copy, all, n);
	h->copy_len = (uint32_t)n;
	r = rd_init(h->copy, n);
	h->version = rd_u16(&r);
	random = rd_bytes(&r, TLS_RANDOM_LEN);
	id = rd_vec8(&r);
	suites = rd_vec16(&r);
	compression = rd_vec8(&r);
	if (!rd_ok(&r) || rd_left(&id) > TLS_MAX_SESSION_ID || rd_left(&suites) == 0 ||
		rd_left(&suites) % 2 != 0 || rd_left(&compression) == 0)
		return TLS_E_DECODE_ERROR;
	memcpy(h->random, random, TLS_RANDOM_LEN);
	h->session_id_len = (uint8_t)rd_left(&id);
	memcpy(h->session_id, id.p, h->session_id_len);
	h->suites = span_of(suites);
	h->compression = span_of(compression);
	h->scsv_renegotiation = hs_span_has16(h->suites, SCSV_RENEGOTIATION);
	h->scsv_fallback = hs_span_has16(h->suites, SCSV_FALLBACK);
	if (rd_left(&r) == 0)
		return TLS_E_OK;
	extensions = rd_vec16(&r);
	if (!rd_ok(&r) || !rd_done(&r))
		return TLS_E_DECODE_ERROR;
	return ext_read(c, EXT_CH, &extensions, h);
}
