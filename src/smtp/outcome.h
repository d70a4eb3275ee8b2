/*
 * A verdict together with the words it shows: made from a server's reply, or
 * from what went wrong on this side. It never decides what follows from one.
 */
#ifndef SMTP_OUTCOME_H
#define SMTP_OUTCOME_H

#include <stdbool.h>

#include "base/buf.h"
#include "mail/reply.h"
#include "mail/verdict.h"

struct outcome {
	struct verdict verdict;	/* its text is words */
	struct buf words;
	bool set;		/* false: nothing happened yet */
};

#define OUTCOME_INIT {.words = BUF_INIT}

/* A 2xx is delivered; for all else mail/advice judges kind and scope. */
void outcome_from_reply(struct outcome *o, enum verdict_stage stage,
    const struct reply *r);
/* Our own words; code 0. */
void outcome_say(struct outcome *o, enum verdict_kind kind,
    enum verdict_scope scope, enum verdict_stage stage, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* The enhanced code to go with our own words: "5.3.4". */
void outcome_enhanced(struct outcome *o, const char *enhanced);
void outcome_copy(struct outcome *to, const struct outcome *from);
void outcome_clear(struct outcome *o);
void outcome_free(struct outcome *o);

#endif
