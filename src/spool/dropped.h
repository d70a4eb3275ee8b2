/*
 * The daemon's half of the drop folder: what lies there, read in pieces, since
 * everybody may put anything there and as much of it as they like. Names are
 * IDs; one that begins with a dot is unfinished. Nothing is believed before it
 * was opened and looked at; nothing is ever followed, waited for or obeyed.
 */
#ifndef SPOOL_DROPPED_H
#define SPOOL_DROPPED_H

#include "spool/spool.h"

/* A listing that goes on where it stopped. NULL with errno. */
struct dropped_scan;
struct dropped_scan *dropped_scan_begin(struct spool *s);
/* The next finished name, foreign ones included, valid until the next call;
 * NULL after the last. At most *budget names are looked at, and counted off it:
 * NULL with *budget 0 says that there may be more. Unfinished files older than
 * a day are removed on the way. */
const char *dropped_scan_next(struct dropped_scan *scan, unsigned *budget);
/* NULL is none. */
void dropped_scan_end(struct dropped_scan *scan);

/* Calls fn for each finished name, in one go; false with errno. */
bool dropped_each(struct spool *s, void (*fn)(void *arg, const char *name),
    void *arg);
/* Whether something of that name lies there. */
bool dropped_has(struct spool *s, const char *name);
/* Whose it is, without opening it. False with errno. */
bool dropped_owner(struct spool *s, const char *name, uid_t *owner);
/*
 * Opens a drop file for reading: regular, one link, the folder's group, not a
 * link. -1 with errno (EPERM: not one of ours). *owner is its uid.
 */
int dropped_open(struct spool *s, const char *name, uid_t *owner);
/* Whether an opened one still has its name: its owner may take it back. */
bool dropped_is_there(int fd);
bool dropped_remove(struct spool *s, const char *name);

/* Of two intakes, while one takes the other's place, one looks after the
 * folder. False with errno EWOULDBLOCK while another does. */
bool dropped_lock(struct spool *s);
void dropped_unlock(struct spool *s);
/* An inotify descriptor that tells the names of files that become whole, or
 * -1 with errno. */
int dropped_watch(struct spool *s);

#endif
