#include "spool/dropped.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

/* A caller that is not done with its file after a day never will be. */
#define UNFINISHED_AGE 86400

struct dropped_scan {
	DIR *dir;
	int folder;
};

struct dropped_scan *
dropped_scan_begin(struct spool *s)
{
	struct dropped_scan *scan;
	DIR *dir;
	int fd;

	fd = openat(spool_drop_fd(s), ".", O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (dir == NULL) {
		file_close(&fd);
		return NULL;
	}
	scan = xcalloc(1, sizeof(*scan));
	scan->dir = dir;
	scan->folder = spool_drop_fd(s);
	return scan;
}

/* A folder that somebody made there stays: it harms nobody. */
static void
sweep(int folder, const char *name)
{
	struct stat info;

	if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
	    fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
	    info.st_mtime < clock_wall() / CLOCK_SEC - UNFINISHED_AGE)
		unlinkat(folder, name, 0);
}

const char *
dropped_scan_next(struct dropped_scan *scan, unsigned *budget)
{
	const struct dirent *entry;

	errno = 0;
	while (*budget > 0 && (entry = readdir(scan->dir)) != NULL) {
		(*budget)--;
		if (entry->d_name[0] != '.')
			return entry->d_name;
		sweep(scan->folder, entry->d_name);
		errno = 0;
	}
	return NULL;
}

void
dropped_scan_end(struct dropped_scan *scan)
{
	if (scan == NULL)
		return;
	closedir(scan->dir);
	free(scan);
}

bool
dropped_each(struct spool *s, void (*fn)(void *arg, const char *name),
    void *arg)
{
	struct dropped_scan *scan;
	const char *name;
	unsigned budget;
	int fault;

	scan = dropped_scan_begin(s);
	if (scan == NULL)
		return false;
	for (budget = UINT_MAX; (name = dropped_scan_next(scan, &budget)) !=
	    NULL; budget = UINT_MAX)
		fn(arg, name);
	fault = errno;
	dropped_scan_end(scan);
	errno = fault;
	return fault == 0;
}

/* The group is the folder's own (it is set-gid): a file that was renamed in
 * from elsewhere has kept another, even one that root made. */
static bool
is_dropped(int folder, int fd, struct stat *info)
{
	struct stat parent;

	if (fstat(folder, &parent) != 0 || fstat(fd, info) != 0)
		return false;
	errno = EPERM;
	return S_ISREG(info->st_mode) && info->st_nlink == 1 &&
	    info->st_gid == parent.st_gid;
}

int
dropped_open(struct spool *s, const char *name, uid_t *owner)
{
	struct stat info;
	int fd, saved;

	fd = openat(spool_drop_fd(s), name, O_RDONLY | O_NOFOLLOW |
	    O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (!is_dropped(spool_drop_fd(s), fd, &info)) {
		saved = errno;
		file_close(&fd);
		errno = saved;
		return -1;
	}
	*owner = info.st_uid;
	return fd;
}

bool
dropped_is_there(int fd)
{
	struct stat info;

	return fstat(fd, &info) == 0 && info.st_nlink > 0;
}

bool
dropped_owner(struct spool *s, const char *name, uid_t *owner)
{
	struct stat info;

	if (fstatat(spool_drop_fd(s), name, &info, AT_SYMLINK_NOFOLLOW) != 0)
		return false;
	*owner = info.st_uid;
	return true;
}

bool
dropped_has(struct spool *s, const char *name)
{
	uid_t owner;

	return dropped_owner(s, name, &owner);
}

bool
dropped_remove(struct spool *s, const char *name)
{
	return unlinkat(spool_drop_fd(s), name, 0) == 0;
}

bool
dropped_lock(struct spool *s)
{
	return flock(spool_drop_fd(s), LOCK_EX | LOCK_NB) == 0;
}

void
dropped_unlock(struct spool *s)
{
	flock(spool_drop_fd(s), LOCK_UN);
}

int
dropped_watch(struct spool *s)
{
	struct buf path = BUF_INIT;
	int fd;

	fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (fd < 0)
		return -1;
	/* By descriptor: the folder keeps its watch whatever its name. */
	buf_addf(&path, "/proc/self/fd/%d", spool_drop_fd(s));
	if (inotify_add_watch(fd, buf_string(&path), IN_MOVED_TO) < 0)
		file_close(&fd);
	buf_free(&path);
	return fd;
}
