/* Profiles: what each admits, in which order, against lists written by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "control/handshake/hs_profile.h"
#include "control/pka/pka_op.h"

/* What each profile adds, by preference. */
static const char *const modern[] = {
	"TLS_AES_128_GCM_SHA256",
	"TLS_AES_256_GCM_SHA384",
	"TLS_CHACHA20_POLY1305_SHA256",
	"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
	"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
	"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
	"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
	"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
	"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
	"TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
	"TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
	"TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
	NULL,
};
static const char *const compatible[] = {
	"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
	"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
	"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
	"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
	"TLS_DHE_RSA_WITH_AES_128_CBC_SHA256",
	"TLS_DHE_RSA_WITH_AES_256_CBC_SHA256",
	"TLS_RSA_WITH_AES_128_GCM_SHA256",
	"TLS_RSA_WITH_AES_256_GCM_SHA384",
	"TLS_RSA_WITH_AES_128_CBC_SHA256",
	"TLS_RSA_WITH_AES_256_CBC_SHA256",
	NULL,
};
static const char *const legacy[] = {
	"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
	"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
	"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
	"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
	"TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
	"TLS_DHE_RSA_WITH_AES_256_CBC_SHA",
	"TLS_RSA_WITH_AES_128_CBC_SHA",
	"TLS_RSA_WITH_AES_256_CBC_SHA",
	"TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA",
	"TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
	"TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA",
	"TLS_RSA_WITH_3DES_EDE_CBC_SHA",
	NULL,
};

static int
position(const struct hs_policy *p, const char *name)
{
	for (int i = 0; i < p->suite_count; i++)
		if (strcmp(p->suites[i]->name, name) == 0)
			return i;
	return -1;
}

/* Every name of the list is there, in the list's order. Returns how many. */
static unsigned
has_in_order(const struct hs_policy *p, const char *const *names)
{
	unsigned n = 0;

	for (int last = -1, at; names[n] != NULL; last = at, n++) {
		at = position(p, names[n]);
		if (at <= last)
			fail_msg("%s: %s stands at %d, the one before at %d", p->name, names[n], at, last);
	}
	return n;
}

static void
each_admits_its_suites_and_no_other(void **state)
{
	struct hs_policy p;
	unsigned n;

	hs_profile_fill(&p, HS_PROFILE_MODERN);
	n = has_in_order(&p, modern);
	assert_int_equal(p.suite_count, n);
	hs_profile_fill(&p, HS_PROFILE_COMPATIBLE);
	n += has_in_order(&p, compatible);
	assert_int_equal(has_in_order(&p, modern) + has_in_order(&p, compatible), p.suite_count);
	hs_profile_fill(&p, HS_PROFILE_LEGACY);
	n += has_in_order(&p, legacy);
	assert_int_equal(p.suite_count, n);
	for (n = 0; hs_suite_at(n) != NULL; n++)
		;
	hs_profile_fill(&p, HS_PROFILE_MUSEUM);
	assert_int_equal(p.suite_count, n); /* everything there is */
	for (unsigned i = 0; i < n; i++)
		assert_true(position(&p, hs_suite_at(i)->name) >= 0);
}

static bool
is_null(const struct hs_suite *s)
{
	return s->key_len == 0;
}

static void
forward_secrecy_comes_first_and_the_worst_last(void **state)
{
	for (int profile = HS_PROFILE_MODERN; profile < HS_PROFILES; profile++) {
		struct hs_policy p;
		bool transport = false, anonymous = false, open = false;

		hs_profile_fill(&p, (enum hs_profile)profile);
		assert_string_equal(p.name, hs_profile_name((enum hs_profile)profile));
		for (unsigned i = 0; i < p.suite_count; i++) {
			const struct hs_suite *s = p.suites[i];
			bool aes = s->alg != IPC_ALG_3DES_CBC_SHA1 && s->alg != IPC_ALG_RC4_SHA1 &&
				   s->alg != IPC_ALG_RC4_MD5 && !is_null(s);

			if (s->kx != HS_KX_RSA && s->auth != HS_AUTH_ANON && aes)
				assert_false(transport);
			if (s->auth != HS_AUTH_ANON && !is_null(s))
				assert_false(anonymous);
			if (!is_null(s))
				assert_false(open);
			transport |= s->kx == HS_KX_RSA;
			anonymous |= s->auth == HS_AUTH_ANON;
			open |= is_null(s);
		}
		assert_int_equal(p.groups[0], KEX_X25519MLKEM768);
		assert_int_equal(p.groups[1], KEX_X25519);
		assert_int_equal(p.group_count, 6);
		assert_false(p.prefer_client);
	}
}

static void
versions_and_the_rest_follow_the_profile(void **state)
{
	static const uint8_t versions[] = { HS_V_13 | HS_V_12, HS_V_13 | HS_V_12,
		HS_V_13 | HS_V_12 | HS_V_11 | HS_V_10 | HS_V_SSL3,
		HS_V_13 | HS_V_12 | HS_V_11 | HS_V_10 | HS_V_SSL3 | HS_V_SSL2 };

	for (int profile = HS_PROFILE_MODERN; profile < HS_PROFILES; profile++) {
		bool sha1 = false, museum = profile == HS_PROFILE_MUSEUM;
		struct hs_policy p;

		hs_profile_fill(&p, (enum hs_profile)profile);
		assert_int_equal(p.versions, versions[profile]);
		assert_int_equal(p.v2_hello, museum);
		assert_int_equal(p.compression, museum);
		for (unsigned i = 0; i < p.scheme_count; i++) {
			sha1 |= p.schemes[i] == SIG_RSA_PKCS1_SHA1 || p.schemes[i] == SIG_ECDSA_SHA1;
			assert_string_not_equal(hs_scheme_name(p.schemes[i]), "?");
		}
		assert_int_equal(sha1, profile >= HS_PROFILE_LEGACY);
		assert_int_equal(hs_profile_insecure((enum hs_profile)profile), profile >= HS_PROFILE_LEGACY);
		assert_int_equal(hs_profile_of_policy(&p), profile);
		assert_int_equal(hs_profile_by_name(p.name), profile);
	}
	assert_int_equal(hs_profile_by_name("strong"), HS_PROFILES);
}

static void
one_setting_is_enough_to_need_a_profile(void **state)
{
	struct hs_policy p;

	hs_profile_fill(&p, HS_PROFILE_MODERN);
	p.versions |= HS_V_SSL3;
	assert_int_equal(hs_profile_of_policy(&p), HS_PROFILE_LEGACY);
	p.versions |= HS_V_SSL2;
	assert_int_equal(hs_profile_of_policy(&p), HS_PROFILE_MUSEUM);
	hs_profile_fill(&p, HS_PROFILE_MODERN);
	p.schemes[p.scheme_count++] = SIG_RSA_PKCS1_SHA1;
	assert_int_equal(hs_profile_of_policy(&p), HS_PROFILE_LEGACY);
	hs_profile_fill(&p, HS_PROFILE_MODERN);
	p.suites[p.suite_count++] = hs_suite_by_name("TLS_ECDH_anon_WITH_AES_128_CBC_SHA");
	assert_int_equal(hs_profile_of_policy(&p), HS_PROFILE_MUSEUM);
	hs_profile_fill(&p, HS_PROFILE_MODERN);
	p.compression = true;
	assert_int_equal(hs_profile_of_policy(&p), HS_PROFILE_MUSEUM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_admits_its_suites_and_no_other),
		cmocka_unit_test(forward_secrecy_comes_first_and_the_worst_last),
		cmocka_unit_test(versions_and_the_rest_follow_the_profile),
		cmocka_unit_test(one_setting_is_enough_to_need_a_profile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
