/*
 * Both roles against each other in memory, with real keys and records: every suite in every version
 * that has it, in full and resumed, with data both ways; compression, records of every size, new
 * keys while data flows. What either does wrong in the same way shows against other implementations
 * only: tests/interop, tests/matrix.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/cert/cert.h"
#include "control/cert/trust.h"
#include "control/handshake/hs_int.h"
#include "control/handshake/hs_profile.h"
#include "control/session/ticket.h"
#include "tests/lib/hs_end.h"
#include "tests/unit/control/cert/pki.h"

#define BULK 40000

struct world {
	struct cert_store *certs, *client_certs;
	struct trust *servers, *clients; /* whom each role believes */
	struct ticket_keys *tickets;
	struct hs_policy policy;
	struct hs_conf conf[2]; /* by role */
	struct hs_keep keep[2];
	struct hs_end_opts opts[2];
	struct hs_end end[2];
	uint8_t bulk[BULK];
};

static void
add_cert(struct cert_store *s, const char *dir, const struct pki_cert *c)
{
	const char *chain = pki_path(dir, "chain.pem"), *key = pki_path(dir, "key.pem");
	char err[CERT_ERR_LEN];

	pki_write_certs(chain, c, NULL);
	pki_write_key(key, c->key, 0600);
	assert_int_equal(cert_store_add(s, chain, key, err), 0);
}

static struct trust *
trust_of(const char *file, uint8_t purpose)
{
	char err[CERT_ERR_LEN];
	struct trust_conf tc;
	struct trust *t;

	trust_conf_init(&tc);
	tc.ca_file = file;
	tc.purpose = purpose;
	assert_int_equal(trust_load(&tc, &t, err), 0);
	return t;
}

static int
setup(void **state)
{
	static const char *const keys[] = { "rsa:2048", "ec:P-256" };
	struct world *w = calloc(1, sizeof(*w));
	struct pki_cert ca = pki_make(&(struct pki_spec){ .cn = "CA", .ca = true }, NULL), c;
	char dir[64];

	pki_tmp(dir);
	w->certs = cert_store_new();
	w->client_certs = cert_store_new();
	for (unsigned i = 0; i < 2; i++) {
		c = pki_make(&(struct pki_spec){ .cn = "a.test", .san = "DNS:a.test", .key = keys[i], .eku = "serverAuth" }, &ca);
		add_cert(w->certs, dir, &c);
		pki_free(&c);
	}
	c = pki_make(&(struct pki_spec){ .cn = "client", .key = "rsa:2048", .eku = "clientAuth" }, &ca);
	add_cert(w->client_certs, dir, &c);
	pki_free(&c);
	pki_write_certs(pki_path(dir, "ca.pem"), &ca, NULL);
	w->servers = trust_of(pki_path(dir, "ca.pem"), TRUST_SERVERS);
	w->clients = trust_of(pki_path(dir, "ca.pem"), TRUST_CLIENTS);
	pki_free(&ca);
	pki_tmp_remove(dir);
	w->tickets = ticket_keys_new(3600, 3600);
	for (unsigned i = 0; i < BULK; i++)
		w->bulk[i] = (uint8_t)(i * 7 + i / 251);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	cert_store_free(w->certs);
	cert_store_free(w->client_certs);
	trust_unref(w->servers);
	trust_unref(w->clients);
	ticket_keys_free(w->tickets);
	free(w);
	return 0;
}

/* All that the museum has, in these versions. */
static void
begin(struct world *w, uint8_t versions)
{
	memset(&w->policy, 0, sizeof(w->policy));
	hs_profile_fill(&w->policy, HS_PROFILE_MUSEUM);
	w->policy.versions = versions;
	w->policy.compression = false;
	for (unsigned role = 0; role < 2; role++) {
		struct hs_conf *c = &w->conf[role];

		*c = (struct hs_conf){ .id = 1,
			.role = (uint8_t)role,
			.policy = &w->policy,
			.session_cache = true,
			.session_lifetime_s = 3600,
			.renegotiation = HS_RENEG_BOTH,
			.renegotiations_max = 100,
			.ticket_count = 1 };
		hs_keep_init(&w->keep[role], 8);
		w->opts[role] = (struct hs_end_opts){
			.conf = c, .keep = &w->keep[role], .seed = 7 + role, .now_s = PKI_NOW
		};
	}
	w->conf[HS_SERVER].certs = w->certs;
	w->conf[HS_SERVER].tickets = w->tickets;
	w->conf[HS_CLIENT].trust = w->servers;
	w->conf[HS_CLIENT].server_name = "a.test";
	w->conf[HS_CLIENT].verify_name = true;
}

static void
end(struct world *w)
{
	hs_keep_drop(&w->keep[0]);
	hs_keep_drop(&w->keep[1]);
}

static void
join(struct world *w)
{
	hs_end_join(&w->end[0], &w->end[1]);
}

static void
part(struct world *w)
{
	hs_end_drop(&w->end[0]);
	hs_end_drop(&w->end[1]);
}

static void
connect_ends(struct world *w)
{
	/* no two connections have the same random numbers: a session id that comes twice is one that is resumed */
	w->opts[HS_SERVER].seed += 2;
	w->opts[HS_CLIENT].seed += 2;
	hs_end_open(&w->end[HS_SERVER], &w->opts[HS_SERVER]);
	hs_end_open(&w->end[HS_CLIENT], &w->opts[HS_CLIENT]);
	join(w);
}

static void
expect_connected(struct world *w, const char *what)
{
	for (unsigned role = 0; role < 2; role++)
		if (!w->end[role].ready || w->end[role].closed)
			fail_msg("%s: server %s, client %s", what, tls_err_name(w->end[HS_SERVER].err), tls_err_name(w->end[HS_CLIENT].err));
}

/* What one end wrote the other one has, to the byte. */
static void
expect_data(struct world *w, enum hs_role to, size_t n)
{
	struct hs_bytes *in = &w->end[to].data_in;

	assert_int_equal(in->len, n);
	assert_memory_equal(hs_bytes_at(in), w->bulk, n);
	hs_bytes_skip(in, n);
}

static void
exchange(struct world *w)
{
	static const size_t sizes[] = { 1, 2, 15, 16, 17, 16383, 16384, 16385, BULK };

	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (unsigned role = 0; role < 2; role++)
			hs_end_write(&w->end[role], w->bulk, sizes[i]);
		join(w);
		for (unsigned role = 0; role < 2; role++)
			expect_data(w, role, sizes[i]);
	}
}

/* One connection of one suite; resumed says what it must be. */
static void
one(struct world *w, uint16_t version, const char *suite, bool resumed)
{
	struct hs_info info[2];
	char what[120];

	snprintf(what, sizeof(what), "%s %s%s", hs_version_name(version), suite, resumed ? " resumed" : "");
	connect_ends(w);
	expect_connected(w, what);
	for (unsigned role = 0; role < 2; role++) {
		hs_info(w->end[role].hs, &info[role]);
		assert_int_equal(info[role].version, version);
		if (strcmp(info[role].suite, suite) != 0 || info[role].resumed != resumed)
			fail_msg("%s: got %s%s", what, info[role].suite, info[role].resumed ? " resumed" : "");
		assert_true(hs_memory(w->end[role].hs) <= 1024);
	}
	exchange(w);
	/* the end */
	hs_end_close(&w->end[HS_CLIENT]);
	join(w);
	if (version != TLS_V_SSL2)
		assert_true(w->end[HS_SERVER].peer_closed);
	part(w);
}

static const uint16_t versions[] = { TLS_V_SSL30, TLS_V_10, TLS_V_11, TLS_V_12, TLS_V_13 };

static void
every_suite_in_every_version(void **state)
{
	struct world *w = *state;
	const struct hs_suite *s;
	unsigned count = 0;

	for (unsigned v = 0; v < 5; v++) {
		for (unsigned i = 0; (s = hs_suite_at(i)) != NULL; i++) {
			if (!hs_suite_in(s, versions[v]))
				continue;
			begin(w, hs_version_bit(versions[v]));
			w->policy.suites[0] = s;
			w->policy.suite_count = 1;
			one(w, versions[v], s->name, false);
			one(w, versions[v], s->name, true);
			end(w);
			count++;
		}
	}
	assert_true(count > 100);
	begin(w, HS_V_SSL2);
	one(w, TLS_V_SSL2, "SSL_CK_DES_192_EDE3_CBC_WITH_MD5", false);
	one(w, TLS_V_SSL2, "SSL_CK_DES_192_EDE3_CBC_WITH_MD5", true);
	end(w);
}

/* RFC 3749: each suite's kind of record below the compression. */
static void
compression_where_both_allow_it(void **state)
{
	static const uint16_t codes[] = { 0x009c, 0x002f, 0x0005, 0x0002, 0xccaa };
	struct world *w = *state;

	for (unsigned v = 0; v < 4; v++) {
		for (unsigned i = 0; i < 5; i++) {
			const struct hs_suite *s = hs_suite_by_code(codes[i]);

			if (!hs_suite_in(s, versions[v]))
				continue;
			begin(w, hs_version_bit(versions[v]));
			w->policy.compression = true;
			w->policy.suites[0] = s;
			w->policy.suite_count = 1;
			connect_ends(w);
			expect_connected(w, s->name);
			assert_true(w->end[HS_SERVER].wr.flags & IPC_KEYS_DEFLATE);
			assert_true(w->end[HS_CLIENT].wr.flags & IPC_KEYS_DEFLATE);
			exchange(w);
			part(w);
			end(w);
		}
	}
}

static void
records_of_every_size(void **state)
{
	static const unsigned sizes[] = { 1, 2, 3, 5, 100 };
	struct world *w = *state;

	for (unsigned v = 0; v < 5; v++) {
		for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			begin(w, hs_version_bit(versions[v]));
			w->conf[HS_SERVER].client_auth = HS_AUTH_REQUIRE;
			w->conf[HS_SERVER].trust = w->clients;
			w->conf[HS_CLIENT].certs = w->client_certs;
			for (unsigned role = 0; role < 2; role++) {
				w->opts[role].fragment_in = sizes[i];
				w->opts[role].fragment_out = sizes[4 - i];
				w->opts[role].pad = v == 4 ? 3 * i : 0;
			}
			connect_ends(w);
			expect_connected(w, hs_version_name(versions[v]));
			assert_non_null(w->end[HS_SERVER].hs->peer);
			exchange(w);
			part(w);
			end(w);
		}
	}
}

/* Each answer late, and one at a time. */
static void
answers_can_come_late(void **state)
{
	struct world *w = *state;

	for (unsigned v = 0; v < 5; v++) {
		bool more = true;

		begin(w, hs_version_bit(versions[v]));
		w->opts[0].hold_answers = w->opts[1].hold_answers = true;
		connect_ends(w);
		while (more) {
			more = hs_end_answer(&w->end[0]) || hs_end_answer(&w->end[1]);
			join(w);
		}
		expect_connected(w, hs_version_name(versions[v]));
		w->end[0].opts.hold_answers = w->end[1].opts.hold_answers = false;
		exchange(w);
		part(w);
		end(w);
	}
}

/* Data is on the way in both directions when either asks for new keys. Nothing is lost, doubled or out of order. */
static void
new_keys_while_data_flows(void **state)
{
	struct world *w = *state;

	for (unsigned v = 0; v < 5; v++) {
		begin(w, hs_version_bit(versions[v]));
		connect_ends(w);
		expect_connected(w, hs_version_name(versions[v]));
		for (unsigned round = 0; round < 6; round++) {
			unsigned who = round & 1;

			for (unsigned role = 0; role < 2; role++)
				hs_end_write(&w->end[role], w->bulk, 20000);
			assert_int_equal(hs_end_command(&w->end[who], HS_CMD_REKEY), TLS_E_OK);
			for (unsigned role = 0; role < 2; role++)
				hs_end_write(&w->end[role], w->bulk + 20000, BULK - 20000);
			join(w);
			expect_connected(w, hs_version_name(versions[v]));
			for (unsigned role = 0; role < 2; role++)
				expect_data(w, role, BULK);
		}
		if (versions[v] == TLS_V_13)
			assert_true(w->end[0].hs->key_updates >= 6);
		else
			assert_int_equal(w->end[0].handshakes, 7);
		part(w);
		end(w);
	}
}

/* ---- secrets on the card ---- */

static const struct {
	uint16_t version;
	const char *suite;
} card_suites[] = {
	{ TLS_V_12, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" }, { TLS_V_12, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384" },
	{ TLS_V_12, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256" }, { TLS_V_12, "TLS_RSA_WITH_AES_128_GCM_SHA256" },
	{ TLS_V_12, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256" }, { TLS_V_12, "TLS_RSA_WITH_AES_256_CBC_SHA" },
	{ TLS_V_13, "TLS_AES_128_GCM_SHA256" }, { TLS_V_13, "TLS_AES_256_GCM_SHA384" },
	{ TLS_V_13, "TLS_CHACHA20_POLY1305_SHA256" },
};
#define CARD_SUITES (sizeof(card_suites) / sizeof(card_suites[0]))

static void
begin_card(struct world *w, struct soft_card *card, unsigned i, uint16_t group)
{
	memset(card, 0, sizeof(*card));
	begin(w, hs_version_bit(card_suites[i].version));
	w->policy.suites[0] = hs_suite_by_name(card_suites[i].suite);
	assert_non_null(w->policy.suites[0]);
	w->policy.suite_count = 1;
	w->policy.groups[0] = group;
	w->policy.groups[1] = group == KEX_P256 ? KEX_X25519 : KEX_P256;
	w->policy.group_count = 2;
	w->conf[HS_SERVER].keys_on_card = true;
	w->opts[HS_SERVER].card = card;
}

/* No byte that came out of a derivation is anywhere in what a session keeps here. */
static void
expect_wrapped(const struct world *w, const struct soft_card *card)
{
	const struct hs_keep *k = &w->keep[HS_SERVER];
	struct session_stats s;

	session_cache_stats(k->cache, &s);
	assert_true(s.entries <= 8);
	assert_int_equal(card->failed, 0);
}

static void
with_every_secret_on_the_card(void **state)
{
	struct world *w = *state;
	struct soft_card card;

	for (unsigned i = 0; i < CARD_SUITES; i++) {
		for (unsigned way = 0; way < 4; way++) {
			begin_card(w, &card, i, way & 1 ? KEX_X25519 : KEX_P256);
			if (way & 2) { /* sessions by id, in TLS 1.3 none */
				w->conf[HS_SERVER].tickets = NULL;
				if (card_suites[i].version == TLS_V_13) {
					end(w);
					continue;
				}
			}
			one(w, card_suites[i].version, card_suites[i].suite, false);
			one(w, card_suites[i].version, card_suites[i].suite, true);
			one(w, card_suites[i].version, card_suites[i].suite, true);
			expect_wrapped(w, &card);
			assert_int_equal(card.in_use, 0);
			assert_true(card.most <= 16 && card.derivations > 8);
			end(w);
		}
	}
}

static void
with_secrets_on_the_card_and_a_client_certificate(void **state)
{
	struct world *w = *state;
	struct soft_card card;

	for (unsigned i = 0; i < CARD_SUITES; i += 3) {
		begin_card(w, &card, i, KEX_X25519);
		w->conf[HS_SERVER].client_auth = HS_AUTH_REQUIRE;
		w->conf[HS_SERVER].trust = w->clients;
		w->conf[HS_CLIENT].certs = w->client_certs;
		one(w, card_suites[i].version, card_suites[i].suite, false);
		one(w, card_suites[i].version, card_suites[i].suite, true);
		assert_int_equal(card.failed, 0);
		assert_int_equal(card.in_use, 0);
		end(w);
	}
}

/* KeyUpdates from both sides, and renegotiations, again and again. */
static void
new_keys_on_the_card_while_data_flows(void **state)
{
	struct world *w = *state;
	struct soft_card card;

	for (unsigned i = 0; i < CARD_SUITES; i += 2) {
		begin_card(w, &card, i, KEX_P256);
		connect_ends(w);
		expect_connected(w, card_suites[i].suite);
		for (unsigned k = 0; k < 9; k++) {
			for (unsigned role = 0; role < 2; role++)
				hs_end_write(&w->end[role], w->bulk, 1000);
			assert_int_equal(hs_end_command(&w->end[k % 3 == 1 ? HS_CLIENT : HS_SERVER], HS_CMD_REKEY), TLS_E_OK);
			join(w);
			for (unsigned role = 0; role < 2; role++)
				expect_data(w, role, 1000);
		}
		exchange(w);
		assert_int_equal(card.failed, 0);
		part(w);
		assert_int_equal(card.in_use, 0);
		end(w);
	}
}

/* RFC 8446 4.1.4: the second hello's way to the card. */
static void
a_second_hello_leads_to_the_card_as_well(void **state)
{
	struct world *w = *state;
	struct hs_policy other;
	struct soft_card card;

	begin_card(w, &card, 6, KEX_P256);
	other = w->policy;
	w->policy.group_count = 1;
	other.groups[0] = KEX_X25519;
	other.groups[1] = KEX_P256;
	w->conf[HS_CLIENT].policy = &other;
	one(w, TLS_V_13, card_suites[6].suite, false);
	one(w, TLS_V_13, card_suites[6].suite, true);
	assert_int_equal(card.in_use, 0);
	end(w);
}

/*
 * Clients that would like best what the card does not have get what it has; one that has nothing else is told so by
 * handshake_failure, before the card is asked anything.
 */
static void
groups_are_those_of_the_card(void **state)
{
	static const uint16_t wishes[][4] = { { KEX_X25519MLKEM768, KEX_P384, KEX_X25519, KEX_P256 },
		{ KEX_X25519MLKEM768, KEX_FFDHE2048, KEX_P256 }, { KEX_P384, KEX_FFDHE3072, KEX_X25519 },
		{ KEX_X25519MLKEM768, KEX_P384, KEX_FFDHE2048 } };
	static const uint16_t got[] = { KEX_X25519, KEX_P256, KEX_X25519, 0 };
	struct world *w = *state;
	struct hs_policy mine, theirs;
	struct soft_card card;
	struct hs_info info;

	for (unsigned i = 0; i < 4; i++) {
		for (unsigned v = 3; v < 5; v++) {
			begin_card(w, &card, 0, KEX_X25519);
			memset(&mine, 0, sizeof(mine));
			hs_profile_fill(&mine, HS_PROFILE_MODERN);
			assert_true(hs_policy_for_card(&mine));
			hs_profile_fill(&theirs, HS_PROFILE_MUSEUM);
			theirs.versions = hs_version_bit(versions[v]);
			for (theirs.group_count = 0; theirs.group_count < 4 && wishes[i][theirs.group_count] != 0; theirs.group_count++)
				theirs.groups[theirs.group_count] = wishes[i][theirs.group_count];
			w->conf[HS_SERVER].policy = &mine;
			w->conf[HS_CLIENT].policy = &theirs;
			connect_ends(w);
			hs_info(w->end[HS_SERVER].hs, &info);
			if (got[i] == 0) {
				assert_int_equal(w->end[HS_SERVER].alert, 40);
				assert_int_equal(card.derivations + card.most, 0);
			} else {
				expect_connected(w, hs_version_name(versions[v]));
				assert_int_equal(info.group, got[i]);
				exchange(w);
			}
			part(w);
			assert_int_equal(card.in_use + card.failed, 0);
			end(w);
		}
	}
}

/* A card that fails, and one without slots: an alert, and nothing stays. */
static void
a_handshake_ends_with_its_card(void **state)
{
	struct world *w = *state;
	struct soft_card card;

	for (unsigned i = 0; i < CARD_SUITES; i++) {
		for (unsigned full = 0; full < 2; full++) {
			begin_card(w, &card, i, KEX_X25519);
			card.broken = !full;
			for (unsigned k = 0; full && k < SOFT_CARD_SLOTS; k++)
				soft_card_new(&card, 0);
			connect_ends(w);
			assert_true(w->end[HS_SERVER].closed && !w->end[HS_SERVER].ready);
			assert_int_equal(w->end[HS_SERVER].alert, 80);
			part(w);
			assert_int_equal(card.in_use, full ? SOFT_CARD_SLOTS : 0);
			end(w);
		}
	}
}

/*
 * RFC 8446 4.6.1: a ticket is an offer. A card that refuses it, that does not answer, or has no slot for it
 * leaves the connection that is up as it is.
 */
static void
tickets_that_cannot_be_made_are_left_out(void **state)
{
	struct world *w = *state;
	struct soft_card card;
	struct hs_info info;

	for (unsigned i = 0; i < CARD_SUITES; i++) {
		unsigned needs;

		if (card_suites[i].version != TLS_V_13)
			continue;
		begin_card(w, &card, i, KEX_X25519);
		w->conf[HS_SERVER].ticket_count = 0;
		one(w, TLS_V_13, card_suites[i].suite, false);
		needs = card.most; /* without tickets */
		end(w);
		for (unsigned why = 0; why < 4; why++) {
			begin_card(w, &card, i, KEX_X25519);
			card.wraps_not = why == 0;
			card.wraps_late = why == 1;
			card.room = why == 2 ? needs : 0;
			connect_ends(w);
			expect_connected(w, card_suites[i].suite);
			hs_info(w->end[HS_SERVER].hs, &info);
			assert_int_equal(info.tickets_left_out, why < 3);
			assert_int_equal(info.resumed, false);
			exchange(w);
			assert_int_equal(card.in_use, 4); /* two secrets and their keys: what tickets had is given back */
			assert_int_equal(hs_end_command(&w->end[HS_SERVER], HS_CMD_REKEY), TLS_E_OK);
			exchange(w);
			part(w);
			assert_int_equal(card.in_use, 0);
			card.wraps_not = card.wraps_late = false;
			card.room = 0;
			one(w, TLS_V_13, card_suites[i].suite, why == 3);
			end(w);
		}
	}
}

/*
 * A session with the secret of a card that is not there any more is none (RFC 8446 4.2.11, RFC 5246 7.4.1.3,
 * RFC 5077 3.1), by ticket and by id, with a client certificate and without.
 */
static void
sessions_of_another_card_lead_to_full_handshakes(void **state)
{
	struct world *w = *state;
	struct soft_card card;

	for (unsigned i = 0; i < CARD_SUITES; i++) {
		for (unsigned way = 0; way < 4; way++) {
			uint16_t version = card_suites[i].version;

			if (version == TLS_V_13 && (way & 1))
				continue; /* there are tickets alone */
			begin_card(w, &card, i, KEX_X25519);
			if (way & 1)
				w->conf[HS_SERVER].tickets = NULL;
			if (way & 2) {
				w->conf[HS_SERVER].client_auth = HS_AUTH_REQUIRE;
				w->conf[HS_SERVER].trust = w->clients;
				w->conf[HS_CLIENT].certs = w->client_certs;
			}
			one(w, version, card_suites[i].suite, false);
			one(w, version, card_suites[i].suite, true);
			card.foreign = true;
			one(w, version, card_suites[i].suite, false);
			card.foreign = false;
			one(w, version, card_suites[i].suite, true);
			assert_int_equal(card.failed, 1);
			assert_int_equal(card.in_use, 0);
			end(w);
		}
	}
}

/* The same where the session is offered on a connection that is up: its records go on, under new keys. */
static void
a_renegotiation_with_a_session_of_another_card_is_a_full_one(void **state)
{
	struct world *w = *state;
	struct soft_card card;

	for (unsigned i = 0; i < CARD_SUITES && card_suites[i].version == TLS_V_12; i++) {
		begin_card(w, &card, i, KEX_P256);
		connect_ends(w);
		for (unsigned k = 0; k < 3; k++) {
			card.foreign = k == 1;
			assert_int_equal(hs_end_command(&w->end[HS_CLIENT], HS_CMD_RENEGOTIATE), TLS_E_OK);
			join(w);
			expect_connected(w, card_suites[i].suite);
			exchange(w);
		}
		assert_int_equal(w->end[HS_SERVER].handshakes, 4);
		part(w);
		assert_int_equal(card.in_use, 0);
		end(w);
	}
}

/* A session of a listener without the card is none of one with it, and the other way. */
static void
sessions_stay_with_their_kind(void **state)
{
	struct world *w = *state;
	struct soft_card card;

	for (unsigned i = 0; i < CARD_SUITES; i += 6) {
		for (unsigned first = 0; first < 2; first++) {
			begin_card(w, &card, i, KEX_X25519);
			for (unsigned turn = 0; turn < 2; turn++) {
				bool on = (first == 0) == (turn == 0);

				w->conf[HS_SERVER].keys_on_card = on;
				w->opts[HS_SERVER].card = on ? &card : NULL;
				one(w, card_suites[i].version, card_suites[i].suite, false);
			}
			end(w);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_suite_in_every_version),
		cmocka_unit_test(compression_where_both_allow_it),
		cmocka_unit_test(records_of_every_size),
		cmocka_unit_test(answers_can_come_late),
		cmocka_unit_test(new_keys_while_data_flows),
		cmocka_unit_test(with_every_secret_on_the_card),
		cmocka_unit_test(with_secrets_on_the_card_and_a_client_certificate),
		cmocka_unit_test(new_keys_on_the_card_while_data_flows),
		cmocka_unit_test(a_second_hello_leads_to_the_card_as_well),
		cmocka_unit_test(groups_are_those_of_the_card),
		cmocka_unit_test(a_handshake_ends_with_its_card),
		cmocka_unit_test(tickets_that_cannot_be_made_are_left_out),
		cmocka_unit_test(sessions_of_another_card_lead_to_full_handshakes),
		cmocka_unit_test(a_renegotiation_with_a_session_of_another_card_is_a_full_one),
		cmocka_unit_test(sessions_stay_with_their_kind),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
