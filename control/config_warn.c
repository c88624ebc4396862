/* What is dangerous about a configuration that runs, for the log, for people and for monitoring. */
#include <stdio.h>
#include <string.h>

#include "control/config.h"
#include "control/handshake/hs_profile.h"

struct words {
	char text[256];
	size_t n;
};

static void
add(struct words *w, const char *word, bool when)
{
	if (when && w->n < sizeof(w->text))
		w->n += (size_t)snprintf(w->text + w->n, sizeof(w->text) - w->n, "%s%s",
			w->n != 0 ? ", " : "", word);
}

/* Whatever of it only legacy and museum admit. */
static void
add_policy(struct words *w, const struct hs_policy *p)
{
	bool sha1 = false, des = false, rc4 = false, null = false, anon = false;

	for (unsigned i = 0; i < p->suite_count; i++) {
		const struct hs_suite *s = p->suites[i];

		sha1 |= s->alg == IPC_ALG_AES128_CBC_SHA1 || s->alg == IPC_ALG_AES256_CBC_SHA1;
		des |= s->alg == IPC_ALG_3DES_CBC_SHA1;
		rc4 |= s->alg == IPC_ALG_RC4_SHA1 || s->alg == IPC_ALG_RC4_MD5;
		null |= s->key_len == 0;
		anon |= s->auth == HS_AUTH_ANON;
	}
	add(w, "SSL 2.0", p->versions & HS_V_SSL2);
	add(w, "SSL 3.0", p->versions & HS_V_SSL3);
	add(w, "TLS 1.0", p->versions & HS_V_10);
	add(w, "TLS 1.1", p->versions & HS_V_11);
	add(w, "no encryption", null);
	add(w, "no authentication", anon);
	add(w, "RC4", rc4);
	add(w, "3DES", des);
	add(w, "CBC with SHA-1", sha1);
	for (unsigned i = 0; i < p->scheme_count; i++)
		if (hs_profile_of_scheme(p->schemes[i]) != HS_PROFILE_MODERN) {
			add(w, "SHA-1 signatures", true);
			break;
		}
	add(w, "compression", p->compression);
}

void
config_warnings_of(const struct config *c, const struct config_listener *l,
	const struct config_pool *p, void (*f)(void *ctx, const char *warning), void *ctx)
{
	char text[640];

	for (unsigned i = 0; l != NULL && i <= l->hs.by_name_count; i++) {
		const struct hs_policy *policy = i == 0 ? &l->policy : &l->by_name_policy[i - 1];
		struct words w = { .n = 0 };

		if (!hs_profile_insecure(hs_profile_of_policy(policy)))
			continue;
		add_policy(&w, policy);
		snprintf(text, sizeof(text), "INSECURE: %s admits %s", i == 0 ? l->name : l->by_name[i - 1].name,
			w.text);
		f(ctx, text);
	}
	if (p != NULL && hs_profile_insecure(hs_profile_of_policy(&p->policy))) {
		struct words w = { .n = 0 };

		add_policy(&w, &p->policy);
		snprintf(text, sizeof(text), "INSECURE: %s admits %s", p->name, w.text);
		f(ctx, text);
	}
	if (p != NULL && (p->ipc.flags & IPC_POOL_TLS) && p->trust == NULL) {
		snprintf(text, sizeof(text), "INSECURE: %s does not verify its servers", p->name);
		f(ctx, text);
	}
	if (c->keylog != NULL && ((l != NULL && l->hs.keylog) || (p != NULL && p->hs.keylog))) {
		snprintf(text, sizeof(text), "INSECURE: the secrets of %s are written to %s",
			l != NULL ? l->name : p->name, c->keylog);
		f(ctx, text);
	}
}

void
config_warnings(const struct config *c, void (*f)(void *ctx, const char *warning), void *ctx)
{
	for (unsigned i = 0; i < c->listener_count; i++)
		config_warnings_of(c, &c->listeners[i], NULL, f, ctx);
	for (unsigned i = 0; i < c->pool_count; i++)
		if (c->pools[i].ipc.flags & IPC_POOL_TLS)
			config_warnings_of(c, NULL, &c->pools[i], f, ctx);
}
