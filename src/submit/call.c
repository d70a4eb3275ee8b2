#include "submit/call.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

#define CONNECT_WITHIN (2 * CLOCK_SEC)
#define STALLED_AFTER (60 * CLOCK_SEC)
#define RECEIVE_BLOCK 16384

static bool
connect_now(int fd, const struct sockaddr_un *to)
{
	int r;

	do
		r = connect(fd, (const struct sockaddr *)to, sizeof(*to));
	while (r != 0 && errno == EINTR);
	return r == 0 || errno == EISCONN;
}

/* With a full backlog a blocking connect(2) would wait for ever, and poll(2)
 * cannot tell when there is room. */
static bool
connect_within(int fd, const struct sockaddr_un *to)
{
	static const struct timespec pause = {0, 20000000};
	int64_t deadline;

	if (connect_now(fd, to))
		return true;
	deadline = clock_boot() + CONNECT_WITHIN;
	while (errno == EAGAIN && clock_boot() < deadline) {
		nanosleep(&pause, NULL);
		if (connect_now(fd, to))
			return true;
	}
	return false;
}

int
call_open(const char *path)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	size_t len;
	int fd, saved;

	len = strlen(path);
	if (len >= sizeof(to.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(to.sun_path, path, len);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	if (connect_within(fd, &to))
		return fd;
	saved = errno;
	file_close(&fd);
	errno = saved;
	return -1;
}

/* Whether the descriptor is ready for events before the deadline. */
static bool
wait_for(int fd, short events, int64_t deadline)
{
	struct pollfd p = {fd, events, 0};
	int r;

	do
		r = poll(&p, 1, clock_poll_timeout(deadline));
	while (r < 0 && errno == EINTR);
	if (r == 0)
		errno = ETIMEDOUT;
	return r > 0;
}

/* Takes n sent bytes off the parts. */
static void
skip(struct iovec **parts, int *count, size_t n)
{
	while (*count > 0 && n >= (*parts)->iov_len) {
		n -= (*parts)->iov_len;
		(*parts)++;
		(*count)--;
	}
	if (*count > 0) {
		(*parts)->iov_base = (char *)(*parts)->iov_base + n;
		(*parts)->iov_len -= n;
	}
}

static size_t
total(const struct iovec *parts, int count)
{
	size_t sum;
	int i;

	sum = 0;
	for (i = 0; i < count; i++)
		sum += parts[i].iov_len;
	return sum;
}

bool
call_send(int fd, struct iovec *parts, int count, size_t *rest)
{
	struct msghdr msg = {0};
	ssize_t n;
	bool ok;

	ok = true;
	while (ok && total(parts, count) > 0) {
		msg.msg_iov = parts;
		msg.msg_iovlen = (size_t)count;
		n = sendmsg(fd, &msg, MSG_NOSIGNAL);
		if (n >= 0)
			skip(&parts, &count, (size_t)n);
		else if (errno == EAGAIN)
			ok = wait_for(fd, POLLOUT,
			    clock_boot() + STALLED_AFTER);
		else
			ok = errno == EINTR;
	}
	*rest = total(parts, count);
	return ok;
}

ssize_t
call_receive(int fd, int64_t deadline, struct buf *in)
{
	ssize_t n;

	do {
		if (!wait_for(fd, POLLIN, deadline))
			return -1;
		n = file_read_some(fd, RECEIVE_BLOCK, in);
	} while (n < 0 && errno == EAGAIN);
	return n;
}
