/*
 * What sessions are bound to: whatever decided who we were, whom we believed and what we allowed when
 * a session was made. A session made under anything else gets a full handshake. RFC 5246 F.1.4, RFC
 * 8446 8.1; the handshake adds server name, version, suite and the peer's certificate.
 */
#include <string.h>

#include "control/cert/trust.h"
#include "control/config_int.h"
#include "control/handshake/hs_digest.h"

static void
add_text(struct hs_digest *h, const char *text)
{
	hs_digest_add(h, text != NULL ? text : "", text != NULL ? strlen(text) + 1 : 1);
}

static void
add_policy(struct hs_digest *h, const struct hs_policy *p)
{
	const uint8_t small[] = { p->versions, p->compression, p->v2_hello, p->suite_count,
		p->group_count, p->scheme_count };

	hs_digest_add(h, small, sizeof(small));
	for (unsigned i = 0; i < p->suite_count; i++)
		hs_digest_add(h, &p->suites[i]->code, sizeof(p->suites[i]->code));
	hs_digest_add(h, p->groups, p->group_count * sizeof(p->groups[0]));
	hs_digest_add(h, p->schemes, p->scheme_count * sizeof(p->schemes[0]));
}

static void
add_certs(struct hs_digest *h, const struct cert_store *store)
{
	const struct cert *c;

	for (unsigned i = 0; store != NULL && (c = cert_store_at(store, i)) != NULL; i++)
		hs_digest_add(h, c->fingerprint, sizeof(c->fingerprint));
}

static void
add_trust(struct hs_digest *h, const struct trust *t)
{
	if (t != NULL)
		hs_digest_add(h, trust_id(t), 32);
}

void
config_bind_listener(struct config_listener *l)
{
	struct hs_digest h;
	char text[80];

	hs_digest_init(&h, HS_PRF_SHA256);
	add_text(&h, "listener");
	add_text(&h, config_addr_text(&l->ipc.addr, text, sizeof(text)));
	add_policy(&h, &l->policy);
	for (unsigned i = 0; i < l->hs.by_name_count; i++) {
		add_text(&h, l->by_name[i].name);
		add_policy(&h, &l->by_name_policy[i]);
	}
	add_certs(&h, l->certs);
	hs_digest_add(&h, &l->hs.client_auth, 1);
	add_trust(&h, l->trust);
	hs_digest_now(&h, l->hs.bind);
}

void
config_bind_pool(struct config_pool *p)
{
	struct hs_digest h;

	hs_digest_init(&h, HS_PRF_SHA256);
	add_text(&h, "pool");
	add_text(&h, p->name);
	add_policy(&h, &p->policy);
	add_text(&h, p->hs.server_name);
	hs_digest_add(&h, &p->hs.verify_name, sizeof(p->hs.verify_name));
	add_certs(&h, p->certs);
	add_trust(&h, p->trust);
	hs_digest_now(&h, p->hs.bind);
}
