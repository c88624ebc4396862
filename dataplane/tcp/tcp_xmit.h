/* Building segments. */
#ifndef SLUICE_TCP_XMIT_H
#define SLUICE_TCP_XMIT_H

#include "dataplane/tcp/tcp_priv.h"

/*
 * Sends one segment: len bytes of the send queue from seq, with these header flags, our acknowledgement and window. Cancels a pending ACK. More than
 * seg_max bytes are left to the port to cut. Returns false without an mbuf; then nothing was sent and nothing changed.
 */
bool tcp_xmit(struct tcp_stack *st, struct tcp_conn *c, uint32_t seq, uint32_t len, uint8_t flags, uint32_t seg_max);

#endif
