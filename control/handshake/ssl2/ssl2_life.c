/* Memory of SSL 2.0 handshakes. */
#include <stdlib.h>

#include "control/handshake/hs_int.h"

void
hs2_drop(struct hs2 *t)
{
	free(t);
}
