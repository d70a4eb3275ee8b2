#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_BLOCK 65536

bool
file_write(int fd, const void *data, size_t len)
{
	const char *at = data;
	ssize_t n;

	while (len > 0) {
		n = write(fd, at, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

bool
file_pwrite(int fd, const void *data, size_t len, off_t at)
{
	const char *from = data;
	ssize_t n;

	while (len > 0) {
		n = pwrite(fd, from, len, at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		from += n;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

ssize_t
file_read_some(int fd, size_t max, struct buf *out)
{
	ssize_t n;

	buf_reserve(out, max);
	do
		n = read(fd, out->data + out->len, max);
	while (n < 0 && errno == EINTR);
	if (n > 0) {
		out->len += (size_t)n;
		out->data[out->len] = '\0';
	}
	return n;
}

bool
file_read(int fd, size_t max, struct buf *out)
{
	size_t start, block;
	ssize_t n;

	start = out->len;
	for (;;) {
		/* One byte more than may be, to see that there is more. */
		block = max - (out->len - start);
		block = block < READ_BLOCK ? block + 1 : READ_BLOCK;
		n = file_read_some(fd, block, out);
		if (n < 0)
			return false;
		if (n == 0)
			return true;
		if (out->len - start > max) {
			errno = EFBIG;
			return false;
		}
	}
}

bool
file_pread(int fd, void *data, size_t len, off_t at)
{
	char *to = data;
	ssize_t n;

	while (len > 0) {
		n = pread(fd, to, len, at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = EIO;
		if (n <= 0)
			return false;
		to += n;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

static bool
is_regular(int fd, struct stat *info)
{
	if (fstat(fd, info) != 0)
		return false;
	if (S_ISREG(info->st_mode))
		return true;
	errno = S_ISDIR(info->st_mode) ? EISDIR : EINVAL;
	return false;
}

bool
file_read_path(const char *path, size_t max, struct buf *out,
    struct stat *info)
{
	struct stat own;
	int fd, saved;
	bool ok;

	/* O_NONBLOCK: a FIFO in the file's place must not hold us. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return false;
	ok = is_regular(fd, info == NULL ? &own : info) &&
	    file_read(fd, max, out);
	saved = errno;
	file_close(&fd);
	errno = saved;
	return ok;
}

bool
file_sync(int fd)
{
	int r;

	do
		r = fsync(fd);
	while (r != 0 && errno == EINTR);
	return r == 0;
}

bool
file_close(int *fd)
{
	int r;

	if (*fd < 0)
		return true;
	r = close(*fd);
	*fd = -1;
	/* Linux has closed it even when interrupted. */
	return r == 0 || errno == EINTR;
}

static bool
change_flag(int fd, int get, int set, int flag, bool on)
{
	int flags, wanted;

	flags = fcntl(fd, get);
	if (flags < 0)
		return false;
	wanted = on ? flags | flag : flags & ~flag;
	return wanted == flags || fcntl(fd, set, wanted) == 0;
}

bool
file_make_parents(const char *path)
{
	struct stat info;
	const char *slash;
	char *folder;
	bool ok;

	ok = true;
	for (slash = strchr(path, '/'); ok && slash != NULL;
	    slash = strchr(slash + 1, '/')) {
		folder = slice_dup((struct slice){path,
		    (size_t)(slash - path)});
		ok = folder[0] == '\0' || stat(folder, &info) == 0 ||
		    (mkdir(folder, 0755) == 0 && chmod(folder, 0755) == 0);
		free(folder);
	}
	return ok;
}

bool
file_set_nonblocking(int fd, bool on)
{
	return change_flag(fd, F_GETFL, F_SETFL, O_NONBLOCK, on);
}

bool
file_set_cloexec(int fd, bool on)
{
	return change_flag(fd, F_GETFD, F_SETFD, FD_CLOEXEC, on);
}

bool
file_keep_standard_open(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
		if (fd < 0)
			return false;
	} while (fd <= STDERR_FILENO);
	return close(fd) == 0;
}
