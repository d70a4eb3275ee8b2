/*
 * The manager process: it knows every waiting message and decides when and
 * which way each goes; agents do the talking. One poll loop, no network, no
 * secret. What it shares with the other files of this room stands here.
 */
#ifndef QUEUE_MANAGER_H
#define QUEUE_MANAGER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"
#include "base/record.h"
#include "config/config.h"
#include "queue/entry.h"
#include "spool/spool.h"

struct manager {
	const struct config *config;
	struct spool *spool;
	struct loop *loop;
	int launcher;		/* records of base/role */
	int control;		/* the control socket, listening */
	bool stopping;
	bool failed;		/* the launcher is gone, or worse */
	bool unsafe;		/* a result could not be recorded: no
				 * delivery until a write works again */
	bool writable;		/* queue/ was, in this turn */
	int64_t sync_due;	/* of queue/, for removals; CLOCK_NEVER */
};

struct manager_start {
	const struct config *config;
	struct spool *spool;
	int launcher;
	int control;
};

/* Runs until told to stop or until the launcher goes. A sysexits code. */
int manager_run(const struct manager_start *start);

/* Learns of a message of queue/: reads its head and gives it its turn. Known
 * ones are passed over. */
void manager_admit(struct manager *m, const char *id);
/* The message is done with: its files go, then its entry. */
void manager_forget(struct manager *m, struct entry *e);
/* A result could not be recorded: delivery stops, and the log says so. */
void manager_unsafe(struct manager *m, const char *id, const char *what);
/* A random number for jitter. */
uint32_t manager_random(void);

#endif
