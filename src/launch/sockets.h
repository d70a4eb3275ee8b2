/*
 * The two sockets in the file system, submit and control, which everybody may
 * connect to. They get their names only when somebody is there to answer. It
 * never accepts a connection.
 */
#ifndef LAUNCH_SOCKETS_H
#define LAUNCH_SOCKETS_H

#include <stdbool.h>

#include "base/buf.h"

/* A listening socket beside path, not yet under its name. -1 with a sentence in
 * *error. */
int socket_prepare(const char *path, struct buf *error);
/* Gives it its name, replacing what a former daemon left. */
bool socket_publish(const char *path, struct buf *error);
void socket_withdraw(const char *path);
/* "control" in the folder of the submit socket; the caller frees it. */
char *socket_control_path(const char *submit);

#endif
