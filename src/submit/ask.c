#include "submit/ask.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/file.h"
#include "spool/id.h"
#include "submit/call.h"
#include "submit/front.h"
#include "submit/offline.h"
#include "submit/submit.h"

/* One question and what has come of its answer. */
struct talk {
	int fd;
	struct buf in;
	struct buf out;
	bool is_list;		/* long: printed as it comes */
	size_t messages;	/* lines that begin with an ID */
	int status;		/* the last line's, or -1: not there yet */
	bool is_broken;		/* nonsense, or nobody reads ours */
};

/* The control socket lies beside the submit socket. */
static void
control_path(struct buf *path)
{
	const char *submit, *slash;

	submit = submit_places().socket;
	slash = strrchr(submit, '/');
	if (slash != NULL)
		buf_add(path, submit, (size_t)(slash + 1 - submit));
	buf_add_string(path, "control");
}

static bool
send_line(int fd, const char *line)
{
	struct iovec part;
	size_t rest;

	part.iov_base = (void *)(uintptr_t)line;
	part.iov_len = strlen(line);
	return call_send(fd, &part, 1, &rest);
}

static void
take_line(struct talk *t, struct slice line)
{
	unsigned long long status;
	struct slice word;

	if (slice_starts(line, ". ") && slice_to_number((struct slice){
	    line.ptr + 2, line.len - 2}, 255, &status)) {
		t->status = (int)status;
		return;
	}
	if (!slice_starts(line, " ") && !slice_starts(line, "!")) {
		t->is_broken = true;
		return;
	}
	line = (struct slice){line.ptr + 1, line.len - 1};
	buf_add_slice(&t->out, line);
	buf_add_char(&t->out, '\n');
	if (slice_cut(&line, ' ', &word) && id_is_valid(word))
		t->messages++;
}

static void
take_lines(struct talk *t)
{
	struct slice rest;
	size_t len;

	rest = buf_slice(&t->in);
	while (!t->is_broken && t->status < 0 &&
	    (len = slice_find(rest, '\n')) < rest.len) {
		take_line(t, (struct slice){rest.ptr, len});
		rest.ptr += len + 1;
		rest.len -= len + 1;
	}
	buf_consume(&t->in, t->in.len - rest.len);
	if (!t->is_list)
		return;
	if (t->out.len > 0 && !front_print(buf_slice(&t->out)))
		t->is_broken = true;
	buf_clear(&t->out);
}

static int
talk_run(struct talk *t, const char *line, int64_t within)
{
	ssize_t n;

	if (!send_line(t->fd, line))
		return -1;
	do {
		n = call_receive(t->fd, clock_boot() + within, &t->in);
		if (n > 0)
			take_lines(t);
	} while (n > 0 && t->status < 0 && !t->is_broken);
	if (n == 0)
		errno = ECONNRESET;
	return t->status;
}

/* What a command that is no list has answered: an error where it failed. */
static void
tell(const struct options *o, struct talk *t)
{
	struct slice rest, line;
	char *why;

	rest = buf_slice(&t->out);
	if (t->status == EX_OK) {
		(void)front_print(rest);
		return;
	}
	while (slice_cut(&rest, '\n', &line) && line.len > 0) {
		why = slice_dup(line);
		front_complain(o, why);
		free(why);
	}
}

static int
ask(const struct options *o, const char *line, struct talk *t)
{
	struct buf text = BUF_INIT;
	int status;

	t->status = -1;
	status = talk_run(t, line, ASK_PATIENCE);
	if (status < 0 && t->is_broken)
		status = EX_IOERR;
	else if (status < 0) {
		buf_addf(&text, "no whole answer from navetted: %s",
		    strerror(errno));
		front_complain(o, buf_string(&text));
		status = EX_TEMPFAIL;
	} else
		tell(o, t);
	file_close(&t->fd);
	buf_free(&t->in);
	buf_free(&t->out);
	buf_free(&text);
	return status;
}

static int
open_control(struct buf *trouble)
{
	struct buf path = BUF_INIT;
	int fd;

	control_path(&path);
	fd = call_open(buf_string(&path));
	if (fd < 0)
		buf_addf(trouble, "cannot ask navetted at %s: %s",
		    buf_string(&path), strerror(errno));
	buf_free(&path);
	return fd;
}

static int
fail(const struct options *o, struct buf *trouble)
{
	buf_add_string(trouble, "; is it running?");
	front_complain(o, buf_string(trouble));
	return EX_TEMPFAIL;
}

int
ask_list(const struct options *o)
{
	struct talk t = {.is_list = true};
	struct buf trouble = BUF_INIT;
	int status;

	t.fd = open_control(&trouble);
	if (t.fd < 0 && geteuid() == 0)
		status = offline_list(o, buf_string(&trouble));
	else if (t.fd < 0)
		status = fail(o, &trouble);
	else {
		status = ask(o, "list\n", &t);
		if (status == EX_OK && t.messages == 0)
			(void)front_print(SLICE("The queue is empty.\n"));
	}
	buf_free(&trouble);
	return status;
}

/* -qIabc is about one message; all other kinds try everything, which is at
 * least what was asked for. */
static void
flush_line(const struct options *o, struct buf *line)
{
	struct slice id;

	id = slice_from(o->queue);
	if (slice_starts(id, "I") && id_is_valid((struct slice){id.ptr + 1,
	    id.len - 1}))
		buf_addf(line, "retry %s\n", id.ptr + 1);
	else
		buf_add_string(line, "flush\n");
}

int
ask_flush(const struct options *o)
{
	struct buf trouble = BUF_INIT, line = BUF_INIT;
	struct talk t = {.is_list = false};
	int status;

	flush_line(o, &line);
	t.fd = open_control(&trouble);
	status = t.fd < 0 ? fail(o, &trouble) :
	    ask(o, buf_string(&line), &t);
	buf_free(&trouble);
	buf_free(&line);
	return status;
}

bool
ask_lines(const char *line, int64_t within, struct buf *out)
{
	struct buf trouble = BUF_INIT;
	struct talk t = {.status = -1};
	bool ok;

	t.fd = open_control(&trouble);
	ok = t.fd >= 0 && talk_run(&t, line, within) == EX_OK;
	if (ok)
		buf_add_slice(out, buf_slice(&t.out));
	file_close(&t.fd);
	buf_free(&t.in);
	buf_free(&t.out);
	buf_free(&trouble);
	return ok;
}
