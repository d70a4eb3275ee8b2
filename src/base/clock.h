/*
 * The two clocks of navette. Waiting and due times use the boot clock, which
 * nobody can set and which goes on while the machine sleeps; dates in messages,
 * in the spool and in what people read use the wall clock. Both count in
 * nanoseconds. It never sleeps.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#include "base/buf.h"

#define CLOCK_MSEC ((int64_t)1000000)
#define CLOCK_SEC ((int64_t)1000000000)
#define CLOCK_NEVER INT64_MAX

/* CLOCK_BOOTTIME: for waiting, pauses and deadlines. */
int64_t clock_boot(void);
/* CLOCK_REALTIME: since 1970, for people and for the spool. */
int64_t clock_wall(void);
/* From now to when as poll(2) takes it: milliseconds rounded up, 0 when it has
 * passed, -1 for CLOCK_NEVER. */
int clock_poll_timeout(int64_t when);
/* a + b that stops at CLOCK_NEVER. */
int64_t clock_add(int64_t a, int64_t b);
/* Appends a length of time as a configuration has it: "90s", "5m", "2d". */
void clock_print(int64_t span, struct buf *out);

#endif
