/*
 * What the manager knows of every queued message: as little as it can, since
 * there may be a hundred thousand. Found by ID through a hash table, by due
 * time through a heap. Everything else is read from the spool when the
 * message's turn has come. It never opens a file.
 */
#ifndef QUEUE_ENTRY_H
#define QUEUE_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "mail/job.h"

enum entry_state {
	ENTRY_UNREAD,		/* only its name is known yet */
	ENTRY_WAITING,		/* in the heap, until due */
	ENTRY_READY,		/* in the list of its lane */
	ENTRY_FLYING,		/* an agent has it */
	ENTRY_HELD,		/* until somebody frees it */
	ENTRY_BROKEN		/* its file makes no sense to us */
};

struct lane;

struct entry {
	struct entry *hash_next;
	struct entry *next;	/* in its lane's list of ready ones */
	struct lane *lane;
	int64_t due;		/* boot clock; when ready: since when */
	int64_t stopped;	/* lane's stopped time when it arrived */
	int64_t round;		/* wall clock: recipients asked for since then
				 * had their turn; 0: nobody had */
	uint32_t party;		/* its submitter and sender: queue/fair */
	uint32_t heap_at;
	uint32_t uid;
	uint32_t size;		/* KiB, rounded up */
	uint32_t recipients;
	uint32_t open;		/* of these */
	uint32_t last;		/* wall clock seconds of the last attempt */
	uint16_t attempts;
	uint16_t jobs;		/* with agents, of it */
	uint8_t state;
	uint8_t way;		/* queue/aside: which account of its lane */
	bool bulk;		/* for the lanes of bulk mail */
	bool split;		/* its recipients go several ways */
	bool marked;		/* a flush waits for its attempt */
	bool again;		/* a flush came during its attempt */
	bool warned;		/* the delay warning is out */
	bool bounce;
	bool parked;		/* held with its sender: queue/embargo */
	bool by_admin;		/* held by an administrator */
	bool journal;		/* it has one, or may have */
	bool counted;		/* as its user's: queue/users */
	char id[ID_LEN];	/* without a NUL; entry_id() */
};

struct id_text {
	char text[ID_LEN + 1];
};

/* The ID as a C string, by value. */
struct id_text entry_id(const struct entry *e);

struct entry *entry_find(const char *id);
/* A new one, ENTRY_UNREAD; the ID must not be known. */
struct entry *entry_add(const char *id);
/* Takes it out of table and heap and frees it. */
void entry_drop(struct entry *e);
size_t entry_count(void);

/* Puts it into the heap: ENTRY_WAITING until due (boot clock). */
void entry_wait(struct entry *e, int64_t due);
/* Takes it out of the heap, where it is in it. */
void entry_unwait(struct entry *e);
/* The one that is due first, or NULL. */
struct entry *entry_next_due(void);

/* Calls fn for each; fn may drop or move the one it is called for. */
void entry_each(void (*fn)(struct entry *e, void *arg), void *arg);
/* The same for one place of the table, from *at = 0 on; false when all have
 * been seen. Between two calls entries may come and go; when the table grows,
 * some are met twice, none is passed over. */
bool entry_scan(size_t *at, void (*fn)(struct entry *e, void *arg), void *arg);

#endif
