/*
 * Timer wheel: three levels of 256 slots over millisecond ticks (256 ms, 65 s, 4.6 h), one entry per connection at its earliest deadline.
 * Moving a deadline later leaves the entry where it is: it comes up early once, and is put back. So restarting the retransmission timer on
 * each ACK touches no list.
 */
#include "dataplane/tcp/tcp_priv.h"

void
tcp_wheel_init(struct tcp_wheel *w, uint32_t now)
{
	memset(w, 0, sizeof(*w));
	memset(w->head, 0xff, sizeof(w->head));
	w->now = now;
}

/* Enters c at tick `at`, not before now. */
static void
wheel_put(struct tcp_stack *st, struct tcp_conn *c, uint32_t at)
{
	struct tcp_wheel *w = &st->wheel;
	const uint32_t ahead = at - w->now;
	uint32_t level = 0, slot;

	while (level < WHEEL_LEVELS - 1 && ahead >> (WHEEL_BITS * (level + 1)) != 0)
		level++;
	slot = (at >> (WHEEL_BITS * level)) & (WHEEL_SLOTS - 1);
	c->wh_at = at;
	c->wh_slot = (uint16_t)(level * WHEEL_SLOTS + slot);
	c->wh_prev = TCP_NIL;
	c->wh_next = w->head[level][slot];
	if (c->wh_next != TCP_NIL)
		st->conns[c->wh_next].wh_prev = tcp_slot(st, c);
	w->head[level][slot] = tcp_slot(st, c);
	if (level == 0)
		w->bitmap[slot / 64] |= 1ull << (slot % 64);
	w->count++;
}

static void
wheel_add(struct tcp_stack *st, struct tcp_conn *c, uint32_t at)
{
	const uint32_t now = st->wheel.now, reach = (1u << (WHEEL_BITS * WHEEL_LEVELS)) - 1;

	if (seq_leq(at, now))
		at = now + 1; /* this tick has been run */
	wheel_put(st, c, at - now <= reach ? at : now + reach); /* further than it reaches: comes up early and is put back */
}

void
tcp_wheel_del(struct tcp_stack *st, struct tcp_conn *c)
{
	struct tcp_wheel *w = &st->wheel;
	const uint32_t level = c->wh_slot / WHEEL_SLOTS, slot = c->wh_slot % WHEEL_SLOTS;

	if (c->wh_slot == WHEEL_NONE)
		return;
	if (c->wh_prev != TCP_NIL)
		st->conns[c->wh_prev].wh_next = c->wh_next;
	else
		w->head[level][slot] = c->wh_next;
	if (c->wh_next != TCP_NIL)
		st->conns[c->wh_next].wh_prev = c->wh_prev;
	if (level == 0 && w->head[0][slot] == TCP_NIL)
		w->bitmap[slot / 64] &= ~(1ull << (slot % 64));
	c->wh_slot = WHEEL_NONE;
	w->count--;
}

/* Spreads a slot of a higher level over the levels below. */
static void
cascade(struct tcp_stack *st, uint32_t level)
{
	struct tcp_wheel *w = &st->wheel;
	const uint32_t slot = (w->now >> (WHEEL_BITS * level)) & (WHEEL_SLOTS - 1);

	for (uint32_t i = w->head[level][slot], next; i != TCP_NIL; i = next) {
		struct tcp_conn *c = &st->conns[i];
		const uint32_t at = c->wh_at;

		next = c->wh_next;
		tcp_wheel_del(st, c);
		wheel_put(st, c, at); /* what is due in this very tick goes to the slot that is run next */
	}
}

void
tcp_wheel_run(struct tcp_stack *st, uint32_t now, void (*fire)(struct tcp_stack *st, struct tcp_conn *c))
{
	struct tcp_wheel *w = &st->wheel;

	while (seq_lt(w->now, now)) {
		if (w->count == 0) {
			w->now = now;
			return;
		}
		w->now++;
		for (uint32_t level = WHEEL_LEVELS - 1; level > 0; level--)
			if ((w->now & ((1u << (WHEEL_BITS * level)) - 1)) == 0)
				cascade(st, level);
		for (uint32_t i; (i = w->head[0][w->now & (WHEEL_SLOTS - 1)]) != TCP_NIL;) {
			tcp_wheel_del(st, &st->conns[i]);
			fire(st, &st->conns[i]);
		}
	}
}

uint32_t
tcp_wheel_next(const struct tcp_stack *st)
{
	const struct tcp_wheel *w = &st->wheel;

	if (w->count == 0)
		return UINT32_MAX;
	for (uint32_t ahead = 1; ahead < WHEEL_SLOTS; ahead++) {
		const uint32_t slot = (w->now + ahead) & (WHEEL_SLOTS - 1);

		if (slot == 0 || (w->bitmap[slot / 64] & (1ull << (slot % 64)))) /* slot 0: a cascade may bring work */
			return ahead;
	}
	return WHEEL_SLOTS;
}

void
tcp_timer_set(struct tcp_stack *st, struct tcp_conn *c, enum tcp_timer t, uint32_t ticks)
{
	c->deadline[t] = st->tick + RTE_MAX(ticks, 1u);
	c->armed |= (uint8_t)(1u << t);
	if (c->wh_slot != WHEEL_NONE) {
		if (seq_leq(c->wh_at, c->deadline[t]))
			return;
		tcp_wheel_del(st, c);
	}
	wheel_add(st, c, c->deadline[t]);
}

void
tcp_timer_clear(struct tcp_conn *c, enum tcp_timer t)
{
	c->armed &= (uint8_t)~(1u << t);
}

void
tcp_timer_rearm(struct tcp_stack *st, struct tcp_conn *c)
{
	uint32_t at = 0;
	bool any = false;

	for (unsigned int t = 0; t < TT_COUNT; t++)
		if (c->armed & (1u << t)) {
			at = any ? seq_min(at, c->deadline[t]) : c->deadline[t];
			any = true;
		}
	tcp_wheel_del(st, c);
	if (any)
		wheel_add(st, c, at);
}
