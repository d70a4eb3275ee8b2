#include "submit/server.h"

#include <errno.h>
#include <pwd.h>
#include <signal.h>
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
#include "submit/aliases.h"
#include "submit/clients.h"
#include "submit/drops.h"
#include "submit/intake.h"
#include "submit/limits.h"

#define READ_BLOCK 65536
/* After SIGTERM, those in the middle of a message have so long. */
#define STOP_WITHIN (5 * CLOCK_SEC)
/* Without a descriptor for another caller, callers wait so long. */
#define LISTEN_AGAIN (1 * CLOCK_SEC)

struct server {
	struct intake_context ctx;
	struct loop *loop;
	int listener;
	int64_t listen_at;	/* when to listen again; CLOCK_NEVER: it does */
	int manager;
	int signals;
	bool has_drops;		/* else another intake looks after drop/ */
	int drop_watch;
	bool stopping;
	bool failed;
	struct record_reader from_manager;
	struct buf block;
	struct client **whole;	/* to be committed at the end of this round */
	size_t whole_count, whole_cap;
};

static struct server server;

static bool
is_over(uid_t uid)
{
	const struct config *c = server.ctx.config;

	/* What is still coming in counts from the second message on. */
	return limits_is_over(uid) || clients_coming(uid) >
	    (c->max_size > c->max_waiting_size ? c->max_size :
	    c->max_waiting_size);
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
	c->is_whole = true;
	loop_change(server.loop, c->fd, 0);
}

static void
client_more(struct client *c)
{
	if (clients_may_hold(c))
		return;
	log_warning("id=%s event=refused uid=%lu error=\"too much at once\"",
	    intake_id(c->intake), (unsigned long)intake_uid(c->intake));
	clients_answer(c, EX_TEMPFAIL, "your submissions take too much "
	    "memory at once; it is not queued");
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
		clients_close(c);
		return;
	}
	c->heard = clock_boot();
	if (c->intake == NULL)
		return;
	switch (intake_feed(c->intake, buf_slice(&server.block))) {
	case INTAKE_WHOLE:
		client_whole(c);
		break;
	case INTAKE_REFUSED:
		clients_refuse(c);
		break;
	case INTAKE_MORE:
		client_more(c);
		break;
	}
}

static void
stop(void)
{
	if (server.stopping)
		return;
	server.stopping = true;
	if (server.listen_at == CLOCK_NEVER)
		loop_remove(server.loop, server.listener);
	loop_remove(server.loop, server.signals);
	if (server.has_drops && server.drop_watch >= 0)
		loop_remove(server.loop, server.drop_watch);
	drops_stop();
}

static void
stop_ready(void *arg, uint32_t events)
{
	(void)arg;
	(void)events;
	stop();
}

/* Callers wait in the backlog, as long as they like, for us or another. */
static void
rest_listener(int fault)
{
	log_error("cannot accept a caller: %s; trying again in a second",
	    strerror(fault));
	loop_remove(server.loop, server.listener);
	server.listen_at = clock_add(clock_boot(), LISTEN_AGAIN);
}

static bool
has_no_room(int fault)
{
	return fault == EMFILE || fault == ENFILE || fault == ENOBUFS ||
	    fault == ENOMEM;
}

static void
welcome(int fd)
{
	struct ucred peer;
	struct client *c;
	socklen_t len;

	len = sizeof(peer);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0) {
		file_close(&fd);
		return;
	}
	if (!clients_make_room(peer.uid)) {
		clients_say(fd, EX_TEMPFAIL, "too many submissions at once");
		file_close(&fd);
		return;
	}
	c = clients_add(fd, peer.uid, intake_new(&server.ctx, peer.uid, NULL),
	    client_ready);
	/* Nearly always the message is there already. */
	if (c != NULL)
		client_ready(c, EPOLLIN);
}

static void
listener_ready(void *arg, uint32_t events)
{
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
	if (fd >= 0)
		welcome(fd);
	else if (has_no_room(errno))
		rest_listener(errno);
}

static bool
listen_again(void)
{
	server.listen_at = CLOCK_NEVER;
	return loop_add(server.loop, server.listener,
	    EPOLLIN | EPOLLEXCLUSIVE, listener_ready, NULL);
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
			clients_answer(c, EX_OK, intake_id(c->intake));
		} else {
			intake_undo(c->intake);
			clients_answer(c, EX_TEMPFAIL, "cannot make the "
			    "message durable; it is not queued");
		}
		c->is_whole = false;
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
		clients_refuse(c);
		c->is_whole = false;
		loop_change(server.loop, c->fd, EPOLLIN);
	}
	synced = placed == 0 || spool_sync_queue(server.ctx.spool);
	if (!synced)
		log_error("cannot sync the queue folder: %s", strerror(errno));
	answer_whole(synced);
	server.whole_count = 0;
}

static void
tell_settled(void *arg, uint32_t number)
{
	struct buf body = BUF_INIT;

	(void)arg;
	buf_addf(&body, "%lu", (unsigned long)number);
	if (!record_send(server.manager, INTAKE_SETTLED, buf_slice(&body), -1))
		server.failed = true;
	buf_free(&body);
}

static void
drop_ready(void *arg, uint32_t events)
{
	(void)arg;
	(void)events;
	drops_hear();
}

static void
begin_drops(void)
{
	struct drops_start start = {
	    &server.ctx, tell_queued, tell_settled, NULL};

	server.has_drops = true;
	drops_begin(&start, &server.drop_watch);
	if (server.drop_watch < 0)
		log_error("cannot watch the drop folder: %s; it is looked at "
		    "every half minute and at a flush", strerror(errno));
	else
		loop_add(server.loop, server.drop_watch, EPOLLIN, drop_ready,
		    NULL);
}

static void
step_drops(void)
{
	if (drops_wake() > clock_boot())
		return;
	if (aliases_refresh(server.ctx.config))
		drops_step();
	else
		stop();
}

/* One that is stopping leaves the question to its successor: the manager asks
 * again. */
static void
hear_settle(struct slice body)
{
	unsigned long long number;

	if (server.stopping || !slice_to_number(body, UINT32_MAX, &number))
		return;
	if (!server.has_drops) {
		begin_drops();
		/* By one intake of the two. */
		aliases_check(server.ctx.config);
	}
	drops_ask((uint32_t)number);
}

static void
hear_record(const struct record *r)
{
	uid_t uid;

	if (r->type == INTAKE_SETTLE)
		hear_settle(r->body);
	else if (r->type == INTAKE_LIMIT && limits_hear(r->body, &uid))
		drops_unpark(uid);
}

static void
manager_ready(void *arg, uint32_t events)
{
	struct record r;
	int got;

	(void)arg;
	(void)events;
	if (record_receive(&server.from_manager, server.manager) <= 0) {
		server.failed = true;
		return;
	}
	while ((got = record_next(&server.from_manager, &r)) > 0)
		hear_record(&r);
	server.failed = server.failed || got < 0;
}

/* When there is something to do that no descriptor tells of. */
static int64_t
next_wake(int64_t stop_at)
{
	int64_t wakes[] = {clients_sweep(), drops_wake(),
	    server.stopping ? CLOCK_NEVER : server.listen_at, stop_at};
	int64_t soonest;
	size_t i;

	soonest = CLOCK_NEVER;
	for (i = 0; i < sizeof(wakes) / sizeof(wakes[0]); i++)
		if (wakes[i] < soonest)
			soonest = wakes[i];
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
	server.ctx.is_over_limit = is_over;
	server.ctx.listener = listener_account();
	server.listener = start->listener;
	server.manager = start->manager;
	server.drop_watch = -1;
	server.loop = loop_new();
	clients_begin(server.loop);
	aliases_refresh(start->config);
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	server.signals = signalfd(-1, &stop, SFD_CLOEXEC);
	/* What was told before we began to listen is heard before callers:
	 * they are for one that has the newest configuration. */
	return server.loop != NULL && server.signals >= 0 &&
	    loop_add(server.loop, server.signals, EPOLLIN, stop_ready, NULL) &&
	    loop_add(server.loop, server.manager, EPOLLIN, manager_ready,
	    NULL) && listen_again() &&
	    record_send(server.manager, INTAKE_HELLO, SLICE(""), -1);
}

/* Nobody in the middle of a message: those who said nothing yet will find the
 * next intake, or the drop folder. */
static bool
is_done(int64_t stop_at)
{
	return server.failed || (server.stopping && (clients_count() == 0 ||
	    clock_boot() >= stop_at));
}

int
server_run(const struct server_start *start)
{
	int64_t stop_at;

	if (!begin(start)) {
		if (errno == EPIPE)	/* the daemon is about to leave */
			return EX_OK;
		log_error("cannot serve the submit socket: %s",
		    strerror(errno));
		return EX_OSERR;
	}
	stop_at = CLOCK_NEVER;
	while (!is_done(stop_at)) {
		if (server.stopping && stop_at == CLOCK_NEVER)
			stop_at = clock_add(clock_boot(), STOP_WITHIN);
		if (!loop_run(server.loop, next_wake(stop_at)))
			return EX_OSERR;
		commit_whole();
		step_drops();
		if (!server.stopping && server.listen_at <= clock_boot() &&
		    !listen_again())
			return EX_OSERR;
	}
	return EX_OK;
}
