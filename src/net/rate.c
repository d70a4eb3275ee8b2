#include "net/rate.h"

#include <sys/ioctl.h>

#include <linux/sockios.h>

/*
 * Bytes that the kernel has and the server has not acknowledged. They count as
 * not taken: the kernel makes room in a large buffer in large steps, which
 * would look like a standstill with a rush behind it.
 */
static int
count_unacked(int fd)
{
	int n;

	return ioctl(fd, SIOCOUTQ, &n) == 0 ? n : 0;
}

void
rate_restart(struct rate *r)
{
	r->waited = 0;
}

int64_t
rate_wait(struct rate *r, int fd, int64_t held)
{
	if (r->minimum == 0)
		return CLOCK_NEVER;
	if (r->waited == 0) {
		r->unacked = count_unacked(fd) + held;
		r->sent = 0;
	}
	return clock_add(clock_boot(), RATE_WINDOW - r->waited);
}

bool
rate_is_kept(struct rate *r, int fd, int64_t held, int64_t waited,
    int64_t *took)
{
	if (r->minimum == 0)
		return true;
	r->waited += waited;
	if (r->waited < RATE_WINDOW)
		return true;
	*took = r->sent + r->unacked - count_unacked(fd) - held;
	rate_restart(r);
	return *took >= (int64_t)r->minimum * (RATE_WINDOW / CLOCK_SEC);
}
