/*
 * A word of the command line that names recipients: one, several with commas,
 * with display names. What in it is no address is noted, so that the others
 * need not suffer for it. It never says whether that is an error.
 */
#ifndef SUBMIT_OPERAND_H
#define SUBMIT_OPERAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/strlist.h"
#include "mail/submission.h"

/* Adds to the recipients and to the faults of wish, whose strings (with a NUL
 * behind them) owned keeps. */
void operand_take(struct submission *wish, struct strlist *owned,
    const char *word);
/* Whether there is no fault; else false with a sentence about the first. */
bool operands_are_right(const struct submission *wish, struct buf *error);
/* Whether there are so many recipients, with those in the header, that its
 * faults are told of later; else false with a sentence about the first. */
bool operands_may_pass(const struct submission *wish, size_t others,
    struct buf *error);

#endif
