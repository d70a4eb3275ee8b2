/*
 * mime [lines] [8bit]: rewrites the message on standard input as mail/mime does
 * and tells on standard error: header size, and whether 8-bit bytes are left.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/file.h"
#include "mail/mime.h"

#define BLOCK 4096

static unsigned
wishes(int argc, char **argv)
{
	unsigned what;
	int i;

	what = 0;
	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "lines") == 0)
			what |= MIME_FIX_LINES;
		else if (strcmp(argv[i], "8bit") == 0)
			what |= MIME_FIX_8BIT;
	}
	return what;
}

int
main(int argc, char **argv)
{
	struct mime_rewriter *m;
	struct buf in = BUF_INIT, out = BUF_INIT;
	ssize_t n;

	m = mime_begin(wishes(argc, argv));
	while ((n = file_read_some(STDIN_FILENO, BLOCK, &in)) > 0) {
		mime_add(m, buf_slice(&in), &out);
		buf_clear(&in);
	}
	mime_end(m, &out);
	fprintf(stderr, "%zu %s\n", mime_header_size(m),
	    mime_is_8bit(m) ? "8bit" : "7bit");
	mime_free(m);
	if (n < 0 || !file_write(STDOUT_FILENO, out.data, out.len))
		return EX_IOERR;
	buf_free(&in);
	buf_free(&out);
	return EX_OK;
}
