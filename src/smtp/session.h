/*
 * The connection to a smarthost, from nothing to logged in, and its end: the
 * part of the dialogue that goes step by step. TLS and login are demands: what
 * the server does not offer ends the session, it is never gone without. It
 * sends no mail.
 */
#ifndef SMTP_SESSION_H
#define SMTP_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "config/config.h"
#include "mail/capability.h"
#include "mail/reply.h"
#include "net/stream.h"
#include "net/tls.h"
#include "smtp/outcome.h"

struct session {
	const struct config *config;
	const struct smarthost *host;
	struct slice secret;
	struct tls *tls;	/* NULL: not wanted */
	struct stream *stream;	/* NULL until connected */
	struct capability can;	/* of the last EHLO */
	struct reply reply;	/* the last one read */
	struct buf peer;	/* the address that answered */
	struct buf helo;	/* how we call ourselves */
	const char *mechanism;	/* of the login, or "none" */
	int64_t began;		/* boot clock */
	int64_t stretch;	/* time that bodies took, nanoseconds */
	struct outcome trouble;	/* what ended it before its time */
};

#define SESSION_INIT {.mechanism = "none", .reply = REPLY_INIT, \
	.trouble = OUTCOME_INIT}

/* Reads what TLS needs (the CA store). False with trouble. */
bool session_prepare(struct session *s);
/* Connects. False with trouble. */
bool session_reach(struct session *s);
/* Hears the server's greeting. False with trouble. */
bool session_greet(struct session *s);
/* Secures, logs in: MAIL may follow. False with trouble. */
bool session_open(struct session *s);
/* "peer=... tls=... cipher=... resumed=... auth=...", for the log. */
void session_describe(const struct session *s, struct buf *out);
/* Whether it has lasted so long that no more mail should be begun. */
bool session_is_old(const struct session *s);
/* Until when (boot clock) the reply of a stage may take that has been waited
 * for since then. */
int64_t session_deadline(const struct session *s, enum verdict_stage stage,
    int64_t since);
/* QUIT and its answer, where the stream still stands. */
void session_quit(struct session *s);
void session_free(struct session *s);

/*
 * For the steps of a session. session_command() sends a line, to which it adds
 * CRLF, and reads the reply; session_read() reads one. False with trouble: no
 * reply. session_fail() and session_refused() set trouble, by our words or by
 * the last reply, and are false always.
 */
bool session_command(struct session *s, enum verdict_stage stage,
    struct buf *line);
bool session_read(struct session *s, enum verdict_stage stage);
bool session_fail(struct session *s, enum verdict_scope scope,
    enum verdict_stage stage, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
bool session_refused(struct session *s, enum verdict_stage stage);

#endif
