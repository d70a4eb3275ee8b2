/*
 * One message on its way from the front program to the daemon: to its socket,
 * else into the drop folder. A message of up to 256 KiB is held whole until it
 * has ended, so that nothing that goes wrong before can harm it; a longer one
 * streams. Without submit_end() nothing of it counts. It never reads standard
 * input and never prints.
 */
#ifndef SUBMIT_SUBMIT_H
#define SUBMIT_SUBMIT_H

#include <stdbool.h>

#include "base/buf.h"
#include "mail/submission.h"

struct submit;

/* Where the daemon is: the environment's NAVETTE_SOCKET and NAVETTE_DROP where
 * that may be trusted, else the built-in places. */
struct submit_places {
	const char *socket;
	const char *drop;
};

struct submit_places submit_places(void);

/* wish is printed at once and need not live longer. */
struct submit *submit_begin(const struct submission *wish,
    const struct submit_places *places);
/* The next bytes. False: it has failed for good already, and submit_end() says
 * how; more bytes change nothing. */
bool submit_add(struct submit *s, struct slice bytes);
/*
 * The message is complete: hands it over. A sysexits code, EX_OK with the ID in
 * *text: durable, in the queue or in the drop folder. Else *text is a sentence.
 */
int submit_end(struct submit *s, struct buf *text);
/* After submit_end(): whether it is the daemon's answer, and not that there was
 * none. */
bool submit_was_answered(const struct submit *s);
/* Frees it; without submit_end() nothing of the message remains. */
void submit_free(struct submit *s);

#endif
