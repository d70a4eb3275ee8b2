/*
 * The queue as root finds it in the spool while no daemon runs: what waits in
 * queue/, and how much in drop/. It never changes anything there.
 */
#ifndef SUBMIT_OFFLINE_H
#define SUBMIT_OFFLINE_H

#include "submit/options.h"

/* Prints the queue, after a line that says why it was not asked for (trouble).
 * A sysexits code. */
int offline_list(const struct options *o, const char *trouble);

#endif
