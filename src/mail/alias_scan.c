#include "mail/alias_scan.h"

#include <string.h>

#include "mail/address.h"

#define INCLUDE ":include:"

struct token {
	struct buf text;
	unsigned line;
	unsigned parens;	/* open comments of RFC 5322 */
	bool quoted;
	bool angle;
};

static bool
is_plain(const struct token *t)
{
	return !t->quoted && t->parens == 0 && !t->angle;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A # begins a comment only where a word could begin. */
static bool
starts_comment(const struct alias_scan *s, const struct token *t)
{
	return s->text.ptr[s->at] == '#' && is_plain(t) &&
	    (t->text.len == 0 || t->text.data[t->text.len - 1] == ' ');
}

/* No quotation goes over a line end. */
static bool
ends_token(const struct alias_scan *s, const struct token *t)
{
	if (s->text.ptr[s->at] == '\n')
		return s->is_list || t->quoted;
	return s->text.ptr[s->at] == ',' && is_plain(t);
}

static void
follow_quotes(struct token *t, char c)
{
	if (c == '"' && t->parens == 0)
		t->quoted = !t->quoted;
	else if (t->quoted)
		return;
	else if (c == '(')
		t->parens++;
	else if (c == ')' && t->parens > 0)
		t->parens--;
	else if (t->parens == 0 && (c == '<' || c == '>'))
		t->angle = c == '<';
}

static size_t
line_rest(const struct alias_scan *s)
{
	return slice_find((struct slice){s->text.ptr + s->at,
	    s->text.len - s->at}, '\n');
}

/* Takes one character, or an escaped pair, into the token. */
static void
take_char(struct alias_scan *s, struct token *t)
{
	char c;

	c = s->text.ptr[s->at];
	if (t->text.len == 0) {
		if (is_blank(c))
			return;
		t->line = s->line;
	}
	if (c == '\\' && s->at + 1 < s->text.len &&
	    s->text.ptr[s->at + 1] != '\n') {
		buf_add(&t->text, s->text.ptr + s->at++, 2);
		return;
	}
	follow_quotes(t, c);
	if (is_blank(c))
		c = ' ';
	buf_add_char(&t->text, c);
}

/* Reads up to a separator and over it. */
static void
token_read(struct alias_scan *s, struct token *t)
{
	bool ended;

	for (ended = false; s->at < s->text.len && !ended; s->at++) {
		if (starts_comment(s, t))
			s->at += line_rest(s);
		if (s->at >= s->text.len)
			break;
		ended = ends_token(s, t);
		if (!ended)
			take_char(s, t);
		if (s->text.ptr[s->at] == '\n')
			s->line++;
	}
}

/* What a string that is quoted from end to end says; false for others. */
static bool
unquote(struct slice s, struct buf *out)
{
	size_t i;

	if (s.len < 2 || s.ptr[0] != '"')
		return false;
	for (i = 1; i < s.len - 1 && s.ptr[i] != '"'; i++) {
		if (s.ptr[i] == '\\' && i + 2 < s.len)
			i++;
		buf_add_char(out, s.ptr[i]);
	}
	return i == s.len - 1 && s.ptr[i] == '"';
}

void
alias_add_key(struct slice name, struct buf *out)
{
	size_t i, from;

	from = out->len;
	if (!unquote(name, out)) {
		out->len = from;
		buf_add_slice(out, name);
	}
	for (i = from; i < out->len; i++)
		if (out->data[i] >= 'A' && out->data[i] <= 'Z')
			out->data[i] = (char)(out->data[i] - 'A' + 'a');
}

static bool
has_control(struct slice s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == 0x7f)
			return true;
	return false;
}

static bool
take_address(struct slice text, struct alias_item *item, const char **why)
{
	struct mailbox m;

	if (!address_one_parse(text, &m, why))
		return false;
	if (m.addr[0] == '\0') {
		*why = "an address is empty";
	} else if (address_is_valid(slice_from(m.addr), why)) {
		item->text = m.addr;
		m.addr = NULL;
	}
	mailbox_free(&m);
	return item->text != NULL;
}

static bool
take_include(struct slice path, struct alias_item *item, const char **why)
{
	struct buf plain = BUF_INIT;

	path = slice_trim(path);
	if (unquote(path, &plain))
		path = buf_slice(&plain);
	if (path.len == 0 || has_control(path))
		*why = "no file is named behind :include:";
	else
		item->text = slice_dup(path);
	buf_free(&plain);
	return item->text != NULL;
}

/* Targets that are no addresses, by how they begin. */
static const struct {
	const char *start;
	enum alias_kind kind;
} starts[] = {
	{"|", ALIAS_PROGRAM},
	{"/", ALIAS_FILE},
	{INCLUDE, ALIAS_INCLUDE},
	{"\\", ALIAS_LITERAL},
};

/* Takes off text what says which kind it is. */
static enum alias_kind
kind_take(struct slice *text)
{
	size_t i, n;

	for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		if (!slice_starts_nocase(*text, starts[i].start))
			continue;
		n = strlen(starts[i].start);
		*text = (struct slice){text->ptr + n, text->len - n};
		return starts[i].kind;
	}
	return ALIAS_ADDRESS;
}

/* "\name" is written for \name, although the quotes eat the backslash. */
static bool
is_quoted_literal(struct slice raw)
{
	return slice_starts(raw, "\"\\") && raw.len > 3 &&
	    raw.ptr[2] != '"' && raw.ptr[2] != '\\';
}

static bool
item_parse(struct slice raw, struct alias_item *item, const char **why)
{
	struct buf plain = BUF_INIT;
	struct slice text;
	bool is_whole, ok;

	is_whole = unquote(raw, &plain);
	text = is_whole ? buf_slice(&plain) : raw;
	item->kind = kind_take(&text);
	if (item->kind == ALIAS_ADDRESS && is_whole && is_quoted_literal(raw))
		item->kind = ALIAS_LITERAL;
	if (item->kind == ALIAS_FILE && slice_is(text, "dev/null"))
		item->kind = ALIAS_NOTHING;
	if (item->kind >= ALIAS_PROGRAM) {
		ok = true;
	} else if (item->kind == ALIAS_INCLUDE) {
		ok = take_include(text, item, why);
	} else if (raw.ptr[0] == ':') {
		*why = "a target with colons is none that is known here";
		ok = false;
	} else {
		ok = take_address(item->kind == ALIAS_ADDRESS ? raw : text,
		    item, why);
	}
	buf_free(&plain);
	return ok;
}

int
alias_scan_next(struct alias_scan *s, struct alias_item *item,
    const char **why)
{
	struct token t = {.text = BUF_INIT};
	struct slice raw;
	bool ok;

	do {
		token_read(s, &t);
		raw = slice_trim(buf_slice(&t.text));
	} while (raw.len == 0 && s->at < s->text.len);
	if (raw.len == 0) {
		buf_free(&t.text);
		return 0;
	}
	*item = (struct alias_item){.line = t.line};
	ok = !t.quoted;
	if (ok)
		ok = item_parse(raw, item, why);
	else
		*why = "a quotation mark is not closed";
	buf_free(&t.text);
	return ok ? 1 : -1;
}
