/*
 * The text of a message inside DATA (RFC 5321 4.5.2): finds the line that ends
 * it and takes the doubled dots out. Where the client ends its lines with CRLF
 * only CRLF . CRLF is the end, so that nobody smuggles a second message behind
 * a lone LF (CVE-2023-51764); where it spoke with LF alone, LF . LF is. It
 * never changes a line end: the daemon does.
 */
#ifndef SUBMIT_DOTS_H
#define SUBMIT_DOTS_H

#include <stdbool.h>

#include "base/buf.h"

struct dots {
	bool lf_only;		/* the client ends its lines with LF */
	enum {
		DOTS_LINE,	/* at the start of a line */
		DOTS_DOT,	/* behind its "." */
		DOTS_DOT_CR,	/* behind its ".", CR */
		DOTS_TEXT,
		DOTS_CR,
		DOTS_END
	} state;
};

#define DOTS_INIT(lf) {(lf), DOTS_LINE}

/* Takes in bytes and appends what they mean to out. The number taken: fewer
 * than there are only when the end was among them (DOTS_END). */
size_t dots_add(struct dots *d, struct slice in, struct buf *out);

#endif
