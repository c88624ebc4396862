/* One HTTP/1.0 request over a Unix socket: the server closes at the end of its answer. */
#include "control/sluicectl/http.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define TIMEOUT_S 10
#define MAX_ANSWER (16u << 20)

static int
dial(const char *path, char *err, size_t cap)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	const struct timeval wait = { TIMEOUT_S, 0 };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(a.sun_path)) {
		snprintf(err, cap, "%s: path of the socket is too long", path);
		close(fd);
		return -1;
	}
	memcpy(a.sun_path, path, strlen(path) + 1); /* it fits, see above */
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
		return fd;
	snprintf(err, cap,
		"%s: cannot reach sluice-cp: %s; is it running, and is this its management.socket?",
		path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

static char *
read_all(int fd)
{
	char *buf = NULL;
	size_t len = 0, cap = 0;

	for (;;) {
		ssize_t n;

		if (len + 4096 > cap) {
			char *bigger = cap < MAX_ANSWER
					       ? realloc(buf, cap = cap != 0 ? 2 * cap : 16384)
					       : NULL;

			if (bigger == NULL)
				break;
			buf = bigger;
		}
		n = recv(fd, buf + len, cap - len - 1, 0);
		if (n == 0) {
			buf[len] = '\0';
			return buf;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		len += (size_t)n;
	}
	free(buf);
	return NULL;
}

int
http_request(const char *socket_path, const char *method, const char *path, char **body, char *err,
	size_t cap)
{
	char request[1536];
	char *answer, *head;
	int fd = dial(socket_path, err, cap), status = -1, n;

	*body = NULL;
	if (fd < 0)
		return -1;
	n = snprintf(request, sizeof(request),
		"%s %s HTTP/1.0\r\nHost: sluice\r\nContent-Length: 0\r\n\r\n", method, path);
	answer = send(fd, request, (size_t)n, MSG_NOSIGNAL) == n ? read_all(fd) : NULL;
	close(fd);
	head = answer != NULL ? strstr(answer, "\r\n\r\n") : NULL;
	if (head != NULL && sscanf(answer, "HTTP/%*d.%*d %d", &status) == 1)
		*body = strdup(head + 4);
	free(answer);
	if (*body == NULL) {
		snprintf(err, cap, "%s: no answer from sluice-cp", socket_path);
		return -1;
	}
	return status;
}
