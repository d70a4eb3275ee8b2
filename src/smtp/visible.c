#include "smtp/visible.h"

#include <string.h>

#include "mail/utf8.h"

/* RFC 2047 section 2. */
#define ENCODED_WORD_MAX 75

static bool
is_encoded_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') ||
	    (c != '\0' && strchr("!*+-/=_?", c) != NULL);
}

/* Whether a word is one that RFC 2047 5 (3) allows in a phrase. */
static bool
is_encoded(struct slice word)
{
	unsigned marks;
	size_t i;

	if (word.len < 9 || word.len > ENCODED_WORD_MAX ||
	    !slice_starts(word, "=?") || word.ptr[word.len - 1] != '=')
		return false;
	marks = 0;
	for (i = 0; i < word.len; i++) {
		if (!is_encoded_char(word.ptr[i]))
			return false;
		marks += word.ptr[i] == '?';
	}
	return marks == 4 && word.ptr[word.len - 2] == '?';
}

/* The next word of *text that is encoded, and what stands before it. */
static struct slice
cut_encoded(struct slice *text, struct slice *before)
{
	struct slice rest, word;

	*before = rest = *text;
	while (slice_cut(&rest, ' ', &word)) {
		if (!is_encoded(word))
			continue;
		before->len = (size_t)(word.ptr - text->ptr);
		*text = rest;
		return word;
	}
	*text = rest;
	return SLICE("");
}

/* White space beside an encoded word is not shown: where both sides are, it is
 * part of one. */
static void
print_between(struct slice part, struct buf *out)
{
	if (!utf8_has_8bit(part))
		part = slice_trim(part);
	address_print_phrase(part, out);
	if (part.len > 0)
		buf_add_char(out, ' ');
}

/* Ends with a space, if it is anything. */
static void
print_phrase(struct slice text, struct buf *out)
{
	struct slice before, word;

	while (text.ptr != NULL) {
		word = cut_encoded(&text, &before);
		print_between(before, out);
		buf_add_slice(out, word);
		if (word.len > 0)
			buf_add_char(out, ' ');
	}
}

/* With an @, mail programs and filters take it for an attempt to deceive. */
static void
add_without_at(struct slice s, struct buf *out)
{
	struct slice part;
	bool first;

	for (first = true; slice_cut(&s, '@', &part); first = false) {
		if (!first)
			buf_add_string(out, " at ");
		buf_add_slice(out, part);
	}
}

static void
add_person(const struct mailbox *m, struct buf *out)
{
	struct slice name;

	name = slice_trim(slice_from(m->name == NULL ? "" : m->name));
	if (slice_is_nocase(name, m->addr))
		name.len = 0;
	add_without_at(name, out);
	buf_add_string(out, name.len > 0 ? " (" : "");
	add_without_at(slice_from(m->addr), out);
	buf_add_string(out, name.len > 0 ? ")" : "");
}

void
visible_print(const struct address_list *people, struct buf *out)
{
	struct buf text = BUF_INIT;
	size_t i;

	for (i = 0; i < people->count; i++) {
		buf_add_string(&text, i > 0 ? ", " : "");
		add_person(&people->items[i], &text);
	}
	if (text.len > 0)
		print_phrase(buf_slice(&text), out);
	buf_free(&text);
}

void
visible_print_list(const struct address_list *people, struct buf *out)
{
	const struct mailbox *m;
	size_t i;

	for (i = 0; i < people->count; i++) {
		m = &people->items[i];
		buf_add_string(out, i > 0 ? ", " : "");
		if (m->name != NULL && m->name[0] != '\0')
			print_phrase(slice_from(m->name), out);
		buf_addf(out, "<%s>", m->addr);
	}
}
