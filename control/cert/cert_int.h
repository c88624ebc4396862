/* Inside cert/: a loaded certificate with what it owns. */
#ifndef SLUICE_CONTROL_CERT_INT_H
#define SLUICE_CONTROL_CERT_INT_H

#include <stdint.h>

#include "control/cert/cert.h"

#define CERT_NOTES_LEN 2048

struct cert_slot {
	struct cert c; /* first: cert_set_staple() finds the slot by it */
	uint8_t *chain;
	char *chain_file, *key_file;
	char **names; /* lower case; a wildcard begins with "*." */
	unsigned name_count;
	struct staple *staple;
	struct staple_conf want; /* all zero: none */
	char *want_file, *want_url, *want_issuer;
	char notes[CERT_NOTES_LEN];
};

/* cert_load.c: fills the slot; what it allocated is freed with the slot either way. */
int cert_load(
	struct cert_slot *s, const char *chain_file, const char *key_file, char err[CERT_ERR_LEN]);
/* cert_store.c: takes a copy; names that no server name can match are left out. */
int cert_add_name(struct cert_slot *s, const char *name, int len);

#endif
