/*
 * The agent: one process, one connection to one smarthost. It logs in, sends
 * the messages that the manager's jobs name, and answers with a verdict for
 * each recipient. Records of mail/job go both ways on one socket. It opens no
 * file for writing and never decides when a message is tried again.
 */
#ifndef SMTP_AGENT_H
#define SMTP_AGENT_H

#include <stdbool.h>

#include "base/buf.h"
#include "config/config.h"

struct agent_start {
	const struct config *config;
	const struct smarthost *smarthost;
	struct slice secret;	/* the caller's, who wipes it */
	int socket;		/* to the manager, a blocking one */
	bool (*confine)(void);	/* called once, when every file that TLS needs
				 * is read; NULL: nothing to call */
};

/*
 * Works until the manager says JOB_LEAVE or is gone, the connection ends or
 * has been idle for too long. A sysexits code: EX_OK however the mail fared,
 * EX_TEMPFAIL after a JOB_TROUBLE, EX_OSERR when it could not be confined,
 * EX_SOFTWARE when the manager sent nonsense. The body of JOB_TICKET
 * and JOB_SESSION is opaque to all others: beside the TLS session it holds how
 * far the server can be trusted with grouped commands.
 */
int agent_run(const struct agent_start *start);

#endif
