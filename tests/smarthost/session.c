#include "session.h"

#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "commands.h"
#include "log.h"
#include "options.h"
#include "stats.h"

/* A line without an end is a client gone mad. */
#define LINE_MAX_OCTETS 65536

size_t
session_unread(const struct session *session)
{
	return session->link.in.len - session->taken;
}

void
session_reply(struct session *session, int code, const char *enhanced,
    const char *format, ...)
{
	va_list list;

	session->own_code = code;
	bytes_clear(&session->own);
	bytes_format(&session->own, "%d %s", code,
	    options.offered[EXT_ENHANCEDSTATUSCODES] ? enhanced : "");
	va_start(list, format);
	bytes_format_list(&session->own, format, list);
	va_end(list);
	bytes_text(&session->own, "\r\n");
}

void
session_reset(struct session *session)
{
	session->mail = false;
	session->eightbit = false;
	session->utf8 = false;
	session->body_asked = false;
	session->chunks_begun = false;
	session->chunk_refused = false;
	session->chunked = false;
	session->recipients = 0;
	session->refused = 0;
	bytes_clear(&session->from);
	bytes_clear(&session->mail_line);
	bytes_clear(&session->to);
	bytes_clear(&session->rcpt_lines);
}

/* Speaking out of turn is counted, or punished as Exim does. */
static void
session_check_turn(struct session *session, const struct act *act)
{
	if (session_unread(session) == 0 || act->stage == AT_CHUNK ||
	    (options.offered[EXT_PIPELINING] && !act->ends_group))
		return;
	stats_add(UNSYNCHRONISED, 1);
	if (options.sync == SYNC_COUNT)
		return;
	answer_instead(session, "554 5.5.0 Synchronisation error\r\n");
}

/* Takes a line off the input, without its end. */
static bool
session_take_line(struct session *session)
{
	const char *start = session->link.in.data + session->taken;
	size_t left = session_unread(session), n;
	const char *lf = left == 0 ? NULL : memchr(start, '\n', left);

	if (lf == NULL) {
		if (left > LINE_MAX_OCTETS)
			link_cut(&session->link);
		return false;
	}
	n = (size_t)(lf - start);
	session->taken += n + 1;
	if (n > 0 && start[n - 1] == '\r')
		n--;
	else
		stats_add(BARE_LF, 1);
	bytes_clear(&session->line);
	bytes_add(&session->line, start, n);
	log_said(session->link.number, 'C', session->line.data, n);
	return true;
}

static bool
session_take_command(struct session *session)
{
	const struct act *act = &act_auth_line;

	if (!session_take_line(session))
		return false;
	session->args = 0;
	if (session->mode == MODE_COMMAND) {
		stats_add(COMMANDS, 1);
		act = command_find(session->line.data, &session->args);
	}
	answer_begin(session, act);
	session_check_turn(session, act);
	return true;
}

static bool
session_take_dotted(struct session *session)
{
	size_t used = 0;
	bool ended;

	if (session_unread(session) == 0)
		return false;
	ended = body_add_dotted(&session->body,
	    session->link.in.data + session->taken, session_unread(session),
	    session->eightbit, &used);
	session->taken += used;
	if (ended)
		session->following = &act_dot;
	return used > 0;
}

static bool
session_take_chunk(struct session *session)
{
	size_t n = session_unread(session);

	if (n > session->chunk_left)
		n = (size_t)session->chunk_left;
	if (n > 0 && !session->chunk_refused)
		body_add(&session->body,
		    session->link.in.data + session->taken, n,
		    session->eightbit);
	session->taken += n;
	session->chunk_left -= n;
	if (session->chunk_left == 0)
		session->following = &act_chunk;
	return n > 0 || session->chunk_left == 0;
}

static bool
session_take_content(struct session *session)
{
	bool taken = session->mode == MODE_DATA ?
	    session_take_dotted(session) : session_take_chunk(session);
	const struct step *step;

	if (!taken || session->body_asked || !script_has(AT_BODY))
		return taken;
	step = answer_rule(session, &act_body);
	if (step != NULL) {
		session->body_asked = true;
		answer_with(session, &act_body, step);
	}
	return taken;
}

static bool
session_take(struct session *session)
{
	if (session->link.tls != NULL && !session->link.secure)
		return false;
	if (session->mode == MODE_DATA || session->mode == MODE_BDAT)
		return session_take_content(session);
	return session_take_command(session);
}

static void
session_follow(struct session *session)
{
	const struct act *act = session->following;

	session->following = NULL;
	if (act == &act_dot || act == &act_chunk) {
		log_event(session->link.number, "%llu octets of content",
		    (unsigned long long)session->body.octets);
	}
	answer_begin(session, act);
	if (act == &act_dot || act == &act_chunk)
		session_check_turn(session, act);
}

static void
session_ignore(struct session *session)
{
	if (session->quit && session_unread(session) > 0)
		stats_add(AFTER_QUIT, 1);
	session->taken = session->link.in.len;
}

static void
session_run(struct session *session)
{
	struct link *link = &session->link;

	while (!link->dead && !session->waiting) {
		if (session->act != NULL)
			answer_go_on(session);
		else if (session->following != NULL && !link->leaving)
			session_follow(session);
		else if (link->leaving || !session_take(session))
			break;
	}
	if (link->leaving)
		session_ignore(session);
	bytes_drop(&link->in, session->taken);
	session->taken = 0;
	if (session->gone && !session->waiting)
		link_drop(link);
}

static void
session_later(struct timer *timer)
{
	struct session *session = OUTER(timer, struct session, later);

	session->waiting = false;
	session_run(session);
	link_flush(&session->link);
}

static void
session_opened(struct link *link)
{
	struct session *session = OUTER(link, struct session, link);

	session->following = &act_connect;
	session_run(session);
}

static void
session_arrived(struct link *link)
{
	struct session *session = OUTER(link, struct session, link);

	/* A session that waits inside session_run is not entered again. */
	if (!session->waiting)
		session_run(session);
}

static void
session_secured(struct link *link)
{
	struct session *session = OUTER(link, struct session, link);

	session->following = &act_secured;
	session_run(session);
}

static void
session_left(struct link *link)
{
	struct session *session = OUTER(link, struct session, link);

	/* A server in the middle of its answer does not notice. */
	if (session->waiting && !session->silent)
		session->gone = true;
	else
		link_drop(link);
}

static void
session_bury(struct grave *grave)
{
	struct link *link = OUTER(grave, struct link, grave);
	struct session *session = OUTER(link, struct session, link);

	bytes_free(&session->line);
	bytes_free(&session->own);
	bytes_free(&session->held);
	bytes_free(&session->dripping);
	bytes_free(&session->helo);
	bytes_free(&session->from);
	bytes_free(&session->mail_line);
	bytes_free(&session->to);
	bytes_free(&session->rcpt_lines);
	bytes_free(&session->subject);
	auth_end(&session->auth);
	body_free(&session->body);
	link_free(link);
	free(session);
}

static void
session_ended(struct link *link)
{
	struct session *session = OUTER(link, struct session, link);

	loop_cancel(&session->later);
	if (session->mail || session->mode == MODE_DATA ||
	    session->mode == MODE_BDAT)
		stats_add(ABORTED, 1);
	answer_abandon(session);
	link->grave.bury = session_bury;
	loop_bury(&link->grave);
}

void
session_open(int fd, bool smtps)
{
	static const struct link_events events = {
		.opened = session_opened,
		.arrived = session_arrived,
		.secured = session_secured,
		.left = session_left,
		.ended = session_ended,
	};
	struct session *session = must_alloc(sizeof(*session));

	session->later.fire = session_later;
	link_open(&session->link, fd, smtps, &events);
}
