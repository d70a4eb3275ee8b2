#include "mail/address_set.h"

#include <stdlib.h>
#include <string.h>

#include "mail/address.h"

struct sip {
	uint64_t v[4];
};

static uint64_t
rotate(uint64_t x, unsigned n)
{
	return x << n | x >> (64 - n);
}

static void
sip_mix(struct sip *s, unsigned rounds)
{
	while (rounds-- > 0) {
		s->v[0] += s->v[1];
		s->v[2] += s->v[3];
		s->v[1] = rotate(s->v[1], 13) ^ s->v[0];
		s->v[3] = rotate(s->v[3], 16) ^ s->v[2];
		s->v[0] = rotate(s->v[0], 32);
		s->v[2] += s->v[1];
		s->v[0] += s->v[3];
		s->v[1] = rotate(s->v[1], 17) ^ s->v[2];
		s->v[3] = rotate(s->v[3], 21) ^ s->v[0];
		s->v[2] = rotate(s->v[2], 32);
	}
}

static void
sip_word(struct sip *s, uint64_t word)
{
	s->v[3] ^= word;
	sip_mix(s, 2);
	s->v[0] ^= word;
}

static uint64_t
fold_case(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* SipHash-2-4 (Aumasson and Bernstein) of an address whose bytes from position
 * domain on count without case. */
static uint64_t
hash(const uint64_t key[2], struct slice addr, size_t domain)
{
	struct sip s = {{key[0] ^ 0x736f6d6570736575u,
	    key[1] ^ 0x646f72616e646f6du, key[0] ^ 0x6c7967656e657261u,
	    key[1] ^ 0x7465646279746573u}};
	uint64_t word, c;
	size_t i;

	word = 0;
	for (i = 0; i < addr.len; i++) {
		c = i < domain ? (unsigned char)addr.ptr[i] :
		    fold_case(addr.ptr[i]);
		word |= c << (i % 8 * 8);
		if (i % 8 == 7) {
			sip_word(&s, word);
			word = 0;
		}
	}
	sip_word(&s, word | (uint64_t)(addr.len & 0xff) << 56);
	s.v[2] ^= 0xff;
	sip_mix(&s, 4);
	return s.v[0] ^ s.v[1] ^ s.v[2] ^ s.v[3];
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
