/* Where each item of a YAML file stands: its path, line and text, from libyaml's events. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "control/config_int.h"

struct item {
	char *path, *value;
	unsigned line;
};

struct config_loc {
	struct item *items;
	size_t count, cap;
	unsigned problem; /* line where the file stops being YAML; 0: nowhere */
};

struct walk {
	yaml_parser_t parser;
	struct config_loc *l;
	bool bad;
};

static void
add(struct walk *w, const char *path, unsigned line, const char *value)
{
	struct config_loc *l = w->l;

	if (l->count == l->cap) {
		size_t cap = l->cap != 0 ? 2 * l->cap : 64;
		struct item *bigger = realloc(l->items, cap * sizeof(*bigger));

		if (bigger == NULL) {
			w->bad = true;
			return;
		}
		l->items = bigger;
		l->cap = cap;
	}
	l->items[l->count++] =
		(struct item){ strdup(path), value != NULL ? strdup(value) : NULL, line };
}

static void node(struct walk *w, yaml_event_t *e, const char *path, unsigned depth);

static bool
next(struct walk *w, yaml_event_t *e)
{
	if (w->bad || !yaml_parser_parse(&w->parser, e)) {
		w->bad = true;
		return false;
	}
	return true;
}

static void
mapping(struct walk *w, const char *path, unsigned depth)
{
	yaml_event_t key, value;
	char sub[512];

	while (next(w, &key)) {
		bool end = key.type == YAML_MAPPING_END_EVENT,
		     scalar = key.type == YAML_SCALAR_EVENT;

		if (scalar) {
			snprintf(sub, sizeof(sub), "%s%s%s", path, path[0] != '\0' ? "." : "",
				(const char *)key.data.scalar.value);
			add(w, sub, (unsigned)key.start_mark.line + 1, NULL);
		}
		yaml_event_delete(&key);
		if (end || !scalar) {
			w->bad |= !end;
			return;
		}
		if (!next(w, &value))
			return;
		node(w, &value, sub, depth + 1);
		yaml_event_delete(&value);
	}
}

static void
sequence(struct walk *w, const char *path, unsigned depth)
{
	yaml_event_t e;
	char sub[512];

	for (unsigned i = 0; next(w, &e); i++) {
		bool end = e.type == YAML_SEQUENCE_END_EVENT;

		if (!end) {
			snprintf(sub, sizeof(sub), "%s[%u]", path, i);
			node(w, &e, sub, depth + 1);
		}
		yaml_event_delete(&e);
		if (end)
			return;
	}
}

/*
 * The item is noted with the line of its value; a key noted before keeps its line in front of it.
 */
static void
node(struct walk *w, yaml_event_t *e, const char *path, unsigned depth)
{
	if (depth > 16) {
		w->bad = true;
		return;
	}
	add(w, path, (unsigned)e->start_mark.line + 1,
		e->type == YAML_SCALAR_EVENT ? (const char *)e->data.scalar.value : NULL);
	if (e->type == YAML_MAPPING_START_EVENT)
		mapping(w, path, depth);
	else if (e->type == YAML_SEQUENCE_START_EVENT)
		sequence(w, path, depth);
}

struct config_loc *
config_loc_new(const char *file)
{
	struct walk w = { .l = calloc(1, sizeof(struct config_loc)) };
	FILE *f = fopen(file, "re");
	yaml_event_t e;

	if (f == NULL || w.l == NULL || !yaml_parser_initialize(&w.parser)) {
		if (f != NULL)
			fclose(f);
		free(w.l);
		return NULL;
	}
	yaml_parser_set_input_file(&w.parser, f);
	while (next(&w, &e)) {
		bool end = e.type == YAML_STREAM_END_EVENT;

		if (e.type == YAML_MAPPING_START_EVENT || e.type == YAML_SEQUENCE_START_EVENT ||
			e.type == YAML_SCALAR_EVENT)
			node(&w, &e, "", 0);
		yaml_event_delete(&e);
		if (end)
			break;
	}
	if (w.parser.error != YAML_NO_ERROR)
		w.l->problem = (unsigned)w.parser.problem_mark.line + 1;
	yaml_parser_delete(&w.parser);
	fclose(f);
	return w.l;
}

void
config_loc_free(struct config_loc *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < l->count; i++) {
		free(l->items[i].path);
		free(l->items[i].value);
	}
	free(l->items);
	free(l);
}

unsigned
config_loc_find(const struct config_loc *l, const char *path, const char **value)
{
	char p[512];
	char *cut;

	snprintf(p, sizeof(p), "%s", path);
	if (value != NULL)
		*value = NULL;
	while (l != NULL) {
		unsigned line = 0;

		for (size_t i = 0; i < l->count; i++) {
			if (strcmp(l->items[i].path, p) != 0)
				continue;
			if (line == 0)
				line = l->items[i].line;
			if (value != NULL && l->items[i].value != NULL && strcmp(p, path) == 0)
				*value = l->items[i].value;
		}
		if (line != 0 || p[0] == '\0')
			return line != 0 ? line : 1;
		cut = strrchr(p, '.');
		if (cut == NULL || (strrchr(p, '[') != NULL && strrchr(p, '[') > cut))
			cut = strrchr(p, '[');
		*(cut != NULL ? cut : p) = '\0';
	}
	return 1;
}

bool
config_loc_has(const struct config_loc *l, const char *path)
{
	for (size_t i = 0; l != NULL && i < l->count; i++)
		if (strcmp(l->items[i].path, path) == 0)
			return true;
	return false;
}

unsigned
config_loc_last(const struct config_loc *l, const char *path)
{
	unsigned line = 1;

	for (size_t i = 0; l != NULL && i < l->count; i++)
		if (strcmp(l->items[i].path, path) == 0)
			line = l->items[i].line;
	return line;
}

unsigned
config_loc_problem(const struct config_loc *l)
{
	return l != NULL && l->problem != 0 ? l->problem : 1;
}
