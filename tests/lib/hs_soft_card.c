/* See hs_soft_card.h. */
#include "tests/lib/hs_soft_card.h"

#include <string.h>

#include <openssl/evp.h>

#include "common/rd.h"
#include "control/handshake/tls12/ks12.h"
#include "control/handshake/tls13/ks13.h"
#include "control/pka/pka_soft.h"

static const uint8_t kek[32] = { 42 };

uint32_t
soft_card_new(struct soft_card *c, uint32_t old)
{
	uint32_t i = old & 0xffff;

	if (old == 0) {
		for (i = 0; i < SOFT_CARD_SLOTS && c->taken[i]; i++)
			;
		if (i == SOFT_CARD_SLOTS || (c->room != 0 && c->in_use == c->room))
			return 0;
		c->taken[i] = true;
		if (++c->in_use > c->most)
			c->most = c->in_use;
	}
	return (uint32_t)++c->gen[i] << 16 | i;
}

void
soft_card_free(struct soft_card *c, uint32_t handle)
{
	uint32_t i = handle & 0xffff;

	if (!c->taken[i] || c->gen[i] != handle >> 16)
		return;
	c->taken[i] = false;
	c->in_use--;
	memset(&c->slot[i], 0, sizeof(c->slot[i]));
}

static int
find(const struct soft_card *c, uint32_t handle, uint8_t kind)
{
	uint32_t i = handle & 0xffff;

	return handle != 0 && i < SOFT_CARD_SLOTS && c->slot[i].handle == handle && c->slot[i].kind == kind ? (int)i : -1;
}

/* -1: there was no such secret, or this use of it was had. */
static int
use(struct soft_card *c, uint32_t handle, uint8_t kind, uint32_t once)
{
	int i = find(c, handle, kind);

	if (i < 0 || (c->slot[i].spent & once) != 0)
		return -1;
	c->slot[i].spent |= once;
	return i;
}

static int
put(struct soft_card *c, uint32_t handle, uint8_t kind, int prf, const uint8_t *value, size_t len)
{
	uint32_t i = handle & 0xffff;

	if (handle == 0 || i >= SOFT_CARD_SLOTS || !c->taken[i] || c->gen[i] != handle >> 16)
		return -1;
	memset(&c->slot[i], 0, sizeof(c->slot[i]));
	c->slot[i].handle = handle;
	c->slot[i].kind = kind;
	c->slot[i].len = (uint8_t)len;
	c->slot[i].prf = (uint8_t)prf;
	memcpy(c->slot[i].value, value, len);
	return 0;
}

/* ---- TLS 1.2 ---- */

static int
tls12(struct soft_card *c, const struct ipc_kdf_step *s, int prf, const uint8_t *src, uint8_t *out)
{
	bool finished = s->kdf == SLUICE_KDF_T12_CLIENT_FINISHED || s->kdf == SLUICE_KDF_T12_SERVER_FINISHED;
	bool master = s->kdf == SLUICE_KDF_T12_MASTER || s->kdf == SLUICE_KDF_T12_EXTENDED_MASTER;
	int i = use(c, s->in, master ? SLUICE_SECRET_PREMASTER : SLUICE_SECRET_MASTER, finished ? 0 : 1);
	uint8_t value[192], seed[128];
	struct ks12_key key;

	if (i < 0)
		return -1;
	if (s->kdf == SLUICE_KDF_T12_MASTER)
		ks12_master(prf, c->slot[i].value, c->slot[i].len, src, src + 32, value);
	else if (s->kdf == SLUICE_KDF_T12_EXTENDED_MASTER)
		ks12_extended_master(prf, c->slot[i].value, c->slot[i].len, src, s->src_len, value);
	if (master)
		return put(c, s->out, SLUICE_SECRET_MASTER, prf, value, 48);
	ks12_key_init(&key, prf, c->slot[i].value);
	if (!finished) {
		ks12_key_block(&key, src + 32, src, value, s->key_block);
		return put(c, s->out, SLUICE_SECRET_KEY_BLOCK, prf, value, s->key_block);
	}
	memcpy(seed, s->kdf == SLUICE_KDF_T12_CLIENT_FINISHED ? "client finished" : "server finished", 15);
	memcpy(seed + 15, src, s->src_len);
	hs_prf_run(prf, c->slot[i].value, 48, seed, 15u + s->src_len, out, 12);
	return 0;
}

/* ---- TLS 1.3 ---- */

static const struct row {
	uint8_t kdf, from, to;
	const char *label;
} rows[] = {
	{ SLUICE_KDF_T13_BINDER, SLUICE_SECRET_EARLY, SLUICE_SECRET_BINDER, "res binder" },
	{ SLUICE_KDF_T13_CLIENT_HANDSHAKE, SLUICE_SECRET_HANDSHAKE, SLUICE_SECRET_TRAFFIC, "c hs traffic" },
	{ SLUICE_KDF_T13_SERVER_HANDSHAKE, SLUICE_SECRET_HANDSHAKE, SLUICE_SECRET_TRAFFIC, "s hs traffic" },
	{ SLUICE_KDF_T13_CLIENT_APPLICATION, SLUICE_SECRET_MAIN, SLUICE_SECRET_TRAFFIC, "c ap traffic" },
	{ SLUICE_KDF_T13_SERVER_APPLICATION, SLUICE_SECRET_MAIN, SLUICE_SECRET_TRAFFIC, "s ap traffic" },
	{ SLUICE_KDF_T13_RESUMPTION, SLUICE_SECRET_MAIN, SLUICE_SECRET_RESUMPTION, "res master" },
};

static int
derive13(struct soft_card *c, const struct ipc_kdf_step *s, const struct row *r, int prf, const uint8_t *src)
{
	size_t n = hs_digest_len(prf);
	uint8_t value[KS13_LEN], hash[HS_DIGEST_MAX];
	struct ks13 k = { .prf = prf };
	int i = use(c, s->in, r->from, r->to == SLUICE_SECRET_TRAFFIC ? 1u << (s->kdf & 31) : 0);

	if (i < 0 || s->src_len != (r->to == SLUICE_SECRET_BINDER ? 0 : n))
		return -1;
	memcpy(k.secret, c->slot[i].value, n);
	if (r->to == SLUICE_SECRET_BINDER)
		hs_digest_of(prf, "", 0, hash);
	else
		memcpy(hash, src, n);
	ks13_derive(&k, r->label, hash, value);
	return put(c, s->out, r->to, prf, value, n);
}

static int
schedule13(struct soft_card *c, const struct ipc_kdf_step *s, int prf, const uint8_t *src)
{
	size_t n = hs_digest_len(prf);
	struct ks13 k = { .prf = prf };
	uint8_t shared[128];
	int i, j;

	switch (s->kdf) {
	case SLUICE_KDF_T13_EARLY:
		i = s->in != 0 ? use(c, s->in, SLUICE_SECRET_PSK, 0) : 0;
		if (i < 0)
			return -1;
		ks13_early(&k, prf, s->in != 0 ? c->slot[i].value : NULL, n);
		return put(c, s->out, SLUICE_SECRET_EARLY, prf, k.secret, n);
	case SLUICE_KDF_T13_HANDSHAKE:
		i = use(c, s->in, SLUICE_SECRET_EARLY, 0);
		j = use(c, s->in2, SLUICE_SECRET_PREMASTER, 1);
		if (i < 0 || j < 0)
			return -1;
		memcpy(k.secret, c->slot[i].value, n);
		memcpy(shared, src, s->src_len);
		memcpy(shared + s->src_len, c->slot[j].value, c->slot[j].len);
		ks13_handshake(&k, shared, s->src_len + (size_t)c->slot[j].len);
		return put(c, s->out, SLUICE_SECRET_HANDSHAKE, prf, k.secret, n);
	default:
		i = use(c, s->in, SLUICE_SECRET_HANDSHAKE, 0);
		if (i < 0)
			return -1;
		memcpy(k.secret, c->slot[i].value, n);
		ks13_master(&k);
		return put(c, s->out, SLUICE_SECRET_MAIN, prf, k.secret, n);
	}
}

static int
traffic13(struct soft_card *c, const struct ipc_kdf_step *s, int prf, const uint8_t *src, uint8_t *out)
{
	size_t n = hs_digest_len(prf);
	uint8_t value[64];
	int i;

	if (s->kdf == SLUICE_KDF_T13_PSK) {
		i = use(c, s->in, SLUICE_SECRET_RESUMPTION, 0);
		if (i < 0)
			return -1;
		ks13_ticket_psk(prf, c->slot[i].value, src, s->src_len, value);
		return put(c, s->out, SLUICE_SECRET_PSK, prf, value, n);
	}
	i = s->kdf == SLUICE_KDF_T13_FINISHED && find(c, s->in, SLUICE_SECRET_BINDER) >= 0
		    ? find(c, s->in, SLUICE_SECRET_BINDER)
		    : use(c, s->in, SLUICE_SECRET_TRAFFIC, s->kdf == SLUICE_KDF_T13_FINISHED ? 0 : 1u << (s->kdf & 31));
	if (i < 0)
		return -1;
	switch (s->kdf) {
	case SLUICE_KDF_T13_UPDATE:
		memcpy(value, c->slot[i].value, n);
		ks13_update(prf, value);
		return put(c, s->out, SLUICE_SECRET_TRAFFIC, prf, value, n);
	case SLUICE_KDF_T13_KEYS:
		ks13_keys(prf, c->slot[i].value, value, s->key_block, value + s->key_block);
		return put(c, s->out, SLUICE_SECRET_KEY_BLOCK, prf, value, s->key_block + 12u);
	default: ks13_finished(prf, c->slot[i].value, src, out); return 0;
	}
}

/* ---- steps ---- */

/* The result's length, or -1. */
static int
rfc5649(bool wraps, const uint8_t *in, size_t len, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n = 0, m = 0, ok;

	EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	ok = EVP_CipherInit_ex(ctx, EVP_aes_256_wrap_pad(), NULL, kek, NULL, wraps) &&
	     EVP_CipherUpdate(ctx, out, &n, in, (int)len) && EVP_CipherFinal_ex(ctx, out + n, &m);
	EVP_CIPHER_CTX_free(ctx);
	return ok ? n + m : -1;
}

static int
wrap(struct soft_card *c, const struct ipc_kdf_step *s, uint8_t *out)
{
	int i = find(c, s->in, SLUICE_SECRET_MASTER);
	uint8_t plain[4 + 64] = { 0 };
	int n;

	i = i < 0 ? find(c, s->in, SLUICE_SECRET_PSK) : i;
	if (i < 0 || c->wraps_not || c->wraps_late)
		return -1;
	plain[0] = c->slot[i].kind;
	plain[1] = c->slot[i].len;
	memcpy(plain + 4, c->slot[i].value, c->slot[i].len);
	n = rfc5649(true, plain, 4u + c->slot[i].len, out);
	return n == s->out_len ? 0 : -1;
}

static int
unwrap(struct soft_card *c, const struct ipc_kdf_step *s, int prf, const uint8_t *src)
{
	uint8_t plain[IPC_KDF_MAX_SOURCE + 16];

	if (c->foreign || rfc5649(false, src, s->src_len, plain) < 4 || plain[1] > 64)
		return -1;
	return put(c, s->out, plain[0], prf, plain + 4, plain[1]);
}

static int
step(struct soft_card *c, const struct ipc_kdf_step *s, const uint8_t *src, uint8_t *out)
{
	int prf = s->hash == IPC_HASH_SHA384 ? HS_PRF_SHA384 : HS_PRF_SHA256;

	c->derivations++;
	if (c->broken || (s->out != 0 && (s->out == s->in || s->out == s->in2)))
		return -1;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].kdf == s->kdf)
			return derive13(c, s, &rows[i], prf, src);
	switch (s->kdf) {
	case SLUICE_KDF_T12_MASTER:
	case SLUICE_KDF_T12_EXTENDED_MASTER:
	case SLUICE_KDF_T12_KEY_BLOCK:
	case SLUICE_KDF_T12_CLIENT_FINISHED:
	case SLUICE_KDF_T12_SERVER_FINISHED: return tls12(c, s, prf, src, out);
	case SLUICE_KDF_T13_EARLY:
	case SLUICE_KDF_T13_HANDSHAKE:
	case SLUICE_KDF_T13_MAIN: return schedule13(c, s, prf, src);
	case SLUICE_KDF_T13_PSK:
	case SLUICE_KDF_T13_UPDATE:
	case SLUICE_KDF_T13_KEYS:
	case SLUICE_KDF_T13_FINISHED: return traffic13(c, s, prf, src, out);
	case IPC_KDF_WRAP: return wrap(c, s, out);
	case IPC_KDF_UNWRAP: return unwrap(c, s, prf, src);
	default: return -1;
	}
}

int
soft_card_run(struct soft_card *c, const uint8_t *steps, size_t len, uint8_t *out, size_t *out_len)
{
	struct rd r = rd_init(steps, len);

	*out_len = 0;
	while (rd_left(&r) != 0) {
		const uint8_t *head = rd_bytes(&r, sizeof(struct ipc_kdf_step)), *src;
		struct ipc_kdf_step s;

		if (head == NULL)
			return -1;
		memcpy(&s, head, sizeof(s));
		src = rd_bytes(&r, (s.src_len + 3u) & ~3u);
		if (!rd_ok(&r) || step(c, &s, src, out + *out_len) != 0) {
			c->failed++;
			return -1;
		}
		*out_len += s.out_len;
	}
	return 0;
}

/* ---- key operations whose secret part stays ---- */

int
soft_card_do(struct soft_card *c, const struct pka_req *req, const uint8_t *in, size_t len, uint8_t *out,
	size_t *out_len)
{
	struct pka_req plain = *req;
	uint8_t both[PKA_OP_MAX_OUT], work[4096];
	struct rd r, first;
	size_t n;
	int i;

	if (req->kind == PKA_SECRETS) {
		if (soft_card_run(c, in, len, out, out_len) != 0) {
			*out_len = 0;
			return c->foreign || c->wraps_not ? 0 : -1; /* refused, or no answer */
		}
		if (*out_len == 0) { /* that it was done */
			out[0] = 1;
			*out_len = 1;
		}
		return 0;
	}
	if (c->broken)
		return -1;
	plain.secret_in = plain.secret_out = 0;
	if (req->secret_in != 0) { /* KEX_DERIVE with our private part from its slot */
		i = use(c, req->secret_in, SLUICE_SECRET_EC_PRIVATE, 1);
		if (i < 0)
			return -1;
		plain.split = c->slot[i].len;
		memcpy(work, c->slot[i].value, c->slot[i].len);
		memcpy(work + c->slot[i].len, in, len);
		len += c->slot[i].len;
		in = work;
	}
	if (pka_soft_do(&plain, in, len, both, &n) != 0)
		return -1;
	r = rd_init(both, n);
	*out_len = 0;
	switch (req->kind) {
	case PKA_KEX_KEYGEN: /* private | public */
		first = rd_vec16(&r);
		*out_len = rd_left(&r);
		memcpy(out, r.p, *out_len);
		return put(c, req->secret_out, SLUICE_SECRET_EC_PRIVATE, 0, first.p, rd_left(&first));
	case PKA_KEX_RESPOND: /* public | secret */
		if (n == 0)
			return 0;
		first = rd_vec16(&r);
		*out_len = rd_left(&first);
		memcpy(out, first.p, *out_len);
		return put(c, req->secret_out, SLUICE_SECRET_PREMASTER, 0, r.p, rd_left(&r));
	default:
		if (n == 0)
			return 0;
		out[0] = 1;
		*out_len = 1;
		return put(c, req->secret_out, SLUICE_SECRET_PREMASTER, 0, both, n);
	}
}

/* ---- record keys ---- */

bool
soft_card_keys(struct soft_card *c, struct ipc_keys_set *k, uint8_t out[96])
{
	bool of_client = (k->flags & IPC_KEYS_OF_CLIENT) != 0;
	unsigned which = of_client ? 0 : 1, mac, iv;
	const struct hs_suite *s = NULL;
	const uint8_t *block;
	int i;

	for (unsigned n = 0; hs_suite_at(n) != NULL; n++)
		if (hs_suite_at(n)->alg == k->alg && hs_suite_in(hs_suite_at(n), k->version))
			s = hs_suite_at(n);
	i = use(c, k->secret, SLUICE_SECRET_KEY_BLOCK, k->version == TLS_V_13 ? 4 : 1u << which);
	if (s == NULL || i < 0)
		return false;
	block = c->slot[i].value;
	mac = s->mac_len;
	iv = s->cbc ? 0 : s->iv_len;
	if (k->version == TLS_V_13)
		which = 0;
	k->key_len = s->key_len;
	k->mac_key_len = (uint8_t)mac;
	k->iv_len = (uint8_t)iv;
	k->flags &= (uint8_t)~IPC_KEYS_OF_CLIENT;
	if (k->version == TLS_V_13) {
		memcpy(out, block, s->key_len + iv);
		return c->slot[i].len == s->key_len + iv;
	}
	memcpy(out, block + which * mac, mac);
	memcpy(out + mac, block + 2 * mac + which * s->key_len, s->key_len);
	memcpy(out + mac + s->key_len, block + 2 * mac + 2u * s->key_len + which * iv, iv);
	return c->slot[i].len == 2 * (mac + s->key_len + iv);
}
