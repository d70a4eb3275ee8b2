#include "smtp/login.h"

#include "net/sasl.h"

#define AUTH_PASSWORDS (AUTH_PLAIN | AUTH_LOGIN | AUTH_CRAM_MD5 | \
	AUTH_SCRAM_SHA_256 | AUTH_SCRAM_SHA_256_PLUS)

/* Room for the longest line of a login, taken before there is a secret in it:
 * a buffer that grew would leave copies behind. */
#define LINE_ROOM 16384

static const unsigned allowed[] = {
	[AUTH_CHOICE_AUTO] = AUTH_PASSWORDS,
	[AUTH_CHOICE_PLAIN] = AUTH_PLAIN,
	[AUTH_CHOICE_LOGIN] = AUTH_LOGIN,
	[AUTH_CHOICE_CRAM_MD5] = AUTH_CRAM_MD5,
	[AUTH_CHOICE_SCRAM_SHA_256] = AUTH_SCRAM_SHA_256,
	[AUTH_CHOICE_SCRAM_SHA_256_PLUS] = AUTH_SCRAM_SHA_256_PLUS,
	[AUTH_CHOICE_XOAUTH2] = AUTH_XOAUTH2,
	[AUTH_CHOICE_OAUTHBEARER] = AUTH_OAUTHBEARER,
	[AUTH_CHOICE_EXTERNAL] = AUTH_EXTERNAL,
	[AUTH_CHOICE_NONE] = 0,
};

enum attempt {
	LOGGED_IN,
	NEXT_MECHANISM,
	IN_TROUBLE
};

bool
login_is_wanted(const struct smarthost *h)
{
	if (h->auth == AUTH_CHOICE_NONE)
		return false;
	return h->user != NULL || h->auth == AUTH_CHOICE_EXTERNAL;
}

static bool
say(struct session *s, struct buf *line)
{
	bool ok;

	ok = session_command(s, STAGE_AUTH, line);
	buf_wipe(line);
	return ok;
}

/* RFC 4954 4: "*" ends an exchange; the server answers 501. */
static void
cancel(struct session *s, const char *why)
{
	struct buf line = BUF_INIT;

	buf_add_string(&line, "*");
	say(s, &line);
	session_fail(s, SCOPE_ACCOUNT, STAGE_AUTH, "%s", why);
}

static bool
answer_challenges(struct session *s, struct sasl *sasl)
{
	struct buf line = BUF_INIT;
	const char *why;

	while (s->reply.code == 334) {
		buf_reserve(&line, LINE_ROOM);
		if (!sasl_answer(sasl, buf_slice(&s->reply.text), &line,
		    &why)) {
			buf_wipe(&line);
			cancel(s, why);
			return false;
		}
		if (!say(s, &line))
			return false;
	}
	return true;
}

static enum attempt
judge(struct session *s, struct sasl *sasl)
{
	const char *why;

	switch (s->reply.code) {
	case 235:
		if (sasl_is_complete(sasl, buf_slice(&s->reply.text), &why))
			return LOGGED_IN;
		session_fail(s, SCOPE_ACCOUNT, STAGE_AUTH, "%s", why);
		return IN_TROUBLE;
	case 504:
	case 534:
		session_refused(s, STAGE_AUTH);
		return NEXT_MECHANISM;
	default:
		session_refused(s, STAGE_AUTH);
		return IN_TROUBLE;
	}
}

static enum attempt
attempt(struct session *s, unsigned mechanism, const struct sasl_login *with)
{
	struct buf line = BUF_INIT, initial = BUF_INIT;
	enum attempt result = IN_TROUBLE;
	struct sasl *sasl;

	buf_reserve(&line, LINE_ROOM);
	buf_reserve(&initial, LINE_ROOM);
	sasl = sasl_new(mechanism, with);
	buf_addf(&line, "AUTH %s", sasl_name(sasl));
	if (sasl_initial(sasl, &initial)) {
		buf_add_char(&line, ' ');
		buf_add_slice(&line, buf_slice(&initial));
	}
	buf_wipe(&initial);
	if (say(s, &line) && answer_challenges(s, sasl))
		result = judge(s, sasl);
	if (result == LOGGED_IN)
		s->mechanism = auth_name(mechanism);
	sasl_free(sasl);
	return result;
}

/* One mechanism after the other, best first, until one is let in. */
static bool
try_all(struct session *s, const struct sasl_login *with)
{
	unsigned offered, mechanism;

	offered = s->can.auth;
	for (;;) {
		mechanism = sasl_choose(offered, allowed[s->host->auth],
		    with->binding_name != NULL);
		if (mechanism == 0)
			break;
		switch (attempt(s, mechanism, with)) {
		case LOGGED_IN:
			return true;
		case IN_TROUBLE:
			return false;
		case NEXT_MECHANISM:
			offered &= ~mechanism;
			break;
		}
	}
	if (offered != s->can.auth)
		return false;	/* the last refusal is the trouble */
	return session_fail(s, SCOPE_ACCOUNT, STAGE_AUTH, s->can.has_auth ?
	    "the server offers no login of a kind that may be used here" :
	    "the server offers no login, and one is configured");
}

bool
login(struct session *s)
{
	const struct smarthost *h = s->host;
	struct buf binding = BUF_INIT;
	struct sasl_login with;
	bool ok;

	if (!login_is_wanted(h))
		return true;
	if (h->tls == TLS_NONE && !h->auth_in_clear)
		return session_fail(s, SCOPE_ACCOUNT, STAGE_AUTH,
		    "no password goes over a connection in clear; set tls, or "
		    "auth-in-clear = true as well as tls = \"none\"");
	with = (struct sasl_login){
		.user = h->user == NULL ? "" : h->user,
		.secret = s->secret,
		.host = h->host,
		.port = h->port,
		.offered = s->can.auth,
	};
	if (s->tls != NULL)
		with.binding_name = tls_binding(s->tls, &binding);
	with.binding = buf_slice(&binding);
	ok = try_all(s, &with);
	buf_wipe(&binding);
	return ok;
}
