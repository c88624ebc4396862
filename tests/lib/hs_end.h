/*
 * One end of a connection for tests, either role: the handshake machine with records of its own
 * (hs_rec.h) and answers of "our own side" given in place. Memory only: wire bytes go in and come
 * out, application data goes in and comes out. It waits where common/ipc.h says that the
 * dataplane waits (READ_ON, KEYS, HOLD), and shares no code with it.
 */
#ifndef SLUICE_TESTS_HS_END_H
#define SLUICE_TESTS_HS_END_H

#include "control/handshake/hs.h"
#include "control/session/once.h"
#include "control/session/session.h"
#include "tests/lib/hs_rec.h"
#include "tests/lib/hs_soft_card.h"

struct hs_bytes { /* a queue of bytes */
	uint8_t *p;
	size_t off, len, cap; /* the queue is p[off .. off + len) */
};
void hs_bytes_add(struct hs_bytes *b, const void *p, size_t n);
/* Its first byte; not NULL. */
uint8_t *hs_bytes_at(const struct hs_bytes *b);
void hs_bytes_skip(struct hs_bytes *b, size_t n);
void hs_bytes_drop(struct hs_bytes *b);

#define HS_KEEP_PEERS 16

/* What outlives a connection: sessions of both roles, certificates that sessions refer to. */
struct hs_keep {
	struct session_cache *cache; /* server */
	bool has_client; /* client: for the next connection */
	struct session_entry client;
	struct hs_bytes ticket;
	struct once *once; /* server: what a ticket was used for */
	struct peer *peers[HS_KEEP_PEERS]; /* a ring */
	unsigned next_peer;
};
/* capacity: of the server's session cache */
void hs_keep_init(struct hs_keep *k, uint32_t capacity);
void hs_keep_drop(struct hs_keep *k);
/* A certificate that was verified, by its fingerprint: borrowed, or NULL. */
struct peer *hs_keep_peer(const struct hs_keep *k, const uint8_t fingerprint[32]);

#define HS_TAP_ROOM 32768

struct hs_end;

/* What a test wants of one end; zeros are sensible. */
struct hs_end_opts {
	const struct hs_conf *conf;
	struct hs_keep *keep;
	uint64_t seed; /* of the randomness; 0: the system's */
	uint64_t now_s; /* 0: 1000 */
	unsigned fragment_in; /* handshake records are fed in pieces of so many bytes */
	unsigned fragment_out; /* ours are cut into records of so many */
	unsigned pad; /* TLS 1.3: zeros behind each record */
	bool hold_answers; /* hs_end_answer() gives each one */
	bool no_resume; /* client: do not offer what keep has */
	/*
	 * verification in place of peer_verify() with conf->trust; returns a reference, NULL: could
	 * not be done
	 */
	struct peer *(*verify)(void *ctx, const uint8_t *chain, size_t len, const uint8_t *staple,
		size_t staple_len);
	struct soft_card *card; /* with conf->keys_on_card */
	/* key operations in place of pka_soft_do() */
	int (*pka)(void *ctx, const struct pka_req *req, const uint8_t *in, size_t len,
		uint8_t *out, size_t *out_len);
	/*
	 * Looks at each opened record of the other side before the machine does, and may change it;
	 * room for HS_TAP_ROOM bytes.
	 */
	void (*tap)(void *ctx, struct hs_end *e, uint8_t *type, uint8_t *data, size_t *len);
	void (*keylog)(void *ctx, const char *line, size_t len);
	void *ctx;
};

struct hs_question { /* the one that is open */
	enum hs_act_type type; /* SESSION_GET, PKA, VERIFY; else none */
	uint32_t tag, staple_len;
	struct pka_req pka;
	struct hs_bytes data;
};

struct hs_end {
	struct hs_end_opts opts;
	struct hs *hs;
	struct hs_env env;
	uint64_t random_state;
	struct hs_out *out;
	enum tls_err err; /* the first fatal one */

	/* records */
	struct hs_rec rd, wr;
	struct hs_rec rd_next; /* waits for ChangeCipherSpec */
	struct hs_bytes in, net_out; /* wire bytes */
	struct hs_bytes data_in, data_out; /* application data; out: not sealed yet */
	uint8_t epoch;
	uint16_t version; /* told by READ_ON */
	uint16_t max_fragment;
	uint32_t early_max; /* bytes of early data that may come */
	uint32_t skip_bytes;
	bool has_next; /* rd_next is there */
	bool ccs_seen; /* ... and its ChangeCipherSpec came first */
	bool stopped; /* reading, until READ_ON */
	bool after_ccs; /* the next handshake record stops reading */
	bool first_record; /* one was read */
	bool held; /* no application data may follow */
	bool v2_wire; /* records are SSL 2.0's */

	/* what came */
	bool ready, early, done, closed, peer_closed;
	uint8_t alert_level, alert; /* that we closed with */
	bool stored, removed; /* sessions */
	unsigned questions, pka_count[PKA_PRF + 2], reads_on, handshakes;
	struct hs_question ask;
};

/* Makes the machine; a client writes its hello. TLS_E_OK or the machine's error. */
enum tls_err hs_end_open(struct hs_end *e, const struct hs_end_opts *opts);
void hs_end_drop(struct hs_end *e);

/* Wire bytes in. Returns the connection's first fatal error so far. */
enum tls_err hs_end_feed(struct hs_end *e, const void *wire, size_t len);
/* Wire bytes that are to go out: e->net_out; hs_bytes_skip() what went. */

/* Application data to seal; kept while it may not be sent. Received: e->data_in. */
void hs_end_write(struct hs_end *e, const void *data, size_t len);
/* close_notify */
void hs_end_close(struct hs_end *e);
enum tls_err hs_end_command(struct hs_end *e, enum hs_command cmd);
enum tls_err hs_end_abort(struct hs_end *e, enum tls_err why);
/* With hold_answers: gives the answer that is asked for. False: nothing is. */
bool hs_end_answer(struct hs_end *e);
/* Feeds one record's plaintext to the machine as it is, past the record layer. */
enum tls_err hs_end_record(struct hs_end *e, uint8_t type, uint8_t epoch, const void *data,
	size_t len);
/* struct hs_end_opts.verify: any certificate that can be read is good. */
struct peer *hs_end_verify_any(void *ctx, const uint8_t *chain, size_t len, const uint8_t *staple,
	size_t staple_len);
/* Moves bytes between two ends until nothing moves. */
void hs_end_join(struct hs_end *a, struct hs_end *b);
/* The seeded stream that tests use as randomness: splitmix64 on *ctx. */
void hs_end_random(void *ctx, uint8_t *out, size_t len);

/* ---- shared by the files of this library ---- */
/* Carries out all actions of e->out and answers, unless answers are held. (hs_end_acts.c) */
enum tls_err hs_end_carry_out(struct hs_end *e, enum tls_err err);
/* Cuts and opens what e->in has, as far as reading may go. */
enum tls_err hs_end_read(struct hs_end *e);
/* Seals bytes of one content type. */
void hs_end_send(struct hs_end *e, uint8_t type, uint16_t version, const uint8_t *p, size_t len);
/* Seals application data that may go now. */
void hs_end_flush(struct hs_end *e);

#endif
