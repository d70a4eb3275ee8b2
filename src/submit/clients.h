/*
 * Who is connected to the submit socket: how many, whose, how much memory they
 * hold, who has to go when places are scarce, and the answers. A caller may
 * take hours over its message (a pipe that somebody keeps open) as long as
 * nobody needs the place. It never reads what they send.
 */
#ifndef SUBMIT_CLIENTS_H
#define SUBMIT_CLIENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/loop.h"
#include "submit/intake.h"

struct client {
	int fd;
	uid_t uid;		/* of the process */
	struct intake *intake;	/* NULL: answered */
	size_t held;		/* bytes of memory */
	int64_t heard;		/* when it last said something */
	int64_t until;		/* answered: discard until then */
	bool is_whole;		/* its commit is due */
	struct client *next, **back;
};

void clients_begin(struct loop *l);
/* Finds a place for one more of this user, if need be that of the one of its
 * own that has been silent for longest, or of the user with most places. */
bool clients_make_room(uid_t uid);
/* Watches the connection, which is taken over. NULL where that fails. */
struct client *clients_add(int fd, uid_t uid, struct intake *i, loop_fn *fn);
void clients_close(struct client *c);
unsigned clients_count(void);

/* Counts the memory anew. False: its user's submissions take too much. */
bool clients_may_hold(struct client *c);
/* Bytes of this user's messages that are coming in now. */
uint64_t clients_coming(uid_t uid);

/* The line of an answer; a caller that is gone is no matter. */
void clients_say(int fd, int status, const char *text);
/* Answers and frees the submission; what the caller still sends is discarded
 * for a while, since closing over unread input would lose the answer. */
void clients_answer(struct client *c, int status, const char *text);
/* The same with what the intake has to say, and a line in the log. */
void clients_refuse(struct client *c);
/* Closes those whose time is over; when to look again (boot clock). */
int64_t clients_sweep(void);

#endif
