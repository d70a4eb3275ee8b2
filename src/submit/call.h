/*
 * One connection from the front program to a socket of the daemon: every step
 * has an end in time, and a peer that is gone is an error, never a signal. It
 * knows nothing of what is said.
 */
#ifndef SUBMIT_CALL_H
#define SUBMIT_CALL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/buf.h"

/* Connects to the socket at path within 2 s: a descriptor, or -1 with errno. */
int call_open(const char *path);
/*
 * Sends all of the parts (which it uses up). False with errno when the peer is
 * gone, or took nothing for a minute (ETIMEDOUT): then *rest is what was not
 * taken.
 */
bool call_send(int fd, struct iovec *parts, int count, size_t *rest);
/* Waits until deadline (boot clock) and appends what comes. The bytes, 0 when
 * the peer has closed, -1 with errno (ETIMEDOUT). */
ssize_t call_receive(int fd, int64_t deadline, struct buf *in);

#endif
