/*
 * navette: the administrator's tool.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "admin/commands.h"
#include "base/buf.h"
#include "base/file.h"
#include "config/config.h"

static const struct option options[] = {
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static int
usage(FILE *to, int status)
{
	fputs("usage: navette [-C file] command [word ...]\n", to);
	commands_help(to);
	fputs("navette(8) explains them.\n", to);
	return status;
}

/* A line for each. */
static void
tell(const struct buf *errors)
{
	struct slice text = buf_slice(errors), line;

	while (slice_cut(&text, '\n', &line))
		if (line.len > 0)
			fprintf(stderr, "navette: %.*s\n", (int)line.len,
			    line.ptr);
}

static int
run(const char *path, int argc, char **argv)
{
	struct buf errors = BUF_INIT;
	const struct command *command;
	struct config *c;
	int status;

	command = commands_find(argc, argv);
	if (command == NULL)
		return EX_USAGE;
	c = config_load(path, &errors);
	if (c == NULL) {
		tell(&errors);
		buf_free(&errors);
		return EX_CONFIG;
	}
	status = commands_run(command, c, argc, argv);
	config_free(c);
	return status;
}

int
main(int argc, char **argv)
{
	const char *path = CONFIG_DEFAULT_FILE;
	int option;

	if (!file_keep_standard_open())
		return EX_OSERR;
	/* "+": what follows the command is the command's. */
	while ((option = getopt_long(argc, argv, "+C:hV", options, NULL)) != -1)
		switch (option) {
		case 'C':
			path = optarg;
			break;
		case 'h':
			return usage(stdout, EX_OK);
		case 'V':
			puts("navette " NAVETTE_VERSION);
			return EX_OK;
		default:
			return usage(stderr, EX_USAGE);
		}
	if (optind >= argc)
		return usage(stderr, EX_USAGE);
	/* Asked for where there may be no configuration yet. */
	if (strcmp(argv[optind], "help") == 0)
		return usage(stdout, EX_OK);
	return run(path, argc - optind, argv + optind);
}
