/*
 * One SMTP session: takes lines and content from its link, lets commands.c
 * judge them, and takes the steps of the script's rule for that moment, or
 * the ordinary one, before it looks at what comes next.
 */
#ifndef SMARTHOST_SESSION_H
#define SMARTHOST_SESSION_H

#include <stdbool.h>

#include "auth.h"
#include "body.h"
#include "link.h"
#include "script.h"

struct session;

/* Something to be answered: a command, or an event such as the end of the
 * content. judge writes the smarthost's own answer; effect makes happen what
 * an answer with that code means, 0 standing for no answer at all. */
struct act {
	const char *name;
	enum stage stage;
	bool ends_group;	/* RFC 2920: nothing may be sent behind it */
	void (*judge)(struct session *session, const char *args);
	void (*effect)(struct session *session, const char *args, int code);
};

enum mode { MODE_COMMAND, MODE_AUTH, MODE_DATA, MODE_BDAT };

struct session {
	struct link link;
	struct timer later;
	enum mode mode;

	/* the answer being given */
	const struct act *act;
	const struct act *following;
	const struct step *step;
	struct bytes line;
	size_t args;
	struct bytes own;
	int own_code;
	struct bytes held;	/* by `swap` */
	struct bytes dripping;
	uint64_t drip;
	bool waiting;
	bool silent;
	bool effected;
	bool gone;
	bool closing;
	size_t taken;		/* of link.in */

	/* what is known of the client */
	bool greeted;
	bool quit;
	struct bytes helo;
	struct auth auth;
	bool logged_in;
	uint64_t transactions;

	/* the transaction */
	bool mail;
	bool eightbit;
	bool utf8;
	bool body_asked;
	bool chunks_begun;
	bool chunk_refused;
	bool chunk_last;
	bool chunked;
	uint64_t chunk_left;
	uint64_t recipients;
	uint64_t refused;	/* recipients of this transaction */
	struct bytes from;
	struct bytes mail_line;
	struct bytes to;	/* addresses, a comma between them */
	struct bytes rcpt_lines;
	struct bytes subject;	/* the address the command is about */
	struct body body;
};

/* A new connection. */
void session_open(int fd, bool smtps);

/* Sets the own answer. enhanced is "2.1.0 " or so, left out when enhanced
 * codes are not offered. */
void session_reply(struct session *session, int code, const char *enhanced,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Forgets the transaction. */
void session_reset(struct session *session);

/* Bytes that arrived and have not been looked at. */
size_t session_unread(const struct session *session);

#endif
