#include "smtp/unrecorded.h"

#include <string.h>

void
unrecorded_add(struct unrecorded *u, uint64_t mark)
{
	if (u->count < UNRECORDED_MAX)
		u->marks[u->count++] = mark;
	else
		u->marks[u->count - 1] = mark;
}

void
unrecorded_take(struct unrecorded *u, uint64_t reports)
{
	unsigned n;

	for (n = 0; n < u->count && u->marks[n] <= reports; n++)
		;
	u->count -= n;
	memmove(u->marks, u->marks + n, u->count * sizeof(*u->marks));
}
