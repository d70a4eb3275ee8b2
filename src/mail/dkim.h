/*
 * DKIM-Signature fields (RFC 6376), as far as somebody must know them who might
 * change what they sign: whose they are. It never verifies and never signs.
 */
#ifndef MAIL_DKIM_H
#define MAIL_DKIM_H

#include <stdbool.h>

#include "base/buf.h"

/* Whether the signature of that value speaks for an author at that domain: its
 * d= is the domain, or one is part of the other (RFC 7489 3.1.1, relaxed). */
bool dkim_speaks_for(struct slice value, struct slice domain);

#endif
