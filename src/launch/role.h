/*
 * How every process but the launcher begins: the words the launcher gave it,
 * and the configuration it inherited. It never decides what the role does.
 */
#ifndef LAUNCH_ROLE_H
#define LAUNCH_ROLE_H

#include <stdbool.h>

#include "config/config.h"

struct role {
	const char *name;	/* ROLE_*; NULL: this is the launcher */
	const char *config_path;
	const char *smarthost;	/* agents */
	bool to_stderr;
};

/* Takes the words apart. False: wrong usage, to be said by the caller. */
bool role_parse(int argc, char **argv, struct role *r);
/* Opens the log as navetted, or as navette/NAME: who looks for navette in a
 * log of all programs shall find each. */
void role_open_log(const struct role *r);
/* The configuration the launcher passed on; NULL, and logged, if it cannot be
 * used. From then on nobody but root looks into the process. */
const struct config *role_begin(const struct role *r);

#endif
