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

/* Shows whole lines of the answer; *status is set by the last one. */
static void
show_lines(struct buf *in, int *status, bool *said)
{
	unsigned long long code;
	struct slice rest, line;
	size_t shown;

	shown = 0;
	rest = buf_slice(in);
	while (slice_find(rest, '\n') < rest.len &&
	    slice_cut(&rest, '\n', &line)) {
		shown += line.len + 1;
		if (slice_starts(line, ". ") && slice_to_number((struct slice)
		    {line.ptr + 2, line.len - 2}, 255, &code))
			*status = (int)code;
		else if (line.len > 0) {
			printf("%.*s\n", (int)line.len - 1, line.ptr + 1);
			*said = true;
		}
	}
	buf_consume(in, shown);
}

static int
show_answer(int fd, bool say_empty)
{
	struct buf in = BUF_INIT;
	int status;
	bool said;

	status = -1;
	said = false;
	while (file_read_some(fd, BLOCK, &in) > 0)
		show_lines(&in, &status, &said);
	buf_free(&in);
	if (status < 0) {
		fputs("navette: the daemon broke off before the end of its "
		    "answer\n", stderr);
		return EX_TEMPFAIL;
	}
	if (say_empty && !said && status == EX_OK)
		puts("The queue is empty.");
	return fflush(stdout) == 0 ? status : EX_IOERR;
}

int
ask_daemon(const struct config *c, const char *line, bool say_empty)
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
	if (send(fd, out.data, out.len, MSG_NOSIGNAL) < 0)
		status = EX_TEMPFAIL;
	else
		status = show_answer(fd, say_empty);
	buf_free(&out);
	file_close(&fd);
	return status;
}
