/*
 * Checks of what says which way mail goes: the order of the smarthosts, routes
 * and bulk. Names must be there, once, and a route must pick something. It
 * never judges a limit.
 */
#ifndef CONFIG_WAYS_H
#define CONFIG_WAYS_H

#include "config/config.h"
#include "config/reading.h"

/* Says in which order ordinary mail takes the smarthosts, where the file does
 * not. */
void ways_order(struct config *c);
/* Lowers the largest message to what at least one smarthost takes. */
void ways_limit_size(struct config *c);
/* Complains to r about each contradiction. */
void ways_check(const struct config *c, struct reading *r);

#endif
