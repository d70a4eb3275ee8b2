/*
 * SASL (RFC 4954): one exchange by one mechanism, as challenges and responses
 * in base64. PLAIN, LOGIN, CRAM-MD5, SCRAM-SHA-256 and -PLUS, XOAUTH2,
 * OAUTHBEARER, EXTERNAL: a table. It never talks to the server and never
 * chooses a mechanism by itself other than by sasl_choose(). User names and
 * passwords go as they are, in UTF-8: of SASLprep (RFC 4013) only what it does
 * to ASCII, which is nothing, so a password with letters that Unicode can write
 * in two ways has to be set in the way that the provider stored.
 */
#ifndef NET_SASL_H
#define NET_SASL_H

#include <stdbool.h>

#include "base/buf.h"

struct sasl;

/* The numbers of AUTH_* in mail/capability, which is another room. */
#define SASL_PLAIN		0x001u
#define SASL_LOGIN		0x002u
#define SASL_CRAM_MD5		0x004u
#define SASL_SCRAM		0x008u
#define SASL_SCRAM_PLUS		0x010u
#define SASL_XOAUTH2		0x020u
#define SASL_OAUTHBEARER	0x040u
#define SASL_EXTERNAL		0x080u

struct sasl_login {
	const char *user;
	struct slice secret;	/* password or token */
	const char *host;	/* for OAUTHBEARER */
	unsigned port;
	unsigned offered;	/* by the server: SCRAM says so in its proof,
				 * or an attacker could hide -PLUS */
	const char *binding_name;	/* NULL: none */
	struct slice binding;
};

/*
 * The best of the offered mechanisms (AUTH_* bits as of mail/capability) that
 * allowed holds; 0 if there is none. Best first: scram-sha-256-plus (only with
 * a binding), scram-sha-256, cram-md5, plain, login; tokens and external only
 * where allowed holds no password's mechanism.
 */
unsigned sasl_choose(unsigned offered, unsigned allowed, bool has_binding);

/* Starts an exchange by a mechanism that sasl_choose() gave; login must outlive
 * it. */
struct sasl *sasl_new(unsigned mechanism, const struct sasl_login *login);
/* The SASL name: "SCRAM-SHA-256". */
const char *sasl_name(const struct sasl *s);
/* Appends the initial response in base64 ("=" where it is empty); false when
 * the mechanism has none. It may as well be left out of the AUTH command, if
 * that gets too long for a server: an empty challenge asks for it then. */
bool sasl_initial(struct sasl *s, struct buf *out);
/* Appends the answer, in base64, to a 334 challenge; it may be empty. False
 * with *why (static words): a challenge that is broken, one too many, or a
 * server that failed to prove itself: the caller sends "*". */
bool sasl_answer(struct sasl *s, struct slice challenge, struct buf *out,
    const char **why);
/* After 235: whether the server has proved what the mechanism asks of it;
 * words is the 235's text (SCRAM's final message may come there). */
bool sasl_is_complete(struct sasl *s, struct slice words, const char **why);
/* Wipes and frees. */
void sasl_free(struct sasl *s);

#endif
