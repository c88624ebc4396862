/* Where software does an operation: on the loop's thread or on the pool. docs/adr/0004 has the
 * numbers. */
#ifndef SLUICE_CONTROL_PKA_PLACE_H
#define SLUICE_CONTROL_PKA_PLACE_H

#include <stdbool.h>

#include <openssl/evp.h>

#include "control/pka/pka_op.h"

/* True: then and there. key: as pka_soft_key(), may be NULL. */
bool pka_place_in_place(const struct pka_req *req, const EVP_PKEY *key);

#endif
