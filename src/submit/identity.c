#include "submit/identity.h"

#include <ctype.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"

#define KEPT 64
#define KEPT_FOR (60 * CLOCK_SEC)

struct entry {
	struct identity who;
	int64_t until;		/* 0: free */
};

static struct entry cache[KEPT];

/* "&" stands for the login name with a capital, an old custom of GECOS. */
static char *
full_name(const char *gecos, const char *login)
{
	struct buf out = BUF_INIT;
	size_t i;

	buf_reserve(&out, 0);
	for (i = 0; gecos[i] != '\0' && gecos[i] != ','; i++) {
		if (gecos[i] != '&') {
			buf_add_char(&out, gecos[i]);
			continue;
		}
		buf_add_char(&out, (char)toupper((unsigned char)login[0]));
		if (login[0] != '\0')
			buf_add_string(&out, login + 1);
	}
	return out.data;
}

/* A name that could break a header is no name. */
static bool
is_clean(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	return true;
}

static void
look_up(uid_t uid, struct identity *who)
{
	struct buf number = BUF_INIT;
	const struct passwd *pw;

	pw = getpwuid(uid);
	if (pw != NULL && is_clean(pw->pw_name) && pw->pw_name[0] != '\0') {
		who->login = xstrdup(pw->pw_name);
		who->name = full_name(is_clean(pw->pw_gecos) ? pw->pw_gecos :
		    "", pw->pw_name);
	} else {
		buf_addf(&number, "uid%lu", (unsigned long)uid);
		who->login = number.data;
		who->name = xstrdup("");
	}
	who->uid = uid;
}

const struct identity *
identity_of(uid_t uid)
{
	struct entry *e;
	int64_t now;

	now = clock_boot();
	e = &cache[uid % KEPT];
	if (e->until > now && e->who.uid == uid)
		return &e->who;
	free(e->who.login);
	free(e->who.name);
	look_up(uid, &e->who);
	e->until = now + KEPT_FOR;
	return &e->who;
}
