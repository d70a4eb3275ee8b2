/*
 * sendmail's command line: every option that a program has ever given, as a
 * table, turned into what is to be done and with what wishes. Names, addresses
 * and all other arguments are data: they are checked here, and nothing in them
 * is ever an option, a header or a command. It reads no file, no environment
 * and no standard input.
 */
#ifndef SUBMIT_OPTIONS_H
#define SUBMIT_OPTIONS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/strlist.h"
#include "mail/submission.h"

enum options_mode {
	MODE_DELIVER,		/* a message on standard input */
	MODE_SMTP,		/* -bs */
	MODE_LIST,		/* -bp, mailq */
	MODE_FLUSH,		/* -q */
	MODE_ALIASES,		/* -bi, newaliases */
	MODE_VERIFY,		/* -bv */
	MODE_DAEMON,		/* -bd: refused with advice */
	MODE_UUCP		/* rmail: refused with advice */
};

struct options {
	const char *program;	/* for errors: the last part of argv[0] */
	enum options_mode mode;
	struct submission wish;	/* points into argv and owned */
	bool ignore_dots;	/* -i */
	const char *queue;	/* what stands behind -q, or NULL */
	const char *aliases;	/* -oA: the file for MODE_ALIASES, or NULL */
	struct strlist owned;
};

/*
 * Fills o, which options_free() frees in any case. False with a sysexits
 * *status and a sentence in *error. argc may be 0.
 */
bool options_parse(int argc, char **argv, struct options *o, int *status,
    struct buf *error);
void options_free(struct options *o);

#endif
