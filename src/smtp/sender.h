/*
 * Under which address mail goes out at a smarthost that takes only its own
 * (send-as, send-as-map, own-addresses). One answer for the envelope and for
 * From:, so that both are set together. It never touches a message.
 */
#ifndef SMTP_SENDER_H
#define SMTP_SENDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "config/config.h"

/* Looks up the accounts that send-as-map names: to be called once, before the
 * process confines itself. */
void sender_begin(const struct config *c, const struct smarthost *h);

/* Whether senders may have to change there at all. */
bool sender_has_rules(const struct smarthost *h);
/* Whether an address is the account's: in own-addresses, or what send-as or a
 * line of the map sends as. */
bool sender_is_own(const struct smarthost *h, struct slice address);

/*
 * The address for mail that uid handed in, with that envelope sender and that
 * first address of From: ("" where there is none); in this order: the sender if
 * it is the account's; the line of the map for the sender itself, for uid, for
 * the sender's domain; then From:, if it is the account's, or its line; then
 * send-as. Length 0: it stays as it is.
 */
struct slice sender_choose(const struct smarthost *h, uint32_t uid,
    struct slice sender, struct slice from);

#endif
