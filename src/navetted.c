/*
 * navetted: the daemon. Without --role it is the launcher; the launcher starts
 * the same program again for each of the other roles.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/role.h"
#include "config/config.h"
#include "confine/confine.h"
#include "launch/launcher.h"
#include "queue/manager.h"
#include "smtp/agent.h"
#include "spool/spool.h"
#include "submit/server.h"

#define CONFIG_MAX (1u << 20)
#define SECRET_MAX 65536

struct invocation {
	const char *config_path;
	const char *role;	/* NULL: the launcher */
	const char *smarthost;
	bool to_stderr;
};

static struct spool *
open_spool(const struct config *c)
{
	struct buf error = BUF_INIT;
	struct spool *s;

	s = spool_open(c->spool, &error);
	if (s == NULL)
		log_error("%s", buf_string(&error));
	buf_free(&error);
	return s;
}

static int
run_manager(const struct config *c, const struct invocation *run)
{
	struct manager_start start;

	(void)run;
	start.config = c;
	start.spool = open_spool(c);
	start.launcher = ROLE_FD_PEER;
	start.control = ROLE_FD_OWN;
	if (start.spool == NULL)
		return EX_CANTCREAT;
	return confine_manager(c) ? manager_run(&start) : EX_OSERR;
}

static int
run_intake(const struct config *c, const struct invocation *run)
{
	struct server_start start;

	(void)run;
	start.config = c;
	start.spool = open_spool(c);
	start.listener = ROLE_FD_OWN;
	start.manager = ROLE_FD_PEER;
	if (start.spool == NULL)
		return EX_CANTCREAT;
	return confine_intake(c) ? server_run(&start) : EX_OSERR;
}

static const struct smarthost *
find_smarthost(const struct config *c, const char *title)
{
	size_t i;

	for (i = 0; title != NULL && i < c->count; i++)
		if (strcmp(c->smarthosts[i].title, title) == 0)
			return &c->smarthosts[i];
	return NULL;
}

/* The agent calls it in the middle of its work, when TLS has its files. */
static const struct config *agent_config;

static bool
confine_this_agent(void)
{
	return confine_agent(agent_config);
}

static int
run_agent(const struct config *c, const struct invocation *run)
{
	struct buf secret = BUF_INIT;
	struct agent_start start;
	int status, fd;

	memset(&start, 0, sizeof(start));
	agent_config = start.config = c;
	start.confine = confine_this_agent;
	start.smarthost = find_smarthost(c, run->smarthost);
	start.socket = ROLE_FD_PEER;
	fd = ROLE_FD_OWN;
	if (start.smarthost == NULL || !file_read(fd, SECRET_MAX, &secret))
		return EX_SOFTWARE;
	file_close(&fd);
	start.secret = buf_slice(&secret);
	status = agent_run(&start);
	buf_wipe(&secret);
	return status;
}

static const struct {
	const char *name;
	int (*run)(const struct config *c, const struct invocation *run);
} roles[] = {
	{ROLE_MANAGER, run_manager},
	{ROLE_INTAKE, run_intake},
	{ROLE_AGENT, run_agent},
};

static const struct config *
inherit_config(const char *path)
{
	struct buf text = BUF_INIT, errors = BUF_INIT;
	struct config *c;
	int fd;

	fd = ROLE_FD_CONFIG;
	c = file_read(fd, CONFIG_MAX, &text) ?
	    config_parse(buf_slice(&text), path, &errors) : NULL;
	if (c == NULL)
		log_error("cannot take over the configuration: %s",
		    buf_string(&errors));
	file_close(&fd);
	buf_free(&text);
	buf_free(&errors);
	return c;
}

static int
run_role(const struct invocation *run)
{
	const struct config *c;
	size_t i;

	/* Nobody but root looks into us, nor gets a core of us. */
	prctl(PR_SET_DUMPABLE, 0);
	c = inherit_config(run->config_path);
	for (i = 0; c != NULL && i < sizeof(roles) / sizeof(roles[0]); i++)
		if (strcmp(roles[i].name, run->role) == 0)
			return roles[i].run(c, run);
	return EX_SOFTWARE;
}

static int
usage(void)
{
	fputs("usage: navetted [-e] [-C file]\n", stderr);
	return EX_USAGE;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{"role", required_argument, NULL, 'R'},
		{"smarthost", required_argument, NULL, 'S'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0},
	};
	struct invocation run = {CONFIG_DEFAULT_FILE, NULL, NULL, false};
	struct launcher_start start;
	int option;

	if (!file_keep_standard_open())
		return EX_OSERR;
	while ((option = getopt_long(argc, argv, "C:e", options, NULL)) != -1)
		switch (option) {
		case 'C':
			run.config_path = optarg;
			break;
		case 'e':
			run.to_stderr = true;
			break;
		case 'R':
			run.role = optarg;
			break;
		case 'S':
			run.smarthost = optarg;
			break;
		case 'V':
			puts("navetted " NAVETTE_VERSION);
			return EX_OK;
		default:
			return usage();
		}
	if (optind != argc)
		return usage();
	log_open(run.role == NULL ? "navetted" : run.role, run.to_stderr);
	if (run.role != NULL)
		return run_role(&run);
	start.config_path = run.config_path;
	start.to_stderr = run.to_stderr;
	return launcher_run(&start);
}
