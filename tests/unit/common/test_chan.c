/* The channel's rings, their hand-over, and what a hostile other side can do to them. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/chan.h"
#include "common/ipc.h"

struct pair {
	struct chan dp, cp;
	struct chan_end a, b; /* dataplane's and control's view of worker 0 */
};

static int
setup(void **state)
{
	static struct pair p;
	int sv[2];

	memset(&p, 0, sizeof(p));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sv), 0);
	assert_int_equal(chan_create(&p.dp, 2, 1 << 16), 0);
	assert_int_equal(chan_give(&p.dp, sv[0]), 0);
	assert_int_equal(chan_take(&p.cp, sv[1]), 0);
	assert_int_equal(p.cp.workers, 2);
	chan_end_init(&p.a, &p.dp, 0, CHAN_DP);
	chan_end_init(&p.b, &p.cp, 0, CHAN_CP);
	close(sv[0]);
	close(sv[1]);
	*state = &p;
	return 0;
}

static int
teardown(void **state)
{
	struct pair *p = *state;

	chan_close(&p->dp);
	chan_close(&p->cp);
	chan_close(&p->cp); /* twice is harmless */
	return 0;
}

/* the shared head and tail words of a ring, as a hostile side would reach them */
static uint32_t *
word(void *ring, unsigned at)
{
	return (uint32_t *)((uint8_t *)ring + at);
}

static void
messages_arrive_in_order_and_are_wiped(void **state)
{
	struct pair *p = *state;
	static uint8_t out[IPC_MAX_MSG], in[IPC_MAX_MSG];
	uint16_t type;
	uint32_t len;

	for (uint32_t n = 0; n < 3000; n++) {
		uint32_t want = n * 37 % 20000;

		memset(out, (int)(n & 0xff) | 1, want);
		assert_int_equal(chan_send(&p->a.tx, (uint16_t)(n % 60 + 1), out, want, NULL, 0), 0);
		assert_int_equal(chan_recv(&p->b.rx, in, sizeof(in), &type, &len), 0); /* not before the flush */
		chan_flush(&p->a.tx);
		assert_true(chan_pending(&p->b.rx));
		assert_int_equal(chan_recv(&p->b.rx, in, sizeof(in), &type, &len), 1);
		assert_int_equal(type, n % 60 + 1);
		assert_int_equal(len, want);
		assert_memory_equal(in, out, want);
		for (uint32_t i = 0; i < len; i++)
			assert_int_equal(p->b.rx.data[(p->b.rx.head - ((len + 7) & ~7u) + i) & p->b.rx.mask], 0);
	}
}

static void
full_ring_refuses_and_recovers(void **state)
{
	struct pair *p = *state;
	static uint8_t out[1000], in[IPC_MAX_MSG];
	unsigned sent = 0, got = 0;
	uint16_t type;
	uint32_t len;

	while (chan_send(&p->a.tx, 5, out, sizeof(out), NULL, 0) == 0)
		sent++;
	assert_int_equal(sent, (1 << 16) / 1008);
	assert_int_equal(chan_send(&p->a.tx, 5, out, IPC_MAX_MSG, out, 1), -EMSGSIZE);
	chan_flush(&p->a.tx);
	while (chan_recv(&p->b.rx, in, sizeof(in), &type, &len) == 1)
		got++;
	assert_int_equal(got, sent);
	assert_int_equal(chan_send(&p->a.tx, 5, out, sizeof(out), NULL, 0), 0);
}

static void
doorbell_rings_only_for_a_sleeper(void **state)
{
	struct pair *p = *state;
	struct pollfd f = { .fd = p->b.rx.doorbell, .events = POLLIN };
	uint8_t in[IPC_MAX_MSG];
	uint16_t type;
	uint32_t len;

	assert_int_equal(chan_send(&p->a.tx, 5, "x", 1, NULL, 0), 0);
	chan_flush(&p->a.tx);
	assert_int_equal(poll(&f, 1, 0), 0);
	assert_false(chan_sleep(&p->b.rx)); /* something is waiting: do not sleep */
	assert_int_equal(chan_recv(&p->b.rx, in, sizeof(in), &type, &len), 1);
	assert_true(chan_sleep(&p->b.rx));
	assert_int_equal(chan_send(&p->a.tx, 5, "y", 1, NULL, 0), 0);
	chan_flush(&p->a.tx);
	assert_int_equal(poll(&f, 1, 0), 1);
	chan_wake(&p->b.rx);
	assert_int_equal(poll(&f, 1, 0), 0);
	assert_int_equal(chan_recv(&p->b.rx, in, sizeof(in), &type, &len), 1);
}

/* One that naps wants to hear only what is urgent. */
static void
a_nap_is_ended_by_an_urgent_ring_only(void **state)
{
	struct pair *p = *state;
	struct pollfd f = { .fd = p->b.rx.doorbell, .events = POLLIN };
	uint8_t in[IPC_MAX_MSG];
	uint16_t type;
	uint32_t len;

	assert_true(chan_nap(&p->b.rx));
	assert_int_equal(chan_send(&p->a.tx, 5, "x", 1, NULL, 0), 0);
	chan_flush(&p->a.tx);
	assert_int_equal(poll(&f, 1, 0), 0);
	chan_ring_urgent(&p->a.tx);
	assert_int_equal(poll(&f, 1, 0), 1);
	chan_wake(&p->b.rx);
	chan_ring_urgent(&p->a.tx); /* awake */
	assert_int_equal(poll(&f, 1, 0), 0);
	assert_false(chan_nap(&p->b.rx)); /* something is waiting */
	assert_int_equal(chan_recv(&p->b.rx, in, sizeof(in), &type, &len), 1);
	assert_true(chan_sleep(&p->b.rx));
	chan_ring_urgent(&p->a.tx); /* a sleeper hears it too */
	assert_int_equal(poll(&f, 1, 0), 1);
	chan_wake(&p->b.rx);
}

/* The other side has its own end of the bell: it can make ours neither block nor silent. */
static void
a_hostile_side_cannot_make_the_bell_block(void **state)
{
	struct pair *p = *state;
	struct pollfd f = { .fd = p->a.rx.doorbell, .events = POLLIN };
	char junk[4096] = { 0 };
	uint32_t rings = 0;

	assert_int_equal(fcntl(p->b.rx.doorbell, F_SETFL, 0), 0); /* blocking, if it were shared */
	*word(p->b.rx.ring, 68) = 1; /* "I sleep", for ever; and the bell is never answered */
	for (; rings < 1u << 20; rings++)
		chan_ring(&p->a.tx); /* returns, however full it is */
	chan_wake(&p->a.rx); /* nobody rang for us: returns */
	while (send(p->b.tx.doorbell, junk, sizeof(junk), MSG_DONTWAIT) > 0)
		; /* rings for nothing, as many as fit */
	for (unsigned i = 0; i < 1u << 12 && poll(&f, 1, 0) == 1; i++)
		chan_wake(&p->a.rx);
	assert_int_equal(poll(&f, 1, 0), 0);
	assert_int_equal(shutdown(p->b.tx.doorbell, SHUT_RDWR), 0);
	chan_ring(&p->a.tx); /* no signal, no wait */
	chan_wake(&p->a.rx);
}

static void
published_messages_are_seen_before_the_bell_rings(void **state)
{
	struct pair *p = *state;
	struct pollfd f = { .fd = p->b.rx.doorbell, .events = POLLIN };
	uint8_t in[IPC_MAX_MSG];
	uint16_t type;
	uint32_t len;

	assert_false(chan_publish(&p->a.tx)); /* nothing new */
	assert_true(chan_sleep(&p->b.rx));
	assert_int_equal(chan_send(&p->a.tx, 5, "x", 1, NULL, 0), 0);
	assert_true(chan_publish(&p->a.tx));
	assert_int_equal(poll(&f, 1, 0), 0); /* the sleeper is left alone */
	assert_true(chan_pending(&p->b.rx)); /* but one that looks finds it */
	chan_ring(&p->a.tx);
	assert_int_equal(poll(&f, 1, 0), 1);
	chan_wake(&p->b.rx);
	assert_int_equal(chan_recv(&p->b.rx, in, sizeof(in), &type, &len), 1);
	chan_ring(&p->a.tx); /* nobody sleeps */
	assert_int_equal(poll(&f, 1, 0), 0);
}

static void
hostile_indexes_and_lengths_are_refused(void **state)
{
	struct pair *p = *state;
	uint8_t in[IPC_MAX_MSG];
	uint16_t type;
	uint32_t len, *tail = word(p->a.tx.ring, 0), *head = word(p->a.tx.ring, 64);
	const uint32_t tails[] = { 1, 4, 7, (1 << 16) + 8, 0x80000000, 0xffffffff };
	const uint32_t lens[] = { 9, 100, 1 << 16, 0x7fffffff, 0xffffffff, 0xfffffff8 };

	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		*tail = p->b.rx.head + tails[i];
		assert_int_equal(chan_recv(&p->b.rx, in, sizeof(in), &type, &len), -EBADMSG);
	}
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		memcpy(p->b.rx.data + (p->b.rx.head & p->b.rx.mask), &lens[i], 4);
		*tail = p->b.rx.head + 16; /* header and 8 bytes */
		assert_int_equal(chan_recv(&p->b.rx, in, sizeof(in), &type, &len), -EBADMSG);
	}
	*head = 0x12345678; /* a consumer that lies about what it read leaves no room, and no write outside the ring */
	assert_int_equal(chan_space(&p->a.tx), 0);
}

/* Padding is for the ring's end only: a producer that pads elsewhere could keep the consumer busy without ever saying anything. */
static void
padding_elsewhere_than_at_the_end_is_refused(void **state)
{
	struct pair *p = *state;
	uint8_t in[IPC_MAX_MSG];
	uint16_t type;
	uint32_t len, *tail = word(p->a.tx.ring, 0);
	const struct {
		uint32_t len;
		uint16_t type, zero;
	} pads[] = { { 0, 0xffff, 0 }, { 64, 0xffff, 0 }, { (1 << 16) - 8, 0xffff, 0 } };

	for (size_t i = 0; i < sizeof(pads) / sizeof(pads[0]); i++) {
		memcpy(p->b.rx.data, &pads[i], sizeof(pads[i]));
		*tail = 8 + pads[i].len;
		assert_int_equal(chan_recv(&p->b.rx, in, sizeof(in), &type, &len), -EBADMSG);
		assert_int_equal(p->b.rx.head, 0);
	}
}

static void
wrong_hand_over_is_refused(void **state)
{
	struct chan c;
	int sv[2];
	uint32_t setup[4] = { 0x48434C53u, IPC_VERSION, 1, 1 << 16 };

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sv), 0);
	assert_int_equal(write(sv[0], setup, sizeof(setup)), sizeof(setup)); /* no descriptors */
	assert_int_equal(chan_take(&c, sv[1]), -EBADMSG);
	close(sv[0]);
	assert_int_equal(chan_take(&c, sv[1]), -ECONNRESET);
	close(sv[1]);
	assert_int_equal(chan_create(&c, 0, 1 << 16), -EINVAL);
	assert_int_equal(chan_create(&c, 1, 100000), -EINVAL);
	assert_int_equal(chan_create(&c, CHAN_MAX_WORKERS + 1, 1 << 16), -EINVAL);
}

#define STREAM 200000u
static void *
produce(void *arg)
{
	struct chan_end *e = arg;

	for (uint32_t n = 0; n < STREAM; n++) {
		uint32_t *m;

		while ((m = chan_reserve(&e->tx, 7, 4 + n % 61 * 4)) == NULL)
			chan_flush(&e->tx);
		for (uint32_t i = 0; i <= n % 61; i++)
			m[i] = n;
		chan_commit(&e->tx);
		if (n % 5 == 0)
			chan_flush(&e->tx);
	}
	chan_flush(&e->tx);
	return NULL;
}

static void
two_threads_lose_nothing(void **state)
{
	struct pair *p = *state;
	static uint32_t in[IPC_MAX_MSG / 4];
	pthread_t t;
	uint16_t type;
	uint32_t len;

	assert_int_equal(pthread_create(&t, NULL, produce, &p->a), 0);
	for (uint32_t n = 0; n < STREAM; n++) {
		int rc;

		while ((rc = chan_recv(&p->b.rx, in, sizeof(in), &type, &len)) == 0) {
			struct pollfd f = { .fd = p->b.rx.doorbell, .events = POLLIN };

			if (chan_sleep(&p->b.rx)) {
				assert_int_equal(poll(&f, 1, 10000), 1); /* a lost wake-up shows here */
				chan_wake(&p->b.rx);
			}
		}
		assert_int_equal(rc, 1);
		assert_int_equal(len, 4 + n % 61 * 4);
		for (uint32_t i = 0; i <= n % 61; i++)
			assert_int_equal(in[i], n);
	}
	pthread_join(t, NULL);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest t[] = {
		T(messages_arrive_in_order_and_are_wiped), T(full_ring_refuses_and_recovers),
		T(doorbell_rings_only_for_a_sleeper), T(a_hostile_side_cannot_make_the_bell_block), T(published_messages_are_seen_before_the_bell_rings),
		T(a_nap_is_ended_by_an_urgent_ring_only), T(a_hostile_side_cannot_make_the_bell_block), T(published_messages_are_seen_before_the_bell_rings),
		T(hostile_indexes_and_lengths_are_refused),
		T(padding_elsewhere_than_at_the_end_is_refused),
		T(wrong_hand_over_is_refused),             T(two_threads_lose_nothing),
	};

	return cmocka_run_group_tests(t, NULL, NULL);
}
