#include "submit/server.h"

#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/record.h"
#include "base/role.h"
#include "mail/submission.h"
#include "submit/aliases.h"
#include "submit/drops.h"
#include "submit/intake.h"
#include "submit/limits.h"

#define READ_BLOCK 65536
/* Submissions at once: of all users, and of one. */
#define CLIENTS_MAX 4000
#define CLIENTS_PER_USER 1000
/* What the unfinished submissions of one user may take in memory together. */
#define HELD_PER_USER ((size_t)128 << 20)
/* A caller that was refused may go on writing for so long. */
#define DISCARD_FOR (30 * CLOCK_SEC)
/* What could not be taken from drop/ is looked at again after this. */
#define DROP_AGAIN (30 * CLOCK_SEC)
/* After SIGTERM, those in the middle of a message have so long. */
#define STOP_WITHIN (5 * CLOCK_SEC)

struct client {
	int fd;
	uid_t uid;
	struct intake *intake;	/* NULL: answered */
	size_t held;		/* bytes of memory */
	int64_t until;		/* answered: discard until then */
	struct client *next, **back;
};

struct server {
	struct intake_context ctx;
	struct loop *loop;
	int listener;
	int manager;
	int signals;
	int drop_watch;		/* -1: another intake looks after drop/ */
	bool stopping;
	bool failed;
	struct record_reader from_manager;
	struct buf block;
	struct client *clients;
	unsigned count;
	size_t held;		/* by all clients */
	struct client **whole;	/* to be committed at the end of this round */
	size_t whole_count, whole_cap;
	int64_t drop_again;
};

static struct server server;

static void
note_held(struct client *c)
{
	server.held -= c->held;
	c->held = c->intake == NULL ? 0 : intake_held(c->intake);
	server.held += c->held;
}

static void
client_close(struct client *c)
{
	server.held -= c->held;
	loop_remove(server.loop, c->fd);
	close(c->fd);
	if (c->intake != NULL)
		intake_free(c->intake);
	*c->back = c->next;
	if (c->next != NULL)
		c->next->back = c->back;
	free(c);
	server.count--;
}

/* One line fits any socket buffer; a caller that is gone is no matter. */
static void
send_answer(int fd, int status, const char *text)
{
	struct buf line = BUF_INIT;

	submission_answer_print(status, text, &line);
	if (send(fd, line.data, line.len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		log_debug("a caller was gone before its answer: %s",
		    strerror(errno));
	buf_free(&line);
}

/* Answers and frees the submission; the connection stays until the caller has
 * read the answer, since closing it over unread input would lose it. */
static void
client_answer(struct client *c, int status, const char *text)
{
	send_answer(c->fd, status, text);
	intake_free(c->intake);
	c->intake = NULL;
	note_held(c);
	shutdown(c->fd, SHUT_WR);
	c->until = clock_add(clock_boot(), DISCARD_FOR);
}

static void
client_refuse(struct client *c)
{
	log_warning("id=%s event=refused uid=%lu status=%d error=\"%s\"",
	    intake_id(c->intake), (unsigned long)c->uid,
	    intake_status(c->intake), intake_text(c->intake));
	client_answer(c, intake_status(c->intake), intake_text(c->intake));
}

static void
client_whole(struct client *c)
{
	if (server.whole_count == server.whole_cap) {
		server.whole_cap = server.whole_cap * 2 + 8;
		server.whole = xrealloc(server.whole, server.whole_cap,
		    sizeof(struct client *));
	}
	server.whole[server.whole_count++] = c;
	loop_change(server.loop, c->fd, 0);
}

/* One user's long headers and lists must not take the memory of all. */
static bool
holds_too_much(const struct client *which)
{
	const struct client *c;
	size_t held;

	if (server.held <= HELD_PER_USER)
		return false;
	held = 0;
	for (c = server.clients; c != NULL; c = c->next)
		held += c->uid == which->uid ? c->held : 0;
	return held > HELD_PER_USER;
}

static void
client_more(struct client *c)
{
	note_held(c);
	if (!holds_too_much(c))
		return;
	log_warning("id=%s event=refused uid=%lu error=\"too much at once\"",
	    intake_id(c->intake), (unsigned long)c->uid);
	client_answer(c, EX_TEMPFAIL, "your submissions take too much memory "
	    "at once; it is not queued");
}

static void
client_ready(void *arg, uint32_t events)
{
	struct client *c = arg;
	ssize_t n;

	(void)events;
	buf_clear(&server.block);
	n = file_read_some(c->fd, READ_BLOCK, &server.block);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		/* No end record, no message. */
		client_close(c);
		return;
	}
	if (c->intake == NULL)
		return;
	switch (intake_feed(c->intake, buf_slice(&server.block))) {
	case INTAKE_WHOLE:
		client_whole(c);
		break;
	case INTAKE_REFUSED:
		client_refuse(c);
		break;
	case INTAKE_MORE:
		client_more(c);
		break;
	}
}

static unsigned
clients_of(uid_t uid)
{
	const struct client *c;
	unsigned n;

	n = 0;
	for (c = server.clients; c != NULL; c = c->next)
		n += c->uid == uid;
	return n;
}

static void
client_new(int fd, uid_t uid)
{
	struct client *c;

	c = xcalloc(1, sizeof(*c));
	c->fd = fd;
	c->uid = uid;
	c->until = CLOCK_NEVER;
	c->intake = intake_new(&server.ctx, uid, NULL);
	c->next = server.clients;
	c->back = &server.clients;
	if (c->next != NULL)
		c->next->back = &c->next;
	server.clients = c;
	server.count++;
	if (loop_add(server.loop, fd, EPOLLIN, client_ready, c))
		/* Nearly always the message is there already. */
		client_ready(c, EPOLLIN);
	else
		client_close(c);
}

static void
stop(void)
{
	if (server.stopping)
		return;
	server.stopping = true;
	loop_remove(server.loop, server.listener);
	loop_remove(server.loop, server.signals);
	if (server.drop_watch >= 0)
		loop_remove(server.loop, server.drop_watch);
	server.drop_again = CLOCK_NEVER;
}

static void
stop_ready(void *arg, uint32_t events)
{
	(void)arg;
	(void)events;
	stop();
}

static void
listener_ready(void *arg, uint32_t events)
{
	struct ucred peer;
	socklen_t len;
	int fd;

	(void)arg;
	(void)events;
	/* Whoever waits to be accepted is served by our successor, who can
	 * read the new file. */
	if (!aliases_refresh(server.ctx.config)) {
		stop();
		return;
	}
	fd = accept4(server.listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0)
		return;
	len = sizeof(peer);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0) {
		file_close(&fd);
		return;
	}
	if (server.count >= CLIENTS_MAX || (server.count >= CLIENTS_PER_USER &&
	    clients_of(peer.uid) >= CLIENTS_PER_USER)) {
		send_answer(fd, EX_TEMPFAIL, "too many submissions at once");
		file_close(&fd);
		return;
	}
	client_new(fd, peer.uid);
}

static void
tell_queued(void *arg, const char *id)
{
	(void)arg;
	if (!record_send(server.manager, INTAKE_QUEUED, slice_from(id), -1))
		server.failed = true;
}

static void
answer_whole(bool synced)
{
	struct client *c;
	size_t i;

	for (i = 0; i < server.whole_count; i++) {
		c = server.whole[i];
		if (c->intake == NULL)
			continue;
		if (synced) {
			intake_log(c->intake);
			tell_queued(NULL, intake_id(c->intake));
			client_answer(c, EX_OK, intake_id(c->intake));
		} else {
			intake_undo(c->intake);
			client_answer(c, EX_TEMPFAIL, "cannot make the "
			    "message durable; it is not queued");
		}
		loop_change(server.loop, c->fd, EPOLLIN);
	}
}

/* Everything that became whole in this round shares the folder's fsync. */
static void
commit_whole(void)
{
	struct client *c;
	size_t i, placed;
	bool synced;

	placed = 0;
	for (i = 0; i < server.whole_count; i++) {
		c = server.whole[i];
		if (intake_place(c->intake)) {
			placed++;
			continue;
		}
		client_refuse(c);
		loop_change(server.loop, c->fd, EPOLLIN);
	}
	synced = placed == 0 || spool_sync_queue(server.ctx.spool);
	if (!synced)
		log_error("cannot sync the queue folder: %s", strerror(errno));
	answer_whole(synced);
	server.whole_count = 0;
}

static void
settle_drops(void)
{
	bool later;

	if (!aliases_refresh(server.ctx.config)) {
		stop();
		return;
	}
	drops_settle(&server.ctx, tell_queued, NULL, &later);
	server.drop_again = later ? clock_add(clock_boot(), DROP_AGAIN) :
	    CLOCK_NEVER;
}

static void
drop_ready(void *arg, uint32_t events)
{
	(void)arg;
	(void)events;
	drops_drain(server.drop_watch);
	settle_drops();
}

static void
begin_drops(void)
{
	server.drop_watch = drops_watch(server.ctx.spool);
	if (server.drop_watch < 0)
		log_error("cannot watch the drop folder: %s; it is looked at "
		    "only at start and at a flush", strerror(errno));
	else
		loop_add(server.loop, server.drop_watch, EPOLLIN, drop_ready,
		    NULL);
	settle_drops();
}

static void
hear_record(const struct record *r)
{
	switch (r->type) {
	case INTAKE_SETTLE:
		if (server.drop_watch < 0 && !server.stopping)
			begin_drops();
		else if (!server.stopping)
			settle_drops();
		if (!record_send(server.manager, INTAKE_SETTLED, r->body, -1))
			server.failed = true;
		break;
	case INTAKE_LIMIT:
		limits_hear(r->body);
		break;
	default:
		break;
	}
}

static void
manager_ready(void *arg, uint32_t events)
{
	struct record r;

	(void)arg;
	(void)events;
	if (record_receive(&server.from_manager, server.manager) <= 0) {
		server.failed = true;
		return;
	}
	while (record_next(&server.from_manager, &r) > 0)
		hear_record(&r);
}

/* Closes answered connections whose time is over, and says when to look
 * again. */
static int64_t
sweep_clients(void)
{
	struct client *c, *next;
	int64_t now, soonest;

	now = clock_boot();
	soonest = server.drop_again;
	for (c = server.clients; c != NULL; c = next) {
		next = c->next;
		if (c->until <= now)
			client_close(c);
		else if (c->until < soonest)
			soonest = c->until;
	}
	return soonest;
}

static uid_t
listener_account(void)
{
	const struct passwd *pw;

	pw = getpwnam(INTAKE_LISTENER);
	return pw == NULL ? 0 : pw->pw_uid;
}

static bool
begin(const struct server_start *start)
{
	sigset_t stop;

	server.ctx.spool = start->spool;
	server.ctx.config = start->config;
	server.ctx.is_over_limit = limits_is_over;
	server.ctx.listener = listener_account();
	server.listener = start->listener;
	server.manager = start->manager;
	server.drop_watch = -1;
	server.drop_again = CLOCK_NEVER;
	server.loop = loop_new();
	aliases_refresh(start->config);
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	server.signals = signalfd(-1, &stop, SFD_CLOEXEC);
	return server.loop != NULL && server.signals >= 0 &&
	    loop_add(server.loop, server.listener, EPOLLIN | EPOLLEXCLUSIVE,
	    listener_ready, NULL) &&
	    loop_add(server.loop, server.manager, EPOLLIN, manager_ready,
	    NULL) &&
	    loop_add(server.loop, server.signals, EPOLLIN, stop_ready, NULL) &&
	    record_send(server.manager, INTAKE_HELLO, SLICE(""), -1);
}

/* Nobody in the middle of a message: those who said nothing yet will find the
 * next intake, or the drop folder. */
static bool
is_done(int64_t stop_at)
{
	return server.failed || (server.stopping && (server.count == 0 ||
	    clock_boot() >= stop_at));
}

int
server_run(const struct server_start *start)
{
	int64_t until, stop_at;

	if (!begin(start)) {
		log_error("cannot serve the submit socket: %s",
		    strerror(errno));
		return EX_OSERR;
	}
	stop_at = CLOCK_NEVER;
	while (!is_done(stop_at)) {
		until = sweep_clients();
		if (server.stopping && stop_at == CLOCK_NEVER)
			stop_at = clock_add(clock_boot(), STOP_WITHIN);
		if (!loop_run(server.loop, until < stop_at ? until : stop_at))
			return EX_OSERR;
		commit_whole();
		if (server.drop_again <= clock_boot())
			settle_drops();
	}
	return EX_OK;
}
