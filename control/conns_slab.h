/*
 * Memory for what lives as long as a connection: objects of one size in chunks of their own. From
 * the heap they would lie between the buffers of handshakes under way, many times their size, and
 * keep the pages that those leave behind from going back to the system after a rush.
 */
#ifndef SLUICE_CONTROL_CONNS_SLAB_H
#define SLUICE_CONTROL_CONNS_SLAB_H

#include <stddef.h>

#define SLAB_CHUNK 65536u /* bytes, and the alignment of a chunk */

struct slab_chunk;

struct slab {
	size_t size; /* of an object, rounded up */
	unsigned per_chunk;
	struct slab_chunk *room; /* chunks with a free object, the one to take from first */
	unsigned chunks, spare;	 /* all; those without an object in use */
};

/* size: of an object, at most a quarter of a chunk. */
void slab_init(struct slab *s, size_t size);
/* All objects must have been given back. */
void slab_close(struct slab *s);
/* A zeroed object, aligned to 16 bytes, or NULL when memory is out. */
void *slab_get(struct slab *s);
/* Wipes it. One empty chunk is kept, others go back to the system. */
void slab_put(struct slab *s, void *object);

#endif
