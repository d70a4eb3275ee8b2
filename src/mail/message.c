#include "mail/message.h"

#include "mail/header.h"

static struct slice
slice_behind(struct slice s, size_t at)
{
	return (struct slice){s.ptr + at, s.len - at};
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "12:34", as each mbox line has it. */
static bool
has_time(struct slice line)
{
	size_t i;

	for (i = 2; i + 2 < line.len; i++)
		if (line.ptr[i] == ':' && is_digit(line.ptr[i - 2]) &&
		    is_digit(line.ptr[i - 1]) && is_digit(line.ptr[i + 1]) &&
		    is_digit(line.ptr[i + 2]))
			return true;
	return false;
}

/*
 * Takes the line that starts at position at: true with the start of the next
 * one, false where its end has not come yet. CRs at the end may be part of a
 * CRLF.
 */
static bool
take_line(struct slice raw, bool at_eof, size_t at, size_t *next)
{
	size_t end, i;

	*next = header_line_next(raw, at, &end);
	if (at_eof || (*next > end && raw.ptr[*next - 1] == '\n'))
		return true;
	for (i = end; i < raw.len && i - end <= HEADER_CR_MAX; i++)
		if (raw.ptr[i] != '\r')
			return true;
	return i < raw.len;
}

/* Passes over "From " lines, from old UUCP also ">From ". False where more
 * must come before that can be told. */
static bool
skip_mbox_lines(struct slice raw, bool at_eof, size_t *at)
{
	enum header_line kind;
	struct slice rest;
	size_t next;

	for (;;) {
		rest = slice_behind(raw, *at);
		if (header_line_kind(rest) == HEADER_LINE_FIELD ||
		    (!slice_starts(rest, "From ") &&
		    !slice_starts(rest, ">From ")))
			return true;
		if (!take_line(raw, at_eof, *at, &next))
			return false;
		rest.len = next - *at;
		kind = header_line_kind(slice_behind(raw, next));
		if (kind == HEADER_LINE_UNKNOWN && !at_eof)
			return false;
		if (kind != HEADER_LINE_FIELD && !has_time(rest))
			return true;
		*at = next;
	}
}

bool
message_find_body(struct slice raw, bool at_eof, size_t *end, size_t *body)
{
	enum header_line kind;
	size_t at, first, next;

	at = 0;
	if (!skip_mbox_lines(raw, at_eof, &at))
		return false;
	first = at;
	for (;;) {
		kind = header_line_kind(slice_behind(raw, at));
		if (kind == HEADER_LINE_UNKNOWN && !at_eof)
			return false;
		if (kind != HEADER_LINE_FIELD &&
		    (kind != HEADER_LINE_MORE || at == first))
			break;
		if (!take_line(raw, at_eof, at, &next))
			return false;
		at = next;
	}
	*end = at;
	*body = at;
	return kind != HEADER_LINE_EMPTY || take_line(raw, at_eof, at, body);
}
