#include "net/wire.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <errno.h>
#include <openssl/bio.h>
#include <stdint.h>

/* Four full TLS records. */
#define WIRE_HELD ((size_t)4 * (16384 + 256))

/* What is held back and data in one call; how many bytes of both went. */
static ssize_t
send_both(struct wire *w, const char *data, size_t len)
{
	struct iovec parts[2] = {
		{w->held.data, w->held.len}, {(char *)(uintptr_t)data, len},
	};
	struct msghdr m = {.msg_iov = parts, .msg_iovlen = 2};
	ssize_t n;

	do
		n = sendmsg(w->fd, &m, MSG_NOSIGNAL | (w->more ? MSG_MORE : 0));
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno != EAGAIN)
		w->error = errno;
	return n;
}

static int
wire_write(BIO *bio, const char *data, int len)
{
	struct wire *w = BIO_get_data(bio);
	ssize_t n;

	BIO_clear_retry_flags(bio);
	if (w->more && w->held.len + (size_t)len <= WIRE_HELD) {
		buf_reserve(&w->held, WIRE_HELD - w->held.len);
		buf_add(&w->held, data, (size_t)len);
		return len;
	}
	n = send_both(w, data, (size_t)len);
	if (n < 0 && w->error != 0)
		return -1;
	if (n > (ssize_t)w->held.len) {
		n -= (ssize_t)w->held.len;
		buf_clear(&w->held);
		return (int)n;
	}
	buf_consume(&w->held, n < 0 ? 0 : (size_t)n);
	BIO_set_retry_write(bio);
	return -1;
}

static int
wire_read(BIO *bio, char *data, int len)
{
	struct wire *w = BIO_get_data(bio);
	ssize_t n;

	BIO_clear_retry_flags(bio);
	if (w->budget == 0) {
		BIO_set_retry_read(bio);
		return -1;
	}
	do
		n = recv(w->fd, data, (size_t)len, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		BIO_set_retry_read(bio);
	else if (n < 0)
		w->error = errno;
	else if (n == 0)
		w->ended = true;
	else
		w->budget -= (size_t)n < w->budget ? (size_t)n : w->budget;
	return (int)n;
}

static long
wire_control(BIO *bio, int command, long number, void *data)
{
	const struct wire *w = BIO_get_data(bio);

	(void)number;
	(void)data;
	if (command == BIO_CTRL_EOF)
		return w->ended;
	return command == BIO_CTRL_FLUSH;
}

BIO *
wire_bio(struct wire *w)
{
	static BIO_METHOD *method;
	BIO *bio;

	if (method == NULL) {
		method = BIO_meth_new(BIO_TYPE_SOURCE_SINK |
		    BIO_get_new_index(), "navette");
		BIO_meth_set_write(method, wire_write);
		BIO_meth_set_read(method, wire_read);
		BIO_meth_set_ctrl(method, wire_control);
	}
	bio = BIO_new(method);
	BIO_set_data(bio, w);
	BIO_set_init(bio, 1);
	return bio;
}
