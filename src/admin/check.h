/*
 * `navette check`: is the configuration right, and would each smarthost take
 * mail? It starts an agent for each, as the daemon's account, and shows what
 * that finds; it needs no daemon, asks none and sends no mail.
 */
#ifndef ADMIN_CHECK_H
#define ADMIN_CHECK_H

#include "config/config.h"

/* argv[0] is the command, what follows are smarthosts; none: all. A sysexits
 * code, that of the first one that fails. */
int check_command(const struct config *c, int argc, char **argv);

#endif
