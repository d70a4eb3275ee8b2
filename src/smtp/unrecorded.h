/*
 * Messages that have their answer from the server while the manager has not
 * said that it is on disk: if we all died now, they would be sent again. For
 * each, how many reports there will have been when its own is recorded. It
 * counts and nothing else.
 */
#ifndef SMTP_UNRECORDED_H
#define SMTP_UNRECORDED_H

#include <stdint.h>

/* The most that in-flight can be set to, and room. */
#define UNRECORDED_MAX 128

struct unrecorded {
	uint64_t marks[UNRECORDED_MAX];	/* ascending */
	unsigned count;
};

/* One more, recorded with that many reports. */
void unrecorded_add(struct unrecorded *u, uint64_t mark);
/* So many reports are recorded. */
void unrecorded_take(struct unrecorded *u, uint64_t reports);

#endif
