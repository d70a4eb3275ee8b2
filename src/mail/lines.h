/*
 * Values printed as lines of "key value", closed by an empty line: the common
 * ground of envelopes and submissions. It knows no key by itself; a table of
 * keys says what each line means.
 */
#ifndef MAIL_LINES_H
#define MAIL_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct line_key {
	const char *name;
	/* Stores the value in *into; false where it makes no sense. */
	bool (*take)(void *into, struct slice value);
	bool many;		/* may come more than once; its value is of
				 * fields, with a tab before each */
	bool required;
};

/* Appends s; a control character, which no caller lets through, becomes "?"
 * rather than a line of its own. */
void lines_add_clean(struct buf *out, struct slice s);
/* Appends one line. */
void lines_print(const char *key, struct slice value, struct buf *out);

/* The length of text up to and with its first empty line, 0 if there is none
 * yet. Text that does not begin as magic does counts as whole, so that nobody
 * waits for the end of something else. */
size_t lines_find_end(struct slice text, const char *magic);

/* Parses lines (without the empty one) by a table of at most 32 keys, which may
 * stand in any order. False with *why (static words) at the first that does not
 * fit: unknown, repeated, missing or with a value that makes no sense. */
bool lines_parse(struct slice text, const struct line_key *keys, size_t count,
    void *into, const char **why);

#endif
