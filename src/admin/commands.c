#include "admin/commands.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "admin/ask.h"
#include "admin/bulk.h"
#include "admin/check.h"
#include "admin/route.h"
#include "base/buf.h"

/* An option of a command turns it into another word for the daemon. */
static const struct command {
	const char *name;
	const char *option;	/* NULL: without */
	const char *words;	/* what follows; NULL: nothing may */
	const char *help;
	const char *ask;
	/* NULL, or what it does instead of asking, with options of its own. */
	int (*run)(const struct config *c, int argc, char **argv);
} commands[] = {
	{"check", NULL, "[SMARTHOST ...]", "connect, log in: is all well?",
	    NULL, check_command},
	{"flush", NULL, NULL, "try everything now", "flush", NULL},
	{"flush", "--wait", NULL, "the same, until it is done", "flush-wait",
	    NULL},
	{"queue", NULL, NULL, "what waits, and why", "list", NULL},
	{"queue", "--ids", NULL, "one ID a line", "ids", NULL},
	{"status", NULL, NULL, "the smarthosts and the queue", "status",
	    NULL},
	{"route", NULL, "ADDRESS ...", "which way mail would go there", NULL,
	    route_command},
	{"bulk", NULL, "[ID [--watch]]", "how far the lists are", NULL,
	    bulk_command},
	{"hold", NULL, "ID ...", "keep until released", "hold", NULL},
	{"hold", "--sender", "ADDRESS", "all mail of a sender", "hold-sender",
	    NULL},
	{"hold", "--lane", "NAME", "all mail of a lane", "hold-lane", NULL},
	{"release", NULL, "ID ...", "let held messages go", "release", NULL},
	{"release", "--sender", "ADDRESS", "a sender that is held",
	    "release-sender", NULL},
	{"release", "--lane", "NAME", "a lane that is held", "release-lane",
	    NULL},
	{"retry", NULL, "ID ...", "try these now", "retry", NULL},
	{"retry", "--sender", "ADDRESS", "all mail of a sender",
	    "retry-sender", NULL},
	{"retry", "--lane", "NAME", "all mail of a lane", "retry-lane", NULL},
	{"remove", NULL, "ID ...", "throw away for good", "remove", NULL},
	{"remove", "--sender", "ADDRESS", "all mail of a sender",
	    "remove-sender", NULL},
	{"remove", "--lane", "NAME", "all mail of a lane", "remove-lane",
	    NULL},
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

void
commands_help(FILE *to)
{
	const struct command *c;
	struct buf words = BUF_INIT;
	size_t i;

	for (i = 0; i < COMMANDS; i++) {
		c = &commands[i];
		buf_clear(&words);
		buf_addf(&words, "%s", c->name);
		if (c->option != NULL)
			buf_addf(&words, " %s", c->option);
		if (c->words != NULL)
			buf_addf(&words, " %s", c->words);
		fprintf(to, "  %-26s %s\n", buf_string(&words), c->help);
	}
	buf_free(&words);
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

/* False, and said: what follows is not what the command takes. */
static bool
has_right_words(const struct command *c, int argc)
{
	const char *option = c->option == NULL ? "" : c->option;
	int words;

	words = argc - words_of(c);
	if (c->words == NULL && words > 0)
		fprintf(stderr, "navette: %s takes no further words\n",
		    c->name);
	else if (c->words != NULL && words == 0)
		fprintf(stderr, "navette: %s%s%s: which? say %s%s\n", c->name,
		    c->option == NULL ? "" : " ", option, c->words,
		    c->option == NULL ? " (navette queue shows it)" : "");
	else if (c->option != NULL && words > 1)
		fprintf(stderr, "navette: %s %s: one at a time\n", c->name,
		    option);
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
	commands_help(stderr);
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
