/*
 * The secrets of the smarthosts while the daemon runs: read when the first
 * agent needs one, kept for the next, forgotten on reload or when the server
 * refused it, wiped then. An agent gets its own over a pipe.
 */
#ifndef LAUNCH_VAULT_H
#define LAUNCH_VAULT_H

#include "base/buf.h"
#include "config/config.h"

/* The reading end of a pipe that holds the secret of s and nothing else. -1
 * with a sentence in *error. */
int vault_open(const struct smarthost *s, struct buf *error);
void vault_forget(const char *title);
void vault_forget_all(void);

#endif
