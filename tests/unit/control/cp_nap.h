/* A part of test_cp_process: for whom sluice-cp wakes a worker. */
#ifndef SLUICE_TEST_CP_NAP_H
#define SLUICE_TEST_CP_NAP_H

void a_nap_is_ended_for_key_operations_of_threads(void **state);

#endif
