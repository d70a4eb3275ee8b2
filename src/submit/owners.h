/*
 * Whose files wait in the drop folder: names by their owner's uid, handed out
 * owner by owner in turn, so that nobody waits behind another's thousands. It
 * also counts those that had no try yet, for whoever asks whether everything
 * that lay there was looked at. It never touches a file.
 */
#ifndef SUBMIT_OWNERS_H
#define SUBMIT_OWNERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "mail/job.h"

/* Remembers a name; where too many of the owner are known already it has to be
 * found again later (owners_have_more()). */
void owners_add(uid_t uid, const char *name);
/* The next owner's first name, taken off. False: none, or all are parked. */
bool owners_next(uid_t *uid, char name[static ID_LEN + 1]);
/* Puts a name back that had its try, at its owner's end. */
void owners_put_back(uid_t uid, const char *name);
/* Lets an owner's names lie until then (boot clock). They count as tried. */
void owners_park(uid_t uid, int64_t until);
/* Lets a parked owner have turns again. */
void owners_unpark(uid_t uid);
/* Unparks those whose time has come, and says when the next one's does. */
int64_t owners_wake(int64_t now);
/* Those that can be handed out now. */
bool owners_has_ready(void);
size_t owners_count(void);
/* Whether names of somebody who is not parked were not remembered. */
bool owners_have_more(void);
/* Whether one of those has had a turn with all names that were. */
bool owners_want_more(void);

/* From now on owners_untried() counts what is known at this moment. */
void owners_mark(void);
/* How many of those have had no try yet. */
size_t owners_untried(void);
/* Forgets all. */
void owners_clear(void);

#endif
