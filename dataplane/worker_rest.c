/* What a worker without work does; see worker_rest.h. */
#include "dataplane/worker_rest.h"

/* How long a nap is now. */
static uint64_t
nap_us(const struct rest_in *in)
{
	uint64_t us = (uint64_t)in->shaking * REST_NAP_PER_US;

	us = us < REST_NAP_US ? REST_NAP_US : us > REST_NAP_MAX_US ? REST_NAP_MAX_US : us;
	return us < in->idle_poll_us ? us : in->idle_poll_us;
}

/* No nap is cut short by the operator's limit or a timer. */
static bool
may_nap(const struct rest_in *in)
{
	return in->sleep_us == REST_MIN_US && in->conns >= REST_NAP_CONNS &&
	       in->idle_poll_us >= REST_NAP_US && !in->engine_busy &&
	       in->timer >= in->now + nap_us(in);
}

enum rest_kind
rest_choose(const struct rest_in *in, uint64_t *us)
{
	uint64_t t = in->engine_busy ? REST_ENGINE_US : in->sleep_us;

	*us = 0;
	if (in->idle_poll_us == 0 || in->to_send || in->timer <= in->now)
		return REST_NOT;
	if (may_nap(in)) {
		*us = nap_us(in);
		return REST_NAP;
	}
	t = t < in->timer - in->now ? t : in->timer - in->now;
	*us = t < in->idle_poll_us ? t : in->idle_poll_us;
	return *us != 0 ? REST_DOZE : REST_NOT;
}
