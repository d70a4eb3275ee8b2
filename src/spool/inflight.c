#include "spool/inflight.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "spool/id.h"

/* More jobs at once than any configuration asks for. */
#define SLOTS ((size_t)4096)
#define NOWHERE SIZE_MAX

/* Shared with the file: what is written here is there when we are killed. */
static char (*slots)[ID_LEN];
static size_t next;

static void
report(void (*found)(void *arg, const char *id), void *arg)
{
	char id[ID_LEN + 1];
	size_t i;

	id[ID_LEN] = '\0';
	for (i = 0; i < SLOTS; i++) {
		memcpy(id, slots[i], ID_LEN);
		if (id_is_valid((struct slice){id, ID_LEN}))
			found(arg, id);
	}
}

bool
inflight_begin(struct spool *s, void (*found)(void *arg, const char *id),
    void *arg)
{
	const size_t size = SLOTS * ID_LEN;
	void *map;
	int fd;

	fd = spool_state_open(s, "inflight", O_RDWR | O_CREAT);
	/* Its blocks are taken now: a full disk must not kill us later. */
	map = fd < 0 || posix_fallocate(fd, 0, (off_t)size) != 0 ?
	    MAP_FAILED : mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
	    fd, 0);
	file_close(&fd);
	if (map == MAP_FAILED)
		return false;
	slots = map;
	report(found, arg);
	memset(slots, 0, size);
	return true;
}

size_t
inflight_note(const char *id)
{
	size_t i;

	for (i = 0; slots != NULL && i < SLOTS; i++) {
		next = (next + 1) % SLOTS;
		if (slots[next][0] == '\0') {
			memcpy(slots[next], id, ID_LEN);
			return next;
		}
	}
	return NOWHERE;
}

void
inflight_clear(size_t where)
{
	if (where != NOWHERE)
		memset(slots[where], 0, ID_LEN);
}
