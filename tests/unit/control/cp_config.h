/* A part of test_cp_process: configurations that change, good and bad. */
#ifndef SLUICE_TEST_CP_CONFIG_H
#define SLUICE_TEST_CP_CONFIG_H

void reload_applies_a_good_file_and_ignores_a_bad_one(void **state);
void keys_card_without_such_a_card_is_told(void **state);
void a_configuration_that_the_dataplane_refuses_changes_nothing(void **state);

#endif
