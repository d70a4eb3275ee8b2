#include "submit/smtpd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "submit/dots.h"
#include "submit/front.h"
#include "submit/names.h"
#include "submit/peer.h"
#include "submit/smtparg.h"
#include "submit/smtpmail.h"
#include "submit/smtpreply.h"
#include "submit/submit.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* RFC 5321 4.5.3.1.4 says 512, more with extensions. */
#define COMMAND_MAX 4096
/* Errors in a row that no client makes by accident. */
#define ERRORS_MAX 20
#define IDLE_MAX (300 * CLOCK_SEC)
/* A daemon that is slower does not keep a client waiting: the limit is told
 * behind the content then. */
#define LIMIT_WITHIN (2 * CLOCK_SEC)
#define READ_BLOCK 65536

struct session {
	struct submit_places places;
	const char *host;
	struct buf in;
	size_t taken;		/* of in */
	struct buf out;
	bool lf_only;		/* the last command ended so */
	bool has_peer;		/* standard input is a TCP socket */
	uid_t peer;		/* whose its other end is */
	struct smtpmail mail;
	unsigned errors;
	bool has_asked;		/* for max_size */
	uint64_t max_size;	/* of a message; 0: nobody knows */
	bool is_over;
	int status;
};

static void __attribute__((format(printf, 2, 3)))
reply(struct session *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&s->out, fmt, ap);
	va_end(ap);
	buf_add_string(&s->out, "\r\n");
}

static void
refuse(struct session *s, const char *text)
{
	reply(s, "%s", text);
	if (++s->errors >= ERRORS_MAX) {
		reply(s, "421 4.7.0 Too many errors");
		s->is_over = true;
	}
}

static void
end(struct session *s, int status)
{
	s->is_over = true;
	s->status = status;
}

static bool
flush(struct session *s)
{
	bool ok;

	ok = front_print(buf_slice(&s->out));
	buf_clear(&s->out);
	if (!ok)
		end(s, EX_IOERR);
	return ok;
}

/* Sends what is to be said and waits for more. False at the end. */
static bool
fill(struct session *s)
{
	ssize_t n;

	if (s->out.len > 0 && !flush(s))
		return false;
	buf_consume(&s->in, s->taken);
	s->taken = 0;
	buf_reserve(&s->in, READ_BLOCK);
	n = front_read(s->in.data + s->in.len, READ_BLOCK,
	    (int)(IDLE_MAX / CLOCK_MSEC));
	if (n > 0)
		s->in.len += (size_t)n;
	else if (n < 0 && errno == ETIMEDOUT) {
		reply(s, "421 4.4.2 %s Timeout", s->host);
		end(s, EX_TEMPFAIL);
	} else
		end(s, n < 0 ? EX_IOERR : EX_OK);
	return n > 0;
}

static struct slice
unread(const struct session *s)
{
	if (s->in.data == NULL)
		return SLICE("");
	return (struct slice){s->in.data + s->taken, s->in.len - s->taken};
}

/* Asked once, and not before it matters. */
static uint64_t
size_limit(struct session *s)
{
	struct names names;

	if (!s->has_asked) {
		names_learn(&names, LIMIT_WITHIN);
		s->max_size = names.config.max_size;
		names_free(&names);
		s->has_asked = true;
	}
	return s->max_size;
}

static bool
is_too_large(struct session *s, uint64_t size)
{
	return size > 0 && size_limit(s) > 0 && size > size_limit(s);
}

/* What HELO and EHLO have in common. */
static bool
greet(struct session *s, struct slice rest)
{
	if (rest.len == 0) {
		refuse(s, "501 5.5.4 Say who you are");
		return false;
	}
	smtpmail_forget(&s->mail);
	return true;
}

static void
on_helo(struct session *s, struct slice rest)
{
	if (greet(s, rest))
		reply(s, "250 %s", s->host);
}

static void
on_ehlo(struct session *s, struct slice rest)
{
	if (!greet(s, rest))
		return;
	reply(s, "250-%s\r\n250-PIPELINING", s->host);
	if (size_limit(s) > 0)
		reply(s, "250-SIZE %llu", (unsigned long long)size_limit(s));
	else
		reply(s, "250-SIZE");
	reply(s, "250-8BITMIME\r\n250-SMTPUTF8\r\n250-DSN\r\n"
	    "250-ENHANCEDSTATUSCODES\r\n250 HELP");
}

/* What stands behind "FROM:" or "TO:". */
static bool
cut_word(struct slice *rest, const char *word)
{
	if (!slice_starts_nocase(*rest, word))
		return false;
	rest->ptr += strlen(word);
	rest->len -= strlen(word);
	return true;
}

static void
on_mail(struct session *s, struct slice rest)
{
	struct smtparg arg = {0};
	const char *refusal;

	if (s->mail.has_sender)
		refusal = "503 5.5.1 There is a sender already";
	else if (!cut_word(&rest, "FROM:"))
		refusal = "501 5.5.4 Syntax: MAIL FROM:<address>";
	else
		refusal = smtparg_mail(rest, &arg);
	if (refusal == NULL && is_too_large(s, arg.size))
		refusal = "552 5.3.4 The message is larger than max-size";
	if (refusal != NULL) {
		refuse(s, refusal);
		return;
	}
	smtpmail_begin(&s->mail, &arg);
	s->mail.wish.has_uid = s->has_peer;
	s->mail.wish.uid = s->peer;
	reply(s, "250 2.1.0 Sender ok");
}

static void
on_rcpt(struct session *s, struct slice rest)
{
	struct smtparg arg;
	const char *refusal;

	if (!s->mail.has_sender)
		refusal = "503 5.5.1 MAIL first";
	else if (smtpmail_is_full(&s->mail))
		refusal = "452 4.5.3 Too many recipients";
	else if (!cut_word(&rest, "TO:"))
		refusal = "501 5.5.4 Syntax: RCPT TO:<address>";
	else
		refusal = smtparg_rcpt(rest, s->mail.utf8, &arg);
	if (refusal != NULL) {
		refuse(s, refusal);
		return;
	}
	smtpmail_add(&s->mail, &arg);
	reply(s, "250 2.1.5 Recipient ok");
}

/* Takes the text of the message up to its final dot. False when it does not
 * come. */
static bool
take_text(struct session *s, struct submit *to)
{
	struct dots dots = DOTS_INIT(s->lf_only);
	struct buf text = BUF_INIT;

	do {
		if (s->taken == s->in.len && !fill(s))
			break;
		buf_clear(&text);
		s->taken += dots_add(&dots, unread(s), &text);
		/* A message that failed is read to its end all the same. */
		(void)submit_add(to, buf_slice(&text));
	} while (dots.state != DOTS_END);
	buf_free(&text);
	return dots.state == DOTS_END;
}

static void
on_data(struct session *s, struct slice rest)
{
	struct buf text = BUF_INIT;
	struct submit *to;
	int status;

	if (rest.len > 0 || s->mail.wish.count == 0) {
		refuse(s, rest.len > 0 ? "501 5.5.4 Syntax: DATA" :
		    "503 5.5.1 Recipients first");
		return;
	}
	reply(s, "354 End with a dot alone on a line");
	to = submit_begin(&s->mail.wish, &s->places);
	if (take_text(s, to)) {
		status = submit_end(to, &text);
		smtpreply_add(status, submit_was_answered(to),
		    buf_slice(&text), &s->out);
	} else
		s->status = EX_IOERR;
	submit_free(to);
	buf_free(&text);
	smtpmail_forget(&s->mail);
}

static void
on_rset(struct session *s, struct slice rest)
{
	(void)rest;
	smtpmail_forget(&s->mail);
	reply(s, "250 2.0.0 Ok");
}

static void
on_noop(struct session *s, struct slice rest)
{
	(void)rest;
	reply(s, "250 2.0.0 Ok");
}

static void
on_vrfy(struct session *s, struct slice rest)
{
	if (rest.len == 0)
		refuse(s, "501 5.5.4 Syntax: VRFY address");
	else
		reply(s, "252 2.1.5 Send some mail and see");
}

static void
on_quit(struct session *s, struct slice rest)
{
	(void)rest;
	reply(s, "221 2.0.0 Bye");
	end(s, EX_OK);
}

static void on_help(struct session *s, struct slice rest);

static const struct command {
	const char *name;
	void (*obey)(struct session *s, struct slice rest);
} commands[] = {
	{"EHLO", on_ehlo},
	{"HELO", on_helo},
	{"MAIL", on_mail},
	{"RCPT", on_rcpt},
	{"DATA", on_data},
	{"RSET", on_rset},
	{"NOOP", on_noop},
	{"VRFY", on_vrfy},
	{"HELP", on_help},
	{"QUIT", on_quit},
};

/* What others have and clients may try (RFC 5321 4.2.4). */
static const char *const absent[] = {
	"AUTH", "STARTTLS", "BDAT", "ETRN", "EXPN", "TURN", "SEND", "SOML",
	"SAML",
};

static void
on_help(struct session *s, struct slice rest)
{
	size_t i;

	(void)rest;
	buf_add_string(&s->out, "214 2.0.0 Commands:");
	for (i = 0; i < COUNT(commands); i++)
		buf_addf(&s->out, " %s", commands[i].name);
	buf_add_string(&s->out, "\r\n");
}

static void
refuse_command(struct session *s, struct slice word)
{
	size_t i;

	for (i = 0; i < COUNT(absent); i++)
		if (slice_is_nocase(word, absent[i])) {
			refuse(s, "502 5.5.1 There is no such command here");
			return;
		}
	refuse(s, "500 5.5.2 Unknown command");
}

static void
obey(struct session *s, struct slice line)
{
	struct slice word;
	unsigned errors;
	size_t i;

	errors = s->errors;
	line = slice_trim(line);
	word = (struct slice){line.ptr, slice_find(line, ' ')};
	line = slice_trim((struct slice){line.ptr + word.len,
	    line.len - word.len});
	for (i = 0; i < COUNT(commands); i++) {
		if (!slice_is_nocase(word, commands[i].name))
			continue;
		commands[i].obey(s, line);
		if (s->errors == errors)
			s->errors = 0;
		return;
	}
	refuse_command(s, word);
}

/* Passes over a line that is too long for a command. */
static void
skip_line(struct session *s)
{
	do {
		s->taken += slice_find(unread(s), '\n');
		if (s->taken < s->in.len) {
			s->taken++;
			refuse(s, "500 5.5.2 Line too long");
			return;
		}
	} while (fill(s));
}

static void
serve(struct session *s)
{
	struct slice rest;
	size_t len;

	while (!s->is_over) {
		rest = unread(s);
		len = slice_find(rest, '\n');
		if (len > COMMAND_MAX) {
			skip_line(s);
			continue;
		}
		if (len == rest.len) {
			fill(s);
			continue;
		}
		s->lf_only = len == 0 || rest.ptr[len - 1] != '\r';
		s->taken += len + 1;
		obey(s, (struct slice){rest.ptr, len});
	}
}

/* Through a socket only programs on this host come in; whose they are is
 * claimed in place of our own uid, and the daemon judges whether we may. */
static bool
admit(struct session *s, const struct options *o)
{
	switch (peer_identify(STDIN_FILENO, &s->peer)) {
	case PEER_NONE:
		break;
	case PEER_HERE:
		s->has_peer = s->peer != getuid();
		break;
	case PEER_ELSEWHERE:
		reply(s, "421 4.7.1 %s takes mail from this host only",
		    s->host);
		front_complain(o, "-bs takes mail from programs on this host "
		    "only: standard input is a connection from elsewhere");
		end(s, EX_NOPERM);
		return false;
	}
	reply(s, "220 %s ESMTP navette", s->host);
	return true;
}

int
smtpd_run(const struct options *o)
{
	struct session s = {.status = EX_OK};
	char host[256];

	if (gethostname(host, sizeof(host)) != 0)
		host[0] = '\0';
	host[sizeof(host) - 1] = '\0';
	s.host = host[0] == '\0' ? "localhost" : host;
	s.places = submit_places();
	if (admit(&s, o))
		serve(&s);
	if (s.out.len > 0)
		flush(&s);
	smtpmail_forget(&s.mail);
	buf_free(&s.in);
	buf_free(&s.out);
	return s.status;
}
