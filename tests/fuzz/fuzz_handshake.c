/*
 * Handshake bytes: the input is a list of records (type, epoch, 16-bit length, plaintext) that a
 * client might have sent; questions of the machine are answered at once. Found: anything that ASan,
 * UBSan or the checks below object to.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/rd.h"
#include "tests/unit/control/tls_peer.h"

#define CHECK(x) do { if (!(x)) abort(); } while (0)

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* a fuzz target has no other place for what lives through all inputs */
static struct peer_world world;
static struct hs_out out;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	world_open(&world);
	world.listener.alpn[0] = "http/1.1";
	world.listener.alpn_count = 1;
	return 0;
}

/*
 * Answers whatever is asked: keys and secrets are bytes that the input cannot know, a session is
 * found when its id begins with 0x5e.
 */
static void
answer(struct hs *hs, const struct hs_env *env)
{
	for (;;) {
		struct hs_act ask = { .type = HS_ACT_READY };
		uint8_t id[32] = { 0 }, bytes[256];
		uint32_t id_len = 0;

		for (unsigned i = 0; i < out.n; i++) {
			const struct hs_act *a = &out.act[i];

			CHECK(a->off + a->len <= out.used && out.used <= HS_OUT_BYTES);
			if (a->type == HS_ACT_SESSION_GET || a->type == HS_ACT_PKA)
				ask = *a;
			if (a->type == HS_ACT_SESSION_GET) {
				id_len = a->len;
				memcpy(id, out.data + a->off, a->len);
			}
		}
		hs_out_wipe(&out);
		memset(bytes, 0x33, sizeof(bytes));
		if (ask.type == HS_ACT_SESSION_GET && id_len == 32 && id[0] == 0x5e) {
			struct session_entry e = { .version = 0x0303,
				.suite = 0x009c,
				.id_len = 32,
				.flags = id[1] & SESSION_EMS,
				.expires_s = 99 };

			memcpy(e.id, id, 32);
			memcpy(e.bind, id + 2, 30);
			hs_session_done(hs, env, ask.tag, &e, NULL, &out);
		} else if (ask.type == HS_ACT_SESSION_GET) {
			hs_session_done(hs, env, ask.tag, NULL, NULL, &out);
		} else if (ask.type == HS_ACT_PKA && ask.pka.kind == PKA_RSA_PREMASTER) {
			hs_work_done(hs, env, ask.tag, bytes, 48, &out);
		} else if (ask.type == HS_ACT_PKA) {
			CHECK(ask.pka.out_len <= sizeof(bytes));
			hs_work_done(hs, env, ask.tag, bytes, ask.pka.out_len, &out);
		} else {
			return;
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd r = rd_init(data, size);
	uint64_t seed = 1;
	const struct hs_env env = { .now_s = 10, .random = hs_end_random, .ctx = &seed };
	struct hs *hs = hs_new(&world.listener);
	enum tls_err first = TLS_E_OK;

	CHECK(hs != NULL);
	while (rd_left(&r) >= 4) {
		uint8_t type = rd_u8(&r), epoch = rd_u8(&r) & 1;
		size_t len = rd_u16(&r) & 0x3fff;
		struct hs_info info;
		enum tls_err err;

		if (len > rd_left(&r))
			len = rd_left(&r);
		hs_out_start(&out);
		err = hs_record(hs, &env, 20 + type % 3, epoch, rd_bytes(&r, len), len, &out);
		if (first != TLS_E_OK)
			/* the first error sticks and nothing follows it */
			CHECK(err == first && out.n == 0);
		answer(hs, &env);
		hs_info(hs, &info);
		if (first == TLS_E_OK)
			first = err;
		if (info.ready)
			CHECK(hs_memory(hs) < 32768);
	}
	hs_free(hs);
	return 0;
}
