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
/* NULL is none. */
void spool_close(struct spool *s);
/* Takes the one lock that says who owns this spool: a descriptor, or -1 with
 * errno EWOULDBLOCK when another daemon has it. */
int spool_lock(struct spool *s);
/* The lock that agents hold while they live (shared; it outlives a daemon that
 * was killed), and that a new daemon must get exclusively before it starts
 * others: a descriptor, or -1 with errno EWOULDBLOCK. */
int spool_agent_lock(struct spool *s, bool exclusive);


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

/* Opens a queued (or failed) message for reading. -1 with errno. */
int spool_read(struct spool *s, const char *id);
int spool_read_failed(struct spool *s, const char *id);
/* Whether something of that name is in queue/. */
bool spool_has(struct spool *s, const char *id);
/* Opens the journal of a queued message with the open(2) flags given. */
int spool_open_journal(struct spool *s, const char *id, int flags);
/* Makes another one in tmp/, and puts it in its place: false with errno, then
 * the old one is there still. Durable after spool_sync_queue(). */
int spool_begin_journal(struct spool *s, const char *id);
bool spool_replace_journal(struct spool *s, const char *id);
/* Removes a message, then its journal, where it has one (a journal without its
 * message is swept at the next start). Durable after spool_sync_queue(). */
bool spool_remove(struct spool *s, const char *id, bool has_journal);
/* Whether queue/ would let an entry be made or removed, as far as anybody can
 * tell ahead of time (a read-only file system, wrong permissions). */
bool spool_is_writable(struct spool *s);
/* Moves a message to failed/, durably, under its ID or another one, which is
 * told, and drops its journal. False with errno: it stays where it is, or has
 * been moved and is not known to be durable there. */
bool spool_fail(struct spool *s, const char *id,
    char kept_as[static ID_LEN + 1]);
/* Removes a message from failed/. */
bool spool_forget(struct spool *s, const char *id);
/* Calls fn for each message of queue/ (or of failed/), in no order, without
 * opening any; false with errno. */
bool spool_each(struct spool *s, bool failed,
    void (*fn)(void *arg, const char *id), void *arg);
/* Removes everything from tmp/: only at start, when nobody writes there. */
void spool_clear(struct spool *s);
/* Bytes that are free in the spool; UINT64_MAX where nobody can tell. */
uint64_t spool_free_space(struct spool *s);

/* A file of state/ by name, opened with the flags given, mode 0600. */
int spool_state_open(struct spool *s, const char *name, int flags);

/* The drop folder itself: spool/dropped looks into it. */
int spool_drop_fd(struct spool *s);

#endif
