#include "confine/landlock.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"

/* Rights that came after the headers of Debian 12 were made. */
#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

#define VERSION_REFER 2
#define VERSION_TRUNCATE 3

#define FILE_READ (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE)
#define READ_RIGHTS (FILE_READ | LANDLOCK_ACCESS_FS_READ_DIR)
#define FILE_WRITE (LANDLOCK_ACCESS_FS_WRITE_FILE | \
	LANDLOCK_ACCESS_FS_TRUNCATE)
/* No devices, no FIFOs, no sockets: nothing here makes any. */
#define WRITE_RIGHTS (FILE_WRITE | LANDLOCK_ACCESS_FS_REMOVE_FILE | \
	LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REFER)
#define ALL_RIGHTS (READ_RIGHTS | WRITE_RIGHTS | \
	LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_CHAR | \
	LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_SOCK | \
	LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | \
	LANDLOCK_ACCESS_FS_MAKE_SYM)

struct landlock {
	int ruleset;
	uint64_t rights;	/* that this kernel knows */
};

static int version_limit = INT32_MAX;

int
landlock_version(void)
{
	long version;

	version = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	if (version < 0)
		return 0;
	return version > version_limit ? version_limit : (int)version;
}

void
landlock_pretend(int version)
{
	version_limit = version;
}

struct landlock *
landlock_new(void)
{
	struct landlock_ruleset_attr attr;
	struct landlock *l;
	int version, fd;

	version = landlock_version();
	if (version < VERSION_REFER)
		return NULL;
	memset(&attr, 0, sizeof(attr));
	attr.handled_access_fs = ALL_RIGHTS;
	if (version < VERSION_TRUNCATE)
		attr.handled_access_fs &= ~LANDLOCK_ACCESS_FS_TRUNCATE;
	fd = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr),
	    0);
	if (fd < 0)
		return NULL;
	l = xcalloc(1, sizeof(*l));
	l->ruleset = fd;
	l->rights = attr.handled_access_fs;
	return l;
}

bool
landlock_allow(struct landlock *l, const char *path, bool write)
{
	struct landlock_path_beneath_attr rule;
	struct stat info;
	int fd;
	bool ok;

	fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &info) != 0)
		return true;
	memset(&rule, 0, sizeof(rule));
	rule.allowed_access = READ_RIGHTS | (write ? WRITE_RIGHTS : 0);
	/* A right over a folder's entries makes no sense for a file. */
	if (!S_ISDIR(info.st_mode))
		rule.allowed_access &= FILE_READ | FILE_WRITE;
	rule.allowed_access &= l->rights;
	rule.parent_fd = fd;
	ok = syscall(SYS_landlock_add_rule, l->ruleset,
	    LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
	file_close(&fd);
	return ok;
}

bool
landlock_enforce(struct landlock *l)
{
	bool ok;

	ok = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    syscall(SYS_landlock_restrict_self, l->ruleset, 0) == 0;
	file_close(&l->ruleset);
	free(l);
	return ok;
}
