/*
 * The engines by name, and how a worker gets one.
 */
#include <errno.h>
#include <string.h>

#include "dataplane/crypto/engine.h"

const struct rec_engine_ops *
rec_engine_find(const char *name)
{
	static const struct rec_engine_ops *const all[] = { &rec_engine_soft, &rec_engine_fpga,
		&rec_engine_cryptodev, &rec_engine_null };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i]->name, name) == 0)
			return all[i];
	return NULL;
}

int
rec_engine_start(const struct rec_engine_ops *ops, const struct rec_engine_conf *conf,
	struct rec_engine **eng)
{
	struct rec_engine *inner;
	int rc = ops->open(conf, &inner);

	if (rc != 0)
		return rc;
	if (ops->recover == NULL) {
		*eng = inner;
		return 0;
	}
	rc = failover_open(conf, inner, eng);
	if (rc != 0)
		ops->close(inner);
	return rc;
}
