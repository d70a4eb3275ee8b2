/*
 * navetted: the daemon. Without --role it is the launcher, which starts the
 * same program again for the manager and the intakes, and navette-agent for
 * each connection.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/file.h"
#include "base/log.h"
#include "base/role.h"
#include "config/config.h"
#include "confine/confine.h"
#include "launch/launcher.h"
#include "launch/role.h"
#include "queue/manager.h"
#include "spool/ledger.h"
#include "spool/spool.h"
#include "submit/server.h"

static int
run_manager(const struct config *c, struct spool *spool)
{
	struct manager_start start = {c, spool, ROLE_FD_PEER, ROLE_FD_OWN};
	struct ledger_time now;

	/* It learns the name of this boot, from where it may not read soon. */
	ledger_clock(&now);
	return confine_manager(c) ? manager_run(&start) : EX_OSERR;
}

static int
run_intake(const struct config *c, struct spool *spool)
{
	struct server_start start = {c, spool, ROLE_FD_OWN, ROLE_FD_PEER};

	return confine_intake(c) ? server_run(&start) : EX_OSERR;
}

static const struct {
	const char *name;
	int (*run)(const struct config *c, struct spool *spool);
} roles[] = {
	{ROLE_MANAGER, run_manager},
	{ROLE_INTAKE, run_intake},
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
run_role(const struct role *role)
{
	const struct config *c;
	struct spool *spool;
	size_t i;

	c = role_begin(role);
	spool = c == NULL ? NULL : open_spool(c);
	if (spool == NULL)
		return EX_CANTCREAT;
	for (i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (strcmp(roles[i].name, role->name) == 0)
			return roles[i].run(c, spool);
	return EX_USAGE;
}

int
main(int argc, char **argv)
{
	struct launcher_start start;
	struct role role;

	if (!file_keep_standard_open())
		return EX_OSERR;
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("navetted " NAVETTE_VERSION);
		return EX_OK;
	}
	if (!role_parse(argc, argv, &role)) {
		fputs("usage: navetted [-e] [-C file]\n", stderr);
		return EX_USAGE;
	}
	role_open_log(&role);
	if (role.name != NULL)
		return run_role(&role);
	start.config_path = role.config_path;
	start.to_stderr = role.to_stderr;
	return launcher_run(&start);
}
