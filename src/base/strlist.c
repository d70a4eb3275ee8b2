#include "base/strlist.h"

#include <stdlib.h>
#include <string.h>

static void
strlist_take(struct strlist *l, char *s)
{
	if (l->count == l->cap) {
		l->cap = l->cap == 0 ? 8 : l->cap * 2;
		l->items = xrealloc(l->items, l->cap, sizeof(*l->items));
	}
	l->items[l->count++] = s;
}

void
strlist_add(struct strlist *l, const char *s)
{
	strlist_take(l, xstrdup(s));
}

void
strlist_add_slice(struct strlist *l, struct slice s)
{
	strlist_take(l, slice_dup(s));
}

bool
strlist_has(const struct strlist *l, const char *s)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		if (strcmp(l->items[i], s) == 0)
			return true;
	return false;
}

void
strlist_free(struct strlist *l)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		free(l->items[i]);
	free(l->items);
	l->items = NULL;
	l->count = l->cap = 0;
}
