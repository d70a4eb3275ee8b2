/*
 * Message IDs: 16 characters, the first nine the time in milliseconds (so that
 * IDs sort by time), the other seven random. The same word names a message in
 * the spool, in the log, in mailq and in Received:. It never promises that an
 * ID is unused: making the file without replacing does.
 */
#ifndef SPOOL_ID_H
#define SPOOL_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "mail/job.h"

void id_new(char id[static ID_LEN + 1]);
/* The ID of something that follows from a message, and sorts after it: the same
 * whenever it is asked for the same what. */
void id_derive(const char *from, struct slice what,
    char id[static ID_LEN + 1]);
bool id_is_valid(struct slice name);
/* When it was made: wall clock, nanoseconds. */
int64_t id_time(const char *id);

#endif
