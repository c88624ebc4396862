/* What is chosen before the version's own rules begin: the policy of a name, and the version. */
#include <string.h>

#include "control/handshake/hs_int.h"

static bool
name_fits(const char *pattern, const char *name)
{
	const char *dot;

	if (pattern[0] != '*')
		return strcmp(pattern, name) == 0;
	dot = strchr(name, '.'); /* one label for the star, RFC 6125 6.4.3 */
	return dot != NULL && dot != name && strcmp(pattern + 1, dot) == 0;
}

const struct hs_policy *
hs_policy_for(const struct hs_conf *conf, const char *server_name)
{
	const struct hs_policy *wild = NULL;

	for (unsigned i = 0; i < conf->by_name_count; i++) {
		const struct hs_name_policy *p = &conf->by_name[i];

		if (!name_fits(p->name, server_name))
			continue;
		if (p->name[0] != '*')
			return p->policy;
		if (wild == NULL)
			wild = p->policy;
	}
	return wild != NULL ? wild : conf->policy;
}

uint16_t
hs_choose_version(const struct hs_policy *p, const struct hs_hello *h)
{
	static const uint16_t all[] = { TLS_V_13, TLS_V_12, TLS_V_11, TLS_V_10, TLS_V_SSL30 };

	for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (!(p->versions & hs_version_bit(all[i])))
			continue;
		if (h->versions.p != NULL ? hs_span_has16(h->versions, all[i])
					  : all[i] < TLS_V_13 && h->version >= all[i])
			return all[i];
	}
	return 0;
}

void
hs_downgrade_mark(const struct hs_policy *p, uint16_t version, uint8_t random[TLS_RANDOM_LEN])
{
	static const uint8_t mark[7] = { 'D', 'O', 'W', 'N', 'G', 'R', 'D' };
	bool at_12 = version == TLS_V_12 && (p->versions & HS_V_13) != 0;
	bool older = version < TLS_V_12 && (p->versions & (HS_V_12 | HS_V_13)) != 0;

	if (!at_12 && !older)
		return;
	memcpy(random + TLS_RANDOM_LEN - 8, mark, sizeof(mark));
	random[TLS_RANDOM_LEN - 1] = at_12;
}
