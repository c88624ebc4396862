/* Inside manage/: what each path shows. Returned objects are the caller's. */
#ifndef SLUICE_CONTROL_MANAGE_INT_H
#define SLUICE_CONTROL_MANAGE_INT_H

#include <jansson.h>

#include "control/app.h"

json_t *view_stats(const struct app *a);
json_t *view_engines(const struct app *a);
json_t *view_connections(const struct app *a);
json_t *view_sessions(const struct app *a);
json_t *view_listeners(const struct app *a);
json_t *view_tickets(const struct app *a);
json_t *view_staples(const struct app *a);
json_t *view_crls(const struct app *a);
/*
 * What a listener or pool really negotiates, towards a server name (NULL: any). NULL with a sentence
 * in err when there is no such name.
 */
json_t *view_policy(
	const struct app *a, const char *name, const char *server_name, char *err, size_t cap);
/* For config_warnings(); ctx is an array. */
void view_add_warning(void *ctx, const char *warning);
/* "WORKER-HANDLE": how a connection is named to people. */
const char *view_conn_id(uint32_t worker, ipc_conn_t handle, char buf[32]);
char *view_metrics(const struct app *a);

#endif
