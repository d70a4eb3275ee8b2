/*
 * The table behind mail/advice: what servers say, what it means, what helps.
 * A new wording is a new line there. It never matches anything by itself.
 */
#ifndef MAIL_ADVICE_RULES_H
#define MAIL_ADVICE_RULES_H

#include <stddef.h>

enum advice_meaning {
	MEANS_AS_USUAL,		/* what code and stage say */
	MEANS_SIZE,		/* as usual; another server may take more */
	MEANS_LATER,		/* deferred, whatever the code */
	MEANS_SENDER,		/* deferred, with the rest of the sender's */
	MEANS_ACCOUNT,
	MEANS_QUOTA,
	MEANS_CONNECTION
};

struct advice_rule {
	unsigned stages;	/* bits, 1 << enum verdict_stage */
	int low, high;		/* codes; 0: no code, a failure seen here */
	const char *enhanced;	/* NULL: any; an x stands for any class */
	const char *words;	/* NULL: any; in lower case, a * stands for
				 * anything between */
	enum advice_meaning meaning;
	const char *cure;	/* a sentence, or NULL */
};

/* The first one that fits counts. */
extern const struct advice_rule advice_rules[];
extern const size_t advice_rule_count;

#endif
