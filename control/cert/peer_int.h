/* Inside cert/: making a peer. */
#ifndef SLUICE_CONTROL_PEER_INT_H
#define SLUICE_CONTROL_PEER_INT_H

#include <openssl/x509.h>

#include "control/cert/peer.h"

/* One reference, nothing known, BAD_CERTIFICATE; NULL when memory is out. Any thread. */
struct peer *peer_new(void);
/* Fills in what the leaf says. 0, or -1 when memory is out. Any thread. */
int peer_look(struct peer *p, X509 *leaf, const uint8_t *der, size_t len);

#endif
