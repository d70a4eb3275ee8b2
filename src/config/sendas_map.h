/*
 * The values of send-as-map and own-addresses: lines "WHO = ADDRESS", and
 * addresses or domains. It knows how they are written and that one WHO has one
 * line; who a message is from is not its business.
 */
#ifndef CONFIG_SENDAS_MAP_H
#define CONFIG_SENDAS_MAP_H

#include "config/keys.h"
#include "config/reading.h"

/* Each adds one value to its field; false for what is not legal. */
bool sendas_map_add(const struct key *key, struct slice said, void *field);
bool sendas_map_add_own(const struct key *key, struct slice said,
    void *field);
void sendas_map_free(void *field);
/* Complains about lines that say different things of the same sender. */
void sendas_map_check(struct reading *r);

#endif
