/*
 * Writing records, pure: decides how many bytes the next record carries.
 *
 * Dynamic record size: a connection that starts, or starts again after a pause, gets records of
 * about one TCP segment, so that the client can open each as soon as its segment arrives; once the
 * congestion window holds more than a full record, records are as long as allowed, which is
 * cheapest for both ends.
 */
#ifndef SLUICE_DATAPLANE_TLS_REC_OUT_H
#define SLUICE_DATAPLANE_TLS_REC_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/crypto/rec_alg.h"

#define REC_OUT_SMALL_SEGS 8 /* segments' worth of data sent in small records after a pause */
#define REC_OUT_PAUSE_US 1000000 /* silence after which records are small again */

struct rec_out {
	const struct rec_alg *alg; /* NULL: plaintext */
	uint16_t version;
	uint8_t flags; /* IPC_KEYS_ETM, IPC_KEYS_DEFLATE */
	uint16_t max_fragment; /* longest plaintext of an application record */
	uint32_t burst; /* application bytes since the last pause */
	uint64_t last_us; /* when application data was last sent */
};

struct rec_out_path { /* what TCP says about the way to the client */
	uint32_t mss; /* payload of one segment */
	uint32_t cwnd; /* bytes that may be in flight */
	uint32_t queued; /* bytes queued there and not acknowledged */
};

/*
 * Plaintext bytes of the next application record when `avail` (> 0) are waiting. 0: wait, because
 * what is queued keeps the path busy and a fuller record will be cheaper; asked again when more
 * arrives or the queue drains. `more` says that the sender has not ended its stream.
 */
uint32_t rec_out_next(struct rec_out *out, uint32_t avail, bool more,
	const struct rec_out_path *path, uint64_t now_us);

/* `n` plaintext bytes were cut. */
void rec_out_cut(struct rec_out *out, uint32_t n, uint64_t now_us);

#endif
