#include "spool/drop.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "spool/id.h"

/* So many times an ID that is taken is no accident any more. */
#define TRIES 8

/* "path/ID" or, unfinished, "path/.ID". False where that is too long. */
static bool
drop_name(const char *path, const char *id, bool finished,
    char name[static PATH_MAX])
{
	int n;

	n = snprintf(name, PATH_MAX, "%s/%s%s", path, finished ? "" : ".", id);
	if (n > 0 && n < PATH_MAX)
		return true;
	errno = ENAMETOOLONG;
	return false;
}

int
drop_begin(const char *path, char id[static ID_LEN + 1])
{
	char name[PATH_MAX];
	int fd, i;

	for (i = 0; i < TRIES; i++) {
		id_new(id);
		if (!drop_name(path, id, false, name))
			return -1;
		fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC |
		    O_NOFOLLOW, 0640);
		if (fd >= 0 || errno != EEXIST)
			break;
	}
	/* The caller's umask may have taken the group's right to read. */
	if (fd >= 0 && fchmod(fd, 0640) != 0) {
		drop_abandon(path, id, &fd);
		return -1;
	}
	return fd;
}

bool
drop_commit(const char *path, const char *id, int *fd)
{
	char from[PATH_MAX], to[PATH_MAX];
	int saved;

	if (!drop_name(path, id, false, from) ||
	    !drop_name(path, id, true, to))
		return false;
	if (!file_sync(*fd) ||
	    renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) != 0) {
		saved = errno;
		drop_abandon(path, id, fd);
		errno = saved;
		return false;
	}
	/* The second fsync makes the new name durable: the folder cannot be
	 * opened by us, but the file's entry goes with the file. */
	if (file_sync(*fd) && file_close(fd))
		return true;
	saved = errno;
	file_close(fd);
	/* Gone already: an intake has it in the queue, durably. */
	if (unlink(to) != 0 && errno == ENOENT)
		return true;
	errno = saved;
	return false;
}

void
drop_abandon(const char *path, const char *id, int *fd)
{
	char name[PATH_MAX];

	if (drop_name(path, id, false, name))
		unlink(name);
	file_close(fd);
}
