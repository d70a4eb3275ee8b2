#include "net/wire.h"

#include <sys/socket.h>

#include <errno.h>
#include <openssl/bio.h>

#include "base/buf.h"

static int
wire_write(BIO *bio, const char *data, int len)
{
	struct wire *w = BIO_get_data(bio);
	ssize_t n;

	BIO_clear_retry_flags(bio);
	do
		n = send(w->fd, data, (size_t)len,
		    MSG_NOSIGNAL | (w->more ? MSG_MORE : 0));
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		BIO_set_retry_write(bio);
	else if (n < 0)
		w->error = errno;
	return (int)n;
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
