#include "login.h"

#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "stats.h"

/* One line of the client becomes an answer. */
static void
login_step(struct session *session, const char *answer)
{
	struct bytes challenge = { 0 }, text = { 0 };

	if (answer != NULL && !session->link.secure &&
	    auth_is_plain(&session->auth))
		stats_add(PASSWORDS_IN_CLEAR, 1);
	switch (auth_step(&session->auth, answer, &challenge)) {
	case AUTH_CHALLENGE:
		base64_encode(challenge.data, challenge.len, &text);
		session_reply(session, 334, "", "%s", bytes_string(&text));
		break;
	case AUTH_GOOD:
		session_reply(session, 235, "2.7.0 ", "Welcome");
		break;
	case AUTH_BAD:
		session_reply(session, 535, "5.7.8 ",
		    "Authentication credentials invalid");
		break;
	case AUTH_MALFORMED:
		session_reply(session, 501, "5.5.2 ", "Malformed answer");
		break;
	}
	bytes_free(&challenge);
	bytes_free(&text);
}

/* A refusal that does not depend on the mechanism; NULL if there is none. */
static bool
auth_refused(struct session *session)
{
	struct bytes words = { 0 };
	bool none;

	auth_offer(session->link.tls, &words);
	none = words.len == 0;
	bytes_free(&words);
	if (none)
		session_reply(session, 502, "5.5.1 ", "Not implemented");
	else if (!session->link.secure && !options.auth_before_tls)
		session_reply(session, 538, "5.7.11 ", "Encryption required");
	else if (session->logged_in || session->mail ||
	    session->helo.len == 0)
		session_reply(session, 503, "5.5.1 ", "Not now");
	else
		return false;
	return true;
}

void
judge_auth(struct session *session, const char *args)
{
	size_t n = strcspn(args, " ");
	char *name = must_copy(args, n);
	bool has_answer = args[n] == ' ' && args[n + 1] != '\0';

	/* A secret that was shown is shown, even if it is refused here. */
	if (!session->link.secure) {
		stats_add(AUTH_IN_CLEAR, 1);
		if (has_answer && auth_refused(session))
			stats_add(PASSWORDS_IN_CLEAR, 1);
	}
	if (!auth_refused(session)) {
		if (auth_begin(&session->auth, name, session->link.tls))
			login_step(session, has_answer ? args + n + 1 : NULL);
		else
			session_reply(session, 504, "5.5.4 ",
			    "No such mechanism");
	}
	free(name);
}

void
judge_auth_line(struct session *session, const char *args)
{
	if (strcmp(args, "*") == 0)
		session_reply(session, 501, "5.7.0 ", "Cancelled");
	else if (session->auth.mechanism == NULL)
		session_reply(session, 535, "5.7.8 ", "Nobody asked");
	else
		login_step(session, args);
}

void
effect_auth(struct session *session, const char *args, int code)
{
	(void)args;
	session->mode = code == 334 ? MODE_AUTH : MODE_COMMAND;
	if (code == 235) {
		session->logged_in = true;
		stats_add(LOGINS, 1);
	} else if (code >= 400)
		stats_add(LOGINS_FAILED, 1);
}
