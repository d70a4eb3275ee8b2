/*
 * The header of a message or of a part of one, as far as MIME goes: what kind
 * of body follows (RFC 2045, 2046), and the header again with what is said of
 * the encoding changed. It never looks at the body.
 */
#ifndef MAIL_MIME_PART_H
#define MAIL_MIME_PART_H

#include <stdbool.h>

#include "base/buf.h"

enum mime_body {
	MIME_LEAF,		/* not encoded, but could be */
	MIME_ENCODED_QP,
	MIME_ENCODED_BASE64,
	MIME_MULTIPART,		/* with a boundary */
	MIME_MESSAGE,		/* another header follows */
	MIME_OPAQUE		/* signed, encrypted, of an encoding that is
				 * unknown here: not to be touched */
};

struct mime_part {
	enum mime_body body;
	bool is_text;
	bool is_digest;
	bool has_charset;
	bool is_wide;		/* labelled 8bit or binary */
	struct buf boundary;
};

/* header: fields only. is_message: of a whole message, whose DKIM-Signature
 * counts; in_digest: an untyped part is a message there. p->boundary is the
 * caller's to free, and cleared first. */
void mime_part_parse(struct slice header, bool is_message, bool in_digest,
    struct mime_part *p);

struct mime_change {
	const char *encoding;	/* NULL: as it was */
	const char *charset;	/* to be said; NULL: none */
	bool version;		/* say MIME-Version, if nobody did */
};

/* Appends the fields with changes, the others as they were. */
void mime_part_print(struct slice header, const struct mime_change *change,
    struct buf *out);

#endif
