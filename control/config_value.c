/* Single values of sluice.yaml: numbers, words for true and false, choices, addresses. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "control/config_int.h"

uint32_t
config_number(struct config_diag *d, const char *base, const char *key, const unsigned *given,
	uint32_t otherwise, uint32_t min, uint32_t max)
{
	if (given == NULL)
		return otherwise;
	if (*given >= min && *given <= max)
		return *given;
	config_error_at(d, base, key, "expected a whole number from %u to %u, got %u", min, max, *given);
	return otherwise;
}

/*
 * libcyaml takes any text that is not a word for false as true: that will not do for
 * allow_insecure.
 */
bool
config_boolean(
	struct config_diag *d, const char *base, const char *key, const bool *given, bool otherwise)
{
	char path[CONFIG_PATH_LEN];
	const char *text;

	if (given == NULL)
		return otherwise;
	snprintf(path, sizeof(path), "%.120s.%.100s", base, key);
	if (!config_loc_has(d->loc, path)) /* behind a YAML alias: its anchor is looked at */
		return *given;
	config_loc_find(d->loc, path, &text);
	if (text == NULL || (strcmp(text, "true") != 0 && strcmp(text, "false") != 0))
		config_error(d, path, "expected true or false, got %s",
			text != NULL ? text : "something else");
	return *given;
}

unsigned
config_choice(struct config_diag *d, const char *base, const char *key, const char *given,
	const char *const *names, unsigned otherwise)
{
	char all[128] = "";
	size_t n = 0;

	if (given == NULL)
		return otherwise;
	for (unsigned i = 0; names[i] != NULL; i++) {
		if (strcmp(names[i], given) == 0)
			return i;
		n += (size_t)snprintf(all + n, sizeof(all) - n, "%s%s",
			i == 0 ? "" : names[i + 1] != NULL ? ", " : " or ", names[i]);
	}
	config_error_at(d, base, key, "expected %s, got %s", all, given);
	return otherwise;
}

uint32_t
config_stable_id(const char *text)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	for (; *text != '\0'; text++)
		h = (h ^ (uint8_t)*text) * 16777619u;
	return h != 0 ? h : 1;
}

bool
config_parse_ip(const char *text, struct ipc_addr *a)
{
	memset(a, 0, sizeof(*a));
	if (inet_pton(AF_INET, text, a->ip) == 1)
		a->family = 4;
	else if (inet_pton(AF_INET6, text, a->ip) == 1)
		a->family = 6;
	return a->family != 0;
}

const char *
config_addr_text(const struct ipc_addr *a, char *buf, size_t cap)
{
	char ip[INET6_ADDRSTRLEN] = "?";

	inet_ntop(a->family == 4 ? AF_INET : AF_INET6, a->ip, ip, sizeof(ip));
	snprintf(buf, cap, a->family == 6 ? "[%s]:%u" : "%s:%u", ip, a->port);
	return buf;
}

void
config_endpoint(struct config_diag *d, const char *base, const char *address, unsigned port,
	struct ipc_addr *a)
{
	if (!config_parse_ip(address, a))
		config_error_at(d, base, "address",
			"expected an IPv4 or IPv6 address such as 198.18.0.1, got %s", address);
	if (port < 1 || port > 65535)
		config_error_at(d, base, "port", "expected a port from 1 to 65535, got %u", port);
	a->port = (uint16_t)port;
}

/* "TLS 1.2", "TLSv1.2" and "1.2" are the same; so are "SSL 3.0" and "sslv3". */
uint16_t
config_version_by_name(const char *name)
{
	static const struct {
		const char *text;
		uint16_t version;
	} all[] = {
		{ "1.3", TLS_V_13 }, { "1.2", TLS_V_12 }, { "1.1", TLS_V_11 }, { "1.0", TLS_V_10 },
		{ "tls1.3", TLS_V_13 }, { "tls1.2", TLS_V_12 }, { "tls1.1", TLS_V_11 },
		{ "tls1.0", TLS_V_10 }, { "tls1", TLS_V_10 }, { "ssl3.0", TLS_V_SSL30 },
		{ "ssl3", TLS_V_SSL30 }, { "ssl2.0", TLS_V_SSL2 }, { "ssl2", TLS_V_SSL2 },
	};
	char plain[8];
	size_t n = 0;

	for (; *name != '\0'; name++) {
		char c = *name >= 'A' && *name <= 'Z' ? (char)(*name + 'a' - 'A') : *name;

		if (c == ' ' || c == 'v')
			continue;
		if (n == sizeof(plain) - 1)
			return 0;
		plain[n++] = c;
	}
	plain[n] = '\0';
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i].text, plain) == 0)
			return all[i].version;
	return 0;
}
