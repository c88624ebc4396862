/* A part of test_cp_process: the management interface, asked directly and by sluicectl. */
#ifndef SLUICE_TEST_CP_MANAGE_H
#define SLUICE_TEST_CP_MANAGE_H

void management_answers_and_tells_no_secret(void **state);
void policies_and_connections_are_shown_and_commanded(void **state);
void a_file_in_the_place_of_the_management_socket_is_left_alone(void **state);
void sluicectl_shows_checks_and_reloads(void **state);

#endif
