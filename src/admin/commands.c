#include "admin/commands.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "admin/ask.h"
#include "admin/bulk.h"
#include "admin/route.h"
#include "base/buf.h"

/* An option of a command turns it into another word for the daemon. */
static const struct command {
	const char *name;
	const char *option;	/* NULL: without */
	const char *ask;
	bool takes_words;
	const char *help;
	/* NULL, or what it does instead of asking, with options of its own. */
	int (*run)(const struct config *c, int argc, char **argv);
} commands[] = {
	{"flush", NULL, "flush", false, "try everything now", NULL},
	{"flush", "--wait", "flush-wait", false,
	    "the same, and wait for it: 0 when the queue is empty then", NULL},
	{"queue", NULL, "list", false, "what waits, and why", NULL},
	{"queue", "--ids", "ids", false, "one ID a line", NULL},
	{"status", NULL, "status", false, "the smarthosts and the queue",
	    NULL},
	{"route", NULL, NULL, true, "ADDRESS...: which way mail would go "
	    "there", route_command},
	{"bulk", NULL, NULL, true, "[ID [--watch]]: how far the lists are",
	    bulk_command},
	{"hold", NULL, "hold", true, "ID...: keep until released", NULL},
	{"hold", "--sender", "hold-sender", true, "ADDRESS: all its mail",
	    NULL},
	{"hold", "--lane", "hold-lane", true, "NAME: all mail of the lane",
	    NULL},
	{"release", NULL, "release", true, "ID...: let held messages go",
	    NULL},
	{"release", "--sender", "release-sender", true, "ADDRESS", NULL},
	{"release", "--lane", "release-lane", true, "NAME", NULL},
	{"retry", NULL, "retry", true, "ID...: try these now", NULL},
	{"retry", "--sender", "retry-sender", true, "ADDRESS", NULL},
	{"retry", "--lane", "retry-lane", true, "NAME", NULL},
	{"remove", NULL, "remove", true, "ID...: throw away for good", NULL},
	{"remove", "--sender", "remove-sender", true, "ADDRESS", NULL},
	{"remove", "--lane", "remove-lane", true, "NAME", NULL},
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

void
commands_help(void)
{
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		fprintf(stderr, "  %-8s %-7s %s\n", commands[i].name,
		    commands[i].option == NULL ? "" : commands[i].option,
		    commands[i].help);
}

static bool
matches(const struct command *c, int argc, char **argv)
{
	const char *option;

	if (strcmp(c->name, argv[0]) != 0)
		return false;
	if (c->run != NULL)
		return true;
	option = argc > 1 && argv[1][0] == '-' ? argv[1] : NULL;
	if (c->option == NULL || option == NULL)
		return c->option == option;
	return strcmp(c->option, option) == 0;
}

/* Index of the first word that is for the daemon. */
static int
words_of(const struct command *c)
{
	return c->option == NULL ? 1 : 2;
}

static bool
has_right_words(const struct command *c, int argc)
{
	int words;

	words = argc - words_of(c);
	if ((words > 0) != c->takes_words)
		fprintf(stderr, "navette: %s: %s\n", c->name,
		    c->takes_words ? "which message? give its ID (navette "
		    "queue shows it)" : "takes no further words");
	else if (c->option != NULL && words > 1)
		fprintf(stderr, "navette: %s %s: one at a time\n", c->name,
		    c->option);
	else
		return true;
	return false;
}

const struct command *
commands_find(int argc, char **argv)
{
	const struct command *c;

	for (c = commands; c < commands + COMMANDS; c++)
		if (matches(c, argc, argv))
			return c->run != NULL || has_right_words(c, argc) ?
			    c : NULL;
	fprintf(stderr, "navette: there is no command \"%s%s%s\"\n", argv[0],
	    argc > 1 ? " " : "", argc > 1 ? argv[1] : "");
	commands_help();
	return NULL;
}

int
commands_run(const struct command *c, const struct config *config, int argc,
    char **argv)
{
	struct buf line = BUF_INIT;
	int i, status;

	if (c->run != NULL)
		return c->run(config, argc, argv);
	buf_add_string(&line, c->ask);
	for (i = words_of(c); i < argc; i++)
		buf_addf(&line, " %s", argv[i]);
	status = ask_daemon(config, buf_string(&line),
	    strcmp(c->ask, "list") == 0);
	buf_free(&line);
	return status;
}
