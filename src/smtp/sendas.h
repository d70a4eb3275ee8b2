/*
 * From: as a provider demands it (`send-as`): the account's address, with the
 * original name and address kept visible and Reply-To: leading back to them.
 * Pure: a header section in, another out. A DKIM signature of From: breaks by
 * it; a provider that wants its own address would have refused the message.
 */
#ifndef SMTP_SENDAS_H
#define SMTP_SENDAS_H

#include "base/buf.h"

/*
 * Appends the header section (in wire form, its empty line included) with
 * From: as send_as. Appends nothing where From: is the account's already.
 */
void sendas_rewrite(struct slice header, const char *send_as,
    struct buf *out);

#endif
