/*
 * Handshake bytes to one end, in either role and every version: the input is the configuration
 * (hs_fuzz.h), the role, and a list of steps: records (type, epoch, 16-bit length, plaintext) that
 * the other side might have sent, commands, and key operations that fail. Questions of the machine
 * are answered at once. Found: anything that ASan, UBSan or the checks below object to.
 */
#include <stdlib.h>
#include <string.h>

#include "control/handshake/hs_int.h"
#include "tests/fuzz/hs_fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* a fuzz target has no other place for what lives through all inputs */
static struct hs_fuzz world;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	hs_fuzz_init(&world);
	return 0;
}

/* Sessions that an input can name: ids of 0x5e, of version and suite. */
static void
fill_cache(const struct hs_conf *conf, uint16_t version, uint16_t suite, uint8_t n)
{
	struct session_entry e = { .id_len = 32,
		.version = version,
		.suite = suite,
		.secret_len = 48,
		.flags = n & SESSION_EMS,
		.lifetime_s = 1000,
		.issued_ms = 1000,
		.expires_s = 2000 };

	memset(e.id, 0x5e, version == TLS_V_SSL2 ? 16 : 32);
	e.id[15] = n;
	hs_session_bind(conf, n & 2 ? "a.test" : "", e.bind);
	if (version == TLS_V_SSL2)
		e.secret_len = suite == 0x07c0 ? 32 : 16;
	session_cache_put(world.server_keep.cache, &e);
}

static void
step(struct hs_end *e, struct rd *r)
{
	static const uint8_t types[] = { TLS_CT_CCS, TLS_CT_ALERT, TLS_CT_HANDSHAKE, TLS_CT_SSL2 };
	uint8_t what = rd_u8(r), epoch = rd_u8(r);
	size_t len = rd_u16(r) & 0x7fff;
	const uint8_t *p;

	if (what & 0x80) {
		hs_end_command(e, epoch % (HS_CMD_CLOSE_SOON + 1));
		return;
	}
	world.fail_work = (what & 0x40) != 0;
	if (len > rd_left(r))
		len = rd_left(r);
	p = rd_bytes(r, len);
	/* the epoch that it is, mostly */
	hs_end_record(e, types[what & 3], (uint8_t)(e->hs->read_epoch + (epoch & 1)), p, len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd r = rd_init(data, size);
	const uint8_t *choice = rd_bytes(&r, HS_FUZZ_CONFIG);
	enum hs_role role = rd_u8(&r) & 1;
	enum tls_err first = TLS_E_OK;
	struct hs_end_opts opts;
	struct hs_end end;

	if (!rd_ok(&r))
		return 0;
	hs_fuzz_configure(&world, choice);
	fill_cache(&world.server, TLS_V_12, 0x009c, 1);
	fill_cache(&world.server, TLS_V_12, 0x009c, 3);
	fill_cache(&world.server, TLS_V_10, 0x002f, 2);
	fill_cache(&world.server, TLS_V_SSL2, 0x0180, 0);
	fill_cache(&world.server, TLS_V_SSL2, 0x07c0, 4);
	opts = hs_fuzz_opts(&world, role);
	hs_end_open(&end, &opts);
	while (rd_left(&r) >= 4) {
		size_t had = end.net_out.len;
		unsigned questions = end.questions;

		step(&end, &r);
		if (first != TLS_E_OK) /* it sticks, and nothing follows it */
			HS_REC_CHECK(end.err == first && end.net_out.len == had &&
				     end.questions == questions);
		first = end.err;
		hs_fuzz_check(&end);
	}
	hs_end_drop(&end);
	hs_fuzz_drop(&world);
	return 0;
}
