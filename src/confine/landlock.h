/*
 * Landlock (landlock(7)): which files a process can still open, by an allow
 * list of folders and files.
 */
#ifndef CONFINE_LANDLOCK_H
#define CONFINE_LANDLOCK_H

#include <stdbool.h>

struct landlock;

/* The kernel's version of the interface; 0: it has none. */
int landlock_version(void);
/* For tests: acts as on a kernel with this version at most. */
void landlock_pretend(int version);

/* NULL where the kernel has no Landlock that lets a file be renamed from one
 * folder to another (version 2). */
struct landlock *landlock_new(void);
/* Lets path be read (and searched, and run as a library), or also written,
 * with all below it. A path that is not there is passed over. */
bool landlock_allow(struct landlock *l, const char *path, bool write);
/* From now on nothing else can be opened. Frees l. */
bool landlock_enforce(struct landlock *l);

#endif
