#include "config/text.h"

#include <string.h>

struct cleaner {
	struct slice in;
	size_t at;
	unsigned line;
	struct reading *reading;
	struct buf *out;
	struct text_sections *sections;
	char last;		/* the last character that means something */
	unsigned section;	/* line of the open section, 0: none */
	unsigned list;		/* line of the open list, 0: none */
	bool ok;
};

static char
peek(const struct cleaner *c, size_t ahead)
{
	if (ahead < c->in.len - c->at)
		return c->in.ptr[c->at + ahead];
	return '\0';
}

static bool
is_at(const struct cleaner *c, const char *two)
{
	return peek(c, 0) == two[0] && peek(c, 1) == two[1];
}

static bool
is_done(const struct cleaner *c)
{
	return c->at >= c->in.len;
}

static void
copy(struct cleaner *c)
{
	buf_add_char(c->out, c->in.ptr[c->at++]);
}

static void
skip_line_comment(struct cleaner *c)
{
	while (!is_done(c) && peek(c, 0) != '\n')
		c->at++;
}

static void
skip_block_comment(struct cleaner *c)
{
	unsigned start;

	start = c->line;
	c->at += 2;
	while (!is_done(c) && !is_at(c, "*/")) {
		if (peek(c, 0) == '\n') {
			buf_add_char(c->out, '\n');
			c->line++;
		}
		c->at++;
	}
	if (is_done(c)) {
		reading_complain(c->reading, start,
		    "the comment that begins here is never closed: "
		    "*/ is missing");
		c->ok = false;
		return;
	}
	c->at += 2;
	buf_add_char(c->out, ' ');
}

static bool
is_control(char ch)
{
	return (unsigned char)ch < 0x20 || ch == 0x7f;
}

/* Why the character at hand may not stand in a string, or NULL. */
static const char *
string_fault(const struct cleaner *c, char quote)
{
	if (is_done(c) || peek(c, 0) == '\n' || is_at(c, "\r\n"))
		return "the quoted value is not closed in its line";
	if (is_control(peek(c, 0)))
		return "a quoted value holds a control character";
	if (quote == '\'')
		return NULL;
	if (is_at(c, "${"))
		return "${...} is not replaced here; in single quotes it "
		    "stands for itself";
	if (peek(c, 0) == '\\' && peek(c, 1) != '"' && peek(c, 1) != '\\')
		return "in double quotes a backslash may stand only before "
		    "\" and \\; single quotes keep it as it is";
	return NULL;
}

static void
copy_string(struct cleaner *c, char quote)
{
	const char *fault;

	copy(c);
	for (;;) {
		fault = string_fault(c, quote);
		if (fault != NULL) {
			reading_complain(c->reading, c->line, "%s", fault);
			c->ok = false;
			skip_line_comment(c);
			return;
		}
		if (peek(c, 0) == quote)
			break;
		if (peek(c, 0) == '\\' &&
		    (peek(c, 1) == quote || peek(c, 1) == '\\'))
			copy(c);
		copy(c);
	}
	copy(c);
	c->last = quote;
}

static void
note_section(struct cleaner *c)
{
	struct text_sections *s;

	if (c->section != 0) {
		reading_complain(c->reading, c->line,
		    "a section opens inside the one of line %u: "
		    "is a } missing before this line?", c->section);
		c->ok = false;
	}
	c->section = c->line;
	s = c->sections;
	if (s->count == s->cap) {
		s->cap = s->cap == 0 ? 8 : s->cap * 2;
		s->lines = xrealloc(s->lines, s->cap, sizeof(*s->lines));
	}
	s->lines[s->count++] = c->line;
}

static void
open_brace(struct cleaner *c)
{
	if (c->last == '=')
		c->list = c->line;
	else
		note_section(c);
}

static void
close_brace(struct cleaner *c)
{
	if (c->list != 0) {
		if (c->last == '{') {
			reading_complain(c->reading, c->line,
			    "an empty list says nothing: "
			    "fill it or leave the key out");
			c->ok = false;
		}
		c->list = 0;
	} else if (c->section == 0) {
		reading_complain(c->reading, c->line,
		    "a } closes nothing: no section is open");
		c->ok = false;
	} else
		c->section = 0;
}

static void
copy_mark(struct cleaner *c)
{
	if (peek(c, 0) == '{')
		open_brace(c);
	else if (peek(c, 0) == '}')
		close_brace(c);
	c->last = peek(c, 0);
	copy(c);
}

static bool
is_word(char ch)
{
	static const char others[] = ".-_/:@%";

	return (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'z') ||
	    (ch >= 'A' && ch <= 'Z') ||
	    (ch != '\0' && strchr(others, ch) != NULL);
}

static void
refuse(struct cleaner *c)
{
	struct buf what = BUF_INIT;

	buf_add_escaped(&what, (struct slice){c->in.ptr + c->at, 1}, 1);
	reading_complain(c->reading, c->line, "\"%s\" stands outside of "
	    "quotes: put the whole value in double quotes, and no ; or , "
	    "behind it", buf_string(&what));
	buf_free(&what);
	c->ok = false;
	skip_line_comment(c);
}

static void
copy_word(struct cleaner *c)
{
	while (!is_done(c) && is_word(peek(c, 0))) {
		if (is_at(c, "//")) {
			refuse(c);
			return;
		}
		copy(c);
	}
	c->last = 'w';
}

static bool
is_mark(const struct cleaner *c)
{
	if (is_at(c, "+="))
		return true;
	/* A comma outside of a list would be taken for a token in between. */
	if (peek(c, 0) == ',')
		return c->list != 0;
	return peek(c, 0) == '{' || peek(c, 0) == '}' || peek(c, 0) == '=';
}

static void
copy_blank(struct cleaner *c)
{
	if (peek(c, 0) == '\n')
		c->line++;
	copy(c);
}

static bool
is_blank(const struct cleaner *c)
{
	return peek(c, 0) == ' ' || peek(c, 0) == '\t' ||
	    peek(c, 0) == '\n' || is_at(c, "\r\n");
}

static void
step(struct cleaner *c)
{
	if (is_blank(c))
		copy_blank(c);
	else if (peek(c, 0) == '#' || is_at(c, "//"))
		skip_line_comment(c);
	else if (is_at(c, "/*"))
		skip_block_comment(c);
	else if (peek(c, 0) == '"' || peek(c, 0) == '\'')
		copy_string(c, peek(c, 0));
	else if (is_mark(c))
		copy_mark(c);
	else if (is_word(peek(c, 0)))
		copy_word(c);
	else
		refuse(c);
}

bool
text_clean(struct slice text, struct reading *r, struct buf *out,
    struct text_sections *sections)
{
	struct cleaner c = {.in = text, .line = 1, .reading = r, .out = out,
	    .sections = sections, .ok = true};

	while (!is_done(&c))
		step(&c);
	if (c.list != 0)
		reading_complain(r, c.list,
		    "the list that begins here is never closed: "
		    "a } is missing");
	if (c.section != 0)
		reading_complain(r, c.section,
		    "the section that begins here is never closed: "
		    "a } is missing");
	return c.ok && c.list == 0 && c.section == 0;
}
