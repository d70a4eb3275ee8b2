#include "submit/submit.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "spool/drop.h"
#include "submit/call.h"
#include "submit/verify.h"

#define DEFAULT_SOCKET "/run/navette/submit"
#define DEFAULT_DROP "/var/spool/navette/drop"
/* Held whole up to here; nearly all mail is. */
#define HOLD_MAX ((size_t)256 << 10)
#define ANSWER_WITHIN (60 * CLOCK_SEC)

static const char end_record[SUBMISSION_BLOCK_HEAD];

struct submit {
	struct submit_places places;
	struct submission wish;	/* flags and count only */
	struct buf wishes;	/* in print */
	struct buf held;
	enum {
		HOLDING,
		SENDING,	/* to the socket */
		DROPPING,	/* into a drop file */
		DECIDED		/* status and text */
	} state;
	int fd;			/* of socket or drop file, or -1 */
	char id[ID_LEN + 1];	/* of the drop file */
	const char *trouble;	/* DROPPING: why not to the socket */
	struct buf heard;	/* of the answer */
	bool answered;		/* DECIDED: by the daemon */
	int status;		/* sysexits */
	struct buf text;	/* the ID, or a sentence */
};

/* An empty variable says nothing; as a folder it would be the root's. */
static const char *
place(const char *variable, const char *otherwise)
{
	const char *value;

	value = secure_getenv(variable);
	return value == NULL || value[0] == '\0' ? otherwise : value;
}

struct submit_places
submit_places(void)
{
	return (struct submit_places){
	    place("NAVETTE_SOCKET", DEFAULT_SOCKET),
	    place("NAVETTE_DROP", DEFAULT_DROP)};
}

struct submit *
submit_begin(const struct submission *wish,
    const struct submit_places *places)
{
	struct submit *s;

	s = xcalloc(1, sizeof(*s));
	s->places = *places;
	s->wish.flags = wish->flags;
	s->wish.count = wish->count;
	s->fd = -1;
	submission_print(wish, &s->wishes);
	return s;
}

static bool __attribute__((format(printf, 3, 4)))
fail(struct submit *s, int status, const char *fmt, ...)
{
	va_list ap;

	s->state = DECIDED;
	s->status = status;
	va_start(ap, fmt);
	buf_vaddf(&s->text, fmt, ap);
	va_end(ap);
	return false;
}

/* The daemon's answer where one has come, or comes before the deadline. False
 * with errno: there is none. */
static bool
hear(struct submit *s, int64_t deadline)
{
	struct submission_answer answer;
	ssize_t n;
	int got;

	do {
		n = call_receive(s->fd, deadline, &s->heard);
		got = submission_answer_parse(buf_slice(&s->heard), &answer);
	} while (got == 0 && n > 0);
	if (got > 0) {
		s->state = DECIDED;
		s->answered = true;
		s->status = answer.status;
		buf_add_slice(&s->text, answer.text);
	} else if (n >= 0)
		errno = n == 0 ? ECONNRESET : EPROTO;
	return got > 0;
}

static struct iovec
part(const void *data, size_t len)
{
	return (struct iovec){(void *)(uintptr_t)data, len};
}

/* Sends wishes, all that is held and, where it is known, the end. *whole tells
 * whether the end record may have gone out. */
static bool
send_held(struct submit *s, bool ended, bool *whole)
{
	char head[SUBMISSION_BLOCK_HEAD];
	struct iovec parts[4];
	size_t rest, end;
	int n;
	bool ok;

	n = 0;
	end = ended ? sizeof(end_record) : 0;
	parts[n++] = part(s->wishes.data, s->wishes.len);
	if (s->held.len > 0) {
		submission_block_head((uint32_t)s->held.len, head);
		parts[n++] = part(head, sizeof(head));
		parts[n++] = part(s->held.data, s->held.len);
	}
	parts[n++] = part(end_record, end);
	ok = call_send(s->fd, parts, n, &rest);
	*whole = ended && rest < end;
	return ok;
}

static bool
write_block(struct submit *s, struct slice bytes)
{
	char head[SUBMISSION_BLOCK_HEAD];

	if (bytes.len == 0)
		return true;
	submission_block_head((uint32_t)bytes.len, head);
	return file_write(s->fd, head, sizeof(head)) &&
	    file_write(s->fd, bytes.ptr, bytes.len);
}

static bool
fail_drop(struct submit *s)
{
	int saved;

	saved = errno;
	if (s->fd >= 0)
		drop_abandon(s->places.drop, s->id, &s->fd);
	return fail(s, EX_TEMPFAIL, "cannot hand the message to navetted at "
	    "%s: %s; nor leave it in %s: %s; it is not queued",
	    s->places.socket, s->trouble, s->places.drop, strerror(saved));
}

/* Nobody listens: into the drop folder with what is held. */
static bool
begin_drop(struct submit *s, bool ended, const char *trouble)
{
	int status;

	if (!verify_message(&s->wish, &s->held, ended, NULL,
	    &status, &s->text)) {
		s->state = DECIDED;
		s->status = status;
		return false;
	}
	s->trouble = trouble;
	/* A limit on file sizes is an error to be told, not a death. */
	signal(SIGXFSZ, SIG_IGN);
	s->fd = drop_begin(s->places.drop, s->id);
	if (s->fd < 0 ||
	    !file_write(s->fd, s->wishes.data, s->wishes.len) ||
	    !write_block(s, buf_slice(&s->held)))
		return fail_drop(s);
	s->state = DROPPING;
	return true;
}

/* The message is longer than what is held. */
static bool
begin_stream(struct submit *s)
{
	const char *trouble;
	bool ok, whole;

	s->fd = call_open(s->places.socket);
	if (s->fd < 0)
		ok = begin_drop(s, false, strerror(errno));
	else if (send_held(s, false, &whole)) {
		s->state = SENDING;
		ok = true;
	} else {
		trouble = strerror(errno);
		if (hear(s, 0))
			return false;
		file_close(&s->fd);
		ok = begin_drop(s, false, trouble);
	}
	buf_free(&s->held);
	return ok;
}

static bool
send_block(struct submit *s, struct slice bytes)
{
	char head[SUBMISSION_BLOCK_HEAD];
	struct iovec parts[2];
	size_t rest;
	int trouble;

	if (bytes.len == 0)
		return true;
	submission_block_head((uint32_t)bytes.len, head);
	parts[0] = part(head, sizeof(head));
	parts[1] = part(bytes.ptr, bytes.len);
	/* A refusal may come before the end of a long message. */
	if (hear(s, 0))
		return false;
	if (errno == ETIMEDOUT && call_send(s->fd, parts, 2, &rest))
		return true;
	trouble = errno;
	if (hear(s, 0))
		return false;
	return fail(s, EX_TEMPFAIL, "lost navetted in the middle of the "
	    "message: %s; it is not queued", strerror(trouble));
}

bool
submit_add(struct submit *s, struct slice bytes)
{
	switch (s->state) {
	case HOLDING:
		buf_add_slice(&s->held, bytes);
		return s->held.len <= HOLD_MAX || begin_stream(s);
	case SENDING:
		return send_block(s, bytes);
	case DROPPING:
		return write_block(s, bytes) || fail_drop(s);
	case DECIDED:
		break;
	}
	return false;
}

/* After the end record only the daemon knows. */
static void
await_answer(struct submit *s)
{
	if (hear(s, clock_boot() + ANSWER_WITHIN))
		return;
	fail(s, EX_TEMPFAIL, "no answer from navetted: %s; the message may "
	    "have been queued", strerror(errno));
}

static void
end_drop(struct submit *s)
{
	if (!file_write(s->fd, end_record, sizeof(end_record)) ||
	    !drop_commit(s->places.drop, s->id, &s->fd)) {
		fail_drop(s);
		return;
	}
	s->state = DECIDED;
	s->status = EX_OK;
	buf_add_string(&s->text, s->id);
}

static void
end_held(struct submit *s)
{
	const char *trouble;
	bool whole;

	whole = false;
	s->fd = call_open(s->places.socket);
	if (s->fd >= 0 && send_held(s, true, &whole)) {
		await_answer(s);
		return;
	}
	trouble = strerror(errno);
	if (s->fd >= 0 && hear(s, 0))
		return;
	if (whole) {
		await_answer(s);
		return;
	}
	file_close(&s->fd);
	if (begin_drop(s, true, trouble))
		end_drop(s);
}

static void
end_stream(struct submit *s)
{
	struct iovec end;
	size_t rest;

	end = part(end_record, sizeof(end_record));
	if (call_send(s->fd, &end, 1, &rest) || rest < sizeof(end_record))
		await_answer(s);
	else if (!hear(s, 0))
		fail(s, EX_TEMPFAIL, "lost navetted at the end of the "
		    "message: %s; it is not queued", strerror(errno));
}

int
submit_end(struct submit *s, struct buf *text)
{
	if (s->state == HOLDING)
		end_held(s);
	else if (s->state == SENDING)
		end_stream(s);
	else if (s->state == DROPPING)
		end_drop(s);
	buf_add_slice(text, buf_slice(&s->text));
	return s->status;
}

bool
submit_was_answered(const struct submit *s)
{
	return s->answered;
}

void
submit_free(struct submit *s)
{
	if (s->state == DROPPING)
		drop_abandon(s->places.drop, s->id, &s->fd);
	file_close(&s->fd);
	buf_free(&s->wishes);
	buf_free(&s->held);
	buf_free(&s->heard);
	buf_free(&s->text);
	free(s);
}
