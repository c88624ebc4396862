/* Golden model: every engine of the map, for work on drivers ahead of the RTL. */
#include "sim/model/model.h"

const uint32_t model_engines = (1u << MODEL_ENGINES) - 1;
