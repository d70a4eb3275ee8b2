/*
 * navette-agent: one connection to a smarthost. Started by navetted only; a
 * program of its own, so that OpenSSL is in no process but this one.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/file.h"
#include "base/log.h"
#include "base/role.h"
#include "config/config.h"
#include "confine/confine.h"
#include "launch/role.h"
#include "smtp/agent.h"

#define SECRET_MAX 65536

static const struct config *config;

/* The agent calls it in the middle of its work, when TLS has its files. */
static bool
confine_now(void)
{
	return confine_agent(config);
}

static const struct smarthost *
find_smarthost(const char *title)
{
	size_t i;

	for (i = 0; title != NULL && i < config->count; i++)
		if (strcmp(config->smarthosts[i].title, title) == 0)
			return &config->smarthosts[i];
	return NULL;
}

static int
run(const struct smarthost *smarthost)
{
	struct buf secret = BUF_INIT;
	struct agent_start start;
	int status, fd;

	fd = ROLE_FD_OWN;
	if (!file_read(fd, SECRET_MAX, &secret))
		return EX_SOFTWARE;
	file_close(&fd);
	memset(&start, 0, sizeof(start));
	start.config = config;
	start.smarthost = smarthost;
	start.secret = buf_slice(&secret);
	start.socket = ROLE_FD_PEER;
	start.confine = confine_now;
	status = agent_run(&start);
	buf_wipe(&secret);
	return status;
}

int
main(int argc, char **argv)
{
	const struct smarthost *smarthost;
	struct role role;

	if (!role_parse(argc, argv, &role) || role.name == NULL) {
		fputs("navette-agent is started by navetted(8)\n", stderr);
		return EX_USAGE;
	}
	log_open(role.name, role.to_stderr);
	config = role_begin(&role);
	smarthost = config == NULL ? NULL : find_smarthost(role.smarthost);
	return smarthost == NULL ? EX_SOFTWARE : run(smarthost);
}
