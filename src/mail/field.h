/*
 * The header fields that navette knows by name: which hold addresses, which
 * belong to a resending, which never leave. It never looks at what is in them.
 */
#ifndef MAIL_FIELD_H
#define MAIL_FIELD_H

#include "mail/header.h"

/* For sets of fields: 1u << id. */
enum field_id {
	FIELD_OTHER,		/* unknown, or told by its flags alone */
	FIELD_FROM,
	FIELD_DATE,
	FIELD_MESSAGE_ID,
	FIELD_TO,
	FIELD_CC,
	FIELD_BCC,
	FIELD_REPLY_TO,
	FIELD_SENDER,
	FIELD_SUBJECT,
	FIELD_IN_REPLY_TO,
	FIELD_REFERENCES,
	FIELD_RESENT_FROM,
	FIELD_RESENT_DATE,
	FIELD_RESENT_MESSAGE_ID,
	FIELD_RESENT_TO,
	FIELD_RESENT_CC,
	FIELD_RESENT_BCC,
	FIELD_RESENT_SENDER,
	FIELD_RESENT_REPLY_TO,
	FIELD_RECEIVED,
	FIELD_PRECEDENCE,
	FIELD_LIST_ID
};

#define FIELD_ADDRESSES 0x01u	/* a list of addresses, never empty */
#define FIELD_RECIPIENTS 0x02u	/* whom -t sends to */
#define FIELD_RESENT 0x04u	/* of a resending (RFC 5322 3.6.6) */
#define FIELD_TRACE 0x08u	/* put on top by whom it passed (3.6.7) */
#define FIELD_REMOVED 0x10u	/* never leaves */
#define FIELD_FILLED 0x20u	/* RFC 5322 has no empty form of it */
#define FIELD_ONCE 0x40u	/* RFC 5322 3.6 allows one ... */
#define FIELD_JOINED 0x80u	/* ... which can hold what stands in several */

struct field_kind {
	const char *name;
	enum field_id id;
	unsigned flags;
};

/* Never NULL. */
const struct field_kind *field_identify(const struct header_field *f);

#endif
