/*
 * `navette bulk`: the running lists, and one of them watched until it is done,
 * as a bar on a terminal and as lines elsewhere. It only looks: the list goes
 * on whatever becomes of it.
 */
#ifndef ADMIN_BULK_H
#define ADMIN_BULK_H

#include "config/config.h"

/* argv[0] is the command. A sysexits code; it ends by SIGINT when that comes
 * while it watches. */
int bulk_command(const struct config *c, int argc, char **argv);

#endif
