/*
 * newaliases: the aliases file is read as it stands, so there is nothing to
 * build; it is checked, and every broken line, loop and refused target is told
 * with file and line.
 */
#ifndef SUBMIT_NEWALIASES_H
#define SUBMIT_NEWALIASES_H

#include "submit/options.h"

/* A sysexits code: EX_DATAERR when there was something to complain about. */
int newaliases_run(const struct options *o);

#endif
