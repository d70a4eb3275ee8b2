#include "submit/clients.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "mail/submission.h"

/* Submissions at once: of all users, and of one. */
#define CLIENTS_MAX 4000
#define CLIENTS_PER_USER 1000
/* One of its own that said something within this is not sent away. */
#define SPARED (60 * CLOCK_SEC)
/* What the unfinished submissions of one user may take in memory together. */
#define HELD_PER_USER ((size_t)128 << 20)
/* And those of all users, who may be many and one all the same (subordinate
 * uids): beyond this only small ones go on. */
#define HELD_MAX ((size_t)512 << 20)
#define HELD_SPARED ((size_t)128 << 10)
/* A caller that was refused may go on writing for so long. */
#define DISCARD_FOR (30 * CLOCK_SEC)

static struct loop *loop;
static struct client *clients;
static unsigned count;
static size_t held;		/* by all */

void
clients_begin(struct loop *l)
{
	loop = l;
}

unsigned
clients_count(void)
{
	return count;
}

/* Once the wishes are in, whom the loopback listener speaks for. */
static uid_t
uid_of(const struct client *c)
{
	return c->intake == NULL ? c->uid : intake_uid(c->intake);
}

static unsigned
count_of(uid_t uid)
{
	const struct client *c;
	unsigned n;

	n = 0;
	for (c = clients; c != NULL; c = c->next)
		n += uid_of(c) == uid;
	return n;
}

static struct client *
idlest_of(uid_t uid)
{
	struct client *c, *found;

	found = NULL;
	for (c = clients; c != NULL; c = c->next)
		if (uid_of(c) == uid && !c->is_whole &&
		    (found == NULL || c->heard < found->heard))
			found = c;
	return found;
}

static int
compare_uids(const void *a, const void *b)
{
	uid_t one = *(const uid_t *)a, other = *(const uid_t *)b;

	return (one > other) - (one < other);
}

/* Whose places are most, and how many these are. */
static unsigned
find_most(uid_t *whose)
{
	const struct client *c;
	uid_t *uids;
	unsigned i, n, most;

	uids = xcalloc(count + 1, sizeof(*uids));
	n = 0;
	for (c = clients; c != NULL; c = c->next)
		uids[n++] = uid_of(c);
	qsort(uids, n, sizeof(*uids), compare_uids);
	most = 0;
	for (i = 0; i + most < n; i++)
		while (i + most < n && uids[i + most] == uids[i]) {
			most++;
			*whose = uids[i];
		}
	free(uids);
	return most;
}

void
clients_close(struct client *c)
{
	held -= c->held;
	loop_remove(loop, c->fd);
	close(c->fd);
	if (c->intake != NULL)
		intake_free(c->intake);
	*c->back = c->next;
	if (c->next != NULL)
		c->next->back = c->back;
	free(c);
	count--;
}

static bool
send_away(struct client *c)
{
	if (c == NULL)
		return false;
	if (c->intake != NULL) {
		log_warning("id=%s event=refused uid=%lu error=\"silent, and "
		    "its place is needed\"", intake_id(c->intake),
		    (unsigned long)uid_of(c));
		clients_say(c->fd, EX_TEMPFAIL, "too many submissions at "
		    "once, and this one was silent for longest; it is not "
		    "queued");
	}
	clients_close(c);
	return true;
}

bool
clients_make_room(uid_t uid)
{
	struct client *c;
	unsigned own;
	uid_t other;

	if (count < CLIENTS_PER_USER)
		return true;
	own = count_of(uid);
	if (own >= CLIENTS_PER_USER) {
		c = idlest_of(uid);
		return c != NULL && c->heard <= clock_boot() - SPARED &&
		    send_away(c);
	}
	return count < CLIENTS_MAX || (find_most(&other) > own + 1 &&
	    send_away(idlest_of(other)));
}

struct client *
clients_add(int fd, uid_t uid, struct intake *i, loop_fn *fn)
{
	struct client *c;

	c = xcalloc(1, sizeof(*c));
	c->fd = fd;
	c->uid = uid;
	c->until = CLOCK_NEVER;
	c->heard = clock_boot();
	c->intake = i;
	c->next = clients;
	c->back = &clients;
	if (c->next != NULL)
		c->next->back = &c->next;
	clients = c;
	count++;
	if (loop_add(loop, fd, EPOLLIN, fn, c))
		return c;
	clients_close(c);
	return NULL;
}

static void
note_held(struct client *c)
{
	held -= c->held;
	c->held = c->intake == NULL ? 0 : intake_held(c->intake);
	held += c->held;
}

/* Nobody's long headers and lists must take the memory of all. */
bool
clients_may_hold(struct client *which)
{
	const struct client *c;
	size_t sum;

	note_held(which);
	if (held <= HELD_PER_USER)
		return true;
	if (held > HELD_MAX && which->held > HELD_SPARED)
		return false;
	sum = 0;
	for (c = clients; c != NULL; c = c->next)
		sum += uid_of(c) == uid_of(which) ? c->held : 0;
	return sum <= HELD_PER_USER;
}

uint64_t
clients_coming(uid_t uid)
{
	const struct client *c;
	uint64_t sum;

	sum = 0;
	for (c = clients; c != NULL; c = c->next)
		if (c->intake != NULL && intake_uid(c->intake) == uid)
			sum += intake_came(c->intake);
	return sum;
}

/* One line fits any socket buffer. */
void
clients_say(int fd, int status, const char *text)
{
	struct buf line = BUF_INIT;

	submission_answer_print(status, text, &line);
	if (send(fd, line.data, line.len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		log_debug("a caller was gone before its answer: %s",
		    strerror(errno));
	buf_free(&line);
}

void
clients_answer(struct client *c, int status, const char *text)
{
	clients_say(c->fd, status, text);
	intake_free(c->intake);
	c->intake = NULL;
	note_held(c);
	shutdown(c->fd, SHUT_WR);
	c->until = clock_add(clock_boot(), DISCARD_FOR);
}

void
clients_refuse(struct client *c)
{
	struct buf error = BUF_INIT;

	buf_add_quoted(&error, slice_from(intake_text(c->intake)));
	log_warning("id=%s event=refused uid=%lu status=%d error=%s",
	    intake_id(c->intake), (unsigned long)uid_of(c),
	    intake_status(c->intake), buf_string(&error));
	buf_free(&error);
	clients_answer(c, intake_status(c->intake), intake_text(c->intake));
}

int64_t
clients_sweep(void)
{
	struct client *c, *next;
	int64_t now, soonest;

	now = clock_boot();
	soonest = CLOCK_NEVER;
	for (c = clients; c != NULL; c = next) {
		next = c->next;
		if (c->until <= now)
			clients_close(c);
		else if (c->until < soonest)
			soonest = c->until;
	}
	return soonest;
}
