#include "mail/words.h"

#include <stdbool.h>

#include "mail/address.h"
#include "mail/address_lex.h"
#include "mail/field.h"
#include "mail/header.h"
#include "mail/utf8.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* RFC 2047 section 2: a line with an encoded word in it is no longer. */
#define ENCODED_LINE_MAX 76

/* What is neither a list of addresses nor free text. */
static const char *const structured[] = {
	"Received", "Return-Path", "Date", "Message-ID", "In-Reply-To",
	"References", "Resent-Date", "Resent-Message-ID", "MIME-Version",
	"Content-Type", "Content-Transfer-Encoding", "Content-Disposition",
	"Content-ID", "Content-Location", "Authentication-Results",
};

static bool
is_structured(const struct header_field *f)
{
	size_t i;

	for (i = 0; i < COUNT(structured); i++)
		if (header_is(f, structured[i]))
			return true;
	return false;
}

static bool
is_white(char c)
{
	return c == ' ' || c == '\t';
}

static struct slice
part(struct slice s, size_t from, size_t to)
{
	return (struct slice){s.ptr + from, to - from};
}

/* The next word of free text at or behind *at; false where there is none. */
static bool
next_word(struct slice text, size_t *at, struct slice *word)
{
	size_t end;

	while (*at < text.len && is_white(text.ptr[*at]))
		(*at)++;
	end = *at;
	while (end < text.len && !is_white(text.ptr[end]))
		end++;
	*word = part(text, *at, end);
	*at = end;
	return word->len > 0;
}

static bool
is_encoded(struct slice word)
{
	return word.len > 4 && slice_starts(word, "=?") &&
	    word.ptr[word.len - 2] == '?' && word.ptr[word.len - 1] == '=';
}

/* A walk over free text on one line. White space between two encoded words is
 * not shown, so that where it counts it has to be in one of them. */
struct text {
	struct slice all;
	struct buf *out;
	size_t copied;		/* of all */
	size_t start;		/* of the words to be encoded ... */
	size_t end;		/* ... and of the last word */
	bool open;		/* there are such words */
	bool encoded;		/* the last word is an encoded one */
};

static void
encode_open(struct text *t, size_t end)
{
	buf_add_slice(t->out, part(t->all, t->copied, t->start));
	if (is_white(t->all.ptr[t->start]))
		buf_add_char(t->out, ' ');
	address_print_phrase(part(t->all, t->start, end), t->out);
	if (end > t->end)
		buf_add_char(t->out, ' ');
	t->copied = end;
	t->open = false;
}

static void
take_word(struct text *t, struct slice word)
{
	size_t start;

	start = (size_t)(word.ptr - t->all.ptr);
	if (utf8_has_8bit(word)) {
		if (!t->open)
			t->start = t->encoded ? t->end : start;
		t->open = true;
	} else {
		t->encoded = is_encoded(word);
		if (t->open)
			encode_open(t, t->encoded ? start : t->end);
	}
	t->end = start + word.len;
}

static void
encode_text(struct slice text, struct buf *out)
{
	struct text t = {.all = text, .out = out};
	struct slice word;
	size_t at;

	at = 0;
	while (next_word(text, &at, &word))
		take_word(&t, word);
	if (t.open)
		encode_open(&t, t.end);
	buf_add_slice(out, part(text, t.copied, text.len));
}

/* A walk over a list of addresses. */
struct list {
	struct slice all;
	struct buf *out;
	size_t copied;
	size_t stop_end;	/* the next character that tells what the words
				 * before it are, and where it ends */
	int stop;
};

static bool
is_word(int kind)
{
	return kind == TOKEN_WORD || kind == TOKEN_QUOTED || kind == '.';
}

/* Whether the words at position at are a name: of a mailbox, or of a group. */
static bool
is_name(struct list *l, size_t at)
{
	struct address_token t;

	if (at >= l->stop_end) {
		t = address_lex(l->all, at);
		while (is_word(t.kind) || t.kind == TOKEN_COMMENT)
			t = address_lex(l->all, t.end);
		l->stop = t.kind;
		l->stop_end = t.end;
	}
	return l->stop == '<' || l->stop == ':';
}

/* The tokens from start to end, as one name or one comment. */
static void
encode_tokens(struct list *l, size_t start, size_t end)
{
	struct buf text = BUF_INIT;
	struct address_token t;
	size_t last;

	last = start;
	while (last < end) {
		t = address_lex(l->all, last);
		if (t.start > last)
			buf_add_char(&text, ' ');
		address_token_text(l->all, &t, &text);
		last = t.end;
	}
	address_print_phrase(buf_slice(&text), l->out);
	buf_free(&text);
	l->copied = end;
}

/* What starts with token t: true with its end, for what has a meaning to people
 * only. */
static bool
find_name(struct list *l, const struct address_token *t, size_t *end)
{
	struct address_token next;

	*end = t->end;
	if (t->kind == TOKEN_COMMENT)
		return true;
	if (!is_word(t->kind))
		return false;
	for (next = *t; is_word(next.kind); next = address_lex(l->all, *end))
		*end = next.end;
	return is_name(l, t->start);
}

static void
encode_list(struct slice value, struct buf *out)
{
	struct list l = {.all = value, .out = out};
	struct address_token t;
	bool comment;
	size_t end;

	for (t = address_lex(value, 0); t.kind != TOKEN_END &&
	    t.kind != TOKEN_BAD; t = address_lex(value, end)) {
		if (!find_name(&l, &t, &end) ||
		    !utf8_has_8bit(part(value, t.start, end)))
			continue;
		comment = t.kind == TOKEN_COMMENT;
		buf_add_slice(out, part(value, l.copied, t.start));
		l.copied = t.start;
		if (comment)
			buf_add_char(out, '(');
		encode_tokens(&l, t.start, end);
		if (comment)
			buf_add_char(out, ')');
	}
	buf_add_slice(out, part(value, l.copied, value.len));
}

static void
encode_field(const struct header_field *f, struct buf *out)
{
	struct buf line = BUF_INIT, text = BUF_INIT;

	buf_add_slice(&line, f->name);
	buf_add_char(&line, ':');
	if ((field_identify(f)->flags & FIELD_ADDRESSES) != 0) {
		encode_list(f->value, &line);
	} else {
		buf_add_char(&line, ' ');
		header_unfold(f->value, &text);
		encode_text(buf_slice(&text), &line);
	}
	buf_add_string(&line, "\r\n");
	header_fold(buf_slice(&line), ENCODED_LINE_MAX, out);
	buf_free(&line);
	buf_free(&text);
}

void
words_encode(struct slice header, struct buf *out)
{
	struct header_field f;
	struct slice rest;

	rest = header;
	if (!header_find(header, "DKIM-Signature", &f)) {
		while (header_next(&rest, &f)) {
			if (utf8_has_8bit(f.value) && utf8_is_valid(f.value) &&
			    !is_structured(&f))
				encode_field(&f, out);
			else
				buf_add_slice(out, f.whole);
		}
	}
	buf_add_slice(out, rest);
}
