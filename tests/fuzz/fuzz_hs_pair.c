/*
 * Both roles against each other, in every version, with an input that changes what is on the way:
 * configuration bytes, then changes of 6 bytes each: which record (counted over both directions),
 * what is done to it, where, and two values. Found, besides what ASan and UBSan object to: two ends
 * that both believe to be connected and do not agree on what, and ends that agree without a change
 * and still fail.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/hs_fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
	const uint8_t *changes;
	size_t count;
	unsigned records, applied;
	bool off; /* changes nothing: the first of two connections */
	struct hs_end ends[2]; /* by role */
};

/* a fuzz target has no other place for what lives through all inputs */
static struct hs_fuzz world;
static struct run run;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	hs_fuzz_init(&world);
	return 0;
}

enum change { XOR, SET, CUT, APPEND, DELETE, INSERT, TYPE, MEND, COMMAND, FAIL, EMPTY, CHANGES };

/* The header of the first handshake message says what is there: changes get past the length. */
static void
mend(uint8_t *data, size_t len)
{
	if (len < 4)
		return;
	data[1] = (uint8_t)((len - 4) >> 16);
	data[2] = (uint8_t)((len - 4) >> 8);
	data[3] = (uint8_t)(len - 4);
}

static void
change(struct hs_end *e, const uint8_t *c, uint8_t *type, uint8_t *data, size_t *len)
{
	static const uint8_t types[] = { TLS_CT_CCS, TLS_CT_ALERT, TLS_CT_HANDSHAKE, TLS_CT_APPDATA };
	size_t at = (size_t)c[2] << 8 | c[3], n = c[5];

	at = *len != 0 ? at % (*len + 1) : 0;
	if (n > *len - at && c[1] % CHANGES == DELETE)
		n = *len - at;
	switch (c[1] % CHANGES) {
	case XOR:
		if (at < *len)
			data[at] ^= c[4];
		break;
	case SET:
		if (at < *len)
			data[at] = c[4];
		break;
	case CUT: *len = at; break;
	case APPEND:
		memset(data + *len, c[4], n);
		*len += n;
		break;
	case DELETE:
		memmove(data + at, data + at + n, *len - at - n);
		*len -= n;
		break;
	case INSERT:
		memmove(data + at + n, data + at, *len - at);
		memset(data + at, c[4], n);
		*len += n;
		break;
	case TYPE:
		if (*type != TLS_CT_SSL2)
			*type = types[c[4] % 4];
		break;
	case MEND: mend(data, *len); break;
	case COMMAND: break; /* after the handshake, below */
	case FAIL: world.fail_work = true; break;
	default: *len = 0; break;
	}
}

static void
tap(void *ctx, struct hs_end *e, uint8_t *type, uint8_t *data, size_t *len)
{
	unsigned index = run.records++;

	for (size_t i = 0; i < run.count && !run.off; i++) {
		const uint8_t *c = run.changes + 6 * i;

		if (c[0] != (index & 0xff) || *len > HS_TAP_ROOM - 256)
			continue;
		change(e, c, type, data, len);
		run.applied += c[1] % CHANGES != COMMAND;
	}
}

static void
open_ends(void)
{
	for (unsigned role = 0; role < 2; role++) {
		struct hs_end_opts o = hs_fuzz_opts(&world, role);

		o.tap = tap;
		hs_end_open(&run.ends[role], &o);
	}
}

/* Both connected: they mean the same. SSL 2.0 does not protect its hellos: ciphers may differ only in what a change took away. */
static void
agree(void)
{
	struct hs_info s, c;

	hs_info(run.ends[HS_SERVER].hs, &s);
	hs_info(run.ends[HS_CLIENT].hs, &c);
	if (!s.ready || !c.ready)
		return;
	HS_REC_CHECK(s.version == c.version);
	HS_REC_CHECK(s.suite != NULL && c.suite != NULL && strcmp(s.suite, c.suite) == 0);
	HS_REC_CHECK(s.resumed == c.resumed);
	HS_REC_CHECK(strcmp(s.alpn, c.alpn) == 0);
	HS_REC_CHECK(s.extended_master_secret == c.extended_master_secret &&
		     s.encrypt_then_mac == c.encrypt_then_mac);
}

static bool
connected(void)
{
	return run.ends[0].ready && run.ends[1].ready && !run.ends[0].closed && !run.ends[1].closed;
}

/* Data both ways, commands in between. */
static void
use(void)
{
	struct hs_end *s = &run.ends[HS_SERVER], *c = &run.ends[HS_CLIENT];
	size_t had[2] = { s->data_in.len, c->data_in.len };

	hs_end_write(s, "from the server", 15);
	hs_end_write(c, "from the client", 15);
	for (size_t i = 0; i < run.count && !run.off; i++) {
		const uint8_t *m = run.changes + 6 * i;

		if (m[1] % CHANGES == COMMAND && !run.ends[m[4] & 1].closed)
			hs_end_command(&run.ends[m[4] & 1], m[5] % (HS_CMD_CLOSE_SOON + 1));
		hs_end_join(s, c);
		agree();
	}
	hs_end_join(s, c);
	if (run.applied == 0 && connected())
		HS_REC_CHECK(s->data_in.len == had[0] + 15 && c->data_in.len == had[1] + 15);
}

static void
close_ends(void)
{
	for (unsigned role = 0; role < 2; role++) {
		hs_fuzz_check(&run.ends[role]);
		hs_end_close(&run.ends[role]);
	}
	hs_end_join(&run.ends[0], &run.ends[1]);
	for (unsigned role = 0; role < 2; role++)
		hs_end_drop(&run.ends[role]);
}

static void
connection(void)
{
	run.records = run.applied = 0;
	open_ends();
	hs_end_join(&run.ends[0], &run.ends[1]);
	agree();
	/* a client of TLS 1.3 without the certificate that is required learns of it when it is done */
	if (run.applied == 0)
		HS_REC_CHECK(run.ends[0].ready == run.ends[1].ready ||
			     run.ends[HS_SERVER].err == TLS_E_CERTIFICATE_REQUIRED);
	if (connected())
		use();
	close_ends();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < HS_FUZZ_CONFIG + 1)
		return 0;
	hs_fuzz_configure(&world, data);
	run.changes = data + HS_FUZZ_CONFIG + 1;
	run.count = (size - HS_FUZZ_CONFIG - 1) / 6;
	if (run.count > 32)
		run.count = 32;
	if (data[HS_FUZZ_CONFIG] & 1) { /* a first one, to be resumed */
		run.off = true;
		connection();
	}
	run.off = false;
	connection();
	hs_fuzz_drop(&world);
	return 0;
}
