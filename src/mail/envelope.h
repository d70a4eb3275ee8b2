/*
 * The envelope of a queued message: who sent it, who gets it, and what the
 * transaction must know. The first part of every queue file is an envelope in
 * print (doc/INTERNALS.md has the format); this module prints and parses it.
 * It never opens a file and never judges an address.
 */
#ifndef MAIL_ENVELOPE_H
#define MAIL_ENVELOPE_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

#include "base/buf.h"

#define ENVELOPE_8BIT	0x01u	/* some byte of the body is above 127 */
#define ENVELOPE_UTF8	0x02u	/* needs SMTPUTF8 (RFC 6531) */
#define ENVELOPE_BOUNCE	0x04u	/* ours; never bounced in turn */
#define ENVELOPE_BULK	0x08u	/* Precedence: bulk or list, or a List-Id: */

/* NOTIFY of RFC 3461; 0: not given. NEVER excludes the others. */
#define NOTIFY_NEVER	0x01u
#define NOTIFY_SUCCESS	0x02u
#define NOTIFY_FAILURE	0x04u
#define NOTIFY_DELAY	0x08u

enum envelope_return {		/* RET of RFC 3461 */
	RETURN_UNSAID,
	RETURN_FULL,
	RETURN_HEADERS
};

struct recipient {
	struct slice addr;		/* as in RCPT TO, without < > */
	struct slice orcpt;		/* xtext "rfc822;..." or empty */
	struct slice return_path;	/* its own, or ptr NULL: the sender */
	unsigned notify;
};

/* What was given as a recipient and is none: its sender is told of it, and the
 * others get the message. */
struct fault {
	struct slice what;	/* "/list, line 17", or the words given */
	struct slice why;
	struct slice return_path;	/* as a recipient's */
};

/* So many are told of; where there are more, the last one says so. */
#define FAULTS_MAX 1000

struct envelope {
	uint64_t header_size;	/* on the wire, with the empty line */
	uint64_t body_size;	/* on the wire, before dot-stuffing */
	uint32_t uid;		/* of the submitter */
	int64_t time;		/* of acceptance, wall clock, nanoseconds */
	unsigned flags;
	struct slice sender;	/* "" is the null sender */
	struct slice envid;	/* xtext, or empty */
	enum envelope_return ret;
	struct recipient *recipients;	/* number = index */
	size_t count;
	struct fault *faults;
	size_t fault_count;
	size_t length;		/* of the print, empty line included */
};

/* Where in the print the two sizes stand (ENVELOPE_SIZES_LEN bytes, fixed
 * width), so that they can be written when the body has passed. */
#define ENVELOPE_SIZES_AT 24
#define ENVELOPE_SIZES_LEN 41
void envelope_print_sizes(uint64_t header, uint64_t body,
    char out[static ENVELOPE_SIZES_LEN + 1]);

/* Appends the print, empty line included. No string may hold a control
 * character; one that does all the same goes out as "?". */
void envelope_print(const struct envelope *e, struct buf *out);

/* The length of the printed envelope at the start of text, 0 while its end is
 * not there yet; all of text where it is no envelope, as parsing will tell. */
size_t envelope_find_end(struct slice text);
/*
 * Parses a print. The slices of e point into text; recipients are allocated,
 * envelope_free() frees them. False with *why set for a damaged one; *why is
 * ENVELOPE_NEWER for a format that a later version wrote.
 */
extern const char ENVELOPE_NEWER[];
bool envelope_parse(struct slice text, struct envelope *e, const char **why);
void envelope_free(struct envelope *e);
/* The submitter's uid from the first ENVELOPE_HEAD bytes of a print, without
 * all that comes behind. False where there is none. */
#define ENVELOPE_HEAD 256
bool envelope_peek_uid(struct slice head, uint32_t *uid);

/* The line of one recipient, for everything that is printed with recipients;
 * its value is read back as number *count of a list, which grows (free(3)). */
void recipient_print(const struct recipient *r, size_t number,
    struct buf *out);
bool recipient_parse(struct slice value, struct recipient **list,
    size_t *count);

/* The same for a fault. */
void fault_print(const struct fault *f, struct buf *out);
bool fault_parse(struct slice value, struct fault **list, size_t *count);
/* Appends one that owns nothing to a list that grows (free(3)), up to
 * FAULTS_MAX; false beyond. */
bool fault_add(const struct fault *f, struct fault **list, size_t *count);

/* RFC 3461 4.4, 4.2: xtext of at most so many octets; ORCPT with its type. */
#define ENVID_MAX 100
#define ORCPT_MAX 500
bool envid_is_valid(struct slice envid);
bool orcpt_is_valid(struct slice orcpt);

/* RFC 3461: "FULL" or "HDRS", without case; false if unknown. The name is ""
 * for RETURN_UNSAID. */
bool return_parse(struct slice text, enum envelope_return *ret);
const char *return_name(enum envelope_return ret);

/* "SUCCESS,DELAY" to bits, comma-separated, case and white space aside; false
 * if unknown, or NEVER beside others. */
bool notify_parse(struct slice text, unsigned *bits);
void notify_print(unsigned bits, struct buf *out);

#endif
