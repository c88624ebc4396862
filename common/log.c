/* Line logger; see log.h. */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/log.h"

static const char *const level_names[] = { "error", "warn", "info", "debug" };

void
log_line(const struct log *l, enum log_level level, const char *fmt, ...)
{
	char line[1024];
	struct timespec now;
	struct tm tm;
	size_t n;
	ssize_t done;
	int more;
	va_list ap;

	if (level > l->level)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	n = strftime(line, sizeof(line), "%Y-%m-%dT%H:%M:%S", &tm);
	n += (size_t)snprintf(line + n, sizeof(line) - n, ".%03ldZ %-5s %s ", now.tv_nsec / 1000000,
		level_names[level], l->ident);
	va_start(ap, fmt);
	more = vsnprintf(line + n, sizeof(line) - n - 1, fmt, ap);
	va_end(ap);
	if (more > 0)
		n += (size_t)more < sizeof(line) - n - 1 ? (size_t)more : sizeof(line) - n - 2;
	line[n++] = '\n';
	done = write(l->fd, line, n);
	(void)done; /* nowhere left to say it */
}

int
log_level_parse(const char *name)
{
	for (int i = 0; i < (int)(sizeof(level_names) / sizeof(level_names[0])); i++)
		if (strcmp(name, level_names[i]) == 0)
			return i;
	return -1;
}

const char *
log_quote(char *buf, size_t cap, const void *p, size_t n)
{
	const uint8_t *s = p;
	size_t at = 0;

	if (cap < 3)
		return cap > 0 ? (buf[0] = '\0', buf) : "";
	buf[at++] = '"';
	for (size_t i = 0; i < n && at + 6 < cap; i++) {
		if (s[i] >= 0x20 && s[i] < 0x7f && s[i] != '"' && s[i] != '\\')
			buf[at++] = (char)s[i];
		else
			at += (size_t)snprintf(buf + at, cap - at, "\\x%02x", s[i]);
	}
	buf[at++] = '"';
	buf[at] = '\0';
	return buf;
}
