/* A part of test_cp_process; see cp_nap.h. */
#include "tests/unit/control/cp_nap.h"

#include <setjmp.h>
#include <stdarg.h>

#include "tests/unit/control/dp_peer.h"

#include <cmocka.h>

/* What took a thread's time ends a worker's nap; what was answered in place waits for its end. */
void
a_nap_is_ended_for_key_operations_of_threads(void **state)
{
	struct dp *d = *state;
	SSL_CTX *ctx = client_ctx("AES128-SHA");
	SSL_SESSION *session = NULL;
	unsigned full;

	d->naps = true;
	d->rung = 0;
	for (unsigned i = 0; i < 100 && d->rung == 0; i++) { /* it may be awake just then */
		SSL_SESSION_free(session);
		dp_open_conn(d, ctx, NULL, 9);
		assert_true(dp_shake(d));
		session = SSL_get1_session(d->ssl);
		dp_close_conn(d);
	}
	assert_int_not_equal(d->rung, 0);
	full = d->rung;
	for (unsigned i = 0; i < 5; i++) {
		dp_open_conn(d, ctx, session, 9);
		assert_true(dp_shake(d));
		assert_true(SSL_session_reused(d->ssl));
		dp_close_conn(d);
	}
	assert_int_equal(d->rung, full);
	d->naps = false;
	SSL_SESSION_free(session);
	SSL_CTX_free(ctx);
}
