#include "base/hash.h"

#include <sys/random.h>

#include "base/clock.h"

void
hash_choose_key(uint64_t key[static 2])
{
	if (getrandom(key, 2 * sizeof(*key), GRND_NONBLOCK) ==
	    2 * sizeof(*key))
		return;
	key[0] = (uint64_t)clock_boot();
	key[1] = (uint64_t)clock_wall() ^ (uint64_t)(uintptr_t)key;
}

static uint64_t
rotate(uint64_t x, unsigned n)
{
	return x << n | x >> (64 - n);
}

static void
mix(struct hash *h, unsigned rounds)
{
	while (rounds-- > 0) {
		h->v[0] += h->v[1];
		h->v[2] += h->v[3];
		h->v[1] = rotate(h->v[1], 13) ^ h->v[0];
		h->v[3] = rotate(h->v[3], 16) ^ h->v[2];
		h->v[0] = rotate(h->v[0], 32);
		h->v[2] += h->v[1];
		h->v[0] += h->v[3];
		h->v[1] = rotate(h->v[1], 17) ^ h->v[2];
		h->v[3] = rotate(h->v[3], 21) ^ h->v[0];
		h->v[2] = rotate(h->v[2], 32);
	}
}

static void
add_word(struct hash *h, uint64_t word)
{
	h->v[3] ^= word;
	mix(h, 2);
	h->v[0] ^= word;
}

void
hash_begin(struct hash *h, const uint64_t key[static 2])
{
	h->v[0] = key[0] ^ 0x736f6d6570736575u;
	h->v[1] = key[1] ^ 0x646f72616e646f6du;
	h->v[2] = key[0] ^ 0x6c7967656e657261u;
	h->v[3] = key[1] ^ 0x7465646279746573u;
	h->word = h->count = 0;
}

void
hash_byte(struct hash *h, char c)
{
	h->word |= (uint64_t)(unsigned char)c << h->count % 8 * 8;
	if (++h->count % 8 != 0)
		return;
	add_word(h, h->word);
	h->word = 0;
}

uint64_t
hash_end(struct hash *h)
{
	add_word(h, h->word | (h->count & 0xff) << 56);
	h->v[2] ^= 0xff;
	mix(h, 4);
	return h->v[0] ^ h->v[1] ^ h->v[2] ^ h->v[3];
}
