/*
 * A journal that has become long is written anew, with what still counts of it:
 * of each recipient the last verdict, who was told, the attempts. Else a list
 * that is put off for days would write down each attempt of each recipient, and
 * read all of it again before the next. It never changes what is known.
 */
#ifndef QUEUE_ABRIDGE_H
#define QUEUE_ABRIDGE_H

#include "queue/manager.h"
#include "queue/sending.h"

/* Does so where it is long and no job of the message is out. What cannot be
 * written leaves the old one. */
void abridge_journal(struct manager *m, struct sending *s);

#endif
