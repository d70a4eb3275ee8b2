/*
 * Whether a message is bulk mail: by what config/route says of it, or because
 * its sender hands over too many at a time. It counts messages for that, and
 * never looks further than their envelopes.
 */
#ifndef QUEUE_BURST_H
#define QUEUE_BURST_H

#include <stdbool.h>

#include "config/config.h"
#include "mail/envelope.h"

/* To be asked once for each message. */
bool burst_is_bulk(const struct config *c, const struct envelope *e);

#endif
