/*
 * Keeps the intakes running: one that ended, or could not be started, is
 * started again, the first time at once, then after pauses that grow up to a
 * minute, until one has lived longer than that. It never ends any.
 */
#ifndef LAUNCH_UPKEEP_H
#define LAUNCH_UPKEEP_H

#include <stdint.h>

#include "launch/starter.h"

/* All of them are to run, from now on; those of before are leaving. */
void upkeep_begin(void);
/* One ended (the first, or another) that we did not tell to; in order where it
 * wanted a successor itself. now is the boot clock. */
void upkeep_ended(bool first, bool in_order, int64_t now);
/* Starts those whose time has come. */
void upkeep_run(struct starter *st, int64_t now);
/* When the next one is to be started; CLOCK_NEVER: all run. */
int64_t upkeep_wake(void);
/* None is to be started any more. */
void upkeep_end(void);

#endif
