/*
 * AUTH and the lines that follow it.
 */
#ifndef SMARTHOST_LOGIN_H
#define SMARTHOST_LOGIN_H

#include "session.h"

void judge_auth(struct session *session, const char *args);
void judge_auth_line(struct session *session, const char *args);
void effect_auth(struct session *session, const char *args, int code);

#endif
