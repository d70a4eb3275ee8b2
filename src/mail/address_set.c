#include "mail/address_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "mail/address.h"

static char
fold_case(char c)
{
	if (c >= 'A' && c <= 'Z')
		c = (char)(c - 'A' + 'a');
	return c;
}

/* Of an address whose bytes from position domain on count without case. */
static uint64_t
hash(const uint64_t key[2], struct slice addr, size_t domain)
{
	struct hash h;
	size_t i;
	char c;

	hash_begin(&h, key);
	for (i = 0; i < addr.len; i++) {
		c = addr.ptr[i];
		if (i >= domain)
			c = fold_case(c);
		hash_byte(&h, c);
	}
	return hash_end(&h);
}

void
address_set_init(struct address_set *s, struct slice seed)
{
	static const uint64_t first[2] = {1, 2};

	memset(s, 0, sizeof(*s));
	s->key[0] = hash(first, seed, seed.len);
	s->key[1] = hash(s->key, seed, seed.len);
}

/* The slot of addr, or the free one where it belongs. */
static size_t
find_slot(const struct address_set *s, struct slice addr)
{
	size_t i;

	i = (size_t)hash(s->key, addr, address_local(addr).len) &
	    (s->size - 1);
	while (s->slots[i] != 0 && !address_equal(addr,
	    slice_from(s->list.items[s->slots[i] - 1])))
		i = (i + 1) & (s->size - 1);
	return i;
}

static void
grow(struct address_set *s)
{
	size_t i;

	if (s->list.count * 2 < s->size)
		return;
	s->size = s->size == 0 ? 16 : s->size * 2;
	free(s->slots);
	s->slots = xcalloc(s->size, sizeof(*s->slots));
	for (i = 0; i < s->list.count; i++)
		s->slots[find_slot(s, slice_from(s->list.items[i]))] = i + 1;
}

bool
address_set_add(struct address_set *s, struct slice addr)
{
	size_t slot;

	grow(s);
	slot = find_slot(s, addr);
	if (s->slots[slot] != 0)
		return false;
	strlist_add_slice(&s->list, addr);
	s->slots[slot] = s->list.count;
	return true;
}

bool
address_set_find(const struct address_set *s, struct slice addr,
    size_t *index)
{
	size_t slot;

	if (s->size == 0)
		return false;
	slot = find_slot(s, addr);
	if (s->slots[slot] == 0)
		return false;
	*index = s->slots[slot] - 1;
	return true;
}

bool
address_set_has(const struct address_set *s, struct slice addr)
{
	size_t index;

	return address_set_find(s, addr, &index);
}

void
address_set_free(struct address_set *s)
{
	strlist_free(&s->list);
	free(s->slots);
	s->slots = NULL;
	s->size = 0;
}
