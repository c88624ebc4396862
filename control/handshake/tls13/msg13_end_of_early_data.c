/*
 * EndOfEarlyData, RFC 8446 4.5: the last record under the early key; the handshake's key is next.
 */
#include "control/handshake/tls13/s13.h"

enum tls_err
msg13_end_of_early_data_recv(struct hs_call *c, struct rd *body)
{
	return hs13_install(c, IPC_DIR_READ, 0, c->w->t13->hs_traffic[HS13_CLIENT]);
}
