/*
 * What the daemon would refuse of a message, found by the front program itself
 * before it leaves one in the drop folder and says that all is well: with -t, a
 * header whose recipients cannot be read. Same code, same words. Of the
 * message it changes only what message_find_body() does.
 */
#ifndef SUBMIT_VERIFY_H
#define SUBMIT_VERIFY_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/strlist.h"
#include "mail/submission.h"

/*
 * Looks at the start of a message (all of it with at_eof); the recipients that
 * -t finds are added to *found unless that is NULL. False with a sysexits
 * *status and a sentence in *error.
 */
bool verify_message(const struct submission *wish, struct buf *start,
    bool at_eof, struct strlist *found, int *status, struct buf *error);

#endif
