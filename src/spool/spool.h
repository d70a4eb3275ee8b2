/*
 * The spool: where messages lie (DESIGN.md's folders, doc/INTERNALS.md's table
 * of states). A message is one immutable file, there or not there. Only this
 * room knows a path below the spool. It never parses a message.
 */
#ifndef SPOOL_SPOOL_H
#define SPOOL_SPOOL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "mail/job.h"

struct spool;

/* Makes missing folders below path with their modes, owned by uid and gid (-1:
 * the caller's). False with a sentence in *error. */
bool spool_create(const char *path, uid_t uid, gid_t gid, struct buf *error);
/* Opens the folders. NULL with a sentence in *error. */
struct spool *spool_open(const char *path, struct buf *error);
/* Takes the one lock that says who owns this spool: a descriptor, or -1 with
 * errno EWOULDBLOCK when another daemon has it. */
int spool_lock(struct spool *s);
/* The lock that agents hold while they live (a shared flock), and the manager
 * asks for before it starts others. */
int spool_agent_lock(struct spool *s, bool exclusive);

/* A new ID: 16 characters, sorted by time, random tail. */
void spool_new_id(char id[static ID_LEN + 1]);
bool spool_is_id(struct slice name);

/* Opens a new file in tmp/. -1 with errno. */
int spool_begin(struct spool *s, const char *id);
/*
 * Makes it durable and queued: fsync, rename into queue/ without replacing,
 * fsync of the folder. Closes *fd. False with errno; nothing of it is left
 * then. spool_commit_many() shares the folder's fsync among several.
 */
bool spool_commit(struct spool *s, const char *id, int *fd);
/* The two halves: rename after fsync, and the folder's fsync. */
bool spool_place(struct spool *s, const char *id, int *fd);
bool spool_sync_queue(struct spool *s);
/* Gives up what spool_begin() began. Closes *fd. */
void spool_abandon(struct spool *s, const char *id, int *fd);

/* Opens a queued message for reading. -1 with errno. */
int spool_read(struct spool *s, const char *id);
/* Removes a message and its journal. Durable after spool_sync_queue(). */
bool spool_remove(struct spool *s, const char *id);
/* Moves a message to failed/, durably. */
bool spool_fail(struct spool *s, const char *id);
/* Calls fn for each message of queue/ (or of failed/), in no order, without
 * opening any; false with errno. */
bool spool_each(struct spool *s, bool failed,
    void (*fn)(void *arg, const char *id, bool has_journal), void *arg);
/* Removes from tmp/ what is older than an hour and not ours. */
void spool_sweep(struct spool *s);
/* Bytes that a message could still take, free space less keep_free. */
uint64_t spool_free_space(struct spool *s);

/* The drop folder. Names are IDs; those that begin with a dot are unfinished. */
int spool_drop_fd(struct spool *s);
/* Calls fn for each finished file; foreign ones are passed to odd (once). */
bool spool_drop_each(struct spool *s,
    void (*fn)(void *arg, const char *name), void *arg);
/*
 * Opens a drop file for reading: regular, one link, the folder's group, not a
 * link. -1 with errno (EPERM: not one of ours). *owner is its uid.
 */
int spool_drop_open(struct spool *s, const char *name, uid_t *owner);
bool spool_drop_remove(struct spool *s, const char *name);
/* Removes unfinished files older than a day. */
void spool_drop_sweep(struct spool *s);

/* The front program's half, without struct spool: writes what fn produces into
 * a new file of the drop folder at path and makes it durable under its name. */
int drop_begin(const char *path, char id[static ID_LEN + 1]);
bool drop_commit(const char *path, const char *id, int *fd);
void drop_abandon(const char *path, const char *id, int *fd);

#endif
