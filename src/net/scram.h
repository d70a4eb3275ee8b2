/*
 * SCRAM-SHA-256 (RFC 5802, RFC 7677): password and server prove to know each
 * other, and neither shows what it knows. The messages, without base64; for
 * sasl.c only.
 */
#ifndef NET_SCRAM_H
#define NET_SCRAM_H

#include <stdbool.h>

#include "base/buf.h"
#include "net/sasl.h"

struct scram;

/* What the client says of channel bindings (RFC 5802 6). */
enum scram_flag {
	SCRAM_UNBOUND = 'n',	/* it has none, or does not want to */
	SCRAM_NOT_OFFERED = 'y',	/* it has one, the server did not ask */
	SCRAM_BOUND = 'p'
};

/* Appends name with its commas and equals signs written as RFC 5802 5.1 says
 * (saslname). */
void scram_add_name(const char *name, struct buf *out);
/* nonce: NULL for a random one. login must outlive it. */
struct scram *scram_new(const struct sasl_login *login, enum scram_flag flag,
    const char *nonce);
/* Appends the client's first message. */
void scram_first(struct scram *s, struct buf *out);
/* Takes the server's next message and appends the answer to it: the proof, and
 * then nothing. False with *why. */
bool scram_answer(struct scram *s, struct slice message, struct buf *out,
    const char **why);
/* Whether the server has proved that it knows the password. */
bool scram_is_proved(const struct scram *s);
/* Wipes and frees. */
void scram_free(struct scram *s);

#endif
