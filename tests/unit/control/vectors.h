/* Reading files of published vectors: lines of fields, hex in both cases, # for comments. */
#ifndef SLUICE_TESTS_VECTORS_H
#define SLUICE_TESTS_VECTORS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VEC_LINE 16384

/* A file below tests/vectors/; tests run in the root of the tree. */
static inline FILE *
vec_open(const char *name)
{
	char path[200];
	FILE *f;

	snprintf(path, sizeof(path), "tests/vectors/%s", name);
	f = fopen(path, "r");
	if (f == NULL) {
		fprintf(stderr, "%s: not here; run the test in the root of the tree\n", path);
		exit(2);
	}
	return f;
}

/* The next line that is no comment, without its end; NULL at the end of the file. */
static inline char *
vec_line(FILE *f, char line[VEC_LINE])
{
	while (fgets(line, VEC_LINE, f) != NULL) {
		line[strcspn(line, "\n")] = 0;
		if (line[0] != '#' && line[0] != 0)
			return line;
	}
	return NULL;
}

/* Bytes of a field of hex digits; exits on anything else. */
static inline size_t
vec_hex(const char *text, uint8_t *out, size_t cap)
{
	size_t n = strlen(text) / 2;

	for (size_t i = 0; i < n; i++) {
		unsigned x;

		if (i >= cap || sscanf(text + 2 * i, "%2x", &x) != 1) {
			fprintf(stderr, "not hex, or longer than %zu bytes: %s\n", cap, text);
			exit(2);
		}
		out[i] = (uint8_t)x;
	}
	return n;
}

#endif
