/* Objects of one size; see conns_slab.h. A chunk is found from an object's address by its
 * alignment. */
#include "control/conns_slab.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "common/ct.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SLAB_ASAN 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define SLAB_ASAN 1
#endif
#ifdef SLAB_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n)	  ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

#define ALIGN 16u

struct slab_chunk {
	struct slab_chunk *next, *prev; /* of those with room */
	struct free_object *free;	/* given back */
	unsigned used, fresh;		/* objects in use; the first one never given out */
};

struct free_object {
	struct free_object *next;
};

static uint8_t *
first_of(struct slab_chunk *k)
{
	return (uint8_t *)k + (sizeof(*k) + ALIGN - 1) / ALIGN * ALIGN;
}

void
slab_init(struct slab *s, size_t size)
{
	*s = (struct slab){ .size = (size + ALIGN - 1) / ALIGN * ALIGN };
	s->per_chunk = (unsigned)((SLAB_CHUNK - ALIGN - sizeof(struct slab_chunk)) / s->size);
}

/* Twice the room is asked for, and what lies beside the aligned half given back. */
static struct slab_chunk *
map_chunk(void)
{
	uint8_t *p = mmap(
		NULL, 2 * SLAB_CHUNK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t before;

	if (p == MAP_FAILED)
		return NULL;
	before = (SLAB_CHUNK - (uintptr_t)p % SLAB_CHUNK) % SLAB_CHUNK;
	if (before != 0)
		munmap(p, before);
	munmap(p + before + SLAB_CHUNK, SLAB_CHUNK - before);
	(void)madvise(p + before, SLAB_CHUNK, MADV_DONTDUMP); /* traffic secrets */
	return (struct slab_chunk *)(p + before);
}

static void
link_room(struct slab *s, struct slab_chunk *k)
{
	k->prev = NULL;
	k->next = s->room;
	if (k->next != NULL)
		k->next->prev = k;
	s->room = k;
}

static void
unlink_room(struct slab *s, struct slab_chunk *k)
{
	*(k->prev != NULL ? &k->prev->next : &s->room) = k->next;
	if (k->next != NULL)
		k->next->prev = k->prev;
}

static void
release(struct slab *s, struct slab_chunk *k)
{
	unlink_room(s, k);
	s->chunks--;
	ASAN_UNPOISON_MEMORY_REGION(k, SLAB_CHUNK);
	munmap(k, SLAB_CHUNK);
}

static struct slab_chunk *
new_chunk(struct slab *s)
{
	struct slab_chunk *k = map_chunk();

	if (k == NULL)
		return NULL;
	ASAN_POISON_MEMORY_REGION(first_of(k), (size_t)s->per_chunk * s->size);
	s->chunks++;
	s->spare++;
	link_room(s, k);
	return k;
}

void
slab_close(struct slab *s)
{
	while (s->room != NULL && s->room->used == 0)
		release(s, s->room);
	*s = (struct slab){ 0 };
}

void *
slab_get(struct slab *s)
{
	struct slab_chunk *k = s->room != NULL ? s->room : new_chunk(s);
	void *p;

	if (k == NULL)
		return NULL;
	if (k->free != NULL) {
		p = k->free;
		ASAN_UNPOISON_MEMORY_REGION(p, s->size);
		k->free = k->free->next;
		memset(p, 0, sizeof(struct free_object)); /* the rest was wiped */
	} else {
		p = first_of(k) + (size_t)k->fresh++ * s->size;
		ASAN_UNPOISON_MEMORY_REGION(p, s->size);
	}
	s->spare -= k->used == 0;
	if (++k->used == s->per_chunk)
		unlink_room(s, k);
	return p;
}

void
slab_put(struct slab *s, void *object)
{
	struct slab_chunk *k =
		(struct slab_chunk *)((uintptr_t)object & ~(uintptr_t)(SLAB_CHUNK - 1));
	struct free_object *f = object;

	ct_wipe(object, s->size);
	f->next = k->free;
	k->free = f;
	ASAN_POISON_MEMORY_REGION(object, s->size);
	if (k->used-- == s->per_chunk)
		link_room(s, k);
	if (k->used != 0)
		return;
	if (s->spare != 0)
		release(s, k);
	else
		s->spare = 1;
}
