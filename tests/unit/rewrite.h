/*
 * For the tests of mail/mime: a message rewritten, and what holds of every
 * rewriting: how it is cut does not matter, and what was rewritten once needs
 * nothing more.
 */
#ifndef UNIT_REWRITE_H
#define UNIT_REWRITE_H

#include <string.h>

#include "mail/mime.h"

#define LINES MIME_FIX_LINES
#define WIDTH MIME_FIX_8BIT
#define BOTH (LINES | WIDTH)
#define X10 "xxxxxxxxxx"
#define X50 X10 X10 X10 X10 X10
#define X75 X50 X10 X10 "xxxxx"
#define X100 X50 X50
#define X500 X100 X100 X100 X100 X100
#define X998 X500 X100 X100 X100 X100 X50 X10 X10 X10 X10 "xxxxxxxx"
#define MIXED "Content-Type: multipart/mixed; boundary=b\r\n\r\n"

/* The result of the last rewriting. */
static struct buf out;
static size_t header_size;
static bool is_8bit;

static void
set_up(void)
{
	memset(&out, 0, sizeof(out));
}

static void
tear_down(void)
{
	buf_free(&out);
}

/* In pieces of step octets; 0: all at once. */
static void
rewrite_by(struct slice in, unsigned what, size_t step, struct buf *result)
{
	struct mime_rewriter *m;
	size_t n;

	m = mime_begin(what);
	for (; in.len > 0; in.ptr += n, in.len -= n) {
		n = step == 0 || step > in.len ? in.len : step;
		mime_add(m, (struct slice){in.ptr, n}, result);
	}
	mime_end(m, result);
	header_size = mime_header_size(m);
	is_8bit = mime_is_8bit(m);
	mime_free(m);
}

static void
rewrite(struct slice in, unsigned what)
{
	static const size_t steps[] = {1, 3, 1000, 1024};
	struct buf again = BUF_INIT;
	size_t i;

	buf_clear(&out);
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		buf_clear(&again);
		rewrite_by(in, what, steps[i], &again);
		if (i > 0)
			ck_assert(slice_equal(buf_slice(&again),
			    buf_slice(&out)));
		buf_clear(&out);
		buf_add_slice(&out, buf_slice(&again));
	}
	buf_clear(&again);
	rewrite_by(buf_slice(&out), what, 0, &again);
	ck_assert_str_eq(buf_string(&again), buf_string(&out));
	buf_clear(&out);
	rewrite_by(in, what, 0, &out);
	ck_assert_str_eq(buf_string(&again), buf_string(&out));
	buf_free(&again);
}

static void
check(const char *in, unsigned what, const char *expected)
{
	rewrite(slice_from(in), what);
	ck_assert_str_eq(buf_string(&out), expected);
}

static bool
says(const char *words)
{
	return strstr(buf_string(&out), words) != NULL;
}

static size_t
longest_line(void)
{
	struct slice rest, line;
	size_t longest;

	longest = 0;
	rest = buf_slice(&out);
	while (slice_cut(&rest, '\n', &line))
		if (line.len > longest)
			longest = line.len;
	return longest - 1;
}

#endif
