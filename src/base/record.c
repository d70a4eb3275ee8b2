#include "base/record.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/file.h"

/* Four bytes of body length, one of type; the top bit of the type tells that
 * a descriptor came along. */
#define HEAD 5
#define WITH_FD 0x80u
#define MAX_FDS (sizeof(((struct record_reader *)0)->fds) / sizeof(int))
/* Of a batch, so small that the kernel takes it whole or not at all. */
#define BATCH_BYTES 4096

union fd_control {
	struct cmsghdr align;
	char space[CMSG_SPACE(sizeof(int) * MAX_FDS)];
};

static void
attach_fds(struct msghdr *msg, union fd_control *control, const int *fds,
    unsigned nfds)
{
	struct cmsghdr *c;

	memset(control, 0, sizeof(*control));
	msg->msg_control = control->space;
	msg->msg_controllen = CMSG_SPACE(sizeof(int) * nfds);
	c = CMSG_FIRSTHDR(msg);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int) * nfds);
	memcpy(CMSG_DATA(c), fds, sizeof(int) * nfds);
}

/* Sends the rest of what sendmsg(2) took only a part of. */
static bool
send_rest(int sock, const char *data, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = send(sock, data, len, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

static bool
send_all(int sock, const struct buf *out, const int *fds, unsigned nfds)
{
	union fd_control control;
	struct msghdr msg = {0};
	struct iovec iov;
	ssize_t n;

	iov = (struct iovec){out->data, out->len};
	msg.msg_iov = &iov;
	msg.msg_iovlen = 1;
	if (nfds > 0)
		attach_fds(&msg, &control, fds, nfds);
	do
		n = sendmsg(sock, &msg, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n >= 0 && send_rest(sock, out->data + n, out->len - (size_t)n);
}

static void
put(struct buf *out, unsigned type, struct slice body, int fd)
{
	uint32_t len;

	len = (uint32_t)body.len;
	buf_add(out, &len, sizeof(len));
	buf_add_char(out, (char)(fd < 0 ? type : type | WITH_FD));
	buf_add_slice(out, body);
}

bool
record_send(int sock, unsigned type, struct slice body, int fd)
{
	struct buf out = BUF_INIT;
	bool ok;

	put(&out, type, body, fd);
	ok = send_all(sock, &out, &fd, fd >= 0);
	buf_free(&out);
	return ok;
}

void
record_add(struct record_batch *b, unsigned type, struct slice body, int fd)
{
	put(&b->out, type, body, fd);
	if (fd >= 0)
		b->fds[b->nfds++] = fd;
}

bool
record_has_room(const struct record_batch *b, size_t len)
{
	return b->out.len == 0 || (b->nfds < RECORD_BATCH &&
	    b->out.len + HEAD + len <= BATCH_BYTES);
}

bool
record_send_batch(struct record_batch *b, int sock)
{
	bool ok;

	ok = b->out.len == 0 || send_all(sock, &b->out, b->fds, b->nfds);
	buf_clear(&b->out);
	b->nfds = 0;
	return ok;
}

void
record_batch_free(struct record_batch *b)
{
	b->nfds = 0;
	buf_free(&b->out);
}

static void
take_fds(struct record_reader *r, struct msghdr *msg)
{
	struct cmsghdr *c;
	size_t count, i;
	int fd;

	for (c = CMSG_FIRSTHDR(msg); c != NULL; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (i = 0; i < count; i++) {
			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int),
			    sizeof(int));
			if (r->nfds < MAX_FDS)
				r->fds[r->nfds++] = fd;
			else
				file_close(&fd);
		}
	}
}

static int
receive(struct record_reader *r, int sock, int flags)
{
	union fd_control control;
	struct msghdr msg = {0};
	struct iovec iov;
	ssize_t n;

	buf_consume(&r->in, r->taken);
	r->taken = 0;
	buf_reserve(&r->in, 16384);
	iov = (struct iovec){r->in.data + r->in.len, 16384};
	msg.msg_iov = &iov;
	msg.msg_iovlen = 1;
	msg.msg_control = control.space;
	msg.msg_controllen = sizeof(control.space);
	do
		n = recvmsg(sock, &msg, flags | MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -1;
	take_fds(r, &msg);
	r->in.len += (size_t)n;
	return n > 0;
}

int
record_receive(struct record_reader *r, int sock)
{
	return receive(r, sock, 0);
}

int
record_receive_now(struct record_reader *r, int sock)
{
	return receive(r, sock, MSG_DONTWAIT);
}

static int
claim_fd(struct record_reader *r)
{
	int fd;

	if (r->nfds == 0)
		return -1;
	fd = r->fds[0];
	r->nfds--;
	memmove(r->fds, r->fds + 1, r->nfds * sizeof(int));
	return fd;
}

int
record_next(struct record_reader *r, struct record *out)
{
	const char *at;
	uint32_t len;
	unsigned type;

	if (r->in.len - r->taken < HEAD)
		return 0;
	at = r->in.data + r->taken;
	memcpy(&len, at, sizeof(len));
	type = (unsigned char)at[4];
	if (len > RECORD_MAX || (type & ~WITH_FD) == 0)
		return -1;
	if (r->in.len - r->taken - HEAD < len)
		return 0;
	out->type = type & ~WITH_FD;
	out->body = (struct slice){at + HEAD, len};
	out->fd = -1;
	if ((type & WITH_FD) != 0 && (out->fd = claim_fd(r)) < 0)
		return -1;
	r->taken += HEAD + len;
	return 1;
}

int
record_wait(struct record_reader *r, int sock, struct record *out)
{
	int got;

	for (;;) {
		got = record_next(r, out);
		if (got != 0)
			return got;
		got = record_receive(r, sock);
		if (got <= 0)
			return got;
	}
}

void
record_reader_free(struct record_reader *r)
{
	while (r->nfds > 0)
		file_close(&r->fds[--r->nfds]);
	buf_free(&r->in);
	r->taken = 0;
}
