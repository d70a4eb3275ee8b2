#include "smtp/session.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "net/connect.h"
#include "smtp/login.h"

/* After session-limit nothing new is begun; what is then under way gets as long
 * as a server may take for a final reply, and this. */
#define SESSION_GRACE (300 * CLOCK_SEC)

bool
session_fail(struct session *s, enum verdict_scope scope,
    enum verdict_stage stage, const char *fmt, ...)
{
	struct buf words = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&words, fmt, ap);
	va_end(ap);
	outcome_say(&s->trouble, VERDICT_DEFERRED, scope, stage, "%s",
	    buf_string(&words));
	buf_free(&words);
	return false;
}

bool
session_refused(struct session *s, enum verdict_stage stage)
{
	if (s->reply.code >= 400) {
		outcome_from_reply(&s->trouble, stage, &s->reply);
		return false;
	}
	return session_fail(s, SCOPE_CONNECTION, stage,
	    "the server answered %s with %d", verdict_stage_name(stage),
	    s->reply.code);
}

static const size_t timeouts[] = {
	[STAGE_CONNECT] = offsetof(struct timeouts, connect),
	[STAGE_GREETING] = offsetof(struct timeouts, greeting),
	[STAGE_HELO] = offsetof(struct timeouts, helo),
	[STAGE_STARTTLS] = offsetof(struct timeouts, starttls),
	[STAGE_TLS] = offsetof(struct timeouts, starttls),
	[STAGE_AUTH] = offsetof(struct timeouts, auth),
	[STAGE_MAIL] = offsetof(struct timeouts, mail),
	[STAGE_RCPT] = offsetof(struct timeouts, rcpt),
	[STAGE_DATA] = offsetof(struct timeouts, data),
	[STAGE_BODY] = offsetof(struct timeouts, final),
	[STAGE_QUIT] = offsetof(struct timeouts, quit),
};

int64_t
session_deadline(const struct session *s, enum verdict_stage stage,
    int64_t since)
{
	const struct smarthost *h = s->host;
	int64_t timeout, end, when;

	memcpy(&timeout, (const char *)&h->timeouts + timeouts[stage],
	    sizeof(timeout));
	when = clock_add(since, timeout);
	end = s->began + s->stretch + h->session_limit + h->timeouts.final +
	    SESSION_GRACE;
	return when < end ? when : end;
}

bool
session_is_old(const struct session *s)
{
	return clock_boot() - s->began - s->stretch > s->host->session_limit;
}

bool
session_read(struct session *s, enum verdict_stage stage)
{
	const char *why;
	long took;

	stream_deadline(s->stream, session_deadline(s, stage, clock_boot()));
	for (;;) {
		took = reply_parse(stream_input(s->stream), &s->reply, &why);
		if (took < 0)
			return session_fail(s, SCOPE_CONNECTION, stage,
			    "what the server sent is no reply: %s", why);
		if (took > 0)
			break;
		if (!stream_fill(s->stream))
			return session_fail(s, SCOPE_CONNECTION, stage, "%s",
			    stream_error(s->stream));
	}
	stream_take(s->stream, (size_t)took);
	return true;
}

bool
session_command(struct session *s, enum verdict_stage stage, struct buf *line)
{
	if (stream_input(s->stream).len > 0)
		return session_fail(s, SCOPE_CONNECTION, stage,
		    "the server spoke without being asked");
	buf_add_string(line, "\r\n");
	stream_deadline(s->stream, session_deadline(s, stage, clock_boot()));
	if (!stream_put(s->stream, line->data, line->len) ||
	    !stream_flush(s->stream))
		return session_fail(s, SCOPE_CONNECTION, stage, "%s",
		    stream_error(s->stream));
	return session_read(s, stage);
}

bool
session_prepare(struct session *s)
{
	const struct smarthost *h = s->host;
	struct buf error = BUF_INIT;

	if (h->tls == TLS_NONE)
		return true;
	s->tls = tls_new(&(struct tls_settings){
	    .host = h->host,
	    .ca_file = h->ca_file,
	    .fingerprint = h->fingerprint,
	    .client_certificate = h->client_certificate,
	    .client_key = h->client_key}, &error);
	if (s->tls == NULL)
		session_fail(s, SCOPE_ACCOUNT, STAGE_TLS, "%s",
		    buf_string(&error));
	buf_free(&error);
	return s->tls != NULL;
}

/* RFC 5321 4.1.3: what a host says that has no name of its own. */
static void
add_address_literal(int fd, struct buf *out)
{
	struct sockaddr_storage own = {0};
	socklen_t len = sizeof(own);
	char text[INET6_ADDRSTRLEN] = "127.0.0.1";
	const struct sockaddr_in *v4 = (const void *)&own;
	const struct sockaddr_in6 *v6 = (const void *)&own;

	if (getsockname(fd, (struct sockaddr *)&own, &len) != 0)
		own.ss_family = AF_UNSPEC;
	if (own.ss_family == AF_INET6) {
		inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof(text));
		buf_addf(out, "[IPv6:%s]", text);
		return;
	}
	if (own.ss_family == AF_INET)
		inet_ntop(AF_INET, &v4->sin_addr, text, sizeof(text));
	buf_addf(out, "[%s]", text);
}

/* Many servers refuse a name without a dot, none a literal of this form. */
static void
choose_helo(struct session *s, int fd)
{
	const char *name, *own = s->config->mailname;

	name = s->host->helo;
	if (name == NULL && own != NULL && strchr(own, '.') != NULL)
		name = own;
	if (name == NULL)
		add_address_literal(fd, &s->helo);
	else
		buf_add_string(&s->helo, name);
}

bool
session_reach(struct session *s)
{
	const struct smarthost *h = s->host;
	struct buf error = BUF_INIT;
	int fd;

	fd = connect_host(h->host, h->port,
	    clock_add(clock_boot(), h->timeouts.connect), &s->peer, &error);
	if (fd < 0)
		session_fail(s, SCOPE_CONNECTION, STAGE_CONNECT, "%s",
		    buf_string(&error));
	buf_free(&error);
	if (fd < 0)
		return false;
	choose_helo(s, fd);
	s->began = clock_boot();
	s->stream = stream_new(fd, (unsigned)h->min_rate);
	return true;
}

static bool
secure(struct session *s)
{
	stream_deadline(s->stream,
	    session_deadline(s, STAGE_TLS, clock_boot()));
	if (stream_start_tls(s->stream, s->tls))
		return true;
	return session_fail(s, stream_is_untrusted(s->stream) ?
	    SCOPE_ACCOUNT : SCOPE_CONNECTION, STAGE_TLS, "%s",
	    stream_error(s->stream));
}

bool
session_greet(struct session *s)
{
	if (s->host->tls == TLS_SMTPS && !secure(s))
		return false;
	if (!session_read(s, STAGE_GREETING))
		return false;
	return s->reply.code == 220 || session_refused(s, STAGE_GREETING);
}

static bool
say_hello(struct session *s, const char *verb)
{
	struct buf line = BUF_INIT;
	bool ok;

	buf_addf(&line, "%s %s", verb, buf_string(&s->helo));
	ok = session_command(s, STAGE_HELO, &line);
	buf_free(&line);
	return ok;
}

static bool
hello(struct session *s)
{
	memset(&s->can, 0, sizeof(s->can));
	if (!say_hello(s, "EHLO"))
		return false;
	if (s->reply.code == 250) {
		capability_parse(&s->reply, &s->can);
		return true;
	}
	/* HELO is for servers so old that TLS and login are out of reach. */
	if (s->reply.code < 500 || s->host->tls == TLS_STARTTLS ||
	    login_is_wanted(s->host))
		return session_refused(s, STAGE_HELO);
	return say_hello(s, "HELO") &&
	    (s->reply.code == 250 || session_refused(s, STAGE_HELO));
}

static bool
starttls(struct session *s)
{
	struct buf line = BUF_INIT;
	bool ok;

	if (!s->can.starttls)
		return session_fail(s, SCOPE_ACCOUNT, STAGE_STARTTLS,
		    "the server does not offer STARTTLS, which is demanded; "
		    "nothing is sent in clear");
	buf_add_string(&line, "STARTTLS");
	ok = session_command(s, STAGE_STARTTLS, &line);
	buf_free(&line);
	if (!ok)
		return false;
	if (s->reply.code != 220)
		return session_refused(s, STAGE_STARTTLS);
	/* CVE-2011-0411: somebody in the middle would like this believed. */
	if (stream_input(s->stream).len > 0)
		return session_fail(s, SCOPE_ACCOUNT, STAGE_STARTTLS,
		    "words in clear came behind the answer to STARTTLS");
	return secure(s) && hello(s);
}

bool
session_open(struct session *s)
{
	return hello(s) &&
	    (s->host->tls != TLS_STARTTLS || starttls(s)) &&
	    login(s);
}

void
session_describe(const struct session *s, struct buf *out)
{
	buf_addf(out, "peer=%s ", buf_string(&s->peer));
	if (s->tls == NULL)
		buf_add_string(out, "tls=none");
	else
		buf_addf(out, "tls=%s cipher=%s resumed=%s",
		    tls_version(s->tls), tls_cipher(s->tls),
		    tls_is_resumed(s->tls) ? "yes" : "no");
	buf_addf(out, " auth=%s", s->mechanism);
}

void
session_quit(struct session *s)
{
	struct buf line = BUF_INIT;

	if (s->stream == NULL || stream_error(s->stream)[0] != '\0')
		return;
	buf_add_string(&line, "QUIT");
	session_command(s, STAGE_QUIT, &line);
	buf_free(&line);
}

void
session_free(struct session *s)
{
	if (s->stream != NULL)
		stream_free(s->stream);
	if (s->tls != NULL)
		tls_free(s->tls);
	reply_free(&s->reply);
	buf_free(&s->peer);
	buf_free(&s->helo);
	outcome_free(&s->trouble);
}
