/*
 * The key log: secrets of every connection in NSS format, for whoever must decrypt a capture. Off
 * unless the configuration says so in so many words; opened before system calls are restricted,
 * readable by its owner only. This breaks confidentiality, and says so in the log.
 */
#ifndef SLUICE_CONTROL_KEYLOG_H
#define SLUICE_CONTROL_KEYLOG_H

#include <stddef.h>

#include "common/log.h"

struct keylog;

/* Opens for appending, mode 0600. NULL with a sentence in err. */
struct keylog *keylog_open(const char *file, const struct log *log, char *err, size_t cap);
/* Writes one line; an error is logged once. k may be NULL. */
void keylog_line(struct keylog *k, const void *line, size_t len);
void keylog_close(struct keylog *k);

#endif
