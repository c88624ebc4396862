/* The table of this family: state × what arrives. */
#include "control/handshake/hs_int.h"

const struct hs_cell hs_c12_cells[HS_FIRST_S13 - HS_FIRST_C12][HS_EVENTS];
