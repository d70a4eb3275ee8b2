#include "launch/starter.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/file.h"
#include "base/log.h"
#include "base/record.h"
#include "base/role.h"
#include "launch/vault.h"

struct child_start
starter_prepare(const struct starter *st, const char *role)
{
	struct child_start s;

	memset(&s, 0, sizeof(s));
	s.role = role;
	s.config_path = st->config_path;
	s.to_stderr = st->to_stderr;
	s.config = buf_slice(&st->config->text);
	s.peer = s.own = s.lock = -1;
	return s;
}

bool
starter_start(const struct child_start *s)
{
	if (child_start(s) != NULL)
		return true;
	log_error("cannot start the %s: %s", s->role, strerror(errno));
	return false;
}

/* Starts a role that talks to the manager, and gives the manager its end. */
static bool
start_joined(struct starter *st, struct child_start *s, unsigned record,
    struct slice body)
{
	int ends[2];
	bool ok;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
		log_error("cannot make a socketpair: %s", strerror(errno));
		return false;
	}
	s->peer = ends[1];
	ok = starter_start(s) &&
	    record_send(st->manager, record, body, ends[0]);
	file_close(&ends[0]);
	return ok;
}

bool
starter_intake(struct starter *st, bool first)
{
	struct child_start s;

	s = starter_prepare(st, ROLE_INTAKE);
	s.own = st->submit;
	s.first = first;
	return start_joined(st, &s, MANAGER_INTAKE, first ? SLICE("first") :
	    SLICE("other"));
}

static void
deny_agent(struct starter *st, const char *title, const char *why)
{
	struct buf body = BUF_INIT;

	buf_addf(&body, "%s\n%s", title, why);
	record_send(st->manager, MANAGER_NO_AGENT, buf_slice(&body), -1);
	buf_free(&body);
}

static void
start_agent(struct starter *st, const char *title)
{
	struct buf error = BUF_INIT;
	struct child_start s;
	size_t i;

	for (i = 0; i < st->config->count; i++)
		if (strcmp(st->config->smarthosts[i].title, title) == 0)
			break;
	if (i == st->config->count)
		return;
	s = starter_prepare(st, ROLE_AGENT);
	s.smarthost = title;
	s.own = vault_open(&st->config->smarthosts[i], &error);
	if (s.own < 0)
		deny_agent(st, title, buf_string(&error));
	else {
		s.lock = spool_agent_lock(st->spool, false);
		if (!start_joined(st, &s, MANAGER_AGENT, slice_from(title)))
			deny_agent(st, title, "the agent cannot be started");
	}
	file_close(&s.own);
	buf_free(&error);
}

/* Whether nobody delivers any more for a daemon that was killed. */
static bool
is_clear(struct starter *st)
{
	int fd;

	if (st->agents_clear)
		return true;
	fd = spool_agent_lock(st->spool, true);
	st->agents_clear = fd >= 0;
	file_close(&fd);
	return st->agents_clear;
}

void
starter_agents(struct starter *st)
{
	size_t i;

	if (st->wanted.count == 0 || st->manager < 0 || !is_clear(st))
		return;
	for (i = 0; i < st->wanted.count; i++)
		start_agent(st, st->wanted.items[i]);
	strlist_free(&st->wanted);
}
