#include "queue/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "queue/asker.h"
#include "queue/commands.h"
#include "queue/flush.h"
#include "queue/intakes.h"

#define CLIENTS_MAX 200
/* Of one user; administrators are always heard. */
#define CLIENTS_PER_USER 20
#define COMMAND_MAX 65536
/* So much of an answer is made ahead of a slow reader. */
#define AHEAD 65536
/* So long all answers together keep the manager from delivering. */
#define WORK_TIME (10 * CLOCK_MSEC)
/* A command comes at once; a reader may be a person's pager. */
#define COMMAND_WITHIN (30 * CLOCK_SEC)
#define READ_WITHIN (600 * CLOCK_SEC)
/* Who asks to see something is not kept waiting by a full drop folder. */
#define SETTLE_WITHIN (2 * CLOCK_SEC)
/* Without a descriptor for another client, they wait so long. */
#define LISTEN_AGAIN (1 * CLOCK_SEC)

enum client_state {
	READING,
	SETTLING,
	WAITING,		/* for a flush */
	ANSWERING
};

struct client {
	struct client *next;
	struct manager *manager;
	int fd;
	uint32_t number;
	struct asker asker;
	struct buf in;
	struct buf out;
	enum client_state state;
	int64_t until;		/* boot clock: how long it may last */
	struct answer answer;
};

static struct client *clients;
static unsigned client_count;
static uint32_t last_number;
static int64_t listen_at = CLOCK_NEVER;	/* else: it rests until then */

static void
client_close(struct client *c)
{
	struct client **at;

	for (at = &clients; *at != c; at = &(*at)->next)
		;
	*at = c->next;
	client_count--;
	loop_remove(c->manager->loop, c->fd);
	file_close(&c->fd);
	answer_free(&c->answer);
	buf_free(&c->in);
	buf_free(&c->out);
	free(c);
}

static void
client_set(struct client *c, enum client_state state, int64_t within)
{
	c->state = state;
	c->until = clock_add(clock_boot(), within);
}

/* Makes more of the answer, until the reader is behind or others must have
 * their turn. */
static void
client_work(struct client *c)
{
	int64_t until;

	until = clock_add(clock_boot(), WORK_TIME / client_count);
	while (c->out.len < AHEAD &&
	    answer_more(c->manager, &c->asker, &c->answer, &c->out))
		if (clock_boot() >= until)
			break;
}

/* Sends what is ready. What was ordered is done to its end, although nobody
 * may listen any more. */
static void
client_answer(struct client *c)
{
	ssize_t n;

	client_work(c);
	n = send(c->fd, c->out.data, c->out.len,
	    MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0 && errno != EAGAIN) {
		if (c->answer.act == NULL) {
			client_close(c);
			return;
		}
		n = (ssize_t)c->out.len;
	}
	if (n > 0) {
		buf_consume(&c->out, (size_t)n);
		client_set(c, ANSWERING, READ_WITHIN);
	}
	if (c->out.len == 0 && c->answer.ended)
		client_close(c);
	else
		loop_change(c->manager->loop, c->fd, EPOLLOUT);
}

/* Obeys the line that was read, now that all before it is known. */
static void
client_obey(struct client *c)
{
	struct slice line;

	line = buf_slice(&c->in);
	line.len = slice_find(line, '\n');
	if (command_obey(c->manager, &c->asker, line, &c->answer) &&
	    flush_pending() > 0) {
		client_set(c, WAITING, CLOCK_NEVER);
		return;
	}
	client_set(c, ANSWERING, READ_WITHIN);
	client_answer(c);
}

void
control_settled(struct manager *m, uint32_t number)
{
	struct client *c, *next;

	(void)m;
	for (c = clients; c != NULL; c = next) {
		next = c->next;
		if (c->state == SETTLING && c->number <= number)
			client_obey(c);
	}
}

static void
client_check(struct client *c)
{
	if (c->state == WAITING && flush_pending() == 0) {
		client_set(c, ANSWERING, READ_WITHIN);
		client_answer(c);
	} else if (c->until > clock_boot())
		return;
	else if (c->state == SETTLING)
		client_obey(c);
	else if (c->answer.act != NULL) {
		/* Its order goes on without it. */
		shutdown(c->fd, SHUT_RDWR);
		client_set(c, ANSWERING, READ_WITHIN);
	} else
		client_close(c);
}

void
control_check_waits(struct manager *m, int64_t *wake)
{
	struct client *c, *next;

	for (c = clients; c != NULL; c = next) {
		next = c->next;
		client_check(c);
	}
	if (listen_at <= clock_boot())
		control_begin(m);
	if (listen_at < *wake)
		*wake = listen_at;
	for (c = clients; c != NULL; c = c->next)
		if (c->until < *wake)
			*wake = c->until;
}

/* What follows from the configuration alone waits for nothing. */
static bool
is_about_mail(struct slice line)
{
	return !slice_starts(line, "names\n");
}

/* What acts on everything waits until everything is known. */
static bool
is_for_all(struct slice line)
{
	return slice_starts(line, "flush");
}

static void
client_read(struct client *c)
{
	ssize_t n;

	n = file_read_some(c->fd, 4096, &c->in);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0 || c->in.len > COMMAND_MAX) {
		client_close(c);
		return;
	}
	if (slice_find(buf_slice(&c->in), '\n') == c->in.len)
		return;
	if (!is_about_mail(buf_slice(&c->in))) {
		client_obey(c);
		return;
	}
	client_set(c, SETTLING, is_for_all(buf_slice(&c->in)) ? CLOCK_NEVER :
	    SETTLE_WITHIN);
	c->number = ++last_number;
	loop_change(c->manager->loop, c->fd, 0);
	intakes_settle(c->manager, c->number);
}

static void
client_ready(void *arg, uint32_t events)
{
	struct client *c = arg;

	if (c->state == READING)
		client_read(c);
	else if (c->state == ANSWERING)
		client_answer(c);
	else if ((events & (EPOLLHUP | EPOLLERR)) != 0)
		client_close(c);
}

static bool
may_enter(const struct asker *a)
{
	const struct client *c;
	unsigned n;

	n = 0;
	for (c = clients; c != NULL; c = c->next)
		n += c->asker.uid == a->uid;
	return a->is_admin ||
	    (n < CLIENTS_PER_USER && client_count < CLIENTS_MAX);
}

/* Clients wait in the backlog. Any other fault is one client's. */
static void
rest_listener(struct manager *m, int fault)
{
	if (fault != EMFILE && fault != ENFILE && fault != ENOBUFS &&
	    fault != ENOMEM)
		return;
	log_error("cannot accept a client of the control socket: %s; trying "
	    "again in a second", strerror(fault));
	loop_remove(m->loop, m->control);
	listen_at = clock_add(clock_boot(), LISTEN_AGAIN);
}

static void
listener_ready(void *arg, uint32_t events)
{
	struct manager *m = arg;
	struct client *c;
	int fd;

	(void)events;
	fd = accept4(m->control, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0) {
		rest_listener(m, errno);
		return;
	}
	c = xcalloc(1, sizeof(*c));
	if (!asker_identify(m, fd, &c->asker) || !may_enter(&c->asker) ||
	    !loop_add(m->loop, fd, EPOLLIN, client_ready, c)) {
		file_close(&fd);
		free(c);
		return;
	}
	c->manager = m;
	c->fd = fd;
	client_set(c, READING, COMMAND_WITHIN);
	c->next = clients;
	clients = c;
	client_count++;
}

bool
control_begin(struct manager *m)
{
	listen_at = CLOCK_NEVER;
	return loop_add(m->loop, m->control, EPOLLIN, listener_ready, m);
}
