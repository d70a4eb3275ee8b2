#include "commands.h"

#include <string.h>
#include <strings.h>

#include "deliver.h"
#include "login.h"
#include "options.h"
#include "stats.h"

static void
judge_nothing(struct session *session, const char *args)
{
	(void)session;
	(void)args;
}

static void
effect_nothing(struct session *session, const char *args, int code)
{
	(void)session;
	(void)args;
	(void)code;
}

/* An act without words of its own happens when its step is `ok`. */
static void
judge_event(struct session *session, const char *args)
{
	(void)args;
	session->own_code = 200;
}

static void
effect_connect(struct session *session, const char *args, int code)
{
	(void)args;
	if (code == 200)
		session->following = session->link.smtps ? &act_handshake :
		    &act_banner;
}

static void
effect_handshake(struct session *session, const char *args, int code)
{
	(void)args;
	if (code != 200)
		return;
	bytes_drop(&session->link.in, session->taken);
	session->taken = 0;
	link_secure(&session->link);
}

/* All that was said before the handshake is forgotten (RFC 3207 4.2). */
static void
effect_secured(struct session *session, const char *args, int code)
{
	(void)args;
	session_reset(session);
	bytes_clear(&session->helo);
	auth_end(&session->auth);
	session->logged_in = false;
	if (code == 200 && !session->greeted)
		session->following = &act_banner;
}

static void
judge_banner(struct session *session, const char *args)
{
	(void)args;
	if (options.max_connections > 0 &&
	    stats_get(CONNECTIONS_OPEN) > options.max_connections)
		session_reply(session, 421, "4.7.0 ",
		    "%s Too many connections", options.name);
	else
		session_reply(session, 220, "", "%s ESMTP smarthost",
		    options.name);
}

static void
effect_banner(struct session *session, const char *args, int code)
{
	(void)args;
	(void)code;
	session->greeted = true;
	if (session_unread(session) > 0)
		stats_add(EARLY, 1);
}

static bool
may_log_in(const struct session *session)
{
	return session->link.secure || options.auth_before_tls;
}

static void
ehlo_line(struct session *session, const char *word, const char *value)
{
	bytes_format(&session->own, "250-%s%s%s\r\n", word,
	    *value == '\0' ? "" : " ", value);
}

static void
ehlo_auth(struct session *session)
{
	struct bytes words = { 0 };

	if (may_log_in(session))
		auth_offer(session->link.tls, &words);
	if (words.len > 0) {
		ehlo_line(session, "AUTH", words.data);
		if (options.auth_old)
			bytes_format(&session->own, "250-AUTH=%s\r\n",
			    words.data);
	}
	bytes_free(&words);
}

static void
ehlo_extensions(struct session *session)
{
	for (size_t i = 0; i < EXTENSIONS; i++) {
		const char *name = extension_name((enum extension)i);
		struct bytes value = { 0 };

		if (!options.offered[i] ||
		    (i == EXT_STARTTLS && session->link.tls != NULL))
			continue;
		if (i == EXT_SIZE && options.size > 0)
			bytes_format(&value, "%llu",
			    (unsigned long long)options.size);
		ehlo_line(session, name, bytes_string(&value));
		bytes_free(&value);
	}
}

static void
judge_ehlo(struct session *session, const char *args)
{
	size_t last;

	if (options.helo_only || *args == '\0') {
		session_reply(session, *args == '\0' ? 501 : 502, "5.5.1 ",
		    *args == '\0' ? "Who are you?" : "Not implemented");
		return;
	}
	session->own_code = 250;
	ehlo_line(session, options.name, "");
	ehlo_auth(session);
	ehlo_extensions(session);
	/* The last line has a blank in place of the hyphen. */
	last = session->own.len - 2;
	while (last > 0 && session->own.data[last - 1] != '\n')
		last--;
	session->own.data[last + 3] = ' ';
}

static void
judge_helo(struct session *session, const char *args)
{
	if (*args == '\0')
		session_reply(session, 501, "", "Who are you?");
	else
		session_reply(session, 250, "", "%s", options.name);
}

static void
effect_helo(struct session *session, const char *args, int code)
{
	if (code / 100 != 2)
		return;
	stats_add(EHLOS, session->act->stage == AT_EHLO);
	session_reset(session);
	bytes_clear(&session->helo);
	bytes_text(&session->helo, args);
}

static void
judge_starttls(struct session *session, const char *args)
{
	if (!options.offered[EXT_STARTTLS])
		session_reply(session, 502, "5.5.1 ", "Not implemented");
	else if (session->link.tls != NULL)
		session_reply(session, 503, "5.5.1 ", "TLS is on already");
	else if (*args != '\0')
		session_reply(session, 501, "5.5.4 ", "No arguments, please");
	else
		session_reply(session, 220, "2.0.0 ", "Ready to start TLS");
}

static void
effect_starttls(struct session *session, const char *args, int code)
{
	(void)args;
	if (code != 220 || session->link.tls != NULL)
		return;
	if (session_unread(session) > 0)
		stats_add(BEHIND_STARTTLS, 1);
	session->following = &act_handshake;
}

static void
judge_rset(struct session *session, const char *args)
{
	(void)args;
	session_reply(session, 250, "2.0.0 ", "Forgotten");
}

static void
effect_rset(struct session *session, const char *args, int code)
{
	(void)args;
	stats_add(RSETS, 1);
	if (code / 100 == 2)
		session_reset(session);
}

static void
judge_noop(struct session *session, const char *args)
{
	(void)args;
	session_reply(session, 250, "2.0.0 ", "Still here");
}

static void
effect_noop(struct session *session, const char *args, int code)
{
	(void)args;
	(void)code;
	stats_add(NOOPS, session->act->stage == AT_NOOP);
}

static void
judge_quit(struct session *session, const char *args)
{
	(void)args;
	session_reply(session, 221, "2.0.0 ", "Bye");
}

static void
effect_quit(struct session *session, const char *args, int code)
{
	(void)args;
	(void)code;
	stats_add(QUITS, 1);
	session->quit = true;
	session->closing = true;
}

static void
judge_vrfy(struct session *session, const char *args)
{
	(void)args;
	session_reply(session, 252, "2.5.2 ", "Try and see");
}

static void
judge_other(struct session *session, const char *args)
{
	(void)args;
	session_reply(session, 502, "5.5.2 ", "Unknown command");
}

const struct act act_connect = {
	"", AT_CONNECT, false, judge_event, effect_connect,
};
const struct act act_banner = {
	"", AT_BANNER, false, judge_banner, effect_banner,
};
const struct act act_handshake = {
	"", AT_HANDSHAKE, false, judge_event, effect_handshake,
};
const struct act act_secured = {
	"", AT_TLS, false, judge_event, effect_secured,
};
const struct act act_body = {
	"", AT_BODY, false, judge_nothing, effect_nothing,
};
const struct act act_dot = { "", AT_DOT, false, judge_dot, effect_dot };
const struct act act_chunk = { "", AT_BDAT, false, judge_chunk, effect_chunk };
const struct act act_auth_line = {
	"", AT_AUTH_LINE, true, judge_auth_line, effect_auth,
};

static const struct act act_other = {
	"", AT_OTHER, true, judge_other, effect_nothing,
};

static const struct act commands[] = {
	{ "MAIL", AT_MAIL, false, judge_mail, effect_mail },
	{ "RCPT", AT_RCPT, false, judge_rcpt, effect_rcpt },
	{ "DATA", AT_DATA, true, judge_data, effect_data },
	{ "RSET", AT_RSET, false, judge_rset, effect_rset },
	{ "EHLO", AT_EHLO, true, judge_ehlo, effect_helo },
	{ "HELO", AT_HELO, true, judge_helo, effect_helo },
	{ "AUTH", AT_AUTH, true, judge_auth, effect_auth },
	{ "QUIT", AT_QUIT, true, judge_quit, effect_quit },
	{ "NOOP", AT_NOOP, true, judge_noop, effect_noop },
	{ "VRFY", AT_OTHER, true, judge_vrfy, effect_nothing },
	{ "STARTTLS", AT_STARTTLS, true, judge_starttls, effect_starttls },
};

/* Not in the table, since its content follows it unasked. */
static const struct act command_bdat = {
	"BDAT", AT_CHUNK, false, judge_bdat, effect_bdat,
};

const struct act *
command_find(const char *line, size_t *args)
{
	size_t n = strcspn(line, " ");

	*args = n + (line[n] == ' ');
	if (n == 4 && strncasecmp(line, command_bdat.name, n) == 0)
		return &command_bdat;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strlen(commands[i].name) == n &&
		    strncasecmp(commands[i].name, line, n) == 0)
			return &commands[i];
	return &act_other;
}
