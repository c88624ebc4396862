/*
 * What sluice-cp gives up: capabilities, new privileges, core dumps, and system calls that it does
 * not need once it runs.
 */
#ifndef SLUICE_CONTROL_SANDBOX_H
#define SLUICE_CONTROL_SANDBOX_H

#include <stddef.h>

/* Before keys are read: no core dumps, no reading by a debugger. */
void sandbox_no_dumps(void);
/*
 * On each thread but the first: capabilities are every thread's own. Ends the process when it
 * fails.
 */
void sandbox_thread(void);
/*
 * After start-up, on the first thread, with all threads running. 0, or -1 with a sentence in err.
 */
int sandbox_enter(char *err, size_t cap);

#endif
