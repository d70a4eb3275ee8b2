/*
 * The answer to a command of the control socket, given piece by piece, so that
 * a long one needs no memory and holds nobody up: words first, then what is
 * done with each word of the command, then the messages that are asked for. It
 * never touches a socket and never decides who may ask.
 */
#ifndef QUEUE_ANSWER_H
#define QUEUE_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "queue/asker.h"
#include "queue/manager.h"

struct answer {
	struct buf text;	/* to be said next */
	/* What to do with each word that is left. */
	void (*act)(struct manager *m, const struct asker *a,
	    struct slice word, struct answer *answer);
	struct slice words;
	/* Which messages to collect, a part of the queue at a time. */
	bool (*chosen)(struct answer *answer, const struct asker *a,
	    const struct entry *e);
	const struct asker *asker;
	size_t bucket;		/* where that is */
	char *ids;		/* those found, ID_LEN + 1 bytes each */
	size_t count, cap, at;
	struct slice name;	/* whose, where that is asked for */
	/* What to say of each; NULL: act is for these. */
	void (*piece)(struct manager *m, const char *id, struct buf *out);
	/* NULL, or what comes last. */
	void (*close)(struct manager *m, const struct answer *answer,
	    struct buf *out);
	size_t others;		/* counted, not collected */
	bool is_flush;		/* the status is what is left */
	int status;
	bool ended;
};

/* Says a line. */
void answer_say(struct answer *answer, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Says what could not be done, and why: a line for standard error. The status
 * is the answer's from now on. */
void answer_refuse(struct answer *answer, int status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Gives a piece for each message that is chosen, sorted by time; piece may be
 * NULL, then act is done to each. */
void answer_collect(struct answer *answer,
    bool (*chosen)(struct answer *answer, const struct asker *a,
    const struct entry *e),
    void (*piece)(struct manager *m, const char *id, struct buf *out));
/* Makes the next piece, if only of the work; false when all has been said. */
bool answer_more(struct manager *m, const struct asker *a,
    struct answer *answer, struct buf *out);
void answer_free(struct answer *answer);

#endif
