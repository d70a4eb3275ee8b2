/*
 * What one submission is while it comes in, for the two halves of the intake:
 * intake.c understands it, intake_write.c writes it. For nobody else.
 */
#ifndef SUBMIT_INTAKE_PARTS_H
#define SUBMIT_INTAKE_PARTS_H

#include "mail/message.h"
#include "mail/submission.h"
#include "submit/compose.h"
#include "submit/intake.h"

enum step {
	STEP_WISHES,
	STEP_BLOCK_HEAD,
	STEP_BLOCK,
	STEP_END
};

struct intake {
	const struct intake_context *ctx;
	uid_t uid;
	char id[ID_LEN + 1];
	enum step step;
	struct buf in;		/* of the protocol, not understood yet */
	size_t searched;	/* of it, for the end of the wishes */
	uint32_t block_left;
	struct buf wishes;	/* what wish points into */
	struct submission wish;
	struct buf raw;		/* the header as it came */
	size_t look;		/* how long it must be for another look */
	bool header_done;
	struct composed composed;
	struct message_body body;
	struct buf out;		/* body in wire form, not written yet */
	uint64_t body_size;
	uint64_t came;		/* bytes of the message */
	int fd;			/* in tmp/; -1: nothing written yet */
	bool placed;
	int status;
	struct buf text;
};

/* Remembers status and sentence; false. */
bool intake_refuse(struct intake *i, int status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Whether there is room for more of it, and its user's right to it. */
bool intake_may_grow(struct intake *i);
/* Lets what is held go to the file when it is too much to hold. */
bool intake_spill(struct intake *i);

#endif
