/*
 * From the names a caller gave to the recipients of the envelope: aliases and
 * lists expanded, local names sent to the postmaster or qualified, each
 * recipient once. It never judges whether an address exists.
 */
#ifndef SUBMIT_RECIPIENTS_H
#define SUBMIT_RECIPIENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "mail/envelope.h"

/* A growing set of recipients that owns its strings. */
struct recipients {
	struct recipient *items;
	size_t count;
	size_t cap;
	struct fault *faults;	/* of lists; they own their strings */
	size_t fault_count;
	size_t bytes;		/* of memory, about */
	void *seen;		/* search tree of what is in it */
	void *names;		/* of the local names that were expanded */
	size_t work;		/* what that has cost */
	bool is_over;		/* max-recipients, or the work that goes with
				 * it: what comes then is passed over */
	bool utf8;		/* some address needs SMTPUTF8 */
};

#define RECIPIENTS_INIT {.items = NULL}

/*
 * Resolves one address, as given by a caller (bare or with a domain), and adds
 * what it stands for. given carries the DSN wishes. Names that lead nowhere
 * (a program, a loop) go to the postmaster instead, so that no mail is lost.
 */
void recipients_add(struct recipients *r, const struct config *c,
    const struct recipient *given);
void recipients_free(struct recipients *r);

/* addr with "@mailname" where it has no domain; the caller frees it. */
char *recipients_qualify(const struct config *c, struct slice addr);

#endif
