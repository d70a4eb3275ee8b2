/*
 * The account the daemon runs as: what root starts becomes it for good, once
 * the folders that it needs are there. Anyone else stays who they are.
 */
#ifndef LAUNCH_ACCOUNT_H
#define LAUNCH_ACCOUNT_H

#include <stdbool.h>

#include "base/buf.h"
#include "config/config.h"

/* Makes the spool and the folder of the sockets, then becomes the account.
 * False with a sentence in *error. */
bool account_become(const struct config *c, struct buf *error);
/* The same without the folders, for who only wants to see what the daemon would
 * see. */
bool account_borrow(const struct config *c, struct buf *error);

/* Whether admin-group is a group, and not the daemon's own, which reads the
 * passwords; for whoever has become the account. False with a sentence. */
bool account_has_groups(const struct config *c, struct buf *error);

#endif
