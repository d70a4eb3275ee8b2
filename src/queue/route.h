/*
 * Which way mail goes: the first route of the configuration that fits a sender
 * and a recipient, and whether a message is bulk mail. It never looks at the
 * state of a smarthost.
 */
#ifndef QUEUE_ROUTE_H
#define QUEUE_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "mail/envelope.h"

/* Looks up the accounts that routes name; again after a reload. */
void route_begin(const struct config *c);
/* The number of the route for this mail; route_count: the ordinary way. */
size_t route_find(const struct config *c, uint32_t uid, struct slice sender,
    struct slice recipient);
/* Whether a message is bulk mail by its recipients, its header, or because this
 * is one too many of its sender's at that time; to be asked once for each. */
bool route_is_bulk(const struct config *c, const struct envelope *e);

#endif
