/* Inside cert/: what the stapler keeps of each certificate. */
#ifndef SLUICE_CONTROL_STAPLER_INT_H
#define SLUICE_CONTROL_STAPLER_INT_H

#include "control/cert/staple_file.h"
#include "control/cert/stapler.h"

struct stapler_item { /* a certificate, in however many listeners it is */
	struct stapler_item *next;
	struct stapler *s;
	uint8_t fingerprint[32];
	char *file, *url, *chain_file; /* file: NULL when it is fetched from url */
	char *said_url, *said_issuer; /* as the configuration has them; NULL */
	uint32_t timeout_ms;
	X509 *leaf, *issuer; /* NULL: err says why there is never a response */
	struct cert **certs;
	unsigned cert_count;
	bool wanted, busy, gone; /* gone: off the list, the thread is still with it */
	struct staple *staple;
	struct ocsp_query *query;
	unsigned failures;
	uint64_t due_ms; /* monotonic; and */
	int64_t due_s; /* by the wall clock: whatever comes first, so that a jump costs nothing */
	char err[CERT_ERR_LEN];
	/* a file on a thread */
	uv_work_t work;
	struct trust_stamp stamp;
	int64_t now_s;
	int rc;
	uint8_t *der;
	size_t len;
	struct ocsp_result result;
	char read_err[CERT_ERR_LEN];
};

struct stapler {
	uv_loop_t *loop;
	const struct log *log;
	struct cert_clock clock;
	uv_timer_t *timer; /* frees itself when closed */
	struct stapler_item *items;
	unsigned ticks;
	bool closing;
	struct stapler_stats stats;
};

/* stapler.c: seconds since 1970. */
int64_t stapler_wall(const struct stapler *s);
/* stapler_item.c: the item of this certificate and this source, or NULL. */
struct stapler_item *stapler_item_find(struct stapler *s, const struct cert *c);
/* A new one on the list, due now; when it can never have a response, err says why. */
struct stapler_item *stapler_item_new(struct stapler *s, const struct cert *c);
/* Off the list already, with no thread at work on it. */
void stapler_item_free(struct stapler_item *it);

#endif
