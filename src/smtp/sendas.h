/*
 * The header of a message as a provider demands it that takes only its own
 * senders (`send-as`): From: with the account's address, the original name and
 * address kept visible in the display name, and Reply-To: leading back to them;
 * Sender: and the newest Resent-From: likewise. Pure: a header section in,
 * another out. It leaves alone what is the account's already, and what a DKIM
 * signature of its author's domain speaks for.
 */
#ifndef SMTP_SENDAS_H
#define SMTP_SENDAS_H

#include "base/buf.h"
#include "config/config.h"

/* Appends the first address of From:, if there is one. */
void sendas_author(struct slice header, struct buf *out);

/*
 * Appends the header section (in wire form, its empty line included) as it is
 * to be with that address of the account h. Appends nothing where nothing is to
 * be changed.
 */
void sendas_rewrite(struct slice header, const struct smarthost *h,
    struct slice address, struct buf *out);

#endif
