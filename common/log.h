/*
 * One line per event on stderr: `2026-01-31T12:00:00.123Z level ident event key=value …`. Rate
 * limits are the caller's. Never pass secrets. Values from the network go through log_quote().
 */
#ifndef SLUICE_COMMON_LOG_H
#define SLUICE_COMMON_LOG_H

#include <stddef.h>

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

struct log {
	const char *ident; /* program name, e.g. "sluice-dp" */
	enum log_level level; /* lines above it are dropped */
	int fd; /* where lines go, normally 2 */
};

/* One write(2) per line, at most 1 KiB; longer lines are cut. fmt: "event key=value key=value". */
void log_line(const struct log *l, enum log_level level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* "error", "warn", "info" or "debug" to a level; -1 when it is none of them. */
int log_level_parse(const char *name);
/*
 * Copies bytes from the network as printable ASCII in quotes, others as \xNN; always terminated.
 * Returns buf.
 */
const char *log_quote(char *buf, size_t cap, const void *p, size_t n);

#endif
