/*
 * What the smarthost counts. Tests judge a client by these as much as by the
 * messages that arrived.
 */
#ifndef SMARTHOST_STATS_H
#define SMARTHOST_STATS_H

#include <stdint.h>

#include "bytes.h"

/* README.md says what each of them means. */
enum counter {
	CONNECTIONS,
	CONNECTIONS_OPEN,
	CONNECTIONS_PEAK,
	HANDSHAKES_FULL,
	HANDSHAKES_RESUMED,
	HANDSHAKES_FAILED,
	LOGINS,
	LOGINS_FAILED,
	AUTH_IN_CLEAR,
	PASSWORDS_IN_CLEAR,
	COMMANDS,
	EHLOS,
	TRANSACTIONS,
	MESSAGES,
	MESSAGES_REFUSED,
	RECIPIENTS,
	RECIPIENTS_REFUSED,
	BDATS,
	RSETS,
	NOOPS,
	QUITS,
	TURNS,
	BYTES_IN,
	BYTES_OUT,
	BARE_CR,
	BARE_LF,
	NULS,
	LONG_LINES,
	UNDECLARED_8BIT,
	ABORTED,
	AFTER_QUIT,
	UNSYNCHRONISED,
	EARLY,
	BEHIND_STARTTLS,
	UNOFFERED,
	NESTED_MAIL,
	RULES_USED,
	COUNTERS
};

void stats_add(enum counter counter, uint64_t n);
uint64_t stats_get(enum counter counter);

/* A connection came (the result is its number) or went. */
uint64_t stats_opened(void);
void stats_closed(void);
void stats_message(void);
void stats_reset(void);

/* One JSON object on one line. */
void stats_json(struct bytes *out);

#endif
