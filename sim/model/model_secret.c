/* Golden model: the store of secrets (engine kdf). A slot has a generation, a kind and a function; nothing reads it out of the card. */
#include <string.h>

#include "common/ct.h"
#include "sim/model/model.h"

#define INDEX(handle) ((handle) & 0xffffu)
#define GENERATION(handle) ((uint16_t)((handle) >> 16))

bool
model_secret_room(struct sluice_sim *m, uint32_t handle, uint8_t func)
{
	const struct model_secret *s = &m->secret[INDEX(handle) % MODEL_SECRETS];

	if (!(model_engines >> SLUICE_ENGINE_KDF & 1) || INDEX(handle) >= MODEL_SECRETS || !GENERATION(handle))
		return false;
	return !s->used || s->func == func;
}

uint8_t
model_secret_put(struct sluice_sim *m, uint32_t handle, uint8_t func, uint8_t kind,
	const uint8_t *value, uint32_t len)
{
	struct model_secret *s;

	if (!model_secret_room(m, handle, func) || len > SLUICE_SECRET_BYTES)
		return SLUICE_ST_BAD_SECRET;
	s = &m->secret[INDEX(handle)];
	ct_wipe(s, sizeof(*s));
	*s = (struct model_secret){ .used = true, .func = func, .kind = kind, .len = (uint8_t)len,
		.gen = GENERATION(handle) };
	memcpy(s->value, value, len);
	return SLUICE_ST_OK;
}

struct model_secret *
model_secret_get(struct sluice_sim *m, uint32_t handle, uint8_t func, uint32_t kinds)
{
	struct model_secret *s;

	if (!model_secret_room(m, handle, func))
		return NULL;
	s = &m->secret[INDEX(handle)];
	return s->used && s->gen == GENERATION(handle) && s->func == func && (kinds >> s->kind & 1) ? s : NULL;
}

struct model_secret *
model_secret_use(struct sluice_sim *m, uint32_t handle, uint8_t func, uint8_t kind, uint8_t slice)
{
	struct model_secret *s = model_secret_get(m, handle, func, 1u << kind);
	uint8_t takes = slice == SLUICE_SLICE_WHOLE ? 1u << SLUICE_SLICE_CLIENT | 1u << SLUICE_SLICE_SERVER : 1u << slice;

	if (!s || (s->spent & takes))
		return NULL;
	s->spent |= takes;
	return s;
}

void
model_secret_erase(struct sluice_sim *m)
{
	ct_wipe(m->secret, MODEL_SECRETS * sizeof(m->secret[0]));
}
