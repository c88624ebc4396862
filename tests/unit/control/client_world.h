/*
 * For tests of the client's role: a server of ours and a client of ours with certificates of one CA,
 * joined by records (tests/lib/hs_end.h) or message by message, where a test changes what the server
 * says before the client hears it.
 */
#ifndef SLUICE_TESTS_CLIENT_WORLD_H
#define SLUICE_TESTS_CLIENT_WORLD_H

#include "control/cert/trust.h"
#include "control/session/ticket.h"
#include "tests/lib/hs_end.h"
#include "tests/unit/control/cert/pki.h"

enum client_key { CLIENT_RSA, CLIENT_P256, CLIENT_P384, CLIENT_ED25519, CLIENT_PSS, CLIENT_KEYS };

struct client_world {
	struct hs_policy server_policy, client_policy; /* museum; tests narrow them */
	struct hs_conf server, client;
	struct hs_keep server_keep, client_keep;
	struct trust *servers, *clients;
	struct cert_store *certs[CLIENT_KEYS]; /* "a.test", one kind in each */
	struct cert_store *all;
	struct cert_store *mine; /* of the client: P-256, and RSA for SSL 3.0 */
	struct cert_store *other; /* another server of the same name */
	struct cert_store *wrong[4]; /* expired, another name, another CA, for clients only */
	bool spoil; /* message by message: the server's signatures are wrong, and all else it says fits them */
	uint64_t now_s, seed;
};

void client_world_open(struct client_world *w);
void client_world_close(struct client_world *w);
/* Both policies: one version, one suite (NULL: all of it). */
void client_world_narrow(struct client_world *w, uint16_t version, const struct hs_suite *s);

/* ---- by records ---- */
struct client_pair {
	struct hs_end s, c;
};
void client_pair_open(struct client_pair *p, struct client_world *w);
/* Runs the handshake: true when both are done. */
bool client_pair_shake(struct client_pair *p);
/* Data both ways. */
bool client_pair_talk(struct client_pair *p);
void client_pair_drop(struct client_pair *p);

/* ---- message by message ---- */
struct client_msg {
	uint8_t type; /* content type */
	size_t len;
	uint8_t data[70000];
};

struct client_line { /* one connection without records */
	struct client_world *w;
	struct hs *s, *c;
	struct hs_env env;
	uint64_t random[2];
	struct hs_out *out;
	struct hs_bytes to_c, to_s; /* queued: type, 32-bit length, bytes */
	/*
	 * Called for each message (handshake messages one by one) on its way to the client; may
	 * change it. False: it is dropped. n counts from 0.
	 */
	bool (*hook)(struct client_line *l, unsigned n, struct client_msg *m);
	void *ctx;
	unsigned count;
	struct client_msg *m;
	unsigned fail_work; /* the client's key operation of this number (from 1) cannot be done */
	unsigned works; /* that the client asked for */
	enum tls_err s_err, c_err;
	uint8_t c_alert;
	bool s_ready, c_ready, c_done, put, removed;
	struct peer *told; /* reference: the verdict that the client was given */
};
/* Runs a connection; hook may be NULL. client_line_drop() ends it. */
void client_line_run(struct client_line *l, struct client_world *w, unsigned fail_work,
	bool (*hook)(struct client_line *l, unsigned n, struct client_msg *m), void *ctx);
void client_line_drop(struct client_line *l);

#endif
