/*
 * One queued message as it lies in the spool, read when its turn has come or
 * when somebody asks: its envelope, and of each recipient what its journal
 * remembers. It never changes anything on disk.
 */
#ifndef QUEUE_QUEUED_H
#define QUEUE_QUEUED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "mail/envelope.h"
#include "mail/verdict.h"
#include "spool/spool.h"

struct outcome {
	struct verdict verdict;
	struct buf words;	/* what verdict.text points into */
	int64_t time;		/* wall clock */
	bool relayed;		/* delivered, and only we can tell of it */
};

enum queued_from {
	QUEUED_WAITING,		/* a message of queue/ */
	QUEUED_FAILED,		/* one of failed/ */
	QUEUED_PLAIN		/* one of queue/ that has no journal */
};

struct queued {
	struct buf text;		/* what envelope points into */
	struct envelope envelope;
	struct outcome **outcomes;
	size_t count, cap;
	uint32_t *outcome_of;	/* by recipient: number + 1; 0: none yet */
	bool *answered;		/* by recipient: a bounce told of it */
	unsigned attempts;
	int64_t first_attempt;	/* wall clock: when all had had their first;
				 * 0: not yet */
	int64_t last_attempt;	/* wall clock; 0: none */
	bool warned;
	bool journal;		/* it has one */
	bool held;
	bool held_by_admin;
	int64_t freed;		/* wall clock, of the last release; 0: none */
};

/*
 * Reads a message and its journal, where there may be one. *fd, where not NULL,
 * gets the message's open descriptor. False with *why for one that is gone
 * (errno is ENOENT then), unreadable or damaged; nothing is to be freed then.
 */
bool queued_load(struct spool *s, const char *id, enum queued_from from,
    struct queued *q, int *fd, const char **why);
void queued_free(struct queued *q);

/* Remembers a verdict for the recipients it names; a later one counts. */
void queued_learn(struct queued *q, const struct verdict *v, int64_t time);
/* The verdict about this recipient is of a server that reports nothing; until
 * queued_forget_relayed(), those it delivered to are queued_is_relayed(). The
 * journal has that of lists only. */
void queued_note_relayed(struct queued *q, size_t number);
bool queued_is_relayed(const struct queued *q, size_t number);
void queued_forget_relayed(struct queued *q);
/* The last outcome of a recipient, or NULL. */
const struct outcome *queued_outcome(const struct queued *q, size_t number);
/* Whether a recipient is neither delivered nor refused for good. */
bool queued_is_open(const struct queued *q, size_t number);
bool queued_is_refused(const struct queued *q, size_t number);
/* Whether it was refused and nobody has been told. */
bool queued_is_unanswered(const struct queued *q, size_t number);
/* Whether that is so of any recipient. */
bool queued_has_any(const struct queued *q,
    bool (*is)(const struct queued *q, size_t number));
/* Whether it has so many recipients, or something that was meant for one and is
 * none, that its sender gets one report on all of it instead of a bounce for
 * each round. */
bool queued_is_list(const struct queued *q, const struct config *c);
/* Whether everybody is done, and has been told of. */
bool queued_is_reported(const struct queued *q);
size_t queued_open_count(const struct queued *q);
void queued_answer(struct queued *q, size_t first, size_t last);

#endif
