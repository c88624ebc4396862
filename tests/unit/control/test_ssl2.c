/*
 * SSL 2.0 in memory: keys and records against values of Python's hashlib and cryptography, the
 * padding of master keys, both roles against each other, and each message cut, lengthened, changed
 * and in the wrong place. Flows and errors against another implementation: tests/interop.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/cert/cert.h"
#include "control/handshake/ssl2/ssl2.h"
#include "control/pka/pka_soft.h"
#include "tests/fuzz/hs_fuzz.h"

/* ---- known answers ---- */

static void
expect_hex(const uint8_t *p, size_t n, const char *hex)
{
	char have[512];

	assert_true(2 * n < sizeof(have));
	for (size_t i = 0; i < n; i++)
		snprintf(have + 2 * i, 3, "%02x", p[i]);
	assert_string_equal(have, hex);
}

static void
fill(uint8_t *p, size_t n, uint8_t from)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(from + i);
}

static void
key_material_known_answers(void **state)
{
	uint8_t master[24], challenge[32], id[16], out[48];

	fill(master, sizeof(master), 0);
	fill(challenge, sizeof(challenge), 0x40);
	fill(id, sizeof(id), 0x80);
	ssl2_key_material(master, 16, challenge, 16, id, 16, out, 32);
	expect_hex(out, 32, "5440b80f06b07fde956d752252f14628cd261bb6ebf233471a00c765d17ee82a");
	ssl2_key_material(master, 24, challenge, 32, id, 16, out, 48);
	expect_hex(out, 48,
		"1b7901fbe25b8655e90db31891dcf8ca7b57ee4b7cf7fcfc975f0dd0434388f55f7777f5f14449f7f8f650732491fc0d");
}

static void
records_known_answers(void **state)
{
	static const struct {
		uint32_t alg;
		uint8_t key_len, iv_len;
		const char *records[2]; /* of sequence numbers 2 and 3 */
	} cases[] = {
		{ IPC_ALG_RC4_MD5, 16, 0,
			{ "801bb5c54c9d67debb5136f84da36e931a7ebb14ed339d9b62dfb6a790",
				"801ba96d05e9c3cd09672948c30304f44548b3d7219505abb562b70c04" } },
		{ IPC_ALG_3DES_CBC_MD5, 24, 8,
			{ "0020059a1f28dc91d19ab7b4ac384360eda77ce505cf56164cc496addf6b9512a5f42e",
				"002005574d4e740667bde6d3c12862852dc3248d6124bcfd9c5be293035267c48a87d5" } },
	};

	for (unsigned i = 0; i < 2; i++) {
		struct ipc_keys_set k = { .dir = IPC_DIR_WRITE,
			.version = TLS_V_SSL2,
			.alg = cases[i].alg,
			.seq = 2,
			.key_len = cases[i].key_len,
			.mac_key_len = cases[i].key_len,
			.iv_len = cases[i].iv_len };
		struct hs_rec wr = { 0 }, rd = { 0 };
		uint8_t keys[56], out[64], back[64];

		fill(keys, k.key_len, 0);
		fill(keys + k.key_len, k.key_len, 0);
		fill(keys + 2 * k.key_len, 8, 0xa0);
		hs_rec_key(&wr, &k, keys);
		k.dir = IPC_DIR_READ;
		hs_rec_key(&rd, &k, keys);
		for (unsigned r = 0; r < 2; r++) {
			size_t n = hs_rec2_seal(&wr, (const uint8_t *)"hello, 1995", 11, out);
			size_t head = out[0] & 0x80 ? 2 : 3, got;

			expect_hex(out, n, cases[i].records[r]);
			assert_int_equal(hs_rec2_open(&rd, out + head, n - head, head == 3 ? out[2] : 0, back, &got), TLS_E_OK);
			assert_int_equal(got, 11);
			assert_memory_equal(back, "hello, 1995", 11);
		}
		hs_rec_drop(&wr);
		hs_rec_drop(&rd);
	}
}

/* ---- the padding of a master key ---- */

enum { MODULUS = 64, KEY = 16, ZERO = MODULUS - KEY - 1 };

static bool
is_taken(const uint8_t em[MODULUS])
{
	uint8_t substitute[KEY], out[KEY];

	memset(substitute, 0x77, KEY);
	pka_soft_unpad_ssl2(em, MODULUS, substitute, out, KEY);
	if (memcmp(out, em + ZERO + 1, KEY) == 0)
		return true;
	assert_memory_equal(out, substitute, KEY);
	return false;
}

static void
master_key_padding_is_exact(void **state)
{
	uint8_t em[MODULUS];

	memset(em, 9, sizeof(em));
	em[0] = 0;
	em[1] = 2;
	em[ZERO] = 0;
	fill(em + ZERO + 1, KEY, 0x20);
	assert_true(is_taken(em));
	for (unsigned i = 0; i <= ZERO; i++) { /* each byte up to the key */
		uint8_t was = em[i];

		em[i] = was == 0 ? 1 : 0;
		assert_false(is_taken(em));
		em[i] = was;
	}
	for (unsigned n = 1; n <= 10; n++) { /* so many bytes of 3 before the zero: eight tell of 3.x, RFC 5246 E.2 */
		memset(em + ZERO - n, 3, n);
		assert_int_equal(is_taken(em), n < 8);
	}
	em[ZERO - 8] = 9;
	assert_true(is_taken(em));
}

/* ---- both roles ---- */

struct pair {
	struct hs_fuzz world;
	struct hs_end end[2]; /* by role */
	/* what is done to one record, counted over both directions */
	unsigned at, count;
	size_t cut; /* bytes that stay; ~0: all */
	bool append;
	int flip; /* bit; -1: none */
	size_t lens[32];
	uint8_t codes[32];
};

static int
setup(void **state)
{
	struct pair *p = calloc(1, sizeof(*p));

	hs_fuzz_init(&p->world);
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	struct pair *p = *state;

	cert_store_free(p->world.certs);
	free(p);
	return 0;
}

static void
tap(void *ctx, struct hs_end *e, uint8_t *type, uint8_t *data, size_t *len)
{
	struct pair *p = (struct pair *)ctx;
	unsigned i = p->count++;

	if (*type != TLS_CT_SSL2) /* an alert: nothing was agreed yet */
		return;
	if (i < 32) {
		p->lens[i] = *len;
		p->codes[i] = data[0];
	}
	if (i != p->at)
		return;
	if (p->append)
		data[(*len)++] = 0;
	if (p->cut < *len)
		*len = p->cut;
	if (p->flip >= 0)
		data[p->flip / 8] ^= (uint8_t)(1u << p->flip % 8);
}

enum { PLAIN = 0, AUTH = 1, RESUME = 2, NO_CERT = 4 };

static void
nothing_done(struct pair *p)
{
	p->at = ~0u;
	p->cut = ~(size_t)0;
	p->append = false;
	p->flip = -1;
}

static void
configure(struct pair *p, unsigned how)
{
	uint8_t choice[HS_FUZZ_CONFIG] = { HS_V_SSL2, 0, 0, 0, 1, 0 };

	choice[1] = (uint8_t)((how & AUTH ? HS_AUTH_REQUIRE : 0) |
			      (how & AUTH && !(how & NO_CERT) ? 0x10 : 0));
	hs_fuzz_configure(&p->world, choice);
	nothing_done(p);
}

static void
join(struct pair *p)
{
	p->count = 0;
	for (unsigned role = 0; role < 2; role++) {
		struct hs_end_opts o = hs_fuzz_opts(&p->world, role);

		o.tap = tap; /* the world is the first thing in a pair */
		hs_end_open(&p->end[role], &o);
	}
	hs_end_join(&p->end[0], &p->end[1]);
}

static void
part(struct pair *p)
{
	for (unsigned role = 0; role < 2; role++) {
		hs_fuzz_check(&p->end[role]);
		hs_end_drop(&p->end[role]);
	}
}

static bool
both_ready(const struct pair *p)
{
	return p->end[0].ready && p->end[1].ready && !p->end[0].closed && !p->end[1].closed;
}

/* A run without a change, and what it was made of. */
static void
expect_flow(struct pair *p, const uint8_t *codes, unsigned n)
{
	nothing_done(p);
	join(p);
	assert_true(both_ready(p));
	assert_int_equal(p->count, n);
	assert_memory_equal(p->codes, codes, n);
	for (unsigned role = 0; role < 2; role++)
		assert_true(hs_memory(p->end[role].hs) <= 1024);
	/* every record counts, plaintext ones too */
	assert_int_equal(p->end[0].rd.seq, p->end[1].wr.seq);
	assert_int_equal(p->end[1].rd.seq + p->end[0].rd.seq, n);
	hs_end_write(&p->end[HS_CLIENT], "ping", 4);
	hs_end_write(&p->end[HS_SERVER], "pong", 4);
	hs_end_join(&p->end[0], &p->end[1]);
	assert_int_equal(p->end[HS_SERVER].data_in.len, 4);
	assert_int_equal(p->end[HS_CLIENT].data_in.len, 4);
	part(p);
}

static const uint8_t flow_new[] = { 1, 4, 2, 5, 3, 6 }, flow_known[] = { 1, 4, 5, 3, 6 },
		     flow_auth[] = { 1, 4, 2, 5, 3, 7, 8, 6 };

static void
flows_are_those_of_the_draft(void **state)
{
	struct pair *p = *state;

	configure(p, PLAIN);
	expect_flow(p, flow_new, sizeof(flow_new));
	expect_flow(p, flow_known, sizeof(flow_known));
	hs_fuzz_drop(&p->world);
	configure(p, AUTH);
	expect_flow(p, flow_auth, sizeof(flow_auth));
	expect_flow(p, flow_known, sizeof(flow_known)); /* the identity is the session's */
	hs_fuzz_drop(&p->world);
}

static void
a_required_certificate_is_required(void **state)
{
	struct pair *p = *state;

	configure(p, AUTH | NO_CERT);
	join(p);
	assert_false(both_ready(p));
	assert_int_equal(p->end[HS_SERVER].err, TLS_E_CERTIFICATE_REQUIRED);
	assert_int_equal(p->end[HS_CLIENT].err, TLS_E_PEER_ALERT);
	part(p);
	hs_fuzz_drop(&p->world);
}

/* Runs with the change that was set; the end that got the record must fail. */
static void
expect_failure(struct pair *p, const char *what, unsigned at, size_t n)
{
	p->at = at;
	join(p);
	if (both_ready(p) || (p->end[0].err == TLS_E_OK && p->end[1].err == TLS_E_OK))
		fail_msg("record %u (code %u) %s %zu: nobody objects", at, p->codes[at], what, n);
	part(p);
}

/* Message by message: every length but its own. */
static void
lengths_are_exact(struct pair *p, unsigned how, const uint8_t *codes, unsigned n)
{
	size_t lens[32];

	configure(p, how);
	if (how & RESUME) {
		join(p);
		part(p);
	}
	expect_flow(p, codes, n);
	memcpy(lens, p->lens, sizeof(lens));
	for (unsigned i = 0; i < n; i++) {
		/* certificates and encrypted keys: every byte of what is around them */
		for (size_t cut = 0; cut < lens[i]; cut += cut < 32 || cut + 40 > lens[i] ? 1 : 37) {
			hs_fuzz_drop(&p->world);
			configure(p, how);
			if (how & RESUME) {
				join(p);
				part(p);
			}
			p->cut = cut;
			expect_failure(p, "cut to", i, cut);
		}
		if (codes[i] == 7)
			continue; /* a challenge of 17 bytes is one: the signature tells */
		hs_fuzz_drop(&p->world);
		configure(p, how);
		if (how & RESUME) {
			join(p);
			part(p);
		}
		p->append = true;
		expect_failure(p, "with a trailing byte", i, 0);
	}
	hs_fuzz_drop(&p->world);
}

static void
every_message_has_its_exact_length(void **state)
{
	lengths_are_exact(*state, AUTH, flow_auth, sizeof(flow_auth));
	lengths_are_exact(*state, RESUME, flow_known, sizeof(flow_known));
}

/* SERVER-VERIFY and CLIENT-FINISHED prove the keys: every bit counts, and what fails is forgotten. */
static void
rejects_proofs_with_a_flipped_bit(void **state)
{
	static const struct {
		unsigned at;
		enum hs_role by;
	} proofs[] = { { 2, HS_CLIENT }, { 3, HS_SERVER } };
	struct pair *p = *state;

	for (unsigned i = 0; i < 2; i++) {
		for (int bit = 8; bit < 17 * 8; bit++) {
			configure(p, PLAIN);
			join(p);
			part(p);
			nothing_done(p);
			p->flip = bit;
			p->at = proofs[i].at;
			join(p);
			assert_true(p->end[proofs[i].by].hs->resumed);
			assert_int_equal(p->end[proofs[i].by].err, TLS_E_DECRYPT_ERROR);
			assert_true(p->end[HS_CLIENT].err == TLS_E_OK || !p->world.client_keep.has_client);
			part(p);
			if (proofs[i].by == HS_SERVER) { /* 1.3.2: its id is removed */
				nothing_done(p);
				join(p);
				assert_true(both_ready(p) && !p->end[HS_SERVER].hs->resumed);
				part(p);
			}
			hs_fuzz_drop(&p->world);
		}
	}
}

static void
answers_can_come_late(void **state)
{
	struct pair *p = *state;
	unsigned given = 0;
	bool more = true;

	configure(p, AUTH);
	for (unsigned role = 0; role < 2; role++) {
		struct hs_end_opts o = hs_fuzz_opts(&p->world, role);

		o.hold_answers = true;
		hs_end_open(&p->end[role], &o);
	}
	while (more) {
		hs_end_join(&p->end[0], &p->end[1]);
		more = hs_end_answer(&p->end[0]) || hs_end_answer(&p->end[1]);
		given += more;
	}
	assert_true(both_ready(p));
	assert_int_equal(given, 7); /* session, chain, encrypt, decrypt, sign, chain, verify */
	part(p);
	hs_fuzz_drop(&p->world);
}

static void
work_that_fails_ends_the_handshake(void **state)
{
	struct pair *p = *state;

	configure(p, PLAIN);
	p->world.fail_work = true;
	join(p);
	assert_false(both_ready(p));
	assert_int_equal(p->end[HS_CLIENT].err, TLS_E_INTERNAL_ERROR);
	part(p);
	hs_fuzz_drop(&p->world);
}

/* Through the driver: in each state, each code that is not legal there is refused. */
static void
messages_out_of_place_are_refused(void **state)
{
	static const uint16_t codes[] = {
#define HS_EVENT(name, code, max) code,
#include "control/handshake/hs_list.def"
	};
	struct pair *p = *state;
	unsigned refused = 0;

	configure(p, PLAIN);
	for (unsigned s = HS_FIRST_S2; s < HS_WAIT_NOTHING; s++) {
		for (unsigned code = 0; code < 256 && !hs_state_waits_for_us(s); code++) {
			struct hs_end_opts o = hs_fuzz_opts(&p->world, s < HS_FIRST_C2 ? HS_SERVER : HS_CLIENT);
			uint8_t record[20] = { (uint8_t)code };
			struct hs_end e;
			bool legal = false;

			for (unsigned v = 0; v < HS_EVENTS; v++)
				legal |= codes[v] == HS_SSL2(code) && hs_cell(s, v)->recv != NULL;
			if (legal)
				continue;
			hs_end_open(&e, &o);
			e.hs->state = (uint8_t)s;
			e.hs->version = TLS_V_SSL2;
			e.hs->agreed = true;
			assert_int_equal(hs_end_record(&e, TLS_CT_SSL2, 0, record, sizeof(record)), TLS_E_UNEXPECTED_MESSAGE);
			assert_true(e.closed && e.alert == TLS_ALERT_NONE);
			hs_end_drop(&e);
			refused++;
		}
	}
	assert_true(refused > 1000);
	hs_fuzz_drop(&p->world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key_material_known_answers),
		cmocka_unit_test(records_known_answers),
		cmocka_unit_test(master_key_padding_is_exact),
		cmocka_unit_test(flows_are_those_of_the_draft),
		cmocka_unit_test(a_required_certificate_is_required),
		cmocka_unit_test(every_message_has_its_exact_length),
		cmocka_unit_test(rejects_proofs_with_a_flipped_bit),
		cmocka_unit_test(answers_can_come_late),
		cmocka_unit_test(work_that_fails_ends_the_handshake),
		cmocka_unit_test(messages_out_of_place_are_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
