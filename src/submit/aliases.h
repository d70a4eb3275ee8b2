/*
 * The aliases file and the lists it includes, as files: read again when they
 * change, with the care that lists owned by users need. What stands in them is
 * mail/alias's business; complaints go to the log by file and line number,
 * never by their text, which may be somebody's secret.
 */
#ifndef SUBMIT_ALIASES_H
#define SUBMIT_ALIASES_H

#include <stdbool.h>

#include "config/config.h"
#include "mail/alias.h"

/* Reads the file again if it has changed; an absent one is an empty table.
 * False when it was replaced by one that our confinement does not know: then a
 * fresh process must read it, and this one goes on with the old table. */
bool aliases_refresh(const struct config *c);
/* The same for who asks about some names: what is wrong elsewhere in the file
 * is newaliases' to tell. */
void aliases_load(const struct config *c);
/* The table; aliases_refresh() came before. */
const struct alias_table *aliases_current(void);

/* Logs what would yield nothing: loops, programs, lists that cannot be read.
 * aliases_refresh() came before. */
void aliases_check(const struct config *c);

/* alias_include_fn; arg is the const struct config *. Absolute path, no link
 * in any component, a regular file that others may read, at most 16 MiB, not
 * below the spool or the folder of the configuration. */
bool aliases_include(void *arg, const char *path, struct buf *text,
    const char **why);
/* alias_complain_fn: one warning in the log. */
void aliases_complain(void *arg, const char *file, unsigned line,
    const char *what);

#endif
