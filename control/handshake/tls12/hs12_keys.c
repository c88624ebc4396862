/*
 * The key schedule's steps as both roles' tables take them: one question each, its answer, and the
 * KEYS actions cut from the key block. RFC 5246 6.3, 7.4.9, 8.1; RFC 7627 4.
 */
#include <stdlib.h>
#include <string.h>

#include "common/ct.h"
#include "control/handshake/tls12/hs12.h"

enum tls_err
hs12_new(struct hs_call *c)
{
	hs12_drop(c->w->t12);
	c->w->t12 = calloc(1, sizeof(*c->w->t12));
	return c->w->t12 != NULL ? TLS_E_OK : TLS_E_INTERNAL_ERROR;
}

void
hs12_set_master(struct hs_call *c, const uint8_t master[TLS_MASTER_LEN])
{
	ks12_key_init(&c->w->t12->key, hs12_prf(c->hs), master);
	hs_keylog(c, "CLIENT_RANDOM", master, TLS_MASTER_LEN);
}

void
hs12_take_session(struct hs_call *c, const struct session_entry *e)
{
	struct hs12 *t = c->w->t12;

	if (c->hs->card == NULL) {
		hs12_set_master(c, e->secret);
		return;
	}
	t->wrapped_len = e->secret_len;
	memcpy(t->wrapped, e->secret, t->wrapped_len);
}

void
hs12_fill_secret(const struct hs_call *c, struct session_entry *e)
{
	const struct hs12 *t = c->w->t12;

	if (c->hs->card == NULL) {
		memcpy(e->secret, t->key.master, TLS_MASTER_LEN);
		e->secret_len = TLS_MASTER_LEN;
		return;
	}
	memcpy(e->secret, t->wrapped, t->wrapped_len);
	e->secret_len = t->wrapped_len;
	e->flags |= SESSION_WRAPPED;
}

/* The card's PRF: TLS 1.2 with SHA-256 under secrets of 48 bytes. */
static bool
on_card(const struct hs_call *c, size_t secret_len)
{
	return c->env->prf_card && hs12_prf(c->hs) == HS_PRF_SHA256 && secret_len == TLS_MASTER_LEN;
}

/* PRF(secret, label, a | b) on the card. */
static enum tls_err
ask_card(struct hs_call *c, const uint8_t *secret, const char *label, const uint8_t *a,
	size_t a_len, const uint8_t *b, size_t b_len, size_t out_len)
{
	struct pka_req req = { .kind = PKA_PRF,
		.code = HS_PRF_SHA256,
		.split = TLS_MASTER_LEN,
		.out_len = (uint32_t)out_len };
	uint8_t seed[128];
	struct wr w = wr_init(seed, sizeof(seed));

	c->w->t12->in_place = false;
	wr_bytes(&w, label, strlen(label));
	wr_bytes(&w, a, a_len);
	wr_bytes(&w, b, b_len);
	return wr_ok(&w) ? hs_ask_pka(c, &req, secret, TLS_MASTER_LEN, seed, wr_len(&w))
			 : TLS_E_INTERNAL_ERROR;
}

/*
 * An answer of fixed length, or none where the value was computed in place. A wrong length would be
 * our own side's mistake, never the peer's.
 */
static enum tls_err
take(struct hs_call *c, struct rd *answer, uint8_t *out, size_t n)
{
	const uint8_t *p;

	if (c->w->t12->in_place)
		return TLS_E_OK;
	p = rd_bytes(answer, n);
	if (p == NULL || !rd_done(answer))
		return TLS_E_INTERNAL_ERROR;
	memcpy(out, p, n);
	return TLS_E_OK;
}

/* Computed in place: the answer is there already. */
static enum tls_err
at_once(struct hs_call *c)
{
	c->w->t12->in_place = true;
	hs_raise(c, HS_EV_WORK_DONE, NULL, 0);
	return TLS_E_OK;
}

/*
 * On the card: from one slot to the other, and the master secret wrapped for sessions to come. The
 * premaster secret is not needed any more (RFC 5246 8.1).
 */
static enum tls_err
master_on_card(struct hs_call *c, const uint8_t *hash, size_t hash_len)
{
	uint8_t randoms[2 * TLS_RANDOM_LEN];
	struct wr w = wr_init(randoms, sizeof(randoms));
	struct hs_step make = { .kdf = SLUICE_KDF_T12_MASTER,
		.in = hs_secret_handle(c, HS_SECRET_SHARED),
		.out = hs_secret_fresh(c, HS_SECRET_MASTER),
		.src = randoms,
		.src_len = sizeof(randoms) };
	struct hs_step wrap = {
		.kdf = IPC_KDF_WRAP, .in = make.out, .out_len = IPC_KDF_WRAPPED(TLS_MASTER_LEN)
	};
	struct hs_script s;

	wr_bytes(&w, c->w->hello.random, TLS_RANDOM_LEN);
	wr_bytes(&w, c->w->server_random, TLS_RANDOM_LEN);
	if (hash_len != 0) {
		make.kdf = SLUICE_KDF_T12_EXTENDED_MASTER;
		make.src = hash;
		make.src_len = hash_len;
	}
	c->w->t12->in_place = false;
	hs_script_start(&s);
	hs_script_step(&s, hs12_prf(c->hs), &make);
	hs_script_step(&s, hs12_prf(c->hs), &wrap);
	return hs_script_ask(c, &s);
}

/* The record keys of the master secret in its slot. */
static void
key_block_step(struct hs_call *c, struct hs_script *s)
{
	uint8_t randoms[2 * TLS_RANDOM_LEN];
	struct wr w = wr_init(randoms, sizeof(randoms));
	struct hs_step keys = { .kdf = SLUICE_KDF_T12_KEY_BLOCK,
		.in = hs_secret_handle(c, HS_SECRET_MASTER),
		.out = hs_secret_fresh(c, HS_SECRET_READ),
		.key_block = (uint16_t)ks12_block_len(c->hs->suite, c->hs->version),
		.src = randoms,
		.src_len = sizeof(randoms) };

	wr_bytes(&w, c->w->server_random, TLS_RANDOM_LEN);
	wr_bytes(&w, c->w->hello.random, TLS_RANDOM_LEN);
	hs_script_step(s, hs12_prf(c->hs), &keys);
}

/*
 * The server asks before it tells the client that the session is taken: afterwards there would be no way
 * back to a full handshake. Both randoms are known by then.
 */
enum tls_err
hs12_card_resume(struct hs_call *c)
{
	struct hs12 *t = c->w->t12;
	struct hs_step unwrap = { .kdf = IPC_KDF_UNWRAP,
		.out = hs_secret_fresh(c, HS_SECRET_MASTER),
		.src = t->wrapped,
		.src_len = t->wrapped_len };
	struct hs_script s;

	hs_script_start(&s);
	hs_script_step(&s, hs12_prf(c->hs), &unwrap);
	key_block_step(c, &s);
	return hs_script_ask(c, &s);
}

/* Those of a session are there already. */
static enum tls_err
keys_on_card(struct hs_call *c)
{
	struct hs_script s;
	enum tls_err err;

	if (c->hs->resumed)
		return at_once(c);
	hs_script_start(&s);
	key_block_step(c, &s);
	err = hs_script_send(c, &s);
	return err == TLS_E_OK ? at_once(c) : err;
}

static enum tls_err
verify_data_on_card(struct hs_call *c, bool of_client)
{
	uint8_t hash[HS_DIGEST_MAX];
	struct hs_step finished = {
		.kdf = of_client ? SLUICE_KDF_T12_CLIENT_FINISHED : SLUICE_KDF_T12_SERVER_FINISHED,
		.in = hs_secret_handle(c, HS_SECRET_MASTER),
		.src = hash,
		.src_len = hs_transcript_hash(&c->w->transcript, hash),
		.out_len = ks12_verify_len(c->hs->version),
	};
	struct hs_script s;

	c->w->t12->in_place = false;
	hs_script_start(&s);
	hs_script_step(&s, hs12_prf(c->hs), &finished);
	return hs_script_ask(c, &s);
}

enum tls_err
hs12_card_done(struct hs_call *c)
{
	struct hs_script s;

	if (c->hs->card == NULL)
		return TLS_E_OK;
	hs_script_start(&s);
	hs_script_drop(c, &s, HS_SECRET_PRIVATE);
	hs_script_drop(c, &s, HS_SECRET_SHARED);
	hs_script_drop(c, &s, HS_SECRET_MASTER);
	return s.spoiled ? TLS_E_INTERNAL_ERROR : TLS_E_OK;
}

enum tls_err
hs_ask_MASTER(struct hs_call *c)
{
	struct hs_work_area *w = c->w;
	struct hs12 *t = w->t12;
	uint8_t master[TLS_MASTER_LEN], hash[HS_DIGEST_MAX];
	size_t n = 0;

	/* RFC 7627 4: the transcript ends with ClientKeyExchange */
	if (c->hs->extended_master_secret)
		n = hs_transcript_hash(&w->transcript, hash);
	if (c->hs->card != NULL)
		return master_on_card(c, hash, n);
	if (on_card(c, t->premaster_len))
		return n != 0 ? ask_card(c, t->premaster, "extended master secret", hash, n, hash,
					0, TLS_MASTER_LEN)
			      : ask_card(c, t->premaster, "master secret", w->hello.random,
					TLS_RANDOM_LEN, w->server_random, TLS_RANDOM_LEN,
					TLS_MASTER_LEN);
	if (n != 0)
		ks12_extended_master(
			hs12_prf(c->hs), t->premaster, t->premaster_len, hash, n, master);
	else
		ks12_master(hs12_prf(c->hs), t->premaster, t->premaster_len, w->hello.random,
			w->server_random, master);
	hs12_set_master(c, master);
	ct_wipe(master, sizeof(master));
	return at_once(c);
}

enum tls_err
hs12_master_done(struct hs_call *c, struct rd *answer)
{
	struct hs12 *t = c->w->t12;
	const uint8_t *master;

	ct_wipe(t->premaster, sizeof(t->premaster)); /* RFC 5246 8.1 */
	if (t->in_place)
		return TLS_E_OK;
	if (c->hs->card != NULL) {
		t->wrapped_len = IPC_KDF_WRAPPED(TLS_MASTER_LEN);
		return take(c, answer, t->wrapped, t->wrapped_len);
	}
	master = rd_bytes(answer, TLS_MASTER_LEN);
	if (master == NULL || !rd_done(answer))
		return TLS_E_INTERNAL_ERROR;
	hs12_set_master(c, master);
	return TLS_E_OK;
}

enum tls_err
hs_ask_KEYS(struct hs_call *c)
{
	struct hs_work_area *w = c->w;
	struct hs12 *t = w->t12;
	size_t n = ks12_block_len(c->hs->suite, c->hs->version);

	if (c->hs->card != NULL)
		return keys_on_card(c);
	if (on_card(c, TLS_MASTER_LEN))
		return ask_card(c, t->key.master, "key expansion", w->server_random, TLS_RANDOM_LEN,
			w->hello.random, TLS_RANDOM_LEN, n);
	ks12_key_block(&t->key, w->hello.random, w->server_random, t->key_block, n);
	return at_once(c);
}

enum tls_err
hs12_keys_done(struct hs_call *c, struct rd *answer)
{
	enum tls_err err =
		take(c, answer, c->w->t12->key_block, ks12_block_len(c->hs->suite, c->hs->version));

	return err == TLS_E_OK ? hs12_install_keys(c, IPC_DIR_READ, IPC_KEYS_AFTER_CCS) : err;
}

static enum tls_err
ask_verify_data(struct hs_call *c, bool of_client, uint8_t out[KS12_VERIFY_MAX])
{
	uint8_t hash[HS_DIGEST_MAX];
	size_t n;

	if (c->hs->card != NULL)
		return verify_data_on_card(c, of_client);
	if (on_card(c, TLS_MASTER_LEN)) {
		n = hs_transcript_hash(&c->w->transcript, hash);
		return ask_card(c, c->w->t12->key.master,
			of_client ? "client finished" : "server finished", hash, n, hash, 0,
			ks12_verify_len(c->hs->version));
	}
	ks12_finished(&c->w->t12->key, &c->w->transcript.digest, of_client, out);
	return at_once(c);
}

enum tls_err
hs_ask_CLIENT_VERIFY(struct hs_call *c)
{
	return ask_verify_data(c, true, c->w->t12->client_verify);
}

enum tls_err
hs_ask_SERVER_VERIFY(struct hs_call *c)
{
	return ask_verify_data(c, false, c->w->t12->server_verify);
}

enum tls_err
hs12_client_verify_done(struct hs_call *c, struct rd *answer)
{
	return take(c, answer, c->w->t12->client_verify, ks12_verify_len(c->hs->version));
}

enum tls_err
hs12_server_verify_done(struct hs_call *c, struct rd *answer)
{
	return take(c, answer, c->w->t12->server_verify, ks12_verify_len(c->hs->version));
}

/*
 * Key block: client MAC, server MAC, client key, server key, client IV, server IV; RFC 5246 6.3.
 * The client writes with the client's.
 */
enum tls_err
hs12_install_keys(struct hs_call *c, enum ipc_keys_dir dir, enum ipc_keys_when when)
{
	const struct hs *hs = c->hs;
	const struct hs_suite *s = hs->suite;
	const uint8_t *block = c->w->t12->key_block;
	/* explicit in every record from TLS 1.1 on */
	uint8_t iv_len = s->cbc && hs->version > TLS_V_10 ? 0 : s->iv_len;
	unsigned which = (dir == IPC_DIR_WRITE) == (hs->role == HS_SERVER);
	struct hs_keys k = {
		.dir = (uint8_t)dir,
		.when = (uint8_t)when,
		.flags = (uint8_t)((hs->encrypt_then_mac ? IPC_KEYS_ETM : 0) |
				   (c->w->t12->compression != 0 ? IPC_KEYS_DEFLATE : 0)),
		.version = hs->version,
		.alg = s->alg,
		.mac = block + which * s->mac_len,
		.key = block + 2 * s->mac_len + which * s->key_len,
		.iv = block + 2 * s->mac_len + 2 * s->key_len + which * iv_len,
		.mac_len = s->mac_len,
		.key_len = s->key_len,
		.iv_len = iv_len,
	};

	if (hs->card != NULL) {
		k.secret = hs_secret_handle(c, HS_SECRET_READ);
		k.flags |= which == 0 ? IPC_KEYS_OF_CLIENT : 0;
		k.mac_len = k.key_len = k.iv_len = 0;
	}
	return hs_emit_keys(c, &k);
}

uint8_t
hs12_session_flags(const struct hs_call *c)
{
	return (uint8_t)((c->hs->extended_master_secret ? SESSION_EMS : 0) |
			 (c->hs->encrypt_then_mac ? SESSION_ETM : 0) |
			 (c->w->t12->compression != 0 ? SESSION_DEFLATE : 0) |
			 (c->hs->card != NULL ? SESSION_WRAPPED : 0));
}

void
hs12_drop(struct hs12 *t)
{
	if (t == NULL)
		return;
	if (t->kx != NULL)
		ct_wipe(t->kx, sizeof(*t->kx));
	free(t->kx);
	peer_unref(t->peer);
	ct_wipe(t, sizeof(*t));
	free(t);
}

size_t
hs12_memory(const struct hs *hs)
{
	const struct hs12 *t = hs->w != NULL ? hs->w->t12 : NULL;

	return t != NULL ? sizeof(*t) + (t->kx != NULL ? sizeof(*t->kx) : 0) : 0;
}
