/*
 * The journal of one message, ID.log: the results that must be remembered, one
 * line each, appended and synced. It is made before the first result can come,
 * with its space taken in advance, so that recording cannot fail for lack of
 * room. It never interprets a verdict beyond its kind.
 */
#ifndef SPOOL_JOURNAL_H
#define SPOOL_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "mail/verdict.h"
#include "spool/spool.h"

struct journal;

/* What a journal says of one event; text is valid during the call only. */
struct journal_entry {
	int64_t time;		/* wall clock */
	enum journal_what {
		JOURNAL_VERDICT,
		JOURNAL_ATTEMPT,	/* of the message as a whole: its count
					 * is in verdict.job */
		JOURNAL_WARNED,		/* the delay warning is out */
		JOURNAL_BOUNCED,	/* first..last are answered for */
		JOURNAL_RELAYED,	/* who has first..last now reports
					 * nothing */
		JOURNAL_HELD,		/* by the uid of verdict.job; first is 1
					 * for an administrator */
		JOURNAL_FREED
	} what;
	struct verdict verdict;
};

/* Opens or makes the journal of a queued message, with room for that many
 * further lines, durably (file and folder). NULL with errno. */
struct journal *journal_open(struct spool *s, const char *id, size_t lines);
/* The same without room and not durably: after journal_sync() the folder is to
 * be synced, too. */
struct journal *journal_make(struct spool *s, const char *id);
/* Appends; durable only after journal_sync(). False with errno. */
bool journal_add(struct journal *j, const struct journal_entry *e);
bool journal_sync(struct journal *j);
void journal_close(struct journal *j);

/* How long it is, in bytes. */
uint64_t journal_size(const struct journal *j);

/* Another journal for the same message, nowhere to be seen until it takes the
 * place of the old one. journal_replace() takes fresh over and syncs it before;
 * false with errno: one of the two is in force, and it is *old. */
struct journal *journal_begin_anew(struct spool *s, const char *id);
bool journal_replace(struct spool *s, const char *id, struct journal **old,
    struct journal *fresh);

/* Calls fn for each whole line of a message's journal; a torn last line is
 * passed over. *found: whether there is one. False with errno when it cannot be
 * read. */
bool journal_each(struct spool *s, const char *id,
    void (*fn)(void *arg, const struct journal_entry *e), void *arg,
    bool *found);

#endif
