#include "mail/forecast.h"

#include "base/clock.h"

/* n times a length of time, or for ever. */
static int64_t
times(uint64_t n, int64_t length)
{
	if (length <= 0 || n == 0)
		return 0;
	return n > (uint64_t)(CLOCK_NEVER / length) ? CLOCK_NEVER :
	    (int64_t)n * length;
}

int64_t
forecast_pause(uint64_t n, int64_t pause)
{
	return times(n, pause);
}

/* What is left goes at once; the rest in portions, each as soon as the one
 * before has left the window. */
int64_t
forecast_window(uint64_t n, const struct forecast_window *w)
{
	if (n <= w->left)
		return 0;
	if (w->limit == 0)
		return CLOCK_NEVER;
	n -= w->left;
	return clock_add(times((n - 1) / w->limit, w->span),
	    w->left > 0 ? w->span : w->again);
}

int64_t
forecast_measured(uint64_t n, uint64_t done, int64_t time)
{
	if (done == 0 || time < CLOCK_SEC)
		return 0;
	return times(n, time / (int64_t)done);
}
