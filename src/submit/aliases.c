#include "submit/aliases.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"

#define FILE_MAX (16u << 20)

static struct alias_table *table;
static struct stat table_info;		/* of the file it was made of */

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	    a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static void
set_table(const struct config *c, struct slice text, const struct stat *info,
    alias_complain_fn *complain)
{
	struct alias_table *fresh;

	fresh = alias_parse(text, c->aliases, complain, NULL);
	alias_set_domain(fresh, c->mailname);
	if (table != NULL)
		alias_free(table);
	table = fresh;
	table_info = *info;
}

static bool
read_table(const struct config *c, struct stat *info,
    alias_complain_fn *complain)
{
	struct buf text = BUF_INIT;
	bool ok;

	ok = file_read_path(c->aliases, FILE_MAX, &text, info) ||
	    errno == ENOENT;
	/* An old table is better than none, and none better than no mail. */
	if (!ok)
		log_error("cannot read %s: %s", c->aliases, strerror(errno));
	if (ok || table == NULL)
		set_table(c, buf_slice(&text), info, complain);
	buf_free(&text);
	return ok;
}

static bool
refresh(const struct config *c, alias_complain_fn *complain)
{
	struct stat info;

	if (stat(c->aliases, &info) != 0)
		memset(&info, 0, sizeof(info));
	if (table != NULL && is_same(&info, &table_info))
		return true;
	return read_table(c, &info, complain);
}

bool
aliases_refresh(const struct config *c)
{
	return refresh(c, aliases_complain);
}

static void
say_nothing(void *arg, const char *file, unsigned line, const char *what)
{
	(void)arg;
	(void)file;
	(void)line;
	(void)what;
}

void
aliases_load(const struct config *c)
{
	(void)refresh(c, say_nothing);
}

const struct alias_table *
aliases_current(void)
{
	return table;
}

void
aliases_check(const struct config *c)
{
	(void)alias_check(table, aliases_include, aliases_complain,
	    (void *)(uintptr_t)c);
}

void
aliases_complain(void *arg, const char *file, unsigned line, const char *what)
{
	(void)arg;
	log_warning("%s, line %u: %s", file, line, what);
}

/* Whether path is folder or lies below it. */
static bool
is_below(const char *path, struct slice folder)
{
	while (folder.len > 1 && folder.ptr[folder.len - 1] == '/')
		folder.len--;
	return strncmp(path, folder.ptr, folder.len) == 0 &&
	    (path[folder.len] == '/' || path[folder.len] == '\0');
}

static struct slice
folder_of(const char *file)
{
	const char *slash;

	slash = strrchr(file, '/');
	return (struct slice){file, slash == NULL ? 0 :
	    (size_t)(slash - file)};
}

static bool
is_secret_place(const struct config *c, const char *path)
{
	struct slice folder;

	folder = folder_of(c->file);
	return strstr(path, "/../") != NULL || strstr(path, "//") != NULL ||
	    strstr(path, "/./") != NULL ||
	    is_below(path, slice_from(c->spool)) ||
	    is_below(path, SLICE(NAVETTE_SYSCONFDIR "/navette")) ||
	    (folder.len > 0 && is_below(path, folder));
}

static int
open_without_links(const char *path)
{
	struct open_how how;

	memset(&how, 0, sizeof(how));
	how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
	return (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
}

static const char *
read_list(int fd, struct buf *text)
{
	struct stat info;

	if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
		return "is not a regular file";
	/* We may read what its owner may not show to others. */
	if ((info.st_mode & S_IROTH) == 0)
		return "is not readable by others (chmod o+r it)";
	if (!file_read(fd, FILE_MAX, text))
		return "cannot be read, or is longer than 16 MiB";
	return NULL;
}

bool
aliases_include(void *arg, const char *path, struct buf *text,
    const char **why)
{
	const struct config *c = arg;
	int fd;

	if (path[0] != '/' || is_secret_place(c, path)) {
		*why = "is no absolute path outside navette's own folders";
		return false;
	}
	fd = open_without_links(path);
	if (fd < 0) {
		*why = errno == ELOOP ? "has a symbolic link in its path" :
		    "cannot be opened";
		return false;
	}
	*why = read_list(fd, text);
	file_close(&fd);
	return *why == NULL;
}
