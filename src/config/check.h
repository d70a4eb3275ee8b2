/*
 * What no single key shows: contradictions and gaps between the keys of a
 * configuration whose values are all legal. It never changes a value.
 */
#ifndef CONFIG_CHECK_H
#define CONFIG_CHECK_H

#include "config/config.h"
#include "config/reading.h"

/* Complains to r about each one found. */
void check_config(const struct config *c, struct reading *r);

#endif
