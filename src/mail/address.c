#include "mail/address.h"

#include <stdlib.h>
#include <string.h>

static bool
fail(struct address_cursor *c, const char *why)
{
	/* A broken token is the better explanation. */
	c->why = c->token.kind == TOKEN_BAD ? c->token.why : why;
	return false;
}

/* Moves on to the next token that is no comment. */
static void
advance(struct address_cursor *c)
{
	c->end = c->token.end;
	c->token = address_lex(c->text, c->end);
	while (c->token.kind == TOKEN_COMMENT) {
		if (c->comment.kind != TOKEN_COMMENT)
			c->comment = c->token;
		c->end = c->token.end;
		c->token = address_lex(c->text, c->end);
	}
}

static bool
is_separator(int kind)
{
	return kind == ',' || kind == ';' || kind == ':';
}

void
address_begin(struct address_cursor *c, struct slice text)
{
	memset(c, 0, sizeof(*c));
	c->text = text;
	c->token.kind = ',';
	c->comment.kind = TOKEN_END;
}

/* To the first token of the next item; false at the end of the text. */
static bool
begin_item(struct address_cursor *c)
{
	c->joined = !is_separator(c->token.kind);
	c->comment.kind = TOKEN_END;
	while (is_separator(c->token.kind)) {
		if (c->token.kind == ';')
			c->in_group = false;
		c->comment.kind = TOKEN_END;
		advance(c);
	}
	c->start = c->comment.kind == TOKEN_COMMENT ?
	    c->comment.start : c->token.start;
	return c->token.kind != TOKEN_END;
}

/*
 * Which special character ends the present words: it tells a group's name from
 * a display name from an address. What was found is kept, so that a list
 * without any comma is still read in linear time.
 */
static void
look_ahead(struct address_cursor *c)
{
	struct address_token t;

	if (c->stop_end > c->token.start)
		return;
	t = c->token;
	while (t.kind != '<' && !is_separator(t.kind) && t.kind != TOKEN_END &&
	    t.kind != TOKEN_BAD)
		t = address_lex(c->text, t.end);
	c->stop = t.kind;
	c->stop_end = t.end;
}

/* Leaves the colon in place: it separates. */
static bool
open_group(struct address_cursor *c)
{
	if (c->in_group)
		return fail(c, "a group inside a group");
	while (c->token.kind != ':') {
		if (c->token.kind != TOKEN_WORD &&
		    c->token.kind != TOKEN_QUOTED && c->token.kind != '.')
			return fail(c, "a \":\" that no group's name precedes");
		advance(c);
	}
	c->in_group = true;
	return true;
}

static bool
has_control(const struct buf *b)
{
	size_t i;

	for (i = 0; i < b->len; i++)
		if ((unsigned char)b->data[i] < 0x20 || b->data[i] == 0x7f)
			return true;
	return false;
}

/* What no domain has in it, however it is written. */
static bool
has_special(struct slice text, const struct address_token *t)
{
	const char *specials;
	size_t i;

	specials = t->kind == TOKEN_LITERAL ? "\\" : "\\()<>[]:;@,\"?";
	for (i = t->start; i < t->end; i++)
		if (text.ptr[i] != '\0' &&
		    strchr(specials, text.ptr[i]) != NULL)
			return true;
	return false;
}

/* Words with dots between them; comments and white space may stand anywhere.
 * Two words in a row end it. */
static bool
parse_dotted(struct address_cursor *c, int other, struct mailbox *out,
    struct buf *text)
{
	bool after_word, seen;

	after_word = seen = false;
	while (c->token.kind == TOKEN_WORD || c->token.kind == other ||
	    c->token.kind == '.') {
		if (after_word && c->token.kind != '.')
			break;
		after_word = c->token.kind != '.';
		seen = seen || after_word;
		if (other == TOKEN_LITERAL && has_special(c->text, &c->token))
			return false;
		if (c->token.kind == TOKEN_LITERAL)
			buf_add_char(text, '[');
		address_token_text(c->text, &c->token, text);
		if (c->token.kind == TOKEN_LITERAL)
			buf_add_char(text, ']');
		out->addr_end = c->token.end;
		advance(c);
	}
	return seen;
}

static bool
parse_local(struct address_cursor *c, struct mailbox *out, struct buf *addr)
{
	struct buf local = BUF_INIT;
	bool ok;

	ok = parse_dotted(c, TOKEN_QUOTED, out, &local);
	if (!ok)
		fail(c, "an address is missing");
	else if (has_control(&local))
		ok = fail(c, "a control character in an address");
	else
		address_print_local(buf_slice(&local), addr);
	buf_free(&local);
	return ok;
}

static bool
parse_domain(struct address_cursor *c, struct mailbox *out, struct buf *addr)
{
	advance(c);
	buf_add_char(addr, '@');
	if (!parse_dotted(c, TOKEN_LITERAL, out, addr))
		return fail(c, "no domain behind the \"@\"");
	if (has_control(addr))
		return fail(c, "a control character in an address");
	if (c->token.kind == '@')
		return fail(c, "more than one \"@\" in an address");
	/* "example.org." is how the DNS writes it; SMTP does not. */
	while (addr->data[addr->len - 1] == '.')
		addr->data[--addr->len] = '\0';
	return true;
}

static bool
parse_spec(struct address_cursor *c, struct mailbox *out)
{
	struct buf addr = BUF_INIT;

	if (!parse_local(c, out, &addr) ||
	    (c->token.kind == '@' && !parse_domain(c, out, &addr))) {
		buf_free(&addr);
		return false;
	}
	out->bare = address_domain(buf_slice(&addr)).len == 0;
	out->addr = addr.data;
	return true;
}

/* A route, "@a,@b:", says nothing any more (RFC 5321 appendix C). */
static bool
skip_route(struct address_cursor *c)
{
	if (c->token.kind != '@' && c->token.kind != ',')
		return true;
	while (c->token.kind != ':') {
		if (c->token.kind != '@' && c->token.kind != ',' &&
		    c->token.kind != '.' && c->token.kind != TOKEN_WORD &&
		    c->token.kind != TOKEN_LITERAL)
			return fail(c, "a route without its \":\"");
		advance(c);
	}
	advance(c);
	return true;
}

static bool
parse_angle(struct address_cursor *c, struct mailbox *out)
{
	advance(c);
	if (c->token.kind == '>') {
		out->addr = xstrdup("");
		advance(c);
		return true;
	}
	if (!skip_route(c) || !parse_spec(c, out))
		return false;
	if (c->token.kind != '>')
		return fail(c, "no \">\" where an address should end");
	advance(c);
	return true;
}

/* A name as a C string, NULL where nothing is in it. */
static char *
copy_name(struct slice name)
{
	char *copy;
	size_t i;

	name = slice_trim(name);
	if (name.len == 0)
		return NULL;
	copy = slice_dup(name);
	for (i = 0; i < name.len; i++)
		if (copy[i] == '\0')
			copy[i] = '?';
	return copy;
}

/* Up to the "<"; white space and comments between words count as one space. */
static bool
parse_phrase(struct address_cursor *c, struct mailbox *out)
{
	struct buf name = BUF_INIT;
	size_t last;

	last = c->token.start;
	while (c->token.kind != '<') {
		if (c->token.kind == ')' || c->token.kind == ']' ||
		    c->token.kind == '>') {
			buf_free(&name);
			return fail(c, "a closing bracket that none opened");
		}
		if (c->token.start > last)
			buf_add_char(&name, ' ');
		address_token_text(c->text, &c->token, &name);
		last = c->token.end;
		advance(c);
	}
	out->name = copy_name(buf_slice(&name));
	buf_free(&name);
	return true;
}

/* A comment is the name where there is no other: root (Cron Daemon). */
static void
take_comment(struct address_cursor *c, struct mailbox *out)
{
	struct buf name = BUF_INIT;

	if (out->name != NULL || c->comment.kind != TOKEN_COMMENT)
		return;
	address_token_text(c->text, &c->comment, &name);
	out->name = copy_name(buf_slice(&name));
	buf_free(&name);
}

/* What may not follow the mailbox that was read. */
static bool
check_behind(struct address_cursor *c, const struct mailbox *m)
{
	if (c->token.kind == ':' || c->token.kind == TOKEN_BAD)
		return fail(c, "a \":\" behind an address");
	/* A word behind "a@x" may be a forgotten comma's; a bare word is
	 * more likely a name that lost its address. */
	if (c->joined && m->bare)
		return fail(c, "words behind an address");
	if (m->bare && c->stop != '<' && c->token.kind != TOKEN_END &&
	    !is_separator(c->token.kind))
		return fail(c, "white space inside an address");
	return true;
}

static bool
parse_mailbox(struct address_cursor *c, struct mailbox *out)
{
	bool ok;

	out->start = c->start;
	if (c->stop == '<')
		ok = parse_phrase(c, out) && parse_angle(c, out);
	else
		ok = (c->stop != ':' || skip_route(c)) && parse_spec(c, out);
	if (!ok)
		return false;
	out->end = c->end;
	take_comment(c, out);
	return check_behind(c, out);
}

int
address_next(struct address_cursor *c, struct mailbox *out)
{
	memset(out, 0, sizeof(*out));
	while (c->why == NULL && begin_item(c)) {
		look_ahead(c);
		if (c->stop == ':' && c->token.kind != '@') {
			open_group(c);
			continue;
		}
		if (parse_mailbox(c, out))
			return 1;
		mailbox_free(out);
	}
	return c->why == NULL ? 0 : -1;
}

/* Each of these costs a look at all that follows. */
#define SKIPS_MAX 20

/* Behind the line in which an unclosed quotation begins, if it is folded. */
static void
skip_line(struct address_cursor *c)
{
	struct slice rest;
	size_t at;

	at = c->token.start;
	rest = (struct slice){c->text.ptr + at, c->text.len - at};
	at += slice_find(rest, '\n');
	if (at >= c->text.len || ++c->skips > SKIPS_MAX) {
		c->token.kind = TOKEN_END;
		at = c->text.len;
	} else {
		c->token.kind = ',';
	}
	c->token.start = c->token.end = at;
	c->stop_end = 0;
}

void
address_skip(struct address_cursor *c, struct slice *broken)
{
	while (c->token.kind != ',' && c->token.kind != TOKEN_END &&
	    c->token.kind != TOKEN_BAD)
		c->token = address_lex(c->text, c->token.end);
	if (c->token.kind == TOKEN_BAD)
		skip_line(c);
	*broken = slice_trim((struct slice){c->text.ptr + c->start,
	    c->token.start - c->start});
	c->why = NULL;
}

static void
list_take(struct address_list *l, const struct mailbox *m)
{
	if (l->count == l->cap) {
		l->cap = l->cap == 0 ? 8 : l->cap * 2;
		l->items = xrealloc(l->items, l->cap, sizeof(*l->items));
	}
	l->items[l->count++] = *m;
}

bool
address_list_parse(struct slice text, struct address_list *out,
    const char **why)
{
	struct address_cursor c;
	struct mailbox m;
	int got;

	memset(out, 0, sizeof(*out));
	address_begin(&c, text);
	while ((got = address_next(&c, &m)) > 0) {
		if (m.addr[0] == '\0')
			mailbox_free(&m);
		else
			list_take(out, &m);
	}
	if (got == 0)
		return true;
	*why = c.why;
	address_list_free(out);
	return false;
}

void
address_list_free(struct address_list *l)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		mailbox_free(&l->items[i]);
	free(l->items);
	memset(l, 0, sizeof(*l));
}

bool
address_one_parse(struct slice text, struct mailbox *out, const char **why)
{
	struct address_cursor c;
	struct mailbox more;
	int got;

	memset(out, 0, sizeof(*out));
	if (slice_find(text, '\n') < text.len ||
	    slice_find(text, '\r') < text.len) {
		*why = "a line end inside";
		return false;
	}
	if (slice_trim(text).len == 0) {
		out->addr = xstrdup("");
		return true;
	}
	address_begin(&c, text);
	got = address_next(&c, out);
	if (got == 0)
		c.why = "an address is missing";
	if (got > 0 && (got = address_next(&c, &more)) == 0)
		return true;
	if (got > 0) {
		mailbox_free(&more);
		c.why = "more than one address";
	}
	*why = c.why;
	mailbox_free(out);
	return false;
}

void
mailbox_free(struct mailbox *m)
{
	free(m->name);
	free(m->addr);
	memset(m, 0, sizeof(*m));
}
