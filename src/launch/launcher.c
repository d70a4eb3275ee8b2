#include "launch/launcher.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/record.h"
#include "base/role.h"
#include "config/config.h"
#include "config/secret.h"
#include "launch/account.h"
#include "launch/child.h"
#include "launch/notify.h"
#include "launch/sockets.h"
#include "launch/starter.h"
#include "launch/upkeep.h"
#include "launch/vault.h"
#include "spool/spool.h"

/* How often the lock of a killed daemon's agents is looked at. */
#define LOCK_AGAIN (250 * CLOCK_MSEC)
/* Between two starts of everything, so that a crash at each start does not
 * spin. */
#define RESTART_PAUSE (1 * CLOCK_SEC)

struct launcher {
	const struct launcher_start *start;
	struct config *config;
	struct starter starter;
	struct loop *loop;
	int control;		/* listening */
	char *control_path;
	int signals;
	struct record_reader from_manager;
	bool published;
	bool stopping;
	int64_t kill_at;	/* when stopping: patience ends */
	int64_t started;
	int64_t restart_at;	/* CLOCK_NEVER: nothing to start */
	int status;
};

static struct launcher launcher;

static void stop(struct launcher *l);

/* A daemon that nobody can reach is none: who supervises us shall know. */
static void
publish(struct launcher *l)
{
	struct buf error = BUF_INIT;

	if (l->published || l->stopping)
		return;
	l->published = true;
	if (socket_publish(l->control_path, &error) &&
	    socket_publish(l->config->socket, &error)) {
		notify_send("READY=1");
		log_info("event=ready smarthosts=%zu", l->config->count);
	} else {
		log_error("%s", buf_string(&error));
		l->status = EX_CANTCREAT;
		stop(l);
	}
	buf_free(&error);
}

static void
hear_record(struct launcher *l, const struct record *r)
{
	char *title;

	title = slice_dup(r->body);
	switch (r->type) {
	case LAUNCHER_READY:
		upkeep_begin();
		upkeep_run(&l->starter, clock_boot());
		publish(l);
		break;
	case LAUNCHER_AGENT:
		strlist_add(&l->starter.wanted, title);
		break;
	case LAUNCHER_FORGET:
		vault_forget(title);
		break;
	default:
		break;
	}
	free(title);
}

static void
manager_gone(struct launcher *l)
{
	loop_remove(l->loop, l->starter.manager);
	file_close(&l->starter.manager);
	upkeep_end();
	record_reader_free(&l->from_manager);
	strlist_free(&l->starter.wanted);
}

static void
manager_ready(void *arg, uint32_t events)
{
	struct launcher *l = arg;
	struct record r;

	(void)events;
	if (record_receive(&l->from_manager, l->starter.manager) <= 0) {
		manager_gone(l);
		return;
	}
	while (record_next(&l->from_manager, &r) > 0) {
		hear_record(l, &r);
		file_close(&r.fd);
	}
}

static bool
start_manager(struct launcher *l)
{
	struct child_start s;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return false;
	s = starter_prepare(&l->starter, ROLE_MANAGER);
	s.own = l->control;
	s.peer = ends[1];
	l->starter.manager = ends[0];
	l->started = clock_boot();
	l->restart_at = CLOCK_NEVER;
	return starter_start(&s) && loop_add(l->loop, l->starter.manager,
	    EPOLLIN, manager_ready, l);
}

/*
 * The manager is gone: what its intakes commit now would be told to nobody, and
 * its agents finish alone. When all of them are gone everything starts anew.
 */
static void
plan_restart(struct launcher *l)
{
	if (l->stopping || l->restart_at != CLOCK_NEVER)
		return;
	child_signal(ROLE_INTAKE, SIGTERM);
	l->restart_at = clock_add(l->started, RESTART_PAUSE);
	l->starter.agents_clear = false;
}

static void
restart(struct launcher *l)
{
	if (l->restart_at > clock_boot() || l->stopping ||
	    child_has(ROLE_MANAGER) || child_has(ROLE_INTAKE))
		return;
	if (l->starter.manager >= 0)
		manager_gone(l);
	log_warning("event=restart");
	spool_clear(l->starter.spool);
	if (!start_manager(l)) {
		l->started = clock_boot();
		l->restart_at = clock_add(l->started, RESTART_PAUSE);
	}
}

/* Whoever stops everything may tell an intake so before we do. */
static bool
was_told_to(const struct child *c, int status)
{
	return (WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM) ||
	    (!WIFSIGNALED(status) && c->leaving);
}

static void
log_end(const struct child *c, int status)
{
	if (was_told_to(c, status))
		return;
	if (WIFSIGNALED(status))
		log_error("the %s (pid %d) was ended by signal %d", c->role,
		    (int)c->pid, WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0 &&
	    WEXITSTATUS(status) != EX_TEMPFAIL)
		log_error("the %s (pid %d) ended with status %d", c->role,
		    (int)c->pid, WEXITSTATUS(status));
}

static void
reap(struct launcher *l)
{
	struct child *c;
	int status;

	while ((c = child_reap(&status)) != NULL) {
		log_end(c, status);
		if (strcmp(c->role, ROLE_MANAGER) == 0)
			plan_restart(l);
		else if (strcmp(c->role, ROLE_INTAKE) == 0 && !c->leaving &&
		    !l->stopping && l->starter.manager >= 0)
			upkeep_ended(c->first, status == 0, clock_boot());
		free(c);
	}
}

static void
stop(struct launcher *l)
{
	if (l->stopping)
		return;
	l->stopping = true;
	upkeep_end();
	notify_send("STOPPING=1");
	log_info("event=stopping");
	l->kill_at = clock_add(clock_boot(), l->config->stop_wait);
	if (l->published) {
		socket_withdraw(l->config->socket);
		socket_withdraw(l->control_path);
	}
	child_signal(ROLE_INTAKE, SIGTERM);
	if (l->starter.manager >= 0)
		record_send(l->starter.manager, MANAGER_STOP, SLICE(""), -1);
}

static bool
is_same_place(const struct config *a, const struct config *b)
{
	return strcmp(a->spool, b->spool) == 0 &&
	    strcmp(a->socket, b->socket) == 0 &&
	    strcmp(a->user, b->user) == 0;
}

static void
send_config(struct launcher *l)
{
	if (l->starter.manager >= 0)
		record_send(l->starter.manager, MANAGER_CONFIG,
		    buf_slice(&l->config->text), -1);
}

/* What the file alone does not show. */
static bool
is_sound(const struct config *c, struct buf *errors)
{
	bool has_groups;

	has_groups = account_has_groups(c, errors);
	return secret_check(c, errors) && has_groups;
}

static struct config *
load_again(const struct launcher *l, struct buf *errors)
{
	struct config *c;

	c = config_load(l->start->config_path, errors);
	if (c == NULL || is_sound(c, errors))
		return c;
	config_free(c);
	return NULL;
}

static void
log_refusal(const struct buf *errors)
{
	struct slice text = buf_slice(errors), line;
	struct buf error = BUF_INIT;

	while (slice_cut(&text, '\n', &line)) {
		if (line.len == 0)
			continue;
		buf_clear(&error);
		buf_add_quoted(&error, line);
		log_alarm("event=reload-refused error=%s advice=\"the old "
		    "configuration stays in force\"", buf_string(&error));
	}
	buf_free(&error);
}

static void
reload(struct launcher *l)
{
	struct buf errors = BUF_INIT;
	struct config *fresh;

	notify_send("RELOADING=1");
	fresh = load_again(l, &errors);
	if (fresh == NULL)
		log_refusal(&errors);
	else if (!is_same_place(fresh, l->config)) {
		log_alarm("event=reload-refused error=\"spool, socket or user "
		    "has changed\" advice=\"restart the daemon\"");
		config_free(fresh);
	} else {
		config_free(l->config);
		l->config = fresh;
		l->starter.config = fresh;
		vault_forget_all();
		send_config(l);
		child_signal(ROLE_INTAKE, SIGTERM);
		if (l->starter.manager >= 0)
			upkeep_begin();
		log_info("event=reloaded smarthosts=%zu", fresh->count);
	}
	notify_send("READY=1");
	buf_free(&errors);
}

static void
signal_ready(void *arg, uint32_t events)
{
	struct launcher *l = arg;
	struct signalfd_siginfo info;

	(void)events;
	if (read(l->signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGHUP)
		reload(l);
	else if (info.ssi_signo != SIGCHLD)
		stop(l);
}

static bool
watch_signals(struct launcher *l)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	l->signals = signalfd(-1, &set, SFD_CLOEXEC);
	return l->signals >= 0 && loop_add(l->loop, l->signals, EPOLLIN,
	    signal_ready, l);
}

static int
take_spool(struct launcher *l, struct buf *error)
{
	l->starter.spool = spool_open(l->config->spool, error);
	if (l->starter.spool == NULL)
		return EX_CANTCREAT;
	if (spool_lock(l->starter.spool) < 0) {
		if (errno == EWOULDBLOCK)
			buf_addf(error, "another navetted serves the spool %s "
			    "already", l->config->spool);
		else
			buf_addf(error, "cannot lock the spool %s: %s",
			    l->config->spool, strerror(errno));
		return EX_TEMPFAIL;
	}
	spool_clear(l->starter.spool);
	return EX_OK;
}

static int
take_sockets(struct launcher *l, struct buf *error)
{
	l->control_path = socket_control_path(l->config->socket);
	l->starter.submit = socket_prepare(l->config->socket, error);
	l->control = l->starter.submit < 0 ? -1 :
	    socket_prepare(l->control_path, error);
	return l->control < 0 ? EX_CANTCREAT : EX_OK;
}

/* An intake has two descriptors for each submission; what the hard limit
 * allows is ours to use. */
static void
raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int
begin(struct launcher *l, struct buf *error)
{
	int status;

	l->config = config_load(l->start->config_path, error);
	if (l->config == NULL || !account_become(l->config, error) ||
	    !is_sound(l->config, error))
		return EX_CONFIG;
	l->starter.config = l->config;
	raise_descriptor_limit();
	/* Nobody but root looks into a process that holds passwords. */
	prctl(PR_SET_DUMPABLE, 0);
	status = take_spool(l, error);
	if (status == EX_OK)
		status = take_sockets(l, error);
	if (status != EX_OK)
		return status;
	l->loop = loop_new();
	if (l->loop != NULL && watch_signals(l) && start_manager(l))
		return EX_OK;
	buf_addf(error, "cannot start: %s", strerror(errno));
	return EX_OSERR;
}

/* Until when to sleep at the longest. */
static int64_t
next_wake(const struct launcher *l)
{
	if (l->stopping)
		return l->kill_at;
	if (l->starter.wanted.count > 0 && !l->starter.agents_clear)
		return clock_add(clock_boot(), LOCK_AGAIN);
	if (upkeep_wake() < l->restart_at)
		return upkeep_wake();
	return l->restart_at;
}

/* Of a configuration there may be more than one. */
static void
log_errors(const struct buf *errors)
{
	struct slice text = buf_slice(errors), line;

	if (errors->len == 0)
		log_error("%s", strerror(errno));
	while (slice_cut(&text, '\n', &line))
		if (line.len > 0)
			log_error("%.*s", (int)line.len, line.ptr);
}

int
launcher_run(const struct launcher_start *start)
{
	struct launcher *l;
	struct buf error = BUF_INIT;

	l = &launcher;
	l->start = start;
	l->starter.config_path = start->config_path;
	l->starter.to_stderr = start->to_stderr;
	l->starter.manager = -1;
	l->restart_at = CLOCK_NEVER;
	l->status = child_begin() ? begin(l, &error) : EX_OSERR;
	if (l->status != EX_OK) {
		log_errors(&error);
		buf_free(&error);
		return l->status;
	}
	while (!l->stopping || child_first() != NULL) {
		restart(l);
		starter_agents(&l->starter);
		if (l->starter.manager >= 0)
			upkeep_run(&l->starter, clock_boot());
		if (!loop_run(l->loop, next_wake(l)))
			return EX_OSERR;
		if (l->stopping && clock_boot() >= l->kill_at) {
			child_signal(NULL, SIGKILL);
			l->kill_at = clock_add(clock_boot(), CLOCK_SEC);
		}
		reap(l);
	}
	vault_forget_all();
	return l->status;
}
