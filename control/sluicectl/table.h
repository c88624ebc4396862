/*
 * Tables for people: columns as wide as their contents, numbers to the right, sizes and rates
 * readable.
 */
#ifndef SLUICE_CONTROL_SLUICECTL_TABLE_H
#define SLUICE_CONTROL_SLUICECTL_TABLE_H

#include <stdint.h>
#include <stdio.h>

#define TABLE_COLS 13
#define TABLE_CELL 56

struct table;

/*
 * head: names of the columns, "" ends it; one that begins with '>' is aligned to the right. NULL
 * when memory is out.
 */
struct table *table_new(const char *const head[TABLE_COLS]);
/* The next row's cells in order; table_row() ends the row. Too long ones are cut with a mark. */
void table_cell(struct table *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void table_row(struct table *t);
/* Prints and frees. */
void table_print(struct table *t, FILE *out);

/* "1234567" with separators, in buf. */
const char *text_number(uint64_t n, char buf[32]);
/* "1.2 MB" */
const char *text_size(double bytes, char buf[32]);
/* "12.3 k" */
const char *text_count(double n, char buf[32]);
/* "3 h 12 min" */
const char *text_age(uint64_t ms, char buf[32]);

#endif
