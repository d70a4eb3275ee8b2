/*
 * The intake process: a poll loop over many submissions at once, each with
 * bounded state, so that a slow one holds up nobody; only the commit blocks,
 * and one fsync of the queue folder serves all that became whole together. It
 * tells the manager of each queued message before it tells the caller. It never
 * opens a network connection.
 */
#ifndef SUBMIT_SERVER_H
#define SUBMIT_SERVER_H

#include "config/config.h"
#include "spool/spool.h"

struct server_start {
	const struct config *config;
	struct spool *spool;
	int listener;		/* the submit socket */
	int manager;		/* records of base/role */
};

/* Serves until the manager goes or SIGTERM comes; then finishes what is whole.
 * Returns a sysexits code. */
int server_run(const struct server_start *start);

#endif
