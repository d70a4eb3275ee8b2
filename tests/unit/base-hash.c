#include "unit.h"

#include <stdint.h>

#include "base/hash.h"

static uint64_t
hash_of(const uint64_t key[2], unsigned count)
{
	struct hash h;
	unsigned i;

	hash_begin(&h, key);
	for (i = 0; i < count; i++)
		hash_byte(&h, (char)i);
	return hash_end(&h);
}

/* The reference vectors: key 00 01 ... 0f, input 00 01 ... of that length. */
static const struct {
	unsigned count;
	uint64_t hash;
} vectors[] = {
	{0, 0x726fdb47dd0e0e31u},
	{1, 0x74f839c593dc67fdu},
	{7, 0xab0200f58b01d137u},
	{8, 0x93f5f5799a932462u},
	{15, 0xa129ca6149be45e5u},
};

START_TEST(it_is_the_published_function)
{
	static const uint64_t key[2] = {
		0x0706050403020100u, 0x0f0e0d0c0b0a0908u
	};

	ck_assert(hash_of(key, vectors[_i].count) == vectors[_i].hash);
}
END_TEST

START_TEST(no_two_keys_are_the_same)
{
	uint64_t one[2], other[2];

	hash_choose_key(one);
	hash_choose_key(other);
	ck_assert(one[0] != other[0] || one[1] != other[1]);
	ck_assert(hash_of(one, 16) != hash_of(other, 16));
}
END_TEST

static Suite *
hash_suite(void)
{
	Suite *s;
	TCase *t;

	s = suite_create("base/hash");
	t = tcase_create("hash");
	tcase_add_loop_test(t, it_is_the_published_function, 0,
	    sizeof(vectors) / sizeof(vectors[0]));
	tcase_add_test(t, no_two_keys_are_the_same);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(hash_suite)
