/*
 * The replies that a server owes, oldest first: which step of which transaction
 * each will answer. A queue and nothing else.
 */
#ifndef SMTP_OWED_H
#define SMTP_OWED_H

#include <stdbool.h>
#include <stddef.h>

#include "smtp/transaction.h"

struct debt {
	enum step step;
	size_t index;		/* of the recipient, for STEP_RCPT */
	struct transaction *transaction;
};

struct owed {
	struct debt *debts;
	size_t first, end, cap;
};

#define OWED_INIT {NULL, 0, 0, 0}

void owed_add(struct owed *o, enum step step, struct transaction *t,
    size_t index);
bool owed_is_empty(const struct owed *o);
/* The next reply's; there must be one. owed_take() takes it off. */
const struct debt *owed_first(const struct owed *o);
struct debt owed_take(struct owed *o);
/* That of the last command sent; there must be one. */
const struct debt *owed_last(const struct owed *o);
void owed_free(struct owed *o);

#endif
