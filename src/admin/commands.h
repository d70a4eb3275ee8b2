/*
 * The commands of navette, the administrator's tool: a table, each with what it
 * asks of the daemon. It never touches the spool of a running daemon.
 */
#ifndef ADMIN_COMMANDS_H
#define ADMIN_COMMANDS_H

#include <stdio.h>

#include "config/config.h"

struct command;

/* The command that argv[0] names, for the words after it. NULL, said on
 * standard error, where there is none, or it takes other words. */
const struct command *commands_find(int argc, char **argv);
/* Runs it with these words. A sysexits code. */
int commands_run(const struct command *c, const struct config *config,
    int argc, char **argv);
/* One line each. */
void commands_help(FILE *to);

#endif
