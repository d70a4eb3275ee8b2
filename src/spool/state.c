#include "spool/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/file.h"

bool
state_read(struct spool *s, const char *name, size_t max, struct buf *text)
{
	int fd;
	bool ok;

	fd = spool_state_open(s, name, O_RDONLY);
	if (fd < 0)
		return errno == ENOENT;
	ok = file_read(fd, max, text);
	file_close(&fd);
	return ok;
}

static bool
rename_durably(struct spool *s, const char *from, const char *to)
{
	bool ok;
	int dir;

	dir = spool_state_open(s, ".", O_RDONLY | O_DIRECTORY);
	ok = dir >= 0 && renameat(dir, from, dir, to) == 0 && file_sync(dir);
	file_close(&dir);
	return ok;
}

int
state_replace(struct spool *s, const char *name, const struct buf *text)
{
	struct buf fresh = BUF_INIT;
	int fd;

	buf_addf(&fresh, "%s~", name);
	fd = spool_state_open(s, buf_string(&fresh),
	    O_WRONLY | O_CREAT | O_TRUNC);
	if (fd >= 0 && (!file_write(fd, text->data, text->len) ||
	    !file_sync(fd) || !rename_durably(s, buf_string(&fresh), name)))
		file_close(&fd);
	buf_free(&fresh);
	return fd;
}
