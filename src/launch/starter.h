/*
 * How the launcher starts the others: what each role is given, and the agents
 * that the manager asks for, with the secret of their smarthost. It never
 * decides when; launch/launcher does.
 */
#ifndef LAUNCH_STARTER_H
#define LAUNCH_STARTER_H

#include <stdbool.h>

#include "base/strlist.h"
#include "config/config.h"
#include "launch/child.h"
#include "spool/spool.h"

struct starter {
	const char *config_path;
	bool to_stderr;
	const struct config *config;
	struct spool *spool;
	int submit;		/* the submit socket, listening */
	int manager;		/* our end of its socket; -1: there is none */
	bool agents_clear;	/* no agent of another daemon is left */
	struct strlist wanted;	/* agents asked for, not started yet */
};

/* What every child of that role is given. */
struct child_start starter_prepare(const struct starter *st,
    const char *role);
/* child_start(), with a word in the log when it fails. */
bool starter_start(const struct child_start *s);
/* Starts an intake; the first looks after drop/. False when it does not run,
 * or the manager could not be told. */
bool starter_intake(struct starter *st, bool first);
/* Starts the agents that are wanted, once those of a killed daemon are gone. */
void starter_agents(struct starter *st);

#endif
