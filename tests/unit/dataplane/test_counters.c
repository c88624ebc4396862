/* Every counter of net and TCP has its line in common/counters.def, in the same words, so that the
 * worker's report leaves none out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "dataplane/counters.h"

struct line {
	const char *name, *text;
};

static const struct line all[] = {
#define CTR(name, doc) { #name, doc },
#include "common/counters.def"
};
static const struct line net[] = {
#define NET_COUNTER(name, text) { "net_" #name, text },
#include "dataplane/net/net_counters.def"
};
static const struct line tcp[] = {
#define TCP_COUNTER(name, text) { "tcp_" #name, text },
#include "dataplane/tcp/tcp_counters.def"
};

static void
expect_all(const struct line *lines, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (k < CTR_COUNT && strcasecmp(all[k].name, lines[i].name) != 0)
			k++;
		if (k == CTR_COUNT)
			print_error("no line for %s\n", lines[i].name);
		assert_true(k < CTR_COUNT);
		assert_string_equal(all[k].text, lines[i].text);
	}
}

static void
has_a_line_for_every_counter_of_net(void **state)
{
	expect_all(net, sizeof(net) / sizeof(net[0]));
}

static void
has_a_line_for_every_counter_of_tcp(void **state)
{
	expect_all(tcp, sizeof(tcp) / sizeof(tcp[0]));
}

static void
has_no_name_twice(void **state)
{
	for (size_t i = 0; i < CTR_COUNT; i++)
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(all[i].name, all[k].name);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_a_line_for_every_counter_of_net),
		cmocka_unit_test(has_a_line_for_every_counter_of_tcp),
		cmocka_unit_test(has_no_name_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
