/*
 * What has become of a message, as SMTP says it (RFC 5321 4.2, RFC 3463): the
 * daemon's sysexits code and sentence made a reply of one line. Pure. It never
 * decides anything.
 */
#ifndef SUBMIT_SMTPREPLY_H
#define SUBMIT_SMTPREPLY_H

#include <stdbool.h>

#include "base/buf.h"

/* Appends the reply. answered: the daemon said so, and it is not that there was
 * no answer; text: the ID with EX_OK, else why not. */
void smtpreply_add(int status, bool answered, struct slice text,
    struct buf *out);

#endif
