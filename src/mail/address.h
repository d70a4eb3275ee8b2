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
#include "mail/address_lex.h"

/* The longest envelope address in octets (64 + @ + 255). */
#define ADDRESS_MAX 320

struct mailbox {
	char *name;	/* display name or comment, unquoted; NULL: none */
	char *addr;	/* local[@domain], comments, folding and route gone,
			 * the local part quoted only where it must be; "" is
			 * what stood in "<>" */
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

/* A walk over a list, one mailbox at a time: for lists of any length. All but
 * why is address_next()'s own. */
struct address_cursor {
	struct slice text;
	const char *why;	/* what is wrong, static words */
	struct address_token token;	/* not yet consumed */
	struct address_token comment;	/* the first one of this mailbox */
	size_t start;
	size_t end;
	size_t stop_end;	/* of the special character that tells what
				 * the present words are */
	int stop;
	unsigned skips;		/* over what has no end */
	bool in_group;
	bool joined;		/* no separator behind the last mailbox */
};

void address_begin(struct address_cursor *c, struct slice text);
/*
 * 1 with the next mailbox (mailbox_free() it), 0 at the end, -1 with why set
 * for what no reading makes sense of. Empty items and groups are passed over;
 * "<>" is a mailbox with addr "". Beyond RFC 5322 it takes ";" for a comma, an
 * "@" in a display name, and a missing comma between complete addresses.
 * Control characters and bare CR or LF in an address are refused; folding
 * (CRLF or LF before white space) is not.
 */
int address_next(struct address_cursor *c, struct mailbox *out);

/*
 * After -1: passes over what makes no sense, to the next comma, or where a
 * quotation or comment has no end, to the next line. *broken is what it passes
 * over. address_next() goes on behind it.
 */
void address_skip(struct address_cursor *c, struct slice *broken);

/* All of a comma-separated list, "<>" left out. False with *why for what
 * address_next() refuses; then the list is empty. */
bool address_list_parse(struct slice text, struct address_list *out,
    const char **why);
void address_list_free(struct address_list *l);

/* Exactly one mailbox, or "<>" or "" (the null sender: addr is ""): -f. No
 * line end at all is taken here. */
bool address_one_parse(struct slice text, struct mailbox *out,
    const char **why);
void mailbox_free(struct mailbox *m);

/* Whether an address may stand in MAIL FROM or RCPT TO: length, syntax, no
 * control characters, printable ASCII or valid UTF-8. A bare name may (it is
 * the caller's to qualify), "" may not. */
bool address_is_valid(struct slice addr, const char **why);
/* Whether SMTPUTF8 is needed: a byte above 127. */
bool address_is_utf8(struct slice addr);
/* The same mailbox: domains compared without case, local parts with. */
bool address_equal(struct slice a, struct slice b);
/* Whether a domain means the host it is said on, whatever that is called. */
bool address_is_loopback(struct slice domain);
/* The part after the last @ outside quotes, or len 0. */
struct slice address_domain(struct slice addr);
struct slice address_local(struct slice addr);

/* Appends a local part, quoted only where it must be (RFC 5321 4.1.2). */
void address_print_local(struct slice local, struct buf *out);
/* Appends a display name as a phrase: atoms, else a quoted string; bytes above
 * 127 as RFC 2047 encoded words (UTF-8; "unknown-8bit" for what is not). A
 * control character becomes "?". */
void address_print_phrase(struct slice name, struct buf *out);
/* RFC 3461 xtext. */
void xtext_print(struct slice text, struct buf *out);
bool xtext_is_valid(struct slice text);

#endif
