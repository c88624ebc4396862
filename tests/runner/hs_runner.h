/* The parts of hs_runner: options, and what is told of a connection. See hs_runner.c. */
#ifndef SLUICE_TESTS_HS_RUNNER_H
#define SLUICE_TESTS_HS_RUNNER_H

#include <stdio.h>

#include "control/cert/cert.h"
#include "control/handshake/hs.h"
#include "tests/lib/hs_end.h"

#define RUNNER_MAX_CERTS 8

struct runner_opts {
	bool client, echo, www, events, stay, no_verify, no_verify_name, no_resume;
	const char *host, *name, *ca, *crl, *data, *keylog;
	bool ocsp;
	char host_room[256];
	unsigned port, accept, reconnect, expect, timeout_ms;
	unsigned fragment_in, fragment_out, pad;
	struct hs_policy policy;
	struct hs_conf conf;
	struct cert_store *certs;
	struct trust *trust;
	struct ticket_keys *tickets;
	char alpn_room[256];
	FILE *keylog_file;
};

/* Reads the command line; on a mistake says what and how, and exits with 2. */
void runner_opts(struct runner_opts *o, int argc, char **argv);
void runner_opts_drop(struct runner_opts *o);
/* One JSON object on one line. event: "ready", "closed", ... */
void runner_report(FILE *f, const struct hs_end *e, const char *event, bool eof);
#endif
