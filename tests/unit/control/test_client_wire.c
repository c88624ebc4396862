/*
 * What the client makes of messages that are not right: each cut at each byte, with a byte more, with
 * a bit changed, in the wrong place; and each rule of the RFCs for what a server may say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/rd.h"
#include "control/handshake/hs_int.h"
#include "tests/unit/control/client_world.h"

enum { SERVER_HELLO = 2, NEW_TICKET = 4, ENCRYPTED_EXTENSIONS = 8, CERTIFICATE = 11, KEY_EXCHANGE = 12, REQUEST = 13, DONE = 14,
	VERIFY = 15, FINISHED = 20, STATUS = 22 };

static struct client_world *w;

static int
open_world(void **state)
{
	static struct client_world room;

	w = &room;
	client_world_open(w);
	w->client.certs = w->mine;
	return 0;
}

static int
close_world(void **state)
{
	client_world_close(w);
	return 0;
}

/* ---- flows: each way through the tables ---- */

static const struct flow {
	const char *name;
	uint16_t version, suite; /* suite 0: any */
	bool request; /* a CertificateRequest */
	uint8_t key; /* enum client_key */
	bool retry, tickets;
} flows[] = {
	{ "TLS 1.3", TLS_V_13, 0, false, CLIENT_P256, false, true },
	{ "TLS 1.3 with CertificateRequest", TLS_V_13, 0, true, CLIENT_ED25519, false, false },
	{ "TLS 1.3 with HelloRetryRequest", TLS_V_13, 0, false, CLIENT_P256, true, false },
	{ "TLS 1.2 ECDHE", TLS_V_12, 0xc02b, true, CLIENT_P256, false, true },
	{ "TLS 1.2 RSA", TLS_V_12, 0x009c, true, CLIENT_RSA, false, false },
	{ "TLS 1.1 ECDHE", TLS_V_11, 0xc009, true, CLIENT_P256, false, false },
	{ "TLS 1.0 anonymous", TLS_V_10, 0xc018, false, CLIENT_P256, false, false },
	{ "SSL 3.0 RSA", TLS_V_SSL30, 0x002f, true, CLIENT_RSA, false, false },
};
#define FLOWS (sizeof(flows) / sizeof(flows[0]))

static void
prepare(const struct flow *f)
{
	ticket_keys_free(w->server.tickets);
	client_world_narrow(w, f->version, f->suite != 0 ? hs_suite_by_code(f->suite) : NULL);
	/* X25519 first: the cheapest */
	w->client_policy.groups[0] = KEX_X25519;
	w->server_policy.groups[0] = f->retry ? KEX_P256 : KEX_X25519;
	w->server_policy.group_count = 1;
	w->server.certs = w->certs[f->key];
	w->server.client_auth = f->request ? HS_AUTH_REQUEST : HS_AUTH_NONE;
	w->server.tickets = f->tickets ? ticket_keys_new(3600, 3600) : NULL;
}

/* ---- one change in one message ---- */

enum change { NONE, CUT, LONGER, FLIP, INSTEAD };

struct job {
	unsigned n; /* message */
	enum change how;
	size_t at; /* byte */
	uint8_t type; /* INSTEAD: handshake type */
	/* seen */
	unsigned messages, before_ready;
	bool missed; /* this time the message ended before that byte: ECDSA signatures differ in length */
	size_t lens[32];
	uint8_t kinds[32];
};

static void
set_length(struct client_msg *m)
{
	m->data[1] = (uint8_t)((m->len - 4) >> 16);
	m->data[2] = (uint8_t)((m->len - 4) >> 8);
	m->data[3] = (uint8_t)(m->len - 4);
}

static bool
change(struct client_line *l, unsigned n, struct client_msg *m)
{
	struct job *j = l->ctx;

	if (j->how == NONE && n < 32) {
		j->lens[n] = m->type == TLS_CT_HANDSHAKE ? m->len : 0;
		j->kinds[n] = m->data[0];
		j->messages = n + 1;
		if (!l->c_ready)
			j->before_ready = n + 1;
	}
	if (n != j->n)
		return true;
	j->missed = (j->how == CUT && 4 + j->at >= m->len) || (j->how == FLIP && j->at >= m->len);
	switch (j->missed ? NONE : j->how) {
	case CUT:
		m->len = 4 + j->at;
		set_length(m);
		break;
	case LONGER:
		m->data[m->len++] = 0;
		set_length(m);
		break;
	case FLIP: m->data[j->at] ^= 1; break;
	case INSTEAD:
		memset(m->data, 0, 64);
		m->data[0] = j->type;
		break;
	default: break;
	}
	return true;
}

static struct job
look(const struct flow *f)
{
	struct client_line l;
	struct job j = { .how = NONE };

	prepare(f);
	client_line_run(&l, w, 0, change, &j);
	if (!l.c_ready || !l.s_ready || l.c_err != TLS_E_OK)
		fail_msg("%s: client %s, server %s", f->name, tls_err_name(l.c_err), tls_err_name(l.s_err));
	client_line_drop(&l);
	assert_true(j.messages >= 3);
	return j;
}

/*
 * Runs with one change; the client must end with an error, never get ready, and hold no secret. What
 * cannot be seen to be wrong (a ServerHello without its extensions, a cookie) the server must refuse.
 */
static enum tls_err
must_fail(const struct flow *f, struct job *j)
{
	struct client_line l;
	enum tls_err err;

	client_line_run(&l, w, 0, change, j);
	err = l.c_err;
	if (j->missed) {
		client_line_drop(&l);
		return TLS_E_DECODE_ERROR;
	}
	if (err == TLS_E_OK && !l.c_ready && l.s_err != TLS_E_OK) {
		client_line_drop(&l);
		return TLS_E_DECODE_ERROR;
	}
	if (err == TLS_E_OK || l.c_alert == TLS_ALERT_NONE || l.c->w != NULL)
		fail_msg("%s: message %u, change %u at %zu: %s, alert %u", f->name, j->n, j->how, j->at, tls_err_name(err), l.c_alert);
	if (l.c_ready && j->n < j->before_ready)
		fail_msg("%s: message %u, change %u at %zu: ready", f->name, j->n, j->how, j->at);
	assert_true(l.removed);
	client_line_drop(&l);
	return err;
}

/* Long messages are not cut at every byte of a certificate: each byte of the first and last 64, and every 7th. */
static size_t
next_at(size_t at, size_t len)
{
	return at < 64 || at + 64 >= len ? at + 1 : at + 7;
}

static void
every_message_cut_at_every_byte(void **state)
{
	unsigned cuts = 0;

	for (unsigned i = 0; i < FLOWS; i++) {
		struct job seen = look(&flows[i]);

		for (unsigned n = 0; n < seen.messages; n++) {
			for (size_t at = 0; at + 4 < seen.lens[n]; at = next_at(at, seen.lens[n]), cuts++) {
				struct job j = { .n = n, .how = CUT, .at = at, .before_ready = seen.before_ready };
				enum tls_err err = must_fail(&flows[i], &j);

				/*
				 * a ServerHello or HelloRetryRequest that ends before its
				 * extensions is a whole one without them, or one of before TLS 1.3
				 */
				if (err != TLS_E_DECODE_ERROR && seen.kinds[n] != SERVER_HELLO)
					fail_msg("%s: message %u (%u) cut at %zu: %s", flows[i].name, n, seen.kinds[n], at, tls_err_name(err));
			}
		}
	}
	assert_true(cuts > 3000);
}

static void
every_message_with_a_byte_more(void **state)
{
	for (unsigned i = 0; i < FLOWS; i++) {
		struct job seen = look(&flows[i]);

		for (unsigned n = 0; n < seen.messages; n++) {
			struct job j = { .n = n, .how = LONGER, .before_ready = seen.before_ready };

			if (seen.lens[n] == 0)
				continue;
			assert_int_equal(must_fail(&flows[i], &j), TLS_E_DECODE_ERROR);
		}
	}
}

static void
every_changed_bit_is_noticed(void **state)
{
	for (unsigned i = 0; i < FLOWS; i++) {
		struct job seen = look(&flows[i]);

		for (unsigned n = 0; n < seen.before_ready; n++) {
			for (size_t at = 4; at < seen.lens[n]; at = next_at(at, seen.lens[n])) {
				struct job j = { .n = n, .how = FLIP, .at = at, .before_ready = seen.before_ready };

				must_fail(&flows[i], &j);
			}
		}
	}
}

static void
every_other_message_in_every_place(void **state)
{
	for (unsigned i = 0; i < FLOWS; i++) {
		struct job seen = look(&flows[i]);

		for (unsigned n = 0; n < seen.messages; n++) {
			for (unsigned type = 1; type < 26; type++) { /* HelloRequest is ignored */
				struct job j = { .n = n, .how = INSTEAD, .type = (uint8_t)type, .before_ready = seen.before_ready };

				if (seen.lens[n] != 0 && type != seen.kinds[n])
					must_fail(&flows[i], &j);
			}
		}
	}
}

/* ---- rules ---- */

struct rule {
	const char *name;
	unsigned flow;
	uint8_t kind; /* handshake type */
	bool (*edit)(struct client_msg *m);
	enum tls_err want;
	bool done;
};

static bool
apply(struct client_line *l, unsigned n, struct client_msg *m)
{
	struct rule *r = l->ctx;

	if (!r->done && m->type == TLS_CT_HANDSHAKE && m->data[0] == r->kind)
		r->done = r->edit(m);
	return true;
}

/* Offsets in a ServerHello: version 4, random 6, session id 38. */
static uint8_t *
behind_id(struct client_msg *m)
{
	return m->data + 39 + m->data[38];
}

/* The data of an extension; NULL: not there. */
static uint8_t *
extension(struct client_msg *m, uint8_t *block, uint16_t type)
{
	struct rd all = rd_init(block, (size_t)(m->data + m->len - block)), r = rd_vec16(&all);

	while (rd_left(&r) != 0) {
		uint16_t t = rd_u16(&r);
		struct rd data = rd_vec16(&r);

		if (t == type)
			return block + (data.p - block);
	}
	return NULL;
}

static uint8_t *
sh_extension(struct client_msg *m, uint16_t type)
{
	return extension(m, behind_id(m) + 3, type);
}

static bool
put(uint8_t *at, uint8_t value)
{
	assert_non_null(at);
	*at = value;
	return true;
}

/* An extension more at the end of the block at `block`, whose message goes on behind it by nothing. */
static bool
append(struct client_msg *m, uint8_t *block, uint16_t type, const char *data, size_t n)
{
	size_t have;

	if (block == m->data + m->len) { /* none yet */
		block[0] = block[1] = 0;
		m->len += 2;
	}
	have = (size_t)(block[0] << 8 | block[1]) + 4 + n;
	m->data[m->len++] = (uint8_t)(type >> 8);
	m->data[m->len++] = (uint8_t)type;
	m->data[m->len++] = 0;
	m->data[m->len++] = (uint8_t)n;
	memcpy(m->data + m->len, data, n);
	m->len += n;
	block[0] = (uint8_t)(have >> 8);
	block[1] = (uint8_t)have;
	set_length(m);
	return true;
}

#define EDIT(name, body) static bool name(struct client_msg *m) { body }
EDIT(version_0305, return put(m->data + 5, 5);)
EDIT(version_12_not_offered, m->data[4] = 3; return put(m->data + 5, 1);)
EDIT(selected_12, return put(sh_extension(m, 43) + 1, 3);)
EDIT(no_selection, return put(sh_extension(m, 43) - 4, 0x7f);) /* an unknown one in its place */
EDIT(id_changed, return put(m->data + 40, (uint8_t)~m->data[40]);)
EDIT(suite_unknown, behind_id(m)[0] = 0x7a; return put(behind_id(m) + 1, 0x7a);)
EDIT(suite_of_12, behind_id(m)[0] = 0xc0; return put(behind_id(m) + 1, 0x2b);)
EDIT(suite_of_13, behind_id(m)[0] = 0x13; return put(behind_id(m) + 1, 0x01);)
EDIT(compressed, return put(behind_id(m) + 2, 64);)
EDIT(share_of_another_group, return put(sh_extension(m, 51) + 1, 24);)
EDIT(share_of_zero, memset(sh_extension(m, 51) + 4, 0, 32); return true;)
EDIT(hello_unasked_extension, return append(m, behind_id(m) + 3, 0x1234, "x", 1);)
EDIT(hello_extension_of_another_message, return append(m, behind_id(m) + 3, 16, "\0\3\2h2", 5);)
EDIT(hello_twice, return append(m, behind_id(m) + 3, 43, "\3\4", 2);)
EDIT(psk_not_offered, return append(m, behind_id(m) + 3, 41, "\0\0", 2);)
EDIT(retry_group_not_offered, return put(sh_extension(m, 51) + 1, 99);)
EDIT(retry_group_that_we_sent, return put(sh_extension(m, 51) + 1, 29);)
EDIT(ee_unasked, return append(m, m->data + 4, 0x1234, "x", 1);)
EDIT(ee_alpn_unasked, return append(m, m->data + 4, 16, "\0\3\2h2", 5);)
EDIT(ee_early_data, return append(m, m->data + 4, 42, "", 0);)
EDIT(ee_share, return append(m, m->data + 4, 51, "\0\35", 2);)
EDIT(cert_context, memmove(m->data + 6, m->data + 5, m->len - 5); m->data[4] = 1; m->data[5] = 0; m->len++; set_length(m); return true;)
EDIT(cert13_empty, m->len = 8; memset(m->data + 4, 0, 4); set_length(m); return true;)
EDIT(cert12_empty, m->len = 7; memset(m->data + 4, 0, 3); set_length(m); return true;)
EDIT(cert_garbage, memset(m->data + 11, 0xa5, 60); return true;)
EDIT(verify_scheme_pkcs1, m->data[4] = 4; return put(m->data + 5, 1);)
EDIT(verify_scheme_of_another_curve, m->data[4] = 5; return put(m->data + 5, 3);)
EDIT(verify_scheme_unknown, m->data[4] = 0x7f; return put(m->data + 5, 0x7f);)
EDIT(verify_signature, return put(m->data + m->len - 1, (uint8_t)~m->data[m->len - 1]);)
EDIT(request_context, memmove(m->data + 6, m->data + 5, m->len - 5); m->data[4] = 1; m->data[5] = 7; m->len++; set_length(m); return true;)
EDIT(request_no_schemes, return put(extension(m, m->data + 5, 13) - 4, 0x7f);)
EDIT(finished, return put(m->data + m->len - 1, (uint8_t)~m->data[m->len - 1]);)
EDIT(curve_type, return put(m->data + 4, 1);)
EDIT(curve_not_offered, return put(m->data + 6, 25);)
EDIT(curve_of_fields, m->data[5] = 1; return put(m->data + 6, 0);)
EDIT(point_of_zero, memset(m->data + 8, 0, 32); return true;)
EDIT(kx_scheme_unknown, m->data[8 + 32] = 0x7f; return true;)
EDIT(kx_scheme_of_another_key, m->data[8 + 32] = 8; return put(m->data + 9 + 32, 4);)
EDIT(request_no_types, memmove(m->data + 5, m->data + 5 + m->data[4], m->len - 5 - m->data[4]); m->len -= m->data[4]; m->data[4] = 0; set_length(m); return true;)
EDIT(done_to_request, return put(m->data, REQUEST);)
EDIT(etm_with_aead, return append(m, behind_id(m) + 3, 22, "", 0);)
EDIT(point_formats_without_uncompressed, uint8_t *p = sh_extension(m, 11); return p != NULL ? put(p + 1, 1) : append(m, behind_id(m) + 3, 11, "\1\1", 2);)
EDIT(renegotiated_at_first, uint8_t *p = sh_extension(m, 0xff01); return put(p, 2);)
EDIT(echoed_id, m->data[38] = 0; memmove(m->data + 39, m->data + 71, m->len - 71); m->len -= 32; set_length(m); return true;)

static struct rule rules[] = {
	/* ServerHello of TLS 1.3: RFC 8446 4.1.3, 4.2.1, 4.2.8, 4.2.11 */
	{ "a legacy version", 0, SERVER_HELLO, version_0305, TLS_E_ILLEGAL_PARAMETER, false },
	{ "selects what is older", 0, SERVER_HELLO, selected_12, TLS_E_ILLEGAL_PARAMETER, false },
	{ "selects nothing: TLS 1.2 then, which we do not offer", 0, SERVER_HELLO, no_selection, TLS_E_PROTOCOL_VERSION, false },
	{ "another session id", 0, SERVER_HELLO, id_changed, TLS_E_ILLEGAL_PARAMETER, false },
	{ "no session id", 0, SERVER_HELLO, echoed_id, TLS_E_ILLEGAL_PARAMETER, false },
	{ "an unknown suite", 0, SERVER_HELLO, suite_unknown, TLS_E_ILLEGAL_PARAMETER, false },
	{ "a suite of TLS 1.2", 0, SERVER_HELLO, suite_of_12, TLS_E_ILLEGAL_PARAMETER, false },
	{ "compression", 0, SERVER_HELLO, compressed, TLS_E_ILLEGAL_PARAMETER, false },
	{ "a share of a group we sent none for", 0, SERVER_HELLO, share_of_another_group, TLS_E_ILLEGAL_PARAMETER, false },
	{ "a share that gives zero", 0, SERVER_HELLO, share_of_zero, TLS_E_ILLEGAL_PARAMETER, false },
	{ "an extension nobody asked for", 0, SERVER_HELLO, hello_unasked_extension, TLS_E_UNSUPPORTED_EXTENSION, false },
	{ "ALPN in the clear", 0, SERVER_HELLO, hello_extension_of_another_message, TLS_E_ILLEGAL_PARAMETER, false },
	{ "an extension twice", 0, SERVER_HELLO, hello_twice, TLS_E_ILLEGAL_PARAMETER, false },
	{ "a PSK that was not offered", 0, SERVER_HELLO, psk_not_offered, TLS_E_UNSUPPORTED_EXTENSION, false },
	/* HelloRetryRequest: 4.1.4 */
	{ "retry: a group that was not offered", 2, SERVER_HELLO, retry_group_not_offered, TLS_E_ILLEGAL_PARAMETER, false },
	{ "retry: a group that we sent", 2, SERVER_HELLO, retry_group_that_we_sent, TLS_E_ILLEGAL_PARAMETER, false },
	{ "retry: an extension nobody asked for", 2, SERVER_HELLO, hello_unasked_extension, TLS_E_UNSUPPORTED_EXTENSION, false },
	{ "retry: an unknown suite", 2, SERVER_HELLO, suite_unknown, TLS_E_ILLEGAL_PARAMETER, false },
	/* EncryptedExtensions: 4.3.1 */
	{ "an unknown encrypted extension", 0, ENCRYPTED_EXTENSIONS, ee_unasked, TLS_E_UNSUPPORTED_EXTENSION, false },
	{ "ALPN without our asking", 0, ENCRYPTED_EXTENSIONS, ee_alpn_unasked, TLS_E_UNSUPPORTED_EXTENSION, false },
	{ "early data without our asking", 0, ENCRYPTED_EXTENSIONS, ee_early_data, TLS_E_UNSUPPORTED_EXTENSION, false },
	{ "a share among the encrypted extensions", 0, ENCRYPTED_EXTENSIONS, ee_share, TLS_E_ILLEGAL_PARAMETER, false },
	/* CertificateRequest: 4.3.2 */
	{ "a request with a context", 1, REQUEST, request_context, TLS_E_ILLEGAL_PARAMETER, false },
	{ "a request without schemes", 1, REQUEST, request_no_schemes, TLS_E_MISSING_EXTENSION, false },
	/* Certificate: 4.4.2 */
	{ "a context", 0, CERTIFICATE, cert_context, TLS_E_ILLEGAL_PARAMETER, false },
	{ "no certificate", 0, CERTIFICATE, cert13_empty, TLS_E_DECODE_ERROR, false },
	{ "not a certificate", 0, CERTIFICATE, cert_garbage, TLS_E_BAD_CERTIFICATE, false },
	/* CertificateVerify: 4.4.3 */
	{ "PKCS#1 in TLS 1.3", 0, VERIFY, verify_scheme_pkcs1, TLS_E_ILLEGAL_PARAMETER, false },
	{ "a scheme of another curve", 0, VERIFY, verify_scheme_of_another_curve, TLS_E_ILLEGAL_PARAMETER, false },
	{ "an unknown scheme", 0, VERIFY, verify_scheme_unknown, TLS_E_ILLEGAL_PARAMETER, false },
	{ "a wrong signature", 0, VERIFY, verify_signature, TLS_E_DECRYPT_ERROR, false },
	{ "a wrong Finished", 0, FINISHED, finished, TLS_E_DECRYPT_ERROR, false },
	/* up to TLS 1.2: RFC 5246 7.4, RFC 8422 5.4, RFC 7366, RFC 5746 3.4 */
	{ "a version that was not offered", 3, SERVER_HELLO, version_12_not_offered, TLS_E_PROTOCOL_VERSION, false },
	{ "a version of the future", 3, SERVER_HELLO, version_0305, TLS_E_PROTOCOL_VERSION, false },
	{ "a suite of TLS 1.3", 3, SERVER_HELLO, suite_of_13, TLS_E_ILLEGAL_PARAMETER, false },
	{ "an unknown suite, TLS 1.2", 3, SERVER_HELLO, suite_unknown, TLS_E_ILLEGAL_PARAMETER, false },
	{ "compression, TLS 1.2", 3, SERVER_HELLO, compressed, TLS_E_ILLEGAL_PARAMETER, false },
	{ "an extension nobody asked for, TLS 1.2", 3, SERVER_HELLO, hello_unasked_extension, TLS_E_UNSUPPORTED_EXTENSION, false },
	{ "ALPN without our asking, TLS 1.2", 3, SERVER_HELLO, hello_extension_of_another_message, TLS_E_UNSUPPORTED_EXTENSION, false },
	{ "encrypt-then-MAC with an AEAD", 3, SERVER_HELLO, etm_with_aead, TLS_E_ILLEGAL_PARAMETER, false },
	{ "point formats without the one", 3, SERVER_HELLO, point_formats_without_uncompressed, TLS_E_ILLEGAL_PARAMETER, false },
	{ "renegotiation_info cut", 3, SERVER_HELLO, renegotiated_at_first, TLS_E_DECODE_ERROR, false },
	{ "no certificate, TLS 1.2", 3, CERTIFICATE, cert12_empty, TLS_E_DECODE_ERROR, false },
	{ "not a certificate, TLS 1.2", 3, CERTIFICATE, cert_garbage, TLS_E_BAD_CERTIFICATE, false },
	{ "an explicit curve", 3, KEY_EXCHANGE, curve_type, TLS_E_ILLEGAL_PARAMETER, false },
	{ "a curve that was not offered", 3, KEY_EXCHANGE, curve_not_offered, TLS_E_ILLEGAL_PARAMETER, false },
	{ "a finite field where a curve belongs", 3, KEY_EXCHANGE, curve_of_fields, TLS_E_ILLEGAL_PARAMETER, false },
	{ "a scheme that was not offered", 3, KEY_EXCHANGE, kx_scheme_unknown, TLS_E_ILLEGAL_PARAMETER, false },
	{ "a scheme of another key", 3, KEY_EXCHANGE, kx_scheme_of_another_key, TLS_E_ILLEGAL_PARAMETER, false },
	{ "a wrong signature, TLS 1.2", 3, KEY_EXCHANGE, verify_signature, TLS_E_DECRYPT_ERROR, false },
	{ "a point that is signed by nobody", 3, KEY_EXCHANGE, point_of_zero, TLS_E_DECRYPT_ERROR, false },
	{ "a wrong signature, TLS 1.1", 5, KEY_EXCHANGE, verify_signature, TLS_E_DECRYPT_ERROR, false },
	{ "a point that gives zero", 6, KEY_EXCHANGE, point_of_zero, TLS_E_ILLEGAL_PARAMETER, false },
	{ "a request by nobody", 6, DONE, done_to_request, TLS_E_HANDSHAKE_FAILURE, false },
	{ "a request without types", 3, REQUEST, request_no_types, TLS_E_DECODE_ERROR, false },
	{ "a wrong Finished, TLS 1.2", 3, FINISHED, finished, TLS_E_DECRYPT_ERROR, false },
	{ "a wrong Finished, SSL 3.0", 7, FINISHED, finished, TLS_E_DECRYPT_ERROR, false },
};

static void
each_rule_has_its_alert(void **state)
{
	for (unsigned i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		struct rule *r = &rules[i];
		struct client_line l;

		prepare(&flows[r->flow]);
		client_line_run(&l, w, 0, apply, r);
		if (!r->done || l.c_err != r->want || l.c_ready)
			fail_msg("%s: %s, wanted %s%s", r->name, tls_err_name(l.c_err), tls_err_name(r->want), r->done ? "" : "; never came");
		if (flows[r->flow].version > TLS_V_SSL30)
			assert_int_equal(l.c_alert, tls_err_alert(r->want));
		client_line_drop(&l);
	}
}

/* A server that has the certificate and not its key: only the signature tells. */
static void
a_signature_of_somebody_else(void **state)
{
	static const unsigned with[] = { 0, 1, 2, 3, 5 };

	w->spoil = true;
	for (unsigned i = 0; i < 5; i++) {
		struct client_line l;

		prepare(&flows[with[i]]);
		client_line_run(&l, w, 0, NULL, NULL);
		assert_int_equal(l.c_err, TLS_E_DECRYPT_ERROR);
		assert_false(l.c_ready);
		client_line_drop(&l);
	}
	w->spoil = false;
}

EDIT(ee_other_protocol, return put(extension(m, m->data + 4, 16) + 3, 'x');)
EDIT(sh_other_protocol, return put(sh_extension(m, 16) + 3, 'x');)

static void
a_protocol_that_was_not_offered(void **state)
{
	struct rule r[] = {
		{ "", 0, ENCRYPTED_EXTENSIONS, ee_other_protocol, TLS_E_ILLEGAL_PARAMETER, false },
		{ "", 3, SERVER_HELLO, sh_other_protocol, TLS_E_ILLEGAL_PARAMETER, false },
	};

	w->client.alpn[0] = w->server.alpn[0] = "proto";
	w->client.alpn_count = w->server.alpn_count = 1;
	for (unsigned i = 0; i < 2; i++) {
		struct client_line l;

		prepare(&flows[r[i].flow]);
		client_line_run(&l, w, 0, apply, &r[i]);
		assert_true(r[i].done);
		assert_int_equal(l.c_err, r[i].want);
		client_line_drop(&l);
	}
	w->client.alpn_count = w->server.alpn_count = 0;
}

/* ---- downgrades: RFC 8446 4.1.3, one with TLS 1.3 offered and one without ---- */

static void
a_downgrade_is_noticed(void **state)
{
	static const struct {
		uint8_t offer, takes;
		uint16_t suite;
		bool noticed;
	} cases[] = {
		{ HS_V_13 | HS_V_12, HS_V_13 | HS_V_12, 0, false },
		{ HS_V_13 | HS_V_12, HS_V_12, 0xc02b, false }, /* a server that speaks no better */
		{ HS_V_12 | HS_V_11, HS_V_11, 0xc009, false },
	};

	for (unsigned i = 0; i < 3; i++) {
		struct client_line l;

		prepare(&flows[0]);
		w->client_policy.versions = cases[i].offer;
		w->server_policy.versions = cases[i].takes;
		client_line_run(&l, w, 0, NULL, NULL);
		assert_true(l.c_ready);
		client_line_drop(&l);
	}
}

EDIT(mark_12, memcpy(m->data + 6 + 24, "DOWNGRD\1", 8); return true;)
EDIT(mark_11, memcpy(m->data + 6 + 24, "DOWNGRD\0", 8); return true;)

static void
a_marked_hello_is_refused(void **state)
{
	static const struct {
		uint8_t offer, takes;
		bool (*edit)(struct client_msg *m);
		enum tls_err want;
	} cases[] = {
		{ HS_V_13 | HS_V_12, HS_V_12, mark_12, TLS_E_ILLEGAL_PARAMETER },
		{ HS_V_13 | HS_V_12 | HS_V_11, HS_V_11, mark_11, TLS_E_ILLEGAL_PARAMETER },
		{ HS_V_12 | HS_V_11, HS_V_11, mark_11, TLS_E_ILLEGAL_PARAMETER },
		/* not ours to know: the random is a random, and the signature says that it was changed */
		{ HS_V_12, HS_V_12, mark_12, TLS_E_DECRYPT_ERROR },
	};

	for (unsigned i = 0; i < 4; i++) {
		struct rule r = { "", 0, SERVER_HELLO, cases[i].edit, cases[i].want, false };
		struct client_line l;

		prepare(&flows[0]);
		w->client_policy.versions = cases[i].offer;
		w->server_policy.versions = cases[i].takes;
		client_line_run(&l, w, 0, apply, &r);
		assert_int_equal(l.c_err, cases[i].want);
		client_line_drop(&l);
	}
}

/* ---- more of the same ---- */

static bool
say_hello_request(struct client_line *l, unsigned n, struct client_msg *m)
{
	static const uint8_t request[4];
	unsigned *times = l->ctx;

	if (n == 1) /* between ServerHello and Certificate */
		for (unsigned i = 0; i < *times; i++) {
			hs_out_start(l->out);
			l->c_err = hs_record(l->c, &l->env, TLS_CT_HANDSHAKE, l->c->read_epoch, request, 4, l->out);
		}
	return l->c_err == TLS_E_OK;
}

static void
hello_requests_are_ignored_but_counted(void **state)
{
	for (unsigned times = 1; times < 8; times++) {
		struct client_line l;

		prepare(&flows[3]);
		client_line_run(&l, w, 0, say_hello_request, &times);
		assert_int_equal(l.c_ready, times <= HS_MAX_WARNINGS);
		client_line_drop(&l);
	}
}

static void
a_key_operation_that_cannot_be_done(void **state)
{
	for (unsigned i = 0; i < FLOWS; i++) {
		unsigned n = 0;

		for (bool last = false; !last; n++) {
			struct client_line l;

			prepare(&flows[i]);
			client_line_run(&l, w, n + 1, NULL, NULL);
			last = l.works <= n; /* it was never asked for */
			if (last)
				assert_true(l.c_ready && l.c_err == TLS_E_OK);
			else
				assert_true(!l.c_ready && l.c_err == TLS_E_INTERNAL_ERROR && l.c->w == NULL);
			client_line_drop(&l);
		}
		assert_true(n >= 2);
	}
}

static void
a_question_that_is_never_answered(void **state)
{
	/* in every state that waits for our own side: abort, and nothing is left */
	for (unsigned i = 0; i < FLOWS; i++) {
		for (unsigned stop = 0; stop < 30; stop++) {
			struct hs_end_opts opts = { .conf = &w->client, .seed = 5, .now_s = w->now_s, .hold_answers = true };
			struct hs_end_opts sopts = { .conf = &w->server, .seed = 6, .now_s = w->now_s };
			struct hs_end c, s;

			prepare(&flows[i]);
			assert_int_equal(hs_end_open(&s, &sopts), TLS_E_OK);
			assert_int_equal(hs_end_open(&c, &opts), TLS_E_OK);
			for (unsigned k = 0; k < stop && hs_end_answer(&c); k++)
				hs_end_join(&c, &s);
			hs_end_abort(&c, TLS_E_HANDSHAKE_TIMEOUT);
			assert_true(c.closed);
			assert_int_equal(c.err, TLS_E_HANDSHAKE_TIMEOUT);
			hs_end_drop(&c);
			hs_end_drop(&s);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_rule_has_its_alert),
		cmocka_unit_test(a_signature_of_somebody_else),
		cmocka_unit_test(a_protocol_that_was_not_offered),
		cmocka_unit_test(a_downgrade_is_noticed),
		cmocka_unit_test(a_marked_hello_is_refused),
		cmocka_unit_test(hello_requests_are_ignored_but_counted),
		cmocka_unit_test(a_question_that_is_never_answered),
		cmocka_unit_test(a_key_operation_that_cannot_be_done),
		cmocka_unit_test(every_message_with_a_byte_more),
		cmocka_unit_test(every_other_message_in_every_place),
		cmocka_unit_test(every_message_cut_at_every_byte),
		cmocka_unit_test(every_changed_bit_is_noticed),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
