/*
 * The management API: HTTP over a Unix socket, for sluicectl and for monitoring. It sees counters
 * and states through read-only calls and never holds a secret; session ids leave as hash prefixes
 * only.
 *
 * GET /stats /engines /connections /sessions /listeners /policy?name=&server_name= /tickets /staples
 * /crls: JSON. GET /metrics: Prometheus text. POST /reload, /connections/ID/rekey, renegotiate and
 * reauth.
 */
#ifndef SLUICE_CONTROL_MANAGE_H
#define SLUICE_CONTROL_MANAGE_H

#include <stddef.h>

struct app;
struct manage;

/* Listens (socket mode 0660, a stale one is replaced). NULL with a sentence in err. */
struct manage *manage_open(struct app *a, const char *path, char *err, size_t cap);
/* Stops; free after the loop's last turn. m may be NULL in manage_free(). */
void manage_close(struct manage *m);
void manage_free(struct manage *m);

#endif
