#include "mail/header.h"

static bool
is_white(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_line_end(char c)
{
	return c == '\r' || c == '\n';
}

/* The length of the field name that text starts with, as far as one may go. */
static size_t
name_length(struct slice text)
{
	size_t n;

	n = 0;
	while (n < text.len && text.ptr[n] > 0x20 && text.ptr[n] < 0x7f &&
	    text.ptr[n] != ':' && n <= HEADER_NAME_MAX)
		n++;
	return n;
}

enum header_line
header_line_kind(struct slice text)
{
	size_t at, name;

	if (text.len == 0)
		return HEADER_LINE_UNKNOWN;
	if (is_line_end(text.ptr[0]))
		return HEADER_LINE_EMPTY;
	if (is_white(text.ptr[0]))
		return HEADER_LINE_MORE;
	name = name_length(text);
	if (name > HEADER_NAME_MAX)
		return HEADER_LINE_OTHER;
	at = name;
	while (at < text.len && is_white(text.ptr[at]))
		at++;
	if (at == text.len)
		return HEADER_LINE_UNKNOWN;
	return name > 0 && text.ptr[at] == ':' ?
	    HEADER_LINE_FIELD : HEADER_LINE_OTHER;
}

size_t
header_line_next(struct slice text, size_t at, size_t *end)
{
	while (at < text.len && !is_line_end(text.ptr[at]))
		at++;
	*end = at;
	while (at < text.len && text.ptr[at] == '\r' &&
	    at - *end < HEADER_CR_MAX)
		at++;
	if (at < text.len && text.ptr[at] == '\n')
		return at + 1;
	return *end < text.len ? *end + 1 : *end;
}

bool
header_next(struct slice *rest, struct header_field *f)
{
	size_t colon, at, end;

	if (header_line_kind(*rest) != HEADER_LINE_FIELD)
		return false;
	colon = slice_find(*rest, ':');
	at = header_line_next(*rest, 0, &end);
	while (at < rest->len && is_white(rest->ptr[at]))
		at = header_line_next(*rest, at, &end);
	f->name = slice_trim((struct slice){rest->ptr, colon});
	f->value = (struct slice){rest->ptr + colon + 1, end - colon - 1};
	f->whole = (struct slice){rest->ptr, at};
	rest->ptr += at;
	rest->len -= at;
	return true;
}

bool
header_is(const struct header_field *f, const char *name)
{
	return slice_is_nocase(f->name, name);
}

bool
header_find(struct slice header, const char *name, struct header_field *f)
{
	while (header_next(&header, f))
		if (header_is(f, name))
			return true;
	return false;
}

void
header_unfold(struct slice value, struct buf *out)
{
	size_t i;

	value = slice_trim(value);
	for (i = 0; i < value.len; i++)
		if (!is_line_end(value.ptr[i]))
			buf_add_char(out, value.ptr[i]);
}

static size_t
count_leading_white(struct slice line)
{
	size_t n;

	n = 0;
	while (n < line.len && is_white(line.ptr[n]))
		n++;
	return n;
}

/* The last white space of line at or before position max that has something
 * before it, else the first one behind max but within most; 0: none. */
static size_t
find_gap(struct slice line, size_t max, size_t most)
{
	size_t i, first;

	first = count_leading_white(line);
	for (i = max; i > first; i--)
		if (is_white(line.ptr[i]))
			return i;
	i = max > first ? max + 1 : first + 1;
	for (; i <= most && i < line.len; i++)
		if (is_white(line.ptr[i]))
			return i;
	return 0;
}

/* Whether folding at gap saves from cutting: not where the word behind it is
 * too long for a line, unless this line is half full already. */
static bool
is_gap_useful(struct slice line, size_t gap)
{
	size_t i;

	if (gap == 0 || gap >= HEADER_LINE_MAX / 2)
		return gap > 0;
	i = gap + 1;
	while (i < line.len && is_white(line.ptr[i]))
		i++;
	while (i < line.len && !is_white(line.ptr[i]) &&
	    i - gap <= HEADER_LINE_MAX)
		i++;
	return i - gap <= HEADER_LINE_MAX;
}

/* Where to cut what has no white space: behind a comma, else between two
 * characters, and not behind a backslash. */
static size_t
find_cut(struct slice line, size_t max)
{
	size_t i, least;

	least = count_leading_white(line) + 1;
	if (least < max / 2)
		least = max / 2;
	for (i = max; i > least; i--)
		if (line.ptr[i - 1] == ',' || line.ptr[i - 1] == ';')
			return i;
	for (i = max; i > least; i--)
		if (line.ptr[i - 1] != '\\' &&
		    ((unsigned char)line.ptr[i] & 0xc0) != 0x80)
			return i;
	return max;
}

static void
fold_line(struct slice line, size_t limit, struct buf *out)
{
	size_t at, white, lead, most;

	while (line.len > 0 && is_white(line.ptr[line.len - 1]))
		line.len--;
	/* An empty line would end the header. */
	if (line.len == 0)
		return;
	for (lead = 0; line.len + lead > limit; ) {
		most = HEADER_LINE_MAX - lead;
		white = count_leading_white(line);
		if (white >= limit) {
			line.ptr += white - 1;
			line.len -= white - 1;
			continue;
		}
		at = find_gap(line, limit - lead, most);
		if (at == 0 && line.len <= most)
			break;
		lead = !is_gap_useful(line, at);
		if (lead > 0)
			at = find_cut(line, most);
		buf_add(out, line.ptr, at);
		buf_add_string(out, lead ? "\r\n " : "\r\n");
		line.ptr += at;
		line.len -= at;
	}
	buf_add_slice(out, line);
	buf_add_string(out, "\r\n");
}

void
header_fold(struct slice text, size_t limit, struct buf *out)
{
	size_t at, next, end;

	for (at = 0; at < text.len; at = next) {
		next = header_line_next(text, at, &end);
		if (end - at > limit)
			fold_line((struct slice){text.ptr + at, end - at},
			    limit, out);
		else
			buf_add(out, text.ptr + at, next - at);
	}
}
