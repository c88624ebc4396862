/*
 * A TLS client on wolfSSL for the peer matrix: one connection, one request, what was negotiated.
 *
 *   wolf_client --list
 *   wolf_client ADDRESS PORT VERSION SUITE NAME CA [CERT KEY]     VERSION 1.1|1.2|1.3
 *
 * The request comes from stdin, the answer goes to stdout, one line of JSON to stderr.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <wolfssl/options.h>
#include <wolfssl/ssl.h>

static void
die(const char *what, int err)
{
	char text[160] = "";

	if (err != 0)
		wolfSSL_ERR_error_string((unsigned long)err, text);
	fprintf(stderr, "wolf_client: %s: %s (%d)\n", what, text, err);
	exit(1);
}

static WOLFSSL_METHOD *
method_of(const char *version)
{
	if (strcmp(version, "1.1") == 0)
		return wolfTLSv1_1_client_method();
	if (strcmp(version, "1.2") == 0)
		return wolfTLSv1_2_client_method();
	return wolfTLSv1_3_client_method();
}

static int
dial(const char *address, const char *port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || inet_pton(AF_INET, address, &to.sin_addr) != 1 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0) {
		perror("wolf_client: connect");
		exit(1);
	}
	return fd;
}

static void
talk(WOLFSSL *ssl)
{
	char buf[16384];
	size_t n;
	int rc;

	while ((n = fread(buf, 1, sizeof(buf), stdin)) > 0)
		if (wolfSSL_write(ssl, buf, (int)n) != (int)n)
			die("write", wolfSSL_get_error(ssl, 0));
	while ((rc = wolfSSL_read(ssl, buf, sizeof(buf))) > 0)
		fwrite(buf, 1, (size_t)rc, stdout);
	rc = wolfSSL_get_error(ssl, rc);
	if (rc != WOLFSSL_ERROR_ZERO_RETURN && rc != WOLFSSL_ERROR_NONE)
		die("read", rc);
}

int
main(int argc, char **argv)
{
	WOLFSSL_CTX *ctx;
	WOLFSSL *ssl;
	char list[8192];

	wolfSSL_Init();
	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		if (wolfSSL_get_ciphers(list, sizeof(list)) != WOLFSSL_SUCCESS)
			return 1;
		for (char *s = strtok(list, ":"); s != NULL; s = strtok(NULL, ":"))
			puts(s);
		return 0;
	}
	if (argc != 7 && argc != 9) {
		fprintf(stderr, "usage: wolf_client ADDRESS PORT 1.1|1.2|1.3 SUITE NAME CA [CERT KEY]\n");
		return 2;
	}
	ctx = wolfSSL_CTX_new(method_of(argv[3]));
	if (ctx == NULL || wolfSSL_CTX_set_cipher_list(ctx, argv[4]) != WOLFSSL_SUCCESS)
		die("suite", 0);
	if (wolfSSL_CTX_load_verify_locations(ctx, argv[6], NULL) != WOLFSSL_SUCCESS)
		die("CA", 0);
	if (argc == 9 && (wolfSSL_CTX_use_certificate_chain_file(ctx, argv[7]) != WOLFSSL_SUCCESS ||
				 wolfSSL_CTX_use_PrivateKey_file(ctx, argv[8], WOLFSSL_FILETYPE_PEM) != WOLFSSL_SUCCESS))
		die("own certificate", 0);
	ssl = wolfSSL_new(ctx);
	if (ssl == NULL || wolfSSL_UseSNI(ssl, WOLFSSL_SNI_HOST_NAME, argv[5], (unsigned short)strlen(argv[5])) != WOLFSSL_SUCCESS ||
		wolfSSL_check_domain_name(ssl, argv[5]) != WOLFSSL_SUCCESS)
		die("set-up", 0);
	wolfSSL_set_fd(ssl, dial(argv[1], argv[2]));
	if (wolfSSL_connect(ssl) != WOLFSSL_SUCCESS)
		die("handshake", wolfSSL_get_error(ssl, 0));
	fprintf(stderr, "{\"version\": \"%s\", \"suite\": \"%s\"}\n", wolfSSL_get_version(ssl), wolfSSL_get_cipher_name(ssl));
	talk(ssl);
	wolfSSL_shutdown(ssl);
	return 0;
}
