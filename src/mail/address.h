/*
 * Addresses: RFC 5322 lists as they stand in headers and on command lines
 * (groups, quoted strings, comments, routes, obs-forms), and single envelope
 * addresses (RFC 5321, RFC 6531). Pure: bytes in, values out. It never
 * qualifies by itself and never looks a name up.
 */
#ifndef MAIL_ADDRESS_H
#define MAIL_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* The longest envelope address in octets (64 + @ + 255). */
#define ADDRESS_MAX 320

struct mailbox {
	char *name;	/* display name or comment, unquoted; NULL: none */
	char *addr;	/* local[@domain], comments, folding and route gone,
			 * the local part quoted only where it must be */
	bool bare;	/* without a domain */
	size_t start;	/* the whole mailbox in the text it came from ... */
	size_t end;
	size_t addr_end;	/* ... and where "@domain" is to be put in
				 * when it is bare */
};

struct address_list {
	struct mailbox *items;
	size_t count;
	size_t cap;
};

/*
 * Parses a comma-separated list (empty items and empty groups allowed). False
 * with *why (static words) for what no reading makes sense of; then the list is
 * empty. Control characters, bare CR or LF in an address are refused; folding
 * (CRLF or LF before white space) is not.
 */
bool address_list_parse(struct slice text, struct address_list *out,
    const char **why);
void address_list_free(struct address_list *l);

/* As address_list_parse(), for exactly one mailbox, or "<>" or "" (the null
 * sender: addr is ""): -f, Return-Path. */
bool address_one_parse(struct slice text, struct mailbox *out,
    const char **why);
void mailbox_free(struct mailbox *m);

/* Whether an address may stand in MAIL FROM or RCPT TO: length, syntax, no
 * control characters, printable ASCII or valid UTF-8. */
bool address_is_valid(struct slice addr, const char **why);
/* Whether SMTPUTF8 is needed: a byte above 127. */
bool address_is_utf8(struct slice addr);
/* The same mailbox: domains compared without case, local parts with. */
bool address_equal(struct slice a, struct slice b);
/* The part after the last @ outside quotes, or len 0. */
struct slice address_domain(struct slice addr);
struct slice address_local(struct slice addr);

/* Appends a display name as a phrase: atoms, else a quoted string; bytes above
 * 127 as an RFC 2047 encoded word (UTF-8). */
void address_print_phrase(struct slice name, struct buf *out);
/* RFC 3461 xtext. */
void xtext_print(struct slice text, struct buf *out);
bool xtext_is_valid(struct slice text);

#endif
