/*
 * The letters in the agent's hand, in the order they came. A letter leaves when
 * nothing of it is under way and nobody is left to be asked for; the manager
 * hears of that here. It never sends mail.
 */
#ifndef SMTP_HAND_H
#define SMTP_HAND_H

#include "smtp/letter.h"
#include "smtp/report.h"
#include "smtp/session.h"

struct hand {
	struct letter *first;
	struct report *report;
};

/* Takes l over. */
void hand_add(struct hand *h, struct letter *l);
/* The letter whose turn it is, of those with recipients to ask for: the first
 * one, bulk mail after all other; new ones are admitted for the session. NULL:
 * there is none. */
struct letter *hand_next(struct hand *h, const struct session *s);
/* Whether there may be one, as far as is known, that no new one would go
 * before: not bulk mail. */
bool hand_has_more(const struct hand *h);
/* One of l's transactions has ended, and counts or not; l may be gone after
 * this. */
void hand_release(struct hand *h, struct letter *l, bool counts);
/* Gives the recipients that are not under way back to the manager, untried. */
void hand_give_back(struct hand *h);

#endif
