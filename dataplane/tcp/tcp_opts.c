/*
 * TCP header and options, read and written: RFC 9293 3.1 and 3.2, RFC 7323 (window scale, timestamps), RFC 2018 (SACK). Unknown options are skipped; a
 * malformed one makes the segment malformed.
 */
#include <rte_byteorder.h>

#include "dataplane/tcp/tcp_priv.h"

enum tcp_opt { OPT_END = 0, OPT_NOP = 1, OPT_MSS = 2, OPT_WSCALE = 3, OPT_SACK_OK = 4, OPT_SACK = 5, OPT_TS = 8 };

static uint32_t
get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint8_t *
put32(uint8_t *p, uint32_t v)
{
	const rte_be32_t be = rte_cpu_to_be_32(v);

	memcpy(p, &be, 4);
	return p + 4;
}

/* One option with its length byte; len includes both. */
static void
parse_option(struct tcp_seg *seg, const uint8_t *p, uint8_t len)
{
	switch (p[0]) {
	case OPT_MSS:
		if (len == 4 && (seg->flags & TH_SYN))
			seg->mss = (uint16_t)(p[2] << 8 | p[3]);
		break;
	case OPT_WSCALE:
		if (len == 3 && (seg->flags & TH_SYN)) {
			seg->has_wscale = true;
			seg->wscale = RTE_MIN(p[2], TCP_MAX_WSCALE);
		}
		break;
	case OPT_SACK_OK:
		if (len == 2 && (seg->flags & TH_SYN))
			seg->sack_ok = true;
		break;
	case OPT_SACK:
		for (uint8_t i = 2; i + 8 <= len && seg->n_sacks < RTE_DIM(seg->sacks); i += 8)
			seg->sacks[seg->n_sacks++] = (struct tcp_sack_range){ get32(p + i), get32(p + i + 4) };
		break;
	case OPT_TS:
		if (len == 10) {
			seg->has_ts = true;
			seg->ts_val = get32(p + 2);
			seg->ts_ecr = get32(p + 6);
		}
		break;
	}
}

bool
tcp_parse(struct tcp_seg *seg, struct rte_mbuf *m)
{
	const uint8_t *h = rte_pktmbuf_mtod(m, const uint8_t *);
	uint32_t hdr;

	if (m->data_len < sizeof(struct rte_tcp_hdr))
		return false;
	hdr = (h[12] >> 4) * 4u;
	if (hdr < sizeof(struct rte_tcp_hdr) || hdr > m->data_len)
		return false;
	seg->m = m;
	seg->rport = (uint16_t)(h[0] << 8 | h[1]);
	seg->lport = (uint16_t)(h[2] << 8 | h[3]);
	seg->seq = get32(h + 4);
	seg->ack = get32(h + 8);
	seg->flags = h[13] & 0x3f;
	seg->wnd = (uint32_t)(h[14] << 8 | h[15]);
	for (uint32_t i = sizeof(struct rte_tcp_hdr); i < hdr && h[i] != OPT_END;) {
		if (h[i] == OPT_NOP) {
			i++;
			continue;
		}
		if (i + 1 >= hdr || h[i + 1] < 2 || i + h[i + 1] > hdr)
			return false;
		parse_option(seg, h + i, h[i + 1]);
		i += h[i + 1];
	}
	rte_pktmbuf_adj(m, (uint16_t)hdr);
	seg->len = rte_pktmbuf_pkt_len(m);
	return seg->lport != 0 && seg->rport != 0;
}

static uint8_t *
put_ts(uint8_t *p, uint32_t val, uint32_t ecr)
{
	*p++ = OPT_NOP;
	*p++ = OPT_NOP;
	*p++ = OPT_TS;
	*p++ = 10;
	p = put32(p, val);
	return put32(p, ecr);
}

uint8_t
tcp_opts_syn(uint8_t *p, uint16_t mss, int wscale, bool sack, bool ts, uint32_t ts_val, uint32_t ts_ecr)
{
	uint8_t *const start = p;

	*p++ = OPT_MSS;
	*p++ = 4;
	*p++ = (uint8_t)(mss >> 8);
	*p++ = (uint8_t)mss;
	if (sack) {
		*p++ = OPT_NOP;
		*p++ = OPT_NOP;
		*p++ = OPT_SACK_OK;
		*p++ = 2;
	}
	if (ts)
		p = put_ts(p, ts_val, ts_ecr);
	if (wscale >= 0) {
		*p++ = OPT_NOP;
		*p++ = OPT_WSCALE;
		*p++ = 3;
		*p++ = (uint8_t)wscale;
	}
	return (uint8_t)(p - start);
}

/* SACK blocks that fit: 40 bytes of options, of which timestamps use 12 (RFC 2018 3). */
static uint8_t
sack_max(const struct tcp_conn *c)
{
	return c->flags & TF_TS ? 3 : 4;
}

uint8_t
tcp_opts_write(const struct tcp_stack *st, const struct tcp_conn *c, uint8_t *p)
{
	uint8_t *const start = p;
	struct tcp_sack_range blocks[4];
	uint8_t n;

	if (c->flags & TF_TS)
		p = put_ts(p, st->tick + c->ts_off, c->ts_recent);
	if ((c->flags & TF_SACK) && c->ooo_head != NULL && (n = tcp_rx_sack_blocks(c, blocks, sack_max(c))) > 0) {
		*p++ = OPT_NOP;
		*p++ = OPT_NOP;
		*p++ = OPT_SACK;
		*p++ = (uint8_t)(2 + 8 * n);
		for (uint8_t i = 0; i < n; i++) {
			p = put32(p, blocks[i].start);
			p = put32(p, blocks[i].end);
		}
	}
	return (uint8_t)(p - start);
}

uint8_t
tcp_opts_len(const struct tcp_conn *c)
{
	struct tcp_sack_range blocks[4];
	uint8_t len = c->flags & TF_TS ? TCP_TS_OPT_LEN : 0, n;

	if ((c->flags & TF_SACK) && c->ooo_head != NULL && (n = tcp_rx_sack_blocks(c, blocks, sack_max(c))) > 0)
		len = (uint8_t)(len + 4 + 8 * n);
	return len;
}
