/*
 * What the handshake's fuzz targets share: both ends' configuration by a few bytes of the input, and
 * key operations that need no mathematics, so that an input gets far and fast: whoever has a message
 * unchanged agrees with the other end.
 */
#ifndef SLUICE_TESTS_HS_FUZZ_H
#define SLUICE_TESTS_HS_FUZZ_H

#include "common/rd.h"
#include "control/handshake/hs.h"
#include "tests/lib/hs_end.h"

#define HS_FUZZ_CONFIG 6 /* bytes of the input that choose */

struct hs_fuzz {
	struct cert_store *certs;
	struct ticket_keys *tickets;
	struct hs_policy policy;
	struct hs_conf server, client;
	struct hs_keep server_keep, client_keep;
	bool fail_work; /* the next key operation cannot be done */
};

/* Certificates, once for the process. */
void hs_fuzz_init(struct hs_fuzz *f);
/*
 * For one input: versions; what is on; where the lists of suites and of groups begin; ways of
 * resumption; sizes.
 */
void hs_fuzz_configure(struct hs_fuzz *f, const uint8_t choice[HS_FUZZ_CONFIG]);
void hs_fuzz_drop(struct hs_fuzz *f);
/* Options of one end, with ctx. */
struct hs_end_opts hs_fuzz_opts(struct hs_fuzz *f, enum hs_role role);
/* An end that failed keeps nothing; whatever it is, its memory is bounded. */
void hs_fuzz_check(const struct hs_end *e);

#endif
