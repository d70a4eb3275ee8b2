#include "config/check.h"

#include <string.h>

#include "config/sendas_map.h"
#include "config/ways.h"

struct subject {
	struct reading *reading;
	const struct smarthost *host;
	int section;
};

/* The line where the key was said, else where its section begins. */
static unsigned
line_of(const struct subject *s, const char *key)
{
	const struct said *said;

	said = reading_find(s->reading, s->section, key);
	return said == NULL ? s->host->line : said->line;
}

static bool
is_said(const struct subject *s, const char *key)
{
	return reading_find(s->reading, s->section, key) != NULL;
}

static void __attribute__((format(printf, 3, 4)))
complain(const struct subject *s, const char *key, const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	reading_complain(s->reading, line_of(s, key), "smarthost \"%s\": %s",
	    s->host->title, buf_string(&text));
	buf_free(&text);
}

static void
check_host(const struct subject *s)
{
	if (s->host->host == NULL)
		complain(s, "host", "host is missing: "
		    "say host = \"smtp.example.org\"");
}

static void
check_port(const struct subject *s)
{
	const struct smarthost *h = s->host;

	if (h->port == 465 && h->tls != TLS_SMTPS)
		complain(s, "port", "port = 465 speaks TLS from the first "
		    "byte: say tls = \"smtps\", or port = 587 for starttls");
	else if ((h->port == 587 || h->port == 25) && h->tls == TLS_SMTPS)
		complain(s, "tls", "tls = \"smtps\" does not go with port = "
		    "%u: say tls = \"starttls\", or port = 465",
		    (unsigned)h->port);
}

static bool
has_password(const struct smarthost *h)
{
	return h->password_file != NULL || h->password_command.count > 0;
}

static void
check_password(const struct subject *s)
{
	const struct smarthost *h = s->host;

	if (h->password_file != NULL && h->password_command.count > 0)
		complain(s, "password-command", "password-file and "
		    "password-command are both said: keep one of them");
	if (h->auth == AUTH_CHOICE_NONE || h->auth == AUTH_CHOICE_EXTERNAL)
		return;
	if (h->user != NULL && !has_password(h))
		complain(s, "user", "user = \"%s\" has no password: add "
		    "password-file = \"/etc/navette/%s.password\", or "
		    "password-command = {\"/path/of/program\"}", h->user,
		    h->title);
	if (h->user == NULL && has_password(h))
		complain(s, is_said(s, "password-file") ? "password-file" :
		    "password-command", "a password without a user: "
		    "say user = \"...\"");
}

static void
check_login(const struct subject *s)
{
	const struct smarthost *h = s->host;

	if (h->auth == AUTH_CHOICE_NONE && h->user != NULL)
		complain(s, "auth", "auth = \"none\" with a user: take one "
		    "of them out");
	else if (h->auth != AUTH_CHOICE_AUTO && h->auth != AUTH_CHOICE_NONE &&
	    h->auth != AUTH_CHOICE_EXTERNAL && h->user == NULL)
		complain(s, "auth", "auth needs a user: say user = \"...\"");
	if (h->auth == AUTH_CHOICE_EXTERNAL && h->client_certificate == NULL)
		complain(s, "auth", "auth = \"external\" needs "
		    "client-certificate and client-key");
	if (h->tls == TLS_NONE && h->user != NULL && !h->auth_in_clear)
		complain(s, "tls", "tls = \"none\" would send the password "
		    "of \"%s\" in clear: say tls = \"smtps\" or \"starttls\","
		    " or, if that is meant, auth-in-clear = true", h->user);
}

static void
check_certificates(const struct subject *s)
{
	const struct smarthost *h = s->host;

	if (h->client_certificate != NULL && h->client_key == NULL)
		complain(s, "client-certificate", "client-certificate has "
		    "no client-key: say client-key = \"/path/of/key.pem\"");
	if (h->client_key != NULL && h->client_certificate == NULL)
		complain(s, "client-key", "client-key has no "
		    "client-certificate: say client-certificate = "
		    "\"/path/of/certificate.pem\"");
	if (h->tls == TLS_NONE && h->fingerprint != NULL)
		complain(s, "fingerprint", "fingerprint has no meaning with "
		    "tls = \"none\"");
	if (h->tls == TLS_NONE && h->client_certificate != NULL)
		complain(s, "client-certificate", "client-certificate has no "
		    "meaning with tls = \"none\"");
}

static void (*const smarthost_checks[])(const struct subject *) = {
	check_host,
	check_port,
	check_password,
	check_login,
	check_certificates,
};

static void
check_pauses(const struct config *c, struct reading *r)
{
	const struct said *first, *max;

	first = reading_find(r, READING_TOP, "retry-first");
	max = reading_find(r, READING_TOP, "retry-max");
	if (first != NULL && max != NULL && c->retry_first > c->retry_max)
		reading_complain(r, first->line, "retry-first = \"%s\" is "
		    "longer than retry-max = \"%s\" of line %u", first->value,
		    max->value, max->line);
}

static void
check_socket(const struct config *c, struct reading *r)
{
	const struct said *socket;

	socket = reading_find(r, READING_TOP, "socket");
	if (socket != NULL &&
	    strcmp(strrchr(c->socket, '/'), "/control") == 0)
		reading_complain(r, socket->line, "socket = \"%s\" is the "
		    "place of the control socket, which lies beside it: call "
		    "it submit", socket->value);
}

static void
check_admin_group(const struct config *c, struct reading *r)
{
	const struct said *group;

	group = reading_find(r, READING_TOP, "admin-group");
	/* The daemon's own group can read passwords: nobody else's place. */
	if (group != NULL && (strcmp(c->admin_group, c->user) == 0 ||
	    strcmp(c->admin_group, "navette") == 0))
		reading_complain(r, group->line, "admin-group = \"%s\" can "
		    "read the passwords: name another group", group->value);
}

void
check_config(const struct config *c, struct reading *r)
{
	struct subject s = {.reading = r};
	size_t i, n;

	if (c->count == 0)
		reading_complain(r, 0, "there is no smarthost: "
		    "add smarthost \"isp\" { host = \"smtp.example.org\" }");
	for (i = 0; i < c->count; i++) {
		s.host = &c->smarthosts[i];
		s.section = (int)i;
		for (n = 0; n < sizeof(smarthost_checks) /
		    sizeof(smarthost_checks[0]); n++)
			smarthost_checks[n](&s);
	}
	check_pauses(c, r);
	check_socket(c, r);
	check_admin_group(c, r);
	ways_check(c, r);
	sendas_map_check(r);
}
