/*
 * Who a uid is: login name and full name from the system's user database, kept
 * for a minute. It never trusts the environment and never fails: an unknown
 * uid has its number for a name.
 */
#ifndef SUBMIT_IDENTITY_H
#define SUBMIT_IDENTITY_H

#include <sys/types.h>

struct identity {
	uid_t uid;
	char *login;
	char *name;	/* GECOS up to the first comma; "" if none */
};

/* Valid until the next call. */
const struct identity *identity_of(uid_t uid);

#endif
