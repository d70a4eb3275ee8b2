#include "queue/intakes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/file.h"
#include "base/role.h"
#include "queue/control.h"
#include "queue/users.h"
#include "spool/id.h"

struct link {
	struct link *next;
	struct manager *manager;
	int fd;
	bool first;
	struct record_reader in;
	bool is_compared;	/* queue/ was, after its first settling */
};

static struct link *links;
/* The last settling that was asked for, of whichever intake, and the last that
 * was answered. */
static uint32_t asked, settled;

static void
tell_limit(struct link *l, uint32_t uid, bool over)
{
	struct buf body = BUF_INIT;

	buf_addf(&body, "%lu %d", (unsigned long)uid, over);
	/* One that is so far behind, or half told, is given up. */
	if (!record_send(l->fd, INTAKE_LIMIT, buf_slice(&body), -1))
		shutdown(l->fd, SHUT_RDWR);
	buf_free(&body);
}

void
intakes_tell_limit(uint32_t uid, bool over)
{
	struct link *l;

	for (l = links; l != NULL; l = l->next)
		tell_limit(l, uid, over);
}

static void
admit_found(void *arg, const char *id)
{
	manager_admit(arg, id);
}

/* An intake that died may have made a message durable without a word. */
static void
compare_with_queue(struct manager *m)
{
	spool_each(m->spool, false, admit_found, m);
}

/* The first answer of an intake says that what was in drop/ and in queue/ is
 * in one of them now. Number 0 is our own question for that. */
static void
hear_settled(struct link *l, uint32_t number)
{
	if (!l->is_compared)
		compare_with_queue(l->manager);
	l->is_compared = true;
	if (number <= settled)
		return;
	settled = number;
	control_settled(l->manager, number);
}

static void
hear(struct link *l, struct record *r)
{
	unsigned long long number;
	char *id;

	/* None is due: it would only use up ours. */
	file_close(&r->fd);
	if (r->type == INTAKE_QUEUED && id_is_valid(r->body)) {
		id = slice_dup(r->body);
		manager_admit(l->manager, id);
		free(id);
	} else if (r->type == INTAKE_SETTLED &&
	    slice_to_number(r->body, UINT32_MAX, &number))
		hear_settled(l, (uint32_t)number);
}

/* Everything that has come so far. False when the intake is gone. */
static bool
drain(struct link *l)
{
	struct record r;
	int got;

	while ((got = record_receive(&l->in, l->fd)) > 0)
		while (record_next(&l->in, &r) > 0)
			hear(l, &r);
	return got < 0 && errno == EAGAIN;
}

/* Asks the newest of those that look after drop/: one before it is about to
 * leave, and does not answer any more. Where there is none now, the next one
 * is asked when it comes. */
static void
ask_first(uint32_t number)
{
	struct buf body = BUF_INIT;
	struct link *l;

	for (l = links; l != NULL && !l->first; l = l->next)
		;
	if (l == NULL)
		return;
	buf_addf(&body, "%lu", (unsigned long)number);
	/* One that cannot be asked is given up, here and there. */
	if (!record_send(l->fd, INTAKE_SETTLE, buf_slice(&body), -1))
		shutdown(l->fd, SHUT_RDWR);
	buf_free(&body);
}

static void
remove_link(struct link *l)
{
	struct manager *m;
	struct link **at;
	bool first;

	for (at = &links; *at != l; at = &(*at)->next)
		;
	*at = l->next;
	m = l->manager;
	first = l->first;
	loop_remove(m->loop, l->fd);
	file_close(&l->fd);
	record_reader_free(&l->in);
	free(l);
	/* If it looked after drop/, the next one has to settle that first: a
	 * message that is in both would be delivered, then taken again. */
	if (!first)
		compare_with_queue(m);
	else if (settled < asked)
		ask_first(asked);
}

static void
link_ready(void *arg, uint32_t events)
{
	(void)events;
	if (!drain(arg))
		remove_link(arg);
}

static void
tell_new(uint32_t uid, bool over)
{
	tell_limit(links, uid, over);
}

void
intakes_add(struct manager *m, int fd, bool first)
{
	struct link *l;

	l = xcalloc(1, sizeof(*l));
	l->manager = m;
	l->fd = fd;
	l->first = first;
	if (!file_set_nonblocking(fd, true) ||
	    !loop_add(m->loop, fd, EPOLLIN, link_ready, l)) {
		file_close(&fd);
		free(l);
		return;
	}
	l->next = links;
	links = l;
	users_tell_all(tell_new);
	if (!first)
		return;
	ask_first(0);
	if (settled < asked)
		ask_first(asked);
}

void
intakes_settle(struct manager *m, uint32_t number)
{
	struct link *l, *next;

	(void)m;
	for (l = links; l != NULL; l = next) {
		next = l->next;
		if (!drain(l))
			remove_link(l);
	}
	asked = number;
	ask_first(number);
}
