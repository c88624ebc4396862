/*
 * Inside of ctl/: shared by ctl_server.c (socket and memory), ctl.c (life of an attachment),
 * ctl_msg.c (messages) and ctl_pka.c.
 */
#ifndef SLUICE_DATAPLANE_CTL_CTL_INT_H
#define SLUICE_DATAPLANE_CTL_CTL_INT_H

#include <stdatomic.h>

#include "dataplane/ctl/ctl.h"

#define CTL_BURST 64 /* messages read in one turn */
/* In flight: a script with the secrets of a handshake has no other place to go when there is no room. */
#define CTL_PKA_OPS 256
#define CTL_REPORT_US 1000000 /* between COUNTERS messages */

/* One attachment after another; workers follow `epoch`, which is odd while something is attached.
 */
struct ctl_server {
	struct ctl_server_config cfg;
	int listen_fd;
	int peer_fd; /* -1: none */
	struct chan chan; /* valid while attached or draining */
	bool mapped;
	uint32_t unseen; /* turns since the last look at peer_fd */
	_Atomic uint32_t epoch;
	/* epoch that a worker wants to be dropped: its messages were malformed */
	_Atomic uint32_t drop;
	_Atomic uint32_t seen[CHAN_MAX_WORKERS]; /* epoch that each worker is in */
};

struct ctl {
	struct ctl_config cfg;
	struct tls_layer *tls;
	struct chan_end end;
	struct dp_config staged;
	struct pka_op *pka; /* array */
	struct pka_op *pka_free[CTL_PKA_OPS];
	struct pka_op *pka_done[CTL_PKA_OPS]; /* results the ring had no room for */
	struct pka_op *pka_wait[CTL_PKA_OPS]; /* operations on secrets that the engine had no room for */
	uint32_t n_pka_wait;
	uint32_t n_pka_free, n_pka_done;
	uint32_t epoch;
	uint64_t now, reported_us;
	bool attached; /* rings are mapped */
	bool up; /* HELLO_ACK came */
	bool reset_due; /* DEVICE_RESET has to be told */
	bool hello_due;
	bool asks; /* of what is not published yet, something wants an answer */
	/* published since, the control process not woken yet: what wants an answer; what does not */
	bool bell_due, quiet_due;
	uint64_t bell_us, quiet_us;
	bool result_due; /* an answer to CFG_COMMIT that the ring had no room for */
	struct ipc_cfg_result result;
	uint8_t buf[IPC_MAX_MSG] __attribute__((aligned(8)));
};

/* Sends, or says -EAGAIN; counts. */
int ctl_send(struct ctl *c, uint16_t type, const void *body, size_t body_len, const void *data,
	size_t data_len);

/* ctl_msg.c: one message; -EBADMSG: malformed. */
int ctl_message(struct ctl *c, uint16_t type, uint8_t *msg, uint32_t len);
void ctl_report(struct ctl *c);
/* Sends the answer to CFG_COMMIT if one is due. */
void ctl_config_answer(struct ctl *c);

/* ctl_pka.c */
int ctl_pka_init(struct ctl *c);
int ctl_pka_do(struct ctl *c, const struct ipc_pka_do *msg, const uint8_t *data);
int ctl_pka_key(struct ctl *c, uint32_t kind, const struct ipc_key_load *msg, const uint8_t *data);
uint32_t ctl_pka_poll(struct ctl *c);
/* Results of the attachment that is gone are of no use to the next. */
void ctl_pka_forget(struct ctl *c);

#endif
