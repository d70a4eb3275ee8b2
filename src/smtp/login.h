/*
 * AUTH (RFC 4954): which mechanisms a smarthost may be given, and the exchange.
 * A password goes only into TLS, unless the configuration says otherwise twice.
 * A login that is configured happens or the session ends.
 */
#ifndef SMTP_LOGIN_H
#define SMTP_LOGIN_H

#include <stdbool.h>

#include "config/config.h"
#include "smtp/session.h"

/* Whether the configuration demands a login. */
bool login_is_wanted(const struct smarthost *h);
/* Logs in, where that is wanted. False with the session's trouble. */
bool login(struct session *s);

#endif
