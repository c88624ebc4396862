/* Message sizes and the length check that both receivers rely on. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "common/ipc.h"
#include "common/tls.h"

static void
every_message_has_a_size_and_a_name(void **state)
{
#define IPC_MSG(name, num, body, data) \
	assert_int_equal(ipc_body_size(num, NULL), sizeof(struct body)); \
	assert_string_equal(ipc_type_name(num), #name); \
	assert_true(sizeof(struct body) % 4 == 0 && sizeof(struct body) + IPC_MAX_DATA <= IPC_MAX_MSG);
#include "common/ipc.def"
	assert_int_equal(ipc_body_size(0, NULL), -1);
	assert_int_equal(ipc_body_size(999, NULL), -1);
	assert_string_equal(ipc_type_name(999), "?");
}

static void
declared_and_real_lengths_must_agree(void **state)
{
	static uint8_t buf[IPC_MAX_MSG];
	uint32_t data;

#define IPC_MSG(name, num, body, trailing) \
	{ \
		memset(buf, 0, sizeof(buf)); \
		assert_int_equal(ipc_check(num, buf, sizeof(struct body), &data), 0); \
		assert_int_equal(data, 0); \
		assert_int_equal(ipc_check(num, buf, sizeof(struct body) - 1, &data), -EBADMSG); \
		assert_int_equal(ipc_check(num, buf, sizeof(struct body) + 1, &data), -EBADMSG); \
	}
#include "common/ipc.def"
	struct ipc_record_in *r = (struct ipc_record_in *)buf;

	r->bytes = 100;
	assert_int_equal(ipc_check(IPC_RECORD_IN, buf, sizeof(*r) + 100, &data), 0);
	assert_int_equal(data, 100);
	r->bytes = 0xffffffff;
	assert_int_equal(ipc_check(IPC_RECORD_IN, buf, sizeof(*r) - 1, &data), -EBADMSG);
	struct ipc_counters *c = (struct ipc_counters *)buf;

	c->count = 3;
	assert_int_equal(ipc_check(IPC_COUNTERS, buf, sizeof(*c) + 24, &data), 0);
	assert_int_equal(data, 24);
	c->count = 0x20000000; /* times 8 wraps to 0 */
	assert_int_equal(ipc_check(IPC_COUNTERS, buf, sizeof(*c), &data), -EBADMSG);
}

static void
errors_name_their_alert(void **state)
{
	assert_int_equal(tls_err_alert(TLS_E_BAD_RECORD_MAC), 20);
	assert_int_equal(tls_err_alert(TLS_E_PEER_ALERT), TLS_ALERT_NONE);
	assert_int_equal(tls_err_alert((enum tls_err)9999), 80);
	for (int e = 1; e < TLS_E_COUNT; e++) {
		uint8_t a = tls_err_alert((enum tls_err)e);

		assert_string_not_equal(tls_alert_name(a), "unknown");
		assert_string_not_equal(tls_err_name((enum tls_err)e), "?");
	}
}

int
main(void)
{
	const struct CMUnitTest t[] = {
		cmocka_unit_test(every_message_has_a_size_and_a_name),
		cmocka_unit_test(declared_and_real_lengths_must_agree),
		cmocka_unit_test(errors_name_their_alert),
	};

	return cmocka_run_group_tests(t, NULL, NULL);
}
