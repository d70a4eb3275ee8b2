/*
 * What the front program, which reads no configuration, must know of it to tell
 * where a name leads, and that a message is too large: asked of the daemon, or
 * the usual places where nobody answers. It never reads aliases itself.
 */
#ifndef SUBMIT_NAMES_H
#define SUBMIT_NAMES_H

#include "config/config.h"

struct names {
	struct config config;	/* aliases, file and spool; and, where the
				 * daemon answered, mailname, postmaster,
				 * local_to_postmaster, max_size (0: it did
				 * not say); nothing else */
	bool is_known;		/* the daemon answered */
	struct strlist owned;
};

/* Asks, and waits no longer than this (ns) for each piece of the answer;
 * names_free() frees it. */
void names_learn(struct names *n, int64_t within);
/* The same with an answer that is there: lines "KEY VALUE", up to an empty one;
 * what is not known is passed over. */
void names_parse(struct names *n, struct slice answer);
void names_free(struct names *n);

#endif
