/*
 * Rules for names in a client's certificate. Each is held against one name or one attribute at a
 * time, never against text that joins several: a name cannot pretend to be two.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/x509v3.h>

#include "control/cert/trust_int.h"

struct text { /* a name as it stands in the certificate */
	const uint8_t *p;
	size_t n;
};

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

/*
 * "*" matches any run without `stop` (0: any run). The last star is widened when what follows it
 * does not fit: at most pattern times text steps.
 */
static bool
glob(const char *pattern, struct text t, uint8_t stop, bool fold)
{
	const char *star = NULL;
	size_t i = 0, resume = 0;

	while (i < t.n) {
		uint8_t c = t.p[i], w = (uint8_t)*pattern;

		if (w == '*') {
			star = ++pattern;
			resume = i;
		} else if (w != 0 && (fold ? lower(w) == lower(c) : w == c)) {
			pattern++;
			i++;
		} else if (star != NULL && (stop == 0 || t.p[resume] != stop)) {
			pattern = star;
			i = ++resume;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

static bool
match_general(const GENERAL_NAME *n, int type, const char *pattern)
{
	struct text t;

	if (n->type != type)
		return false;
	t.p = ASN1_STRING_get0_data(n->d.ia5);
	t.n = (size_t)ASN1_STRING_length(n->d.ia5);
	if (memchr(t.p, '\0', t.n) != NULL)
		return false;
	return glob(pattern, t, type == GEN_DNS ? '.' : 0, type != GEN_URI);
}

static bool
match_ip(const GENERAL_NAME *n, const char *address)
{
	uint8_t ip[16];
	int len = inet_pton(AF_INET, address, ip) == 1	  ? 4
		  : inet_pton(AF_INET6, address, ip) == 1 ? 16
							  : -1;

	return n->type == GEN_IPADD && ASN1_STRING_length(n->d.iPAddress) == len &&
		memcmp(ASN1_STRING_get0_data(n->d.iPAddress), ip, (size_t)len) == 0;
}

static const struct {
	const char *prefix;
	int type;
} kinds[] = { { "DNS:", GEN_DNS }, { "email:", GEN_EMAIL }, { "URI:", GEN_URI },
	{ "IP:", GEN_IPADD } };

/* The kind of general name that a rule is about, or -1; *rest: the pattern. */
static int
kind_of(const char *rule, const char **rest)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t n = strlen(kinds[i].prefix);

		if (strncmp(rule, kinds[i].prefix, n) == 0) {
			*rest = rule + n;
			return kinds[i].type;
		}
	}
	return -1;
}

/* NID of the attribute before "=", or NID_undef. */
static int
attribute_of(const char *rule, const char **rest)
{
	const char *eq = strchr(rule, '=');
	char name[32];

	if (eq == NULL || eq == rule || (size_t)(eq - rule) >= sizeof(name))
		return NID_undef;
	memcpy(name, rule, (size_t)(eq - rule));
	name[eq - rule] = '\0';
	*rest = eq + 1;
	return OBJ_txt2nid(name);
}

bool
allow_valid(const char *rule)
{
	const char *rest = "";
	uint8_t ip[16];
	int kind;

	if (strncmp(rule, "subject:", 8) == 0)
		return rule[8] != '\0';
	kind = kind_of(rule, &rest);
	if (kind == GEN_IPADD)
		return inet_pton(AF_INET, rest, ip) == 1 || inet_pton(AF_INET6, rest, ip) == 1;
	if (kind < 0 && attribute_of(rule, &rest) == NID_undef)
		return false;
	return *rest != '\0';
}

static bool
match_subject(const char *want, X509 *x)
{
	BIO *b = BIO_new(BIO_s_mem());
	bool same = false;
	char *p;
	long n;

	if (b != NULL && X509_NAME_print_ex(b, X509_get_subject_name(x), 0,
				 XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0) {
		n = BIO_get_mem_data(b, &p);
		same = (size_t)n == strlen(want) && memcmp(p, want, (size_t)n) == 0;
	}
	BIO_free(b);
	return same;
}

static bool
match_attribute(int nid, const char *pattern, X509 *x)
{
	const X509_NAME *name = X509_get_subject_name(x);
	bool found = false;

	for (int i = -1; !found && (i = X509_NAME_get_index_by_NID(name, nid, i)) >= 0;) {
		unsigned char *utf8 = NULL;
		int n = ASN1_STRING_to_UTF8(
			&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, i)));

		if (n >= 0 && memchr(utf8, '\0', (size_t)n) == NULL)
			found = glob(pattern, (struct text){ utf8, (size_t)n }, 0, false);
		OPENSSL_free(utf8);
	}
	return found;
}

static bool
match(const char *rule, X509 *x, const GENERAL_NAMES *names)
{
	const char *rest;
	int kind;

	if (strncmp(rule, "subject:", 8) == 0)
		return match_subject(rule + 8, x);
	kind = kind_of(rule, &rest);
	if (kind < 0) {
		int nid = attribute_of(rule, &rest);

		return nid != NID_undef && match_attribute(nid, rest, x);
	}
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *n = sk_GENERAL_NAME_value(names, i);

		if (kind == GEN_IPADD ? match_ip(n, rest) : match_general(n, kind, rest))
			return true;
	}
	return false;
}

bool
allow_match(const char *const *rules, unsigned count, X509 *x)
{
	GENERAL_NAMES *names;
	bool ok = count == 0;

	if (ok)
		return true;
	names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	for (unsigned i = 0; !ok && i < count; i++)
		ok = match(rules[i], x, names);
	GENERAL_NAMES_free(names);
	return ok;
}
