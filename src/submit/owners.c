#include "submit/owners.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"

/* So many names of one owner are remembered; beyond TOTAL_MAX of all, far
 * fewer. The others are found again when these are gone. */
#define NAMES_MAX 10000
#define TOTAL_MAX 100000
#define NAMES_MAX_THEN 10

struct name {
	char text[ID_LEN + 1];
	uint64_t number;	/* in order of arrival; 0: had its try */
};

struct owner {
	uid_t uid;
	struct owner *next;	/* among the ready or the parked ones */
	int64_t until;		/* parked */
	bool is_parked;
	bool has_more;		/* than is remembered */
	struct name *names;
	size_t first, count, cap;	/* those before first are gone */
};

struct line {
	struct owner *first, **last;
};

static struct owner **owners;	/* sorted by uid */
static size_t owner_count;
static struct line ready = {NULL, &ready.first};
static struct line parked = {NULL, &parked.first};
static size_t total;
static uint64_t last_number, marked;
static size_t untried;		/* of those up to marked */
static bool wants_more;

static void
append(struct line *l, struct owner *o)
{
	o->next = NULL;
	*l->last = o;
	l->last = &o->next;
}

static void
unlink_owner(struct line *l, struct owner *o)
{
	struct owner **at;

	for (at = &l->first; *at != o; at = &(*at)->next)
		;
	*at = o->next;
	if (l->last == &o->next)
		l->last = at;
}

/* Where an owner stands, or would stand. */
static size_t
place_of(uid_t uid)
{
	size_t low, high, middle;

	low = 0;
	high = owner_count;
	while (low < high) {
		middle = (low + high) / 2;
		if (owners[middle]->uid < uid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct owner *
find(uid_t uid)
{
	size_t at;

	at = place_of(uid);
	return at < owner_count && owners[at]->uid == uid ? owners[at] : NULL;
}

static struct owner *
get(uid_t uid)
{
	struct owner *o;
	size_t at;

	o = find(uid);
	if (o != NULL)
		return o;
	at = place_of(uid);
	owners = xrealloc(owners, owner_count + 1, sizeof(struct owner *));
	memmove(owners + at + 1, owners + at,
	    (owner_count - at) * sizeof(struct owner *));
	owner_count++;
	o = owners[at] = xcalloc(1, sizeof(*o));
	o->uid = uid;
	append(&ready, o);
	return o;
}

/* One without names is in no line. */
static void
drop_owner(struct owner *o)
{
	size_t at;

	at = place_of(o->uid);
	owner_count--;
	memmove(owners + at, owners + at + 1,
	    (owner_count - at) * sizeof(struct owner *));
	free(o->names);
	free(o);
}

static void
put(struct owner *o, const char *name, uint64_t number)
{
	struct name *n;

	if (o->first + o->count == o->cap && o->first > o->cap / 2) {
		memmove(o->names, o->names + o->first,
		    o->count * sizeof(*o->names));
		o->first = 0;
	} else if (o->first + o->count == o->cap) {
		o->cap = o->cap * 2 + 4;
		o->names = xrealloc(o->names, o->cap, sizeof(*o->names));
	}
	n = &o->names[o->first + o->count++];
	memcpy(n->text, name, ID_LEN);
	n->text[ID_LEN] = '\0';
	n->number = number;
	total++;
}

static void
forget_number(struct name *n)
{
	if (n->number != 0 && n->number <= marked)
		untried--;
	n->number = 0;
}

void
owners_add(uid_t uid, const char *name)
{
	struct owner *o;
	size_t max;

	o = get(uid);
	max = total < TOTAL_MAX ? NAMES_MAX : NAMES_MAX_THEN;
	if (o->count >= max)
		o->has_more = true;
	else
		put(o, name, o->is_parked ? 0 : ++last_number);
}

bool
owners_next(uid_t *uid, char name[static ID_LEN + 1])
{
	struct owner *o;
	struct name *n;

	o = ready.first;
	if (o == NULL)
		return false;
	unlink_owner(&ready, o);
	n = &o->names[o->first++];
	*uid = o->uid;
	memcpy(name, n->text, sizeof(n->text));
	forget_number(n);
	o->count--;
	total--;
	if (o->count > 0)
		append(&ready, o);
	else {
		wants_more = wants_more || o->has_more;
		drop_owner(o);
	}
	return true;
}

void
owners_put_back(uid_t uid, const char *name)
{
	put(get(uid), name, 0);
}

void
owners_park(uid_t uid, int64_t until)
{
	struct owner *o;
	size_t i;

	o = find(uid);
	if (o == NULL || o->is_parked)
		return;
	for (i = 0; i < o->count; i++)
		forget_number(&o->names[o->first + i]);
	unlink_owner(&ready, o);
	o->is_parked = true;
	o->until = until;
	append(&parked, o);
}

static void
unpark(struct owner *o)
{
	size_t i;

	for (i = 0; i < o->count; i++)
		o->names[o->first + i].number = ++last_number;
	unlink_owner(&parked, o);
	o->is_parked = false;
	append(&ready, o);
}

void
owners_unpark(uid_t uid)
{
	struct owner *o;

	o = find(uid);
	if (o != NULL && o->is_parked)
		unpark(o);
}

int64_t
owners_wake(int64_t now)
{
	struct owner *o, *next;
	int64_t soonest;

	soonest = CLOCK_NEVER;
	for (o = parked.first; o != NULL; o = next) {
		next = o->next;
		if (o->until <= now)
			unpark(o);
		else if (o->until < soonest)
			soonest = o->until;
	}
	return soonest;
}

bool
owners_has_ready(void)
{
	return ready.first != NULL;
}

size_t
owners_count(void)
{
	return total;
}

bool
owners_have_more(void)
{
	size_t i;

	for (i = 0; i < owner_count; i++)
		if (owners[i]->has_more && !owners[i]->is_parked)
			return true;
	return wants_more;
}

bool
owners_want_more(void)
{
	return wants_more;
}

void
owners_mark(void)
{
	size_t i, n;

	marked = last_number;
	untried = 0;
	for (i = 0; i < owner_count; i++)
		for (n = 0; n < owners[i]->count; n++)
			untried += owners[i]->names[owners[i]->first +
			    n].number != 0;
}

size_t
owners_untried(void)
{
	return untried;
}

void
owners_clear(void)
{
	size_t i;

	for (i = 0; i < owner_count; i++) {
		free(owners[i]->names);
		free(owners[i]);
	}
	free(owners);
	owners = NULL;
	owner_count = total = untried = 0;
	wants_more = false;
	ready = (struct line){NULL, &ready.first};
	parked = (struct line){NULL, &parked.first};
}
