/* Finished, RFC 8446 4.4.4: a MAC over the transcript; the peer's is compared in constant time. */
#include "common/ct.h"
#include "control/handshake/tls13/s13.h"

#define FINISHED 20

enum tls_err
msg13_server_finished_send(struct hs_call *c)
{
	uint8_t hash[HS_DIGEST_MAX], verify[HS_DIGEST_MAX];
	size_t mark, n;
	struct wr w = hs_msg_begin(c, FINISHED, &mark);

	hs13_transcript_hash(c, hash);
	n = ks13_finished(c->hs->suite->prf, c->w->t13->hs_traffic[HS13_SERVER], hash, verify);
	wr_bytes(&w, verify, n);
	return hs_msg_end(c, &w, mark);
}

/* The client's, under one of its traffic secrets. */
static enum tls_err
check(struct hs_call *c, const uint8_t *secret, struct rd *body)
{
	uint8_t hash[HS_DIGEST_MAX], want[HS_DIGEST_MAX];
	const uint8_t *verify;
	size_t n;

	hs13_transcript_hash(c, hash);
	n = ks13_finished(c->hs->suite->prf, secret, hash, want);
	verify = rd_bytes(body, n);
	if (verify == NULL)
		return TLS_E_DECODE_ERROR;
	return ct_memeq(verify, want, n) ? TLS_E_OK : TLS_E_DECRYPT_ERROR;
}

enum tls_err
msg13_client_finished_recv(struct hs_call *c, struct rd *body)
{
	return check(c, c->w->t13->hs_traffic[HS13_CLIENT], body);
}

/* After the handshake: under the application secret of this generation, 4.4. */
enum tls_err
msg13_client_finished_again_recv(struct hs_call *c, struct rd *body)
{
	return check(c, c->hs->l13->traffic[HS13_CLIENT], body);
}
