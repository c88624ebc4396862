/* Sessions of the client's role: what is kept, for whom, how often, and what goes first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/tls.h"
#include "control/session/client_store.h"

#define NOW 1800000000ull

static const uint8_t *
name(unsigned n)
{
	static uint8_t bytes[CLIENT_STORE_NAME_LEN];

	memset(bytes, 0x5a, sizeof(bytes));
	memcpy(bytes + 4, &n, sizeof(n));
	return bytes;
}

static struct session_entry
entry(unsigned n, uint16_t version)
{
	struct session_entry e = { .version = version, .expires_s = NOW + 100, .secret_len = 48 };

	memcpy(e.secret, &n, sizeof(n));
	return e;
}

static void
put(struct client_store *s, unsigned host, unsigned n, uint16_t version, size_t ticket_len)
{
	struct session_entry e = entry(n, version);
	uint8_t *ticket = malloc(ticket_len + 1);

	memset(ticket, (int)n, ticket_len + 1);
	client_store_put(s, name(host), &e, ticket, ticket_len);
	free(ticket);
}

/* The number of the session that comes, or 0. */
static unsigned
take(struct client_store *s, unsigned host, uint64_t now, size_t want_len)
{
	static uint8_t ticket[CLIENT_STORE_MAX_TICKET];
	struct session_entry e;
	unsigned n;
	size_t len;

	if (!client_store_take(s, name(host), now, &e, ticket, &len))
		return 0;
	memcpy(&n, e.secret, sizeof(n));
	assert_int_equal(len, want_len);
	for (size_t i = 0; i < len; i++)
		assert_int_equal(ticket[i], (uint8_t)n);
	return n;
}

static struct client_store_stats
stats(const struct client_store *s)
{
	struct client_store_stats st;

	client_store_stats(s, &st);
	return st;
}

static void
tls_1_3_comes_once_older_ones_stay(void **state)
{
	struct client_store *s = client_store_new(1 << 20, 4);

	put(s, 1, 11, TLS_V_13, 200);
	put(s, 1, 12, TLS_V_13, 300);
	assert_int_equal(take(s, 1, NOW, 300), 12); /* the newest first */
	assert_int_equal(take(s, 1, NOW, 200), 11);
	assert_int_equal(take(s, 1, NOW, 0), 0);
	put(s, 1, 13, TLS_V_12, 0);
	assert_int_equal(take(s, 1, NOW, 0), 13);
	assert_int_equal(take(s, 1, NOW, 0), 13);
	assert_int_equal(stats(s).hits, 4);
	assert_int_equal(stats(s).misses, 1);
	client_store_free(s);
}

static void
names_are_kept_apart(void **state)
{
	struct client_store *s = client_store_new(1 << 20, 4);

	for (unsigned h = 0; h < 3000; h++) /* more than there are buckets */
		put(s, h, h + 1, TLS_V_12, 0);
	for (unsigned h = 0; h < 3000; h++)
		assert_int_equal(take(s, h, NOW, 0), h + 1);
	assert_int_equal(take(s, 3000, NOW, 0), 0);
	assert_int_equal(stats(s).names, 3000);
	client_store_free(s);
}

static void
a_name_keeps_its_newest(void **state)
{
	struct client_store *s = client_store_new(1 << 20, 3);

	for (unsigned n = 1; n <= 10; n++)
		put(s, 1, n, TLS_V_13, 10);
	assert_int_equal(stats(s).entries, 3);
	assert_int_equal(take(s, 1, NOW, 10), 10);
	assert_int_equal(take(s, 1, NOW, 10), 9);
	assert_int_equal(take(s, 1, NOW, 10), 8);
	assert_int_equal(take(s, 1, NOW, 10), 0);
	assert_int_equal(stats(s).bytes, 0);
	client_store_free(s);
}

static void
expired_ones_are_passed_over_and_go(void **state)
{
	struct client_store *s = client_store_new(1 << 20, 4);
	struct session_entry e = entry(5, TLS_V_13);

	put(s, 1, 1, TLS_V_13, 10); /* until NOW + 100 */
	e.expires_s = NOW + 50;
	client_store_put(s, name(1), &e, NULL, 0);
	assert_int_equal(take(s, 1, NOW + 50, 10), 1);
	assert_int_equal(stats(s).expired, 1);
	put(s, 1, 2, TLS_V_12, 0);
	put(s, 1, 3, TLS_V_12, 0);
	assert_int_equal(take(s, 1, NOW + 100, 0), 0);
	assert_int_equal(stats(s).entries, 0);
	assert_int_equal(stats(s).names, 0);
	assert_int_equal(stats(s).bytes, 0);
	client_store_free(s);
}

static void
the_bound_holds_and_the_least_used_goes_first(void **state)
{
	struct client_store *s = client_store_new(40000, 4);

	for (unsigned h = 1; h <= 200; h++) {
		put(s, h, h, TLS_V_12, 1000);
		assert_true(stats(s).bytes <= 40000);
		assert_int_equal(take(s, 1, NOW, 1000), 1); /* in use: it stays */
	}
	assert_int_equal(take(s, 200, NOW, 1000), 200);
	assert_int_equal(take(s, 2, NOW, 0), 0);
	assert_true(stats(s).evicted > 150);
	put(s, 7, 7, TLS_V_12, CLIENT_STORE_MAX_TICKET + 1);
	assert_int_equal(take(s, 7, NOW, 0), 0);
	put(s, 7, 7, TLS_V_12, CLIENT_STORE_MAX_TICKET);
	assert_int_equal(take(s, 7, NOW, CLIENT_STORE_MAX_TICKET), 7);
	assert_true(stats(s).bytes <= 40000);
	assert_int_equal(stats(s).too_long, 1);
	client_store_free(s);
	s = client_store_new(1000, 4); /* room for none of this size */
	put(s, 1, 1, TLS_V_12, 1000);
	assert_int_equal(stats(s).entries, 0);
	client_store_free(s);
}

static void
removes_one_session_or_all_of_a_name(void **state)
{
	struct client_store *s = client_store_new(1 << 20, 4);
	struct session_entry e = entry(2, TLS_V_12);

	for (unsigned n = 1; n <= 3; n++)
		put(s, 1, n, TLS_V_12, 0);
	put(s, 2, 9, TLS_V_12, 0);
	client_store_remove(s, name(1), &e);
	assert_int_equal(stats(s).entries, 3);
	client_store_remove(s, name(1), &e);
	assert_int_equal(stats(s).removed, 1);
	client_store_remove(s, name(1), NULL);
	assert_int_equal(take(s, 1, NOW, 0), 0);
	assert_int_equal(take(s, 2, NOW, 0), 9);
	client_store_remove(s, name(77), NULL);
	client_store_free(s);
}

static void
the_same_session_with_a_new_ticket_replaces_the_old_one(void **state)
{
	struct client_store *s = client_store_new(1 << 20, 4);

	put(s, 1, 1, TLS_V_12, 100);
	put(s, 1, 1, TLS_V_12, 200);
	assert_int_equal(stats(s).entries, 1);
	assert_int_equal(take(s, 1, NOW, 200), 1);
	client_store_free(s);
}

static void
sizes_out_of_bounds_are_refused(void **state)
{
	assert_null(client_store_new(1000, 0));
	assert_null(client_store_new(1000, 65));
	client_store_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tls_1_3_comes_once_older_ones_stay),
		cmocka_unit_test(names_are_kept_apart),
		cmocka_unit_test(a_name_keeps_its_newest),
		cmocka_unit_test(expired_ones_are_passed_over_and_go),
		cmocka_unit_test(the_bound_holds_and_the_least_used_goes_first),
		cmocka_unit_test(removes_one_session_or_all_of_a_name),
		cmocka_unit_test(the_same_session_with_a_new_ticket_replaces_the_old_one),
		cmocka_unit_test(sizes_out_of_bounds_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
