/*
 * The two ports, at each address that was asked for.
 */
#ifndef SMARTHOST_LISTEN_H
#define SMARTHOST_LISTEN_H

#include "bytes.h"

/* Listens, and writes the ports file, which says that all is ready. */
void listen_open(const struct bytes *fingerprint);

#endif
