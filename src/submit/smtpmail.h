/*
 * What an SMTP client has said of a message before its content: MAIL and every
 * RCPT (RFC 5321 3.3). It owns all its text, and holds no more than a
 * submission may. It never judges an address.
 */
#ifndef SUBMIT_SMTPMAIL_H
#define SUBMIT_SMTPMAIL_H

#include "base/strlist.h"
#include "mail/submission.h"
#include "submit/smtparg.h"

/* All zero: nothing was said. */
struct smtpmail {
	bool has_sender;	/* MAIL was */
	bool utf8;		/* with SMTPUTF8 */
	struct submission wish;
	size_t bytes;		/* of its addresses */
	struct strlist owned;
};

/* Takes what MAIL and RCPT said, once each was accepted. */
void smtpmail_begin(struct smtpmail *m, const struct smtparg *arg);
void smtpmail_add(struct smtpmail *m, const struct smtparg *arg);
/* Whether there is no room for another recipient. */
bool smtpmail_is_full(const struct smtpmail *m);
/* Frees it, and nothing was said again. */
void smtpmail_forget(struct smtpmail *m);

#endif
