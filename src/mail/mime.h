/*
 * Bodies made legal without damage: lines longer than 998 octets, and 8-bit
 * bodies for a server without 8BITMIME, are re-encoded (quoted-printable or
 * base64) where the message's MIME type allows it and no signature breaks; else
 * long lines are folded as a last resort. Content-* fields stay true (RFC 2045,
 * RFC 6152). Pure and streaming; it never changes a message that needs nothing.
 */
#ifndef MAIL_MIME_H
#define MAIL_MIME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct mime_rewriter;

#define MIME_FIX_LINES 0x1u	/* make lines of at most 998 octets */
#define MIME_FIX_8BIT 0x2u	/* make it 7-bit */

/* Takes a message in wire form (CRLF) with lines of any length, in pieces, and
 * appends the rewritten one to out. mime_header_size() is known after
 * mime_end(): the header may have grown. */
struct mime_rewriter *mime_begin(unsigned what);
void mime_add(struct mime_rewriter *m, struct slice wire, struct buf *out);
void mime_end(struct mime_rewriter *m, struct buf *out);
size_t mime_header_size(const struct mime_rewriter *m);
/* Whether the result holds bytes above 127 still. */
bool mime_is_8bit(const struct mime_rewriter *m);
void mime_free(struct mime_rewriter *m);

#endif
