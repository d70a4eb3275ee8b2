/*
 * One file of the drop folder on its way into the queue: opened with care,
 * copied in pieces, made durable, or answered by a bounce. Its owner may hold
 * it open all the while. It never decides whose turn it is.
 */
#ifndef SUBMIT_TAKING_H
#define SUBMIT_TAKING_H

#include "submit/intake.h"

struct taking;

enum taken {
	TAKEN_MORE,		/* go on */
	TAKEN_PLACED,		/* in queue/, before the folder's fsync */
	TAKEN_ANSWERED,		/* refused, and a bounce is queued instead */
	TAKEN_LATER,		/* it stays: not now */
	TAKEN_NOT		/* it stays: taking_why() */
};

/* Whether a drop is in the queue already, by the same submitter: somebody died
 * between the commit and the removal. */
bool taking_was_queued(const struct intake_context *ctx, const char *name);
/* NULL with *why where it is none of ours, with *why NULL where it is gone. */
struct taking *taking_begin(const struct intake_context *ctx,
    const char *name, const char **why);
/* Copies some more of it. */
enum taken taking_go_on(struct taking *t);
uid_t taking_owner(const struct taking *t);
const char *taking_name(const struct taking *t);
/* The ID of what is in the queue now: the message, or the bounce. */
const char *taking_id(const struct taking *t);
const char *taking_why(const struct taking *t);
/* Takes what was placed out of queue/ again. */
void taking_undo(const struct taking *t);
/* The line in the log of one that was placed and is durable. */
void taking_log(const struct taking *t);
/* Frees it; what is placed stays. */
void taking_free(struct taking *t);

#endif
