/*
 * A TCP connection to a host by name: every address of it, IPv6 and IPv4, is
 * tried in the resolver's order until one answers. Nothing else.
 */
#ifndef NET_CONNECT_H
#define NET_CONNECT_H

#include <stdint.h>

#include "base/buf.h"

/*
 * The connected socket (non-blocking, close-on-exec, TCP_NODELAY), or -1 with a
 * sentence in *error that names every address tried and why it failed. Each
 * address gets its share of the time left until deadline (boot clock); the
 * resolver keeps to the time-outs of resolv.conf instead.
 * *peer gets the address that answered, as text.
 */
int connect_host(const char *host, uint16_t port, int64_t deadline,
    struct buf *peer, struct buf *error);

#endif
