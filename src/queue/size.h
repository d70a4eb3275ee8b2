/*
 * How large a message an account takes, as far as its key and its server's
 * refusals of late tell, so that what is too large for one smarthost goes to
 * the next. What no key and no refusal speaks of, fits. It never refuses a
 * message.
 */
#ifndef QUEUE_SIZE_H
#define QUEUE_SIZE_H

#include <stdbool.h>

#include "mail/verdict.h"
#include "queue/account.h"
#include "queue/entry.h"

/* Whether the account may take a message of this size. */
bool size_may_fit(const struct account *a, const struct entry *e);
/* Whether another account of its lane may, open or not. */
bool size_may_fit_elsewhere(const struct entry *e, const struct account *a);
/* What the account's server said of the message: an hour long it is remembered
 * to be too large there, or until something as large is taken. */
void size_hear(struct account *a, const struct entry *e,
    const struct verdict *v);
/* Whether that was the verdict. */
bool size_is_cause(const struct verdict *v);

#endif
