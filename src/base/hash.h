/*
 * A hash under a key, for tables whose members somebody else chooses: who does
 * not know the key cannot choose them to meet. SipHash-2-4 (Aumasson and
 * Bernstein), byte by byte. It keeps no secret of its own and signs nothing.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdint.h>

struct hash {
	uint64_t v[4];
	uint64_t word;		/* of up to eight bytes */
	uint64_t count;
};

/* Fills a key with what nobody can know: getrandom(2), or else the time. */
void hash_choose_key(uint64_t key[static 2]);
void hash_begin(struct hash *h, const uint64_t key[static 2]);
void hash_byte(struct hash *h, char c);
uint64_t hash_end(struct hash *h);

#endif
