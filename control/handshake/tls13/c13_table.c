/* The table of this family: state × what arrives. */
#include "control/handshake/hs_int.h"

const struct hs_cell hs_c13_cells[HS_FIRST_S2 - HS_FIRST_C13][HS_EVENTS];
