/*
 * The outcome of a delivery, as a value: what happened, to whom it applies,
 * the server's code and words. Made by the agent, carried on its socket, kept
 * in the journal, shown in bounces. It never decides what to do about it.
 */
#ifndef MAIL_VERDICT_H
#define MAIL_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum verdict_kind {
	VERDICT_DELIVERED,	/* the server has taken it over */
	VERDICT_REFUSED,	/* for good: a bounce */
	VERDICT_DEFERRED,	/* not now: later again */
	VERDICT_UNTRIED,	/* given back, no pause */
	VERDICT_DOUBT		/* sent whole, no answer came */
};

enum verdict_scope {		/* whose fault it is */
	SCOPE_RECIPIENT,
	SCOPE_MESSAGE,
	SCOPE_SENDER,		/* this sender's mail on this smarthost */
	SCOPE_CONNECTION,	/* network, TLS, a server that misbehaves */
	SCOPE_ACCOUNT,		/* login, certificate, ban */
	SCOPE_QUOTA		/* "too much": slow down */
};

/* The step of the dialogue at which it was decided. */
enum verdict_stage {
	STAGE_LOCAL,		/* before any connection */
	STAGE_CONNECT,
	STAGE_GREETING,
	STAGE_HELO,
	STAGE_STARTTLS,
	STAGE_TLS,
	STAGE_AUTH,
	STAGE_MAIL,
	STAGE_RCPT,
	STAGE_DATA,
	STAGE_BODY,		/* the final dot or the last BDAT */
	STAGE_QUIT
};

#define VERDICT_TEXT_MAX 512
#define ENHANCED_MAX 12

struct verdict {
	uint32_t job;
	uint32_t first, last;	/* recipient numbers, both included */
	enum verdict_kind kind;
	enum verdict_scope scope;
	enum verdict_stage stage;
	int code;		/* the SMTP reply code, 0: none */
	char enhanced[ENHANCED_MAX];	/* "5.1.1" or "" (RFC 3463) */
	struct slice text;	/* the server's words or ours; raw bytes, to
				 * be shown only escaped */
};

/* One line without its end; text is escaped and cut at VERDICT_TEXT_MAX. */
void verdict_print(const struct verdict *v, struct buf *out);
/* For a log line: code=, enhanced= and reply=, in quotes that no word of the
 * server ends. */
void verdict_print_reply(const struct verdict *v, struct buf *out);
/* Undoes verdict_print(). text is unescaped into *words, which the caller frees
 * and keeps as long as v. False for nonsense. */
bool verdict_parse(struct slice line, struct verdict *v, struct buf *words);

const char *verdict_kind_name(enum verdict_kind kind);
const char *verdict_scope_name(enum verdict_scope scope);
/* "MAIL", "RCPT", "end of data"...: for people. */
const char *verdict_stage_name(enum verdict_stage stage);

#endif
