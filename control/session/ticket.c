/* Ticket keys: making, ageing, sealing, opening; see ticket.h. Reading a file is in ticket_file.c.
 */
#include "control/session/ticket_int.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/rand.h>

#include "common/ct.h"

#define NONCE_LEN 12
#define TAG_LEN	  16
/* SP 800-38D 8.3: random nonces, so a key seals no more often than this */
#define MAX_SEALS (1ull << 32)

static uint64_t
boot_clock(void *ctx)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec;
}

struct ticket_keys *
ticket_keys_new(uint32_t rotate_s, uint32_t keep_s)
{
	struct ticket_keys *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return NULL;
	k->clock = boot_clock;
	k->cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	if (k->cipher == NULL) {
		free(k);
		return NULL;
	}
	ticket_keys_set_times(k, rotate_s, keep_s);
	return k;
}

void
ticket_keys_free(struct ticket_keys *k)
{
	if (k == NULL)
		return;
	ticket_keys_drop(k);
	EVP_CIPHER_free(k->cipher);
	free(k);
}

void
ticket_keys_set_times(struct ticket_keys *k, uint32_t rotate_s, uint32_t keep_s)
{
	k->rotate_s = rotate_s != 0 ? rotate_s : 1;
	/* so many are live at once at most: the one that seals, and those that only open */
	k->keep_s = keep_s;
	if (k->keep_s / k->rotate_s > TICKET_MAX_KEYS - 2)
		k->keep_s = k->rotate_s * (TICKET_MAX_KEYS - 2);
}

void
ticket_keys_set_clock(struct ticket_keys *k, uint64_t (*clock)(void *), void *ctx)
{
	k->clock = clock;
	k->clock_ctx = ctx;
}

/* ---- one key ---- */

bool
ticket_key_make(const struct ticket_keys *k, struct ticket_key *at,
	const uint8_t name[TICKET_NAME_LEN], const uint8_t key[32])
{
	*at = (struct ticket_key){ .seal = EVP_CIPHER_CTX_new(), .open = EVP_CIPHER_CTX_new() };
	memcpy(at->name, name, TICKET_NAME_LEN);
	/* both contexts keep the key's schedule: an operation only sets the nonce */
	if (at->seal != NULL && at->open != NULL &&
		EVP_EncryptInit_ex2(at->seal, k->cipher, key, NULL, NULL) == 1 &&
		EVP_DecryptInit_ex2(at->open, k->cipher, key, NULL, NULL) == 1)
		return true;
	ticket_key_end(at);
	return false;
}

void
ticket_key_end(struct ticket_key *at)
{
	EVP_CIPHER_CTX_free(at->seal); /* libcrypto wipes them */
	EVP_CIPHER_CTX_free(at->open);
	ct_wipe(at, sizeof(*at));
}

static void
retire(struct ticket_keys *k, unsigned i)
{
	ticket_key_end(&k->keys[i]);
	k->stats.keys_retired++;
	memmove(&k->keys[i], &k->keys[i + 1], (k->count - i - 1) * sizeof(k->keys[0]));
	k->count--;
}

void
ticket_keys_drop(struct ticket_keys *k)
{
	while (k->count != 0)
		retire(k, k->count - 1);
}

/* ---- ages ---- */

struct now {
	uint64_t wall_s, boot_s;
};

static uint64_t
age(const struct ticket_key *key, struct now now)
{
	uint64_t wall = now.wall_s > key->made_wall_s ? now.wall_s - key->made_wall_s : 0;
	uint64_t boot = now.boot_s > key->made_boot_s ? now.boot_s - key->made_boot_s : 0;

	return wall > boot ? wall : boot;
}

/* Keys are in the order of making, newest first: retires those that are past all use. */
static struct now
advance(struct ticket_keys *k, uint64_t now_s)
{
	struct now now = { now_s, k->clock(k->clock_ctx) };

	if (!k->from_file)
		for (unsigned i = k->count; i-- != 0;)
			if (age(&k->keys[i], now) >= (uint64_t)k->rotate_s + k->keep_s)
				retire(k, i);
	return now;
}

/* The key that seals, made when the last one is too old for it. */
static struct ticket_key *
sealing_key(struct ticket_keys *k, uint64_t now_s)
{
	struct now now = advance(k, now_s);
	uint8_t bytes[TICKET_NAME_LEN + 32];
	struct ticket_key fresh;
	bool made;

	if (k->from_file)
		return k->count != 0 && k->keys[0].seals < MAX_SEALS ? &k->keys[0] : NULL;
	if (k->count != 0 && age(&k->keys[0], now) < k->rotate_s && k->keys[0].seals < MAX_SEALS)
		return &k->keys[0];
	made = RAND_priv_bytes(bytes, sizeof(bytes)) == 1 &&
	       ticket_key_make(k, &fresh, bytes, bytes + TICKET_NAME_LEN);
	ct_wipe(bytes, sizeof(bytes));
	if (!made)
		return NULL;
	fresh.made_wall_s = now.wall_s;
	fresh.made_boot_s = now.boot_s;
	if (k->count == TICKET_MAX_KEYS)
		retire(k, k->count - 1);
	memmove(&k->keys[1], &k->keys[0], k->count * sizeof(k->keys[0]));
	k->keys[0] = fresh;
	k->count++;
	k->stats.keys_made++;
	return &k->keys[0];
}

static struct ticket_key *
find(struct ticket_keys *k, const uint8_t name[TICKET_NAME_LEN])
{
	for (unsigned i = 0; i < k->count; i++)
		if (memcmp(k->keys[i].name, name, TICKET_NAME_LEN) == 0) /* names are public */
			return &k->keys[i];
	return NULL;
}

/* ---- tickets ---- */

size_t
ticket_seal(struct ticket_keys *k, uint64_t now_s, const void *plain, size_t len, uint8_t *out,
	size_t cap)
{
	struct ticket_key *key;
	uint8_t *nonce = out + TICKET_NAME_LEN, *body = nonce + NONCE_LEN;
	int n, m;

	if (len == 0 || len > TICKET_MAX_PLAIN || cap < len + TICKET_OVERHEAD)
		return 0;
	key = sealing_key(k, now_s);
	if (key == NULL)
		return 0;
	memcpy(out, key->name, TICKET_NAME_LEN);
	if (RAND_bytes(nonce, NONCE_LEN) != 1 ||
		EVP_EncryptInit_ex2(key->seal, NULL, NULL, nonce, NULL) != 1 ||
		EVP_EncryptUpdate(key->seal, NULL, &n, out, TICKET_NAME_LEN) != 1 ||
		EVP_EncryptUpdate(key->seal, body, &n, plain, (int)len) != 1 || n != (int)len ||
		EVP_EncryptFinal_ex(key->seal, body + len, &m) != 1 || m != 0 ||
		EVP_CIPHER_CTX_ctrl(key->seal, EVP_CTRL_AEAD_GET_TAG, TAG_LEN, body + len) != 1) {
		ERR_clear_error();
		ct_wipe(out, len + TICKET_OVERHEAD);
		return 0;
	}
	key->seals++;
	k->stats.sealed++;
	return len + TICKET_OVERHEAD;
}

static bool
open_body(
	struct ticket_key *key, const uint8_t *ticket, const uint8_t *body, size_t len, void *plain)
{
	uint8_t tag[TAG_LEN];
	int n, m;

	memcpy(tag, body + len, TAG_LEN);
	if (EVP_DecryptInit_ex2(key->open, NULL, NULL, ticket + TICKET_NAME_LEN, NULL) == 1 &&
		EVP_DecryptUpdate(key->open, NULL, &n, ticket, TICKET_NAME_LEN) == 1 &&
		EVP_DecryptUpdate(key->open, plain, &n, body, (int)len) == 1 && n == (int)len &&
		EVP_CIPHER_CTX_ctrl(key->open, EVP_CTRL_AEAD_SET_TAG, TAG_LEN, tag) == 1 &&
		EVP_DecryptFinal_ex(key->open, (uint8_t *)plain + len, &m) == 1)
		return true;
	ERR_clear_error();
	ct_wipe(plain, len);
	return false;
}

size_t
ticket_open(struct ticket_keys *k, uint64_t now_s, const uint8_t *ticket, size_t len, void *plain,
	size_t cap, bool *age_old)
{
	struct now now = advance(k, now_s);
	struct ticket_key *key;
	size_t n;

	*age_old = false;
	if (len <= TICKET_OVERHEAD || len > TICKET_MAX_PLAIN + TICKET_OVERHEAD)
		return 0;
	n = len - TICKET_OVERHEAD;
	key = find(k, ticket);
	if (key == NULL) {
		k->stats.unknown_key++;
		return 0;
	}
	if (cap < n)
		return 0;
	if (!open_body(key, ticket, ticket + TICKET_NAME_LEN + NONCE_LEN, n, plain)) {
		k->stats.forged++;
		return 0;
	}
	*age_old = key != &k->keys[0] || (!k->from_file && age(key, now) >= k->rotate_s);
	k->stats.opened++;
	k->stats.opened_old += *age_old;
	return n;
}

void
ticket_keys_stats(const struct ticket_keys *k, struct ticket_stats *stats)
{
	*stats = k->stats;
	stats->keys = k->count;
	stats->from_file = k->from_file;
}
