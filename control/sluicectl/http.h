/* A request to the management API over its Unix socket. */
#ifndef SLUICE_CONTROL_SLUICECTL_HTTP_H
#define SLUICE_CONTROL_SLUICECTL_HTTP_H

#include <stddef.h>

/*
 * Sends one request and reads the whole answer. Returns the HTTP status with the body (the caller
 * frees it), or -1 with why in err.
 */
int http_request(const char *socket, const char *method, const char *path, char **body, char *err,
	size_t cap);

#endif
