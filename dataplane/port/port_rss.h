/* Receive side scaling: asking for it and foretelling it. Used by port.c. */
#ifndef SLUICE_PORT_RSS_H
#define SLUICE_PORT_RSS_H

#include <rte_ethdev.h>

#include "dataplane/port/port.h"

#define PORT_RSS_KEY_MIN 40 /* bytes of key that a hash over an IPv6 4-tuple uses */

/* Sets p's key, of len bytes. */
void port_rss_key(struct port *p, uint8_t len);
/* Adds RSS on the TCP 4-tuple to conf. False: the port cannot, or not so that the queue of a flow can be computed. */
bool port_rss_conf(struct port *p, const struct rte_eth_dev_info *info, struct rte_eth_conf *conf);
/* After the start: spreads the redirection table over the queues and reads it back. 0 or -errno. */
int port_rss_start(struct port *p);

#endif
