#include "mail/address_lex.h"

#include <stdbool.h>
#include <string.h>

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

static bool
ends_word(char c)
{
	return is_white(c) || is_line_end(c) ||
	    (c != '\0' && strchr("()<>[]:;@,.\"", c) != NULL);
}

/* The position behind white space and folds: a line end is one only where
 * white space follows. */
static size_t
skip_white(struct slice text, size_t at)
{
	size_t next;

	for (;;) {
		next = at;
		if (next < text.len && text.ptr[next] == '\r')
			next++;
		if (next < text.len && text.ptr[next] == '\n')
			next++;
		else
			next = at;
		if (next == text.len || !is_white(text.ptr[next]))
			return at;
		at = next + 1;
	}
}

/* Whether a backslash at position at quotes the character behind it. */
static bool
is_pair(struct slice text, size_t at)
{
	return text.ptr[at] == '\\' && at + 1 < text.len &&
	    !is_line_end(text.ptr[at + 1]);
}

static struct address_token
make(int kind, size_t start, size_t end)
{
	return (struct address_token){kind, start, end, NULL};
}

static struct address_token
bad(size_t at, const char *why)
{
	return (struct address_token){TOKEN_BAD, at, at, why};
}

/* What stands between open and close; only comments nest. */
static struct address_token
lex_enclosed(struct slice text, size_t start, int kind, char close,
    const char *endless)
{
	size_t at, next, depth;
	char c;

	depth = 1;
	for (at = start + 1; at < text.len; at++) {
		c = text.ptr[at];
		if (is_line_end(c)) {
			next = skip_white(text, at);
			if (next == at)
				return bad(at, "a line end inside");
			at = next - 1;
		} else if (is_pair(text, at)) {
			at++;
		} else if (c == close && --depth == 0) {
			return make(kind, start, at + 1);
		} else if (kind == TOKEN_COMMENT && c == '(') {
			depth++;
		}
	}
	return bad(start, endless);
}

static bool
is_encoding(char c)
{
	return c == 'B' || c == 'b' || c == 'Q' || c == 'q';
}

static bool
begins_encoded_word(struct slice text, size_t at)
{
	return at + 1 < text.len && text.ptr[at] == '=' &&
	    text.ptr[at + 1] == '?';
}

static bool
is_never_in_encoded_word(char c)
{
	return is_white(c) || is_line_end(c) || c == '<' || c == '>';
}

/*
 * The end of an RFC 2047 encoded word that starts here, or start. Commas and
 * the like may not stand in one, but programs put them there; as a separator
 * such a comma would make a recipient of half a name.
 */
static size_t
skip_encoded_word(struct slice text, size_t start)
{
	size_t at;
	int marks;
	char c;

	if (!begins_encoded_word(text, start))
		return start;
	marks = 1;
	for (at = start + 2; at < text.len; at++) {
		c = text.ptr[at];
		if (is_never_in_encoded_word(c))
			return start;
		if (c != '?')
			continue;
		marks++;
		if (marks == 3 && (text.ptr[at - 2] != '?' ||
		    !is_encoding(text.ptr[at - 1])))
			return start;
		if (marks == 4)
			break;
	}
	if (at + 1 >= text.len || text.ptr[at + 1] != '=')
		return start;
	return at + 2;
}

static struct address_token
lex_word(struct slice text, size_t start)
{
	size_t at;

	at = skip_encoded_word(text, start);
	while (at < text.len && !ends_word(text.ptr[at])) {
		if (text.ptr[at] == '\\' && !is_pair(text, at))
			return bad(at, "a \"\\\" with nothing behind it");
		at += is_pair(text, at) ? 2 : 1;
	}
	if (at == start)
		return bad(at, "a line end inside");
	return make(TOKEN_WORD, start, at);
}

struct address_token
address_lex(struct slice text, size_t at)
{
	at = skip_white(text, at);
	if (at == text.len)
		return make(TOKEN_END, at, at);
	switch (text.ptr[at]) {
	case '"':
		return lex_enclosed(text, at, TOKEN_QUOTED, '"',
		    "a quotation mark without its pair");
	case '(':
		return lex_enclosed(text, at, TOKEN_COMMENT, ')',
		    "a \"(\" without its \")\"");
	case '[':
		return lex_enclosed(text, at, TOKEN_LITERAL, ']',
		    "a \"[\" without its \"]\"");
	case ')': case ']': case '<': case '>': case ':': case ';': case '@':
	case ',': case '.':
		return make(text.ptr[at], at, at + 1);
	default:
		return lex_word(text, at);
	}
}

void
address_token_text(struct slice text, const struct address_token *t,
    struct buf *out)
{
	bool enclosed;
	size_t at, end;
	char c;

	enclosed = t->kind == TOKEN_QUOTED || t->kind == TOKEN_LITERAL ||
	    t->kind == TOKEN_COMMENT;
	end = enclosed ? t->end - 1 : t->end;
	for (at = enclosed ? t->start + 1 : t->start; at < end; at++) {
		c = text.ptr[at];
		if (is_pair(text, at))
			buf_add_char(out, text.ptr[++at]);
		else if (!is_line_end(c) &&
		    !(t->kind == TOKEN_LITERAL && is_white(c)))
			buf_add_char(out, c);
	}
}
