/* A part of test_cp_process; see cp_config.h. */
#include "tests/unit/control/cp_config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/control/dp_peer.h"

#include <cmocka.h>

void
reload_applies_a_good_file_and_ignores_a_bad_one(void **state)
{
	struct dp *d = *state;
	SSL_CTX *ctx = client_ctx("AES128-SHA");

	dp_write_config(d, "nonsense: 1\n");
	kill(d->cp, SIGHUP);
	dp_open_conn(d, ctx, NULL, 40);
	assert_true(dp_shake(d)); /* the old configuration goes on */
	dp_close_conn(d);
	dp_write_config(d, "limits: {control_wait_ms: 777}\n");
	kill(d->cp, SIGHUP);
	dp_receive_until(d, IPC_CFG_LIMITS);
	assert_int_equal(((const struct ipc_cfg_limits *)d->msg)->control_wait_ms, 777);
	dp_receive_until(d, IPC_CFG_COMMIT);
	dp_open_conn(d, ctx, NULL, 41);
	assert_true(dp_shake(d));
	dp_close_conn(d);
	SSL_CTX_free(ctx);
}

/* Waits until `sluicectl show listeners` has this number of warnings for the listener. */
static void
warnings_become(struct dp *d, size_t want, const char *one)
{
	uint64_t until = dp_now_ms() + WAIT_MS;
	size_t n = want + 1;
	bool there = false;

	while ((n != want || !there) && dp_now_ms() < until) {
		json_t *j = dp_ask(d, "GET", "/listeners", 200, NULL), *list;

		list = json_object_get(json_array_get(json_object_get(j, "listeners"), 0), "warnings");
		n = json_array_size(list);
		there = one == NULL;
		for (size_t i = 0; i < n && !there; i++)
			there = strcmp(json_string_value(json_array_get(list, i)), one) == 0;
		json_decref(j);
		dp_receive(d, dp_now_ms() + 20);
	}
	assert_int_equal(n, want);
	assert_true(there);
}

/* What no file can know: whether the card that is there can keep secrets. */
void
keys_card_without_such_a_card_is_told(void **state)
{
	static const char here[] = "tls: {renegotiation: server}";
	struct dp *d = *state;
	struct ipc_device_reset r = { .key_slots = 16, .card = IPC_CARD_RSA2048 | IPC_CARD_PRF_SHA256 | IPC_CARD_SECRETS, .secrets = 8 };
	char path[128], text[4096];
	size_t n;
	FILE *f;

	warnings_become(d, 1, NULL);
	dp_write_config(d, "");
	snprintf(path, sizeof(path), "%s/sluice.yaml", d->dir);
	f = fopen(path, "r");
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	assert_non_null(strstr(text, here));
	memcpy(strstr(text, here), "tls: {keys: card           }", sizeof(here) - 1);
	f = fopen(path, "w");
	assert_int_equal(fwrite(text, 1, n, f), n);
	fclose(f);
	json_decref(dp_ask(d, "POST", "/reload", 200, NULL));
	dp_receive_until(d, IPC_CFG_COMMIT);
	warnings_become(d, 2, "keys: card, and no card with secret slots is there");
	dp_say(d, IPC_DEVICE_RESET, &r, sizeof(r), NULL, 0);
	warnings_become(d, 1, NULL);
	r.secrets = 0;
	dp_say(d, IPC_DEVICE_RESET, &r, sizeof(r), NULL, 0);
	warnings_become(d, 2, "keys: card, and no card with secret slots is there");
	r.card = IPC_CARD_RSA2048 | IPC_CARD_PRF_SHA256;
	dp_say(d, IPC_DEVICE_RESET, &r, sizeof(r), NULL, 0);
	dp_write_config(d, "");
	json_decref(dp_ask(d, "POST", "/reload", 200, NULL));
	dp_receive_until(d, IPC_CFG_COMMIT);
	warnings_become(d, 1, NULL);
}

void
a_configuration_that_the_dataplane_refuses_changes_nothing(void **state)
{
	struct dp *d = *state;
	SSL_CTX *ctx = client_ctx("AES128-SHA");
	uint64_t until = dp_now_ms() + WAIT_MS;
	bool told = false;
	json_t *j;

	dp_write_config(d, "limits: {control_wait_ms: 888}\n");
	d->refuse_cfg = true;
	json_decref(dp_ask(d, "POST", "/reload", 200, NULL));
	dp_receive_until(d, IPC_CFG_COMMIT);
	d->refuse_cfg = false;
	while (!told && dp_now_ms() < until) {
		j = dp_ask(d, "GET", "/listeners", 200, NULL);
		told = json_string_length(json_object_get(j, "refused")) != 0;
		if (told)
			assert_string_equal(
				json_string_value(json_object_get(j, "refused")), "not??today??");
		json_decref(j);
	}
	assert_true(told);
	dp_open_conn(d, ctx, NULL, 55);
	assert_true(dp_shake(d));
	dp_close_conn(d);
	dp_write_config(d, "nonsense: 1\n");
	j = dp_ask(d, "POST", "/reload", 409, NULL);
	assert_non_null(strstr(json_string_value(json_object_get(j, "error")), "nonsense"));
	json_decref(j);
	SSL_CTX_free(ctx);
}
