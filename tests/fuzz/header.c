/*
 * Any bytes as a header section: its fields lie end to end, and folding makes
 * lines that are legal and loses nothing but white space. Encoded words leave
 * every address what it was, and are not encoded again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mail/address.h"
#include "mail/field.h"
#include "mail/header.h"
#include "mail/message.h"
#include "mail/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool condition)
{
	if (!condition)
		abort();
}

static bool
is_white(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
check_fields(struct slice text)
{
	struct buf line = BUF_INIT;
	struct header_field f;
	struct slice rest;
	const char *at;

	rest = text;
	at = text.ptr;
	while (header_next(&rest, &f)) {
		must(f.whole.ptr == at && f.whole.len > 0);
		must(f.name.ptr == at && f.name.len > 0);
		must(f.value.ptr + f.value.len <= at + f.whole.len);
		at += f.whole.len;
		must(rest.ptr == at);
		header_unfold(f.value, &line);
		must(slice_find(buf_slice(&line), '\n') == line.len);
		must(slice_find(buf_slice(&line), '\r') == line.len);
	}
	must((size_t)(at - text.ptr) + rest.len == text.len);
	buf_free(&line);
}

/* Lines that end with CRLF, none too long, none empty unless it was. */
static void
check_lines(struct slice text)
{
	size_t at, next, end;

	for (at = 0; at < text.len; at = next) {
		next = header_line_next(text, at, &end);
		must(next == end + 2);
		must(end - at <= HEADER_LINE_MAX);
	}
}

static void
check_same_words(const struct buf *a, const struct buf *b)
{
	size_t i, j;

	j = 0;
	for (i = 0; i < a->len; i++) {
		if (is_white(a->data[i]))
			continue;
		while (j < b->len && is_white(b->data[j]))
			j++;
		must(j < b->len && a->data[i] == b->data[j]);
		j++;
	}
	for (; j < b->len; j++)
		must(is_white(b->data[j]));
}

static void
check_fold(const struct buf *text, size_t limit)
{
	struct buf once = BUF_INIT, twice = BUF_INIT;

	header_fold(buf_slice(text), limit, &once);
	check_lines(buf_slice(&once));
	check_same_words(text, &once);
	header_fold(buf_slice(&once), limit, &twice);
	check_lines(buf_slice(&twice));
	/* The softer limit may find a gap that a cut has made. */
	must(limit < HEADER_LINE_MAX ||
	    slice_equal(buf_slice(&once), buf_slice(&twice)));
	buf_free(&once);
	buf_free(&twice);
}

/* The addresses of all fields that have some, as far as they can be read. */
static void
list_addresses(struct slice header, struct buf *out)
{
	struct address_cursor c;
	struct header_field f;
	struct mailbox m;

	while (header_next(&header, &f)) {
		if ((field_identify(&f)->flags & FIELD_ADDRESSES) == 0)
			continue;
		address_begin(&c, f.value);
		while (address_next(&c, &m) > 0) {
			buf_addf(out, "%s\n", m.addr);
			mailbox_free(&m);
		}
		buf_addf(out, "%s\n", c.why == NULL ? "" : "?");
	}
}

static void
check_words(const struct buf *text)
{
	struct buf once = BUF_INIT, twice = BUF_INIT, before = BUF_INIT,
	    after = BUF_INIT;

	words_encode(buf_slice(text), &once);
	words_encode(buf_slice(&once), &twice);
	check_same_words(&once, &twice);
	list_addresses(buf_slice(text), &before);
	list_addresses(buf_slice(&once), &after);
	must(slice_equal(buf_slice(&before), buf_slice(&after)));
	buf_free(&once);
	buf_free(&twice);
	buf_free(&before);
	buf_free(&after);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct message_body lines = MESSAGE_BODY_INIT;
	struct slice text = {(const char *)data, size};
	struct buf wire = BUF_INIT;

	check_fields(text);
	message_body_add(&lines, text, &wire);
	message_body_end(&lines, &wire);
	check_fold(&wire, HEADER_LINE_MAX);
	check_fold(&wire, 76);
	check_words(&wire);
	buf_free(&wire);
	return 0;
}
