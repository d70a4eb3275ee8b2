/*
 * The secret of a smarthost: the first line of its password file, or of what
 * its command prints, raw. Refused when others can read the file, or that of
 * the client's key. It never logs, keeps or guesses one; the caller wipes it.
 */
#ifndef CONFIG_SECRET_H
#define CONFIG_SECRET_H

#include <stdbool.h>

#include "base/buf.h"
#include "config/config.h"

/* Appends the secret of s to *secret ("" where it has none). False with a
 * sentence in *error that says what to do. Runs password-command without a
 * shell for at most 30 s. */
bool secret_read(const struct smarthost *s, struct buf *secret,
    struct buf *error);
/* Whether the files of secrets that are there are private; what is not there
 * yet is told when it is needed. False with a sentence a line in *errors that
 * names file, line and key of the configuration. */
bool secret_check(const struct config *c, struct buf *errors);

#endif
