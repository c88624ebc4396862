/*
 * A connection's memory: made, shrunk when the handshake is over, wiped and freed; and what is told
 * of it.
 */
#include <stdlib.h>
#include <string.h>

#include "common/ct.h"
#include "control/handshake/hs_int.h"

struct hs *
hs_new(const struct hs_listener *listener)
{
	struct hs *hs = calloc(1, sizeof(*hs));

	if (hs == NULL)
		return NULL;
	hs->w = calloc(1, sizeof(*hs->w));
	if (hs->w == NULL) {
		free(hs);
		return NULL;
	}
	hs->listener = listener;
	hs->state = HS_WAIT_CLIENT_HELLO;
	hs->version = TLS_V_12;
	hs->alert_received = TLS_ALERT_NONE;
	return hs;
}

void
hs_drop_message(struct hs *hs)
{
	if (hs->msg != NULL)
		ct_wipe(hs->msg, hs->msg_len);
	free(hs->msg);
	hs->msg = NULL;
	hs->msg_len = hs->msg_cap = 0;
}

void
hs_drop_queue(struct hs *hs)
{
	struct hs_pending *p;

	while ((p = hs->queue) != NULL) {
		hs->queue = p->next;
		free(p);
	}
	hs->queue_bytes = 0;
}

void
hs_drop_work_area(struct hs *hs)
{
	if (hs->w == NULL)
		return;
	ct_wipe(hs->w, sizeof(*hs->w));
	free(hs->w);
	hs->w = NULL;
}

void
hs_free(struct hs *hs)
{
	if (hs == NULL)
		return;
	hs_drop_message(hs);
	hs_drop_queue(hs);
	hs_drop_work_area(hs);
	free(hs->server_name);
	ct_wipe(hs, sizeof(*hs));
	free(hs);
}

size_t
hs_memory(const struct hs *hs)
{
	return sizeof(*hs) + hs->msg_cap + hs->queue_bytes +
	       (hs->server_name != NULL ? strlen(hs->server_name) + 1 : 0) +
	       (hs->w != NULL ? sizeof(*hs->w) : 0);
}

void
hs_info(const struct hs *hs, struct hs_info *info)
{
	*info = (struct hs_info){
		.version = hs->version,
		.suite = hs->suite,
		.resumed = hs->resumed,
		.extended_master_secret = hs->extended_master_secret,
		.ready = hs->state == HS_WAIT_CLOSE,
		.server_name = hs->server_name != NULL ? hs->server_name : "",
		.alpn = hs->alpn,
		.state = hs->state,
		.alert_received = hs->alert_received,
	};
}
