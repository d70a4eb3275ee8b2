/*
 * navette-agent: one connection to a smarthost. Started by navetted, and by
 * `navette check` for a connection that carries no mail; a program of its own,
 * so that OpenSSL is in no process but this one.
 */
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sysexits.h>

#include "base/file.h"
#include "base/log.h"
#include "base/role.h"
#include "config/config.h"
#include "config/secret.h"
#include "confine/confine.h"
#include "launch/account.h"
#include "launch/role.h"
#include "smtp/agent.h"
#include "smtp/probe.h"

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

static int
probe(const struct smarthost *smarthost)
{
	struct buf secret = BUF_INIT, error = BUF_INIT;
	struct slice why;
	struct probe p;
	int status = EX_NOPERM;

	if (account_borrow(config, &error) &&
	    account_has_groups(config, &error) &&
	    secret_read(smarthost, &secret, &error)) {
		p = (struct probe){config, smarthost, buf_slice(&secret),
		    confine_now};
		status = probe_run(&p) ? EX_OK : EX_UNAVAILABLE;
	}
	why = slice_trim(buf_slice(&error));
	if (why.len > 0)
		fprintf(stderr, "navette: %.*s\n", (int)why.len, why.ptr);
	buf_wipe(&secret);
	buf_free(&error);
	return status;
}

/* The configuration as it is in the file now. */
static const struct config *
read_config(const struct role *role)
{
	struct buf errors = BUF_INIT;
	const struct config *c;

	prctl(PR_SET_DUMPABLE, 0);
	c = config_load(role->config_path, &errors);
	if (c == NULL)
		fprintf(stderr, "navette: %s\n", buf_string(&errors));
	buf_free(&errors);
	return c;
}

int
main(int argc, char **argv)
{
	const struct smarthost *smarthost;
	struct role role;
	bool checks;

	if (!role_parse(argc, argv, &role) || role.name == NULL) {
		fputs("navette-agent is started by navetted(8) and by "
		    "navette check\n", stderr);
		return EX_USAGE;
	}
	checks = strcmp(role.name, ROLE_CHECK) == 0;
	role_open_log(&role);
	config = checks ? read_config(&role) : role_begin(&role);
	smarthost = config == NULL ? NULL : find_smarthost(role.smarthost);
	if (smarthost == NULL)
		return EX_SOFTWARE;
	return checks ? probe(smarthost) : run(smarthost);
}
