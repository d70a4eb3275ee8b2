/*
 * Answering: the steps of the script's rule for the moment, or the ordinary
 * one, taken one after the other, with the waiting that some of them are.
 */
#ifndef SMARTHOST_ANSWER_H
#define SMARTHOST_ANSWER_H

#include "session.h"

/* The steps that the script has for this act now; NULL for none. */
const struct step *answer_rule(struct session *session,
    const struct act *act);

/* Judges, and makes the steps ready. */
void answer_begin(struct session *session, const struct act *act);

/* Makes these steps ready, without judging. */
void answer_with(struct session *session, const struct act *act,
    const struct step *step);

/* Says line in place of the answer that was made ready, and closes. */
void answer_instead(struct session *session, const char *line);

/* One more step, or the end of the answer. */
void answer_go_on(struct session *session);

/* The connection is over: what was not answered was not answered. */
void answer_abandon(struct session *session);

#endif
