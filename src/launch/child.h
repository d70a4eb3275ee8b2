/*
 * The processes the launcher has started: made by exec of programs that were
 * opened when we began, so that an upgrade of the package under our feet
 * never mixes two versions. It never decides which to start.
 */
#ifndef LAUNCH_CHILD_H
#define LAUNCH_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"

struct child {
	struct child *next;
	pid_t pid;
	const char *role;	/* ROLE_* */
	bool first;		/* the intake that looks after drop/ */
	bool leaving;		/* its end is no surprise */
};

struct child_start {
	const char *role;
	const char *config_path;
	const char *smarthost;	/* agents; else NULL */
	bool to_stderr;
	bool first;
	struct slice config;	/* its text */
	int peer;		/* enum role_fd; closed afterwards */
	int own;		/* stays the launcher's; -1: none */
	int lock;		/* closed afterwards; -1: none */
};

/* Opens the program of this very process and that of the agents. False with
 * errno. */
bool child_begin(void);
/* NULL with errno. */
struct child *child_start(const struct child_start *start);
/* Waits for none: the child that has ended (and is taken off the list, the
 * caller frees it) with its status, or NULL. */
struct child *child_reap(int *status);
struct child *child_first(void);
bool child_has(const char *role);
/* Sends a signal to all of a role (NULL: of every role) and marks them. */
void child_signal(const char *role, int signal);

#endif
