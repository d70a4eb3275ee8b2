/*
 * The drop folder: what sendmail left there while nobody listened is copied
 * into the queue, and what cannot be queued is answered by a bounce. A little
 * of it at each step, its owners in turn, so that a full folder holds up
 * neither new mail nor its other owners. Everything in it is hostile until
 * proven otherwise: links, FIFOs, files from elsewhere are left alone and named
 * in the log. It never obeys a byte of them and never waits for anybody.
 */
#ifndef SUBMIT_DROPS_H
#define SUBMIT_DROPS_H

#include <stdint.h>

#include "submit/intake.h"

struct drops_start {
	const struct intake_context *ctx;
	/* Called for each message after its drop file is gone. */
	void (*queued)(void *arg, const char *id);
	/* Everything that was there when drops_ask(number) came has had a try;
	 * of a user over a limit one file at least. */
	void (*settled)(void *arg, uint32_t number);
	void *arg;
};

/* Begins; *watch is to be watched for drops_hear(), or -1 with errno where the
 * kernel has no inotify for us: then the folder is read now and then. */
void drops_begin(const struct drops_start *start, int *watch);
/* Notes the names of what has become whole. */
void drops_hear(void);
/* Several questions may get one answer, with the last one's number. */
void drops_ask(uint32_t number);
/* A little work. */
void drops_step(void);
/* When there is some (boot clock); 0: now. */
int64_t drops_wake(void);
/* This user's mail may be looked at again. */
void drops_unpark(uid_t uid);
/* Leaves the rest to another intake. */
void drops_stop(void);

#endif
