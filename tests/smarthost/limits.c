#include "limits.h"

#include "bytes.h"
#include "options.h"

/* When each recipient of the window came, as a row of uint64_t. */
static struct bytes times;
static size_t forgotten;

static uint64_t *
quota_times(void)
{
	return (uint64_t *)(void *)times.data;
}

static size_t
quota_used(void)
{
	uint64_t t = now();
	size_t n = times.len / sizeof(t);

	while (forgotten < n &&
	    quota_times()[forgotten] + options.quota_window <= t)
		forgotten++;
	if (forgotten > 0 && forgotten * 2 >= n) {
		bytes_drop(&times, forgotten * sizeof(t));
		n -= forgotten;
		forgotten = 0;
	}
	return n - forgotten;
}

bool
quota_has_room(void)
{
	return options.quota == 0 || quota_used() < options.quota;
}

void
quota_use(void)
{
	uint64_t t = now();

	if (options.quota > 0)
		bytes_add(&times, &t, sizeof(t));
}

void
quota_reset(void)
{
	bytes_clear(&times);
	forgotten = 0;
}
