/* See keylog.h. */
#include "control/keylog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

struct keylog {
	const struct log *log;
	int fd;
	bool failed;
};

struct keylog *
keylog_open(const char *file, const struct log *log, char *err, size_t cap)
{
	struct keylog *k = calloc(1, sizeof(*k));
	struct stat st;

	if (k == NULL) {
		snprintf(err, cap, "out of memory");
		return NULL;
	}
	k->log = log;
	k->fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (k->fd < 0 || fstat(k->fd, &st) != 0 || !S_ISREG(st.st_mode) || (st.st_mode & 077) != 0) {
		snprintf(err, cap, "%s: cannot be the key log: %s", file,
			k->fd < 0 ? strerror(errno) : "it must be a regular file that only its owner can read (chmod 600)");
		keylog_close(k);
		return NULL;
	}
	return k;
}

void
keylog_line(struct keylog *k, const void *line, size_t len)
{
	struct iovec v[2] = { { (void *)line, len }, { (void *)"\n", 1 } };

	if (k == NULL || writev(k->fd, v, 2) == (ssize_t)len + 1 || k->failed)
		return;
	k->failed = true;
	log_line(k->log, LOG_ERROR, "keylog_failed reason=\"%s\"", strerror(errno));
}

void
keylog_close(struct keylog *k)
{
	if (k == NULL)
		return;
	if (k->fd >= 0)
		close(k->fd);
	free(k);
}
