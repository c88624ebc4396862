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

/* What is legal, written by hand from the RFCs, one list for each family of states: state, event, our flight, what we then ask, next state. */
struct legal {
	enum hs_state state;
	enum hs_event event;
	const char *flight;
	enum hs_work ask;
	enum hs_state next;
};

#define LEGAL(state, event, flight, ask, next) { HS_WAIT_##state, HS_EV_##event, flight, HS_ASK_##ask, HS_WAIT_##next },
static const struct legal legal[] = {
#include "tests/table/legal_start.def"
#include "tests/table/legal_s12.def"
#include "tests/table/legal_c12.def"
#include "tests/table/legal_s13.def"
#include "tests/table/legal_c13.def"
#include "tests/table/legal_ssl2.def"
};
#define LEGALS (sizeof(legal) / sizeof(legal[0]))

static const uint16_t codes[] = {
#define HS_EVENT(name, code, max) code,
#include "control/handshake/hs_list.def"
};

static const uint32_t longest[] = {
#define HS_EVENT(name, code, max) max,
#include "control/handshake/hs_list.def"
};

static const struct legal *
find(enum hs_state s, enum hs_event e)
{
	for (size_t i = 0; i < LEGALS; i++)
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
			const struct hs_cell *c = hs_cell(s, e);
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

static bool
is_ours(enum hs_event e)
{
	return e >= HS_EV_GO_SSL2 && e < HS_EV_CMD_REKEY;
}

/* A question leads to a state that waits for its answer; such a state takes nothing else, and no other state takes an answer. */
static void
every_question_has_its_answer(void **state)
{
	for (size_t i = 0; i < LEGALS; i++) {
		const struct legal *l = &legal[i];

		if (l->ask != HS_ASK_NOTHING)
			assert_true(hs_state_waits_for_us(l->next));
		assert_int_equal(is_ours(l->event), hs_state_waits_for_us(l->state));
		/* connected ones take commands; keys wear out while a client is asked for a certificate, too */
		if (l->event >= HS_EV_CMD_REKEY && (l->event != HS_EV_CMD_REKEY || l->state != HS_WAIT_S13_REAUTH_CERTIFICATE))
			assert_true(hs_state_is_open(l->state));
	}
}

/* Depth-first from the start: no cycle, every way ends connected (renegotiation begins a new one there), every state is met. */
static void
walk(enum hs_state s, unsigned depth, bool *met, unsigned *ends)
{
	bool leads_on = false;

	assert_true(depth <= HS_STATES);
	met[s] = true;
	if (hs_state_is_open(s) || s == HS_WAIT_NOTHING) {
		(*ends)++;
		return;
	}
	for (unsigned e = 0; e < HS_EVENTS; e++) {
		const struct hs_cell *c = hs_cell(s, e);

		if (c->recv == NULL || c->next == s) /* ignored there: no step */
			continue;
		leads_on = true;
		walk(c->next, depth + 1, met, ends);
	}
	if (!leads_on)
		fail_msg("%s leads nowhere", hs_state_name(s));
}

static void
every_path_ends_connected(void **state)
{
	bool met[HS_STATES] = { false };
	unsigned ends = 0;

	walk(HS_WAIT_CLIENT_HELLO, 0, met, &ends);
	walk(HS_WAIT_CLIENT_START, 0, met, &ends);
	assert_true(ends >= 2); /* full and resumed */
	/* what begins on an established connection */
	for (unsigned s = 0; s < HS_STATES; s++)
		for (unsigned e = 0; hs_state_is_open(s) && met[s] && e < HS_EVENTS; e++)
			if (hs_cell(s, e)->recv != NULL)
				walk(hs_cell(s, e)->next, 1, met, &ends);
	for (size_t i = 0; i < LEGALS; i++)
		if (!met[legal[i].state])
			fail_msg("%s is never met", hs_state_name(legal[i].state));
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
	static const struct hs_policy policy = { .versions = HS_V_12 };
	static const struct hs_conf listener = { .id = 1, .policy = &policy };
	const struct hs_env env = { .now_s = 1, .random = no_random };
	struct hs_out *out = malloc(sizeof(*out));
	unsigned rejected = 0;

	for (unsigned s = 0; s < HS_STATES; s++) {
		for (unsigned type = 0; type < 256; type++) {
			struct hs *hs = hs_new(&listener);
			uint8_t header[4] = { (uint8_t)type, 0, 0, 1 };
			bool is_legal = false, is_empty = false;
			enum tls_err err;

			for (unsigned e = 0; e < HS_EVENTS; e++) {
				is_legal |= codes[e] == type && codes[e] < 256 && find(s, e) != NULL;
				is_empty |= codes[e] == type && longest[e] == 0;
			}
			hs->state = (uint8_t)s;
			hs_out_start(out);
			err = hs_record(hs, &env, TLS_CT_HANDSHAKE, 0, header, sizeof(header), out);
			if (is_legal && is_empty) { /* and this one says that it is not */
				assert_int_equal(err, TLS_E_DECODE_ERROR);
			} else if (s == HS_WAIT_NOTHING || hs_state_waits_for_us(s) || is_legal) {
				assert_true(out->n == 0 || (out->n == 1 && out->act[0].type == HS_ACT_READ_ON)); /* dead, queued, or wanting the rest */
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
ccs_is_rejected_outside_its_states(void **state)
{
	static const struct hs_policy policy = { .versions = HS_V_12 };
	static const struct hs_conf listener = { .id = 1, .policy = &policy };
	const struct hs_env env = { .now_s = 1, .random = no_random };
	struct hs_out *out = malloc(sizeof(*out));

	for (unsigned s = 0; s < HS_STATES; s++) {
		struct hs *hs;
		enum tls_err err, want = TLS_E_UNEXPECTED_MESSAGE;

		if (find(s, HS_EV_CHANGE_CIPHER_SPEC) != NULL)
			continue;
		hs = hs_new(&listener);
		if (s == HS_WAIT_NOTHING || hs_state_waits_for_us(s))
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
	fprintf(f, "<!-- Generated by `make regs` from the tables in control/handshake/. Do not edit. -->\n"
		"# The handshake machine\n\n"
		"Every version and both roles as the program has them. A state is named by what it waits for; states in round brackets wait for an\n"
		"answer of our own side (session store, private key, PRF), and records of the peer queue up meanwhile. Everything that is not in\n"
		"the table is rejected with `unexpected_message`; alerts are legal everywhere.\n\n"
		"```mermaid\nstateDiagram-v2\n    [*] --> CLIENT_HELLO\n    [*] --> CLIENT_START\n");
	for (unsigned s = 0; s < HS_STATES; s++) {
		for (unsigned e = 0; e < HS_EVENTS; e++) {
			const struct hs_cell *c = hs_cell(s, e);

			if (c->recv == NULL)
				continue;
			fprintf(f, "    %s --> %s: %s%s%s\n", hs_state_name(s), hs_state_name(c->next), hs_event_name(e),
				c->flight != NULL ? " / send " : "", c->flight != NULL ? c->flight->name : "");
		}
	}
	for (unsigned s = 0; s < HS_STATES; s++)
		if (hs_state_is_open(s))
			fprintf(f, "    %s --> [*]\n", hs_state_name(s));
	fprintf(f, "```\n\n| waits for | what arrives | we send | we ask for | then waits for | RFC |\n|---|---|---|---|---|---|\n");
	for (unsigned s = 0; s < HS_STATES; s++) {
		for (unsigned e = 0; e < HS_EVENTS; e++) {
			const struct hs_cell *c = hs_cell(s, e);
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
		cmocka_unit_test(ccs_is_rejected_outside_its_states),
		cmocka_unit_test(the_document_shows_this_table),
	};

	if (argc == 2 && strcmp(argv[1], "--print") == 0) {
		print(stdout);
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
