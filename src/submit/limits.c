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

bool
limits_hear(struct slice body, uid_t *uid)
{
	struct slice word;
	unsigned long long n;
	size_t at;

	if (!slice_cut(&body, ' ', &word) ||
	    !slice_to_number(word, UINT32_MAX, &n))
		return false;
	*uid = (uid_t)n;
	at = find(*uid);
	if (slice_is(body, "1") && at == count) {
		over = xrealloc(over, count + 1, sizeof(*over));
		over[count++] = *uid;
	}
	if (!slice_is(body, "0") || at == count)
		return false;
	over[at] = over[--count];
	return true;
}

bool
limits_is_over(uid_t uid)
{
	return find(uid) < count;
}
