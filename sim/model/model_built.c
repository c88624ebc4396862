/* Golden model: the engines that the RTL of this tree has. */
#include "sim/model/model.h"

const uint32_t model_engines = SLUICE_ENGINE_MASK;
