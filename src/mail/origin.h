/*
 * The header fields that are ours to write: what a message lacks, made of where
 * it came from. Each is appended in wire form, its line end included. It never
 * looks at the message.
 */
#ifndef MAIL_ORIGIN_H
#define MAIL_ORIGIN_H

#include "mail/message.h"

/* name is that of the field: From or Resent-From, and so on. */
void origin_print_from(const struct message_origin *o, const char *name,
    struct buf *out);
void origin_print_date(const struct message_origin *o, const char *name,
    struct buf *out);
/* prefix tells several IDs of one message apart. */
void origin_print_message_id(const struct message_origin *o, const char *name,
    const char *prefix, struct buf *out);
/* RFC 5321 section 4.4, of a message that came through no network. */
void origin_print_received(const struct message_origin *o, struct buf *out);

#endif
