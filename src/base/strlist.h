/*
 * A growing list of C strings that it owns. It never sorts and never removes
 * duplicates by itself.
 */
#ifndef BASE_STRLIST_H
#define BASE_STRLIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct strlist {
	char **items;
	size_t count;
	size_t cap;
};

#define STRLIST_INIT {NULL, 0, 0}

/* Each adds a copy at the end. */
void strlist_add(struct strlist *l, const char *s);
void strlist_add_slice(struct strlist *l, struct slice s);
bool strlist_has(const struct strlist *l, const char *s);
/* Empties it and frees everything. */
void strlist_free(struct strlist *l);

#endif
