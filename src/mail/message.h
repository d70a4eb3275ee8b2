/*
 * A message as a program handed it over, made fit for the wire: the header
 * completed (From, Date, Message-ID, Received), its bare names qualified, Bcc
 * and Return-Path removed, recipients collected; the body's line ends made one.
 * Pure: bytes in, bytes out. It never chooses the envelope.
 */
#ifndef MAIL_MESSAGE_H
#define MAIL_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/strlist.h"

/* A header section longer than this is refused. */
#define MESSAGE_HEADER_MAX (8u << 20)
/* Among no more recipients than this, one that makes no sense is an error;
 * among more it is told to the sender, and the others get the message. */
#define MESSAGE_FEW 10
/* So far an LF is looked for where a lone CR might end a line. */
#define MESSAGE_CR_TEXT_MAX 65536
/* The longest line on the wire, without CRLF (RFC 5322 2.1.1). */
#define MESSAGE_LINE_MAX 998

/*
 * Where the header section of raw ends: *end is its length (mbox "From " lines
 * and all fields; not the empty line) and *body where the body starts. At the
 * first line that is no field the body starts, with or without an empty line
 * before it. False while that line is not there yet (and more is to come);
 * always true with at_eof. CRLF and LF end a line; a lone CR does so only in
 * text that has no LF at all (the last byte apart, and as far as can be held):
 * elsewhere it came inside a value, from who must not begin a field of their
 * own, and it is made a space in raw. A "From " line is mbox's where it has a
 * time of day in it or a field behind it: prose that starts with "From " is not
 * lost. It starts anew each time: call it when raw has doubled, not for every
 * piece.
 */
bool message_find_body(struct buf *raw, bool at_eof, size_t *end,
    size_t *body);

struct message_origin {
	const char *login;	/* the submitter's name, from the uid */
	const char *name;	/* -F, else the GECOS name; NULL or "": none */
	const char *mailname;	/* the domain of bare names */
	const char *id;		/* the queue ID */
	uint32_t uid;
	int64_t time;		/* wall clock, nanoseconds */
	int utc_offset;		/* of the dates, minutes east of Greenwich */
	struct slice sender;	/* -f as an address ("": the null sender), or
				 * ptr NULL: From: is made of login */
	bool extract;		/* -t */
	size_t given;		/* recipients that are known already */
};

struct message {
	struct buf header;	/* wire form, every line CRLF, then the empty
				 * line */
	struct strlist recipients;	/* qualified, valid, each once; only
					 * with extract */
	struct strlist faults;	/* what is no address, and why, in turn */
	unsigned hops;		/* Received fields that were there already: a
				 * large number is a loop */
	bool is_8bit;		/* a header byte above 127 */
	bool is_utf8;		/* and all of them are UTF-8 */
	bool is_bulk;		/* Precedence: bulk, list, junk, or List-Id: */
};

/*
 * Completes a header section (without its empty line), in time linear in its
 * length. With extract the recipients come from Resent-To, Cc and Bcc of the
 * newest Resent set where there are such fields, else from To, Cc and Bcc.
 * False with a sentence in *error that names the field that no reading makes
 * sense of (only where it matters: with extract, and where there are no more
 * than MESSAGE_FEW others), or for a header that grows beyond twice
 * MESSAGE_HEADER_MAX; there is nothing to free then.
 *
 * Added where missing: From, Date, Message-ID, "To: undisclosed-recipients:;"
 * where neither To nor Cc is left (no receiver has to guess then whether the
 * header was lost), Resent-From, Resent-Date and Resent-Message-ID when the
 * message is resent; Received always. An empty one counts as missing and goes.
 * Of several To, Cc or Reply-To fields one is made; a second field of any other
 * kind that RFC 5322 allows once is called X-Duplicate-something.
 */
bool message_complete(struct slice raw_header,
    const struct message_origin *origin, struct message *out,
    struct buf *error);
void message_free(struct message *m);

/*
 * Body bytes in pieces: CRLF, LF and lone CR become CRLF, and so does CR CR LF,
 * which is a line end that was converted twice; NUL becomes "?"; a line end is
 * added at the end where there is none.
 */
struct message_body {
	size_t line;		/* octets of the present line so far */
	size_t longest;		/* of the longest line, without CRLF */
	size_t crs;		/* not put out yet */
	bool is_8bit;
};

#define MESSAGE_BODY_INIT {0, 0, 0, false}

void message_body_add(struct message_body *b, struct slice raw,
    struct buf *out);
void message_body_end(struct message_body *b, struct buf *out);

#endif
