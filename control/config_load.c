/*
 * Reading sluice.yaml by libcyaml, and turning what libcyaml logs into messages with file, line,
 * path and what was expected.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/cert/trust.h"
#include "control/config_int.h"

/* ---- mistakes ---- */

static void
append(char *buf, size_t *len, const char *file, unsigned line, const char *path, const char *fmt,
	va_list ap)
{
	size_t n = *len;

	if (buf == NULL || n + 2 >= CONFIG_ERR_LEN)
		return;
	n += (size_t)snprintf(buf + n, CONFIG_ERR_LEN - n, "%s%s:%u: %s%s", n != 0 ? "\n" : "",
		file, line, path, path[0] != '\0' ? ": " : "");
	if (n < CONFIG_ERR_LEN)
		n += (size_t)vsnprintf(buf + n, CONFIG_ERR_LEN - n, fmt, ap);
	*len = n < CONFIG_ERR_LEN ? n : CONFIG_ERR_LEN - 1;
}

void
config_error(struct config_diag *d, const char *path, const char *fmt, ...)
{
	va_list ap;

	d->errors++;
	va_start(ap, fmt);
	append(d->err, &d->err_len, d->file, config_loc_find(d->loc, path, NULL), path, fmt, ap);
	va_end(ap);
}

void
config_note(struct config_diag *d, const char *path, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	append(d->notes, &d->notes_len, d->file, config_loc_find(d->loc, path, NULL), path, fmt,
		ap);
	va_end(ap);
}

static void
tell_at(struct config_diag *d, bool error, const char *base, const char *key, const char *fmt,
	va_list ap)
{
	char path[CONFIG_PATH_LEN], text[512];

	snprintf(path, sizeof(path), "%.120s%s%.100s", base, base[0] != '\0' ? "." : "", key);
	vsnprintf(text, sizeof(text), fmt, ap);
	(error ? config_error : config_note)(d, path, "%s", text);
}

void
config_error_at(struct config_diag *d, const char *base, const char *key, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell_at(d, true, base, key, fmt, ap);
	va_end(ap);
}

void
config_note_at(struct config_diag *d, const char *base, const char *key, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell_at(d, false, base, key, fmt, ap);
	va_end(ap);
}

/* ---- libcyaml's log ---- */

/*
 * What is gathered from "Load: MESSAGE", "Load: Backtrace:", "  in mapping field 'x' (line: 1,
 * column: 2)", innermost first.
 */
struct story {
	char message[512], path[512];
};

static void
prepend(char *path, size_t cap, const char *front, const char *joint)
{
	char whole[1024];

	snprintf(whole, sizeof(whole), "%s%s%s", front, joint, path);
	snprintf(path, cap, "%.511s", whole);
}

static void
backtrace_line(struct story *s, const char *line)
{
	const char *quote = strchr(line, '\''),
		   *end = quote != NULL ? strchr(quote + 1, '\'') : NULL;
	char name[256];

	if (quote == NULL || end == NULL)
		return;
	snprintf(name, sizeof(name), "%.*s", (int)(end - quote - 1), quote + 1);
	if (strstr(line, "sequence entry") != NULL) {
		/* counted from one; 0 when the sequence has none */
		char index[32];
		unsigned long n = strtoul(name, NULL, 10);

		if (n == 0)
			return;
		snprintf(index, sizeof(index), "[%lu]", n - 1);
		prepend(s->path, sizeof(s->path), index,
			s->path[0] != '\0' && s->path[0] != '[' ? "." : "");
	} else {
		prepend(s->path, sizeof(s->path), name,
			s->path[0] != '\0' && s->path[0] != '[' ? "." : "");
	}
}

static void
take_log(cyaml_log_t level, void *ctx, const char *fmt, va_list args)
{
	struct story *s = ctx;
	char line[512];
	const char *p = line;

	vsnprintf(line, sizeof(line), fmt, args);
	line[strcspn(line, "\n")] = '\0';
	if (strncmp(p, "Load: ", 6) == 0)
		p += 6;
	if (strncmp(p, "  in ", 5) == 0)
		backtrace_line(s, p);
	else if (strncmp(p, "Backtrace", 9) != 0 && s->message[0] == '\0')
		snprintf(s->message, sizeof(s->message), "%s", p);
}

static bool
starts(const char *s, const char *with, const char **rest)
{
	size_t n = strlen(with);

	if (strncmp(s, with, n) != 0)
		return false;
	*rest = s + n;
	return true;
}

/* The parent of a path, in place. */
static void
cut_last(char *path)
{
	char *dot = strrchr(path, '.'), *bracket = strrchr(path, '[');
	char *cut = dot != NULL && (bracket == NULL || dot > bracket) ? dot : NULL;

	if (cut != NULL)
		*cut = '\0';
	else if (bracket == NULL)
		path[0] = '\0';
}

static void
tell(struct config_diag *d, struct story *s)
{
	char expected[512], path[1100];
	const char *rest;

	if (starts(s->message, "Missing required mapping field: ", &rest)) {
		cut_last(s->path); /* the last field seen is in the backtrace */
		snprintf(
			path, sizeof(path), "%s%s%s", s->path, s->path[0] != '\0' ? "." : "", rest);
		config_error(d, path, "expected %s, got nothing: this key is required",
			config_expected(path, expected, sizeof(expected)));
	} else if (starts(s->message, "Unexpected key: ", &rest)) {
		snprintf(
			path, sizeof(path), "%s%s%s", s->path, s->path[0] != '\0' ? "." : "", rest);
		config_error(d, path, "expected %s, got the unknown key \"%s\"",
			config_expected(s->path, expected, sizeof(expected)), rest);
	} else if (starts(s->message, "Mapping field already seen: ", &rest)) {
		d->errors++;
		d->err_len += (size_t)snprintf(d->err, CONFIG_ERR_LEN,
			"%s:%u: %s: expected each key once, got it again", d->file,
			config_loc_last(d->loc, s->path), s->path);
	} else if (starts(s->message, "libyaml: ", &rest)) {
		d->errors++;
		d->err_len += (size_t)snprintf(d->err, CONFIG_ERR_LEN,
			"%s:%u: expected YAML, got something else: %s", d->file,
			config_loc_problem(d->loc), rest);
	} else if (strstr(s->message, "value: '") != NULL) {
		rest = strstr(s->message, "value: '") + 7;
		config_error(d, s->path, "expected %s, got %s",
			config_expected(s->path, expected, sizeof(expected)), rest);
	} else if ((rest = strstr(s->message, "got event: ")) != NULL) {
		rest += 11;
		config_error(d, s->path, "expected %s, got %s",
			config_expected(s->path, expected, sizeof(expected)),
			strncmp(rest, "SEQUENCE", 8) == 0  ? "a list"
			: strncmp(rest, "MAPPING", 7) == 0 ? "a mapping"
							   : "a single value");
	} else if (starts(s->message, "STRING length", &rest) ||
		   strstr(s->message, "entries (") != NULL) {
		config_error(d, s->path, "expected %s, got %s",
			config_expected(s->path, expected, sizeof(expected)),
			strstr(s->message, "<") != NULL ||
					strstr(s->message, "Insufficient") != NULL
				? "too few"
				: "too many");
	} else {
		config_error(d, s->path, "expected %s, got: %s",
			config_expected(s->path, expected, sizeof(expected)), s->message);
	}
}

struct config_raw *
config_read(const char *file, struct config_diag *d)
{
	struct story s = { .message = "" };
	cyaml_config_t cfg = { .log_fn = take_log,
		.log_ctx = &s,
		.mem_fn = cyaml_mem,
		.log_level = CYAML_LOG_WARNING };
	struct config_raw *raw = NULL;
	cyaml_err_t rc;

	if (access(file, R_OK) != 0) {
		d->errors++;
		d->err_len = (size_t)snprintf(
			d->err, CONFIG_ERR_LEN, "%s: cannot read it: %s", file, strerror(errno));
		return NULL;
	}
	rc = cyaml_load_file(file, &cfg, &config_schema, (cyaml_data_t **)&raw, NULL);
	if (rc == CYAML_OK && raw != NULL)
		return raw;
	if (rc == CYAML_OK)
		config_error(d, "",
			"expected a configuration, got an empty file; `sluice-cp --example` prints one");
	else if (s.message[0] == '\0')
		config_error(d, s.path, "%s", cyaml_strerror(rc));
	else
		tell(d, &s);
	return NULL;
}

void
config_raw_free(struct config_raw *raw)
{
	cyaml_config_t cfg = { .mem_fn = cyaml_mem };

	if (raw != NULL)
		cyaml_free(&cfg, &config_schema, raw, 0);
}

/* ---- life ---- */

struct config *
config_load(const char *file, char err[CONFIG_ERR_LEN], char notes[CONFIG_ERR_LEN])
{
	struct config_diag d = { .file = file, .err = err, .notes = notes };
	struct config_loc *loc = config_loc_new(file);
	struct config *c = calloc(1, sizeof(*c));

	err[0] = '\0';
	if (notes != NULL)
		notes[0] = '\0';
	d.loc = loc;
	if (c != NULL) {
		c->refs = 1;
		c->raw = config_read(file, &d);
		c->file = strdup(file);
	}
	if (c != NULL && c->raw != NULL)
		config_check(c, &d);
	config_loc_free(loc);
	if (c != NULL && c->raw != NULL && d.errors == 0)
		return c;
	if (err[0] == '\0')
		snprintf(err, CONFIG_ERR_LEN, "%s: out of memory", file);
	config_unref(c);
	return NULL;
}

struct config *
config_ref(struct config *c)
{
	c->refs++;
	return c;
}

static void
free_listener(struct config_listener *l)
{
	cert_store_free(l->certs);
	trust_unref(l->trust);
	free(l->by_name);
	free(l->by_name_policy);
}

static void
free_pool(struct config_pool *p)
{
	cert_store_free(p->certs);
	trust_unref(p->trust);
	free(p->servers);
}

void
config_unref(struct config *c)
{
	if (c == NULL || --c->refs != 0)
		return;
	for (unsigned i = 0; i < c->listener_count; i++)
		free_listener(&c->listeners[i]);
	for (unsigned i = 0; i < c->pool_count; i++)
		free_pool(&c->pools[i]);
	free(c->listeners);
	free(c->pools);
	config_raw_free(c->raw);
	free((char *)c->file);
	free(c);
}

const struct config_listener *
config_listener_by_id(const struct config *c, uint32_t id)
{
	for (unsigned i = 0; i < c->listener_count; i++)
		if (c->listeners[i].ipc.id == id)
			return &c->listeners[i];
	return NULL;
}

const struct config_pool *
config_pool_by_id(const struct config *c, uint32_t id)
{
	for (unsigned i = 0; i < c->pool_count; i++)
		if (c->pools[i].ipc.id == id)
			return &c->pools[i];
	return NULL;
}
