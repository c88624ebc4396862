/*
 * Ticket keys of the listeners: they outlive the configuration that asked for them, so that a
 * reload loses no ticket. A listener that is gone takes its keys with it.
 */
#include <stdlib.h>
#include <string.h>

#include "control/app.h"

struct app_tickets *
app_tickets_find(struct app *a, uint32_t listener)
{
	for (unsigned i = 0; i < CONFIG_MAX_LISTENERS; i++)
		if (a->tickets[i].keys != NULL && a->tickets[i].listener == listener)
			return &a->tickets[i];
	return NULL;
}

static struct app_tickets *
place(struct app *a, uint32_t listener)
{
	struct app_tickets *t = app_tickets_find(a, listener);

	for (unsigned i = 0; t == NULL && i < CONFIG_MAX_LISTENERS; i++)
		if (a->tickets[i].keys == NULL)
			t = &a->tickets[i];
	return t;
}

static void
give_keys(struct app *a, struct config_listener *l)
{
	struct app_tickets *t = place(a, l->ipc.id);
	char err[TICKET_ERR_LEN];

	l->hs.tickets = NULL;
	if (t == NULL)
		return;
	if (t->keys == NULL)
		t->keys = ticket_keys_new(l->tickets.rotate_s, l->tickets.keep_s);
	if (t->keys == NULL) {
		log_line(&a->log, LOG_ERROR, "out_of_memory what=\"ticket keys\" listener=%s", l->name);
		return;
	}
	t->listener = l->ipc.id;
	ticket_keys_set_times(t->keys, l->tickets.rotate_s, l->tickets.keep_s);
	if (l->tickets.key_file != NULL && ticket_keys_load(t->keys, l->tickets.key_file, err) != 0)
		log_line(&a->log, LOG_ERROR, "ticket_keys_unchanged listener=%s reason=\"%s\"", l->name, err);
	l->hs.tickets = t->keys;
}

void
app_tickets_follow(struct app *a, struct config *c)
{
	for (unsigned i = 0; i < c->listener_count; i++)
		if (c->listeners[i].tickets.enabled)
			give_keys(a, &c->listeners[i]);
}

void
app_tickets_trim(struct app *a, const struct config *c)
{
	for (unsigned i = 0; i < CONFIG_MAX_LISTENERS; i++) {
		const struct config_listener *l = config_listener_by_id(c, a->tickets[i].listener);

		if (a->tickets[i].keys == NULL || (l != NULL && l->tickets.enabled))
			continue;
		/* handshakes under the configuration of before may still hold them: they end with the process */
		ticket_keys_drop(a->tickets[i].keys);
	}
}

void
app_tickets_close(struct app *a)
{
	for (unsigned i = 0; i < CONFIG_MAX_LISTENERS; i++)
		ticket_keys_free(a->tickets[i].keys);
}
