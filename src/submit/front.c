#include "submit/front.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "mail/message.h"
#include "submit/aliases.h"
#include "submit/ask.h"
#include "submit/names.h"
#include "submit/recipients.h"
#include "submit/submit.h"
#include "submit/verify.h"

#define READ_MAX ((size_t)65536)

static bool has_input = true;

bool
front_begin(void)
{
	struct pollfd p[3] = {{0, 0, 0}, {1, 0, 0}, {2, 0, 0}};

	/* One call for the usual case: all are open. */
	if (poll(p, 3, 0) == 0)
		return true;
	has_input = (p[0].revents & POLLNVAL) == 0;
	if (((p[0].revents | p[1].revents | p[2].revents) & POLLNVAL) != 0)
		file_keep_standard_open();
	return has_input;
}

static bool
wait_for(int fd, short events, int ms)
{
	struct pollfd p = {fd, events, 0};
	int r;

	do
		r = poll(&p, 1, ms);
	while (r < 0 && errno == EINTR);
	if (r == 0)
		errno = ETIMEDOUT;
	return r > 0;
}

static bool
print_to(int fd, struct slice text)
{
	ssize_t n;

	/* A reader that is gone must not change the exit status. */
	signal(SIGPIPE, SIG_IGN);
	while (text.len > 0) {
		n = write(fd, text.ptr, text.len);
		if (n >= 0) {
			text.ptr += n;
			text.len -= (size_t)n;
		} else if (errno == EAGAIN) {
			if (!wait_for(fd, POLLOUT, -1))
				return false;
		} else if (errno != EINTR)
			return false;
	}
	return true;
}

bool
front_print(struct slice text)
{
	return print_to(STDOUT_FILENO, text);
}

ssize_t
front_read(void *data, size_t max, int ms)
{
	ssize_t n;

	/* Without a limit in time the usual, blocking input needs no poll. */
	if (ms >= 0 && !wait_for(STDIN_FILENO, POLLIN, ms))
		return -1;
	for (;;) {
		n = read(STDIN_FILENO, data, max);
		if (n >= 0 || (errno != EINTR && errno != EAGAIN))
			return n;
		if (errno == EAGAIN && !wait_for(STDIN_FILENO, POLLIN, ms))
			return -1;
	}
}

void
front_complain(const struct options *o, const char *why)
{
	struct buf line = BUF_INIT;
	size_t i;

	buf_addf(&line, "%s: %s", o->program == NULL ? "sendmail" :
	    o->program, why);
	for (i = 0; i < line.len; i++)
		if ((unsigned char)line.data[i] < 0x20 ||
		    line.data[i] == 0x7f)
			line.data[i] = '?';
	buf_add_char(&line, '\n');
	(void)print_to(STDERR_FILENO, buf_slice(&line));
	buf_free(&line);
}

/* A lone "." ends what somebody types, and nothing else: most callers give no
 * -i, none means the dot. */
static bool
is_final_dot(const struct options *o, struct slice line, char before)
{
	return !o->ignore_dots && before == '\n' && slice_is(line, ".\n") &&
	    isatty(STDIN_FILENO);
}

/* Takes all of standard input. False when it cannot be read to its end. */
static bool
take_input(const struct options *o, struct submit *s)
{
	static char block[READ_MAX];
	struct slice got;
	char before;
	ssize_t n;

	before = '\n';
	for (;;) {
		n = front_read(block, sizeof(block), -1);
		if (n <= 0)
			return n == 0;
		got = (struct slice){block, (size_t)n};
		if (is_final_dot(o, got, before) || !submit_add(s, got))
			return true;
		before = block[n - 1];
	}
}

static int
report(const struct options *o, int status, const struct buf *text)
{
	struct buf line = BUF_INIT;

	if (status != EX_OK)
		front_complain(o, buf_string(text));
	else if ((o->wish.flags & SUBMIT_VERBOSE) != 0) {
		buf_addf(&line, "queued %s\n", buf_string(text));
		(void)front_print(buf_slice(&line));
		buf_free(&line);
	}
	return status;
}

static int
fail_input(const struct options *o, const char *why)
{
	struct buf text = BUF_INIT;

	buf_addf(&text, "cannot read the message from standard input: %s; "
	    "nothing is sent", why);
	front_complain(o, buf_string(&text));
	buf_free(&text);
	return EX_IOERR;
}

int
front_deliver(const struct options *o)
{
	struct submit_places places = submit_places();
	struct buf text = BUF_INIT;
	struct submit *s;
	int status;

	if (!has_input)
		return fail_input(o, "it is closed");
	s = submit_begin(&o->wish, &places);
	if (take_input(o, s))
		status = report(o, submit_end(s, &text), &text);
	else
		status = fail_input(o, strerror(errno));
	submit_free(s);
	buf_free(&text);
	return status;
}

/* The header of the message on standard input, or what there is of it. */
static bool
read_header(struct buf *header, bool *at_eof)
{
	size_t end, body;
	ssize_t n;

	*at_eof = false;
	while (header->len < READ_MAX * 4) {
		buf_reserve(header, READ_MAX);
		n = front_read(header->data + header->len, READ_MAX, -1);
		if (n < 0)
			return false;
		header->len += (size_t)n;
		*at_eof = n == 0;
		if (message_find_body(header, *at_eof, &end, &body))
			break;
	}
	return true;
}

static bool
verify_input(const struct options *o, struct strlist *found, int *status)
{
	struct buf header = BUF_INIT, error = BUF_INIT;
	bool at_eof, ok;

	if ((o->wish.flags & SUBMIT_EXTRACT) == 0)
		return true;
	ok = has_input && read_header(&header, &at_eof);
	if (!ok)
		*status = fail_input(o, has_input ? strerror(errno) :
		    "it is closed");
	else {
		ok = verify_message(&o->wish, &header, at_eof,
		    found, status, &error);
		if (!ok)
			front_complain(o, buf_string(&error));
	}
	buf_free(&header);
	buf_free(&error);
	return ok;
}

/* One recipient and, where it is not the address itself, what it stands for, as
 * far as the daemon told how to find out. */
static void
tell_way(const struct names *names, const char *addr, struct buf *out)
{
	struct recipients to = RECIPIENTS_INIT;
	struct recipient given = {.addr = slice_from(addr)};
	size_t i;

	if (names->is_known)
		recipients_add(&to, &names->config, &given);
	buf_add_escaped(out, given.addr, SIZE_MAX);
	buf_add_string(out, "... deliverable");
	for (i = 0; i < to.count; i++) {
		if (to.count == 1 && slice_is(to.items[0].addr, addr))
			break;
		buf_add_string(out, i == 0 ? ": " : ", ");
		buf_add_escaped(out, to.items[i].addr, SIZE_MAX);
	}
	buf_add_char(out, '\n');
	recipients_free(&to);
}

int
front_verify(const struct options *o)
{
	struct strlist found = STRLIST_INIT;
	struct buf out = BUF_INIT;
	struct names names;
	int status;
	size_t i;

	log_rename(o->program);
	status = EX_OK;
	if (verify_input(o, &found, &status)) {
		for (i = 0; i < o->wish.count; i++)
			strlist_add_slice(&found, o->wish.recipients[i].addr);
		names_learn(&names, ASK_PATIENCE);
		if (names.is_known)
			aliases_load(&names.config);
		for (i = 0; i < found.count; i++)
			tell_way(&names, found.items[i], &out);
		names_free(&names);
		if (!front_print(buf_slice(&out)))
			status = EX_IOERR;
	}
	strlist_free(&found);
	buf_free(&out);
	return status;
}

int
front_refuse(const struct options *o)
{
	if (o->mode == MODE_UUCP) {
		front_complain(o, "navette takes no mail from UUCP: programs "
		    "here hand theirs to sendmail");
		return EX_UNAVAILABLE;
	}
	front_complain(o, "sendmail is no daemon here: start navetted, with "
	    "\"systemctl start navette\" for example");
	return EX_USAGE;
}
