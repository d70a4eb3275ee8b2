/*
 * The tokens that address lists are made of (RFC 5322 section 3.2): words,
 * quoted strings, domain literals, comments and the special characters. Folding
 * white space between them is skipped, bytes above 127 are letters. For
 * mail/address only; it never knows where a token may stand.
 */
#ifndef MAIL_ADDRESS_LEX_H
#define MAIL_ADDRESS_LEX_H

#include <stddef.h>

#include "base/buf.h"

/* A special character is its own kind. */
enum {
	TOKEN_END = 256,
	TOKEN_WORD,
	TOKEN_QUOTED,
	TOKEN_LITERAL,
	TOKEN_COMMENT,
	TOKEN_BAD
};

struct address_token {
	int kind;
	size_t start;
	size_t end;
	const char *why;	/* of TOKEN_BAD, static words */
};

/* The first token at or behind position at. Linear in the token's length. */
struct address_token address_lex(struct slice text, size_t at);
/* Appends what a token means: without quotes, brackets or parentheses around
 * it, without folds, quoted pairs resolved. */
void address_token_text(struct slice text, const struct address_token *t,
    struct buf *out);

#endif
