#include "net/stream.h"

#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "net/rate.h"
#include "net/tls.h"

struct stream {
	int fd;
	struct tls *tls;	/* NULL: in clear */
	struct buf out;		/* at most one block */
	struct buf in;
	size_t taken;		/* of in */

	int64_t deadline;
	int64_t started;	/* when the deadline was set */
	bool late;		/* the one look after the deadline was had */

	struct rate rate;

	bool broken;
	bool untrusted;
	struct buf error;

	bool sent_since_turn;
	struct stream_counts counts;
};

struct stream *
stream_new(int fd, unsigned minimum)
{
	struct stream *s;

	s = xcalloc(1, sizeof(*s));
	s->fd = fd;
	s->rate.minimum = minimum;
	s->deadline = CLOCK_NEVER;
	/* Room for all it will ever hold, so that no copy of a secret is left
	 * behind by growing. */
	buf_reserve(&s->out, STREAM_BLOCK);
	file_set_nonblocking(fd, true);
	return s;
}

void
stream_deadline(struct stream *s, int64_t when)
{
	s->deadline = when;
	s->started = clock_boot();
	s->late = false;
	rate_restart(&s->rate);
}

/* The first failure is the cause; what follows is its echo. */
static void __attribute__((format(printf, 2, 3)))
fail(struct stream *s, const char *fmt, ...)
{
	va_list ap;

	if (s->broken)
		return;
	s->broken = true;
	va_start(ap, fmt);
	buf_vaddf(&s->error, fmt, ap);
	va_end(ap);
}

static void
fail_socket(struct stream *s, int error)
{
	if (error == ECONNRESET)
		fail(s, "connection reset by the server");
	else if (error == EPIPE)
		fail(s, "connection closed by the server");
	else
		fail(s, "connection lost: %s", strerror(error));
}

/* What a call that moved no byte means: 0 where it has to wait for *events,
 * else -1. */
static int
settle(struct stream *s, long result, short *events)
{
	switch (result) {
	case TLS_WANT_READ:
		*events = POLLIN;
		return 0;
	case TLS_WANT_WRITE:
		*events = POLLOUT;
		return 0;
	case TLS_SOCKET:
		fail_socket(s, errno);
		break;
	case TLS_CLOSED:
		fail(s, s->tls == NULL ? "connection closed by the server" :
		    "TLS ended by the server");
		break;
	default:
		if (!s->broken)
			s->untrusted = tls_is_untrusted(s->tls);
		fail(s, "%s", tls_error(s->tls));
	}
	return -1;
}

static long
write_some(struct stream *s, const char *data, size_t len, bool more)
{
	ssize_t n;
	int flags;

	if (s->tls != NULL)
		return tls_write(s->tls, data, len, more);
	flags = more ? MSG_NOSIGNAL | MSG_MORE : MSG_NOSIGNAL;
	do
		n = send(s->fd, data, len, flags);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? TLS_WANT_WRITE : TLS_SOCKET;
	return n;
}

static long
read_some(struct stream *s, char *data, size_t len)
{
	ssize_t n;

	if (s->tls != NULL)
		return tls_read(s->tls, data, len);
	do
		n = recv(s->fd, data, len, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? TLS_WANT_READ : TLS_SOCKET;
	return n == 0 ? TLS_CLOSED : n;
}

static size_t
unread(const struct stream *s)
{
	return s->in.len - s->taken;
}

/* 1: bytes came, 0: it would have to wait for *events, -1: broken. */
static int
read_once(struct stream *s, short *events)
{
	long n;

	buf_consume(&s->in, s->taken);
	s->taken = 0;
	buf_reserve(&s->in, STREAM_BLOCK);
	n = read_some(s, s->in.data + s->in.len, STREAM_BLOCK);
	if (n <= 0)
		return settle(s, n, events);
	s->in.len += (size_t)n;
	s->counts.received += (uint64_t)n;
	s->counts.reads++;
	return 1;
}

/* Seconds of the present step, as people count them. */
static long long
step_seconds(const struct stream *s)
{
	return (s->deadline - s->started + CLOCK_SEC / 2) / CLOCK_SEC;
}

/*
 * Waits for events until the deadline or until, whichever comes first, and
 * returns those that came (0: until). -1 when the deadline has passed: not at
 * once, since what came in time may lie there unread, after a suspend of the
 * machine, say; but only once, or a server that drips would live for ever.
 */
static int
wait_for(struct stream *s, short events, int64_t until)
{
	struct pollfd p = {s->fd, events, 0};
	int n, timeout;

	do {
		timeout = clock_poll_timeout(
		    until < s->deadline ? until : s->deadline);
		if (timeout == 0 && clock_boot() >= s->deadline) {
			if (s->late)
				return -1;
			s->late = true;
		}
		n = poll(&p, 1, timeout);
	} while (n < 0 && errno == EINTR);
	if (n < 0) {
		fail_socket(s, errno);
		return -1;
	}
	if (n == 0 && clock_boot() >= s->deadline)
		return -1;
	return p.revents;
}

/* What was sent for all the code above knows, and has not left. */
static int64_t
held(const struct stream *s)
{
	return s->tls == NULL ? 0 : (int64_t)tls_held(s->tls);
}

/* Waits until more can be sent, and takes in what the server says meanwhile. */
static bool
wait_to_write(struct stream *s, short events)
{
	int64_t begun, took;
	int came;

	if (unread(s) < STREAM_UNREAD_MAX)
		events |= POLLIN;
	begun = clock_boot();
	came = wait_for(s, events, rate_wait(&s->rate, s->fd, held(s)));
	if (came < 0) {
		fail(s, unread(s) < STREAM_UNREAD_MAX ?
		    "the server did not take the data within %lld s" :
		    "the server talks without listening, for %lld s",
		    step_seconds(s));
		return false;
	}
	if (!rate_is_kept(&s->rate, s->fd, held(s), clock_boot() - begun,
	    &took)) {
		fail(s, "sending stalled: the server took %lld bytes in "
		    "%lld s", (long long)took,
		    (long long)(RATE_WINDOW / CLOCK_SEC));
		return false;
	}
	return (came & POLLIN) == 0 || read_once(s, &events) >= 0;
}

/* A server that refuses says why before it hangs up: keep those words. */
static void
read_last_words(struct stream *s)
{
	short events;

	while (unread(s) < STREAM_UNREAD_MAX && read_once(s, &events) > 0)
		;
}

static bool
send_all(struct stream *s, const char *data, size_t len, bool more)
{
	short events;
	long n;

	s->sent_since_turn = true;
	while (len > 0) {
		n = write_some(s, data, len, more);
		if (n > 0) {
			data += n;
			len -= (size_t)n;
			s->rate.sent += n;
			s->counts.sent += (uint64_t)n;
			s->counts.writes++;
		} else if (settle(s, n, &events) < 0) {
			read_last_words(s);
			return false;
		} else if (!wait_to_write(s, events))
			return false;
	}
	return true;
}

/* Sends and wipes what is queued: there may have been a password in it. */
static bool
send_queued(struct stream *s, bool more)
{
	bool ok;

	ok = send_all(s, s->out.data, s->out.len, more);
	wipe(s->out.data, s->out.len);
	buf_clear(&s->out);
	return ok;
}

bool
stream_put(struct stream *s, const void *data, size_t len)
{
	const char *at = data;
	size_t n;

	if (s->broken)
		return false;
	if (s->out.len > 0 && s->out.len + len > STREAM_BLOCK) {
		n = STREAM_BLOCK - s->out.len;
		buf_add(&s->out, at, n);
		at += n;
		len -= n;
		if (!send_queued(s, true))
			return false;
	}
	/* Something is left for the flush: what was sent until then may wait
	 * for more on the way. */
	n = len == 0 ? 0 : len - 1 - (len - 1) % STREAM_BLOCK;
	if (n > 0 && !send_all(s, at, n, true))
		return false;
	if (len > n)
		buf_add(&s->out, at + n, len - n);
	return true;
}

bool
stream_flush(struct stream *s)
{
	if (s->broken)
		return false;
	return s->out.len == 0 || send_queued(s, false);
}

struct slice
stream_input(const struct stream *s)
{
	return (struct slice){unread(s) == 0 ? NULL : s->in.data + s->taken,
	    unread(s)};
}

void
stream_take(struct stream *s, size_t n)
{
	s->taken += n < unread(s) ? n : unread(s);
}

static bool
holds_decrypted(const struct stream *s)
{
	return s->tls != NULL && tls_pending(s->tls);
}

/* Waits until bytes have come. */
static bool
wait_to_read(struct stream *s)
{
	short events;
	int n;

	events = POLLIN;
	n = holds_decrypted(s) ? read_once(s, &events) : 0;
	while (n == 0) {
		if (wait_for(s, events, CLOCK_NEVER) < 0) {
			fail(s, "no answer within %lld s", step_seconds(s));
			return false;
		}
		n = read_once(s, &events);
	}
	return n > 0;
}

bool
stream_fill(struct stream *s)
{
	size_t before;
	bool ok;

	before = unread(s);
	ok = stream_flush(s);
	if (s->sent_since_turn)
		s->counts.turns++;
	s->sent_since_turn = false;
	rate_restart(&s->rate);
	/* What came while it sent is new, too, even if the rest is lost. */
	if (unread(s) > before)
		return true;
	if (!ok)
		return false;
	if (before >= STREAM_UNREAD_MAX) {
		fail(s, "the server sends more than it was asked for");
		return false;
	}
	return wait_to_read(s);
}

bool
stream_poll(struct stream *s)
{
	short events;

	if (!s->broken && unread(s) < STREAM_UNREAD_MAX)
		read_once(s, &events);
	return unread(s) > 0;
}

/* poll(2) that no signal ends early. */
static int
poll_until(struct pollfd *p, nfds_t count, int64_t until)
{
	int n;

	do
		n = poll(p, count, clock_poll_timeout(until));
	while (n < 0 && errno == EINTR);
	return n;
}

int
stream_wait(struct stream *s, int other_fd, bool for_input, int64_t until)
{
	struct pollfd p[2] = {
		{s->fd, POLLIN, 0}, {other_fd, for_input ? POLLIN : 0, 0},
	};
	int other = 0;

	if (!stream_flush(s))
		return STREAM_INPUT;
	if (holds_decrypted(s))
		stream_poll(s);
	while (unread(s) == 0 && !s->broken) {
		if (poll_until(p, 2, until) <= 0)
			return 0;
		/* A dead connection has to be known before a job comes. */
		other = p[1].revents != 0 ? STREAM_OTHER : 0;
		if (p[0].revents != 0 && stream_poll(s))
			return STREAM_INPUT | other;
		if (other != 0 && !s->broken)
			return other;
	}
	return STREAM_INPUT | other;
}

bool
stream_start_tls(struct stream *s, struct tls *tls)
{
	short events;
	long n;

	if (!stream_flush(s))
		return false;
	buf_clear(&s->in);
	s->taken = 0;
	s->tls = tls;
	s->sent_since_turn = false;
	tls_attach(tls, s->fd);
	for (n = tls_handshake(tls); n != 1; n = tls_handshake(tls)) {
		if (settle(s, n, &events) < 0)
			return false;
		if (wait_for(s, events, CLOCK_NEVER) < 0) {
			fail(s, "TLS was not ready within %lld s",
			    step_seconds(s));
			return false;
		}
	}
	return true;
}

const char *
stream_error(const struct stream *s)
{
	return buf_string(&s->error);
}

bool
stream_is_untrusted(const struct stream *s)
{
	return s->untrusted;
}

struct stream_counts
stream_counts(const struct stream *s)
{
	return s->counts;
}

void
stream_free(struct stream *s)
{
	if (s == NULL)
		return;
	if (s->tls != NULL)
		tls_detach(s->tls);
	close(s->fd);
	buf_wipe(&s->out);
	buf_wipe(&s->in);
	buf_free(&s->error);
	free(s);
}
