/* What a worker without work does, and for how long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dataplane/worker_rest.h"

#define NEVER UINT64_MAX
#define NOW   1000000u

static const struct rest_in lone = {
	.now = NOW, .timer = NEVER, .conns = 1, .sleep_us = REST_MIN_US, .idle_poll_us = 2000
};
static const struct rest_in crowd = { .now = NOW,
	.timer = NEVER,
	.conns = REST_NAP_CONNS,
	.sleep_us = REST_MIN_US,
	.idle_poll_us = 2000 };

static void
is(const struct rest_in *in, enum rest_kind kind, uint64_t us)
{
	uint64_t got = 12345;

	assert_int_equal(rest_choose(in, &got), kind);
	assert_int_equal(got, us);
}

static void
few_connections_doze_longer_and_longer(void **state)
{
	struct rest_in in = lone;

	is(&in, REST_DOZE, REST_MIN_US);
	in.conns = REST_NAP_CONNS - 1;
	is(&in, REST_DOZE, REST_MIN_US);
	in.sleep_us = 800;
	is(&in, REST_DOZE, 800);
	in.sleep_us = 3200;
	is(&in, REST_DOZE, 2000); /* idle_poll_us */
}

static void
many_nap_once_after_work_and_doze_then(void **state)
{
	struct rest_in in = crowd;

	is(&in, REST_NAP, REST_NAP_US);
	in.sleep_us = 2 * REST_NAP_US;
	is(&in, REST_DOZE, 2 * REST_NAP_US);
}

static void
many_handshakes_make_a_nap_longer(void **state)
{
	struct rest_in in = crowd;

	in.shaking = REST_NAP_US / REST_NAP_PER_US;
	is(&in, REST_NAP, REST_NAP_US);
	in.shaking++;
	is(&in, REST_NAP, REST_NAP_US + REST_NAP_PER_US);
	in.timer = NOW + REST_NAP_US + REST_NAP_PER_US;
	is(&in, REST_NAP, REST_NAP_US + REST_NAP_PER_US);
	in.timer--;
	is(&in, REST_DOZE, REST_MIN_US);
	in.timer = NEVER;
	in.shaking = UINT32_MAX;
	is(&in, REST_NAP, REST_NAP_MAX_US);
	in.idle_poll_us = REST_NAP_MAX_US - 1;
	is(&in, REST_NAP, REST_NAP_MAX_US - 1);
}

static void
no_nap_beyond_what_the_operator_allows(void **state)
{
	struct rest_in in = crowd;

	in.idle_poll_us = REST_NAP_US - 1;
	is(&in, REST_DOZE, REST_MIN_US);
	in.idle_poll_us = REST_NAP_US;
	is(&in, REST_NAP, REST_NAP_US);
	in.idle_poll_us = 50;
	is(&in, REST_DOZE, 50);
	in.idle_poll_us = 0; /* polls for ever */
	is(&in, REST_NOT, 0);
}

static void
nothing_sleeps_past_a_timer(void **state)
{
	struct rest_in in = crowd;

	in.timer = NOW + REST_NAP_US;
	is(&in, REST_NAP, REST_NAP_US);
	in.timer =
		NOW + REST_NAP_US - 1; /* no nap can be cut short by it: a doze up to the timer */
	is(&in, REST_DOZE, REST_MIN_US);
	in.timer = NOW + 30;
	is(&in, REST_DOZE, 30);
	in.timer = NOW;
	is(&in, REST_NOT, 0);
	in.timer = NOW - 1;
	is(&in, REST_NOT, 0);
}

static void
what_is_outstanding_keeps_it_awake(void **state)
{
	struct rest_in in = crowd;

	in.engine_busy = true; /* results come soon */
	is(&in, REST_DOZE, REST_ENGINE_US);
	in.sleep_us = 2000;
	is(&in, REST_DOZE, REST_ENGINE_US);
	in = crowd;
	in.to_send = true;
	is(&in, REST_NOT, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_connections_doze_longer_and_longer),
		cmocka_unit_test(many_nap_once_after_work_and_doze_then),
		cmocka_unit_test(many_handshakes_make_a_nap_longer),
		cmocka_unit_test(no_nap_beyond_what_the_operator_allows),
		cmocka_unit_test(nothing_sleeps_past_a_timer),
		cmocka_unit_test(what_is_outstanding_keeps_it_awake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
