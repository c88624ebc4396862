/*
 * The card as a back end: PKA_DO and PKA_DONE, its key slots, and the watch over answers that do
 * not come.
 */
#include <errno.h>
#include <string.h>

#include "common/ct.h"
#include "control/pka/pka_int.h"

#define CARD_MAX_PRF 640 /* secret, label and seed */
#define PKA_CARD_MAX_SCRIPT 4096
#define PKA_CARD_MAX_OUT 512
#define LOAD_ID                                                                                    \
	(1ull << 63) /* ids of KEY_LOAD and KEY_FREE; jobs have generation and index below */

static uint64_t
job_id(const struct pka_job *j)
{
	return (uint64_t)(j->gen & 0x3fffffff) << 32 | j->index;
}

static void
arm(struct pka *p)
{
	uint64_t now = uv_now(p->loop);

	if (p->oldest == NULL || p->closing)
		return;
	uv_timer_start(&p->timer, pka_card_timer,
		p->oldest->deadline > now ? p->oldest->deadline - now : 1, 0);
}

static uint32_t
prf_bit(unsigned prf)
{
	return prf == HS_PRF_SHA256 ? IPC_CARD_PRF_SHA256
	       : prf == HS_PRF_SHA384 ? IPC_CARD_PRF_SHA384
				      : 0;
}

bool
pka_card_can(const struct pka *p, const struct pka_req *req, const EVP_PKEY *key, size_t len,
	uint32_t *slot)
{
	*slot = 0;
	if (p->card.slots == 0)
		return false;
	switch (req->kind) {
	case PKA_PRF:
		return prf_bit(req->code) & p->card.can && req->out_len <= PKA_CARD_MAX_RESULT &&
		       len <= CARD_MAX_PRF;
	case PKA_KEX_KEYGEN:
	case PKA_KEX_DERIVE:
	case PKA_KEX_RESPOND: return pka_card_ec_can(p, req, key, len);
	case PKA_SECRETS:
		return (p->card.can & IPC_CARD_SECRETS) != 0 && len <= PKA_CARD_MAX_SCRIPT &&
		       req->out_len <= PKA_CARD_MAX_OUT;
	case PKA_SIGN:
		if (pka_card_ec_can(p, req, key, len))
			break;
		if (pka_scheme_find(req->code) == NULL ||
			!pka_scheme_fits(pka_scheme_find(req->code), key) ||
			EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)
			return false;
		break;
	case PKA_RSA_PREMASTER:
		if (len != PKA_CARD_MODULUS)
			return false;
		break;
	default: return false;
	}
	*slot = pka_card_slot(p, req->cert->key_index, key);
	return *slot != 0;
}

/* Of the card's engine for curves. */
static bool
is_curve_key(const EVP_PKEY *key)
{
	int type = EVP_PKEY_get_base_id(key);

	return type == EVP_PKEY_EC || type == EVP_PKEY_ED25519;
}

static bool
on_curve(const struct pka_job *j)
{
	switch (j->req.kind) {
	case PKA_KEX_KEYGEN:
	case PKA_KEX_DERIVE:
	case PKA_KEX_RESPOND: return true;
	case PKA_SIGN: return is_curve_key(j->key);
	default: return false;
	}
}

/*
 * The message, and what goes with it: for an RSA signature the encoded block, which j->out keeps;
 * j->out_len is how long the card's answer is.
 */
static const uint8_t *
describe(struct pka_job *j, uint32_t slot, struct ipc_pka_do *msg, uint8_t *room)
{
	*msg = (struct ipc_pka_do){ .id = job_id(j), .slot = slot, .bytes = j->in_len };
	if (on_curve(j)) {
		j->out_len = pka_card_ec_len(j);
		return pka_card_ec_ask(j, msg, room);
	}
	switch (j->req.kind) {
	case PKA_PRF:
		msg->op = IPC_PKA_TLS_PRF;
		msg->param = j->req.split;
		if (j->req.code == HS_PRF_SHA384)
			msg->param |= IPC_HASH_SHA384 << 8;
		msg->param2 = j->req.out_len;
		j->out_len = j->req.out_len;
		return j->in;
	case PKA_SIGN:
		msg->op = IPC_PKA_RSA_PRIVATE;
		msg->bytes = PKA_CARD_MODULUS;
		j->out_len = PKA_CARD_MODULUS;
		return pka_rsa_encode(pka_scheme_find(j->req.code), j->key, j->in, j->in_len,
			       j->out, PKA_CARD_MODULUS) == 0
			       ? j->out
			       : NULL;
	case PKA_SECRETS:
		msg->op = IPC_PKA_KDF;
		j->out_len = j->req.out_len;
		return j->in;
	default:
		msg->op = IPC_PKA_RSA_PMS_DECRYPT;
		msg->param = j->req.code;
		msg->secret_out = j->req.secret_out;
		j->out_len = j->req.secret_out != 0 ? 0 : PKA_PREMASTER_LEN;
		return j->in;
	}
}

bool
pka_card_try(struct pka *p, struct pka_job *j, uint32_t slot)
{
	uint8_t room[PKA_CARD_EC_MAX];
	struct ipc_pka_do msg;
	const uint8_t *data = describe(j, slot, &msg, room);
	int rc = -1;

	if (data != NULL)
		rc = p->ops.send(p->ops.ctx, j->who.worker, IPC_PKA_DO, &msg, sizeof(msg), data,
			msg.bytes);
	ct_wipe(room, sizeof(room));
	if (rc != 0)
		return false;
	j->where = PKA_CARD;
	j->deadline = uv_now(p->loop) + p->timeout_ms;
	j->newer = NULL;
	j->older = p->newest;
	if (p->newest != NULL)
		p->newest->newer = j;
	else
		p->oldest = j;
	p->newest = j;
	if (p->oldest == j)
		arm(p);
	return true;
}

void
pka_card_unlink(struct pka *p, struct pka_job *j)
{
	*(j->newer != NULL ? &j->newer->older : &p->newest) = j->older;
	*(j->older != NULL ? &j->older->newer : &p->oldest) = j->newer;
	j->newer = j->older = NULL;
	j->where = PKA_FREE;
}

/* A new generation: a late answer to the old id finds nobody. */
static void
redo_soft(struct pka *p, struct pka_job *j)
{
	pka_card_unlink(p, j);
	j->gen++;
	if (!j->card_only) {
		pka_job_soft(p, j);
		return;
	}
	j->rc = -1;
	pka_job_finish(p, j);
}

/* What there is to tell of a result that stays on the card: that it is there. */
static void
stays_on_card(struct pka_job *j)
{
	j->out[0] = 1;
	j->out_len = 1;
}

void
pka_card_timer(uv_timer_t *t)
{
	struct pka *p = t->data;
	uint64_t now = uv_now(p->loop), late = 0;

	while (p->oldest != NULL && p->oldest->deadline <= now) {
		late++;
		redo_soft(p, p->oldest);
	}
	p->stats.card_timeouts += late;
	if (late != 0)
		log_line(p->log, LOG_WARN,
			"card_timeout operations=%llu after_ms=%u redone=software",
			(unsigned long long)late, p->timeout_ms);
	arm(p);
}

static void
key_answer(struct pka *p, const struct ipc_pka_done *msg)
{
	for (unsigned i = 0; i < PKA_MAX_KEYS; i++) {
		struct pka_key *k = &p->keys[i];

		if (k->key == NULL || k->state != PKA_SLOT_LOADING ||
			(LOAD_ID | k->slot) != msg->id)
			continue;
		k->state = msg->status == IPC_PKA_OK ? PKA_SLOT_READY : PKA_SLOT_REFUSED;
		if (msg->status == IPC_PKA_OK) {
			p->stats.keys_loaded++;
		} else {
			p->stats.keys_refused++;
			log_line(p->log, LOG_WARN,
				"card_key_refused slot=%u status=%u its_operations=software",
				k->slot & 0xffff, msg->status);
		}
		return;
	}
}

/*
 * Takes the answer. An RSA signature that the public key does not undo must not leave: it may give
 * the key away. One on a curve the card checks itself before it lets it out; to verify it here would
 * cost more than to make it.
 */
static bool
take_result(struct pka_job *j, const uint8_t *data)
{
	if (on_curve(j))
		return pka_card_ec_result(j, data, j->out_len);
	if (j->req.kind == PKA_SIGN && !pka_rsa_undoes(j->key, data, j->out, j->out_len))
		return false;
	if (j->out_len == 0)
		stays_on_card(j);
	else
		memcpy(j->out, data, j->out_len);
	return true;
}

static uint64_t *
card_count(struct pka *p, uint8_t kind)
{
	switch (kind) {
	case PKA_PRF: return &p->stats.prf_card;
	case PKA_SECRETS: return &p->stats.secrets;
	case PKA_SIGN: return &p->stats.sign_card;
	case PKA_KEX_KEYGEN:
	case PKA_KEX_DERIVE:
	case PKA_KEX_RESPOND: return &p->stats.kex_card;
	default: return &p->stats.rsa_card;
	}
}

static void
card_result(struct pka *p, struct pka_job *j, const uint8_t *data)
{
	if (!take_result(j, data)) {
		p->stats.card_faults++;
		log_line(p->log, LOG_ERROR, "card_fault operation=%s redone=software",
			on_curve(j) ? "curve" : "rsa_private");
		redo_soft(p, j);
		return;
	}
	pka_card_unlink(p, j);
	(*card_count(p, j->req.kind))++;
	j->rc = 0;
	pka_job_finish(p, j);
}

void
pka_card_done(struct pka *p, const struct ipc_pka_done *msg, const uint8_t *data)
{
	uint32_t index = (uint32_t)msg->id;
	struct pka_job *j;

	if (msg->id & LOAD_ID) {
		key_answer(p, msg);
		return;
	}
	if (msg->id & PKA_SECRET_ID) {
		p->stats.secrets_failed += msg->status != IPC_PKA_OK;
		return;
	}
	j = index < p->job_count ? p->jobs[index] : NULL;
	if (j == NULL || j->where != PKA_CARD || job_id(j) != msg->id)
		return; /* answered too late */
	if (msg->status == IPC_PKA_OK && msg->bytes == j->out_len) {
		card_result(p, j, data);
		return;
	}
	(*(msg->status == IPC_PKA_BUSY ? &p->stats.card_busy : &p->stats.card_refused))++;
	if (j->card_only && (on_curve(j) || j->req.kind == PKA_SECRETS) &&
		msg->status == IPC_PKA_REFUSED) {
		pka_card_unlink(p, j); /* the peer's share is not valid, or what is to be unwrapped not this card's */
		j->rc = 0;
		j->out_len = 0;
		pka_job_finish(p, j);
		return;
	}
	redo_soft(p, j);
}

/* ---- slots ---- */

uint32_t
pka_card_slot(const struct pka *p, unsigned index, const EVP_PKEY *key)
{
	const struct pka_key *k = index < PKA_MAX_KEYS ? &p->keys[index] : NULL;

	if (p->card.slots == 0 || k == NULL || k->state != PKA_SLOT_READY)
		return 0;
	/*
	 * a handshake that began under an older configuration may hold a key whose place is
	 * another's by now
	 */
	return k->key == key || EVP_PKEY_eq(k->key, key) == 1 ? k->slot : 0;
}

static uint32_t
unit_of(const struct pka_key *k)
{
	return is_curve_key(k->key) ? IPC_UNIT_EC : IPC_UNIT_RSA;
}

/* The unit that the key is for is there and wanted. */
static bool
has_unit(const struct pka *p, const struct pka_key *k)
{
	if (unit_of(k) == IPC_UNIT_RSA)
		return (p->card.can & IPC_CARD_RSA2048) != 0;
	return !p->curves_soft && (p->card.can & pka_card_ec_bit(k->key)) != 0;
}

void
pka_card_load(struct pka *p, struct pka_key *k)
{
	uint8_t plain[KEYBLOB_PLAIN_BYTES], blob[KEYBLOB_WRAPPED_BYTES];
	struct ipc_key_load msg;
	size_t n, m;
	uint32_t index = (uint32_t)(k - p->keys);
	int rc;

	if (index >= p->card.slots || !p->has_kek || !has_unit(p, k))
		return; /* more keys than slots: the rest work in software */
	if (++p->generation == 0)
		p->generation = 1;
	k->slot = index | (uint32_t)p->generation << 16;
	rc = unit_of(k) == IPC_UNIT_EC ? keyblob_build_ec(k->key, plain, sizeof(plain), &n)
				       : keyblob_build_rsa(k->key, plain, sizeof(plain), &n);
	if (rc == 0)
		rc = keyblob_wrap(p->kek, plain, n, blob, sizeof(blob), &m);
	ct_wipe(plain, sizeof(plain));
	if (rc != 0) {
		k->state = PKA_SLOT_REFUSED;
		log_line(p->log, LOG_INFO,
			"card_key_unsuited slot=%u reason=\"%s\" its_operations=software", index,
			rc == -ENOTSUP ? "not RSA-2048, P-256, P-384 or Ed25519" : strerror(-rc));
		return;
	}
	msg = (struct ipc_key_load){
		.id = LOAD_ID | k->slot, .slot = k->slot, .bytes = (uint32_t)m, .unit = unit_of(k)
	};
	k->state = p->ops.send(p->ops.ctx, 0, IPC_KEY_LOAD, &msg, sizeof(msg), blob, m) == 0
			   ? PKA_SLOT_LOADING
			   : PKA_SLOT_EMPTY;
}

void
pka_card_erase(struct pka *p, struct pka_key *k)
{
	struct ipc_key_load msg = { .id = LOAD_ID, .slot = k->slot, .unit = unit_of(k) };

	if (p->card.slots != 0 && (k->state == PKA_SLOT_READY || k->state == PKA_SLOT_LOADING))
		p->ops.send(p->ops.ctx, 0, IPC_KEY_FREE, &msg, sizeof(msg), NULL, 0);
	k->state = PKA_SLOT_EMPTY;
}

void
pka_card_attached(struct pka *p, const struct pka_card_info *card)
{
	p->card = *card;
	if (card->slots != 0 && !p->has_kek) {
		log_line(p->log, LOG_WARN,
			"card_unused reason=\"no device.kek in the configuration\" "
			"operations=software");
		p->card = (struct pka_card_info){ 0 };
	}
	if (!pka_secret_attached(p, p->card.secrets))
		log_line(p->log, LOG_ERROR, "out_of_memory what=\"secret slots\"");
	for (unsigned i = 0; i < PKA_MAX_KEYS; i++) {
		p->keys[i].state = PKA_SLOT_EMPTY;
		if (p->keys[i].key != NULL)
			pka_card_load(p, &p->keys[i]);
	}
}

void
pka_card_detached(struct pka *p)
{
	pka_secret_detached(p);
	p->card = (struct pka_card_info){ 0 };
	for (unsigned i = 0; i < PKA_MAX_KEYS; i++)
		p->keys[i].state = PKA_SLOT_EMPTY;
	while (p->oldest != NULL) {
		struct pka_job *j = p->oldest;

		pka_card_unlink(p, j);
		pka_job_drop(p, j);
	}
}
