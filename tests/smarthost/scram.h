/*
 * SCRAM-SHA-256 and -PLUS, the server's side (RFC 5802, RFC 7677, RFC 9266).
 */
#ifndef SMARTHOST_SCRAM_H
#define SMARTHOST_SCRAM_H

#include "auth.h"

enum auth_result scram_step(struct auth *auth, const struct bytes *answer,
    struct bytes *challenge);
enum auth_result scram_plus_step(struct auth *auth,
    const struct bytes *answer, struct bytes *challenge);

#endif
