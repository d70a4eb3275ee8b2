/*
 * Aliases: the /etc/aliases syntax parsed into a table, and names expanded by
 * it (several targets, chains, loops, :include: lists, owner- names, \name).
 * Pure: the text of included files comes through a callback. It never opens a
 * file; "|program" and "/file" are reported, never obeyed.
 */
#ifndef MAIL_ALIAS_H
#define MAIL_ALIAS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct alias_table;

/* A complaint about one line; told by file and number, never by its text. */
typedef void alias_complain_fn(void *arg, const char *file, unsigned line,
    const char *what);

/*
 * Parses text; what is broken is told to complain and left out. file is the
 * name for complaints. Later definitions of a name are complaints, too, and do
 * not count.
 */
struct alias_table *alias_parse(struct slice text, const char *file,
    alias_complain_fn *complain, void *arg);
/* Targets at this domain count as bare names from now on: chains may be written
 * with it. */
void alias_set_domain(struct alias_table *t, const char *domain);
void alias_free(struct alias_table *t);

/* Appends the text of an included file; false with *why, words that go on after
 * "the included list". */
typedef bool alias_include_fn(void *arg, const char *path, struct buf *text,
    const char **why);
/* Finds loops, "|program", "/file" and unreadable includes ahead of use (for
 * newaliases). include may be NULL: not looked at. False if it complained. */
bool alias_check(const struct alias_table *t, alias_include_fn *include,
    alias_complain_fn *complain, void *arg);

struct alias_target {
	char *addr;		/* address, qualified or bare (a local name
				 * that no alias names) */
	char *owner;		/* "owner-LIST" of the innermost list that has
				 * such an alias, else NULL: the return path */
};

/* A line of an included list, or a list, that yields nothing. */
struct alias_fault {
	char *place;		/* "/srv/list, line 17" */
	char *why;
	char *owner;		/* as a target's */
};

#define ALIAS_FAULTS_MAX 1000

struct alias_targets {
	struct alias_target *items;
	size_t count;
	size_t cap;
	struct alias_fault *faults;	/* the first ALIAS_FAULTS_MAX */
	size_t fault_count;
	/* What expanding has cost: about one for each alias, line or address
	 * that was looked at. Above work_max (0: no end) it stops, with what it
	 * has so far. */
	size_t work, work_max;
};

/*
 * Expands a local name (without domain, compared without case) and appends its
 * targets, each once in a call. A name without an alias is its own target. A
 * program, a file, a loop or an unreadable include is told to complain and
 * yields nothing; so out may get nothing at all. What is wrong with lists is in
 * out as well: their owners read no log.
 */
void alias_expand(const struct alias_table *t, const char *name,
    alias_include_fn *include, alias_complain_fn *complain, void *arg,
    struct alias_targets *out);
void alias_targets_free(struct alias_targets *t);

#endif
