/*
 * The launcher: the one process that starts all the others, each from the same
 * binary and joined to the manager by a socketpair. It locks the spool, binds
 * the sockets, reads the configuration and the secrets, and hands to each
 * process only what that one needs. It sees no byte from users or servers.
 */
#ifndef LAUNCH_LAUNCHER_H
#define LAUNCH_LAUNCHER_H

#include <stdbool.h>

struct launcher_start {
	const char *config_path;
	bool to_stderr;		/* passed on to the others */
};

/* Runs until SIGTERM or SIGINT, with orderly ends for all others. A sysexits
 * code: EX_CONFIG for what the administrator must mend, EX_TEMPFAIL when
 * another daemon has the spool. */
int launcher_run(const struct launcher_start *start);

#endif
