/*
 * The progress of a list as one line: a bar as wide as the terminal leaves
 * room for, the share that is done, and words. Pure: it never writes.
 */
#ifndef ADMIN_BAR_H
#define ADMIN_BAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct bar {
	unsigned long long sent, refused, waiting;
	struct buf words;	/* what else there is to say */
};

/* Takes over what the daemon said: three numbers, then words. False, and
 * nothing changed, for anything else. */
bool bar_read(struct bar *b, struct slice line);
/* Appends "N sent, N refused, N waiting" and the words. */
void bar_print(const struct bar *b, struct buf *out);
/* Appends the same with a bar before it, all in at most width columns. */
void bar_draw(const struct bar *b, size_t width, struct buf *out);

#endif
