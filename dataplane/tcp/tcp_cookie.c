/*
 * SYN cookies: the state of a half-open connection in our initial sequence number, for when the backlog is full (RFC 4987 3.6).
 *
 * ISN = hash24(tuple, client's ISN, period, MSS index) : period mod 32 (5 bits) : MSS index (3 bits). A period is 64 s; a cookie is
 * good in its own and the next. Window scale and SACK permission travel in the low bits of our timestamp, if the client uses timestamps.
 */
#include "dataplane/net/siphash.h"
#include "dataplane/tcp/tcp_priv.h"

#define COOKIE_PERIOD_MS (64u * 1000u)

/* MSS values that can be remembered, ascending: the largest not above the client's is taken. */
static const uint16_t cookie_mss[8] = { TCP_MSS_MIN, 536, 1220, 1300, 1440, 1460, 4312, 8960 };

static uint32_t
cookie_hash(const struct tcp_stack *st, const struct tcp_seg *seg, uint32_t client_isn, uint32_t period, uint8_t mss_index)
{
	struct {
		struct net_addr local, remote;
		uint16_t lport, rport;
		uint32_t isn, period, mss_index;
	} in = { seg->pkt->dst, seg->pkt->src, seg->lport, seg->rport, client_isn, period, mss_index };

	return (uint32_t)siphash24(st->cfg.secret + 16, &in, sizeof(in)) & 0xffffff00u;
}

uint32_t
tcp_cookie_make(const struct tcp_stack *st, const struct tcp_seg *seg, uint16_t *mss)
{
	const uint32_t period = st->tick / COOKIE_PERIOD_MS;
	const uint16_t wanted = RTE_MIN(seg->mss != 0 ? seg->mss : (uint16_t)TCP_MSS_DEFAULT4, tcp_our_mss(st, seg->pkt->ifidx, &seg->pkt->src));
	uint8_t i = RTE_DIM(cookie_mss) - 1;

	while (i > 0 && cookie_mss[i] > wanted)
		i--;
	*mss = cookie_mss[i];
	return cookie_hash(st, seg, seg->seq, period, i) | (period & 31) << 3 | i;
}

bool
tcp_cookie_check(const struct tcp_stack *st, const struct tcp_seg *seg, uint16_t *mss)
{
	const uint32_t cookie = seg->ack - 1, now = st->tick / COOKIE_PERIOD_MS;
	const uint8_t index = cookie & 7;

	for (uint32_t back = 0; back < 2; back++) {
		const uint32_t period = now - back;

		if (((cookie >> 3) & 31) == (period & 31) && (cookie & 0xffffff00u) == cookie_hash(st, seg, seg->seq - 1, period, index)) {
			*mss = cookie_mss[index];
			return true;
		}
	}
	return false;
}
