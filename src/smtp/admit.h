/*
 * The last look at a letter before anything of it is said to a server: can its
 * file be read, is it small enough, may its addresses stand in a command, does
 * the server know SMTPUTF8 where that is needed. What fails is judged here. It
 * never sends.
 */
#ifndef SMTP_ADMIT_H
#define SMTP_ADMIT_H

#include "smtp/letter.h"
#include "smtp/report.h"
#include "smtp/session.h"

/* Loads l and reports on the recipients that cannot be asked for; the others
 * are in l->left. */
void admit(struct letter *l, const struct session *s, struct report *r);

#endif
