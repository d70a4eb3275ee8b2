/*
 * Small files of state/ that are read and written as a whole: after a crash
 * either the old text is there or the new one. It never knows what they say.
 */
#ifndef SPOOL_STATE_H
#define SPOOL_STATE_H

#include <stdbool.h>

#include "base/buf.h"
#include "spool/spool.h"

/* Appends the file, nothing where there is none. False with errno. */
bool state_read(struct spool *s, const char *name, size_t max,
    struct buf *text);
/* Writes it anew, durably: a descriptor to append more with, or -1 with
 * errno; then the old one stays. */
int state_replace(struct spool *s, const char *name, const struct buf *text);

#endif
