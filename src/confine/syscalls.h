/*
 * seccomp: system calls that a process of ours never makes and that an intruder
 * would want. A deny list: an allow list would break with each new libc, and
 * mail would stop with it.
 */
#ifndef CONFINE_SYSCALLS_H
#define CONFINE_SYSCALLS_H

#include <stdbool.h>

/* From now on they fail with EPERM; sockets other than local ones, too, unless
 * with network. False where the kernel has no seccomp. */
bool syscalls_deny(bool network);

#endif
