/*
 * SMTP replies (RFC 5321 4.2), taken apart as they come in: at most 2,048
 * octets a line, 100 lines, 16 kB, one code on all lines. It never reads a
 * socket and never shows the words to anybody.
 */
#ifndef MAIL_REPLY_H
#define MAIL_REPLY_H

#include <stddef.h>

#include "base/buf.h"

#define REPLY_LINE_MAX 2048
#define REPLY_LINES_MAX 100
#define REPLY_BYTES_MAX 16384

struct reply {
	int code;		/* 200 to 599 */
	char enhanced[12];	/* "2.1.5", the first that a line starts with
				 * and whose class is the code's (RFC 2034 4);
				 * or "" */
	struct buf text;	/* the lines without codes, joined by LF */
};

#define REPLY_INIT {0, "", BUF_INIT}

/* Parses one whole reply at the start of in. Returns the bytes it took, 0
 * while incomplete, or -1 with *why (static words) for anything that is not a
 * reply or above the limits; as early as that is sure, so that rubbish without
 * an end needs no waiting. A bare LF ends a line, too. */
long reply_parse(struct slice in, struct reply *out, const char **why);
/* Appends the words on one line, without enhanced codes; raw bytes of the
 * server, to be shown only escaped. */
void reply_words(const struct reply *r, struct buf *out);
void reply_free(struct reply *r);

#endif
