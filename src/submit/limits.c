#include "submit/limits.h"

#include <stdint.h>

/* Users over their limit at one time are few. */
static uid_t *over;
static size_t count;

static size_t
find(uid_t uid)
{
	size_t i;

	for (i = 0; i < count && over[i] != uid; i++)
		;
	return i;
}

void
limits_hear(struct slice body)
{
	struct slice word;
	unsigned long long uid;
	size_t at;

	if (!slice_cut(&body, ' ', &word) ||
	    !slice_to_number(word, UINT32_MAX, &uid))
		return;
	at = find((uid_t)uid);
	if (slice_is(body, "1") && at == count) {
		over = xrealloc(over, count + 1, sizeof(*over));
		over[count++] = (uid_t)uid;
	} else if (slice_is(body, "0") && at < count)
		over[at] = over[--count];
}

bool
limits_is_over(uid_t uid)
{
	return find(uid) < count;
}
