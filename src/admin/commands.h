/*
 * The commands of navette, the administrator's tool: a table, each with what it
 * asks of the daemon. It never touches the spool of a running daemon.
 */
#ifndef ADMIN_COMMANDS_H
#define ADMIN_COMMANDS_H

#include "config/config.h"

/* Runs the command that argv[0] names with the words after it. A sysexits code;
 * EX_USAGE, said on standard error, for an unknown one. */
int commands_run(const struct config *c, int argc, char **argv);
/* One line each, to standard error. */
void commands_help(void);

#endif
