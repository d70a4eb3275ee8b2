/*
 * One reading of a configuration: its name for errors, the errors so far, and
 * what was said where (key, line, value), so that duplicates and contradictions
 * can be told with their lines. It never judges a value.
 */
#ifndef CONFIG_READING_H
#define CONFIG_READING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct key;

/* Sections by number: a smarthost by its index, the others below. */
#define READING_TOP (-1)	/* outside of sections */
#define READING_BULK (-2)
#define READING_ROUTE(i) (-3 - (int)(i))

/* One value of one key; a list has several. */
struct said {
	const struct key *key;
	int section;
	unsigned line;
	char *value;
};

struct reading {
	const char *file;
	struct buf *errors;
	bool has_failed;	/* something was complained about */
	struct said *said;
	size_t count;
	size_t cap;
};

void reading_add(struct reading *r, const struct key *key, int section,
    unsigned line, const char *value);
/* The first value of that key there, or NULL. */
const struct said *reading_find(const struct reading *r, int section,
    const char *name);
/* The line of that, 0 where it was not said. */
unsigned reading_line(const struct reading *r, int section, const char *name);
/* Frees what was said; the errors stay. */
void reading_free(struct reading *r);

/* Appends "FILE:LINE: sentence\n" to the errors; line 0 stands for the whole
 * file. */
void reading_complain(struct reading *r, unsigned line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
