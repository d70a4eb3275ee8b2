/*
 * What a server offers in its EHLO reply (RFC 5321 4.1.1.1), as a value. Only
 * the last EHLO counts. It never decides what to use.
 */
#ifndef MAIL_CAPABILITY_H
#define MAIL_CAPABILITY_H

#include <stdbool.h>
#include <stdint.h>

#include "mail/reply.h"

#define AUTH_PLAIN		0x001u
#define AUTH_LOGIN		0x002u
#define AUTH_CRAM_MD5		0x004u
#define AUTH_SCRAM_SHA_256	0x008u
#define AUTH_SCRAM_SHA_256_PLUS	0x010u
#define AUTH_XOAUTH2		0x020u
#define AUTH_OAUTHBEARER	0x040u
#define AUTH_EXTERNAL		0x080u

struct capability {
	bool ehlo;		/* false: HELO only, nothing is offered */
	bool starttls;
	bool pipelining;
	bool chunking;
	bool eightbitmime;
	bool dsn;
	bool smtputf8;
	bool enhanced;		/* ENHANCEDSTATUSCODES */
	bool has_size;
	uint64_t size;		/* 0: no limit said */
	unsigned auth;		/* AUTH_* bits */
	bool has_auth;		/* an AUTH line was there */
};

/* Fills c from a 250 reply to EHLO; unknown keywords are passed over. */
void capability_parse(const struct reply *r, struct capability *c);
/* "PLAIN" etc. to its bit, 0 if unknown; and back (static). */
unsigned auth_from_name(struct slice name);
const char *auth_name(unsigned bit);

#endif
