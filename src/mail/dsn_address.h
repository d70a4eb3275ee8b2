/*
 * Addresses as notifications show them: printable ASCII whatever they hold
 * (RFC 3461 xtext taken off, RFC 6533 section 3 put on). It never judges them.
 */
#ifndef MAIL_DSN_ADDRESS_H
#define MAIL_DSN_ADDRESS_H

#include "base/buf.h"

/* Appends an address for people: "jos\x{E9}@x.example". */
void dsn_add_address(struct slice addr, struct buf *out);
/* Appends "rfc822; addr", or "utf-8; addr" where a byte is above 127. */
void dsn_add_typed(struct slice addr, struct buf *out);
/* Appends xtext decoded; what is not printable is escaped once more. */
void dsn_add_xtext(struct slice text, struct buf *out);
/* Appends an ORCPT value, "type;xtext", as "type; text". */
void dsn_add_orcpt(struct slice orcpt, struct buf *out);

#endif
