/*
 * The server's side of every SASL mechanism that SMTP clients speak. Says
 * only what the next line is; the codes are the caller's.
 */
#ifndef SMARTHOST_AUTH_H
#define SMARTHOST_AUTH_H

#include <stdbool.h>

#include "bytes.h"
#include "tls.h"

enum auth_result { AUTH_CHALLENGE, AUTH_GOOD, AUTH_BAD, AUTH_MALFORMED };

struct mechanism;

/* One exchange. All zero before the first and after auth_end. */
struct auth {
	const struct mechanism *mechanism;
	const struct tls *tls;
	unsigned int round;
	bool doomed;		/* the next answer fails, whatever it is */
	struct bytes user;
	struct bytes sent;	/* what a later answer is held against */
	struct bytes client_first;
	struct bytes binding;	/* the c= that SCRAM expects */
	unsigned char salt[16];
};

/* The words behind AUTH in the answer to EHLO; empty when there are none. */
void auth_offer(const struct tls *tls, struct bytes *words);

/* Begins with mechanism name; false if that is not offered here. */
bool auth_begin(struct auth *auth, const char *name, const struct tls *tls);

/* One answer of the client in base64 (NULL: none was sent with AUTH);
 * challenge gets the next question, not yet in base64. */
enum auth_result auth_step(struct auth *auth, const char *answer,
    struct bytes *challenge);

void auth_end(struct auth *auth);
const char *auth_name(const struct auth *auth);

/* Does this mechanism show the secret to whoever can read the line? */
bool auth_is_plain(const struct auth *auth);

#endif
