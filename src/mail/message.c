#include "mail/message.h"

#include <string.h>

#include "mail/header.h"

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

/* A message of which the start is there. */
struct start {
	struct buf *raw;
	bool at_eof;
	bool has_lf;		/* so a lone CR ends no line */
	bool is_known;		/* has_lf stays as it is, whatever comes */
};

static struct start
start_of(struct buf *raw, bool at_eof)
{
	struct start s = {.raw = raw, .at_eof = at_eof};
	size_t len;

	len = raw->len == 0 ? 0 : raw->len - 1;
	if (len > MESSAGE_CR_TEXT_MAX)
		len = MESSAGE_CR_TEXT_MAX;
	s.has_lf = len > 0 && memchr(raw->data, '\n', len) != NULL;
	s.is_known = s.has_lf || at_eof || len == MESSAGE_CR_TEXT_MAX;
	return s;
}

static struct slice
text_at(const struct start *s, size_t at)
{
	return (struct slice){s->raw->data + at, s->raw->len - at};
}

/* CRs at the end of a line may be part of a CRLF that has not come whole. */
static bool
line_is_whole(const struct start *s, size_t end, size_t next)
{
	size_t i;

	if (s->at_eof || (next > end && s->raw->data[next - 1] == '\n'))
		return true;
	for (i = end; i < s->raw->len && i - end <= HEADER_CR_MAX; i++)
		if (s->raw->data[i] != '\r')
			return true;
	return i < s->raw->len;
}

/* Takes the line that starts at position at: true with the start of the next
 * one, false where its end has not come yet. */
static bool
take_line(const struct start *s, size_t at, size_t *next)
{
	size_t end, from;

	for (from = at; ; from = end + 1) {
		*next = header_line_next(buf_slice(s->raw), from, &end);
		if (!line_is_whole(s, end, *next))
			return false;
		if (end == at || *next == s->raw->len ||
		    s->raw->data[*next - 1] == '\n')
			return true;
		if (!s->has_lf)
			return s->is_known;
		s->raw->data[end] = ' ';
	}
}

/* Passes over "From " lines, from old UUCP also ">From ". False where more
 * must come before that can be told. */
static bool
skip_mbox_lines(const struct start *s, size_t *at)
{
	enum header_line kind;
	struct slice rest;
	size_t next;

	for (;;) {
		rest = text_at(s, *at);
		if (header_line_kind(rest) == HEADER_LINE_FIELD ||
		    (!slice_starts(rest, "From ") &&
		    !slice_starts(rest, ">From ")))
			return true;
		if (!take_line(s, *at, &next))
			return false;
		rest.len = next - *at;
		kind = header_line_kind(text_at(s, next));
		if (kind == HEADER_LINE_UNKNOWN && !s->at_eof)
			return false;
		if (kind != HEADER_LINE_FIELD && !has_time(rest))
			return true;
		*at = next;
	}
}

bool
message_find_body(struct buf *raw, bool at_eof, size_t *end, size_t *body)
{
	enum header_line kind;
	struct start s;
	size_t at, first, next;

	buf_reserve(raw, 0);
	s = start_of(raw, at_eof);
	at = 0;
	if (!skip_mbox_lines(&s, &at))
		return false;
	first = at;
	for (;;) {
		kind = header_line_kind(text_at(&s, at));
		if (kind == HEADER_LINE_UNKNOWN && !at_eof)
			return false;
		if (kind != HEADER_LINE_FIELD &&
		    (kind != HEADER_LINE_MORE || at == first))
			break;
		if (!take_line(&s, at, &next))
			return false;
		at = next;
	}
	*end = at;
	*body = at;
	return kind != HEADER_LINE_EMPTY || take_line(&s, at, body);
}
