/*
 * A listener's certificates and the table of names: exact names, then wildcards of one label (RFC
 * 6125 6.4.3), then the defaults; among several of one name the first that the client can use.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/cert/cert_int.h"

struct name_row {
	const char *name;
	unsigned slot;
};

struct cert_store {
	struct cert_slot **slots;
	unsigned count;
	struct name_row *names; /* sorted; rows of one name in the order of their slots */
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
	staple_unref(s->staple);
	free(s->want_file);
	free(s->want_url);
	free(s->want_issuer);
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

/* The first row of a name, or where it would stand. */
static unsigned
lower_bound(const struct cert_store *store, const char *name)
{
	unsigned lo = 0, hi = store->name_count;

	while (lo < hi) {
		unsigned mid = lo + (hi - lo) / 2;

		if (strcmp(store->names[mid].name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* The table takes the names of a new slot, behind those of earlier ones. */
static int
index_names(struct cert_store *store, const struct cert_slot *s, unsigned slot)
{
	struct name_row *bigger =
		realloc(store->names, (store->name_count + s->name_count) * sizeof(*bigger) + 1);

	if (bigger == NULL)
		return -1;
	store->names = bigger;
	for (unsigned i = 0; i < s->name_count; i++) {
		unsigned at = lower_bound(store, s->names[i]);

		while (at < store->name_count && strcmp(store->names[at].name, s->names[i]) == 0)
			at++;
		memmove(&store->names[at + 1], &store->names[at],
			(store->name_count - at) * sizeof(store->names[0]));
		store->names[at] = (struct name_row){ s->names[i], slot };
		store->name_count++;
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
	if (index_names(store, s, store->count - 1) != 0) {
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

struct choice {
	bool (*usable)(void *ctx, const struct cert *cert);
	void *ctx;
};

static const struct cert *
take(const struct cert_store *store, unsigned slot, const struct choice *c)
{
	const struct cert *cert = &store->slots[slot]->c;

	return c->usable == NULL || c->usable(c->ctx, cert) ? cert : NULL;
}

static const struct cert *
lookup(const struct cert_store *store, const char *name, const struct choice *c)
{
	const struct cert *cert = NULL;

	for (unsigned i = lower_bound(store, name); cert == NULL && i < store->name_count &&
		strcmp(store->names[i].name, name) == 0; i++)
		cert = take(store, store->names[i].slot, c);
	return cert;
}

static bool
is_default(const struct cert_store *store, unsigned slot)
{
	const struct cert_slot *first = store->slots[0], *s = store->slots[slot];

	if (slot == 0 || s->name_count == 0)
		return true;
	for (unsigned i = 0; i < s->name_count; i++)
		for (unsigned k = 0; k < first->name_count; k++)
			if (strcmp(s->names[i], first->names[k]) == 0)
				return true;
	return false;
}

const struct cert *
cert_store_choose(const struct cert_store *store, const char *name,
	bool (*usable)(void *ctx, const struct cert *cert), void *ctx)
{
	const struct choice choice = { usable, ctx };
	const struct cert *c = name[0] != '\0' ? lookup(store, name, &choice) : NULL;
	const char *dot = strchr(name, '.');
	char wild[260];

	if (c == NULL && dot != NULL && dot != name && strlen(dot) < sizeof(wild) - 1) {
		snprintf(wild, sizeof(wild), "*%s", dot);
		c = lookup(store, wild, &choice);
	}
	for (unsigned i = 0; c == NULL && i < store->count; i++)
		if (is_default(store, i))
			c = take(store, i, &choice);
	return c;
}

static bool
has_rsa(void *ctx, const struct cert *cert)
{
	return cert->key_type == CERT_RSA;
}

const struct cert *
cert_store_select(const struct cert_store *store, const char *name)
{
	return cert_store_choose(store, name, has_rsa, NULL);
}

/* ---- staples ---- */

struct staple *
staple_new(const uint8_t *der, size_t len)
{
	struct staple *s = calloc(1, sizeof(*s) + len);

	if (s == NULL)
		return NULL;
	s->refs = 1;
	s->len = len;
	memcpy(s->der, der, len);
	return s;
}

struct staple *
staple_ref(struct staple *staple)
{
	staple->refs++;
	return staple;
}

void
staple_unref(struct staple *staple)
{
	if (staple != NULL && --staple->refs == 0)
		free(staple);
}

static char *
copy_text(const char *text)
{
	return text != NULL ? strdup(text) : NULL;
}

int
cert_want_staple(struct cert *cert, const struct staple_conf *conf)
{
	struct cert_slot *s = (struct cert_slot *)cert;

	free(s->want_file);
	free(s->want_url);
	free(s->want_issuer);
	s->want = *conf;
	s->want.file = s->want_file = copy_text(conf->file);
	s->want.url = s->want_url = copy_text(conf->url);
	s->want.issuer_file = s->want_issuer = copy_text(conf->issuer_file);
	return (s->want_file == NULL) == (conf->file == NULL) &&
			(s->want_url == NULL) == (conf->url == NULL) &&
			(s->want_issuer == NULL) == (conf->issuer_file == NULL)
		? 0
		: -1;
}

const struct staple_conf *
cert_staple_conf(const struct cert *cert)
{
	const struct cert_slot *s = (const struct cert_slot *)cert;

	return s->want.file != NULL || s->want.fetch ? &s->want : NULL;
}

const struct staple *
cert_staple(const struct cert *cert)
{
	return ((const struct cert_slot *)cert)->staple;
}

void
cert_set_staple(struct cert *cert, struct staple *staple)
{
	struct cert_slot *s = (struct cert_slot *)cert;

	staple_unref(s->staple);
	s->staple = staple;
}
