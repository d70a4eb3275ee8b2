/*
 * Which way mail goes by what the administrator said: the first route that fits
 * a sender and a recipient, what is bulk mail, and the lane that follows. The
 * daemon and `navette route` decide with it. It never looks at the state of a
 * smarthost.
 */
#ifndef CONFIG_ROUTE_H
#define CONFIG_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"

/* Looks up the accounts that routes name; again after a reload. */
void route_begin(const struct config *c);
/* The number of the route for this mail; route_count: the ordinary way. */
size_t route_find(const struct config *c, uint32_t uid, struct slice sender,
    struct slice recipient);
/* Whether mail for so many recipients, or with the header of a list, is bulk
 * mail. */
bool route_is_bulk(const struct config *c, size_t recipients, bool is_list);

/* The smarthosts of that way, in their order. */
const struct strlist *route_smarthosts(const struct config *c, size_t number,
    bool bulk);
/* The smarthost of that name, or NULL. */
const struct smarthost *route_smarthost(const struct config *c,
    const char *title);
/* The line of the configuration that says so. */
unsigned route_line(const struct config *c, size_t number, bool bulk);
/* The name of its lane: "mail", "bulk", "ROUTE" or "ROUTE/bulk"; the caller
 * frees it. */
char *route_lane(const struct config *c, size_t number, bool bulk);
/* How many recipients a transaction has at most. */
unsigned route_transaction(const struct config *c, const struct smarthost *h,
    bool bulk);

#endif
