/*
 * Delivery status notifications (RFC 3461 to 3464): bounces, delay warnings
 * and success reports, as a whole message in wire form (CRLF). Printable text
 * only; the server's words pass buf_add_escaped(). It never decides who gets
 * one and never sends it.
 */
#ifndef MAIL_DSN_H
#define MAIL_DSN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "mail/dsn_tally.h"
#include "mail/verdict.h"

/* Of the original, at most this much is returned. */
#define DSN_ORIGINAL_MAX 50000

enum dsn_action {
	DSN_FAILED,
	DSN_DELAYED,
	DSN_RELAYED,		/* to a server without DSN */
	DSN_EXPANDED
};

struct dsn_recipient {
	struct slice addr;
	bool is_broken;		/* addr is none: a line of a list, or words */
	struct slice orcpt;	/* xtext as stored, or empty */
	enum dsn_action action;
	struct verdict verdict;	/* code 0: none was received */
	int64_t last_attempt;	/* wall clock; 0: never tried */
	int64_t retry_until;	/* wall clock, for DSN_DELAYED */
};

struct dsn {
	const char *id;		/* of the notification itself */
	const char *original_id;
	struct slice sender;	/* who is told */
	struct slice from;	/* MAILER-DAEMON@mailname */
	const char *reporting_mta;	/* mailname */
	const char *smarthost;	/* host name: Remote-MTA; may be NULL */
	struct slice envid;	/* xtext or empty */
	int64_t now;		/* wall clock */
	int64_t arrival;	/* of the original, wall clock */
	const struct dsn_tally *tally;	/* of a list, or NULL */
	const struct dsn_recipient *recipients;
	size_t count;		/* none: no machine-readable part */
	/* The original in wire form, cut at DSN_ORIGINAL_MAX in any case;
	 * whether that is its header only (text/rfc822-headers), and whether
	 * a byte of it may be above 127. */
	struct slice original;
	bool headers_only;
	bool is_8bit;
};

/* Appends header, empty line and body; *header_size is what of it is header,
 * empty line included. The subject, the plain text and the machine-readable
 * part all come from the same recipients. Addresses above ASCII are written as
 * RFC 6533 has it, \x{E9}: all of it but To: and the original is ASCII. */
void dsn_print(const struct dsn *d, struct buf *out, size_t *header_size);

#endif
