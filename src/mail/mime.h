/*
 * Bodies made legal without damage: lines longer than 998 octets, and 8-bit
 * bodies for a server without 8BITMIME, are re-encoded (quoted-printable or
 * base64) where the message's MIME type allows it and no signature breaks; else
 * long lines are folded as a last resort. Content-* fields stay true (RFC 2045,
 * RFC 6152). Pure and streaming: it holds one header (8 MiB at most) and the
 * beginning of one part (256 KiB). It never changes a message that needs
 * nothing, but what of a part is beyond that beginning it must not wait for:
 * such a part is encoded in any case.
 */
#ifndef MAIL_MIME_H
#define MAIL_MIME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct mime_rewriter;

#define MIME_FIX_LINES 0x1u	/* make lines of at most 998 octets */
#define MIME_FIX_8BIT 0x2u	/* make bodies 7-bit (headers stay) */

/* Takes a message in wire form (CRLF) with lines of any length, in pieces, and
 * appends the rewritten one to out. mime_header_size(), with the empty line, is
 * known after mime_end(): the header may have grown. */
struct mime_rewriter *mime_begin(unsigned what);
void mime_add(struct mime_rewriter *m, struct slice wire, struct buf *out);
void mime_end(struct mime_rewriter *m, struct buf *out);
size_t mime_header_size(const struct mime_rewriter *m);
/* Whether the result holds bytes above 127 still: a signed part, a header. */
bool mime_is_8bit(const struct mime_rewriter *m);
void mime_free(struct mime_rewriter *m);

#endif
