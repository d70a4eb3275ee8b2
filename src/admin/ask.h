/*
 * One question to the daemon over its control socket, and the answer line by
 * line as it comes. It never interprets either.
 */
#ifndef ADMIN_ASK_H
#define ADMIN_ASK_H

#include <stdbool.h>

#include "config/config.h"

/* Called with each line of an answer. */
typedef void ask_fn(void *arg, struct slice line, bool is_refusal);

/* The status the daemon gave, or EX_TEMPFAIL (said on standard error) when it
 * does not answer. */
int ask_each(const struct config *c, const char *line, ask_fn *fn, void *arg);

/* The same, each line to standard output, refusals to standard error.
 * say_empty: an answer without a line is told as an empty queue. */
int ask_daemon(const struct config *c, const char *line, bool say_empty);

#endif
