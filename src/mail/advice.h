/*
 * What a provider's refusal means and what the administrator can do about it:
 * a table of reply codes, enhanced codes and wordings. It never acts: the
 * agent asks it for the kind and scope of a verdict, the log and `navette` ask
 * it for the cure.
 */
#ifndef MAIL_ADVICE_H
#define MAIL_ADVICE_H

#include "mail/verdict.h"

/*
 * Sets kind and scope of v from its stage, code, enhanced code and text: any
 * 5xx to greeting, EHLO, STARTTLS or AUTH defers with the account or
 * connection; a 5xx to MAIL, RCPT, DATA or the body refuses, except for
 * wordings known as the sender's, the quota's, relaying or "later"; 530 and 535
 * after login are the account's; 4xx defers; "too much" is SCOPE_QUOTA. Without
 * a code it defers, too; what is in doubt, untried or local stays as it is.
 * Addresses in the text, which a sender chooses, never count as wording.
 */
void advice_judge(struct verdict *v);

/* One sentence that says what to change, or NULL where nothing better is known
 * than the server's own words. Static storage. */
const char *advice_cure(const struct verdict *v);
/* Appends ` advice="..."` for a log line; nothing for NULL. */
void advice_print(const char *cure, struct buf *out);

/* Whether it speaks of the size of the message. */
bool advice_is_size(const struct verdict *v);

#endif
