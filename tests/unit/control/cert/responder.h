/*
 * An OCSP responder on loopback, on the test's own loop, with every fault that a responder can
 * have. It checks what it is asked.
 */
#ifndef SLUICE_TESTS_RESPONDER_H
#define SLUICE_TESTS_RESPONDER_H

#include <uv.h>

#include "tests/unit/control/cert/pki.h"

enum responder_how {
	RESPOND_WELL,
	RESPOND_CHUNKED,
	RESPOND_WITHOUT_LENGTH, /* the end of the connection is the length */
	RESPOND_DRIPPING, /* a byte every 10 ms, without an end in sight */
	RESPOND_NEVER, /* takes the request */
	RESPOND_CUT, /* half of the body */
	RESPOND_JUNK, /* a body that is no OCSP response */
	RESPOND_TOO_MUCH, /* more than 64 KiB */
	RESPOND_NOT_FOUND,
	RESPOND_REDIRECT, /* to itself */
	RESPOND_HANGUP, /* closes without a byte */
};

struct responder {
	uv_loop_t *loop;
	uv_tcp_t server;
	char url[64];
	enum responder_how how;
	struct pki_ocsp answer; /* of and issuer: what it must be asked about */
	const struct pki_cert *told; /* what it answers about instead; NULL */
	unsigned requests, gets, posts, open;
	bool closed;
};

void responder_open(struct responder *r, uv_loop_t *loop);
/* Closes everything; the loop must turn. */
void responder_close(struct responder *r);
/* Turns the loop until *flag is at least `want`; ends the program after 20 s. */
void turn_until(uv_loop_t *loop, const unsigned *flag, unsigned want);

#endif
