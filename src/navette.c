/*
 * navette: the administrator's tool.
 */
#include <getopt.h>
#include <stdio.h>
#include <sysexits.h>

#include "admin/commands.h"
#include "base/buf.h"
#include "base/file.h"
#include "config/config.h"

static int
usage(void)
{
	fputs("usage: navette [-C file] command [words]\n", stderr);
	commands_help();
	return EX_USAGE;
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

int
main(int argc, char **argv)
{
	struct buf errors = BUF_INIT;
	const struct command *command;
	const char *path = CONFIG_DEFAULT_FILE;
	struct config *c;
	int option, status;

	if (!file_keep_standard_open())
		return EX_OSERR;
	/* "+": what follows the command is the command's. */
	while ((option = getopt(argc, argv, "+C:V")) != -1)
		switch (option) {
		case 'C':
			path = optarg;
			break;
		case 'V':
			puts("navette " NAVETTE_VERSION);
			return EX_OK;
		default:
			return usage();
		}
	if (optind >= argc)
		return usage();
	command = commands_find(argc - optind, argv + optind);
	if (command == NULL)
		return EX_USAGE;
	c = config_load(path, &errors);
	if (c == NULL) {
		tell(&errors);
		buf_free(&errors);
		return EX_CONFIG;
	}
	status = commands_run(command, c, argc - optind, argv + optind);
	config_free(c);
	return status;
}
