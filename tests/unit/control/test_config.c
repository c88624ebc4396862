/* sluice.yaml: every class of mistake has its exact message; what is right is read right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/config_int.h"
#include "control/pka/pka_op.h"
#include "tests/unit/control/tls_peer.h"

struct dir {
	char path[64], file[96];
};

static const char good[] =
	"dataplane: {socket: /run/s/dp.sock}\n"                       /* 1 */
	"management: {socket: /run/s/m.sock}\n"                       /* 2 */
	"interfaces:\n"                                               /* 3 */
	"  - name: outside\n"                                         /* 4 */
	"    port: 0\n"                                               /* 5 */
	"    address: 198.18.0.1/24\n"                                /* 6 */
	"    address6: fd00:18::1/64\n"                               /* 7 */
	"listeners:\n"                                                /* 8 */
	"  - name: https\n"                                           /* 9 */
	"    address: 198.18.0.1\n"                                   /* 10 */
	"    port: 443\n"                                             /* 11 */
	"    profile: compatible\n"                                   /* 12 */
	"    pool: web\n"                                             /* 13 */
	"    certificates:\n"                                         /* 14 */
	"      - chain: @/a.pem\n"                                    /* 15 */
	"        key: @/a.key\n"                                      /* 16 */
	"pools:\n"                                                    /* 17 */
	"  - name: web\n"                                             /* 18 */
	"    servers:\n"                                              /* 19 */
	"      - address: 198.19.0.2\n"                               /* 20 */
	"        port: 80\n";                                         /* 21 */

static int
setup(void **state)
{
	struct dir *d = calloc(1, sizeof(*d));
	char chain[128], key[128];
	FILE *f;

	strcpy(d->path, "/tmp/sluice-cfg-XXXXXX");
	if (mkdtemp(d->path) == NULL)
		return -1;
	snprintf(d->file, sizeof(d->file), "%s/sluice.yaml", d->path);
	for (const char *n = "ab"; *n != '\0'; n++) {
		snprintf(chain, sizeof(chain), "%s/%c.pem", d->path, *n);
		snprintf(key, sizeof(key), "%s/%c.key", d->path, *n);
		world_make_cert(chain, key, "a.test,*.a.test", 2048);
	}
	snprintf(chain, sizeof(chain), "%s/small.pem", d->path);
	snprintf(key, sizeof(key), "%s/small.key", d->path);
	world_make_cert(chain, key, "a.test", 1024);
	snprintf(chain, sizeof(chain), "%s/long.pem", d->path);
	snprintf(key, sizeof(key), "%s/long.key", d->path);
	world_make_cert(chain, key, "a.test", 3072);
	snprintf(chain, sizeof(chain), "%s/ec.pem", d->path);
	snprintf(key, sizeof(key), "%s/ec.key", d->path);
	world_make_cert(chain, key, "ec.test", 256);
	snprintf(chain, sizeof(chain), "%s/ca.pem", d->path);
	snprintf(key, sizeof(key), "%s/ca.key", d->path);
	world_make_cert(chain, key, "ca.test", 2048);
	snprintf(chain, sizeof(chain), "%s/tickets", d->path);
	f = fopen(chain, "w");
	if (f == NULL || fwrite(good, 1, 160, f) != 160 || fclose(f) != 0)
		return -1;
	snprintf(chain, sizeof(chain), "%s/kek", d->path);
	f = fopen(chain, "w");
	if (f == NULL || fwrite(good, 1, 32, f) != 32 || fclose(f) != 0)
		return -1;
	*state = d;
	return 0;
}

static int
teardown(void **state)
{
	struct dir *d = *state;
	char cmd[128];
	int rc;

	snprintf(cmd, sizeof(cmd), "rm -r %s", d->path);
	rc = system(cmd);
	free(d);
	return rc;
}

/* Copies text with each `from` once replaced by `to`, and @ by the directory. */
static void
write_with(struct dir *d, const char *from, const char *to, const char *more)
{
	const char *at = from != NULL ? strstr(good, from) : NULL;
	FILE *f = fopen(d->file, "w");

	assert_non_null(f);
	assert_true(from == NULL || at != NULL);
	for (const char *p = good; *p != '\0';) {
		if (p == at) {
			for (const char *q = to; *q != '\0'; q++)
				*q == '@' ? fputs(d->path, f) : fputc(*q, f);
			p += strlen(from);
		} else {
			*p == '@' ? fputs(d->path, f) : fputc(*p, f);
			p++;
		}
	}
	for (const char *q = more; *q != '\0'; q++)
		*q == '@' ? fputs(d->path, f) : fputc(*q, f);
	fclose(f);
}

/* The message with the directory's name as @ again. */
static void
tidy(const struct dir *d, char *text)
{
	size_t n = strlen(d->path);

	for (char *p; (p = strstr(text, d->path)) != NULL;) {
		*p = '@';
		memmove(p + 1, p + n, strlen(p + n) + 1);
	}
}

/* The listener's profile line with something below `tls:`, and the same for other keys. */
#define TLS(text) "profile: compatible", "profile: compatible\n    tls: {" text "}", ""
#define LOOSE(text) "profile: compatible", "profile: compatible\n    allow_insecure: true\n    tls: {" text "}", ""
#define CARD(text) "profile: compatible", "profile: compatible\n    tls: {keys: card, " text "}", "device: {kek: @/kek}\n"
#define AUTH(text) "profile: compatible", "profile: compatible\n    client_auth: {" text "}", ""
#define NAME(text) "profile: compatible", "profile: compatible\n    names: [{" text "}]", ""
#define POOL(text) NULL, NULL, "    tls: {" text "}\n"
#define STAPLE(text) "key: @/a.key", "key: @/a.key\n        staple: {" text "}", ""
/* A P-256 certificate, and what may stand behind it at the listener. */
#define EC(text) "- chain: @/a.pem\n        key: @/a.key\n", "- chain: @/ec.pem\n        key: @/ec.key\n" text, ""

struct mistake {
	const char *from, *to, *more, *message; /* without "@/sluice.yaml:" in front */
};

static const struct mistake mistakes[] = {
	/* what the schema finds */
	{ "port: 443", "port: abc", "", "11: listeners[0].port: expected a whole number from 0 to 4294967295, got 'abc'" },
	{ "port: 443", "port: [1]", "", "11: listeners[0].port: expected a whole number from 0 to 4294967295, got a list" },
	{ "port: 443", "port: 443\n    port: 444", "", "12: listeners[0].port: expected each key once, got it again" },
	{ "    pool: web\n", "", "", "9: listeners[0].pool: expected text of 1 to 4096 characters, got nothing: this key is required" },
	{ "  - name: web", "  - nam: web", "", "18: pools[0].nam: expected a mapping with the keys name (required), servers (required), "
		"connect_timeout_ms, retries, proxy_protocol, tls, got the unknown key \"nam\"" },
	{ "pool: web", "pool: \"\"", "", "13: listeners[0].pool: expected text of 1 to 4096 characters, got too few" },
	{ NULL, NULL, "session_cache: 5\n", "22: session_cache: expected a mapping with the keys size, got a single value" },
	{ NULL, NULL, "limits: {idle_poll_us: -1}\n", "22: limits.idle_poll_us: expected a whole number from 0 to 4294967295, got '-1'" },
	{ "      - address: 198.19.0.2\n        port: 80\n", "      []\n", "", "19: pools[0].servers: expected a list of 1 to 256 entries, got "
		"too few" },
	{ "    port: 0", "\tport: 0", "", "5: expected YAML, got something else: found a tab character that violates indentation" },
	{ "    profile: compatible", "    allow_insecure: perhaps", "", "12: listeners[0].allow_insecure: expected true or false, got "
		"perhaps" },
	/* what only the whole shows */
	{ "port: 443", "port: 70000", "", "11: listeners[0].port: expected a port from 1 to 65535, got 70000" },
	{ "    address: 198.18.0.1\n", "    address: nowhere\n", "", "10: listeners[0].address: expected an IPv4 or IPv6 address such as "
		"198.18.0.1, got nowhere" },
	{ "198.18.0.1/24", "198.18.0.1", "", "6: interfaces[0].address: expected an address with its prefix such as 198.18.0.1/24, got "
		"198.18.0.1" },
	{ "fd00:18::1/64", "fd00:18::1/129", "", "7: interfaces[0].address6: expected an address with its prefix such as fd00:18::1/64, got "
		"fd00:18::1/129" },
	{ "pool: web", "pool: wub", "", "13: listeners[0].pool: expected the name of one of pools, got wub, which is not there" },
	{ "profile: compatible", "profile: strong", "", "12: listeners[0].profile: expected modern, compatible, legacy or museum, got strong" },
	{ "profile: compatible", "profile: museum", "", "12: listeners[0].profile: expected allow_insecure: true beside it, got museum without" },
	{ "profile: compatible", "suites: [TLS_NO]", "", "12: listeners[0].suites[0]: expected a suite by its IANA name such as "
		"TLS_AES_128_GCM_SHA256, got TLS_NO" },
	{ "profile: compatible", "alpn: [h2]", "", "12: listeners[0].alpn[0]: expected http/1.1 or http/1.0, which is what the servers behind "
		"are spoken to, got h2" },
	{ "profile: compatible", "max_record: 100", "", "12: listeners[0].max_record: expected a whole number from 512 to 16384, got 100" },
	{ NULL, NULL, "log: {level: loud}\n", "22: log.level: expected error, warn, info or debug, got loud" },
	{ "/run/s/m.sock", "/run/s/dp.sock", "", "2: management.socket: expected another socket than the dataplane's, got /run/s/dp.sock" },
	{ "pools:\n", "  - {name: other, address: 198.18.0.1, port: 443, pool: web, certificates: [{chain: @/a.pem, key: @/a.key}]}\npools:\n",
		"", "17: listeners[1]: expected an address and port of its own, got 198.18.0.1:443, which listeners[0] (https) has" },
	{ "pools:\n", "  - {name: any, address: 0.0.0.0, port: 443, pool: web, certificates: [{chain: @/a.pem, key: @/a.key}]}\npools:\n",
		"", "17: listeners[1]: expected an address and port of its own, got 0.0.0.0:443, which covers listeners[0] (https)" },
	/* certificates and keys */
	{ NULL, NULL, "device: {kek: /nonexistent/kek}\n", "22: device.kek: /nonexistent/kek: cannot read the card's key-encryption key: No such "
		"file or directory; check the path and that the user of sluice-cp may read it" },
	{ NULL, NULL, "device: {kek: /dev/null}\n", "22: device.kek: expected a file of exactly 32 bytes, got /dev/null of 0; give the key that "
		"the card was provisioned with" },
	{ "@/a.key", "@/none.key", "", "15: listeners[0].certificates[0]: @/none.key: cannot read the private key: No such file or directory; "
		"check the path and that the user of sluice-cp may read it" },
	{ "@/a.key", "@/b.key", "", "15: listeners[0].certificates[0]: @/b.key: this key does not belong to the certificate in @/a.pem; give "
		"the key that the certificate was requested with" },
	{ "@/a.pem", "@/a.key", "", "15: listeners[0].certificates[0]: @/a.key: no PEM certificate in it (no start line); give a file with "
		"-----BEGIN CERTIFICATE-----, the server's certificate first" },
	{ "@/a.key", "@/a.pem", "", "15: listeners[0].certificates[0]: @/a.pem: no usable PEM private key in it (unsupported); give a file "
		"with -----BEGIN PRIVATE KEY-----" },
	{ "@/a.pem\n        key: @/a.key", "@/small.pem\n        key: @/small.key", "", "15: listeners[0].certificates[0]: @/small.key: an RSA "
		"key of 1024 bits; use one of 2048 to 4096 bits" },
};

static const struct mistake policy_mistakes[] = {
	/* one list each */
	{ TLS("versions: [TLS 1.4]"), "13: listeners[0].tls.versions[0]: expected TLS 1.3, TLS 1.2, TLS 1.1, TLS 1.0, SSL 3.0 or SSL 2.0, got "
		"TLS 1.4" },
	{ TLS("versions: [TLS 1.2, tlsv1.2]"), "13: listeners[0].tls.versions[1]: expected each once, got tlsv1.2 again" },
	{ TLS("versions: []"), "13: listeners[0].tls.versions: expected a list of 1 to 6 entries, got too few" },
	{ TLS("suites: [TLS_NO]"), "13: listeners[0].tls.suites[0]: expected a suite by its IANA name such as TLS_AES_128_GCM_SHA256, got TLS_NO" },
	{ TLS("suites: [TLS_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256]"), "13: listeners[0].tls.suites[1]: expected each once, got "
		"TLS_AES_128_GCM_SHA256 again" },
	{ "profile: compatible", "suites: [TLS_AES_128_GCM_SHA256]\n    tls: {suites: [TLS_AES_128_GCM_SHA256]}", "", "12: listeners[0].suites: "
		"expected tls.suites alone, got both" },
	{ TLS("groups: [secp521r1]"), "13: listeners[0].tls.groups[0]: expected X25519MLKEM768, x25519, secp256r1, secp384r1, ffdhe2048 or "
		"ffdhe3072, got secp521r1" },
	{ TLS("groups: [x25519, X25519]"), "13: listeners[0].tls.groups[1]: expected each once, got X25519 again" },
	{ TLS("signature_algorithms: [dsa]"), "13: listeners[0].tls.signature_algorithms[0]: expected a name of RFC 8446 4.2.3 such as "
		"rsa_pss_rsae_sha256 or ecdsa_secp256r1_sha256, got dsa" },
	{ TLS("preference: ours"), "13: listeners[0].tls.preference: expected server or client, got ours" },
	{ TLS("v2_hello: maybe"), "13: listeners[0].tls.v2_hello: expected true or false, got maybe" },
	{ TLS("early_data: 99999999"), "13: listeners[0].tls.early_data: expected a whole number from 0 to 1048576, got 99999999" },
	{ TLS("record_size_limit: 63"), "13: listeners[0].tls.record_size_limit: expected a whole number from 64 to 16384, got 63" },
	{ TLS("renegotiation: yes"), "13: listeners[0].tls.renegotiation: expected refuse, server or both, got yes" },
	{ TLS("keys: here"), "13: listeners[0].tls.keys: expected host or card, got here" },
	{ TLS("keys: card"), "13: listeners[0].tls.keys: expected device.kek in the file, got card without it" },
	{ TLS("rekey_records: 99999999"), "13: listeners[0].tls.rekey_records: expected a whole number from 0 to 16777216, got 99999999" },
	{ TLS("tickets: {count: 9}"), "13: listeners[0].tls.tickets.count: expected a whole number from 1 to 8, got 9" },
	{ TLS("tickets: {rotate_s: 60, keep_s: 900}"), "13: listeners[0].tls.tickets.keep_s: expected a whole number from 0 to 840, got 900" },
	{ TLS("tickets: {key_file: @/tickets, keep_s: 5}"), "13: listeners[0].tls.tickets.key_file: expected no rotate_s or keep_s beside it (the "
		"file's keys are rotated by who writes it), got both" },
	{ TLS("tickets: {key_file: @/a.key}"), "13: listeners[0].tls.tickets.key_file: @/a.key: ticket keys are 1 to 16 entries of 80 bytes each; "
		"make one by: head -c 80 /dev/urandom" },
	{ TLS("tickets: {enabled: false, count: 2}"), "13: listeners[0].tls.tickets.enabled: expected nothing beside enabled: false, got other keys" },
	/* what needs allow_insecure */
	{ "profile: compatible", "profile: legacy", "", "12: listeners[0].profile: expected allow_insecure: true beside it, got legacy without" },
	{ TLS("versions: [TLS 1.2, TLS 1.0]"), "13: listeners[0].tls.versions[1]: expected allow_insecure: true beside it, got TLS 1.0, which only "
		"legacy and museum admit, and nothing without it" },
	{ TLS("versions: [SSL 2.0]"), "13: listeners[0].tls.versions[0]: expected allow_insecure: true beside it, got SSL 2.0, which only "
		"museum admits, and nothing without it" },
	{ TLS("suites: [TLS_RSA_WITH_AES_128_CBC_SHA]"), "13: listeners[0].tls.suites[0]: expected allow_insecure: true beside it, got "
		"TLS_RSA_WITH_AES_128_CBC_SHA, which only legacy and museum admit, and nothing without it" },
	{ TLS("suites: [TLS_RSA_WITH_RC4_128_MD5]"), "13: listeners[0].tls.suites[0]: expected allow_insecure: true beside it, got "
		"TLS_RSA_WITH_RC4_128_MD5, which only museum admits, and nothing without it" },
	{ TLS("signature_algorithms: [rsa_pkcs1_sha256, rsa_pkcs1_sha1]"), "13: listeners[0].tls.signature_algorithms[1]: expected allow_insecure: "
		"true beside it, got rsa_pkcs1_sha1, which only legacy and museum admit, and nothing without it" },
	{ TLS("compression: true"), "13: listeners[0].tls.compression: expected allow_insecure: true beside it, got true, which only museum "
		"admits, and nothing without it" },
	{ NAME("server_name: old.test, profile: museum"), "13: listeners[0].names[0].profile: expected allow_insecure: true beside it, got museum "
		"without" },
	/* contradictions */
	{ TLS("versions: [TLS 1.3], suites: [TLS_RSA_WITH_AES_128_GCM_SHA256]"), "13: listeners[0].tls.suites[0]: expected a suite of one of the "
		"versions, got TLS_RSA_WITH_AES_128_GCM_SHA256" },
	{ TLS("versions: [TLS 1.3, TLS 1.2], suites: [TLS_RSA_WITH_AES_128_GCM_SHA256]"), "13: listeners[0].tls.versions: expected a usable suite "
		"(with its group, certificate and signature algorithm) for each version, got none for TLS 1.3" },
	{ TLS("groups: [ffdhe2048], suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]"), "13: listeners[0].tls.suites[0]: expected a suite whose key "
		"exchange has one of the groups, got TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" },
	{ TLS("groups: [X25519MLKEM768], suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]"), "13: listeners[0].tls.suites[0]: expected a suite whose "
		"key exchange has one of the groups, got TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" },
	{ TLS("suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]"), "13: listeners[0].tls.suites[0]: expected a suite that one of the certificates "
		"can serve, got TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256" },
	{ TLS("signature_algorithms: [ed25519], suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]"), "13: listeners[0].tls.suites[0]: expected a suite "
		"that one of the certificates can serve by one of the signature_algorithms, got TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" },
	{ TLS("versions: [TLS 1.3], signature_algorithms: [rsa_pkcs1_sha256]"), "13: listeners[0].tls.versions: expected a usable suite (with its "
		"group, certificate and signature algorithm) for each version, got none for TLS 1.3" },
	{ "profile: compatible", "tls: {signature_algorithms: [ed25519]}", "", "12: listeners[0].tls: expected a policy that can be negotiated, got "
		"one without a usable suite in any version of modern" },
	{ EC("    suites: [TLS_RSA_WITH_AES_128_GCM_SHA256]\n"), "17: listeners[0].suites[0]: expected a suite that one of the certificates can "
		"serve, got TLS_RSA_WITH_AES_128_GCM_SHA256" },
	{ EC("    allow_insecure: true\n    tls: {versions: [SSL 2.0, TLS 1.2]}\n"), "18: listeners[0].tls.versions: expected an RSA certificate "
		"for SSL 2.0, got none" },
	{ LOOSE("psk_only: true, versions: [TLS 1.2]"), "14: listeners[0].tls.psk_only: expected TLS 1.3 and its tickets beside it, got true without" },
	{ LOOSE("single_use_tickets: true, tickets: {enabled: false}"), "14: listeners[0].tls.single_use_tickets: expected TLS 1.3 and its tickets "
		"beside it, got true without" },
	{ LOOSE("early_data: 4096, versions: [TLS 1.2]"), "14: listeners[0].tls.early_data: expected TLS 1.3 and its tickets beside it, got 4096 "
		"without" },
	{ TLS("versions: [TLS 1.3], renegotiation: both"), "13: listeners[0].tls.renegotiation: expected a version before TLS 1.3 beside it, got both "
		"with none" },
	{ TLS("renegotiations_per_minute: 5"), "13: listeners[0].tls.renegotiations_per_minute: expected renegotiation: both beside it, got it "
		"without" },
	{ TLS("versions: [TLS 1.3], v2_hello: true"), "13: listeners[0].tls.v2_hello: expected a version before TLS 1.3 beside it, which is all that "
		"such a hello can ask for, got none" },
	{ LOOSE("versions: [SSL 2.0, TLS 1.2], v2_hello: false"), "14: listeners[0].tls.v2_hello: expected true, because SSL 2.0 knows no other hello, "
		"got false" },
	/* what the card does not have */
	{ CARD("early_data: 5"), "13: listeners[0].tls.early_data: expected none of it, because keys is card, got early data" },
	{ CARD("psk_only: true"), "13: listeners[0].tls.psk_only: expected none of it, because keys is card, got true" },
	{ CARD("tickets: {count: 8}"), "13: listeners[0].tls.tickets.count: expected at most 7, because keys is card, got 8" },
	{ CARD("groups: [x25519, secp384r1]"), "13: listeners[0].tls.groups[1]: expected x25519 or secp256r1, because keys is card, got secp384r1" },
	{ CARD("groups: [X25519MLKEM768, x25519]"), "13: listeners[0].tls.groups[0]: expected x25519 or secp256r1, because keys is card, got "
		"X25519MLKEM768" },
	{ CARD("suites: [TLS_AES_128_GCM_SHA256, TLS_DHE_RSA_WITH_AES_128_GCM_SHA256]"), "13: listeners[0].tls.suites[1]: expected a suite of the "
		"card's (ECDHE or RSA, AES-GCM, ChaCha20-Poly1305 or AES-CBC), because keys is card, got TLS_DHE_RSA_WITH_AES_128_GCM_SHA256" },
	{ "profile: compatible", "profile: compatible\n    allow_insecure: true\n    tls: {keys: card, versions: [TLS 1.2, TLS 1.1]}",
		"device: {kek: @/kek}\n", "14: listeners[0].tls.versions[1]: expected TLS 1.3 or TLS 1.2, because keys is card, got TLS 1.1" },
	{ "profile: compatible", "profile: compatible\n    allow_insecure: true\n    tls: {keys: card, versions: [TLS 1.2], compression: true}",
		"device: {kek: @/kek}\n", "14: listeners[0].tls.compression: expected false, because keys is card, got true" },
	{ "profile: compatible", "profile: compatible\n    tls: {keys: card}\n    names: [{server_name: b.test, groups: [secp384r1]}]",
		"device: {kek: @/kek}\n", "14: listeners[0].names[0].groups[0]: expected x25519 or secp256r1, because keys is card, got secp384r1" },
	{ "    certificates:\n      - chain: @/a.pem\n        key: @/a.key\n",
		"    tls: {keys: card, suites: [TLS_RSA_WITH_AES_128_GCM_SHA256]}\n    certificates: [{chain: @/long.pem, key: @/long.key}]\n",
		"device: {kek: @/kek}\n", "14: listeners[0].tls.suites[0]: expected a suite without RSA key transport or an RSA key of 2048 bits "
		"for it, because keys is card, got TLS_RSA_WITH_AES_128_GCM_SHA256" },
	{ POOL("keys: card, verify: ca, ca: @/ca.pem"), "22: pools[0].tls.keys: expected host (a card keeps what is agreed with clients, not with "
		"servers), got card" },
	/* names */
	{ NAME("server_name: \"a..b\""), "13: listeners[0].names[0].server_name: expected a host name, or one behind *. for all of its first "
		"labels, got a..b" },
	{ "profile: compatible", "names: [{server_name: a.test}, {server_name: A.test}]", "", "12: listeners[0].names[1].server_name: expected each "
		"name once, got a.test, which names[0] has" },
	{ NAME("server_name: a.test, suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]"), "13: listeners[0].names[0].suites[0]: expected a suite that "
		"one of the certificates can serve, got TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256" },
	/* client authentication */
	{ AUTH("mode: demand"), "13: listeners[0].client_auth.mode: expected none, request or require, got demand" },
	{ AUTH("mode: require"), "13: listeners[0].client_auth.ca: expected the file of CA certificates that clients' are checked by, got nothing" },
	{ AUTH("mode: require, ca: @/a.pem, depth: 99"), "13: listeners[0].client_auth.depth: expected a whole number from 0 to 16, got 99" },
	{ AUTH("mode: require, ca: @/a.pem, crl_check: all"), "13: listeners[0].client_auth.crl_check: expected crl, the files to check by, beside it, "
		"got all alone" },
	{ AUTH("mode: require, ca: @/a.pem, ocsp: {mode: hard, responder: \"https://x\"}"), "13: listeners[0].client_auth.ocsp.responder: expected an "
		"http:// URL (responses are signed), got https://x" },
	{ AUTH("mode: require, ca: @/a.pem, ocsp: {mode: firm}"), "13: listeners[0].client_auth.ocsp.mode: expected off, soft or hard, got firm" },
	{ "profile: compatible", "allow_insecure: true\n    tls: {suites: [TLS_DH_anon_WITH_AES_128_GCM_SHA256]}\n    client_auth: {mode: request, "
		"ca: @/ca.pem}", "", "13: listeners[0].tls.suites[0]: expected a suite with a certificate, because client_auth asks clients for theirs, "
		"got TLS_DH_anon_WITH_AES_128_GCM_SHA256" },
	/* staples */
	{ STAPLE("ocsp: false"), "17: listeners[0].certificates[0].staple: expected file, or ocsp: true, got neither" },
	{ STAPLE("ocsp: true, file: @/x.der"), "17: listeners[0].certificates[0].staple: expected file, or ocsp: true, got both" },
	{ STAPLE("ocsp: true, responder: \"ftp://x\""), "17: listeners[0].certificates[0].staple.responder: expected an http:// URL (responses are "
		"signed), got ftp://x" },
	{ STAPLE("file: @/x.der, responder: \"http://x\""), "17: listeners[0].certificates[0].staple.responder: expected ocsp: true beside it, got it "
		"without" },
	/* pools */
	{ POOL("verify: none"), "22: pools[0].tls.verify: expected allow_insecure: true beside it, got none without: anybody could be the server" },
	{ POOL("server_name: s.test"), "22: pools[0].tls.ca: expected the file of CA certificates that the servers' are checked by, got nothing" },
	{ POOL("ca: @/ca.pem"), "22: pools[0].tls.server_name: expected the name in the servers' certificates (or verify: ca), got nothing" },
	{ POOL("verify: none, allow_insecure: true, ca: @/ca.pem"), "22: pools[0].tls.ca: expected verify: full or ca beside it, got verify: none" },
	{ POOL("verify: ca, ca: @/ca.pem, certificate: {chain: @/a.pem}"), "22: pools[0].tls.certificate.key: expected text of 1 to 4096 characters, "
		"got nothing: this key is required" },
	{ POOL("verify: ca, ca: @/ca.pem, certificate: {chain: @/a.pem, key: @/b.key}"), "22: pools[0].tls.certificate: @/b.key: this key does not "
		"belong to the certificate in @/a.pem; give the key that the certificate was requested with" },
	{ POOL("verify: ca, ca: @/ca.pem, post_handshake_auth: true"), "22: pools[0].tls.post_handshake_auth: expected certificate beside it, got it "
		"without" },
	{ POOL("verify: ca, ca: @/ca.pem, profile: legacy"), "22: pools[0].tls.profile: expected allow_insecure: true beside it, got legacy without" },
	{ POOL("verify: ca, ca: @/ca.pem, versions: [TLS 1.3], groups: [x25519], suites: [TLS_RSA_WITH_AES_128_GCM_SHA256]"), "22: "
		"pools[0].tls.suites[0]: expected a suite of one of the versions, got TLS_RSA_WITH_AES_128_GCM_SHA256" },
	{ POOL("verify: ca, ca: @/ca.pem, profile: museum, allow_insecure: true, suites: [TLS_ECDH_anon_WITH_AES_128_CBC_SHA]"), "22: "
		"pools[0].tls.suites[0]: expected a suite with a certificate, because verify is not none, got TLS_ECDH_anon_WITH_AES_128_CBC_SHA" },
	{ NULL, NULL, "    proxy_protocol: v1\n", "22: pools[0].proxy_protocol: expected none or v2, got v1" },
	/* the key log */
	{ NULL, NULL, "keylog: {file: /tmp/keys}\n", "22: keylog: expected i_know_this_breaks_confidentiality: true in it, got a key log without" },
	{ NULL, NULL, "keylog: {file: /tmp/keys, i_know_this_breaks_confidentiality: false}\n", "22: keylog: expected "
		"i_know_this_breaks_confidentiality: true in it, got a key log without" },
};

static void
check_messages(struct dir *d, const struct mistake *list, size_t n)
{
	char err[CONFIG_ERR_LEN], want[CONFIG_ERR_LEN];

	for (size_t i = 0; i < n; i++) {
		const struct mistake *m = &list[i];
		struct config *c;

		write_with(d, m->from, m->to, m->more);
		c = config_load(d->file, err, NULL);
		tidy(d, err);
		if (c != NULL)
			fail_msg("case %zu is taken; wanted: %s", i, m->message);
		snprintf(want, sizeof(want), "@/sluice.yaml:%s", m->message);
		if (strcmp(err, want) != 0)
			fail_msg("case %zu\n got: %s\nwant: %s", i, err, want);
	}
}

static void
each_mistake_has_its_message(void **state)
{
	check_messages(*state, mistakes, sizeof(mistakes) / sizeof(mistakes[0]));
}

static void
each_mistake_of_a_policy_has_its_message(void **state)
{
	check_messages(*state, policy_mistakes, sizeof(policy_mistakes) / sizeof(policy_mistakes[0]));
}

static void
all_mistakes_are_told_at_once(void **state)
{
	struct dir *d = *state;
	char err[CONFIG_ERR_LEN];

	write_with(d, "    port: 443\n    profile: compatible\n    pool: web", "    port: 0\n    profile: odd\n    pool: wub", "");
	assert_null(config_load(d->file, err, NULL));
	assert_non_null(strstr(err, ":11: listeners[0].port"));
	assert_non_null(strstr(err, "\n"));
	assert_non_null(strstr(err, ":12: listeners[0].profile"));
	assert_non_null(strstr(err, ":13: listeners[0].pool"));
}

static void
a_missing_file_and_an_empty_one(void **state)
{
	struct dir *d = *state;
	char err[CONFIG_ERR_LEN];
	FILE *f = fopen(d->file, "w");

	fclose(f);
	assert_null(config_load(d->file, err, NULL));
	tidy(d, err);
	assert_string_equal(err, "@/sluice.yaml:1: expected a configuration, got an empty file; `sluice-cp --example` prints one");
	assert_null(config_load("/nonexistent/sluice.yaml", err, NULL));
	assert_string_equal(err, "/nonexistent/sluice.yaml: cannot read it: No such file or directory");
}

/* keys: card: of every profile remains what the card can do, and of a key that it cannot decrypt by no RSA key transport. */
static void
what_the_card_has_remains(void **state)
{
	static const char *const profiles[] = { "modern", "compatible", "legacy", "museum" };
	static const char *const certs[] = { "a", "long", "ec" };
	struct dir *d = *state;
	char err[CONFIG_ERR_LEN], text[400];

	for (unsigned i = 0; i < 12; i++) {
		unsigned transports = 0;
		struct hs_policy *p;
		struct config *c;

		snprintf(text, sizeof(text), "profile: %s\n    allow_insecure: true\n    tls: {keys: card, tickets: {count: 7}}\n    pool: web\n"
			"    certificates: [{chain: @/%s.pem, key: @/%s.key}]\n", profiles[i / 3], certs[i % 3], certs[i % 3]);
		write_with(d, "profile: compatible\n    pool: web\n    certificates:\n      - chain: @/a.pem\n        key: @/a.key\n", text,
			"device: {kek: @/kek}\n");
		c = config_load(d->file, err, NULL);
		if (c == NULL)
			fail_msg("%s", err);
		p = &c->listeners[0].policy;
		assert_true(c->listeners[0].hs.keys_on_card);
		assert_int_equal(p->versions, HS_V_12 | HS_V_13);
		assert_int_equal(p->group_count, 2);
		assert_int_equal(p->groups[0], KEX_X25519);
		assert_int_equal(p->groups[1], KEX_P256);
		assert_false(p->compression);
		assert_true(p->suite_count >= 5);
		for (unsigned k = 0; k < p->suite_count; k++) {
			assert_true(hs_card_has_suite(p->suites[k]));
			transports += p->suites[k]->kx == HS_KX_RSA;
		}
		assert_int_equal(transports != 0, i / 3 != 0 && i % 3 == 0);
		config_unref(c);
	}
}

static void
what_is_right_is_read_right(void **state)
{
	struct dir *d = *state;
	char err[CONFIG_ERR_LEN], notes[CONFIG_ERR_LEN];
	struct config *c, *again;

	write_with(d, "profile: compatible", "profile: legacy\n    allow_insecure: true\n    max_record: 4096\n    alpn: [http/1.1]\n"
		"    suites: [TLS_RSA_WITH_AES_256_CBC_SHA, TLS_RSA_WITH_AES_128_CBC_SHA]\n    sessions: {enabled: false, lifetime_s: 60}",
		"limits: {max_handshakes: 5, idle_poll_us: 0}\nsession_cache: {size: 77}\nlog: {level: warn}\n");
	c = config_load(d->file, err, notes);
	assert_non_null(c);
	assert_non_null(strstr(notes, ":9: listeners[0]: INSECURE: listener https admits what only the profile legacy does"));
	assert_true(c->listeners[0].insecure);
	assert_int_equal(c->iface_count, 2);
	assert_int_equal(c->ifaces[0].addr.family, 4);
	assert_int_equal(c->ifaces[1].addr.family, 6);
	assert_int_equal(c->ifaces[1].prefix, 64);
	assert_int_equal(c->listeners[0].ipc.max_record, 4096);
	assert_int_equal(c->listeners[0].policy.suite_count, 2);
	assert_int_equal(c->listeners[0].policy.suites[0]->code, 0x0035);
	assert_int_equal(c->listeners[0].hs.alpn_count, 1);
	assert_false(c->listeners[0].hs.session_cache);
	assert_int_equal(c->listeners[0].pool_id, c->pools[0].ipc.id);
	assert_int_equal(c->limits.idle_poll_us, 0);
	assert_int_equal(c->max_handshakes, 5);
	assert_int_equal(c->session_capacity, 77);
	assert_int_equal(c->cert_count, 1);
	/* ids and session bindings are the same when the file is read again */
	again = config_load(d->file, err, NULL);
	assert_non_null(again);
	assert_int_equal(again->listeners[0].ipc.id, c->listeners[0].ipc.id);
	assert_memory_equal(again->listeners[0].hs.bind, c->listeners[0].hs.bind, 32);
	config_unref(again);
	config_unref(c);
}

/* One that has everything, and what comes of it. */
static void
finer_settings_come_through(void **state)
{
	struct dir *d = *state;
	char err[CONFIG_ERR_LEN], notes[CONFIG_ERR_LEN];
	struct config *c;
	const struct config_listener *l;
	const struct config_pool *p;

	write_with(d, "profile: compatible",
		"tls: {versions: [TLS 1.3, TLS 1.2], suites: [TLS_AES_256_GCM_SHA384, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256],\n"
		"      groups: [secp384r1, x25519], signature_algorithms: [rsa_pss_rsae_sha512, rsa_pkcs1_sha256], preference: client, v2_hello: true,\n"
		"      early_data: 4096, psk_only: true, single_use_tickets: true, tickets: {count: 3, rotate_s: 600, keep_s: 1200},\n"
		"      record_size_limit: 2048, renegotiation: both, renegotiations_per_minute: 3, rekey_records: 1000}\n"
		"    client_auth: {mode: request, ca: @/ca.pem, depth: 2, allow: [\"CN=*\"]}\n"
		"    names:\n      - {server_name: Old.A.test, versions: [TLS 1.2], suites: [TLS_RSA_WITH_AES_128_GCM_SHA256]}\n"
		"      - {server_name: \"*.a.test\", profile: modern}",
		"    proxy_protocol: v2\n    tls: {server_name: s.test, ca: @/ca.pem, versions: [TLS 1.3], session_reuse: false, certificate: {chain: @/a.pem, "
		"key: @/a.key},\n      renegotiation: server, handshake_timeout_ms: 700, post_handshake_auth: true, rekey_records: 9}\n"
		"keylog: {file: @/keys, i_know_this_breaks_confidentiality: true}\n");
	c = config_load(d->file, err, notes);
	if (c == NULL)
		fail_msg("%s", err);
	l = &c->listeners[0];
	assert_int_equal(l->policy.versions, HS_V_13 | HS_V_12);
	assert_int_equal(l->policy.suite_count, 2);
	assert_int_equal(l->policy.groups[0], KEX_P384);
	assert_int_equal(l->policy.group_count, 2);
	assert_int_equal(l->policy.schemes[0], SIG_RSA_PSS_RSAE_SHA512);
	assert_int_equal(l->policy.scheme_count, 2);
	assert_true(l->policy.prefer_client && l->policy.v2_hello && !l->policy.compression);
	assert_int_equal(l->ipc.flags, IPC_LISTEN_V2);
	assert_int_equal(l->ipc.rekey_records, 1000);
	assert_int_equal(l->hs.early_data_max, 4096);
	assert_true(l->hs.psk_only && l->hs.single_use && l->hs.keylog);
	assert_true(l->tickets.enabled);
	assert_int_equal(l->hs.ticket_count, 3);
	assert_int_equal(l->tickets.rotate_s, 600);
	assert_int_equal(l->tickets.keep_s, 1200);
	assert_int_equal(l->hs.record_size_limit, 2048);
	assert_int_equal(l->hs.renegotiation, HS_RENEG_BOTH);
	assert_int_equal(l->hs.renegotiations_max, 3);
	assert_int_equal(l->hs.client_auth, HS_AUTH_REQUEST);
	assert_non_null(l->hs.trust);
	assert_true(l->hs.ca_names_len > 4 && l->hs.ca_names[0] == 0); /* a name's own length comes first */
	assert_int_equal((size_t)l->hs.ca_names[1] + 2, l->hs.ca_names_len);
	assert_int_equal(l->hs.by_name_count, 2);
	assert_string_equal(l->hs.by_name[0].name, "old.a.test");
	assert_int_equal(l->hs.by_name[0].policy->versions, HS_V_12);
	assert_int_equal(l->hs.by_name[0].policy->groups[0], KEX_P384); /* the listener's */
	assert_int_equal(l->hs.by_name[1].policy->groups[0], KEX_X25519MLKEM768); /* its profile's */
	assert_false(l->insecure);
	p = &c->pools[0];
	assert_true(p->proxy_protocol && !p->session_reuse && p->hs.verify_name && p->hs.post_handshake_auth && p->hs.keylog);
	assert_int_equal(p->ipc.flags, IPC_POOL_TLS);
	assert_int_equal(p->ipc.handshake_timeout_ms, 700);
	assert_int_equal(p->ipc.rekey_records, 9);
	assert_int_equal(p->hs.role, HS_CLIENT);
	assert_int_equal(p->policy.versions, HS_V_13);
	assert_string_equal(p->hs.server_name, "s.test");
	assert_non_null(p->hs.certs);
	assert_non_null(p->hs.trust);
	assert_int_equal(p->hs.renegotiation, HS_RENEG_SERVER_ONLY);
	assert_int_equal(c->cert_count, 2);
	assert_non_null(strstr(notes, ": keylog: INSECURE: the secrets of every connection are written to "));
	config_unref(c);
}

/* No profile: modern, with what the certificates can serve and nothing else. */
static void
the_default_is_modern(void **state)
{
	struct dir *d = *state;
	char err[CONFIG_ERR_LEN], notes[CONFIG_ERR_LEN];
	struct config *c;
	const struct hs_policy *p;

	write_with(d, "    profile: compatible\n", "", "");
	c = config_load(d->file, err, notes);
	assert_non_null(c);
	p = &c->listeners[0].policy;
	assert_string_equal(c->listeners[0].profile, "modern");
	assert_int_equal(p->versions, HS_V_13 | HS_V_12);
	assert_int_equal(p->suite_count, 9); /* no ECDSA: the certificate is RSA */
	for (unsigned i = 0; i < p->suite_count; i++)
		assert_true(p->suites[i]->auth != HS_AUTH_ECDSA && p->suites[i]->kx != HS_KX_RSA);
	assert_null(strstr(notes, "INSECURE"));
	assert_int_equal(c->listeners[0].hs.early_data_max, 0);
	assert_int_equal(c->listeners[0].hs.renegotiation, HS_RENEG_REFUSE);
	assert_int_equal(c->pools[0].ipc.flags, 0);
	config_unref(c);
}

struct change {
	const char *from, *to;
};

/* B4: what decided about a session is in what it is bound to. */
static void
sessions_are_bound_to_what_decided_about_them(void **state)
{
	static const struct change changes[] = {
		{ "port: 443", "port: 444" },
		{ "profile: compatible", "profile: modern" },
		{ "profile: compatible", "profile: compatible\n    tls: {groups: [x25519]}" },
		{ "profile: compatible", "profile: compatible\n    tls: {signature_algorithms: [rsa_pss_rsae_sha256]}" },
		{ "profile: compatible", "profile: compatible\n    tls: {suites: [TLS_RSA_WITH_AES_128_GCM_SHA256]}" },
		{ "profile: compatible", "profile: compatible\n    names: [{server_name: x.test, versions: [TLS 1.2]}]" },
		{ "profile: compatible", "profile: compatible\n    client_auth: {mode: request, ca: @/ca.pem}" },
		{ "profile: compatible", "profile: compatible\n    client_auth: {mode: require, ca: @/ca.pem}" },
		{ "profile: compatible", "profile: compatible\n    client_auth: {mode: require, ca: @/a.pem}" },
		{ "profile: compatible", "profile: compatible\n    client_auth: {mode: require, ca: @/a.pem, allow: [\"CN=x\"]}" },
		{ "@/a.pem\n        key: @/a.key", "@/b.pem\n        key: @/b.key" },
	};
	static const size_t n = sizeof(changes) / sizeof(changes[0]);
	uint8_t seen[sizeof(changes) / sizeof(changes[0]) + 1][32];
	struct dir *d = *state;
	char err[CONFIG_ERR_LEN];

	for (size_t i = 0; i <= n; i++) {
		struct config *c;

		write_with(d, i < n ? changes[i].from : NULL, i < n ? changes[i].to : NULL, "");
		c = config_load(d->file, err, NULL);
		if (c == NULL)
			fail_msg("%zu: %s", i, err);
		memcpy(seen[i], c->listeners[0].hs.bind, 32);
		for (size_t k = 0; k < i; k++)
			if (memcmp(seen[k], seen[i], 32) == 0)
				fail_msg("changes %zu and %zu bind alike", k, i);
		config_unref(c);
	}
}

static void
the_example_passes_when_its_files_exist(void **state)
{
	struct dir *d = *state;
	char err[CONFIG_ERR_LEN];
	struct config *c;
	FILE *f = fopen(d->file, "w");
	const char *p, *q;

	for (p = config_example(); (q = strstr(p, "/etc/sluice/www")) != NULL; p = q + 15)
		fprintf(f, "%.*s%s/a", (int)(q - p), p, d->path);
	fputs(p, f);
	fclose(f);
	c = config_load(d->file, err, NULL);
	if (c == NULL)
		fail_msg("%s", err);
	config_unref(c);
}

static void
look_for_keys(const cyaml_schema_value_t *v)
{
	const char *at;
	char key[80];

	if (v->type == CYAML_SEQUENCE)
		look_for_keys(v->sequence.entry);
	for (const cyaml_schema_field_t *f = v->type == CYAML_MAPPING ? v->mapping.fields : NULL; f != NULL && f->key != NULL; f++) {
		snprintf(key, sizeof(key), " %s:", f->key);
		at = strstr(config_example(), key + 1);
		if (strstr(config_example(), key) == NULL && (at == NULL || strchr("\n{", at[-1]) == NULL))
			fail_msg("the example does not have %s", f->key);
		look_for_keys(&f->value);
	}
}

static void
the_example_has_every_key(void **state)
{
	look_for_keys(&config_schema);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_mistake_has_its_message),
		cmocka_unit_test(each_mistake_of_a_policy_has_its_message),
		cmocka_unit_test(all_mistakes_are_told_at_once),
		cmocka_unit_test(a_missing_file_and_an_empty_one),
		cmocka_unit_test(what_the_card_has_remains),
		cmocka_unit_test(what_is_right_is_read_right),
		cmocka_unit_test(finer_settings_come_through),
		cmocka_unit_test(the_default_is_modern),
		cmocka_unit_test(sessions_are_bound_to_what_decided_about_them),
		cmocka_unit_test(the_example_passes_when_its_files_exist),
		cmocka_unit_test(the_example_has_every_key),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
