#include "spool/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/file.h"
#include "spool/id.h"

#define JOURNAL_SUFFIX ".log"

enum folder {
	FOLDER_DROP,
	FOLDER_TMP,
	FOLDER_QUEUE,
	FOLDER_FAILED,
	FOLDER_STATE,
	FOLDERS
};

static const struct {
	const char *name;
	mode_t mode;
} folders[FOLDERS] = {
	/* Everybody may put a file in, nobody may list or take one away. */
	[FOLDER_DROP] = {"drop", 03733},
	[FOLDER_TMP] = {"tmp", 0700},
	[FOLDER_QUEUE] = {"queue", 0700},
	[FOLDER_FAILED] = {"failed", 0700},
	[FOLDER_STATE] = {"state", 0700},
};

struct spool {
	int base;
	int fd[FOLDERS];
};

struct journal_name {
	char text[ID_LEN + sizeof(JOURNAL_SUFFIX)];
};

static struct journal_name
journal_name(const char *id)
{
	struct journal_name name;

	snprintf(name.text, sizeof(name.text), "%.*s" JOURNAL_SUFFIX, ID_LEN,
	    id);
	return name;
}

/* Owner and mode by descriptor: what lies under the name may be a link that
 * somebody put there. */
static bool
dress_folder(int parent, const char *name, mode_t mode, uid_t uid, gid_t gid)
{
	int fd;
	bool ok;

	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
	ok = fd >= 0 && fchown(fd, uid, gid) == 0 && fchmod(fd, mode) == 0;
	file_close(&fd);
	return ok;
}

/* An existing folder keeps its owner; only what we make is given away. It gets
 * its name when it is whole: a crash before leaves one that is made again. */
static bool
make_folder(int parent, const char *name, mode_t mode, uid_t uid, gid_t gid)
{
	struct buf fresh = BUF_INIT;
	struct stat info;
	const char *made;
	bool ok;

	if (fstatat(parent, name, &info, 0) == 0)
		return true;
	buf_addf(&fresh, "%.*s.new", (int)strlen(name) -
	    (name[strlen(name) - 1] == '/'), name);
	made = buf_string(&fresh);
	ok = (mkdirat(parent, made, 0700) == 0 || errno == EEXIST) &&
	    dress_folder(parent, made, mode, uid, gid) &&
	    renameat2(parent, made, parent, name, RENAME_NOREPLACE) == 0;
	buf_free(&fresh);
	return ok;
}

bool
spool_create(const char *path, uid_t uid, gid_t gid, struct buf *error)
{
	int base, i;

	if (!file_make_parents(path) ||
	    !make_folder(AT_FDCWD, path, 0755, uid, gid)) {
		buf_addf(error, "cannot make the spool %s: %s", path,
		    strerror(errno));
		return false;
	}
	base = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (i = 0; base >= 0 && i < FOLDERS; i++)
		if (!make_folder(base, folders[i].name, folders[i].mode, uid,
		    gid))
			break;
	if (base < 0 || i < FOLDERS)
		buf_addf(error, "cannot make %s/%s: %s", path,
		    base < 0 ? "" : folders[i].name, strerror(errno));
	file_close(&base);
	return i == FOLDERS;
}

static int
open_folder(int parent, const char *name)
{
	return openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

struct spool *
spool_open(const char *path, struct buf *error)
{
	struct spool *s;
	int i;

	s = xcalloc(1, sizeof(*s));
	for (i = 0; i < FOLDERS; i++)
		s->fd[i] = -1;
	s->base = open_folder(AT_FDCWD, path);
	if (s->base < 0) {
		buf_addf(error, "cannot open the spool %s: %s", path,
		    strerror(errno));
		spool_close(s);
		return NULL;
	}
	for (i = 0; i < FOLDERS; i++) {
		s->fd[i] = open_folder(s->base, folders[i].name);
		if (s->fd[i] < 0) {
			buf_addf(error, "cannot open %s/%s: %s", path,
			    folders[i].name, strerror(errno));
			spool_close(s);
			return NULL;
		}
	}
	return s;
}

void
spool_close(struct spool *s)
{
	int i;

	if (s == NULL)
		return;
	for (i = 0; i < FOLDERS; i++)
		file_close(&s->fd[i]);
	file_close(&s->base);
	free(s);
}

static int
lock_file(int folder, const char *name, int how)
{
	int fd, saved;

	fd = openat(folder, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	if (fd < 0 || flock(fd, how | LOCK_NB) == 0)
		return fd;
	saved = errno;
	file_close(&fd);
	errno = saved;
	return -1;
}

int
spool_lock(struct spool *s)
{
	return lock_file(s->fd[FOLDER_STATE], "lock", LOCK_EX);
}

int
spool_agent_lock(struct spool *s, bool exclusive)
{
	return lock_file(s->fd[FOLDER_STATE], "agents.lock",
	    exclusive ? LOCK_EX : LOCK_SH);
}

int
spool_state_open(struct spool *s, const char *name, int flags)
{
	return openat(s->fd[FOLDER_STATE], name,
	    flags | O_CLOEXEC | O_NOFOLLOW, 0600);
}

int
spool_begin(struct spool *s, const char *id)
{
	return openat(s->fd[FOLDER_TMP], id, O_RDWR | O_CREAT | O_EXCL |
	    O_CLOEXEC | O_NOFOLLOW, 0600);
}

bool
spool_place(struct spool *s, const char *id, int *fd)
{
	int saved;

	if (file_sync(*fd) && renameat2(s->fd[FOLDER_TMP], id,
	    s->fd[FOLDER_QUEUE], id, RENAME_NOREPLACE) == 0) {
		/* What is synced cannot be lost by a close(2) any more. */
		file_close(fd);
		return true;
	}
	saved = errno;
	spool_abandon(s, id, fd);
	errno = saved;
	return false;
}

bool
spool_sync_queue(struct spool *s)
{
	return file_sync(s->fd[FOLDER_QUEUE]);
}

bool
spool_commit(struct spool *s, const char *id, int *fd)
{
	int saved;

	if (!spool_place(s, id, fd))
		return false;
	if (spool_sync_queue(s))
		return true;
	saved = errno;
	spool_remove(s, id, false);
	errno = saved;
	return false;
}

void
spool_abandon(struct spool *s, const char *id, int *fd)
{
	unlinkat(s->fd[FOLDER_TMP], id, 0);
	file_close(fd);
}

int
spool_read(struct spool *s, const char *id)
{
	return openat(s->fd[FOLDER_QUEUE], id,
	    O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
}

bool
spool_has(struct spool *s, const char *id)
{
	struct stat info;

	return fstatat(s->fd[FOLDER_QUEUE], id, &info,
	    AT_SYMLINK_NOFOLLOW) == 0;
}

int
spool_read_failed(struct spool *s, const char *id)
{
	return openat(s->fd[FOLDER_FAILED], id,
	    O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
}

int
spool_open_journal(struct spool *s, const char *id, int flags)
{
	return openat(s->fd[FOLDER_QUEUE], journal_name(id).text,
	    flags | O_CLOEXEC | O_NOFOLLOW, 0600);
}

int
spool_begin_journal(struct spool *s, const char *id)
{
	return openat(s->fd[FOLDER_TMP], journal_name(id).text, O_RDWR |
	    O_APPEND | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
}

bool
spool_replace_journal(struct spool *s, const char *id)
{
	int saved;

	if (renameat(s->fd[FOLDER_TMP], journal_name(id).text,
	    s->fd[FOLDER_QUEUE], journal_name(id).text) == 0)
		return true;
	saved = errno;
	unlinkat(s->fd[FOLDER_TMP], journal_name(id).text, 0);
	errno = saved;
	return false;
}

bool
spool_remove(struct spool *s, const char *id, bool has_journal)
{
	if (unlinkat(s->fd[FOLDER_QUEUE], id, 0) != 0 && errno != ENOENT)
		return false;
	if (has_journal)
		unlinkat(s->fd[FOLDER_QUEUE], journal_name(id).text, 0);
	return true;
}

bool
spool_is_writable(struct spool *s)
{
	return faccessat(s->fd[FOLDER_QUEUE], ".", W_OK | X_OK,
	    AT_EACCESS) == 0;
}

/* IDs can be chosen: one that is taken there is no reason to lose a message. */
static bool
move_to_failed(struct spool *s, const char *id,
    char kept_as[static ID_LEN + 1])
{
	bool ok;

	snprintf(kept_as, ID_LEN + 1, "%s", id);
	ok = renameat2(s->fd[FOLDER_QUEUE], id, s->fd[FOLDER_FAILED], kept_as,
	    RENAME_NOREPLACE) == 0;
	if (ok || errno != EEXIST)
		return ok;
	id_new(kept_as);
	return renameat2(s->fd[FOLDER_QUEUE], id, s->fd[FOLDER_FAILED],
	    kept_as, RENAME_NOREPLACE) == 0;
}

bool
spool_fail(struct spool *s, const char *id, char kept_as[static ID_LEN + 1])
{
	if (!move_to_failed(s, id, kept_as))
		return false;
	unlinkat(s->fd[FOLDER_QUEUE], journal_name(id).text, 0);
	return file_sync(s->fd[FOLDER_FAILED]) && spool_sync_queue(s);
}

bool
spool_forget(struct spool *s, const char *id)
{
	return unlinkat(s->fd[FOLDER_FAILED], id, 0) == 0 &&
	    file_sync(s->fd[FOLDER_FAILED]);
}

/* Calls fn for every name in a folder but "." and "..". */
static bool
each_name(int folder, void (*fn)(void *arg, const char *name), void *arg)
{
	struct dirent *entry;
	DIR *dir;
	int fd;

	fd = open_folder(folder, ".");
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (dir == NULL) {
		file_close(&fd);
		return false;
	}
	for (errno = 0; (entry = readdir(dir)) != NULL; errno = 0)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			fn(arg, entry->d_name);
	fd = errno;
	closedir(dir);
	errno = fd;
	return fd == 0;
}

struct each {
	struct spool *spool;
	int folder;
	void (*fn)(void *arg, const char *name);
	void *arg;
};

/* A journal whose message went, by a crash between the two unlinks. */
static void
sweep_orphan(const struct each *e, const char *name)
{
	char id[ID_LEN + 1];
	struct stat info;

	if (strlen(name) != ID_LEN + sizeof(JOURNAL_SUFFIX) - 1 ||
	    strcmp(name + ID_LEN, JOURNAL_SUFFIX) != 0)
		return;
	memcpy(id, name, ID_LEN);
	id[ID_LEN] = '\0';
	if (fstatat(e->folder, id, &info, AT_SYMLINK_NOFOLLOW) != 0 &&
	    errno == ENOENT)
		unlinkat(e->folder, name, 0);
}

static void
pass_id(void *arg, const char *name)
{
	const struct each *e = arg;

	if (id_is_valid(slice_from(name)))
		e->fn(e->arg, name);
	else
		sweep_orphan(e, name);
}

bool
spool_each(struct spool *s, bool failed,
    void (*fn)(void *arg, const char *id), void *arg)
{
	struct each e = {s, s->fd[failed ? FOLDER_FAILED : FOLDER_QUEUE], fn,
	    arg};

	return each_name(e.folder, pass_id, &e);
}

static void
clear_one(void *arg, const char *name)
{
	struct spool *s = arg;

	unlinkat(s->fd[FOLDER_TMP], name, 0);
}

void
spool_clear(struct spool *s)
{
	each_name(s->fd[FOLDER_TMP], clear_one, s);
}

uint64_t
spool_free_space(struct spool *s)
{
	struct statvfs info;

	if (fstatvfs(s->base, &info) != 0)
		return UINT64_MAX;
	return (uint64_t)info.f_bavail * info.f_frsize;
}

int
spool_drop_fd(struct spool *s)
{
	return s->fd[FOLDER_DROP];
}
