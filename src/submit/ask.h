/*
 * Questions to the daemon's control socket, for mailq and -q: one line goes
 * there, and what comes back is for people. Without a daemon root reads the
 * spool itself; nobody is ever told that a queue is empty that cannot be seen.
 */
#ifndef SUBMIT_ASK_H
#define SUBMIT_ASK_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/clock.h"
#include "submit/options.h"

/* mailq, -bp: a sysexits code. */
int ask_list(const struct options *o);
/* -q, -qI, -qR, -qS. */
int ask_flush(const struct options *o);
/* So long a person waits for each piece of an answer. */
#define ASK_PATIENCE (60 * CLOCK_SEC)
/* Appends the lines that answer another question. False, in silence, when
 * nobody answers, or for so long (ns) does not. */
bool ask_lines(const char *line, int64_t within, struct buf *out);

#endif
