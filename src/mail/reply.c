#include "mail/reply.h"

#include <string.h>

#define CODE_LEN 3

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* One to three digits at the start of s: how many, 0 where there are none. */
static size_t
count_digits(struct slice s)
{
	size_t n;

	for (n = 0; n < s.len && n < 3 && is_digit(s.ptr[n]); n++)
		;
	return n;
}

/*
 * The length of an enhanced code at the start of a line's text, 0 where there
 * is none. Its class has to be that of the reply code (RFC 2034 4).
 */
static size_t
enhanced_length(struct slice text, int code)
{
	size_t n, digits;

	if (text.len < 5 || text.ptr[0] != '0' + code / 100 ||
	    text.ptr[0] == '3' || text.ptr[1] != '.')
		return 0;
	n = 2;
	digits = count_digits((struct slice){text.ptr + n, text.len - n});
	n += digits;
	if (digits == 0 || n == text.len || text.ptr[n] != '.')
		return 0;
	n++;
	digits = count_digits((struct slice){text.ptr + n, text.len - n});
	n += digits;
	if (digits == 0 || (n < text.len && text.ptr[n] != ' '))
		return 0;
	return n;
}

/* A space, a hyphen, or the CR of a line that has no words. */
static bool
ends_code(struct slice line)
{
	char c;

	c = line.ptr[CODE_LEN];
	return c == ' ' || c == '-' ||
	    (c == '\r' && line.len == CODE_LEN + 1);
}

/* Whether what is there of the code can be one. */
static bool
may_be_code(struct slice line)
{
	size_t i;

	if (line.len > 0 && (line.ptr[0] < '2' || line.ptr[0] > '5'))
		return false;
	for (i = 1; i < line.len && i < CODE_LEN; i++)
		if (!is_digit(line.ptr[i]))
			return false;
	return true;
}

/*
 * Why the start of a line, however little of it is there, cannot be one of a
 * reply: so rubbish without an end is known by its first byte. NULL: it can.
 */
static const char *
start_fault(struct slice line, int expected)
{
	int code;

	if (!may_be_code(line))
		return "the answer does not start with a reply code";
	if (line.len > CODE_LEN && !ends_code(line))
		return "the reply code is followed by rubbish";
	if (line.len < CODE_LEN)
		return NULL;
	code = (line.ptr[0] - '0') * 100 + (line.ptr[1] - '0') * 10 +
	    line.ptr[2] - '0';
	if (expected != 0 && code != expected)
		return "the lines of one reply have different codes";
	return NULL;
}

static void
take_line(struct reply *out, struct slice line)
{
	struct slice text;
	size_t n;

	out->code = (line.ptr[0] - '0') * 100 + (line.ptr[1] - '0') * 10 +
	    line.ptr[2] - '0';
	if (line.ptr[line.len - 1] == '\r')
		line.len--;
	if (line.len <= CODE_LEN)
		return;
	text = (struct slice){line.ptr + CODE_LEN + 1, line.len - CODE_LEN - 1};
	buf_add_slice(&out->text, text);
	n = enhanced_length(text, out->code);
	if (n == 0 || out->enhanced[0] != '\0')
		return;
	memcpy(out->enhanced, text.ptr, n);
	out->enhanced[n] = '\0';
}

static long
refuse(const char **why, const char *words)
{
	*why = words;
	return -1;
}

/*
 * The line that starts at *at, without its LF; *at moves behind it. Returns 1,
 * 0 while it is incomplete, or -1 with *why.
 */
static long
next_line(struct slice in, size_t *at, int code, struct slice *line,
    const char **why)
{
	const char *fault;
	size_t len;

	*line = (struct slice){in.ptr + *at, in.len - *at};
	len = slice_find(*line, '\n');
	fault = start_fault((struct slice){line->ptr, len}, code);
	if (fault != NULL)
		return refuse(why, fault);
	if (len >= REPLY_LINE_MAX)
		return refuse(why, "a line of the reply is too long");
	if (*at + len >= REPLY_BYTES_MAX)
		return refuse(why, "the reply is too long");
	if (len == line->len)
		return 0;
	if (len < CODE_LEN)
		return refuse(why,
		    "the answer does not start with a reply code");
	line->len = len;
	*at += len + 1;
	return 1;
}

long
reply_parse(struct slice in, struct reply *out, const char **why)
{
	struct slice line;
	size_t at;
	int lines;
	long n;

	out->code = 0;
	out->enhanced[0] = '\0';
	buf_clear(&out->text);
	if (in.len == 0)
		return 0;	/* in.ptr may be NULL */
	at = 0;
	for (lines = 0; lines < REPLY_LINES_MAX; lines++) {
		n = next_line(in, &at, out->code, &line, why);
		if (n != 1)
			return n;
		if (lines > 0)
			buf_add_char(&out->text, '\n');
		take_line(out, line);
		if (line.len == CODE_LEN || line.ptr[CODE_LEN] != '-')
			return (long)at;
	}
	return refuse(why, "the reply has too many lines");
}

void
reply_words(const struct reply *r, struct buf *out)
{
	struct slice rest, line;
	size_t n, start;

	rest = buf_slice(&r->text);
	start = out->len;
	while (slice_cut(&rest, '\n', &line)) {
		n = enhanced_length(line, r->code);
		line = slice_trim((struct slice){line.ptr + n, line.len - n});
		if (line.len > 0 && out->len > start)
			buf_add_char(out, ' ');
		buf_add_slice(out, line);
	}
}

void
reply_free(struct reply *r)
{
	buf_free(&r->text);
	r->code = 0;
	r->enhanced[0] = '\0';
}
