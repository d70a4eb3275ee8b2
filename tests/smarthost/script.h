/*
 * The script: rules that say at which stage, under which conditions, the
 * smarthost leaves its good manners, and the steps it takes instead. Reads
 * the rules and finds the one that fits a moment; session.c takes the steps.
 * README.md describes the language.
 */
#ifndef SMARTHOST_SCRIPT_H
#define SMARTHOST_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"

enum stage {
	AT_CONNECT,
	AT_BANNER,
	AT_HANDSHAKE,
	AT_TLS,
	AT_EHLO,
	AT_HELO,
	AT_STARTTLS,
	AT_AUTH,
	AT_AUTH_LINE,
	AT_MAIL,
	AT_RCPT,
	AT_DATA,
	AT_BODY,
	AT_DOT,
	AT_CHUNK,
	AT_BDAT,
	AT_RSET,
	AT_NOOP,
	AT_QUIT,
	AT_OTHER,
	STAGES
};

enum step_kind {
	STEP_OK,
	STEP_MUTE,
	STEP_TWICE,
	STEP_HALF,
	STEP_SWAP,
	STEP_REPLY,
	STEP_RAW,
	STEP_REPEAT,
	STEP_GARBAGE,
	STEP_DELAY,
	STEP_DRIP,
	STEP_HANG,
	STEP_STALL,
	STEP_CLOSE,
	STEP_CUT,
	STEP_RESET,
	STEP_KINDS
};

struct step {
	enum step_kind kind;
	int code;
	uint64_t number;
	struct bytes text;
	struct step *next;
};

/* What a rule's conditions are held against. Texts may be NULL. */
struct moment {
	uint64_t connection;
	uint64_t transaction;
	uint64_t total;
	uint64_t bytes;
	bool secure;
	const char *line;
	const char *from;
	const char *to;
};

/* Adds the rules of text, one a line. On a mistake: false and why. */
bool script_add(const char *text, struct bytes *trouble);

/* Forgets all rules; steps that are being taken stay valid. */
void script_clear(void);

/* Is there any rule for this stage? */
bool script_has(enum stage stage);

/* The steps of the first rule that fits, which counts as used; or NULL. */
const struct step *script_find(enum stage stage, const struct moment *moment);

#endif
