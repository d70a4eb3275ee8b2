/*
 * The front program's half of the drop folder: a new file under a name that no
 * reader takes, made durable, then given its name. The caller may not open the
 * folder itself (it is 3733), so its entry is made durable through the file.
 * It never reads what others dropped.
 */
#ifndef SPOOL_DROP_H
#define SPOOL_DROP_H

#include <stdbool.h>

#include "mail/job.h"

/* Makes an unfinished file in the drop folder at path and its ID. -1 with
 * errno. */
int drop_begin(const char *path, char id[static ID_LEN + 1]);
/* Makes it whole and durable under its name. Closes *fd. False with errno;
 * nothing is left then, unless an intake took it at that very moment. */
bool drop_commit(const char *path, const char *id, int *fd);
/* Gives it up. Closes *fd. */
void drop_abandon(const char *path, const char *id, int *fd);

#endif
