#include "base/program.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"

int
program_open(const char *name)
{
	struct buf path = BUF_INIT;
	char self[PATH_MAX];
	const char *slash;
	ssize_t n;
	int fd;

	fd = -1;
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (n > 0) {
		self[n] = '\0';
		slash = strrchr(self, '/');
		buf_addf(&path, "%.*s/%s", (int)(slash - self), self, name);
		fd = open(buf_string(&path), O_RDONLY | O_CLOEXEC);
	}
	if (fd < 0) {
		buf_clear(&path);
		buf_addf(&path, NAVETTE_LIBEXECDIR "/%s", name);
		fd = open(buf_string(&path), O_RDONLY | O_CLOEXEC);
	}
	buf_free(&path);
	return fd;
}
