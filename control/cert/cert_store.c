/*
 * A listener's certificates and the table of names: exact names, then wildcards of one label (RFC
 * 6125 6.4.3), then the default.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/cert/cert_int.h"

struct name_row {
	const char *name;
	const struct cert *cert;
};

struct cert_store {
	struct cert_slot **slots;
	unsigned count;
	struct name_row *names; /* sorted */
	unsigned name_count;
};

struct cert_store *
cert_store_new(void)
{
	return calloc(1, sizeof(struct cert_store));
}

static void
slot_free(struct cert_slot *s)
{
	EVP_PKEY_free(s->c.key); /* libcrypto clears private parts */
	for (unsigned i = 0; i < s->name_count; i++)
		free(s->names[i]);
	free(s->names);
	free(s->chain);
	free(s->chain_file);
	free(s->key_file);
	free(s);
}

void
cert_store_free(struct cert_store *store)
{
	if (store == NULL)
		return;
	for (unsigned i = 0; i < store->count; i++)
		slot_free(store->slots[i]);
	free(store->slots);
	free(store->names);
	free(store);
}

int
cert_add_name(struct cert_slot *s, const char *name, int len)
{
	char **bigger, *copy;

	if (len <= 0 || len > 255 || memchr(name, '\0', (size_t)len) != NULL)
		return 0;
	bigger = realloc(s->names, (s->name_count + 1) * sizeof(*bigger));
	if (bigger == NULL)
		return -1;
	s->names = bigger;
	copy = strndup(name, (size_t)len);
	if (copy == NULL)
		return -1;
	for (char *p = copy; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	s->names[s->name_count++] = copy;
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct name_row *)a)->name, ((const struct name_row *)b)->name);
}

/*
 * The table takes the names of a new slot; a name that is there already keeps its first
 * certificate.
 */
static int
index_names(struct cert_store *store, const struct cert_slot *s)
{
	struct name_row *bigger =
		realloc(store->names, (store->name_count + s->name_count) * sizeof(*bigger) + 1);

	if (bigger == NULL)
		return -1;
	store->names = bigger;
	for (unsigned i = 0; i < s->name_count; i++) {
		struct name_row row = { s->names[i], &s->c };

		if (bsearch(&row, store->names, store->name_count, sizeof(row), by_name) != NULL)
			continue;
		store->names[store->name_count++] = row;
		qsort(store->names, store->name_count, sizeof(row), by_name);
	}
	return 0;
}

int
cert_store_add(struct cert_store *store, const char *chain_file, const char *key_file,
	char err[CERT_ERR_LEN])
{
	struct cert_slot **bigger = realloc(store->slots, (store->count + 1) * sizeof(*bigger));
	struct cert_slot *s = calloc(1, sizeof(*s));

	if (bigger != NULL)
		store->slots = bigger;
	if (bigger == NULL || s == NULL) {
		free(s);
		snprintf(err, CERT_ERR_LEN, "out of memory");
		return -1;
	}
	if (cert_load(s, chain_file, key_file, err) != 0) {
		slot_free(s);
		return -1;
	}
	store->slots[store->count++] = s; /* from here on the store frees it */
	if (index_names(store, s) != 0) {
		snprintf(err, CERT_ERR_LEN, "out of memory");
		return -1;
	}
	return 0;
}

struct cert *
cert_store_at(const struct cert_store *store, unsigned i)
{
	return i < store->count ? &store->slots[i]->c : NULL;
}

static const struct cert *
lookup(const struct cert_store *store, const char *name)
{
	struct name_row key = { name, NULL };
	const struct name_row *row = store->name_count == 0 ? NULL :
		bsearch(&key, store->names, store->name_count, sizeof(key), by_name);

	return row != NULL ? row->cert : NULL;
}

const struct cert *
cert_store_select(const struct cert_store *store, const char *name)
{
	const struct cert *c = name[0] != '\0' ? lookup(store, name) : NULL;
	const char *dot = strchr(name, '.');
	char wild[260];

	if (c == NULL && dot != NULL && dot != name && strlen(dot) < sizeof(wild) - 1) {
		snprintf(wild, sizeof(wild), "*%s", dot);
		c = lookup(store, wild);
	}
	return c != NULL ? c : cert_store_at(store, 0);
}
