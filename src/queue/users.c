#include "queue/users.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

struct user {
	uint32_t uid;
	int64_t messages;
	int64_t kib;
	bool over;
};

/* As many as there are users with mail waiting: few. Sorted by uid. */
static struct user *users;
static size_t count;
static const struct config *config;
static users_tell_fn *tell_change;

void
users_begin(const struct config *c, users_tell_fn *tell)
{
	config = c;
	tell_change = tell;
}

static struct user *
find(uint32_t uid)
{
	size_t low, high, middle;

	low = 0;
	high = count;
	while (low < high) {
		middle = (low + high) / 2;
		if (users[middle].uid < uid)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < count && users[low].uid == uid)
		return &users[low];
	users = xrealloc(users, count + 1, sizeof(*users));
	memmove(users + low + 1, users + low, (count - low) * sizeof(*users));
	count++;
	users[low] = (struct user){.uid = uid};
	return &users[low];
}

static bool
is_over(const struct user *u)
{
	return u->messages >= (int64_t)config->max_waiting ||
	    u->kib >= (int64_t)(config->max_waiting_size >> 10);
}

/* A tenth below the limits, so that it does not flicker. */
static bool
is_well_below(const struct user *u)
{
	return u->messages < (int64_t)config->max_waiting * 9 / 10 + 1 &&
	    u->kib < (int64_t)(config->max_waiting_size >> 10) * 9 / 10 + 1;
}

void
users_count(uint32_t uid, int messages, int64_t kib)
{
	struct user *u;
	bool over;

	u = find(uid);
	u->messages += messages;
	u->kib += kib;
	over = u->over ? !is_well_below(u) : is_over(u);
	if (over == u->over)
		return;
	u->over = over;
	tell_change(uid, over);
}

void
users_tell_all(users_tell_fn *tell)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (users[i].over)
			tell(users[i].uid, true);
}
