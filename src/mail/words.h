/*
 * Header fields with UTF-8 in them, made ASCII for a server without SMTPUTF8:
 * names, comments and free text become encoded words (RFC 2047). It never
 * touches an address, a field with a syntax of its own, or what is no UTF-8.
 */
#ifndef MAIL_WORDS_H
#define MAIL_WORDS_H

#include "base/buf.h"

/* Appends a header in wire form, with or without its empty line, in linear
 * time. Encoded words that are there already stay. A signed header (RFC 6376)
 * stays whole, since the signature would break. */
void words_encode(struct slice header, struct buf *out);

#endif
