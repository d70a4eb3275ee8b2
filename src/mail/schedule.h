/*
 * How long to wait before the next attempt: growing pauses with jitter, for
 * messages and for smarthosts. Pure arithmetic; the caller brings randomness.
 */
#ifndef MAIL_SCHEDULE_H
#define MAIL_SCHEDULE_H

#include <stdint.h>

/*
 * The pause after the attempt-th failure (from 1): first, then times 1.5 each
 * up to max, then up to a fifth longer or shorter by random (any 32 bits), so
 * that what failed together does not return together. Nanoseconds.
 */
int64_t schedule_pause(unsigned attempt, int64_t first, int64_t max,
    uint32_t random);

#endif
