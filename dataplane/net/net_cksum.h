/* Internet checksum (RFC 1071) of transport segments with their pseudo header, for both families. */
#ifndef SLUICE_NET_CKSUM_H
#define SLUICE_NET_CKSUM_H

#include <rte_byteorder.h>
#include <rte_ip.h>
#include <rte_mbuf.h>

#include "dataplane/net/net_addr.h"

/* Sum of the pseudo header (RFC 9293 3.1, RFC 8200 8.1), not complemented: what a port that computes checksums wants in the field. */
static inline uint16_t
net_cksum_pseudo(const struct net_addr *src, const struct net_addr *dst, uint8_t proto, uint32_t len)
{
	struct {
		uint8_t addr[32];
		rte_be32_t len, proto;
	} ph;

	/* The ::ffff prefix of an IPv4 address would add to the sum, so IPv4 contributes its own four bytes only. */
	if (net_addr_is_v4(dst)) {
		memset(ph.addr, 0, sizeof(ph.addr));
		memcpy(ph.addr, src->b + 12, 4);
		memcpy(ph.addr + 4, dst->b + 12, 4);
	} else {
		memcpy(ph.addr, src->b, 16);
		memcpy(ph.addr + 16, dst->b, 16);
	}
	ph.len = rte_cpu_to_be_32(len);
	ph.proto = rte_cpu_to_be_32(proto);
	return rte_raw_cksum(&ph, sizeof(ph));
}

/*
 * Sum over `len` bytes of m from `off` plus a pseudo header; 0xffff when the checksum inside is right. len must be inside m.
 * (rte_raw_cksum_mbuf() of DPDK 22.11 loses carries of segments that begin at an odd offset.)
 */
static inline uint16_t
net_cksum_sum(const struct rte_mbuf *m, uint32_t off, uint32_t len, uint16_t pseudo)
{
	uint32_t sum = pseudo, done = 0;

	for (; m != NULL && len > 0; m = m->next) {
		uint32_t n;
		uint16_t part;

		if (off >= m->data_len) {
			off -= m->data_len;
			continue;
		}
		n = RTE_MIN(len, m->data_len - off);
		part = rte_raw_cksum(rte_pktmbuf_mtod_offset(m, const uint8_t *, off), n);
		sum += done & 1 ? rte_bswap16(part) : part; /* an odd number of bytes before: bytes change places (RFC 1071 2 B) */
		done += n;
		len -= n;
		off = 0;
	}
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

#endif
