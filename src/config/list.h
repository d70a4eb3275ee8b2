/*
 * Values of the configuration that are lists: commands, limits, names, senders
 * and domains. Each word is checked and added by itself. It never knows what a
 * key is for.
 */
#ifndef CONFIG_LIST_H
#define CONFIG_LIST_H

#include <stdbool.h>

#include "base/buf.h"
#include "config/keys.h"

bool key_is_list(enum key_type type);
/* Each adds one word to the list at field (struct strlist, or struct limits).
 * False, and nothing changed, for what is not legal. */
bool list_add_argument(const struct key *key, struct slice said, void *field);
bool list_add_limit(const struct key *key, struct slice said, void *field);
bool list_add_name(const struct key *key, struct slice said, void *field);
bool list_add_sender(const struct key *key, struct slice said, void *field);
bool list_add_domain(const struct key *key, struct slice said, void *field);
/* Frees what the list of that type at field holds. */
void list_free(enum key_type type, void *field);

#endif
