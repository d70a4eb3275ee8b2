/*
 * Messages whose sender or size one smarthost of their lane refuses and another
 * one may take: they lie aside from the lane's list, each for the account that
 * is to try it next. It never decides that something is refused.
 */
#ifndef QUEUE_ASIDE_H
#define QUEUE_ASIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "queue/lane.h"

/* Lays it aside for the first account of its lane that is open and takes its
 * sender and its size; false where there is none. */
bool aside_put(struct entry *e, struct slice sender);
/* Gives out what can be given out; *wake as with lane_dispatch(). */
void aside_dispatch(struct manager *m, struct lane *l, int64_t *wake);
/* Puts all back into the lane's list. */
void aside_return(struct lane *l);

#endif
