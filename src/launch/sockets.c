#include "launch/sockets.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"

#define BACKLOG 4096
#define NEW_SUFFIX ".new"

static int
bind_at(const char *path)
{
	struct sockaddr_un address;
	int fd;

	memset(&address, 0, sizeof(address));
	address.sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	unlink(path);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    chmod(path, 0666) != 0 || listen(fd, BACKLOG) != 0)
		file_close(&fd);
	return fd;
}

/* A file with that name is somebody's, and no socket of a dead daemon. */
static bool
is_free(const char *path)
{
	struct stat info;

	if (lstat(path, &info) != 0 || S_ISSOCK(info.st_mode))
		return true;
	errno = EEXIST;
	return false;
}

int
socket_prepare(const char *path, struct buf *error)
{
	struct buf name = BUF_INIT;
	int fd;

	buf_addf(&name, "%s" NEW_SUFFIX, path);
	fd = is_free(path) ? bind_at(buf_string(&name)) : -1;
	if (fd < 0)
		buf_addf(error, "cannot make the socket %s: %s%s", path,
		    strerror(errno), errno == EACCES ? ": give its folder to "
		    "the daemon's user, or name another with the key socket" :
		    errno == EEXIST ? ", and is no socket: name another with "
		    "the key socket" : "");
	buf_free(&name);
	return fd;
}

bool
socket_publish(const char *path, struct buf *error)
{
	struct buf name = BUF_INIT;
	bool ok;

	buf_addf(&name, "%s" NEW_SUFFIX, path);
	ok = rename(buf_string(&name), path) == 0;
	if (!ok)
		buf_addf(error, "cannot publish the socket %s: %s", path,
		    strerror(errno));
	buf_free(&name);
	return ok;
}

void
socket_withdraw(const char *path)
{
	unlink(path);
}

char *
socket_control_path(const char *submit)
{
	struct buf path = BUF_INIT;
	const char *slash;

	slash = strrchr(submit, '/');
	buf_add(&path, submit, slash == NULL ? 0 :
	    (size_t)(slash - submit) + 1);
	buf_add_string(&path, "control");
	return path.data;
}
