/* The subjects of tb_aead_lane, by file. */
#ifndef SLUICE_TB_AEAD_CASES_H
#define SLUICE_TB_AEAD_CASES_H

#include "sim/tb/aead_lane/lane.h"

/* tls13.cpp: records of TLS 1.3 */
void tls13_records(Lane &l);
void tls13_timing(Lane &l);

/* sessions.cpp: keys from secret slots, functions */
void secret_sessions(Lane &l);
void functions(Lane &l);
void erased(Lane &l);

/* cavp.cpp: NIST vectors from a file */
void cavp(Lane &l, const char *path);

#endif
