/*
 * The Unix socket and the shared memory of one attachment after another.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "dataplane/ctl/ctl_int.h"

#define LOOK_TURNS 64 /* turns of the worker's loop between looks at the control process's socket */

static int
listen_on(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct stat st;
	int fd, rc;

	if (strlen(path) >= sizeof(a.sun_path))
		return -ENAMETOOLONG;
	memcpy(a.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	/* somebody's file, not ours to replace */
	if (lstat(path, &st) == 0 && !S_ISSOCK(st.st_mode)) {
		errno = EEXIST;
		goto fail;
	}
	if (unlink(path) != 0 && errno != ENOENT)
		goto fail;
	/* Of the descriptor too: bind() makes the file with this mode, so that it is never wider.
	 */
	if (fchmod(fd, 0660) != 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0 ||
		chmod(path, 0660) != 0 || listen(fd, 4) != 0)
		goto fail;
	return fd;
fail:
	rc = -errno;
	close(fd);
	return rc;
}

int
ctl_server_open(const struct ctl_server_config *cfg, struct ctl_server **out)
{
	struct ctl_server *s;
	int fd;

	if (cfg->workers == 0 || cfg->workers > CHAN_MAX_WORKERS)
		return -EINVAL;
	fd = listen_on(cfg->path);
	if (fd < 0)
		return fd;
	s = calloc(1, sizeof(*s));
	if (s == NULL) {
		close(fd);
		return -ENOMEM;
	}
	s->cfg = *cfg;
	if (s->cfg.ring_bytes == 0)
		s->cfg.ring_bytes = CHAN_RING_BYTES;
	s->listen_fd = fd;
	s->peer_fd = -1;
	*out = s;
	return 0;
}

static void
detach(struct ctl_server *s, const char *why)
{
	log_line(s->cfg.log, LOG_INFO, "control_detached reason=%s", why);
	close(s->peer_fd);
	s->peer_fd = -1;
	atomic_fetch_add_explicit(&s->epoch, 1, memory_order_release); /* even: workers let go */
}

void
ctl_server_close(struct ctl_server *s)
{
	if (s->peer_fd >= 0)
		close(s->peer_fd);
	if (s->mapped)
		chan_close(&s->chan);
	close(s->listen_fd);
	unlink(s->cfg.path);
	free(s);
}

/* All workers have let go of the last attachment's rings. */
static bool
released(const struct ctl_server *s)
{
	uint32_t epoch = atomic_load_explicit(&s->epoch, memory_order_relaxed);

	for (uint32_t i = 0; i < s->cfg.workers; i++)
		if (atomic_load_explicit(&s->seen[i], memory_order_acquire) != epoch)
			return false;
	return true;
}

static uint32_t
attach(struct ctl_server *s)
{
	int fd = accept4(s->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), rc;

	if (fd < 0)
		return 0;
	rc = chan_create(&s->chan, s->cfg.workers, s->cfg.ring_bytes);
	if (rc == 0) {
		rc = chan_give(&s->chan, fd);
		if (rc != 0)
			chan_close(&s->chan);
	}
	if (rc != 0) {
		log_line(s->cfg.log, LOG_WARN, "control_refused errno=%d", -rc);
		close(fd);
		return 1;
	}
	s->mapped = true;
	s->peer_fd = fd;
	s->unseen = LOOK_TURNS;
	log_line(s->cfg.log, LOG_INFO, "control_attached workers=%u", s->cfg.workers);
	/* odd: workers take their rings */
	atomic_fetch_add_explicit(&s->epoch, 1, memory_order_release);
	return 1;
}

/* The socket carries nothing after the rings: anything but silence is its end. */
static bool
peer_gone(int fd)
{
	char byte;
	ssize_t n = recv(fd, &byte, 1, MSG_DONTWAIT);

	return n >= 0 || (errno != EAGAIN && errno != EINTR);
}

uint32_t
ctl_server_poll(struct ctl_server *s)
{
	uint32_t epoch = atomic_load_explicit(&s->epoch, memory_order_relaxed);

	if (s->peer_fd >= 0) {
		if (atomic_load_explicit(&s->drop, memory_order_acquire) == epoch) {
			detach(s, "malformed");
			return 1;
		}
		/* a system call: not in every turn of a busy worker */
		if (++s->unseen < LOOK_TURNS)
			return 0;
		s->unseen = 0;
		if (peer_gone(s->peer_fd)) {
			detach(s, "closed");
			return 1;
		}
		return 0;
	}
	if (s->mapped) {
		if (!released(s))
			return 0;
		chan_close(&s->chan);
		s->mapped = false;
	}
	return attach(s);
}

void
ctl_server_fds(struct ctl_server *s, int fds[2])
{
	s->unseen = LOOK_TURNS; /* the worker may be woken by them */
	fds[0] = s->listen_fd;
	fds[1] = s->peer_fd;
}
