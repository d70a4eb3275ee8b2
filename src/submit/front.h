/*
 * What the front program does with its command line, for each of its modes:
 * takes a message from standard input, checks addresses, refuses what is not
 * its business. It prints for people and returns sysexits codes; it knows no
 * option and no protocol.
 */
#ifndef SUBMIT_FRONT_H
#define SUBMIT_FRONT_H

#include "submit/options.h"

/* Opens /dev/null in the place of each closed descriptor of 0 to 2; tells
 * whether standard input was open. */
bool front_begin(void);
/* One line on standard error, "sendmail: why", without control characters. */
void front_complain(const struct options *o, const char *why);
/* Text on standard output, which may be non-blocking. False when nobody takes
 * it. */
bool front_print(struct slice text);
/* read(2) of standard input that waits for at most ms milliseconds (-1: for
 * ever), whether it is non-blocking or not. -1 with errno (ETIMEDOUT). */
ssize_t front_read(void *data, size_t max, int ms);

/* Each mode: a sysexits code. */
int front_deliver(const struct options *o);
int front_verify(const struct options *o);
int front_refuse(const struct options *o);

#endif
