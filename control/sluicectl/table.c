/* Tables for people; see table.h. */
#include "control/sluicectl/table.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct table {
	unsigned cols, rows, cap, at;
	const char *head[TABLE_COLS];
	char (*cells)[TABLE_CELL];
};

struct table *
table_new(const char *const head[TABLE_COLS])
{
	struct table *t = calloc(1, sizeof(*t));

	while (t != NULL && t->cols < TABLE_COLS && head[t->cols] != NULL &&
		head[t->cols][0] != '\0') {
		t->head[t->cols] = head[t->cols];
		t->cols++;
	}
	return t;
}

void
table_cell(struct table *t, const char *fmt, ...)
{
	char *cell;
	va_list ap;

	if (t->rows == t->cap) {
		unsigned cap = t->cap != 0 ? 2 * t->cap : 32;
		void *bigger = realloc(t->cells, (size_t)cap * t->cols * sizeof(*t->cells));

		if (bigger == NULL)
			return;
		t->cells = bigger;
		t->cap = cap;
	}
	if (t->at >= t->cols)
		return;
	cell = t->cells[t->rows * t->cols + t->at++];
	va_start(ap, fmt);
	if (vsnprintf(cell, TABLE_CELL, fmt, ap) >= TABLE_CELL)
		cell[TABLE_CELL - 2] = '~';
	va_end(ap);
}

void
table_row(struct table *t)
{
	if (t->cells == NULL || t->rows == t->cap)
		return;
	while (t->at < t->cols)
		t->cells[t->rows * t->cols + t->at++][0] = '\0';
	t->rows++;
	t->at = 0;
}

static void
print_row(const struct table *t, const int *width, const char *const *cells, FILE *out)
{
	for (unsigned c = 0; c < t->cols; c++) {
		bool right = t->head[c][0] == '>';
		bool last = c + 1 == t->cols;

		fprintf(out, right ? "%*s%s" : "%-*s%s", right || !last ? width[c] : 0, cells[c],
			last ? "\n" : "  ");
	}
}

void
table_print(struct table *t, FILE *out)
{
	int width[TABLE_COLS] = { 0 };
	const char *cells[TABLE_COLS];

	for (unsigned c = 0; c < t->cols; c++) {
		width[c] = (int)strlen(t->head[c]) - (t->head[c][0] == '>');
		for (unsigned r = 0; r < t->rows; r++)
			if ((int)strlen(t->cells[r * t->cols + c]) > width[c])
				width[c] = (int)strlen(t->cells[r * t->cols + c]);
		cells[c] = t->head[c] + (t->head[c][0] == '>');
	}
	print_row(t, width, cells, out);
	for (unsigned r = 0; r < t->rows; r++) {
		for (unsigned c = 0; c < t->cols; c++)
			cells[c] = t->cells[r * t->cols + c];
		print_row(t, width, cells, out);
	}
	free(t->cells);
	free(t);
}

const char *
text_number(uint64_t n, char buf[32])
{
	char plain[24];
	int len = snprintf(plain, sizeof(plain), "%" PRIu64, n), at = 0;

	for (int i = 0; i < len; i++) {
		if (i != 0 && (len - i) % 3 == 0)
			buf[at++] = ',';
		buf[at++] = plain[i];
	}
	buf[at] = '\0';
	return buf;
}

static const char *
scaled(double x, const char *unit, char buf[32])
{
	static const char *const prefix[] = { "", "k", "M", "G", "T", "P" };
	unsigned p = 0;

	while (x >= 1000 && p < 5) {
		x /= 1000;
		p++;
	}
	snprintf(buf, 32, p == 0 ? "%.0f %s%s" : "%.1f %s%s", x, prefix[p], unit);
	return buf;
}

const char *
text_size(double bytes, char buf[32])
{
	return scaled(bytes, "B", buf);
}

const char *
text_count(double n, char buf[32])
{
	return scaled(n, "", buf);
}

const char *
text_age(uint64_t ms, char buf[32])
{
	uint64_t s = ms / 1000;

	if (s < 60)
		snprintf(buf, 32, "%.1f s", (double)ms / 1000);
	else if (s < 3600)
		snprintf(buf, 32, "%" PRIu64 " min %" PRIu64 " s", s / 60, s % 60);
	else if (s < 86400)
		snprintf(buf, 32, "%" PRIu64 " h %" PRIu64 " min", s / 3600, s / 60 % 60);
	else
		snprintf(buf, 32, "%" PRIu64 " d %" PRIu64 " h", s / 86400, s / 3600 % 24);
	return buf;
}
