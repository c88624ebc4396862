/*
 * The server's handshake table against a list written by hand from the RFCs: every cell of state × event, every path to its end, and the
 * diagram in docs/handshake.md. `--print` writes that file's contents.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/handshake/hs_int.h"

/* What is legal, from RFC 5246 7.3 (figures 1 and 2), 7.1, 7.4: state, event, our flight, what we then work out, next state. */
struct legal {
	enum hs_state state;
	enum hs_event event;
	const char *flight;
	enum hs_work ask;
	enum hs_state next;
};

static const struct legal legal[] = {
	/* full handshake */
	{ HS_WAIT_CLIENT_HELLO, HS_EV_CLIENT_HELLO, "", HS_ASK_SESSION, HS_WAIT_SESSION },
	{ HS_WAIT_SESSION, HS_EV_SESSION_MISS, "ServerHello Certificate ServerHelloDone", HS_ASK_NOTHING, HS_WAIT_CLIENT_KEY_EXCHANGE },
	{ HS_WAIT_CLIENT_KEY_EXCHANGE, HS_EV_CLIENT_KEY_EXCHANGE, "", HS_ASK_PREMASTER, HS_WAIT_PREMASTER },
	{ HS_WAIT_PREMASTER, HS_EV_PREMASTER_DONE, "", HS_ASK_MASTER, HS_WAIT_MASTER },
	{ HS_WAIT_MASTER, HS_EV_MASTER_DONE, "", HS_ASK_KEYS, HS_WAIT_KEYS },
	{ HS_WAIT_KEYS, HS_EV_KEYS_DONE, "", HS_ASK_CLIENT_VERIFY, HS_WAIT_CLIENT_VERIFY },
	{ HS_WAIT_CLIENT_VERIFY, HS_EV_CLIENT_VERIFY_DONE, "", HS_ASK_NOTHING, HS_WAIT_CCS },
	{ HS_WAIT_CCS, HS_EV_CHANGE_CIPHER_SPEC, "", HS_ASK_NOTHING, HS_WAIT_FINISHED },
	{ HS_WAIT_FINISHED, HS_EV_FINISHED, "", HS_ASK_SERVER_VERIFY, HS_WAIT_SERVER_VERIFY },
	{ HS_WAIT_SERVER_VERIFY, HS_EV_SERVER_VERIFY_DONE, "ChangeCipherSpec Finished", HS_ASK_NOTHING, HS_WAIT_CLOSE },
	/* resumption */
	{ HS_WAIT_SESSION, HS_EV_SESSION_HIT, "ServerHello", HS_ASK_KEYS, HS_WAIT_RESUMED_KEYS },
	{ HS_WAIT_RESUMED_KEYS, HS_EV_KEYS_DONE, "", HS_ASK_SERVER_VERIFY, HS_WAIT_RESUMED_SERVER_VERIFY },
	{ HS_WAIT_RESUMED_SERVER_VERIFY, HS_EV_SERVER_VERIFY_DONE, "ChangeCipherSpec Finished", HS_ASK_CLIENT_VERIFY,
		HS_WAIT_RESUMED_CLIENT_VERIFY },
	{ HS_WAIT_RESUMED_CLIENT_VERIFY, HS_EV_CLIENT_VERIFY_DONE, "", HS_ASK_NOTHING, HS_WAIT_RESUMED_CCS },
	{ HS_WAIT_RESUMED_CCS, HS_EV_CHANGE_CIPHER_SPEC, "", HS_ASK_NOTHING, HS_WAIT_RESUMED_FINISHED },
	{ HS_WAIT_RESUMED_FINISHED, HS_EV_FINISHED, "", HS_ASK_NOTHING, HS_WAIT_CLOSE },
	/* connected: renegotiation is refused by a warning, and nothing changes */
	{ HS_WAIT_CLOSE, HS_EV_CLIENT_HELLO, "", HS_ASK_NOTHING, HS_WAIT_CLOSE },
};
#define LEGAL (sizeof(legal) / sizeof(legal[0]))

static const uint16_t codes[] = {
#define HS_EVENT(name, code, max) code,
#include "control/handshake/hs_list.def"
};

static const struct legal *
find(enum hs_state s, enum hs_event e)
{
	for (size_t i = 0; i < LEGAL; i++)
		if (legal[i].state == s && legal[i].event == e)
			return &legal[i];
	return NULL;
}

static void
every_cell_is_as_the_rfc_has_it(void **state)
{
	unsigned visited = 0;

	for (unsigned s = 0; s < HS_STATES; s++) {
		for (unsigned e = 0; e < HS_EVENTS; e++, visited++) {
			const struct hs_cell *c = hs_server_cell(s, e);
			const struct legal *want = find(s, e);

			if ((c->recv != NULL) != (want != NULL))
				fail_msg("%s x %s: %s", hs_state_name(s), hs_event_name(e), want != NULL ? "must be legal" : "must be rejected");
			if (want == NULL)
				continue;
			assert_int_equal(c->next, want->next);
			assert_int_equal(c->ask, want->ask);
			assert_string_equal(c->flight != NULL ? c->flight->name : "", want->flight);
			assert_non_null(c->rfc);
		}
	}
	assert_int_equal(visited, HS_STATES * HS_EVENTS);
}

/* A state that asks waits for exactly the answer it asked for, and only such states make the peer wait. */
static void
every_question_has_its_answer(void **state)
{
	static const uint8_t answers[][2] = {
		{ HS_ASK_SESSION, HS_EV_SESSION_HIT }, { HS_ASK_SESSION, HS_EV_SESSION_MISS }, { HS_ASK_PREMASTER, HS_EV_PREMASTER_DONE },
		{ HS_ASK_MASTER, HS_EV_MASTER_DONE }, { HS_ASK_KEYS, HS_EV_KEYS_DONE }, { HS_ASK_CLIENT_VERIFY, HS_EV_CLIENT_VERIFY_DONE },
		{ HS_ASK_SERVER_VERIFY, HS_EV_SERVER_VERIFY_DONE },
	};

	for (size_t i = 0; i < LEGAL; i++) {
		const struct legal *l = &legal[i];

		assert_int_equal(hs_state_waits_for_us(l->next), l->ask != HS_ASK_NOTHING);
		for (size_t k = 0; k < sizeof(answers) / sizeof(answers[0]); k++)
			assert_int_equal(hs_server_cell(l->next, answers[k][1])->recv != NULL, l->ask == answers[k][0]);
	}
}

/* Depth-first from the start: no cycle but the one at CLOSE, every way ends there, every state is met. */
static void
walk(enum hs_state s, unsigned depth, bool *met, unsigned *ends)
{
	bool leads_on = false;

	assert_true(depth <= HS_STATES);
	met[s] = true;
	if (s == HS_WAIT_CLOSE) {
		(*ends)++;
		return;
	}
	for (unsigned e = 0; e < HS_EVENTS; e++) {
		const struct hs_cell *c = hs_server_cell(s, e);

		if (c->recv == NULL)
			continue;
		leads_on = true;
		walk(c->next, depth + 1, met, ends);
	}
	assert_true(leads_on);
}

static void
every_path_ends_connected(void **state)
{
	bool met[HS_STATES] = { false };
	unsigned ends = 0;

	walk(HS_WAIT_CLIENT_HELLO, 0, met, &ends);
	assert_int_equal(ends, 2); /* full and resumed */
	for (unsigned s = 0; s < HS_STATES; s++)
		assert_int_equal(met[s], s != HS_WAIT_NOTHING);
}

static void
no_random(void *ctx, uint8_t *out, size_t len)
{
	memset(out, 0, len);
}

/* Through the driver: in each state, each message that is not legal there is answered by unexpected_message as soon as its header is in. */
static void
the_driver_rejects_what_the_table_rejects(void **state)
{
	static const struct hs_listener listener = { .id = 1 };
	const struct hs_env env = { .now_s = 1, .random = no_random };
	struct hs_out *out = malloc(sizeof(*out));
	unsigned rejected = 0;

	for (unsigned s = 0; s < HS_STATES; s++) {
		for (unsigned type = 0; type < 256; type++) {
			struct hs *hs = hs_new(&listener);
			uint8_t header[4] = { (uint8_t)type, 0, 0, 1 };
			bool is_legal = false;
			enum tls_err err;

			for (unsigned e = 0; e < HS_EVENTS; e++)
				is_legal |= codes[e] == type && find(s, e) != NULL;
			hs->state = (uint8_t)s;
			hs_out_start(out);
			err = hs_record(hs, &env, TLS_CT_HANDSHAKE, 0, header, sizeof(header), out);
			if (s == HS_WAIT_NOTHING || hs_state_waits_for_us(s) || is_legal) {
				assert_int_equal(out->n, 0); /* dead, queued, or wanting the rest */
			} else {
				assert_int_equal(err, TLS_E_UNEXPECTED_MESSAGE);
				assert_int_equal(out->act[out->n - 1].type, HS_ACT_CLOSE);
				assert_int_equal(out->act[out->n - 1].close.alert, 10);
				rejected++;
			}
			hs_free(hs);
		}
	}
	assert_true(rejected > 1000);
	free(out);
}

static void
ccs_is_rejected_outside_its_two_states(void **state)
{
	static const struct hs_listener listener = { .id = 1 };
	const struct hs_env env = { .now_s = 1, .random = no_random };
	struct hs_out *out = malloc(sizeof(*out));

	for (unsigned s = 0; s < HS_STATES; s++) {
		struct hs *hs = hs_new(&listener);
		enum tls_err err, want = TLS_E_UNEXPECTED_MESSAGE;

		if (s == HS_WAIT_CCS || s == HS_WAIT_RESUMED_CCS || s == HS_WAIT_NOTHING || hs_state_waits_for_us(s))
			want = TLS_E_OK;
		hs->state = (uint8_t)s;
		hs_out_start(out);
		err = hs_record(hs, &env, TLS_CT_CCS, 0, (const uint8_t *)"\x01", 1, out);
		assert_int_equal(err, want);
		hs_free(hs);
	}
	free(out);
}

/* ---- the diagram ---- */

static void
print(FILE *f)
{
	fprintf(f, "<!-- Generated by `make regs` from control/handshake/hs_server.c. Do not edit. -->\n"
		"# The handshake machine\n\n"
		"The server's side of TLS 1.2 as the program has it. A state is named by what it waits for; states in round brackets wait for an\n"
		"answer of our own side (session store, private key, PRF), and records of the peer queue up meanwhile. Everything that is not in\n"
		"the table is rejected with `unexpected_message`; alerts are legal everywhere.\n\n"
		"```mermaid\nstateDiagram-v2\n    [*] --> CLIENT_HELLO\n");
	for (unsigned s = 0; s < HS_STATES; s++) {
		for (unsigned e = 0; e < HS_EVENTS; e++) {
			const struct hs_cell *c = hs_server_cell(s, e);

			if (c->recv == NULL)
				continue;
			fprintf(f, "    %s --> %s: %s%s%s\n", hs_state_name(s), hs_state_name(c->next), hs_event_name(e),
				c->flight != NULL ? " / send " : "", c->flight != NULL ? c->flight->name : "");
		}
	}
	fprintf(f, "    CLOSE --> [*]\n```\n\n| waits for | what arrives | we send | we ask for | then waits for | RFC |\n|---|---|---|---|---|---|\n");
	for (unsigned s = 0; s < HS_STATES; s++) {
		for (unsigned e = 0; e < HS_EVENTS; e++) {
			const struct hs_cell *c = hs_server_cell(s, e);
			bool ours = hs_state_waits_for_us(s);

			if (c->recv == NULL)
				continue;
			fprintf(f, "| %s%s%s | %s | %s | %s | %s | %s |\n", ours ? "(" : "", hs_state_name(s), ours ? ")" : "", hs_event_name(e),
				c->flight != NULL ? c->flight->name : "", c->ask != HS_ASK_NOTHING ? hs_work_name(c->ask) : "",
				hs_state_name(c->next), c->rfc);
		}
	}
}

static void
the_document_shows_this_table(void **state)
{
	char *want = NULL, *have = NULL;
	size_t want_len, have_cap = 0;
	FILE *f = open_memstream(&want, &want_len);
	ssize_t n;

	print(f);
	fclose(f);
	f = fopen("docs/handshake.md", "r");
	assert_non_null(f);
	n = getdelim(&have, &have_cap, '\0', f);
	fclose(f);
	assert_true(n > 0);
	assert_string_equal(have, want); /* `make regs` writes it anew */
	free(want);
	free(have);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cell_is_as_the_rfc_has_it),
		cmocka_unit_test(every_question_has_its_answer),
		cmocka_unit_test(every_path_ends_connected),
		cmocka_unit_test(the_driver_rejects_what_the_table_rejects),
		cmocka_unit_test(ccs_is_rejected_outside_its_two_states),
		cmocka_unit_test(the_document_shows_this_table),
	};

	if (argc == 2 && strcmp(argv[1], "--print") == 0) {
		print(stdout);
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
