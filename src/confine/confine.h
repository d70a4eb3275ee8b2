/*
 * What each process of the daemon takes away from itself before it touches a
 * byte from outside: files by Landlock, system calls by seccomp. A kernel that
 * cannot is said in the log once and is no reason to stop. It never loosens
 * anything again, and knows no path that it is not told.
 */
#ifndef CONFINE_CONFINE_H
#define CONFINE_CONFINE_H

#include <stdbool.h>

#include "config/config.h"

/* The manager: writes below the spool, reads the user database, no network. */
bool confine_manager(const struct config *c);
/* An intake: writes below the spool, reads what lists may lie in but never the
 * folder of the secrets, no network. */
bool confine_intake(const struct config *c);
/* An agent: writes nothing; network. To be called when the CA store and the
 * client's key have been read. */
bool confine_agent(const struct config *c);

#endif
