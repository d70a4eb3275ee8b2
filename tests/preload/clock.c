/*
 * Preloaded, it moves all clocks ahead by the decimal seconds in the file that
 * NAVETTE_CLOCK names, which may change while the program runs (in place, at
 * its full length): a day passes when a test says so. Programs that wait do not
 * wake up by it; somebody has to ask them something.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define DIGITS 12

static int (*system_clock)(clockid_t, struct timespec *);
static const char *shown;	/* what the file says now */

/* Before the program confines itself, and with no call to be made later. */
static void __attribute__((constructor))
begin(void)
{
	const char *name;
	void *map;
	int fd;

	system_clock = (int (*)(clockid_t, struct timespec *))(uintptr_t)
	    dlsym(RTLD_NEXT, "clock_gettime");
	name = getenv("NAVETTE_CLOCK");
	fd = name == NULL ? -1 : open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	map = mmap(NULL, DIGITS, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (map != MAP_FAILED)
		shown = map;
}

int
clock_gettime(clockid_t id, struct timespec *t)
{
	time_t ahead;
	int i, result;

	result = system_clock(id, t);
	ahead = 0;
	for (i = 0; shown != NULL && i < DIGITS; i++)
		if (shown[i] >= '0' && shown[i] <= '9')
			ahead = ahead * 10 + (shown[i] - '0');
	t->tv_sec += ahead;
	return result;
}
