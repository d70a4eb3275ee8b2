/*
 * People as they are shown in the display name of somebody else's address:
 * "Cron Daemon (root at web1.example.org)". Encoded words stay such, everything
 * else is quoted or encoded as it must be. It never makes an address.
 */
#ifndef SMTP_VISIBLE_H
#define SMTP_VISIBLE_H

#include "base/buf.h"
#include "mail/address.h"

/* Appends a phrase (RFC 5322 3.2.5) that shows them all. */
void visible_print(const struct address_list *people, struct buf *out);
/* Appends the list anew, its names in ASCII (RFC 2047). */
void visible_print_list(const struct address_list *people, struct buf *out);

#endif
