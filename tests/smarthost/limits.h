/*
 * The quota: how many recipients a rolling window has room for.
 */
#ifndef SMARTHOST_LIMITS_H
#define SMARTHOST_LIMITS_H

#include <stdbool.h>

/* Is there room for one more recipient now? */
bool quota_has_room(void);
void quota_use(void);
void quota_reset(void);

#endif
