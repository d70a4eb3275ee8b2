/*
 * How much is sent before an answer is waited for: five styles from step by
 * step to several whole messages ahead, which of them a server's offers allow,
 * and what was learned about it by surprise, with an expiry. It never sends.
 */
#ifndef SMTP_STYLE_H
#define SMTP_STYLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "mail/capability.h"

enum style {			/* each a step down from the next */
	STYLE_LOCKSTEP,		/* one command, one reply */
	STYLE_TWO_TURNS,	/* MAIL RCPT DATA together; content and dot */
	STYLE_ONE_TURN,		/* the next message's with this one's dot */
	STYLE_BDAT,		/* MAIL RCPT BDAT content together */
	STYLE_BDAT_AHEAD	/* the same for several messages at once */
};

/* What a smarthost once could not do. */
struct lesson {
	enum style top;		/* nothing above it ... */
	int64_t until;		/* ... until then (boot clock); 0: no lesson */
};

/* For the log: "bdat-ahead". */
const char *style_name(enum style style);
/* The best style that the offers, in_flight and a lesson allow. */
enum style style_choose(const struct capability *can, unsigned in_flight,
    const struct lesson *lesson);
/* The style below, after a surprise; the lesson says so to later sessions. */
enum style style_step_down(enum style style, struct lesson *lesson);

/* How many messages should lie ready for a style, so that the next one always
 * does; window: transactions at once, for STYLE_BDAT_AHEAD. */
unsigned style_pace(enum style style, unsigned window);

/* The lesson as a line in front of a TLS ticket, and back: *ticket is what
 * follows. False for anything else. */
void lesson_print(const struct lesson *lesson, struct buf *out);
bool lesson_parse(struct slice text, struct lesson *lesson,
    struct slice *ticket);

#endif
