/*
 * Any bytes as the client of sendmail -bs, whose daemon is never there: the
 * session ends, and every line of its replies is a reply. And the text of DATA
 * means the same in whatever pieces it comes.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "submit/dots.h"
#include "submit/smtpd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
demand(bool holds)
{
	if (!holds)
		abort();
}

/* A file in memory in the place of descriptor fd. */
static void
replace(int fd, const uint8_t *data, size_t size)
{
	int file;

	file = memfd_create("fuzz", MFD_CLOEXEC);
	demand(file >= 0 && file_write(file, data, size));
	demand(lseek(file, 0, SEEK_SET) == 0 && dup2(file, fd) == fd);
	close(file);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void
check_replies(void)
{
	struct buf out = BUF_INIT;
	struct slice rest, line;

	demand(lseek(STDOUT_FILENO, 0, SEEK_SET) == 0);
	demand(file_read(STDOUT_FILENO, SIZE_MAX / 2, &out));
	rest = buf_slice(&out);
	demand(rest.len > 0 && rest.ptr[rest.len - 1] == '\n');
	rest.len--;
	while (slice_cut(&rest, '\n', &line)) {
		demand(line.len >= 5 && line.ptr[line.len - 1] == '\r');
		demand(is_digit(line.ptr[0]) && is_digit(line.ptr[1]) &&
		    is_digit(line.ptr[2]));
		demand(line.ptr[3] == ' ' || line.ptr[3] == '-');
	}
	buf_free(&out);
}

static size_t
unstuff(struct slice in, bool lf_only, size_t piece, struct buf *out)
{
	struct dots d = DOTS_INIT(lf_only);
	size_t at, n;

	for (at = 0; at < in.len && d.state != DOTS_END; at += n) {
		n = in.len - at < piece ? in.len - at : piece;
		n = dots_add(&d, (struct slice){in.ptr + at, n}, out);
	}
	return d.state == DOTS_END ? at : 0;
}

static void
check_dots(struct slice in, bool lf_only)
{
	struct buf whole = BUF_INIT, pieces = BUF_INIT;

	demand(unstuff(in, lf_only, SIZE_MAX, &whole) ==
	    unstuff(in, lf_only, 1, &pieces));
	demand(slice_equal(buf_slice(&whole), buf_slice(&pieces)));
	buf_free(&whole);
	buf_free(&pieces);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = {(const char *)data, size};
	struct options o = {.mode = MODE_SMTP};

	demand(setenv("NAVETTE_SOCKET", "/nonexistent/submit", 1) == 0);
	demand(setenv("NAVETTE_DROP", "/nonexistent/drop", 1) == 0);
	check_dots(in, true);
	check_dots(in, false);
	replace(STDIN_FILENO, data, size);
	replace(STDOUT_FILENO, NULL, 0);
	smtpd_run(&o);
	check_replies();
	return 0;
}
