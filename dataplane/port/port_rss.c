/*
 * Receive side scaling by Toeplitz hash over addresses and ports, with a key of our own, so that the queue of a flow can be computed before its first
 * segment is sent (port_queue_of).
 */
#include "dataplane/port/port_rss.h"

#include <errno.h>

#include <rte_byteorder.h>
#include <rte_thash.h>

#define RSS_TCP (RTE_ETH_RSS_NONFRAG_IPV4_TCP | RTE_ETH_RSS_NONFRAG_IPV6_TCP)

/* Any key with well spread bits does; it is no secret. Made from the multiplicative constant 2^64/phi so that it can be checked. */
void
port_rss_key(struct port *p, uint8_t len)
{
	p->rss_key_len = len;
	for (uint8_t i = 0; i < len; i++)
		p->rss_key[i] = (uint8_t)((0x9e3779b97f4a7c15ull * (i + 1u)) >> 56);
}

bool
port_rss_conf(struct port *p, const struct rte_eth_dev_info *info, struct rte_eth_conf *conf)
{
	const uint64_t types = info->flow_type_rss_offloads & RSS_TCP;
	const uint8_t key_len = info->hash_key_size != 0 ? info->hash_key_size : PORT_RSS_KEY_MIN;

	if (!(types & RTE_ETH_RSS_NONFRAG_IPV4_TCP) || info->max_rx_queues < p->queues || info->max_tx_queues < p->queues || info->reta_size == 0 ||
			info->reta_size > PORT_MAX_RETA || key_len < PORT_RSS_KEY_MIN || key_len > PORT_RSS_KEY)
		return false;
	port_rss_key(p, key_len);
	p->reta_size = info->reta_size;
	conf->rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
	conf->rx_adv_conf.rss_conf.rss_key = p->rss_key;
	conf->rx_adv_conf.rss_conf.rss_key_len = key_len;
	conf->rx_adv_conf.rss_conf.rss_hf = types;
	return true;
}

int
port_rss_start(struct port *p)
{
	struct rte_eth_rss_reta_entry64 reta[PORT_MAX_RETA / RTE_ETH_RETA_GROUP_SIZE] = { 0 };
	int rc;

	for (uint16_t i = 0; i < p->reta_size; i++) {
		reta[i / RTE_ETH_RETA_GROUP_SIZE].mask |= 1ull << (i % RTE_ETH_RETA_GROUP_SIZE);
		reta[i / RTE_ETH_RETA_GROUP_SIZE].reta[i % RTE_ETH_RETA_GROUP_SIZE] = i % p->queues;
	}
	rc = rte_eth_dev_rss_reta_update(p->index, reta, p->reta_size);
	if (rc != 0)
		return rc;
	/* What counts is what the port made of it. */
	rc = rte_eth_dev_rss_reta_query(p->index, reta, p->reta_size);
	if (rc != 0)
		return rc;
	for (uint16_t i = 0; i < p->reta_size; i++)
		p->reta[i] = reta[i / RTE_ETH_RETA_GROUP_SIZE].reta[i % RTE_ETH_RETA_GROUP_SIZE];
	return 0;
}

static uint32_t
word(const uint8_t *b)
{
	uint32_t v;

	memcpy(&v, b, 4);
	return rte_be_to_cpu_32(v);
}

uint16_t
port_queue_of(const struct port *p, const struct net_addr *local, uint16_t lport, const struct net_addr *remote, uint16_t rport)
{
	uint32_t tuple[9], n = 0, hash;

	if (p->reta_size == 0)
		return 0;
	/* As it arrives: source is the remote side. */
	for (uint32_t i = net_addr_is_v4(remote) ? 12 : 0; i < 16; i += 4)
		tuple[n++] = word(remote->b + i);
	for (uint32_t i = net_addr_is_v4(remote) ? 12 : 0; i < 16; i += 4)
		tuple[n++] = word(local->b + i);
	tuple[n++] = (uint32_t)rport << 16 | lport;
	hash = rte_softrss(tuple, n, p->rss_key);
	return p->reta[hash % p->reta_size];
}
