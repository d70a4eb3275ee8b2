#include "admin/ask.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"

#define BLOCK 65536

static int
connect_control(const struct config *c)
{
	struct sockaddr_un to;
	const char *slash;
	int fd, n;

	memset(&to, 0, sizeof(to));
	to.sun_family = AF_UNIX;
	slash = strrchr(c->socket, '/');
	n = snprintf(to.sun_path, sizeof(to.sun_path), "%.*s/control",
	    (int)(slash - c->socket), c->socket);
	if (n < 0 || (size_t)n >= sizeof(to.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		file_close(&fd);
	return fd;
}

/* A line of many IDs may be longer than what the socket takes at once. */
static bool
send_all(int fd, struct slice line)
{
	ssize_t n;

	while (line.len > 0) {
		n = send(fd, line.ptr, line.len, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		line.ptr += n;
		line.len -= (size_t)n;
	}
	return true;
}

/* Hands on the whole lines of the answer; *status is set by the last one. */
static void
hear_lines(struct buf *in, int *status, ask_fn *fn, void *arg)
{
	unsigned long long code;
	struct slice rest, line;
	size_t heard;

	heard = 0;
	rest = buf_slice(in);
	while (slice_find(rest, '\n') < rest.len &&
	    slice_cut(&rest, '\n', &line)) {
		heard += line.len + 1;
		if (slice_starts(line, ". ") && slice_to_number((struct slice)
		    {line.ptr + 2, line.len - 2}, 255, &code))
			*status = (int)code;
		else if (line.len > 0)
			fn(arg, (struct slice){line.ptr + 1, line.len - 1},
			    slice_starts(line, "!"));
	}
	buf_consume(in, heard);
}

static int
hear_answer(int fd, ask_fn *fn, void *arg)
{
	struct buf in = BUF_INIT;
	int status;

	status = -1;
	while (file_read_some(fd, BLOCK, &in) > 0)
		hear_lines(&in, &status, fn, arg);
	buf_free(&in);
	if (status >= 0)
		return status;
	fputs("navette: the daemon broke off before the end of its answer\n",
	    stderr);
	return EX_TEMPFAIL;
}

int
ask_each(const struct config *c, const char *line, ask_fn *fn, void *arg)
{
	struct buf out = BUF_INIT;
	int fd, status;

	fd = connect_control(c);
	if (fd < 0) {
		fprintf(stderr, "navette: cannot reach the daemon beside %s: "
		    "%s; is navetted running?\n", c->socket, strerror(errno));
		return EX_TEMPFAIL;
	}
	buf_addf(&out, "%s\n", line);
	if (!send_all(fd, buf_slice(&out))) {
		fprintf(stderr, "navette: cannot ask the daemon beside %s: "
		    "%s; try again\n", c->socket, strerror(errno));
		status = EX_TEMPFAIL;
	} else
		status = hear_answer(fd, fn, arg);
	buf_free(&out);
	file_close(&fd);
	return status;
}

static void
show_line(void *arg, struct slice line, bool is_refusal)
{
	bool *said = arg;

	if (is_refusal)
		fprintf(stderr, "navette: %.*s\n", (int)line.len, line.ptr);
	else
		printf("%.*s\n", (int)line.len, line.ptr);
	*said = true;
}

int
ask_daemon(const struct config *c, const char *line, bool say_empty)
{
	bool said;
	int status;

	said = false;
	status = ask_each(c, line, show_line, &said);
	if (say_empty && !said && status == EX_OK)
		puts("The queue is empty.");
	return fflush(stdout) == 0 ? status : EX_IOERR;
}
