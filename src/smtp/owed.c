#include "smtp/owed.h"

#include <stdlib.h>
#include <string.h>

static void
make_room(struct owed *o)
{
	size_t n;

	n = o->end - o->first;
	if (o->first > n) {
		memcpy(o->debts, o->debts + o->first, n * sizeof(*o->debts));
		o->first = 0;
		o->end = n;
		return;
	}
	o->cap = o->cap * 2 + 32;
	o->debts = xrealloc(o->debts, o->cap, sizeof(*o->debts));
}

void
owed_add(struct owed *o, enum step step, struct transaction *t, size_t index)
{
	if (owed_is_empty(o))
		o->first = o->end = 0;
	if (o->end == o->cap)
		make_room(o);
	o->debts[o->end++] = (struct debt){step, index, t};
}

bool
owed_is_empty(const struct owed *o)
{
	return o->first == o->end;
}

const struct debt *
owed_first(const struct owed *o)
{
	return &o->debts[o->first];
}

struct debt
owed_take(struct owed *o)
{
	return o->debts[o->first++];
}

const struct debt *
owed_last(const struct owed *o)
{
	return &o->debts[o->end - 1];
}

void
owed_free(struct owed *o)
{
	free(o->debts);
	*o = (struct owed)OWED_INIT;
}
