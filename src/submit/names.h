/*
 * What the front program, which reads no configuration, must know of it to tell
 * where a name leads: asked of the daemon, or the usual places where nobody
 * answers. It never reads aliases itself.
 */
#ifndef SUBMIT_NAMES_H
#define SUBMIT_NAMES_H

#include "config/config.h"

struct names {
	struct config config;	/* aliases, file and spool; and, where the
				 * daemon answered, mailname, postmaster,
				 * local_to_postmaster; nothing else */
	bool is_known;		/* the daemon answered */
	struct strlist owned;
};

/* Asks; names_free() frees it. */
void names_learn(struct names *n);
void names_free(struct names *n);

#endif
