/* Sizes, names and length checks of the channel's messages; see ipc.h. */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "common/ipc.h"

_Static_assert(sizeof(struct ipc_addr) == 20, "ipc_addr");
_Static_assert(sizeof(struct ipc_hello) == 40, "ipc_hello");
_Static_assert(sizeof(struct ipc_conn_open) == 64, "ipc_conn_open");
_Static_assert(sizeof(struct ipc_record_in) == 16, "ipc_record_in");
_Static_assert(sizeof(struct ipc_keys_set) == 128, "ipc_keys_set");
_Static_assert(sizeof(struct ipc_pka_do) == 40, "ipc_pka_do");
_Static_assert(sizeof(struct ipc_kdf_step) == 20, "ipc_kdf_step");
_Static_assert(sizeof(struct ipc_key_load) == 24, "ipc_key_load");
_Static_assert(sizeof(struct ipc_pka_done) == 16, "ipc_pka_done");
_Static_assert(sizeof(struct ipc_records_send) == 16, "ipc_records_send");
_Static_assert(sizeof(struct ipc_conn_close) == 16, "ipc_conn_close");
_Static_assert(sizeof(struct ipc_conn_ready) == 24, "ipc_conn_ready");
_Static_assert(sizeof(struct ipc_read_on) == 16, "ipc_read_on");
_Static_assert(sizeof(struct ipc_key_limit) == 24, "ipc_key_limit");
_Static_assert(sizeof(struct ipc_engine_stat) == 48, "ipc_engine_stat");

struct row {
	uint16_t type, size;
	uint8_t data;
	const char *name;
};

static const struct row rows[] = {
#define IPC_MSG(name, num, body, data) { num, sizeof(struct body), data, #name },
#include "common/ipc.def"
};

static const struct row *
find(uint16_t type)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].type == type)
			return &rows[i];
	return NULL;
}

int
ipc_body_size(uint16_t type, int *has_data)
{
	const struct row *r = find(type);

	if (has_data != NULL)
		*has_data = r != NULL && r->data;
	return r != NULL ? r->size : -1;
}

const char *
ipc_type_name(uint16_t type)
{
	const struct row *r = find(type);

	return r != NULL ? r->name : "?";
}

/* The u32 that declares the trailing data, and the size of what it counts. */
static int
count_field(uint16_t type, size_t *offset, uint32_t *unit)
{
	*unit = 1;
	switch (type) {
	case IPC_RECORD_IN: *offset = offsetof(struct ipc_record_in, bytes); break;
	case IPC_PKA_DONE: *offset = offsetof(struct ipc_pka_done, bytes); break;
	case IPC_RECORDS_SEND: *offset = offsetof(struct ipc_records_send, bytes); break;
	case IPC_CONN_READY: *offset = offsetof(struct ipc_conn_ready, bytes); break;
	case IPC_PKA_DO: *offset = offsetof(struct ipc_pka_do, bytes); break;
	case IPC_KEY_LOAD: *offset = offsetof(struct ipc_key_load, bytes); break;
	case IPC_COUNTERS:
		*offset = offsetof(struct ipc_counters, count);
		*unit = sizeof(uint64_t);
		break;
	case IPC_ENGINE_INFO:
		*offset = offsetof(struct ipc_engine_info, count);
		*unit = sizeof(struct ipc_engine_stat);
		break;
	default: return 0;
	}
	return 1;
}

int
ipc_check(uint16_t type, const void *body, uint32_t len, uint32_t *data_len)
{
	const struct row *r = find(type);
	size_t offset;
	uint32_t unit, count = 0;

	*data_len = 0;
	if (r == NULL || len < r->size)
		return -EBADMSG;
	if (count_field(type, &offset, &unit))
		memcpy(&count, (const uint8_t *)body + offset, sizeof(count));
	if (count > IPC_MAX_DATA / unit || len - r->size != count * unit)
		return -EBADMSG;
	*data_len = count * unit;
	return 0;
}
