/*
 * Single-producer single-consumer byte rings in shared memory; see chan.h.
 *
 * Positions are free-running u32 byte counts. A message is an 8-byte header (u32 len, u16 type, u16
 * zero) and its bytes, padded to 8; it never wraps: a header with type PAD fills the ring's end.
 * Memory order: the producer stores data, then tail (release); the consumer loads tail (acquire),
 * then data, then stores head (release).
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ck_pr.h>

#include "common/chan.h"
#include "common/ct.h"
#include "common/ipc.h"

#define CHAN_MAGIC 0x48434C53u /* "SLCH" */
#define CHAN_PAD 0xffff
#define CHAN_HDR 8u
#define CHAN_ALIGN(n) (((n) + 7u) & ~7u)

struct chan_ring { /* producer and consumer on cache lines of their own */
	uint32_t tail;
	uint8_t pad0[60];
	uint32_t head;
	uint32_t sleeping; /* consumer wants the doorbell: enum chan_sleeping */
	uint8_t pad1[56];
};
_Static_assert(sizeof(struct chan_ring) == 128, "two cache lines");

enum chan_sleeping { CHAN_AWAKE, CHAN_SLEEPS, CHAN_NAPS };

struct chan_hdr {
	uint32_t len;
	uint16_t type, zero;
};
_Static_assert(sizeof(struct chan_hdr) == CHAN_HDR, "ring header");

struct chan_setup { /* what travels over the socket beside the descriptors */
	uint32_t magic, version, workers, ring_bytes;
};

static size_t
ring_stride(uint32_t ring_bytes)
{
	return sizeof(struct chan_ring) + ring_bytes;
}

static size_t
map_size(uint32_t workers, uint32_t ring_bytes)
{
	return (size_t)workers * 2 * ring_stride(ring_bytes);
}

static bool
geometry_ok(uint32_t workers, uint32_t ring_bytes)
{
	return workers >= 1 && workers <= CHAN_MAX_WORKERS && ring_bytes >= 1u << 16 &&
	       ring_bytes <= 1u << 26 && (ring_bytes & (ring_bytes - 1)) == 0;
}

static void
chan_reset(struct chan *c)
{
	memset(c, 0, sizeof(*c));
	c->memfd = -1;
	for (int i = 0; i < CHAN_MAX_WORKERS; i++)
		c->dp_bell[i] = c->cp_bell[i] = -1;
}

static int
map_it(struct chan *c)
{
	c->map_len = map_size(c->workers, c->ring_bytes);
	c->map = mmap(NULL, c->map_len, PROT_READ | PROT_WRITE, MAP_SHARED, c->memfd, 0);
	if (c->map == MAP_FAILED) {
		c->map = NULL;
		return -errno;
	}
	return 0;
}

int
chan_create(struct chan *c, uint32_t workers, uint32_t ring_bytes)
{
	int rc;

	chan_reset(c);
	if (!geometry_ok(workers, ring_bytes))
		return -EINVAL;
	c->workers = workers;
	c->ring_bytes = ring_bytes;
	c->memfd = memfd_create("sluice-channel", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (c->memfd < 0)
		return -errno;
	if (ftruncate(c->memfd, (off_t)map_size(workers, ring_bytes)) != 0 ||
	    fcntl(c->memfd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
		rc = -errno;
		goto fail;
	}
	for (uint32_t i = 0; i < workers; i++) {
		int ends[2];

		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) {
			rc = -errno;
			goto fail;
		}
		c->dp_bell[i] = ends[0];
		c->cp_bell[i] = ends[1];
	}
	rc = map_it(c);
	if (rc == 0)
		return 0;
fail:
	chan_close(c);
	return rc;
}

int
chan_give(const struct chan *c, int sock)
{
	struct chan_setup s = { CHAN_MAGIC, IPC_VERSION, c->workers, c->ring_bytes };
	int fds[1 + CHAN_MAX_WORKERS];
	size_t n = 1 + (size_t)c->workers;
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(fds))];
	} u = { 0 };
	struct iovec iov = { &s, sizeof(s) };
	struct msghdr m = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = u.buf,
		.msg_controllen = CMSG_SPACE(n * sizeof(int)) };
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);

	fds[0] = c->memfd;
	for (uint32_t i = 0; i < c->workers; i++)
		fds[1 + i] = c->cp_bell[i];
	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(n * sizeof(int));
	memcpy(CMSG_DATA(h), fds, n * sizeof(int));
	if (sendmsg(sock, &m, MSG_NOSIGNAL) != (ssize_t)sizeof(s))
		return errno ? -errno : -EIO;
	return 0;
}

/*
 * Takes the descriptors out of a received message; all of them, so that none leaks. Returns how
 * many.
 */
static size_t
take_fds(struct msghdr *m, int *fds, size_t cap)
{
	size_t n = 0;

	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h != NULL; h = CMSG_NXTHDR(m, h)) {
		size_t here;

		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		here = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < here; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(h) + i * sizeof(int), sizeof(int));
			if (n < cap)
				fds[n++] = fd;
			else
				close(fd);
		}
	}
	return n;
}

int
chan_take(struct chan *c, int sock)
{
	struct chan_setup s = { 0 };
	int fds[1 + CHAN_MAX_WORKERS];
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(fds))];
	} u = { 0 };
	struct iovec iov = { &s, sizeof(s) };
	struct msghdr m = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = u.buf,
		.msg_controllen = sizeof(u.buf) };
	struct stat st;
	ssize_t got;
	size_t n;
	int rc = -EBADMSG, seals;

	chan_reset(c);
	memset(fds, 0xff, sizeof(fds)); /* -1 */
	do {
		got = recvmsg(sock, &m, MSG_CMSG_CLOEXEC);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	n = take_fds(&m, fds, sizeof(fds) / sizeof(fds[0]));
	if (got == 0) {
		rc = -ECONNRESET;
		goto fail;
	}
	if (got != (ssize_t)sizeof(s) || (m.msg_flags & MSG_CTRUNC) || s.magic != CHAN_MAGIC ||
		s.version != IPC_VERSION || !geometry_ok(s.workers, s.ring_bytes) ||
		n != 1 + (size_t)s.workers)
		goto fail;
	seals = fcntl(fds[0], F_GET_SEALS);
	if (fstat(fds[0], &st) != 0 || seals < 0 || !(seals & F_SEAL_SHRINK) ||
	    (uint64_t)st.st_size != map_size(s.workers, s.ring_bytes))
		goto fail;
	c->workers = s.workers;
	c->ring_bytes = s.ring_bytes;
	c->memfd = fds[0];
	for (uint32_t i = 0; i < s.workers; i++)
		c->cp_bell[i] = fds[1 + i];
	rc = map_it(c);
	if (rc != 0)
		chan_close(c);
	return rc;
fail:
	for (size_t i = 0; i < n; i++)
		close(fds[i]);
	return rc;
}

void
chan_close(struct chan *c)
{
	if (c->workers == 0)
		return;
	if (c->map != NULL)
		munmap(c->map, c->map_len);
	if (c->memfd >= 0)
		close(c->memfd);
	for (uint32_t i = 0; i < c->workers; i++) {
		if (c->dp_bell[i] >= 0)
			close(c->dp_bell[i]);
		if (c->cp_bell[i] >= 0)
			close(c->cp_bell[i]);
	}
	chan_reset(c);
}

void
chan_end_init(struct chan_end *e, const struct chan *c, uint32_t worker, enum chan_side side)
{
	/* dp → cp */
	uint8_t *up = (uint8_t *)c->map + (size_t)worker * 2 * ring_stride(c->ring_bytes);
	uint8_t *down = up + ring_stride(c->ring_bytes); /* cp → dp */
	uint8_t *out = side == CHAN_DP ? up : down, *in = side == CHAN_DP ? down : up;

	memset(e, 0, sizeof(*e));
	e->tx.ring = (struct chan_ring *)out;
	e->tx.data = out + sizeof(struct chan_ring);
	e->tx.mask = c->ring_bytes - 1;
	e->tx.doorbell = side == CHAN_DP ? c->dp_bell[worker] : c->cp_bell[worker];
	e->rx.ring = (struct chan_ring *)in;
	e->rx.data = in + sizeof(struct chan_ring);
	e->rx.mask = c->ring_bytes - 1;
	e->rx.doorbell = e->tx.doorbell;
}

uint32_t
chan_space(struct chan_tx *tx)
{
	uint32_t head = ck_pr_load_32(&tx->ring->head), used;

	ck_pr_fence_acquire();
	used = tx->tail - head;
	if (used > tx->mask + 1) /* a head we never gave: the consumer is broken; treat as full */
		return 0;
	tx->head_seen = head;
	return tx->mask + 1 - used;
}

void *
chan_reserve(struct chan_tx *tx, uint16_t type, uint32_t len)
{
	uint32_t whole, at, to_end, pad, space;
	struct chan_hdr *h;

	if (len > IPC_MAX_MSG)
		return NULL;
	whole = CHAN_HDR + CHAN_ALIGN(len);
	at = tx->tail & tx->mask;
	to_end = tx->mask + 1 - at;
	pad = to_end < whole ? to_end : 0; /* a message never wraps */
	space = tx->mask + 1 - (tx->tail - tx->head_seen);
	if (space < whole + pad && chan_space(tx) < whole + pad)
		return NULL;
	if (pad != 0) {
		h = (struct chan_hdr *)(tx->data + at);
		*h = (struct chan_hdr){ to_end - CHAN_HDR, CHAN_PAD, 0 };
		tx->tail += to_end;
		at = 0;
	}
	h = (struct chan_hdr *)(tx->data + at);
	*h = (struct chan_hdr){ len, type, 0 };
	tx->open_len = len;
	return h + 1;
}

void
chan_commit(struct chan_tx *tx)
{
	/* ours, not what shared memory says by now */
	tx->tail += CHAN_HDR + CHAN_ALIGN(tx->open_len);
}

int
chan_send(struct chan_tx *tx, uint16_t type, const void *body, size_t body_len, const void *data,
	size_t data_len)
{
	uint8_t *p;

	if (body_len > IPC_MAX_MSG || data_len > IPC_MAX_MSG - body_len)
		return -EMSGSIZE;
	p = chan_reserve(tx, type, (uint32_t)(body_len + data_len));
	if (p == NULL)
		return -EAGAIN;
	memcpy(p, body, body_len);
	if (data_len != 0)
		memcpy(p + body_len, data, data_len);
	chan_commit(tx);
	return 0;
}

bool
chan_publish(struct chan_tx *tx)
{
	if (tx->published == tx->tail)
		return false;
	ck_pr_fence_release();
	ck_pr_store_32(&tx->ring->tail, tx->tail);
	tx->published = tx->tail;
	return true;
}

static void
ring_bell(const struct chan_tx *tx)
{
	ssize_t n = send(tx->doorbell, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);

	(void)n; /* EAGAIN: so many rings wait there that the consumer is being woken anyway */
}

void
chan_ring(struct chan_tx *tx)
{
	ck_pr_fence_memory(); /* tail before the look at sleeping: pairs with chan_sleep */
	if (ck_pr_load_32(&tx->ring->sleeping) == CHAN_SLEEPS)
		ring_bell(tx);
}

void
chan_ring_urgent(struct chan_tx *tx)
{
	ck_pr_fence_memory(); /* as above */
	if (ck_pr_load_32(&tx->ring->sleeping) != CHAN_AWAKE)
		ring_bell(tx);
}

void
chan_flush(struct chan_tx *tx)
{
	if (chan_publish(tx))
		chan_ring(tx);
}

int
chan_recv(struct chan_rx *rx, void *buf, uint32_t cap, uint16_t *type, uint32_t *len)
{
	for (;;) {
		uint32_t tail = ck_pr_load_32(&rx->ring->tail), used = tail - rx->head,
			 at = rx->head & rx->mask;
		struct chan_hdr h;
		uint32_t whole;

		if (used == 0)
			return 0;
		ck_pr_fence_acquire();
		if (used > rx->mask + 1 || used < CHAN_HDR)
			return -EBADMSG;
		memcpy(&h, rx->data + at, sizeof(h));
		if (h.len > rx->mask)
			return -EBADMSG;
		whole = CHAN_HDR + CHAN_ALIGN(h.len);
		if (whole > used || whole > rx->mask + 1 - at)
			return -EBADMSG;
		if (h.type == CHAN_PAD) {
			/*
			 * up to the end and not from the start: two in a row would be endless work
			 */
			if (at == 0 || whole != rx->mask + 1 - at)
				return -EBADMSG;
		} else {
			if (h.len > cap || h.len > IPC_MAX_MSG)
				return -EBADMSG;
			memcpy(buf, rx->data + at + CHAN_HDR, h.len);
			ct_wipe(rx->data + at + CHAN_HDR, h.len);
		}
		rx->head += whole;
		ck_pr_fence_release();
		ck_pr_store_32(&rx->ring->head, rx->head);
		if (h.type == CHAN_PAD)
			continue;
		*type = h.type;
		*len = h.len;
		return 1;
	}
}

bool
chan_pending(const struct chan_rx *rx)
{
	return ck_pr_load_32(&rx->ring->tail) != rx->head;
}

static bool
go_to_sleep(struct chan_rx *rx, enum chan_sleeping how)
{
	ck_pr_store_32(&rx->ring->sleeping, how);
	ck_pr_fence_memory(); /* sleeping before the look at tail: pairs with chan_flush */
	if (chan_pending(rx)) {
		ck_pr_store_32(&rx->ring->sleeping, CHAN_AWAKE);
		return false;
	}
	return true;
}

bool
chan_sleep(struct chan_rx *rx)
{
	return go_to_sleep(rx, CHAN_SLEEPS);
}

bool
chan_nap(struct chan_rx *rx)
{
	return go_to_sleep(rx, CHAN_NAPS);
}

void
chan_wake(struct chan_rx *rx)
{
	char rings[1024]; /* more than that: it is polled again */
	ssize_t got;

	ck_pr_store_32(&rx->ring->sleeping, CHAN_AWAKE);
	got = recv(rx->doorbell, rings, sizeof(rings), MSG_DONTWAIT);
	(void)got; /* EAGAIN: nobody rang */
}
