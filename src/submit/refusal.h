/*
 * A dropped message that cannot be queued: its owner gets a bounce instead of
 * the line on standard error that an attentive daemon would have given. It
 * never quotes the message.
 */
#ifndef SUBMIT_REFUSAL_H
#define SUBMIT_REFUSAL_H

#include "submit/intake.h"

/* Queues a bounce to the owner (or the postmaster, who stands for unknown
 * ones), durably; id gets the bounce's. False: tried again later. */
bool refusal_queue(const struct intake_context *ctx, uid_t owner,
    const char *name, const char *why, char id[static ID_LEN + 1]);

#endif
