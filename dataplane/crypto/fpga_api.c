/*
 * Looks for the card's driver among the loaded shared objects. EAL loads plug-ins without making
 * their symbols global.
 */
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stddef.h>
#include <string.h>

#include "dataplane/crypto/fpga_api.h"

#define DRIVER_FILE "librte_crypto_sluice.so"

struct search {
	void *handle;
};

static int
each_object(struct dl_phdr_info *info, size_t size, void *data)
{
	struct search *s = data;
	const char *base = strrchr(info->dlpi_name, '/');

	(void)size;
	base = base != NULL ? base + 1 : info->dlpi_name;
	if (strncmp(base, DRIVER_FILE, strlen(DRIVER_FILE)) != 0)
		return 0;
	s->handle = dlopen(info->dlpi_name, RTLD_NOW | RTLD_NOLOAD);
	return s->handle != NULL;
}

int
fpga_api_load(struct fpga_api *api)
{
	static const struct {
		const char *name;
		size_t offset;
	} symbols[] = {
		{ "rte_pmd_sluice_tls_session_create", offsetof(struct fpga_api, session_create) },
		{ "rte_pmd_sluice_tls_session_destroy",
			offsetof(struct fpga_api, session_destroy) },
		{ "rte_pmd_sluice_info_get", offsetof(struct fpga_api, info_get) },
		{ "rte_pmd_sluice_state", offsetof(struct fpga_api, state) },
		{ "rte_pmd_sluice_counters_get", offsetof(struct fpga_api, counters_get) },
		{ "rte_pmd_sluice_device_reset", offsetof(struct fpga_api, device_reset) },
	};
	struct search s = { NULL };
	void *f;

	dl_iterate_phdr(each_object, &s);
	if (s.handle == NULL)
		return -ENOENT;
	for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		f = dlsym(s.handle, symbols[i].name);
		if (f == NULL)
			return -ENOSYS;
		memcpy((char *)api + symbols[i].offset, &f, sizeof(f));
	}
	return 0;
}
