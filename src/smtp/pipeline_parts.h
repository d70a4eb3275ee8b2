/*
 * What the two halves of the pipeline share: pipeline.c takes what comes in and
 * knows how it ends, outgoing.c says what goes out. For nobody else.
 */
#ifndef SMTP_PIPELINE_PARTS_H
#define SMTP_PIPELINE_PARTS_H

#include "base/clock.h"
#include "smtp/pipeline.h"

/* So long content waits for the next message, to go out with its commands,
 * while the manager is about to say whether there is one. */
#define PIPELINE_HOLD (50 * CLOCK_MSEC)

/* Whether the content of this message (NULL: of an ordinary one) may go out,
 * too: only so many may be with the server without a result on disk, and bulk
 * mail leaves room for one more. */
bool pipeline_has_room(const struct pipeline *p, const struct letter *l);
/* Nothing is sent any more, without a word on whose fault it is. */
void pipeline_cut(struct pipeline *p, enum verdict_scope scope,
    const char *words);
/* One thing less to come for t; after the last one t is gone. */
void pipeline_release(struct pipeline *p, struct transaction *t);

#endif
