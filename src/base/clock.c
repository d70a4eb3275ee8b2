#include "base/clock.h"

#include <limits.h>
#include <time.h>

static int64_t
clock_read(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * CLOCK_SEC + t.tv_nsec;
}

int64_t
clock_boot(void)
{
	return clock_read(CLOCK_BOOTTIME);
}

int64_t
clock_wall(void)
{
	return clock_read(CLOCK_REALTIME);
}

int
clock_poll_timeout(int64_t when)
{
	int64_t left;

	if (when == CLOCK_NEVER)
		return -1;
	left = when - clock_boot();
	if (left <= 0)
		return 0;
	left = (left + CLOCK_MSEC - 1) / CLOCK_MSEC;
	return left > INT_MAX ? INT_MAX : (int)left;
}

int64_t
clock_add(int64_t a, int64_t b)
{
	return b > 0 && a > CLOCK_NEVER - b ? CLOCK_NEVER : a + b;
}

void
clock_print(int64_t span, struct buf *out)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};
	int64_t seconds;
	size_t i;

	seconds = span / CLOCK_SEC;
	for (i = 0; seconds % units[i].seconds != 0; i++)
		;
	buf_addf(out, "%lld%c", (long long)(seconds / units[i].seconds),
	    units[i].unit);
}
