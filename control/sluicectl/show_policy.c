/* `sluicectl show policy`: what a listener or pool really negotiates. */
#include "control/sluicectl/show.h"

#include <string.h>

#include "control/sluicectl/table.h"

static const char *
str(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

static unsigned long long
num(const json_t *o, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(o, key));

	return n > 0 ? (unsigned long long)n : 0;
}

static bool
is(const json_t *o, const char *key)
{
	return json_is_true(json_object_get(o, key));
}

static void
line(FILE *out, const char *what, const json_t *list)
{
	json_t *v;
	size_t i;

	fprintf(out, "%-22s", what);
	json_array_foreach((json_t *)list, i, v)
		fprintf(out, "%s%s", i != 0 ? ", " : "", json_string_value(v));
	fputs(json_array_size(list) == 0 ? "none\n" : "\n", out);
}

static const char *
joined(const json_t *list, char *buf, size_t cap)
{
	size_t n = 0, i;
	json_t *v;

	buf[0] = '\0';
	json_array_foreach((json_t *)list, i, v)
		if (n < cap)
			n += (size_t)snprintf(buf + n, cap - n, "%s%s", i != 0 ? ", " : "", json_string_value(v));
	return buf;
}

static void
suites(const json_t *p, FILE *out)
{
	static const char *const head[TABLE_COLS] = { "suite", "versions", "certificate", "signed by", "" };
	struct table *t = table_new(head);
	char buf[128];
	json_t *s;
	size_t i;

	if (t == NULL)
		return;
	json_array_foreach(json_object_get(p, "suites"), i, s) {
		table_cell(t, "%s", str(s, "name"));
		table_cell(t, "%s", joined(json_object_get(s, "versions"), buf, sizeof(buf)));
		table_cell(t, "%s", str(s, "certificate"));
		table_cell(t, "%s", str(s, "scheme"));
		table_row(t);
	}
	fputc('\n', out);
	table_print(t, out);
	fputc('\n', out);
}

static void
resumption(const json_t *r, bool server, FILE *out)
{
	fprintf(out, "%-22s", "resumption");
	if (!server) {
		fputs(is(r, "session_reuse") ? "across connections\n" : "off\n", out);
		return;
	}
	fprintf(out, "session ids %s, tickets %s, for %llu s", is(r, "session_ids") ? "on" : "off",
		is(r, "tickets") ? "on" : "off", num(r, "lifetime_s"));
	if (is(r, "tickets"))
		fprintf(out, "; keys %s", str(r, "keys"));
	if (num(r, "rotate_s") != 0)
		fprintf(out, ", new after %llu s, open for %llu s more", num(r, "rotate_s"), num(r, "keep_s"));
	fprintf(out, "%s%s\n", is(r, "psk_only") ? "; PSK without (EC)DHE" : "",
		is(r, "single_use") ? "; each ticket once" : "");
	fprintf(out, "%-22s", "early data");
	if (num(r, "early_data") != 0)
		fprintf(out, "%llu bytes\n", num(r, "early_data"));
	else
		fputs("off\n", out);
}

static void
verification(const json_t *p, bool server, FILE *out)
{
	const json_t *a = json_object_get(p, server ? "client_auth" : "verify");

	fprintf(out, "%-22s%s", server ? "client certificates" : "server verification", str(a, "mode"));
	if (!server && str(a, "server_name")[0] != '\0')
		fprintf(out, ", name %s", str(a, "server_name"));
	if (str(a, "ca")[0] != '\0')
		fprintf(out, ", CAs %s, depth %llu, CRLs %s, OCSP %s, %llu rules", str(a, "ca"), num(a, "depth"),
			str(a, "crl_check"), str(a, "ocsp"), num(a, "allow_rules"));
	fputc('\n', out);
	if (!server)
		fprintf(out, "%-22s%s\n%-22s%s\n", "our certificate",
			str(p, "certificate")[0] != '\0' ? str(p, "certificate") : "none", "PROXY protocol",
			str(p, "proxy_protocol"));
}

void
show_policy(const json_t *p, FILE *out)
{
	bool server = strcmp(str(p, "role"), "server") == 0;
	json_t *w;
	size_t i;

	fprintf(out, "%s %s", server ? "listener" : "pool", str(p, "name"));
	if (server)
		fprintf(out, " at %s", str(p, "address"));
	if (str(p, "server_name")[0] != '\0')
		fprintf(out, ", clients that ask for %s", str(p, "server_name"));
	fprintf(out, "\n%-22s%s", "profile", str(p, "profile"));
	if (server && strcmp(str(p, "policy_of"), "listener") != 0)
		fprintf(out, " (of the name %s)", str(p, "policy_of"));
	fputc('\n', out);
	line(out, "versions", json_object_get(p, "versions"));
	suites(p, out);
	line(out, "groups", json_object_get(p, "groups"));
	line(out, "signature algorithms", json_object_get(p, "signature_algorithms"));
	if (server)
		fprintf(out, "%-22s%s\n", "whose order", str(p, "preference"));
	line(out, "alpn", json_object_get(p, "alpn"));
	resumption(json_object_get(p, "resumption"), server, out);
	verification(p, server, out);
	fprintf(out, "%-22s%s", "renegotiation", str(p, "renegotiation"));
	if (num(p, "renegotiations_per_minute") != 0)
		fprintf(out, ", the peer's at most %llu per minute", num(p, "renegotiations_per_minute"));
	fprintf(out, "\n%-22s%llu bytes\n", "records taken", num(p, "record_size_limit"));
	if (num(p, "rekey_records") != 0)
		fprintf(out, "%-22safter %llu records\n", "new keys", num(p, "rekey_records"));
	fprintf(out, "%-22s%s\n%-22s%s\n", "SSL 2.0 hello", is(p, "v2_hello") ? "taken" : "refused", "compression",
		is(p, "compression") ? "DEFLATE" : "none");
	json_array_foreach(json_object_get(p, "warnings"), i, w)
		fprintf(out, "%s\n", json_string_value(w));
}
