/* `sluicectl show`: the answers of the management API as tables. */
#ifndef SLUICE_CONTROL_SLUICECTL_SHOW_H
#define SLUICE_CONTROL_SLUICECTL_SHOW_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

/*
 * Prints what a path answered. before (may be NULL): the same, `seconds` earlier, for rates. False:
 * no such view.
 */
bool show(const char *what, const json_t *now, const json_t *before, double seconds, bool all,
	FILE *out);
/* What /policy answered. */
void show_policy(const json_t *policy, FILE *out);
/* True when `what` is a view. */
bool show_known(const char *what);

#endif
