/*
 * SACK scoreboard (RFC 2018, RFC 6675): what the peer holds above snd_una as a short sorted list of ranges. Forgetting a range is always safe
 * (the data is sent again), so the list has a fixed size; it exists only while there is something in it.
 */
#include "dataplane/tcp/tcp_priv.h"

static struct tcp_sb *
sb_of(const struct tcp_stack *st, const struct tcp_conn *c)
{
	return c->sb == TCP_NIL ? NULL : &st->sbs[c->sb];
}

static struct tcp_sb *
sb_get(struct tcp_stack *st, struct tcp_conn *c)
{
	struct tcp_slab *s = &st->sb_slab;

	if (c->sb != TCP_NIL)
		return &st->sbs[c->sb];
	if (s->free_head != TCP_NIL) {
		c->sb = s->free_head;
		s->free_head = st->sbs[c->sb].next_free;
	} else if (s->fresh < s->limit) {
		c->sb = s->fresh++;
	} else {
		return NULL;
	}
	s->used++;
	st->sbs[c->sb].n = 0;
	st->sbs[c->sb].bytes = 0;
	return &st->sbs[c->sb];
}

void
tcp_sack_clear(struct tcp_stack *st, struct tcp_conn *c)
{
	if (c->sb == TCP_NIL)
		return;
	st->sbs[c->sb].next_free = st->sb_slab.free_head;
	st->sb_slab.free_head = c->sb;
	st->sb_slab.used--;
	c->sb = TCP_NIL;
}

/* Merges one block in. */
static void
sb_add(struct tcp_stack *st, struct tcp_sb *sb, uint32_t start, uint32_t end)
{
	uint32_t i = 0, j;

	while (i < sb->n && seq_lt(sb->r[i].end, start))
		i++;
	for (j = i; j < sb->n && seq_leq(sb->r[j].start, end); j++) { /* touches: swallow */
		start = seq_min(start, sb->r[j].start);
		end = seq_max(end, sb->r[j].end);
		sb->bytes -= sb->r[j].end - sb->r[j].start;
	}
	if (j == i) {
		if (sb->n == TCP_SB_RANGES) {
			st->c[TCP_C_SACK_OVERFLOW]++;
			if (i == sb->n)
				return;
			sb->n--; /* the highest range is forgotten */
			sb->bytes -= sb->r[sb->n].end - sb->r[sb->n].start;
		}
		memmove(&sb->r[i + 1], &sb->r[i], (sb->n - i) * sizeof(sb->r[0]));
		sb->n++;
	} else {
		memmove(&sb->r[i + 1], &sb->r[j], (sb->n - j) * sizeof(sb->r[0]));
		sb->n -= j - i - 1;
	}
	sb->r[i] = (struct tcp_sack_range){ start, end };
	sb->bytes += end - start;
}

uint32_t
tcp_sack_update(struct tcp_stack *st, struct tcp_conn *c, const struct tcp_seg *seg)
{
	const uint32_t floor = seq_max(c->snd_una, seg->ack);
	struct tcp_sb *sb;
	uint32_t before, after;

	if (seg->n_sacks == 0 || !(c->flags & TF_SACK))
		return 0;
	sb = sb_of(st, c);
	before = sb != NULL ? sb->bytes : 0;
	for (uint8_t i = 0; i < seg->n_sacks; i++) {
		const struct tcp_sack_range r = seg->sacks[i];

		/* Below the acknowledgement it is a duplicate report (RFC 2883); beyond what was sent it is nonsense. */
		if (!seq_lt(r.start, r.end) || seq_lt(r.start, floor) || seq_gt(r.end, c->snd_max))
			continue;
		sb = sb_get(st, c);
		if (sb == NULL)
			return 0;
		sb_add(st, sb, r.start, r.end);
	}
	after = sb != NULL ? sb->bytes : 0;
	return after > before ? after - before : 0;
}

void
tcp_sack_acked(struct tcp_stack *st, struct tcp_conn *c)
{
	struct tcp_sb *sb = sb_of(st, c);
	uint32_t i = 0;

	if (sb == NULL)
		return;
	while (i < sb->n && seq_leq(sb->r[i].end, c->snd_una))
		sb->bytes -= sb->r[i].end - sb->r[i].start, i++;
	memmove(&sb->r[0], &sb->r[i], (sb->n - i) * sizeof(sb->r[0]));
	sb->n -= i;
	if (sb->n > 0 && seq_lt(sb->r[0].start, c->snd_una)) {
		sb->bytes -= c->snd_una - sb->r[0].start;
		sb->r[0].start = c->snd_una;
	}
	if (sb->n == 0)
		tcp_sack_clear(st, c);
}

uint32_t
tcp_sack_below(const struct tcp_stack *st, const struct tcp_conn *c, uint32_t seq)
{
	const struct tcp_sb *sb = sb_of(st, c);
	uint32_t sum = 0;

	if (sb == NULL)
		return 0;
	if (sb->n == 0 || seq_geq(seq, sb->r[sb->n - 1].end))
		return sb->bytes;
	for (uint32_t i = 0; i < sb->n && seq_lt(sb->r[i].start, seq); i++)
		sum += seq_min(sb->r[i].end, seq) - sb->r[i].start;
	return sum;
}

uint32_t
tcp_sack_highest(const struct tcp_stack *st, const struct tcp_conn *c)
{
	const struct tcp_sb *sb = sb_of(st, c);

	return sb == NULL || sb->n == 0 ? c->snd_una : sb->r[sb->n - 1].end;
}

bool
tcp_sack_is_lost(const struct tcp_stack *st, const struct tcp_conn *c, uint32_t seq)
{
	const struct tcp_sb *sb = sb_of(st, c);
	uint32_t ranges = 0, bytes = 0;

	if (sb == NULL)
		return false;
	for (uint32_t i = sb->n; i > 0 && seq_gt(sb->r[i - 1].start, seq); i--) {
		ranges++;
		bytes += sb->r[i - 1].end - sb->r[i - 1].start;
		if (ranges >= TCP_DUPTHRESH || bytes > (TCP_DUPTHRESH - 1) * (uint32_t)c->mss)
			return true;
	}
	return false;
}

uint32_t
tcp_sack_pipe(const struct tcp_stack *st, const struct tcp_conn *c)
{
	const struct tcp_sb *sb = sb_of(st, c);
	uint32_t at = c->snd_una, pipe = 0, ranges_above, bytes_above;

	if (sb == NULL)
		return c->snd_max - c->snd_una;
	ranges_above = sb->n;
	bytes_above = sb->bytes;
	for (uint32_t i = 0; i <= sb->n; i++) {
		const uint32_t end = i < sb->n ? sb->r[i].start : c->snd_max;

		/* All bytes of one hole have the same SACKed bytes above them, so IsLost() is the hole's. */
		if (seq_lt(at, end)) {
			if (ranges_above < TCP_DUPTHRESH && bytes_above <= (TCP_DUPTHRESH - 1) * (uint32_t)c->mss)
				pipe += end - at;
			if (seq_gt(c->high_rxt, at))
				pipe += seq_min(c->high_rxt, end) - at;
		}
		if (i < sb->n) {
			at = sb->r[i].end;
			ranges_above--;
			bytes_above -= sb->r[i].end - sb->r[i].start;
		}
	}
	return pipe;
}

uint32_t
tcp_sack_hole(const struct tcp_stack *st, const struct tcp_conn *c, uint32_t seq, uint32_t *end)
{
	const struct tcp_sb *sb = sb_of(st, c);

	*end = c->snd_max;
	for (uint32_t i = 0; sb != NULL && i < sb->n; i++) {
		if (seq_geq(seq, sb->r[i].end))
			continue;
		if (seq_geq(seq, sb->r[i].start)) {
			seq = sb->r[i].end;
			continue;
		}
		*end = sb->r[i].start;
		break;
	}
	return seq;
}
