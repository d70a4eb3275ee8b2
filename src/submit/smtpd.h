/*
 * sendmail -bs: SMTP on standard input and output, for programs that speak
 * nothing else (RFC 5321, with PIPELINING, SIZE, 8BITMIME, SMTPUTF8, DSN and
 * ENHANCEDSTATUSCODES). Every message takes the same way to the daemon as one
 * on standard input does. It never relays for the network by itself and keeps
 * nothing between two transactions.
 */
#ifndef SUBMIT_SMTPD_H
#define SUBMIT_SMTPD_H

#include "submit/options.h"

/* Serves until QUIT or the end of the input: a sysexits code. */
int smtpd_run(const struct options *o);

#endif
