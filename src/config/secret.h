/*
 * The secret of a smarthost: the first line of its password file, or of what
 * its command prints, raw. Refused when others can read the file. It never
 * logs, keeps or guesses one; the caller wipes it.
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

#endif
