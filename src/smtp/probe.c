#include "smtp/probe.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/clock.h"
#include "mail/advice.h"
#include "smtp/sender.h"
#include "smtp/session.h"

/* Somebody sits and waits. */
#define PATIENCE (30 * CLOCK_SEC)

static void __attribute__((format(printf, 2, 3)))
say(const struct session *s, const char *fmt, ...)
{
	va_list ap;

	printf("%s: ", s->host->title);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	/* At once: the next step may take its time. */
	fflush(stdout);
}

static void
limit(int64_t *timeout)
{
	if (*timeout > PATIENCE)
		*timeout = PATIENCE;
}

static void
limit_all(struct timeouts *t)
{
	limit(&t->connect);
	limit(&t->greeting);
	limit(&t->helo);
	limit(&t->starttls);
	limit(&t->auth);
	limit(&t->mail);
	limit(&t->rcpt);
}

static bool
reach(struct session *s)
{
	if (!session_reach(s))
		return false;
	say(s, "connected to %s, port %u", buf_string(&s->peer),
	    (unsigned)s->host->port);
	return true;
}

static void
say_offers(const struct session *s)
{
	const struct capability *c = &s->can;
	const struct {
		bool offered;
		const char *name;
	} offers[] = {
		{c->pipelining, " PIPELINING"},
		{c->chunking, " CHUNKING"},
		{c->eightbitmime, " 8BITMIME"},
		{c->smtputf8, " SMTPUTF8"},
		{c->dsn, " DSN"},
	};
	struct buf list = BUF_INIT;
	size_t i;

	for (i = 0; i < sizeof(offers) / sizeof(offers[0]); i++)
		if (offers[i].offered)
			buf_add_string(&list, offers[i].name);
	if (c->size > 0)
		buf_addf(&list, " SIZE=%" PRIu64, c->size);
	say(s, "offers%s", list.len > 0 ? buf_string(&list) : " nothing");
	buf_free(&list);
}

/* Greets, secures, logs in, and tells how. */
static bool
enter(struct session *s)
{
	const struct smarthost *h = s->host;

	if (!session_greet(s) || !session_open(s))
		return false;
	if (s->tls == NULL)
		say(s, "not encrypted, as tls = \"none\" says");
	else
		say(s, "encrypted: %s, %s; the certificate %s",
		    tls_version(s->tls), tls_cipher(s->tls),
		    h->fingerprint != NULL ? "has the fingerprint" :
		    "is valid for this host");
	if (h->user == NULL)
		say(s, "login: %s", s->mechanism);
	else
		say(s, "logged in as %s: %s", h->user, s->mechanism);
	say_offers(s);
	return true;
}

/* MAIL or RCPT; false with trouble. */
static bool
ask(struct session *s, enum verdict_stage stage, const char *verb,
    const char *address)
{
	struct buf line = BUF_INIT;
	bool ok;

	buf_addf(&line, "%s:<%s>", verb, address);
	ok = session_command(s, stage, &line);
	buf_free(&line);
	return ok && (s->reply.code / 100 == 2 || session_refused(s, stage));
}

/* Many servers look at the sender only when they hear of a recipient. */
static bool
ask_for_mail(struct session *s)
{
	const struct config *c = s->config;
	struct buf root = BUF_INIT, sender = BUF_INIT;
	struct slice own;
	bool ok;

	buf_addf(&root, "root@%s", c->mailname);
	own = sender_choose(s->host, 0, buf_slice(&root), buf_slice(&root));
	buf_add_slice(&sender, own.len > 0 ? own : buf_slice(&root));
	ok = ask(s, STAGE_MAIL, "MAIL FROM", buf_string(&sender)) &&
	    (c->postmaster == NULL ||
	    ask(s, STAGE_RCPT, "RCPT TO", c->postmaster));
	if (ok)
		say(s, "takes mail from %s%s%s", buf_string(&sender),
		    c->postmaster == NULL ? "" : " to ",
		    c->postmaster == NULL ? "" : c->postmaster);
	buf_free(&root);
	buf_free(&sender);
	return ok;
}

static void
say_trouble(const struct session *s)
{
	const struct verdict *v = &s->trouble.verdict;
	struct buf words = BUF_INIT;
	const char *cure;

	buf_add_string(&words, verdict_stage_name(v->stage));
	buf_add_string(&words, ": ");
	if (v->code > 0)
		buf_addf(&words, "%d ", v->code);
	if (v->enhanced[0] != '\0')
		buf_addf(&words, "%s ", v->enhanced);
	buf_add_escaped(&words, v->text, VERDICT_TEXT_MAX);
	say(s, "%s", buf_string(&words));
	buf_free(&words);
	cure = advice_cure(v);
	if (cure != NULL)
		say(s, "%s", cure);
}

bool
probe_run(const struct probe *p)
{
	struct smarthost host = *p->smarthost;
	struct session s = SESSION_INIT;
	bool ok;

	limit_all(&host.timeouts);
	s.config = p->config;
	s.host = &host;
	s.secret = p->secret;
	sender_begin(p->config, &host);
	ok = session_prepare(&s) && (p->confine == NULL || p->confine() ||
	    session_fail(&s, SCOPE_CONNECTION, STAGE_LOCAL,
	    "cannot confine the agent")) &&
	    reach(&s) && enter(&s) && ask_for_mail(&s);
	if (!ok)
		say_trouble(&s);
	if (s.stream != NULL)
		session_quit(&s);
	session_free(&s);
	return ok;
}
