/*
 * The targets of an alias, or of an included list, one after the other as they
 * are written: quotes, comments, continuation lines. It never looks anything up
 * and never opens what a target names.
 */
#ifndef MAIL_ALIAS_SCAN_H
#define MAIL_ALIAS_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum alias_kind {
	ALIAS_ADDRESS,		/* bare or with a domain */
	ALIAS_LITERAL,		/* \name: not expanded any further */
	ALIAS_INCLUDE,		/* text is the path */
	ALIAS_PROGRAM,
	ALIAS_FILE,
	ALIAS_NOTHING		/* /dev/null */
};

struct alias_item {
	enum alias_kind kind;
	char *text;		/* NULL for the last three */
	unsigned line;
};

struct alias_scan {
	struct slice text;
	size_t at;
	unsigned line;		/* of what stands at at */
	bool is_list;		/* a line end separates, as a comma does */
};

/* 1 with the next target (text is the caller's to free), 0 at the end, -1 with
 * item->line and *why (static words) for a broken one, which is passed over. */
int alias_scan_next(struct alias_scan *s, struct alias_item *item,
    const char **why);

/* Appends a name without its quotes, in lower case: what names are compared
 * by. */
void alias_add_key(struct slice name, struct buf *out);

#endif
