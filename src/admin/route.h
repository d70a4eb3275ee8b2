/*
 * `navette route`: which way mail would go, by which line of the configuration.
 * It asks config/route, as the daemon does, and never the daemon: what is
 * stopped, used up or held is not its business.
 */
#ifndef ADMIN_ROUTE_H
#define ADMIN_ROUTE_H

#include "config/config.h"

/* argv[0] is the command. Prints a line for each address; a sysexits code. */
int route_command(const struct config *c, int argc, char **argv);

#endif
