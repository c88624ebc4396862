/*
 * Opening a port and moving bursts; see port.h. Spreading flows over queues is port_rss.c's, or port_dist.c's where the port cannot.
 */
#include "dataplane/port/port.h"

#include <errno.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <rte_ethdev.h>

#include "dataplane/net/net.h"
#include "dataplane/port/port_dist.h"
#include "dataplane/port/port_rss.h"

#define DESC_DEFAULT 1024

static int
fail(char *err, size_t len, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err, len, fmt, ap);
	va_end(ap);
	return code;
}

/* Our capabilities from the driver's, and the offloads that turn them on. */
static uint32_t
negotiate(const struct rte_eth_dev_info *info, uint32_t forbid, struct rte_eth_conf *conf)
{
	const uint64_t rx_cksum = RTE_ETH_RX_OFFLOAD_IPV4_CKSUM | RTE_ETH_RX_OFFLOAD_TCP_CKSUM;
	uint32_t caps = 0;

	if ((info->rx_offload_capa & rx_cksum) == rx_cksum && !(forbid & NET_CAP_RX_CKSUM)) {
		caps |= NET_CAP_RX_CKSUM;
		conf->rxmode.offloads |= rx_cksum;
	}
	if ((info->tx_offload_capa & RTE_ETH_TX_OFFLOAD_MULTI_SEGS) && !(forbid & NET_CAP_MULTI_SEG)) {
		caps |= NET_CAP_MULTI_SEG;
		conf->txmode.offloads |= RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
	}
	if ((info->tx_offload_capa & RTE_ETH_TX_OFFLOAD_IPV4_CKSUM) && !(forbid & NET_CAP_TX_IP_CKSUM)) {
		caps |= NET_CAP_TX_IP_CKSUM;
		conf->txmode.offloads |= RTE_ETH_TX_OFFLOAD_IPV4_CKSUM;
	}
	if ((info->tx_offload_capa & RTE_ETH_TX_OFFLOAD_TCP_CKSUM) && !(forbid & NET_CAP_TX_TCP_CKSUM)) {
		caps |= NET_CAP_TX_TCP_CKSUM;
		conf->txmode.offloads |= RTE_ETH_TX_OFFLOAD_TCP_CKSUM;
	}
	/* Cutting segments needs all of the above: each piece gets checksums and refers to the same data. */
	if ((info->tx_offload_capa & RTE_ETH_TX_OFFLOAD_TCP_TSO) && !(forbid & NET_CAP_TSO) &&
			(caps & (NET_CAP_MULTI_SEG | NET_CAP_TX_IP_CKSUM | NET_CAP_TX_TCP_CKSUM)) == (NET_CAP_MULTI_SEG | NET_CAP_TX_IP_CKSUM | NET_CAP_TX_TCP_CKSUM)) {
		caps |= NET_CAP_TSO;
		conf->txmode.offloads |= RTE_ETH_TX_OFFLOAD_TCP_TSO;
	}
	/* RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE is never on: sent data is referenced until acknowledged. */
	return caps;
}

static int
setup_queues(const struct port *p, const struct port_config *cfg, uint16_t hw_queues, char *err, size_t err_len)
{
	const int socket = rte_eth_dev_socket_id(p->index);
	uint16_t rxd = cfg->rx_desc != 0 ? cfg->rx_desc : DESC_DEFAULT, txd = cfg->tx_desc != 0 ? cfg->tx_desc : DESC_DEFAULT;
	int rc = rte_eth_dev_adjust_nb_rx_tx_desc(p->index, &rxd, &txd);

	if (rc != 0 && rc != -ENOTSUP)
		return fail(err, err_len, rc, "port %u: descriptors: %s", p->index, rte_strerror(-rc));
	for (uint16_t q = 0; q < hw_queues; q++) {
		rc = rte_eth_rx_queue_setup(p->index, q, rxd, (unsigned int)socket, NULL, cfg->rx_pools[q]);
		if (rc != 0)
			return fail(err, err_len, rc, "port %u: receive queue %u: %s", p->index, q, rte_strerror(-rc));
		rc = rte_eth_tx_queue_setup(p->index, q, txd, (unsigned int)socket, NULL);
		if (rc != 0)
			return fail(err, err_len, rc, "port %u: transmit queue %u: %s", p->index, q, rte_strerror(-rc));
	}
	return 0;
}

/* MTU of the kernel interface that a port stands on; 0: none, or it does not say. */
static uint16_t
kernel_mtu(unsigned int if_index)
{
	struct ifreq ifr = { 0 };
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool ok;

	if (fd < 0)
		return 0;
	ok = if_index != 0 && if_indextoname(if_index, ifr.ifr_name) != NULL && ioctl(fd, SIOCGIFMTU, &ifr) == 0;
	close(fd);
	return ok && ifr.ifr_mtu > 0 ? (uint16_t)RTE_MIN(ifr.ifr_mtu, UINT16_MAX) : 0;
}

/*
 * Drivers that move memory (ring, null, memif) know no MTU: then only the buffers limit it. Drivers on a kernel interface may know less than it
 * (net_af_packet 22.11 claims frames of 1518 bytes whatever its framesz): then the interface's word counts.
 */
static int
setup_mtu(struct port *p, uint16_t mtu, unsigned int if_index, char *err, size_t err_len)
{
	const uint16_t kernel = kernel_mtu(if_index);
	int rc;

	if (rte_eth_dev_get_mtu(p->index, &p->mtu) != 0)
		p->mtu = RTE_ETHER_MTU;
	if (mtu == 0 && kernel != 0)
		mtu = kernel;
	if (mtu == 0 || mtu == p->mtu)
		return 0;
	if (mtu != kernel) {
		rc = rte_eth_dev_set_mtu(p->index, mtu);
		if (rc != 0 && rc != -ENOTSUP)
			return fail(err, err_len, -EINVAL, "port %u (%s): MTU %u: %s; the interface has %u", p->index, p->driver, mtu, rte_strerror(-rc), kernel);
	}
	p->mtu = mtu;
	return 0;
}

uint16_t
port_default_mtu(uint16_t index)
{
	struct rte_eth_dev_info info;
	uint16_t mtu = RTE_ETHER_MTU, kernel;

	if (rte_eth_dev_info_get(index, &info) != 0)
		return mtu;
	if (rte_eth_dev_get_mtu(index, &mtu) != 0)
		mtu = RTE_ETHER_MTU;
	kernel = kernel_mtu(info.if_index);
	return kernel != 0 ? kernel : mtu;
}

/* A frame of this MTU must fit in a receive buffer, or come in several where the driver can. */
static int
check_room(const struct port *p, const struct port_config *cfg, const struct rte_eth_dev_info *info, struct rte_eth_conf *conf, char *err, size_t err_len)
{
	const uint16_t kernel = kernel_mtu(info->if_index);
	const uint32_t mtu = cfg->mtu != 0 ? cfg->mtu : kernel != 0 ? kernel : RTE_ETHER_MTU, frame = mtu + RTE_ETHER_HDR_LEN + RTE_ETHER_CRC_LEN;

	for (uint16_t q = 0; q < p->queues; q++) {
		const uint32_t room = rte_pktmbuf_data_room_size(cfg->rx_pools[q]) - RTE_PKTMBUF_HEADROOM;

		if (room >= frame)
			continue;
		if (!(info->rx_offload_capa & RTE_ETH_RX_OFFLOAD_SCATTER))
			return fail(err, err_len, -EINVAL, "port %u (%s): frames of %u bytes do not fit in buffers of %u", p->index, p->driver, frame, room);
		conf->rxmode.offloads |= RTE_ETH_RX_OFFLOAD_SCATTER;
	}
	return 0;
}

int
port_open(struct port *p, const struct port_config *cfg, char *err, size_t err_len)
{
	struct rte_eth_dev_info info;
	struct rte_eth_conf conf = { 0 };
	uint16_t hw_queues = cfg->queues;
	bool rss;
	int rc;

	memset(p, 0, sizeof(*p));
	p->index = cfg->index;
	p->queues = cfg->queues;
	p->no_cksum = cfg->no_cksum;
	if (!rte_eth_dev_is_valid_port(cfg->index))
		return fail(err, err_len, -ENODEV, "port %u: no such port", cfg->index);
	if (cfg->queues == 0 || cfg->queues > PORT_MAX_QUEUES)
		return fail(err, err_len, -EINVAL, "port %u: %u queues", cfg->index, cfg->queues);
	rc = rte_eth_dev_info_get(cfg->index, &info);
	if (rc != 0)
		return fail(err, err_len, rc, "port %u: %s", cfg->index, rte_strerror(-rc));
	snprintf(p->driver, sizeof(p->driver), "%s", info.driver_name);
	p->caps = negotiate(&info, cfg->forbid_caps, &conf);
	rc = check_room(p, cfg, &info, &conf, err, err_len);
	if (rc != 0)
		return rc;
	rss = cfg->queues > 1 && port_rss_conf(p, &info, &conf);
	if (cfg->queues > 1 && !rss)
		hw_queues = 1; /* spread in software */
	rc = rte_eth_dev_configure(cfg->index, hw_queues, hw_queues, &conf);
	if (rc != 0)
		return fail(err, err_len, rc, "port %u (%s): %s", cfg->index, p->driver, rte_strerror(-rc));
	rc = setup_queues(p, cfg, hw_queues, err, err_len);
	if (rc == 0)
		rc = setup_mtu(p, cfg->mtu, info.if_index, err, err_len);
	if (rc != 0)
		return rc;
	if (hw_queues < cfg->queues && (rc = dist_open(p)) != 0)
		return fail(err, err_len, rc, "port %u (%s): rings to %u workers: %s", cfg->index, p->driver, cfg->queues, rte_strerror(-rc));
	rc = rte_eth_dev_start(cfg->index);
	if (rc != 0)
		dist_close(p);
	if (rc != 0)
		return fail(err, err_len, rc, "port %u (%s): start: %s", cfg->index, p->driver, rte_strerror(-rc));
	if (rss && (rc = port_rss_start(p)) != 0) {
		rte_eth_dev_stop(cfg->index);
		return fail(err, err_len, rc, "port %u (%s): redirection table: %s", cfg->index, p->driver, rte_strerror(-rc));
	}
	rte_eth_macaddr_get(cfg->index, &p->mac);
	/* Multicast for neighbour discovery; a driver without the switch passes everything. */
	rte_eth_allmulticast_enable(cfg->index);
	if (p->no_cksum)
		p->caps |= NET_CAP_RX_CKSUM | NET_CAP_TX_IP_CKSUM | NET_CAP_TX_TCP_CKSUM;
	return 0;
}

void
port_close(struct port *p)
{
	dist_close(p);
	rte_eth_dev_stop(p->index);
	rte_eth_dev_close(p->index);
}

uint16_t
port_rx(struct port *p, uint16_t queue, struct rte_mbuf **pkts, uint16_t n)
{
	struct port_queue_stats *s = &p->q[queue];

	if (p->dist == NULL)
		n = rte_eth_rx_burst(p->index, queue, pkts, n);
	else
		n = queue == 0 ? dist_owner_rx(p, pkts, n) : dist_rx(p, queue, pkts, n);
	s->rx += n;
	for (uint16_t i = 0; i < n; i++) {
		s->rx_bytes += pkts[i]->pkt_len;
		if (p->no_cksum)
			pkts[i]->ol_flags |= RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_L4_CKSUM_GOOD;
	}
	return n;
}

uint16_t
port_tx(struct port *p, uint16_t queue, struct rte_mbuf **pkts, uint16_t n)
{
	struct port_queue_stats *s = &p->q[queue];
	uint64_t bytes[64], sum = 0;
	uint16_t done = 0;

	while (done < n) { /* the lengths must be read before the driver frees the frames */
		const uint16_t burst = RTE_MIN((uint16_t)(n - done), (uint16_t)RTE_DIM(bytes));
		uint16_t sent;

		for (uint16_t i = 0; i < burst; i++)
			bytes[i] = pkts[done + i]->pkt_len;
		if (p->dist == NULL || queue == 0)
			sent = rte_eth_tx_burst(p->index, queue, pkts + done, burst);
		else
			sent = dist_tx(p, queue, pkts + done, burst);
		sent = RTE_MIN(sent, burst); /* what a driver says is not an index */
		for (uint16_t i = 0; i < sent; i++)
			sum += bytes[i];
		done += sent;
		if (sent < burst)
			break;
	}
	s->tx += done;
	s->tx_bytes += sum;
	s->tx_full += n - done;
	return done;
}

int
port_sleep(struct port *p, uint16_t queue, int *fd)
{
	*fd = -1;
	return p->dist != NULL ? dist_sleep(p, queue, fd) : 0;
}

void
port_wake(struct port *p, uint16_t queue)
{
	if (p->dist != NULL)
		dist_wake(p, queue);
}

uint32_t
port_relayed(struct port *p, uint16_t queue)
{
	return p->dist != NULL ? dist_relayed(p, queue) : 0;
}

uint32_t
port_relay(struct port *p)
{
	struct rte_mbuf *pkts[64];
	uint16_t n;

	if (p->dist == NULL)
		return 0;
	n = dist_owner_rx(p, pkts, RTE_DIM(pkts));
	rte_pktmbuf_free_bulk(pkts, n);
	return n + dist_relayed(p, 0);
}

uint64_t
port_missed(const struct port *p)
{
	struct rte_eth_stats st;

	if (rte_eth_stats_get(p->index, &st) != 0)
		return 0;
	return st.imissed + st.ierrors + st.rx_nombuf + st.oerrors + (p->dist != NULL ? dist_dropped(p) : 0);
}

bool
port_link_up(const struct port *p)
{
	struct rte_eth_link link;

	return rte_eth_link_get_nowait(p->index, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
}
