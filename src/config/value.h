/*
 * Values of the configuration: what a person wrote, turned into what programs
 * use, by the type of the key. Durations and sizes take units. It never knows
 * what a key is for.
 */
#ifndef CONFIG_VALUE_H
#define CONFIG_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "config/keys.h"

/*
 * Turns said into the field of the key in object (struct config or struct
 * smarthost), freeing what was there; a KEY_COMMAND gets one more argument.
 * False, and nothing changed, for what is not legal.
 */
bool value_set(const struct key *key, struct slice said, void *object);
/* Frees what the field of the key holds. */
void value_free(const struct key *key, void *object);
/* Appends what is legal for the key, as the end of a sentence. */
void value_legal(const struct key *key, struct buf *out);

/* "90s", "1h30m", "200ms", "7d", or seconds without a unit; nanoseconds. */
bool value_duration(struct slice said, int64_t *out);
/* "500K", "12M", "1G": powers of 1024; bytes without a unit. */
bool value_size(struct slice said, int64_t *out);

#endif
