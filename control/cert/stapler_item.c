/* The certificates that want a response, and where each gets it from; see stapler.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/cert/stapler_int.h"

#define TIMEOUT_MS 10000

void
stapler_item_free(struct stapler_item *it)
{
	if (it->query != NULL)
		ocsp_query_cancel(it->query);
	X509_free(it->leaf);
	X509_free(it->issuer);
	staple_unref(it->staple);
	free(it->certs);
	free(it->file);
	free(it->url);
	free(it->said_url);
	free(it->said_issuer);
	free(it->chain_file);
	free(it->der);
	free(it);
}

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

struct stapler_item *
stapler_item_find(struct stapler *s, const struct cert *c)
{
	const struct staple_conf *conf = cert_staple_conf(c);

	for (struct stapler_item *it = s->items; it != NULL; it = it->next)
		if (memcmp(it->fingerprint, c->fingerprint, 32) == 0 &&
			same_text(it->file, conf->file) && same_text(it->said_url, conf->url) &&
			same_text(it->said_issuer, conf->issuer_file))
			return it;
	return NULL;
}

/* Whom to ask, or why nobody. */
static void
item_aim(struct stapler_item *it, const struct cert *c, const struct staple_conf *conf)
{
	char own[OCSP_MAX_URL];

	if (staple_subject(c, conf->issuer_file, &it->leaf, &it->issuer, it->err) != 0)
		return;
	if (conf->file != NULL)
		return;
	if (conf->url != NULL)
		it->url = strdup(conf->url);
	else if (ocsp_url(it->leaf, own))
		it->url = strdup(own);
	if (it->url != NULL)
		return;
	snprintf(it->err, sizeof(it->err),
		"%s: the certificate names no http:// OCSP responder; name one, or a file",
		c->chain_file);
	X509_free(it->leaf);
	it->leaf = NULL;
}

/* The response that another source gave for the same certificate: it is as good as any. */
static struct staple *
inherit(const struct stapler *s, const struct cert *c)
{
	for (const struct stapler_item *it = s->items; it != NULL; it = it->next)
		if (it->staple != NULL && memcmp(it->fingerprint, c->fingerprint, 32) == 0)
			return staple_ref(it->staple);
	return NULL;
}

static int
copy_text(char **to, const char *text)
{
	*to = text != NULL ? strdup(text) : NULL;
	return text != NULL && *to == NULL ? -1 : 0;
}

struct stapler_item *
stapler_item_new(struct stapler *s, const struct cert *c)
{
	const struct staple_conf *conf = cert_staple_conf(c);
	struct stapler_item *it = calloc(1, sizeof(*it));

	if (it == NULL)
		return NULL;
	it->s = s;
	memcpy(it->fingerprint, c->fingerprint, 32);
	it->timeout_ms = conf->timeout_ms != 0 ? conf->timeout_ms : TIMEOUT_MS;
	it->chain_file = strdup(c->chain_file);
	if (it->chain_file == NULL || copy_text(&it->file, conf->file) != 0 ||
		copy_text(&it->said_url, conf->url) != 0 ||
		copy_text(&it->said_issuer, conf->issuer_file) != 0) {
		stapler_item_free(it);
		return NULL;
	}
	item_aim(it, c, conf);
	it->staple = inherit(s, c);
	if (it->leaf == NULL)
		log_line(s->log, LOG_WARN, "staple_impossible reason=\"%s\"", it->err);
	it->due_s = stapler_wall(s);
	it->due_ms = uv_now(s->loop);
	it->next = s->items;
	s->items = it;
	return it;
}
