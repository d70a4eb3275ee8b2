/*
 * SMTP's commands and the events of a session as a table: what the smarthost
 * itself answers, and what follows from the answer that was given.
 */
#ifndef SMARTHOST_COMMANDS_H
#define SMARTHOST_COMMANDS_H

#include "session.h"

/* The command a line begins with, and where its arguments do. */
const struct act *command_find(const char *line, size_t *args);

extern const struct act act_connect;
extern const struct act act_banner;
extern const struct act act_handshake;
extern const struct act act_secured;
extern const struct act act_auth_line;
extern const struct act act_body;
extern const struct act act_dot;
extern const struct act act_chunk;

#endif
