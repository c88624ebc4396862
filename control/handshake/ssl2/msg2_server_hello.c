/*
 * SERVER-HELLO, draft-hickman-netscape-ssl 2.7.1: certificate, ciphers, connection id; or a session
 * that is known.
 */
#include <stdlib.h>
#include <string.h>

#include "control/cert/cert.h"
#include "control/handshake/ssl2/ssl2.h"

/* SSL 2.0 shows one certificate: the leaf. */
static struct rd
leaf(const struct cert *cert)
{
	struct rd list = rd_init(cert->chain, cert->chain_len);

	return rd_vec24(&list);
}

enum tls_err
msg2_server_hello_send(struct hs_call *c)
{
	bool hit = c->hs->resumed;
	struct hs2 *t = c->w->t2;
	struct rd der = hit ? rd_init("", 0) : leaf(c->w->cert);
	struct wr w = ssl2_begin(c, 4);
	uint16_t ciphers = 0;

	if (rd_left(&der) > SSL2_MAX_CERT)
		return TLS_E_INTERNAL_ERROR;
	t->connection_id_len = SSL2_CONNECTION_ID_LEN;
	c->env->random(c->env->ctx, t->connection_id, t->connection_id_len);
	for (unsigned i = 0; ssl2_suite_at(i) != NULL && !hit; i++)
		ciphers += (t->ciphers & 1u << i) != 0;
	wr_u8(&w, hit);
	wr_u8(&w, hit ? 0 : SSL2_CT_X509);
	wr_u16(&w, TLS_V_SSL2);
	wr_u16(&w, (uint16_t)rd_left(&der));
	wr_u16(&w, 3 * ciphers);
	wr_u16(&w, t->connection_id_len);
	wr_bytes(&w, der.p, rd_left(&der));
	for (unsigned i = 0; ssl2_suite_at(i) != NULL && !hit; i++)
		if (t->ciphers & 1u << i)
			wr_u24(&w, ssl2_suite_kind(ssl2_suite_at(i)));
	wr_bytes(&w, t->connection_id, t->connection_id_len);
	return ssl2_end(c, &w);
}

/* The certificate as a list of one, for verification. */
static enum tls_err
keep_certificate(struct hs2 *t, const uint8_t *der, size_t len)
{
	struct wr w;

	t->list = malloc(3 + len);
	if (t->list == NULL)
		return TLS_E_INTERNAL_ERROR;
	w = wr_init(t->list, 3 + len);
	wr_u24(&w, (uint32_t)len);
	wr_bytes(&w, der, len);
	t->list_len = (uint32_t)wr_len(&w);
	return TLS_E_OK;
}

/* The cipher of this session: ours to choose from what both have; 0 ciphers come with a hit. */
static enum tls_err
choose(struct hs_call *c, struct rd list)
{
	uint8_t common = c->w->t2->ciphers & ssl2_suite_set(list);

	for (unsigned i = 0; ssl2_suite_at(i) != NULL; i++) {
		if (common & 1u << i) {
			c->hs->suite = ssl2_suite_at(i);
			return TLS_E_OK;
		}
	}
	return TLS_E_HANDSHAKE_FAILURE;
}

struct fields {
	uint8_t hit, type;
	uint16_t version, cert_len, ciphers_len, id_len;
	const uint8_t *cert, *ciphers, *id;
};

static enum tls_err
read_fields(struct rd *body, struct fields *f)
{
	f->hit = rd_u8(body);
	f->type = rd_u8(body);
	f->version = rd_u16(body);
	f->cert_len = rd_u16(body);
	f->ciphers_len = rd_u16(body);
	f->id_len = rd_u16(body);
	f->cert = rd_bytes(body, f->cert_len);
	f->ciphers = rd_bytes(body, f->ciphers_len);
	f->id = rd_bytes(body, f->id_len);
	if (!rd_ok(body) || f->ciphers_len % 3 != 0)
		return TLS_E_DECODE_ERROR;
	if (f->id_len < SSL2_MIN_CHALLENGE || f->id_len > SSL2_MAX_CHALLENGE)
		return TLS_E_DECODE_ERROR;
	return f->version == TLS_V_SSL2 ? TLS_E_OK : TLS_E_PROTOCOL_VERSION;
}

enum tls_err
msg2_server_hello_recv(struct hs_call *c, struct rd *body)
{
	struct hs2 *t = c->w->t2;
	struct fields f = { 0 };
	enum tls_err err;

	if (t == NULL) /* we offered 3.x */
		return TLS_E_UNEXPECTED_MESSAGE;
	ssl2_take(c);
	err = read_fields(body, &f);
	if (err != TLS_E_OK)
		return err;
	if (f.hit > 1 || (f.hit != 0 && !t->offers))
		return TLS_E_ILLEGAL_PARAMETER;
	t->connection_id_len = (uint8_t)f.id_len;
	memcpy(t->connection_id, f.id, f.id_len);
	c->hs->resumed = f.hit != 0;
	if (f.hit != 0) {
		if (f.cert_len != 0 || f.ciphers_len != 0 || f.type != 0)
			return TLS_E_ILLEGAL_PARAMETER;
	} else {
		if (f.type != SSL2_CT_X509)
			return TLS_E_UNSUPPORTED_CERTIFICATE;
		if (f.cert_len == 0)
			return TLS_E_BAD_CERTIFICATE;
		err = choose(c, rd_init(f.ciphers, f.ciphers_len));
		if (err == TLS_E_OK)
			err = keep_certificate(t, f.cert, f.cert_len);
		if (err != TLS_E_OK)
			return err;
	}
	hs_raise(c, HS_EV_GO_SSL2, NULL, 0);
	return TLS_E_OK;
}
