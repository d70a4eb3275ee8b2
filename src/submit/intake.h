/*
 * One submission being taken in: wishes and message blocks go in as they come,
 * from the submit socket or from a drop file alike, and one durable queue file
 * comes out. Without the end record nothing does. It never waits and never
 * talks to the submitter; submit/server and submit/drops do.
 */
#ifndef SUBMIT_INTAKE_H
#define SUBMIT_INTAKE_H

#include <stdbool.h>
#include <sys/types.h>

#include "config/config.h"
#include "spool/spool.h"

/* The account of the loopback listener. */
#define INTAKE_LISTENER "navette-smtp"

struct intake;

struct intake_context {
	struct spool *spool;
	const struct config *config;
	/* Whether this uid has as much waiting, or coming in, as it may; asked
	 * at the start, as a long message comes, and at its end. */
	bool (*is_over_limit)(uid_t uid);
	/* Who may name another uid besides root: the account of the loopback
	 * listener; 0: nobody else. */
	uid_t listener;
};

enum intake_state {
	INTAKE_MORE,		/* go on feeding */
	INTAKE_WHOLE,		/* the end record has come: intake_place() */
	INTAKE_REFUSED		/* intake_status() and intake_text() */
};

/* uid is who hands over; id is the drop file's, or NULL for a new one. */
struct intake *intake_new(const struct intake_context *ctx, uid_t uid,
    const char *id);
/* Takes in bytes as they come. What follows the end record is ignored. */
enum intake_state intake_feed(struct intake *i, struct slice bytes);
/*
 * Makes the whole message durable, but for the fsync of queue/, which the
 * caller shares among several (spool_sync_queue()); then intake_log(). False:
 * refused, and nothing is left of it.
 */
bool intake_place(struct intake *i);
/* Takes it out of queue/ again, where that could not be synced. */
void intake_undo(const struct intake *i);
/* The line in the log of a message that is queued now. */
void intake_log(const struct intake *i);
/* Whether this uid may name another as the submitter. */
bool intake_may_claim(const struct intake_context *ctx, uid_t uid);
/* Whose message it is: who hands over, or whom they named. */
uid_t intake_uid(const struct intake *i);
/* The bytes of the message that came so far. */
uint64_t intake_came(const struct intake *i);
/* The bytes of memory that it takes, about. */
size_t intake_held(const struct intake *i);
const char *intake_id(const struct intake *i);
int intake_status(const struct intake *i);
const char *intake_text(const struct intake *i);
/* Abandons what is not placed. */
void intake_free(struct intake *i);

#endif
