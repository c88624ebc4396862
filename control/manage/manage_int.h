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
char *view_metrics(const struct app *a);

#endif
