/*
 * A connection's memory: made, shrunk when a handshake is over, wiped and freed; and what is told
 * of it.
 */
#include <stdlib.h>
#include <string.h>

#include "common/ct.h"
#include "control/handshake/hs_card.h"
#include "control/handshake/hs_client.h"

struct hs *
hs_new(const struct hs_conf *conf)
{
	struct hs *hs = calloc(1, sizeof(*hs));

	if (hs != NULL && hs_new_at(hs, conf) == NULL) {
		free(hs);
		return NULL;
	}
	return hs;
}

size_t
hs_bytes(void)
{
	return sizeof(struct hs);
}

struct hs *
hs_new_at(void *memory, const struct hs_conf *conf)
{
	struct hs *hs = memory;

	hs->conf = conf;
	hs->role = conf->role;
	if (conf->keys_on_card)
		hs->card = calloc(1, sizeof(*hs->card));
	if (hs_begin(hs) != TLS_E_OK || (conf->keys_on_card && hs->card == NULL)) {
		hs_end_at(hs);
		return NULL;
	}
	hs->state = conf->role == HS_CLIENT ? HS_WAIT_CLIENT_START : HS_WAIT_CLIENT_HELLO;
	hs->version = TLS_V_12;
	hs->alert_received = TLS_ALERT_NONE;
	return hs;
}

enum tls_err
hs_keep_name(struct hs *hs, const char *name)
{
	size_t n = strlen(name);

	hs->has_server_name = true;
	hs->server_name = n < sizeof(hs->name_room) ? memcpy(hs->name_room, name, n + 1) : strdup(name);
	return hs->server_name != NULL ? TLS_E_OK : TLS_E_INTERNAL_ERROR;
}

enum tls_err
hs_begin(struct hs *hs)
{
	hs_drop_work_area(hs);
	hs->w = calloc(1, sizeof(*hs->w));
	return hs->w != NULL ? TLS_E_OK : TLS_E_INTERNAL_ERROR;
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
	hs12_drop(hs->w->t12);
	hs13_drop(hs->w->t13);
	hs2_drop(hs->w->t2);
	hs_client_drop(hs->w->cl);
	hs_hello_drop(&hs->w->hello);
	hs_hello_drop(&hs->w->answer);
	hs_transcript_free(&hs->w->transcript);
	ct_wipe(hs->w, sizeof(*hs->w));
	free(hs->w);
	hs->w = NULL;
}

void
hs_end_at(struct hs *hs)
{
	if (hs == NULL)
		return;
	hs_drop_message(hs);
	hs_drop_queue(hs);
	hs_drop_work_area(hs);
	hs13_live_drop(hs->l13);
	peer_unref(hs->peer);
	if (hs->server_name != hs->name_room)
		free(hs->server_name);
	free(hs->card);
	ct_wipe(hs, sizeof(*hs));
}

void
hs_free(struct hs *hs)
{
	hs_end_at(hs);
	free(hs);
}

size_t
hs_memory(const struct hs *hs)
{
	size_t n = sizeof(*hs) + hs->msg_cap + hs->queue_bytes;

	if (hs->server_name != NULL && hs->server_name != hs->name_room)
		n += strlen(hs->server_name) + 1;
	if (hs->w != NULL)
		n += sizeof(*hs->w) + hs->w->hello.copy_len + hs->w->answer.copy_len +
		     hs->w->transcript.cap + hs_client_memory(hs->w->cl);
	if (hs->card != NULL)
		n += sizeof(*hs->card);
	return n + hs12_memory(hs) + hs13_memory(hs) + hs2_memory(hs);
}

void
hs_info(const struct hs *hs, struct hs_info *info)
{
	*info = (struct hs_info){
		.role = hs->role,
		.version = hs->version,
		.suite = hs->suite != NULL ? hs->suite->name : NULL,
		.group = hs->group,
		.scheme = hs->scheme,
		.resumed = hs->resumed,
		.extended_master_secret = hs->extended_master_secret,
		.encrypt_then_mac = hs->encrypt_then_mac,
		.ready = hs->ready && hs->state != HS_WAIT_NOTHING,
		.early_data = hs->early,
		.server_name = hs->server_name != NULL ? hs->server_name : "",
		.alpn = hs->alpn,
		.peer = hs->peer,
		.cert = hs->w != NULL ? hs->w->cert : NULL,
		.state = hs->state,
		.failed_in = hs->failed_in,
		.alert_received = hs->alert_received,
		.renegotiations = hs->renegotiations,
		.key_updates = hs->key_updates,
		.tickets_left_out = hs->tickets_left_out,
	};
}

const struct hs_conf *
hs_conf_of(const struct hs *hs)
{
	return hs->conf;
}
