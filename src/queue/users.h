/*
 * How much of each user's mail waits, and who has reached a limit. It tells of
 * each change of that once; who hears of it is the manager's business.
 */
#ifndef QUEUE_USERS_H
#define QUEUE_USERS_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"

/* Called when a user goes over a limit, or is well below again. */
typedef void users_tell_fn(uint32_t uid, bool over);

void users_begin(const struct config *c, users_tell_fn *tell);
/* One message more or less, of size KiB. */
void users_count(uint32_t uid, int messages, int64_t kib);
/* Tells of everybody who is over now, for an intake that has just come. */
void users_tell_all(users_tell_fn *tell);

#endif
