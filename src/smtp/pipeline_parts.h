/*
 * What the two halves of the pipeline share: pipeline.c takes what comes in and
 * knows how it ends, outgoing.c says what goes out. For nobody else.
 */
#ifndef SMTP_PIPELINE_PARTS_H
#define SMTP_PIPELINE_PARTS_H

#include "smtp/pipeline.h"

/* Nothing is sent any more, without a word on whose fault it is. */
void pipeline_cut(struct pipeline *p, enum verdict_scope scope,
    const char *words);
/* One thing less to come for t; after the last one t is gone. */
void pipeline_release(struct pipeline *p, struct transaction *t);

#endif
