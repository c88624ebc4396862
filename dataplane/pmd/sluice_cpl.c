/*
 * Judges completion entries. The device may be broken or hostile: nothing of an entry is used before it was copied and checked, and
 * completions of a queue are in order, so every entry's cookie is known beforehand. Pure: rings and expectations in, a verdict out.
 */
#include <string.h>

#include "dataplane/pmd/sluice_private.h"

#define STATUS_LAST SLUICE_ST_ABORTED
#define PHASE_BIT 1u

enum sluice_cpl_verdict
sluice_cpl_take(const struct sluice_cpl *entry, const struct sluice_cpl_expect *want,
	struct sluice_cpl *out)
{
	uint32_t expected = (want->head / want->size & PHASE_BIT) ^ PHASE_BIT;
	uint32_t phase = __atomic_load_n(&entry->phase, __ATOMIC_ACQUIRE);

	if ((phase & PHASE_BIT) != expected)
		return SLUICE_CPL_NONE;
	memcpy(out, entry, sizeof(*out));
	if (phase & ~PHASE_BIT || out->rsvd0 || out->rsvd1)
		return SLUICE_CPL_RESERVED;
	if (out->cookie != want->head)
		return SLUICE_CPL_COOKIE;
	if (out->status > STATUS_LAST)
		return SLUICE_CPL_STATUS;
	if (out->length > want->max_len || (out->status == SLUICE_ST_OK && out->length < want->min_len))
		return SLUICE_CPL_LENGTH;
	/* descriptors fetched: this one at least, and not more than were submitted */
	if ((uint16_t)(out->sq_head - (uint16_t)(want->head + 1)) > want->tail - want->head - 1)
		return SLUICE_CPL_HEAD;
	return SLUICE_CPL_GOOD;
}

const char *
sluice_cpl_verdict_name(enum sluice_cpl_verdict v)
{
	static const char *const name[] = {
		[SLUICE_CPL_NONE] = "none", [SLUICE_CPL_GOOD] = "good",
		[SLUICE_CPL_COOKIE] = "unknown cookie", [SLUICE_CPL_STATUS] = "status out of range",
		[SLUICE_CPL_LENGTH] = "length out of range", [SLUICE_CPL_RESERVED] = "reserved field set",
		[SLUICE_CPL_HEAD] = "ring index out of range",
	};

	return name[v];
}
