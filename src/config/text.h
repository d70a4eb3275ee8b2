/*
 * The configuration's text made safe for libconfuse, which would count lines
 * wrongly behind comments, replace ${X} from the environment, drop characters
 * it does not know and take a text cut short for a whole one. Comments become
 * blanks, line for line; whatever libconfuse would read differently from what a
 * person reads is an error here. It never looks at keys or values.
 */
#ifndef CONFIG_TEXT_H
#define CONFIG_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "config/reading.h"

/* The lines at which sections open, in the order of the text. */
struct text_sections {
	unsigned *lines;
	size_t count;
	size_t cap;
};

/* Appends text without comments to out. False after a complaint to r. The
 * caller frees sections->lines. */
bool text_clean(struct slice text, struct reading *r, struct buf *out,
    struct text_sections *sections);

#endif
