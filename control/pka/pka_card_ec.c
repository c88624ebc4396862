/*
 * Operations on curves as the card does them: key exchange and ECDSA on P-256 and P-384, X25519,
 * Ed25519. The card has points as x | y and signatures as r | s (enum ipc_pka_op); pka_op.h has
 * TLS's forms.
 */
#include <string.h>

#include "common/rd.h"
#include "common/wr.h"
#include "control/pka/pka_int.h"
#include "control/pka/pka_sig.h"

#define FIELD 32 /* bytes of a number of Ed25519 */
#define FIELD_MAX 48
#define UNCOMPRESSED 4 /* SEC 1 2.3.3 */

struct curve {
	uint16_t group; /* enum pka_group */
	uint8_t id; /* enum ipc_curve */
	uint8_t field; /* bytes of a coordinate, scalar and shared secret */
	uint8_t point; /* bytes of a point on the card */
	uint8_t prefix; /* bytes that TLS puts before it */
	uint8_t private; /* bytes of a private part as libcrypto's side has it (pka_kex.c); the
			    scalar is first */
	uint32_t bit; /* enum ipc_card */
};
static const struct curve curves[] = {
	{ KEX_P256, IPC_CURVE_P256, 32, 64, 1, 32, IPC_CARD_P256 },
	{ KEX_P384, IPC_CURVE_P384, 48, 96, 1, 48, IPC_CARD_P384 },
	{ KEX_X25519, IPC_CURVE_X25519, 32, 32, 0, 64, IPC_CARD_X25519 },
};

static const struct curve *
curve_of(unsigned group)
{
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
		if (curves[i].group == group)
			return &curves[i];
	return NULL;
}

/* The curve of an ECDSA key; NULL: one that the card does not have. */
static const struct curve *
curve_of_key(const EVP_PKEY *key)
{
	if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC)
		return NULL;
	return curve_of(EVP_PKEY_get_bits(key) == 256	? KEX_P256
			: EVP_PKEY_get_bits(key) == 384 ? KEX_P384
							: 0);
}

uint32_t
pka_card_ec_bit(const EVP_PKEY *key)
{
	const struct curve *c = curve_of_key(key);

	if (EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519)
		return IPC_CARD_ED25519;
	return c != NULL ? c->bit : 0;
}

/* The peer's share without its prefix; NULL: not what the group has. */
static const uint8_t *
share(const struct curve *c, const uint8_t *p, size_t len)
{
	if (len != (size_t)c->prefix + c->point || (c->prefix != 0 && p[0] != UNCOMPRESSED))
		return NULL;
	return p + c->prefix;
}

bool
pka_card_ec_can(const struct pka *p, const struct pka_req *req, const EVP_PKEY *key, size_t len)
{
	const struct curve *c = curve_of(req->code);
	const struct pka_scheme *s;

	if (p->curves_soft && req->secret_out == 0 && req->secret_in == 0)
		return false;
	if (req->kind != PKA_SIGN)
		return c != NULL && (p->card.can & c->bit) != 0;
	s = pka_scheme_find(req->code);
	if (s != NULL && s->type == PKA_SIG_ED25519) /* a longer message is one of a client in TLS 1.2 */
		return (p->card.can & IPC_CARD_ED25519) != 0 && len <= IPC_PKA_MAX_EDDSA &&
		       pka_scheme_fits(s, key);
	c = curve_of_key(key);
	return c != NULL && (p->card.can & c->bit) != 0 && s != NULL && s->type == PKA_SIG_ECDSA &&
	       pka_scheme_fits(s, key);
}

bool
pka_card_ec_share_fits(const struct pka_req *req, const uint8_t *in, size_t len)
{
	const struct curve *c = curve_of(req->code);

	if (c == NULL || (req->kind != PKA_KEX_RESPOND &&
				 (req->kind != PKA_KEX_DERIVE || req->secret_in == 0)))
		return true;
	return share(c, in, len) != NULL;
}

static bool
is_ed25519(const struct pka_req *req)
{
	return req->code == SIG_ED25519;
}

static const uint8_t *
ask_sign(struct pka_job *j, struct ipc_pka_do *msg, uint8_t *room)
{
	unsigned n;

	if (is_ed25519(&j->req)) {
		msg->op = IPC_PKA_EDDSA_SIGN;
		return j->in;
	}
	n = pka_sig_digest(pka_scheme_find(j->req.code), j->in, j->in_len, room);
	msg->op = IPC_PKA_ECDSA_SIGN;
	msg->param = curve_of_key(j->key)->id;
	msg->bytes = n;
	return n != 0 ? room : NULL;
}

const uint8_t *
pka_card_ec_ask(struct pka_job *j, struct ipc_pka_do *msg, uint8_t *room)
{
	const struct curve *c = curve_of(j->req.code);
	const uint8_t *peer;

	if (j->req.kind == PKA_SIGN)
		return ask_sign(j, msg, room);
	msg->param = c->id;
	msg->bytes = c->point;
	msg->secret_out = j->req.secret_out;
	msg->secret_in = j->req.secret_in;
	switch (j->req.kind) {
	case PKA_KEX_KEYGEN:
		msg->op = IPC_PKA_EC_KEYGEN;
		msg->bytes = 0;
		return room;
	case PKA_KEX_RESPOND: msg->op = IPC_PKA_ECDH_RESPOND; return share(c, j->in, j->in_len);
	default:
		msg->op = IPC_PKA_ECDH;
		if (j->req.secret_in != 0)
			return share(c, j->in, j->in_len);
		if (j->req.split != c->private || j->in_len < c->private)
			return NULL;
		peer = share(c, j->in + c->private, j->in_len - c->private);
		if (peer == NULL)
			return NULL;
		msg->bytes += c->field;
		memcpy(room, j->in, c->field);
		memcpy(room + c->field, peer, c->point);
		return room;
	}
}

size_t
pka_card_ec_len(const struct pka_job *j)
{
	const struct curve *c = j->req.kind == PKA_SIGN ? curve_of_key(j->key) : curve_of(j->req.code);
	size_t secret = c == NULL || j->req.secret_out != 0 ? 0 : c->field;

	switch (j->req.kind) {
	case PKA_SIGN: return c != NULL ? 2u * c->field : 2 * FIELD;
	case PKA_KEX_DERIVE: return secret;
	default: return c->point + secret;
	}
}

/* ---- results ---- */

/* One INTEGER of a DER signature: minimal, not negative (X.690 8.3). */
static void
put_integer(struct wr *w, const uint8_t *p, size_t n)
{
	while (n > 1 && *p == 0) {
		p++;
		n--;
	}
	wr_u8(w, 2);
	wr_u8(w, (uint8_t)(n + (*p >> 7)));
	if (*p >> 7)
		wr_u8(w, 0);
	wr_bytes(w, p, n);
}

/* 1 <= x < n, the order of the curve (FIPS 186-5 6.4.2): what every signature has. */
static bool
in_range(const struct curve *c, const uint8_t *x)
{
	static const uint8_t p256[] = { 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9,
		0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51 };
	static const uint8_t p384[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xc7, 0x63, 0x4d, 0x81, 0xf4, 0x37, 0x2d, 0xdf, 0x58, 0x1a, 0x0d, 0xb2, 0x48, 0xb0,
		0xa7, 0x7a, 0xec, 0xec, 0x19, 0x6a, 0xcc, 0xc5, 0x29, 0x73 };
	static const uint8_t zero[FIELD_MAX];

	return memcmp(x, zero, c->field) != 0 &&
	       memcmp(x, c->id == IPC_CURVE_P384 ? p384 : p256, c->field) < 0;
}

/* SEQUENCE { r INTEGER, s INTEGER } (RFC 3279 2.2.3). The signature is public. */
static bool
signature(struct pka_job *j, const uint8_t *data)
{
	const struct curve *c = curve_of_key(j->key);
	struct wr w = wr_init(j->out, PKA_MAX_MODULUS);

	if (!in_range(c, data) || !in_range(c, data + c->field))
		return false;
	wr_u8(&w, 0x30);
	wr_u8(&w, 0);
	put_integer(&w, data, c->field);
	put_integer(&w, data + c->field, c->field);
	j->out_len = wr_len(&w);
	if (!wr_ok(&w))
		return false;
	j->out[1] = (uint8_t)(j->out_len - 2);
	return true;
}

/* R | S with S below the order, the only one of its kind (RFC 8032 5.1.7). The signature is public.
 */
static bool
ed25519_signature(struct pka_job *j, const uint8_t *data)
{
	static const uint8_t order[FIELD] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6,
		0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10 };
	size_t i = FIELD;

	while (i > 0 && data[FIELD + i - 1] == order[i - 1])
		i--;
	if (i == 0 || data[FIELD + i - 1] > order[i - 1])
		return false;
	memcpy(j->out, data, 2 * FIELD);
	j->out_len = 2 * FIELD;
	return true;
}

static void
put_share(struct wr *w, const struct curve *c, const uint8_t *p)
{
	if (c->prefix != 0)
		wr_u8(w, UNCOMPRESSED);
	wr_bytes(w, p, c->point);
}

bool
pka_card_ec_result(struct pka_job *j, const uint8_t *data, size_t len)
{
	const struct curve *c = curve_of(j->req.code);
	struct wr w = wr_init(j->out, j->room_len - j->in_len);

	if (len != pka_card_ec_len(j))
		return false;
	if (j->req.secret_out != 0 && j->req.kind != PKA_KEX_DERIVE && j->req.kind != PKA_SIGN) {
		put_share(&w, c, data);
		j->out_len = wr_len(&w);
		return wr_ok(&w);
	}
	switch (j->req.kind) {
	case PKA_SIGN:
		return is_ed25519(&j->req) ? ed25519_signature(j, data) : signature(j, data);
	case PKA_KEX_DERIVE:
		if (j->req.secret_out != 0)
			wr_u8(&w, 1);
		else
			wr_bytes(&w, data, c->field);
		break;
	case PKA_KEX_KEYGEN: /* pair(private, public); X25519: private is scalar | public */
		wr_u16(&w, c->private);
		wr_bytes(&w, data, c->field);
		wr_bytes(&w, data + c->field, c->private - c->field);
		put_share(&w, c, data + c->field);
		break;
	default: /* pair(public, secret) */
		wr_u16(&w, (uint16_t)(c->prefix + c->point));
		put_share(&w, c, data);
		wr_bytes(&w, data + c->point, c->field);
		break;
	}
	j->out_len = wr_len(&w);
	return wr_ok(&w);
}
