/*
 * Header sections (RFC 5322 section 2.2): split into fields, searched,
 * unfolded, folded. Any of CRLF, LF and lone CR ends a line here, and so does
 * CR CR LF; white space before the colon is no part of the name. It never
 * changes what a field means and knows no field by name.
 */
#ifndef MAIL_HEADER_H
#define MAIL_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* The longest line on the wire, without CRLF (RFC 5322 2.1.1). */
#define HEADER_LINE_MAX 998

/* A longer name is none: it could not stay on one line, as it must. */
#define HEADER_NAME_MAX 255

/* So many CRs before an LF are one line end: more than one is the work of
 * converters that met. */
#define HEADER_CR_MAX 2

/* Slices into the section that was given. */
struct header_field {
	struct slice name;
	struct slice value;	/* all behind the colon, folds included,
				 * without the last line end */
	struct slice whole;	/* with the last line end, if it has one */
};

enum header_line {
	HEADER_LINE_FIELD,	/* a field begins */
	HEADER_LINE_MORE,	/* white space first: goes on, if a field did */
	HEADER_LINE_EMPTY,
	HEADER_LINE_OTHER,
	HEADER_LINE_UNKNOWN	/* too short to tell */
};

/* What kind of line text starts with. */
enum header_line header_line_kind(struct slice text);
/* Where the line that starts at position at ends: the result is where the next
 * one starts, *end where its line end does. */
size_t header_line_next(struct slice text, size_t at, size_t *end);

/* Takes the next field off *rest. False at the end, and at a line that is no
 * field; *rest then starts with it. */
bool header_next(struct slice *rest, struct header_field *f);
/* The first field of that name, compared without case. */
bool header_find(struct slice header, const char *name,
    struct header_field *f);
bool header_is(const struct header_field *f, const char *name);
/* Appends a value on one line: line ends gone, trimmed. */
void header_unfold(struct slice value, struct buf *out);
/*
 * Appends text, lines that end with CRLF, with every line above limit octets
 * folded at white space; where there is none, above HEADER_LINE_MAX octets,
 * behind a comma or anywhere. Unfolding gives back the text, but for white
 * space at the end of a line or too long for one.
 */
void header_fold(struct slice text, size_t limit, struct buf *out);

#endif
