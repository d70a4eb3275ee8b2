/*
 * The encodings of RFC 2045 as filters for one body: quoted-printable, base64,
 * either of them mended where it was done badly, or none with long lines folded
 * as a last resort. It never looks at a header and never at a boundary.
 */
#ifndef MAIL_MIME_CODER_H
#define MAIL_MIME_CODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* The longest line on the wire, without CRLF. */
#define MIME_LINE_MAX 998

enum mime_coding {
	MIME_AS_IS,
	MIME_QP,
	MIME_BASE64,
	MIME_MEND_QP,		/* is quoted-printable already */
	MIME_MEND_BASE64
};

/* A line or a part of one, without its CRLF. */
struct mime_piece {
	struct slice data;
	bool starts;		/* the line begins with it */
	bool ends;		/* a CRLF follows it */
};

struct mime_coder {
	enum mime_coding coding;
	bool is_folded;		/* MIME_AS_IS: lines too long are folded */
	bool is_masked;		/* MIME_AS_IS: "?" for bytes above 127 */
	bool is_narrowed;	/* MIME_MEND_*: 7-bit is wanted */
	bool is_pending;	/* a CRLF not written yet: it belongs to the
				 * body, or to the boundary behind it */
	bool is_soft;		/* this line goes on the one before */
	size_t column;		/* octets of the present line of output */
	char blank;		/* a space or tab that waits for what follows */
	unsigned escape;	/* octets of =XX still to come */
	uint32_t bits;		/* base64: up to 3 octets ... */
	unsigned count;		/* ... and how many */
};

void mime_coder_begin(struct mime_coder *c, enum mime_coding coding);
void mime_coder_add(struct mime_coder *c, const struct mime_piece *p,
    struct buf *out);
/* Ends the body. before_boundary: the last CRLF is the boundary's, which is to
 * be appended behind; else the output ends with a CRLF, if the input did. */
void mime_coder_end(struct mime_coder *c, bool before_boundary,
    struct buf *out);

/* Whether a piece is not, by itself, a line of legal length. */
bool mime_piece_is_long(const struct mime_piece *p);

#endif
