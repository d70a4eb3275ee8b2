/*
 * Checks of what says which way mail goes: the order of the smarthosts, routes
 * and bulk. Names must be there, once, and a route must pick something. It
 * changes nothing.
 */
#ifndef CONFIG_WAYS_H
#define CONFIG_WAYS_H

#include "config/config.h"
#include "config/reading.h"

/* Complains to r about each contradiction. */
void ways_check(const struct config *c, struct reading *r);

#endif
