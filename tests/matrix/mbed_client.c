/*
 * A TLS client on mbedTLS for the peer matrix: one connection, one request, what was negotiated.
 *
 *   mbed_client --list
 *   mbed_client ADDRESS PORT VERSION SUITE NAME CA [CERT KEY]     VERSION 1.0|1.1|1.2
 *
 * The request comes from stdin, the answer goes to stdout, one line of JSON to stderr.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>

static void
die(const char *what, int rc)
{
	char text[128];

	mbedtls_strerror(rc, text, sizeof(text));
	fprintf(stderr, "mbed_client: %s: %s (-0x%x)\n", what, text, (unsigned)-rc);
	exit(1);
}

static int
list(void)
{
	for (const int *id = mbedtls_ssl_list_ciphersuites(); *id != 0; id++)
		printf("%04x %s\n", (unsigned)*id, mbedtls_ssl_get_ciphersuite_name(*id));
	return 0;
}

static void
talk(mbedtls_ssl_context *ssl)
{
	unsigned char buf[16384];
	size_t n;
	int rc;

	while ((n = fread(buf, 1, sizeof(buf), stdin)) > 0)
		for (size_t at = 0; at < n; at += (size_t)rc)
			if ((rc = mbedtls_ssl_write(ssl, buf + at, n - at)) <= 0)
				die("write", rc);
	while ((rc = mbedtls_ssl_read(ssl, buf, sizeof(buf))) > 0)
		fwrite(buf, 1, (size_t)rc, stdout);
	if (rc != 0 && rc != MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY)
		die("read", rc);
}

int
main(int argc, char **argv)
{
	static mbedtls_ssl_config conf;
	static mbedtls_ssl_context ssl;
	static mbedtls_ctr_drbg_context drbg;
	static mbedtls_entropy_context entropy;
	static mbedtls_x509_crt ca, own;
	static mbedtls_pk_context key;
	mbedtls_net_context net;
	int rc, suites[2] = { 0, 0 }, minor;

	if (argc == 2 && strcmp(argv[1], "--list") == 0)
		return list();
	if (argc != 7 && argc != 9) {
		fprintf(stderr, "usage: mbed_client ADDRESS PORT 1.0|1.1|1.2 SUITE NAME CA [CERT KEY]\n");
		return 2;
	}
	minor = argv[3][2] - '0' + 1;
	suites[0] = mbedtls_ssl_get_ciphersuite_id(argv[4]);
	if (suites[0] == 0) {
		fprintf(stderr, "mbed_client: no suite %s\n", argv[4]);
		return 2;
	}
	mbedtls_net_init(&net);
	mbedtls_ssl_init(&ssl);
	mbedtls_ssl_config_init(&conf);
	mbedtls_ctr_drbg_init(&drbg);
	mbedtls_entropy_init(&entropy);
	mbedtls_x509_crt_init(&ca);
	mbedtls_x509_crt_init(&own);
	mbedtls_pk_init(&key);
	if ((rc = mbedtls_ctr_drbg_seed(&drbg, mbedtls_entropy_func, &entropy, NULL, 0)) != 0)
		die("seed", rc);
	if ((rc = mbedtls_x509_crt_parse_file(&ca, argv[6])) != 0)
		die("CA", rc);
	if ((rc = mbedtls_net_connect(&net, argv[1], argv[2], MBEDTLS_NET_PROTO_TCP)) != 0)
		die("connect", rc);
	mbedtls_ssl_config_defaults(&conf, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
	mbedtls_ssl_conf_min_version(&conf, MBEDTLS_SSL_MAJOR_VERSION_3, minor);
	mbedtls_ssl_conf_max_version(&conf, MBEDTLS_SSL_MAJOR_VERSION_3, minor);
	mbedtls_ssl_conf_ciphersuites(&conf, suites);
	mbedtls_ssl_conf_ca_chain(&conf, &ca, NULL);
	mbedtls_ssl_conf_authmode(&conf, MBEDTLS_SSL_VERIFY_REQUIRED);
	mbedtls_ssl_conf_rng(&conf, mbedtls_ctr_drbg_random, &drbg);
	if (argc == 9) {
		if ((rc = mbedtls_x509_crt_parse_file(&own, argv[7])) != 0 || (rc = mbedtls_pk_parse_keyfile(&key, argv[8], NULL)) != 0)
			die("own certificate", rc);
		mbedtls_ssl_conf_own_cert(&conf, &own, &key);
	}
	if ((rc = mbedtls_ssl_setup(&ssl, &conf)) != 0 || (rc = mbedtls_ssl_set_hostname(&ssl, argv[5])) != 0)
		die("set-up", rc);
	mbedtls_ssl_set_bio(&ssl, &net, mbedtls_net_send, mbedtls_net_recv, NULL);
	if ((rc = mbedtls_ssl_handshake(&ssl)) != 0)
		die("handshake", rc);
	fprintf(stderr, "{\"version\": \"%s\", \"suite\": \"%s\"}\n", mbedtls_ssl_get_version(&ssl), mbedtls_ssl_get_ciphersuite(&ssl));
	talk(&ssl);
	mbedtls_ssl_close_notify(&ssl);
	mbedtls_net_free(&net);
	return 0;
}
