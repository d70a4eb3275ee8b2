/*
 * Variable envelope return paths: a sender's address that names the one who got
 * the message, so that a bounce from anywhere says who did not. Pure. It never
 * takes one apart.
 */
#ifndef MAIL_VERP_H
#define MAIL_VERP_H

#include <stdbool.h>

#include "base/buf.h"

/*
 * Appends owner+user=domain@host for the sender owner@host and the recipient
 * user@domain. False, and nothing appended, where that is no address: for the
 * null sender, for a local part in quotes, and where the new one would be
 * longer than 64 octets (RFC 5321 4.5.3.1.1).
 */
bool verp_print(struct slice sender, struct slice recipient,
    struct buf *out);

#endif
