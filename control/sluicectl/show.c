/* `sluicectl show`: one function per view. */
#include "control/sluicectl/show.h"

#include <string.h>

#include "control/sluicectl/table.h"

struct view {
	const json_t *now, *before;
	double seconds;
	bool all;
	FILE *out;
};

static uint64_t
num(const json_t *o, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(o, key));

	return n > 0 ? (uint64_t)n : 0;
}

static const char *
str(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

static const char *
yes(const json_t *o, const char *key)
{
	return json_is_true(json_object_get(o, key)) ? "yes" : "no";
}

/* name, value and, when there is an earlier answer, the change per second */
static void
counters(const struct view *v, const char *group)
{
	static const char *const plain[] = { "", ">value", "" }, *const rates[] = { "", ">value",
		">per second", "" };
	const char *head[TABLE_COLS] = { group, v->before != NULL ? rates[1] : plain[1],
		v->before != NULL ? rates[2] : "" };
	const json_t *now = json_object_get(v->now, group),
		     *before = json_object_get(v->before, group);
	struct table *t = table_new(head);
	const char *name;
	json_t *value;
	char buf[32];

	if (t == NULL)
		return;
	json_object_foreach((json_t *)now, name, value) {
		uint64_t n = num(now, name), old = num(before, name);
		bool bytes = strstr(name, "bytes") != NULL;

		if (n == 0 && !v->all)
			continue;
		table_cell(t, "%s", name);
		if (bytes && !v->all)
			table_cell(t, "%s", text_size((double)n, buf));
		else
			table_cell(t, "%s", text_number(n, buf));
		if (v->before != NULL) {
			double rate = n > old ? (double)(n - old) / v->seconds : 0;

			table_cell(t, "%s", bytes ? text_size(rate, buf) : text_count(rate, buf));
		}
		table_row(t);
	}
	table_print(t, v->out);
}

static void
show_stats(const struct view *v)
{
	char age[32];

	fprintf(v->out,
		"dataplane %s, configuration %s, engine %s, card %s, %llu workers, up %s\n\n",
		json_is_true(json_object_get(v->now, "attached")) ? "attached" : "ABSENT",
		json_is_true(json_object_get(v->now, "configured")) ? "applied" : "NOT applied",
		str(v->now, "engine"),
		json_is_true(json_object_get(v->now, "card")) ? "in use" : "none",
		(unsigned long long)num(v->now, "workers"),
		text_age(num(v->now, "uptime_s") * 1000, age));
	counters(v, "control");
	if (json_object_size(json_object_get(v->now, "handshake_errors")) != 0) {
		fputc('\n', v->out);
		counters(v, "handshake_errors");
	}
	fputc('\n', v->out);
	counters(v, "dataplane");
}

/* Of the device's cycles, those in which the engine had work. */
static void
share(struct table *t, const json_t *e, const char *key)
{
	if (num(e, "cycles") != 0)
		table_cell(t, "%.1f %%", (double)num(e, key) / 10);
	else
		table_cell(t, "-");
}

static void
show_engines(const struct view *v)
{
	static const char *const head[TABLE_COLS] = { "engine", ">operations", ">bytes",
		">busy cycles", ">busy", ">now", ">bytes/cycle", ">failed", "" };
	struct table *t = table_new(head);
	uint64_t cycles = num(v->now, "device_cycles");
	double sim = json_number_value(json_object_get(v->now, "sim_seconds"));
	char buf[32];
	json_t *e;
	size_t i;

	if (t == NULL)
		return;
	json_array_foreach(json_object_get(v->now, "engines"), i, e) {
		table_cell(t, "%s", str(e, "name"));
		table_cell(t, "%s", text_number(num(e, "ops"), buf));
		table_cell(t, "%s", text_size((double)num(e, "bytes"), buf));
		table_cell(t, "%s", text_number(num(e, "cycles"), buf));
		share(t, e, "busy_permille");
		share(t, e, "busy_permille_now");
		if (num(e, "cycles") != 0)
			table_cell(t, "%.2f", (double)num(e, "bytes") / (double)num(e, "cycles"));
		else
			table_cell(t, "-");
		table_cell(t, "%s", text_number(num(e, "failed"), buf));
		table_row(t);
	}
	fprintf(v->out, "record engine %s, %s, %llu operations in flight\n\n", str(v->now, "engine"),
		str(v->now, "state"), (unsigned long long)num(v->now, "in_flight"));
	table_print(t, v->out);
	if (cycles != 0)
		fprintf(v->out, "\ndevice clock: %s cycles%s", text_number(cycles, buf),
			sim == 0 ? "\n" : "");
	if (cycles != 0 && sim != 0)
		fprintf(v->out, ", simulated in %.1f s of wall time (%.2f M cycles/s)\n", sim,
			(double)cycles / sim / 1e6);
}

static void
show_connections(const struct view *v)
{
	static const char *const head[TABLE_COLS] = { "id", "peer", "listener", "state", "version", "suite",
		"group", "session", "server name", "subject", ">age", "" };
	struct table *t = table_new(head);
	char buf[32];
	json_t *c;
	size_t i;

	if (t == NULL)
		return;
	json_array_foreach(json_object_get(v->now, "connections"), i, c) {
		bool shaking = strcmp(str(c, "state"), "handshake") == 0;

		table_cell(t, "%s", str(c, "id"));
		table_cell(t, "%s%s", strcmp(str(c, "role"), "client") == 0 ? "to " : "", str(c, "peer"));
		table_cell(t, "%s", str(c, "listener"));
		table_cell(t, "%s%s", shaking ? "waits for " : str(c, "state"),
			shaking ? str(c, "waits_for") : "");
		table_cell(t, "%s", str(c, "version"));
		table_cell(t, "%s", str(c, "suite"));
		table_cell(t, "%s", str(c, "group"));
		table_cell(t, "%s", strcmp(str(c, "state"), "connected") != 0 ? "" :
			json_is_true(json_object_get(c, "resumed")) ? "resumed" : "new");
		table_cell(t, "%s", str(c, "server_name"));
		table_cell(t, "%s", str(c, "subject"));
		table_cell(t, "%s", text_age(num(c, "age_ms"), buf));
		table_row(t);
	}
	table_print(t, v->out);
	fprintf(v->out, "\n%llu connections, %llu of them in the handshake, %llu shown\n",
		(unsigned long long)num(v->now, "total"),
		(unsigned long long)num(v->now, "handshakes"),
		(unsigned long long)num(v->now, "shown"));
}

static void
show_sessions(const struct view *v)
{
	static const char *const head[TABLE_COLS] = { "hash of id", "version", "suite", "extended",
		">expires in", "" };
	struct table *t = table_new(head);
	char buf[32], size[32];
	json_t *s;
	size_t i;

	if (t == NULL)
		return;
	json_array_foreach(json_object_get(v->now, "sessions"), i, s) {
		table_cell(t, "%s", str(s, "id_hash"));
		table_cell(t, "%s", str(s, "version"));
		table_cell(t, "%s", str(s, "suite"));
		table_cell(t, "%s", yes(s, "extended_master_secret"));
		table_cell(t, "%s", text_age(num(s, "expires_in_s") * 1000, buf));
		table_row(t);
	}
	table_print(t, v->out);
	fprintf(v->out,
		"\n%s sessions of %llu, %s; found %llu, not found %llu, expired %llu, made room %llu\n",
		text_number(num(v->now, "total"), buf), (unsigned long long)num(v->now, "capacity"),
		text_size((double)num(v->now, "bytes"), size),
		(unsigned long long)num(v->now, "hits"), (unsigned long long)num(v->now, "misses"),
		(unsigned long long)num(v->now, "expired"),
		(unsigned long long)num(v->now, "evicted"));
}

/* "1.3 1.2 ssl3.0" */
static const char *
text_versions(const json_t *list, char *buf, size_t cap)
{
	size_t n = 0, i;
	json_t *v;

	buf[0] = '\0';
	json_array_foreach((json_t *)list, i, v) {
		const char *name = json_string_value(v);
		bool tls = strncmp(name, "TLS ", 4) == 0;

		if (n < cap)
			n += (size_t)snprintf(buf + n, cap - n, "%s%s%s", i != 0 ? " " : "",
				tls ? "" : "ssl", name + 4);
	}
	return buf;
}

static void
show_tickets(const struct view *v)
{
	static const char *const head[TABLE_COLS] = { "listener", "keys from", ">keys", ">rotate", ">keep",
		">given out", ">good", ">of old keys", ">unknown", ">forged", "" };
	struct table *t = table_new(head);
	char buf[32];
	json_t *l;
	size_t i;

	if (t == NULL)
		return;
	json_array_foreach(json_object_get(v->now, "listeners"), i, l) {
		table_cell(t, "%s", str(l, "listener"));
		table_cell(t, "%s", str(l, "keys_from"));
		table_cell(t, "%llu", (unsigned long long)num(l, "keys"));
		table_cell(t, "%s", text_age(num(l, "rotate_s") * 1000, buf));
		table_cell(t, "%s", text_age(num(l, "keep_s") * 1000, buf));
		table_cell(t, "%s", text_number(num(l, "sealed"), buf));
		table_cell(t, "%s", text_number(num(l, "opened"), buf));
		table_cell(t, "%s", text_number(num(l, "opened_old"), buf));
		table_cell(t, "%s", text_number(num(l, "unknown_key"), buf));
		table_cell(t, "%s", text_number(num(l, "forged"), buf));
		table_row(t);
	}
	table_print(t, v->out);
	fprintf(v->out, "\nsingle use: %llu remembered, %llu came again\n",
		(unsigned long long)num(v->now, "used_once"), (unsigned long long)num(v->now, "used_again"));
	fprintf(v->out, "sessions with servers behind: %llu, %s; found %llu, not found %llu\n",
		(unsigned long long)num(v->now, "sessions_with_servers"),
		text_size((double)num(v->now, "sessions_with_servers_bytes"), buf),
		(unsigned long long)num(v->now, "sessions_with_servers_found"),
		(unsigned long long)num(v->now, "sessions_with_servers_not_found"));
}

/* "in 3 h 12 min", "5.0 s ago" */
static const char *
text_in(const json_t *o, const char *key, char *buf, size_t cap)
{
	json_int_t s = json_integer_value(json_object_get(o, key));
	char age[32];

	if (json_object_get(o, key) == NULL)
		return "";
	text_age((uint64_t)(s < 0 ? -s : s) * 1000, age);
	snprintf(buf, cap, s < 0 ? "%s ago" : "in %s", age);
	return buf;
}

static void
show_staples(const struct view *v)
{
	static const char *const head[TABLE_COLS] = { "certificate", "source", "state", "made", "ends",
		"last error", "" };
	struct table *t = table_new(head);
	char buf[48];
	json_t *s;
	size_t i;

	if (t == NULL)
		return;
	json_array_foreach(json_object_get(v->now, "staples"), i, s) {
		table_cell(t, "%s", str(s, "certificate"));
		table_cell(t, "%s", str(s, "source"));
		table_cell(t, "%s", str(s, "state"));
		table_cell(t, "%s", text_in(s, "this_update_in_s", buf, sizeof(buf)));
		table_cell(t, "%s", text_in(s, "next_update_in_s", buf, sizeof(buf)));
		table_cell(t, "%s", str(s, "error"));
		table_row(t);
	}
	table_print(t, v->out);
	fprintf(v->out, "\n%llu wanted, %llu there; renewed %llu, failed %llu\n",
		(unsigned long long)num(v->now, "wanted"), (unsigned long long)num(v->now, "stapled"),
		(unsigned long long)num(v->now, "renewed"), (unsigned long long)num(v->now, "failed"));
}

static void
show_crls(const struct view *v)
{
	static const char *const head[TABLE_COLS] = { "listener or pool", "ca", ">crls", "newest file", "ends", "" };
	struct table *t = table_new(head);
	char buf[48];
	json_t *c;
	size_t i;

	if (t == NULL)
		return;
	json_array_foreach(json_object_get(v->now, "trusts"), i, c) {
		table_cell(t, "%s", str(c, "name"));
		table_cell(t, "%s", str(c, "ca"));
		table_cell(t, "%llu", (unsigned long long)num(c, "crls"));
		table_cell(t, "%s", text_in(c, "file_changed_in_s", buf, sizeof(buf)));
		table_cell(t, "%s", text_in(c, "next_update_in_s", buf, sizeof(buf)));
		table_row(t);
	}
	table_print(t, v->out);
	fprintf(v->out, "\nreloaded %llu times, %llu errors; chains found good %llu, bad %llu\n",
		(unsigned long long)num(v->now, "reloads"), (unsigned long long)num(v->now, "errors"),
		(unsigned long long)num(v->now, "verified"), (unsigned long long)num(v->now, "refused"));
}

static void
show_listeners(const struct view *v)
{
	static const char *const head[TABLE_COLS] = { "name", "address", "profile", "versions", "pool",
		">certificates", "sessions", "tickets", "client auth", ">suites", "" };
	struct table *t = table_new(head);
	char versions[96];
	json_t *l;
	size_t i;

	if (t == NULL)
		return;
	json_array_foreach(json_object_get(v->now, "listeners"), i, l) {
		table_cell(t, "%s", str(l, "name"));
		table_cell(t, "%s", str(l, "address"));
		table_cell(t, "%s%s%s", str(l, "profile"),
			json_is_true(json_object_get(l, "insecure")) ? " INSECURE" : "",
			json_is_true(json_object_get(l, "keylog")) ? " KEYLOG" : "");
		table_cell(t, "%s", text_versions(json_object_get(l, "versions"), versions, sizeof(versions)));
		table_cell(t, "%s", str(l, "pool"));
		table_cell(t, "%llu", (unsigned long long)num(l, "certificates"));
		table_cell(t, "%s", yes(l, "session_cache"));
		table_cell(t, "%s", yes(l, "tickets"));
		table_cell(t, "%s", str(l, "client_auth"));
		table_cell(t, "%zu", json_array_size(json_object_get(l, "suites")));
		table_row(t);
	}
	table_print(t, v->out);
	fprintf(v->out, "\nconfiguration %llu, %s\n", (unsigned long long)num(v->now, "generation"),
		json_is_true(json_object_get(v->now, "configured"))
			? "applied by the dataplane"
			: "not applied by the dataplane");
	if (str(v->now, "refused")[0] != '\0')
		fprintf(v->out, "the last one was refused: %s\n", str(v->now, "refused"));
	json_array_foreach(json_object_get(v->now, "warnings"), i, l)
		fprintf(v->out, "%s\n", json_string_value(l));
}

static const struct {
	const char *name;
	void (*print)(const struct view *v);
} views[] = {
	{ "stats", show_stats },
	{ "engines", show_engines },
	{ "connections", show_connections },
	{ "sessions", show_sessions },
	{ "listeners", show_listeners },
	{ "tickets", show_tickets },
	{ "staples", show_staples },
	{ "crls", show_crls },
};

bool
show_known(const char *what)
{
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		if (strcmp(views[i].name, what) == 0)
			return true;
	return false;
}

bool
show(const char *what, const json_t *now, const json_t *before, double seconds, bool all, FILE *out)
{
	const struct view v = { now, before, seconds, all, out };

	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
		if (strcmp(views[i].name, what) != 0)
			continue;
		views[i].print(&v);
		return true;
	}
	return false;
}
