/*
 * A set of envelope addresses in the order of their first mention: one copy for
 * each recipient, whatever the number of mentions. Domains count without case,
 * local parts with. A keyed hash, so that nobody can choose addresses that make
 * it slow. It never parses and never judges.
 */
#ifndef MAIL_ADDRESS_SET_H
#define MAIL_ADDRESS_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strlist.h"

struct address_set {
	struct strlist list;	/* the members */
	size_t *slots;		/* index + 1 of a member, 0: free */
	size_t size;		/* of slots, a power of two */
	uint64_t key[2];
};

/* seed is what an attacker cannot know ahead, the queue ID say. */
void address_set_init(struct address_set *s, struct slice seed);
/* Adds a copy. False where it is in the set already. */
bool address_set_add(struct address_set *s, struct slice addr);
bool address_set_has(const struct address_set *s, struct slice addr);
/* The same, with its place in the list. */
bool address_set_find(const struct address_set *s, struct slice addr,
    size_t *index);
/* Frees everything; a list that was copied out and emptied (STRLIST_INIT)
 * stays its taker's. */
void address_set_free(struct address_set *s);

#endif
