/*
 * A report on a whole list in numbers: what is said above the names of those
 * that failed or wait. It never counts by itself.
 */
#ifndef MAIL_DSN_TALLY_H
#define MAIL_DSN_TALLY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Each recipient is in one of the middle four. */
struct dsn_tally {
	size_t recipients;	/* in all */
	size_t delivered;
	size_t refused;
	size_t expired;		/* tried for as long as mail is kept */
	size_t waiting;
	size_t told;		/* of the refused: in a notice before */
	size_t faults;		/* what was given and is no address */
	size_t unlisted;	/* to be told of, but too many to be named */
	bool is_over;
};

/* Appends the subject, without a line end. */
void dsn_tally_subject(const struct dsn_tally *t, struct buf *out);
/* Appends the paragraphs, in wire form. */
void dsn_tally_print(const struct dsn_tally *t, struct buf *out);
/* Appends what is said of those that are not named; nothing for none. */
void dsn_tally_unlisted(const struct dsn_tally *t, struct buf *out);

#endif
