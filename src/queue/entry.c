#include "queue/entry.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

#define FIRST_BUCKETS 1024

static struct entry **buckets;
static size_t bucket_count;
static size_t entries;
static uint64_t key[2];

static struct entry **heap;
static size_t heap_count;
static size_t heap_cap;

/* Callers choose the names of their drops. */
static size_t
hash(const char *id)
{
	struct hash h;
	size_t i;

	hash_begin(&h, key);
	for (i = 0; i < ID_LEN; i++)
		hash_byte(&h, id[i]);
	return (size_t)hash_end(&h);
}

struct id_text
entry_id(const struct entry *e)
{
	struct id_text id;

	memcpy(id.text, e->id, ID_LEN);
	id.text[ID_LEN] = '\0';
	return id;
}

static struct entry **
bucket(const char *id)
{
	return &buckets[hash(id) & (bucket_count - 1)];
}

static void
grow_table(void)
{
	struct entry **old, *e, *next;
	size_t i, count;

	old = buckets;
	count = bucket_count;
	if (count == 0)
		hash_choose_key(key);
	bucket_count = count == 0 ? FIRST_BUCKETS : count * 2;
	buckets = xcalloc(bucket_count, sizeof(struct entry *));
	for (i = 0; i < count; i++)
		for (e = old[i]; e != NULL; e = next) {
			next = e->hash_next;
			e->hash_next = *bucket(e->id);
			*bucket(e->id) = e;
		}
	free(old);
}

struct entry *
entry_find(const char *id)
{
	struct entry *e;

	if (bucket_count == 0)
		return NULL;
	for (e = *bucket(id); e != NULL; e = e->hash_next)
		if (memcmp(e->id, id, ID_LEN) == 0)
			return e;
	return NULL;
}

struct entry *
entry_add(const char *id)
{
	struct entry *e;

	if (entries >= bucket_count)
		grow_table();
	e = xcalloc(1, sizeof(*e));
	memcpy(e->id, id, ID_LEN);
	e->journal = true;	/* until somebody has looked */
	e->hash_next = *bucket(id);
	*bucket(id) = e;
	entries++;
	return e;
}

void
entry_drop(struct entry *e)
{
	struct entry **at;

	entry_unwait(e);
	for (at = bucket(e->id); *at != e; at = &(*at)->hash_next)
		;
	*at = e->hash_next;
	entries--;
	free(e);
}

size_t
entry_count(void)
{
	return entries;
}

static void
heap_set(size_t at, struct entry *e)
{
	heap[at] = e;
	e->heap_at = (uint32_t)at;
}

static void
heap_up(size_t at)
{
	struct entry *e;
	size_t parent;

	e = heap[at];
	while (at > 0) {
		parent = (at - 1) / 2;
		if (heap[parent]->due <= e->due)
			break;
		heap_set(at, heap[parent]);
		at = parent;
	}
	heap_set(at, e);
}

static void
heap_down(size_t at)
{
	struct entry *e;
	size_t child;

	e = heap[at];
	while ((child = at * 2 + 1) < heap_count) {
		if (child + 1 < heap_count &&
		    heap[child + 1]->due < heap[child]->due)
			child++;
		if (heap[child]->due >= e->due)
			break;
		heap_set(at, heap[child]);
		at = child;
	}
	heap_set(at, e);
}

void
entry_wait(struct entry *e, int64_t due)
{
	entry_unwait(e);
	if (heap_count == heap_cap) {
		heap_cap = heap_cap == 0 ? FIRST_BUCKETS : heap_cap * 2;
		heap = xrealloc(heap, heap_cap, sizeof(struct entry *));
	}
	e->due = due;
	e->state = ENTRY_WAITING;
	heap_set(heap_count++, e);
	heap_up(heap_count - 1);
}

void
entry_unwait(struct entry *e)
{
	size_t at;

	if (e->state != ENTRY_WAITING)
		return;
	e->state = ENTRY_READY;
	at = e->heap_at;
	if (at == --heap_count)
		return;
	heap_set(at, heap[heap_count]);
	heap_down(at);
	heap_up(at);
}

struct entry *
entry_next_due(void)
{
	return heap_count == 0 ? NULL : heap[0];
}

bool
entry_scan(size_t *at, void (*fn)(struct entry *e, void *arg), void *arg)
{
	struct entry *e, *next;

	if (*at >= bucket_count)
		return false;
	for (e = buckets[(*at)++]; e != NULL; e = next) {
		next = e->hash_next;
		fn(e, arg);
	}
	return true;
}

void
entry_each(void (*fn)(struct entry *e, void *arg), void *arg)
{
	size_t at;

	at = 0;
	while (entry_scan(&at, fn, arg))
		;
}
