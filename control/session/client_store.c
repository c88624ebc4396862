/* Sessions of the client's role: a hash of names, each with its sessions, newest first; see
 * client_store.h. */
#include "control/session/client_store.h"

#include <stdlib.h>
#include <string.h>

#include "common/ct.h"
#include "common/tls.h"

#define BUCKETS 1024

struct name;

struct item {
	struct item *next;	    /* of the same name, older */
	struct item *newer, *older; /* of all, by use */
	struct name *of;
	struct session_entry entry;
	uint32_t ticket_len;
	uint8_t ticket[];
};

struct name {
	struct name *chain;
	struct item *items;
	unsigned count;
	uint8_t name[CLIENT_STORE_NAME_LEN];
};

struct client_store {
	struct name *buckets[BUCKETS];
	struct item *newest, *oldest;
	unsigned per_name;
	struct client_store_stats stats;
};

struct client_store *
client_store_new(size_t max_bytes, unsigned per_name)
{
	struct client_store *s;

	if (per_name == 0 || per_name > 64)
		return NULL;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	s->per_name = per_name;
	s->stats.bytes_max = max_bytes;
	return s;
}

static struct name **
place(struct client_store *s, const uint8_t name[CLIENT_STORE_NAME_LEN])
{
	uint64_t h;
	struct name **at;

	memcpy(&h, name, sizeof(h));
	at = &s->buckets[(h ^ h >> 32) % BUCKETS];
	while (*at != NULL && memcmp((*at)->name, name, CLIENT_STORE_NAME_LEN) != 0)
		at = &(*at)->chain;
	return at;
}

static size_t
bytes_of(const struct item *it)
{
	return sizeof(*it) + it->ticket_len;
}

static void
use_unlink(struct client_store *s, struct item *it)
{
	*(it->newer != NULL ? &it->newer->older : &s->newest) = it->older;
	*(it->older != NULL ? &it->older->newer : &s->oldest) = it->newer;
}

static void
use_link(struct client_store *s, struct item *it)
{
	it->newer = NULL;
	it->older = s->newest;
	*(s->newest != NULL ? &s->newest->newer : &s->oldest) = it;
	s->newest = it;
}

/* Wipes it, and its name when it was the last. */
static void
drop(struct client_store *s, struct item *it)
{
	struct name *n = it->of;
	struct item **at = &n->items;

	while (*at != it)
		at = &(*at)->next;
	*at = it->next;
	use_unlink(s, it);
	s->stats.entries--;
	s->stats.bytes -= bytes_of(it);
	ct_wipe(it, bytes_of(it));
	free(it);
	if (--n->count == 0) {
		struct name **place_of = place(s, n->name);

		*place_of = n->chain;
		s->stats.names--;
		s->stats.bytes -= sizeof(*n);
		free(n);
	}
}

void
client_store_free(struct client_store *s)
{
	if (s == NULL)
		return;
	while (s->oldest != NULL)
		drop(s, s->oldest);
	free(s);
}

static struct name *
name_of(struct client_store *s, const uint8_t name[CLIENT_STORE_NAME_LEN])
{
	struct name **at = place(s, name);

	if (*at == NULL) {
		*at = calloc(1, sizeof(**at));
		if (*at == NULL)
			return NULL;
		memcpy((*at)->name, name, CLIENT_STORE_NAME_LEN);
		s->stats.names++;
		s->stats.bytes += sizeof(**at);
	}
	return *at;
}

void
client_store_put(struct client_store *s, const uint8_t name[CLIENT_STORE_NAME_LEN],
	const struct session_entry *entry, const uint8_t *ticket, size_t ticket_len)
{
	size_t need = sizeof(struct item) + ticket_len;
	struct item *it;
	struct name *n;

	if (ticket_len > CLIENT_STORE_MAX_TICKET || need + sizeof(*n) > s->stats.bytes_max) {
		s->stats.too_long++;
		return;
	}
	client_store_remove(s, name, entry); /* known already: the newer ticket counts */
	while (s->oldest != NULL && s->stats.bytes + need + sizeof(*n) > s->stats.bytes_max) {
		drop(s, s->oldest);
		s->stats.evicted++;
	}
	it = calloc(1, need);
	n = it != NULL ? name_of(s, name) : NULL;
	if (n == NULL) {
		free(it);
		return;
	}
	it->entry = *entry;
	it->ticket_len = (uint32_t)ticket_len;
	if (ticket_len != 0)
		memcpy(it->ticket, ticket, ticket_len);
	it->of = n;
	it->next = n->items;
	n->items = it;
	n->count++;
	use_link(s, it);
	s->stats.entries++;
	s->stats.bytes += need;
	s->stats.stored++;
	if (n->count > s->per_name) {
		while (it->next != NULL)
			it = it->next;
		drop(s, it);
		s->stats.evicted++;
	}
}

bool
client_store_take(struct client_store *s, const uint8_t name[CLIENT_STORE_NAME_LEN], uint64_t now_s,
	struct session_entry *entry, uint8_t *ticket, size_t *ticket_len)
{
	struct name *n = *place(s, name);
	struct item *it = n != NULL ? n->items : NULL, *next;

	for (; it != NULL; it = next) {
		next = it->next;
		if (now_s < it->entry.expires_s)
			break;
		drop(s, it);
		s->stats.expired++; /* the name goes with the last one */
	}
	if (it == NULL) {
		s->stats.misses++;
		return false;
	}
	*entry = it->entry;
	*ticket_len = it->ticket_len;
	memcpy(ticket, it->ticket, it->ticket_len);
	s->stats.hits++;
	use_unlink(s, it);
	use_link(s, it);
	if (entry->version == TLS_V_13)
		drop(s, it);
	return true;
}

void
client_store_remove(struct client_store *s, const uint8_t name[CLIENT_STORE_NAME_LEN],
	const struct session_entry *entry)
{
	struct name *n = *place(s, name);
	struct item *next;

	for (struct item *it = n != NULL ? n->items : NULL; it != NULL; it = next) {
		next = it->next;
		if (entry != NULL &&
			!ct_memeq(it->entry.secret, entry->secret, sizeof(entry->secret)))
			continue;
		drop(s, it);
		s->stats.removed++;
	}
}

void
client_store_stats(const struct client_store *s, struct client_store_stats *stats)
{
	*stats = s->stats;
}
