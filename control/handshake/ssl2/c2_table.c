/* The table of this family: state × what arrives. */
#include "control/handshake/hs_int.h"

const struct hs_cell hs_c2_cells[HS_FIRST_NONE - HS_FIRST_C2][HS_EVENTS];
