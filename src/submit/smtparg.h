/*
 * What stands behind MAIL FROM: and RCPT TO: (RFC 5321 4.1.2): the path, and
 * the parameters of SIZE, 8BITMIME, DSN and SMTPUTF8. Pure. It never qualifies
 * and never looks anything up.
 */
#ifndef SUBMIT_SMTPARG_H
#define SUBMIT_SMTPARG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "mail/envelope.h"
#include "mail/submission.h"

/* What the parameters of one command said. */
struct smtparg {
	struct slice addr;	/* points into the argument; "" for <> */
	bool utf8;		/* SMTPUTF8 */
	bool is_8bit;		/* BODY=8BITMIME */
	uint64_t size;		/* SIZE=, bytes; 0: not said */
	enum envelope_return ret;
	struct slice envid;	/* xtext, points into the argument */
	struct slice orcpt;	/* type;xtext */
	unsigned notify;
};

/* Each parses the argument and returns NULL, or the reply that refuses it
 * ("501 5.1.3 ..."), in static storage. */
const char *smtparg_mail(struct slice text, struct smtparg *out);
/* utf8: whether MAIL said SMTPUTF8. */
const char *smtparg_rcpt(struct slice text, bool utf8, struct smtparg *out);

#endif
