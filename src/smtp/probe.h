/*
 * Tries a smarthost as a message would, up to where one would begin: the
 * connection, TLS, the login, then a sender and a recipient; and leaves. What
 * it finds it writes to standard output, for people. It sends no message, and
 * knows neither queue nor daemon.
 */
#ifndef SMTP_PROBE_H
#define SMTP_PROBE_H

#include <stdbool.h>

#include "base/buf.h"
#include "config/config.h"

struct probe {
	const struct config *config;
	const struct smarthost *smarthost;
	struct slice secret;	/* the caller's, who wipes it */
	bool (*confine)(void);	/* as in smtp/agent */
};

/* A line for each step that went well, and for the one that did not, with what
 * to do about it. Whether mail of root to the postmaster would be taken. No
 * step waits for more than 30 seconds, whatever the configuration says. */
bool probe_run(const struct probe *p);

#endif
