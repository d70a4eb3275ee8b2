#include "mail/schedule.h"

#include "base/clock.h"

/* After so many steps of 1.5 every 64-bit number is reached. */
#define STEPS_MAX 110

int64_t
schedule_pause(unsigned attempt, int64_t first, int64_t max, uint32_t random)
{
	int64_t pause, fifth, jitter;
	unsigned i;

	if (attempt > STEPS_MAX)
		attempt = STEPS_MAX;
	pause = first < max ? first : max;
	for (i = 1; i < attempt && pause < max; i++)
		pause = pause > max - pause / 2 ? max : pause + pause / 2;
	/* Two fifths times random / 2^32, without a wider type. */
	fifth = pause / 5;
	random >>= 16;
	jitter = 2 * fifth / 65536 * random +
	    2 * fifth % 65536 * random / 65536;
	return clock_add(pause - fifth, jitter);
}
