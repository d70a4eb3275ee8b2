/*
 * What the front program says to the daemon: the caller's wishes, then the
 * message in blocks, then the explicit end. The same bytes go over the submit
 * socket and into a drop file; without the end record nothing of it counts.
 * This module prints and parses; it never reads descriptors and never judges
 * an address (both sides use mail/address for that).
 */
#ifndef MAIL_SUBMISSION_H
#define MAIL_SUBMISSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "mail/envelope.h"

#define SUBMISSION_MAGIC "navette-submission 1\n"
/* The wishes, addresses included, are at most this long. */
#define SUBMISSION_MAX (8u << 20)
#define SUBMISSION_BLOCK_MAX (1u << 20)

#define SUBMIT_EXTRACT	0x01u	/* -t: recipients from the header, too */
#define SUBMIT_VERBOSE	0x02u	/* -v */
#define SUBMIT_8BIT	0x04u	/* -B8BITMIME */
#define SUBMIT_DSN	0x08u	/* -N given: notify is for every recipient */

struct submission {
	bool has_sender;
	struct slice sender;	/* -f; "" is the null sender */
	struct slice name;	/* -F, or ptr NULL */
	bool has_uid;
	uint32_t uid;		/* claimed: only root may name another */
	unsigned flags;
	unsigned notify;
	struct slice envid;
	enum envelope_return ret;
	struct recipient *recipients;	/* as given, checked, not qualified */
	size_t count;
	struct fault *faults;	/* arguments that are no recipients */
	size_t fault_count;
};

/* Appends magic and wishes, up to and with the empty line. */
void submission_print(const struct submission *s, struct buf *out);
/* The length of magic and wishes at the start of text, 0 while incomplete. */
size_t submission_find_end(struct slice text);
/* Parses what submission_print() wrote; slices point into text, recipients are
 * allocated (submission_free()). False with *why for anything else. */
bool submission_parse(struct slice text, struct submission *s,
    const char **why);
void submission_free(struct submission *s);

/* A block of the message: 4 bytes of length, most significant first, then the
 * bytes. Length 0 is the end record. */
#define SUBMISSION_BLOCK_HEAD 4
void submission_block_head(uint32_t len, char out[static 4]);
/* False when the length is above SUBMISSION_BLOCK_MAX. */
bool submission_block_length(const char head[static 4], uint32_t *len);

/* The daemon's answer, one line. */
struct submission_answer {
	int status;		/* a sysexits code; EX_OK: queued */
	struct slice text;	/* the ID, or why not */
};
void submission_answer_print(int status, const char *text, struct buf *out);
/* 1 with *a filled, 0 while the line is incomplete, -1 for nonsense. */
int submission_answer_parse(struct slice line, struct submission_answer *a);

#endif
