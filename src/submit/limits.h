/*
 * Which users have as much mail waiting as they may: the manager counts and
 * says so, the intakes refuse. A few messages too many can pass while the word
 * is on its way. It never counts by itself.
 */
#ifndef SUBMIT_LIMITS_H
#define SUBMIT_LIMITS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"

/* The body of an INTAKE_LIMIT record: "UID 1" or "UID 0". True where somebody,
 * *uid, is below the limit again. */
bool limits_hear(struct slice body, uid_t *uid);
bool limits_is_over(uid_t uid);

#endif
